/** The codecs that most users of io-ts bring: in payloads, in chains of versions, and in the states of snapshots. */
import * as fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import * as Num from "fp-ts/lib/number.js"
import * as Option from "fp-ts/lib/Option.js"
import * as Str from "fp-ts/lib/string.js"
import * as t from "io-ts"
import { BigIntFromString } from "io-ts-types/lib/BigIntFromString.js"
import { DateFromISOString } from "io-ts-types/lib/DateFromISOString.js"
import { either } from "io-ts-types/lib/either.js"
import { Json } from "io-ts-types/lib/JsonFromString.js"
import { mapFromEntries } from "io-ts-types/lib/mapFromEntries.js"
import { NonEmptyString } from "io-ts-types/lib/NonEmptyString.js"
import { NumberFromString } from "io-ts-types/lib/NumberFromString.js"
import { option } from "io-ts-types/lib/option.js"
import { optionFromNullable } from "io-ts-types/lib/optionFromNullable.js"
import { readonlyNonEmptyArray } from "io-ts-types/lib/readonlyNonEmptyArray.js"
import { readonlySetFromArray } from "io-ts-types/lib/readonlySetFromArray.js"
import { setFromArray } from "io-ts-types/lib/setFromArray.js"
import { UUID } from "io-ts-types/lib/UUID.js"
import { withFallback } from "io-ts-types/lib/withFallback.js"
import { describe, expect, it } from "vitest"
import * as Decider from "../../../src/core/domain/Decider.ts"
import * as Aggregate from "../../../src/core/event/Aggregate.ts"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import * as CodecLaws from "../../../src/laws/CodecLaws.ts"
import * as SnapshotLaws from "../../../src/laws/SnapshotLaws.ts"
import { laws } from "../../../src/laws/vitest.ts"
import { leftOf, rightOf } from "../support.ts"

/** `NumberFromString` alone would write NaN, which it does not read: C5 finds that. */
const Finite = t.refinement(NumberFromString, Number.isFinite, "Finite")

const Placed = t.type({
  id: UUID,
  by: NonEmptyString,
  at: DateFromISOString,
  count: Finite,
  total: BigIntFromString,
  note: option(t.string),
  hint: optionFromNullable(NonEmptyString),
  outcome: either(t.string, Finite),
  lines: readonlyNonEmptyArray(t.type({ item: NonEmptyString, due: DateFromISOString })),
  labels: readonlySetFromArray(t.string, Str.Ord),
  sizes: setFromArray(t.number, Num.Ord),
  prices: mapFromEntries(t.string, Str.Ord, Finite),
  colour: withFallback(t.union([t.literal("red"), t.literal("blue")]), "red"),
  more: Json,
})
type Placed = t.TypeOf<typeof Placed>

const Moved = t.type({ at: DateFromISOString, to: optionFromNullable(t.string) })

const OrderEvent = EventCodec.make(
  {
    Placed,
    Moved: EventCodec.version(t.type({ at: t.string })).pipe(
      EventCodec.upcast(Moved, ({ at }) => ({ at: new Date(Number.isNaN(Date.parse(at)) ? 0 : at), to: Option.none })),
    ),
  },
  { past: { OrderMoved: EventCodec.renamed("Moved") } },
)
type OrderEvent = EventCodec.TypeOf<typeof OrderEvent>

const brand =
  <A, O>(codec: t.Type<A, O>) =>
  (value: unknown) =>
    rightOf(codec.decode(value))
const uuid = fc.uuid({ version: 4 }).map(brand(UUID))
const filled = fc.string({ minLength: 1, maxLength: 4 }).map(brand(NonEmptyString))
const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2200-01-01") })
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
)
const line = fc.record({ item: filled, due: date }, { noNullPrototype: true })

const placed: fc.Arbitrary<Placed> = fc.record(
  {
    id: uuid,
    by: filled,
    at: date,
    count: number,
    total: fc.bigInt(),
    note: fc.option(fc.string()).map(Option.fromNullable),
    hint: fc.option(filled).map(Option.fromNullable),
    outcome: fc.oneof(fc.string().map(Either.left), number.map(Either.right)),
    lines: fc.tuple(line, fc.array(line, { maxLength: 2 })).map(([first, rest]) => [first, ...rest] as const),
    labels: fc.array(fc.string()).map((labels): ReadonlySet<string> => new Set(labels)),
    sizes: fc.array(fc.integer()).map((sizes) => new Set(sizes)),
    prices: fc.array(fc.tuple(fc.string(), number)).map((entries) => new Map(entries)),
    colour: fc.constantFrom("red", "blue"),
    more: fc.constantFrom(null, 1, "a", [1, [2]], { a: { b: [] } }),
  },
  { noNullPrototype: true },
)
const moved = fc.record({ at: date, to: fc.option(fc.string()).map(Option.fromNullable) }, { noNullPrototype: true })
const events: fc.Arbitrary<OrderEvent> = fc.oneof(
  placed.map((payload) => OrderEvent.Placed(payload)),
  moved.map((payload) => OrderEvent.Moved(payload)),
)
const stored = fc.record({
  type: fc.constantFrom("Moved", "OrderMoved"),
  schemaVersion: fc.constant(1),
  data: date.map((at) => ({ at: at.toISOString() })),
})

