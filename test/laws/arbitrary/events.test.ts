/** Events of a model, and what its older versions wrote: derived, so that the codec alone is enough for its laws. */
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { isRight } from "fp-ts/lib/Either.js"
import * as Option from "fp-ts/lib/Option.js"
import * as t from "io-ts"
import { DateFromISOString } from "io-ts-types/lib/DateFromISOString.js"
import { NonEmptyString } from "io-ts-types/lib/NonEmptyString.js"
import { optionFromNullable } from "io-ts-types/lib/optionFromNullable.js"
import { UUID } from "io-ts-types/lib/UUID.js"
import { describe, expect, it } from "vitest"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import * as Json from "../../../src/core/event/Json.ts"
import * as SchemaType from "../../../src/core/event/SchemaType.ts"
import * as Arbitrary from "../../../src/laws/Arbitrary.ts"
import * as CodecLaws from "../../../src/laws/CodecLaws.ts"
import { laws } from "../../../src/laws/vitest.ts"
import { rightOf } from "../../core/support.ts"
import { LedgerEvent } from "../../golden/model.ts"
import * as golden from "../../golden/orders.ts"
import { catchesAll } from "../broken/caught.ts"
import { cases } from "../broken/derived.ts"
import { OrderEvent } from "../broken/orders.ts"
import { sample, smallest } from "./support.ts"

const Pieces = t.refinement(t.number, (n) => Number.isInteger(n) && n > 0 && n <= 10_000, "Pieces")
const Line = t.intersection([
  t.type({ sku: t.refinement(t.string, (s) => /^[A-Z]{3}-\d{4}$/.test(s), "Sku"), pieces: Pieces, price: t.number }),
  t.partial({ note: t.string }),
])
const Cents = t.refinement(t.number, Number.isSafeInteger, "Cents")
const Address = t.type({ street: NonEmptyString, city: NonEmptyString, zip: t.string })

const nobody = rightOf(UUID.decode("01900000-0000-7000-8000-000000000000"))

/** What a shop may look like after some years. */
const ShopEvent = EventCodec.make(
  {
    Placed: EventCodec.version(t.type({ item: t.string }))
      .pipe(EventCodec.upcast(t.type({ item: t.string, pieces: t.number }), (v1) => ({ ...v1, pieces: 1 })))
      .pipe(
        EventCodec.upcast(
          t.type({ id: UUID, at: DateFromISOString, lines: t.array(Line), to: optionFromNullable(Address) }),
          () => ({ id: nobody, at: new Date(0), lines: [], to: Option.none }),
        ),
      ),
    Paid: t.union([
      t.type({ by: t.literal("card"), last4: t.string, cents: Cents }),
      t.type({ by: t.literal("invoice"), cents: Cents }),
    ]),
    Shipped: SchemaType.make(
      Schema.Struct({
        with: Schema.Literals(["bike", "car"]),
        at: Schema.DateFromString,
        to: Schema.optionalKey(Schema.String),
      }),
    ),
    Closed: t.type({}),
    Noted: t.record(t.string, t.string),
  },
  {
    past: {
      OrderPlaced: EventCodec.renamed("Placed"),
      Bought: EventCodec.split(t.type({ item: t.string, cents: Cents }), ["Paid", "Closed"], ({ cents }) => [
        { _tag: "Paid", by: "invoice", cents },
        { _tag: "Closed" },
      ]),
      Rated: EventCodec.retired,
    },
  },
)

const encoded = <E>(codec: EventCodec.EventCodec<E>, event: E): EventCodec.Encoded =>
  rightOf(EventCodec.encode(codec, event))