describe("codecs of io-ts-types in payloads", () => {
  laws(CodecLaws.suite({ codec: OrderEvent, events, stored }))
  describe("and nothing else given", () => laws(CodecLaws.suite({ codec: OrderEvent })))

  it("are written as JSON", () => {
    const event = OrderEvent.Placed({
      id: brand(UUID)("01900000-0000-4000-8000-000000000001"),
      by: brand(NonEmptyString)("Ada"),
      at: new Date(0),
      count: 1.5,
      total: 2n ** 70n,
      note: Option.some("x"),
      hint: Option.none,
      outcome: Either.right(2),
      lines: [{ item: brand(NonEmptyString)("tea"), due: new Date(1) }],
      labels: new Set(["b", "a"]),
      sizes: new Set([2, 1]),
      prices: new Map([["tea", 3]]),
      colour: "blue",
      more: { any: ["thing"] },
    })
    expect(rightOf(EventCodec.encode(OrderEvent, event)).data).toEqual({
      id: "01900000-0000-4000-8000-000000000001",
      by: "Ada",
      at: "1970-01-01T00:00:00.000Z",
      count: "1.5",
      total: "1180591620717411303424",
      note: { _tag: "Some", value: "x" },
      hint: null,
      outcome: { _tag: "Right", right: "2" },
      lines: [{ item: "tea", due: "1970-01-01T00:00:00.001Z" }],
      labels: ["a", "b"],
      sizes: [1, 2],
      prices: [["tea", "3"]],
      colour: "blue",
      more: { any: ["thing"] },
    })
  })

  it("are lifted, under old names too", () => {
    for (const name of ["Moved", "OrderMoved"]) {
      expect(EventCodec.decode(OrderEvent, name, 1, { at: "1970-01-01T00:00:00.000Z" })).toEqual(
        Either.right([{ _tag: "Moved", at: new Date(0), to: Option.none }]),
      )
    }
  })
})

describe("a fault of io-ts-types", () => {
  const [event] = fc.sample(placed, { numRuns: 1, seed: 1 }).map(OrderEvent.Placed)
  if (event === undefined) throw new Error("nothing was generated")
  const { data } = rightOf(EventCodec.encode(OrderEvent, event))

  it.each<[string, unknown, string]>([
    ["id", "x", "id"],
    ["by", "", "by"],
    ["at", "yesterday", "at"],
    ["count", "one", "count"],
    ["total", "1.5", "total"],
    ["note", { _tag: "Some", value: 1 }, "note.value"],
    ["hint", "", "hint"],
    ["outcome", { _tag: "Right", right: "x" }, "outcome.right"],
    ["lines", [{ item: "", due: "1970-01-01T00:00:00.000Z" }], "lines.0.item"],
    ["lines", [], "lines"],
    ["labels", ["a", 1], "labels.1"],
    ["sizes", ["1"], "sizes.0"],
    ["prices", [["tea", "x"]], "prices.0.1"],
  ])("has the path where %s cannot be read from %j", (key, value, path) => {
    expect(leftOf(EventCodec.decode(OrderEvent, "Placed", 1, { ...data, [key]: value })).path).toBe(path)
  })

  it.each<[string, unknown, string]>([
    ["id", "x", "id"],
    ["by", "", "by"],
    ["at", "1970-01-01T00:00:00.000Z", "at"],
    ["count", "1", "count"],
    ["total", 1, "total"],
    ["note", null, "note"],
    [
      "lines",
      [
        { item: "tea", due: new Date(0) },
        { item: "", due: new Date(0) },
      ],
      "lines.1.item",
    ],
    // That codec cannot be asked for its parts, and it would read them.
    ["lines", [{ item: "tea", due: "1970-01-01T00:00:00.000Z" }], "lines"],
    ["labels", ["a"], "labels"],
    ["prices", {}, "prices"],
    ["colour", "green", "colour"],
    ["more", undefined, "more"],
  ])("has the path where %s cannot be written from %j", (key, value, path) => {
    const wrong = Object.assign({ ...event }, { [key]: value })
    expect(leftOf(EventCodec.encode(OrderEvent, wrong)).path).toMatch(new RegExp(`^${path}(\\.|$)`))
  })

  it("is one, and no exception, where a Date is none", () => {
    const fault = leftOf(EventCodec.encode(OrderEvent, { ...event, at: new Date(Number.NaN) }))
    expect(fault.reason).toContain("Invalid time value")
  })

  it("is none where there is a fallback", () => {
    const read = rightOf(EventCodec.decode(OrderEvent, "Placed", 1, { ...data, colour: "green" }))
    expect(read).toMatchObject([{ colour: "red" }])
  })
})

describe("codecs of io-ts-types in a snapshot's state", () => {
  const State = t.type({
    seen: readonlySetFromArray(t.string, Str.Ord),
    last: option(DateFromISOString),
    total: BigIntFromString,
  })
  type State = t.TypeOf<typeof State>
  const initial: State = { seen: new Set(), last: Option.none, total: 0n }
  const Orders = Aggregate.make({
    category: "Order",
    events: OrderEvent,
    decider: Decider.make({
      initial,
      decide: (event: OrderEvent, _: State) => Decider.accept(event),
      evolve: (state: State, event: OrderEvent): State =>
        event._tag === "Placed"
          ? { seen: new Set([...state.seen, event.by]), last: Option.some(event.at), total: state.total + event.total }
          : { ...state, last: Option.some(event.at) },
    }),
    snapshot: { state: State, every: 2 },
  })
  laws(SnapshotLaws.suite({ aggregate: Orders, commands: events }))
})