describe("events", () => {
  const events = sample(Arbitrary.events(ShopEvent), 2000)

  it("are encoded, written as JSON, and decoded", () => {
    const stored = events.map((event) => encoded(ShopEvent, event))
    expect(stored.every(({ data }) => isRight(Json.stringify(data)))).toBe(true)
    expect(stored.every((one) => isRight(EventCodec.decode(ShopEvent, one.type, one.schemaVersion, one.data)))).toBe(
      true,
    )
  })

  it("are of every tag alike", () => {
    for (const tag of ["Placed", "Paid", "Shipped", "Closed", "Noted"]) {
      expect(events.filter(({ _tag }) => _tag === tag).length).toBeGreaterThan(300)
    }
  })

  it("are overridden by tag and path, and by tag alone", () => {
    const overridden = Arbitrary.events(ShopEvent, {
      at: {
        "Placed.lines.*.price": fc.integer({ min: 1, max: 9 }),
        "Paid.cents": fc.constant(5),
        Closed: fc.constant({}),
        Noted: fc.constant({ text: "x" }),
      },
    })
    for (const event of sample(overridden)) {
      if (event._tag === "Placed") expect(event.lines.every(({ price }) => price >= 1 && price <= 9)).toBe(true)
      if (event._tag === "Paid") expect(event.cents).toBe(5)
      if (event._tag === "Noted") expect(event).toEqual({ _tag: "Noted", text: "x" })
    }
  })

  it("do not take a path without its tag", () => {
    const at: { readonly [path: string]: fc.Arbitrary<string> } = { owner: fc.string() }
    const Opened = EventCodec.make({ Opened: t.type({ owner: t.string }) })
    expect(() => Arbitrary.events<EventCodec.TypeOf<typeof Opened>>(Opened, { at })).toThrow(
      'nothing at "owner"; the paths are Opened, Opened.owner.',
    )
  })

  it("are made small, of the first tag where that fails too", () => {
    const found = smallest(fc.array(Arbitrary.events(LedgerEvent)), (events) => events.length < 2)
    expect(found).toEqual(Array(2).fill({ _tag: "Opened", owner: "", currency: "" }))
  })

  it("of two codecs put together are of both", () => {
    const both = EventCodec.union(LedgerEvent, EventCodec.make({ Counted: t.type({ n: t.number }) }))
    expect(new Set(sample(Arbitrary.events(both)).map(({ _tag }) => _tag))).toEqual(
      new Set(["Opened", "Booked", "Closed", "Counted"]),
    )
  })
})

describe("stored payloads", () => {
  const payloads = sample(Arbitrary.stored(ShopEvent), 3000)
  const names = new Set(payloads.map(({ type, schemaVersion }) => `${type} v${schemaVersion}`))

  it("are of every name and version that was ever written", () => {
    expect([...names].sort()).toEqual(
      [
        ...["Bought v1", "Closed v1", "Noted v1", "OrderPlaced v1", "OrderPlaced v2", "OrderPlaced v3"],
        ...["Paid v1", "Placed v1", "Placed v2", "Placed v3", "Rated v1", "Rated v2", "Rated v3", "Shipped v1"],
      ].sort(),
    )
  })

  it("are read, and mean what they meant", () => {
    for (const { type, schemaVersion, data } of payloads) {
      expect(isRight(EventCodec.decode(ShopEvent, type, schemaVersion, data))).toBe(true)
    }
  })

  it("of a tag that was split before are counted on", () => {
    const found = new Set(sample(Arbitrary.stored(golden.OrderEvent)).map((one) => `${one.type} v${one.schemaVersion}`))
    for (const name of ["Shipped v1", "Shipped v2", "PlacedAndPaid v1", "PlacedAndPaid v2", "Bestellt v3"]) {
      expect(found).toContain(name)
    }
  })

  it("are overridden in one version, or in all that have the path, under old names too", () => {
    const overridden = Arbitrary.stored(ShopEvent, {
      at: { "Placed.item": fc.constant("tea"), "Placed v2.pieces": fc.constant(3), "Bought.cents": fc.constant(4) },
    })
    for (const { type, schemaVersion, data } of sample(overridden)) {
      if (type === "Bought") expect(data).toMatchObject({ cents: 4 })
      if (!type.endsWith("Placed") || schemaVersion === 3) continue
      expect(data).toEqual(schemaVersion === 1 ? { item: "tea" } : { item: "tea", pieces: 3 })
    }
  })

  it("do not take a path that no version has", () => {
    expect(() => Arbitrary.stored(LedgerEvent, { at: { "Opened v1.currency": fc.string() } })).toThrow(
      "the paths are Booked, Booked v1, Booked v1.amount",
    )
  })
})

describe("a codec alone is enough for its laws", () => {
  describe("of a shop", () => laws(CodecLaws.suite({ codec: ShopEvent })))
  describe("of a ledger", () => laws(CodecLaws.suite({ codec: LedgerEvent })))
  describe("of orders with a past", () => {
    // Its upcast makes a list of so many.
    const stored = Arbitrary.stored(golden.OrderEvent, { at: { "Placed v2.count": fc.nat(9) } })
    laws(CodecLaws.suite({ codec: golden.OrderEvent, stored }))
  })
  describe("of another one", () => laws(CodecLaws.suite({ codec: OrderEvent })))

  catchesAll(cases)

  it("and where it is not, it is said what to give", () => {
    const Hidden = new t.Type<string>(
      "Hidden",
      (u): u is string => u === "x",
      () => t.failures([]),
      t.identity,
    )
    const codec = EventCodec.make({ Sealed: t.type({ by: Hidden }) })
    expect(() => CodecLaws.suite({ codec })).toThrow(
      'of Hidden at Sealed.by can be derived: it does not say what it is made of, and accepts no JSON that was tried. Give one: { at: { "Sealed.by": … } }. As here: { events: Arbitrary.events(codec, { at: … }) }.',
    )
  })
})
