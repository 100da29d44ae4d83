import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as fc from "fast-check"
import { left, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import * as Payload from "../../../src/core/event/Payload.ts"
import * as SchemaType from "../../../src/core/event/SchemaType.ts"
import * as CodecLaws from "../../../src/laws/CodecLaws.ts"
import { laws } from "../../../src/laws/vitest.ts"
import { leftOf, rightOf } from "../support.ts"

class Money extends Schema.Class<Money>("Money")({ amount: Schema.Int, currency: Schema.String }) {
  get shown() {
    return `${this.amount} ${this.currency}`
  }
}
type Category = { readonly name: string; readonly inner: ReadonlyArray<Category> }
const Category = Schema.Struct({
  name: Schema.String,
  inner: Schema.Array(Schema.suspend((): Schema.Codec<Category> => Category)),
})
const OrderId = Schema.String.check(Schema.isUUID()).pipe(Schema.brand("OrderId"))

const Line = Schema.Struct({ name: Schema.NonEmptyString, price: Schema.Finite.check(Schema.isGreaterThan(0)) })
const OrderEvent = EventCodec.make(
  {
    Placed: EventCodec.version(SchemaType.make(Schema.Struct({ item: Schema.String }))).pipe(
      EventCodec.upcast(
        SchemaType.make(
          Schema.Struct({
            lines: Schema.Array(Line),
            due: Schema.OptionFromNullOr(Schema.DateFromString),
            note: Schema.optionalKey(Schema.String),
          }),
        ),
        ({ item }) => ({ lines: [{ name: item || "?", price: 1 }], due: Option.none() }),
      ),
    ),
    Paid: SchemaType.make(
      Schema.Struct({ id: OrderId, money: Money, big: Schema.BigIntFromString, at: Schema.DateTimeUtcFromString }),
    ),
    Moved: SchemaType.make(
      Schema.Union([
        Schema.Struct({ by: Schema.Literal("foot") }),
        Schema.Struct({ by: Schema.Literal("car"), plate: Schema.String }),
      ]),
    ),
    Sorted: SchemaType.make(Schema.Struct({ category: Category })),
    Mixed: t.type({ money: SchemaType.make(Money), n: t.number }),
  },
  { past: { OrderPlaced: EventCodec.renamed("Placed") } },
)
type OrderEvent = EventCodec.TypeOf<typeof OrderEvent>

const word = fc.string({ maxLength: 5 }).map((text) => `a${text}`)
const money = fc.integer().map((amount) => new Money({ amount, currency: "EUR" }))
const node = (inner: fc.Arbitrary<ReadonlyArray<Category>>): fc.Arbitrary<Category> =>
  fc.record({ name: word, inner }, { noNullPrototype: true })
const category = node(fc.array(node(fc.array(node(fc.constant([])), { maxLength: 2 })), { maxLength: 2 }))
const date = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2200-01-01") })
const events: fc.Arbitrary<OrderEvent> = fc.oneof(
  fc
    .record(
      {
        lines: fc.array(fc.record({ name: word, price: fc.integer({ min: 1 }) }, { noNullPrototype: true }), {
          maxLength: 3,
        }),
        due: fc.option(date).map(Option.fromNullOr),
        note: word,
      },
      { requiredKeys: ["lines", "due"] },
    )
    .map((payload) => OrderEvent.Placed(payload)),
  fc
    .record({ id: fc.uuid(), money, big: fc.bigInt(), at: date })
    .map(({ id, at, ...rest }) => OrderEvent.Paid({ id: OrderId.make(id), at: DateTime.fromDateUnsafe(at), ...rest })),
  word.map((plate) => OrderEvent.Moved({ by: "car", plate })),
  fc.constant(OrderEvent.Moved({ by: "foot" })),
  category.map((category) => OrderEvent.Sorted({ category })),
  fc.record({ money, n: fc.integer() }).map((payload) => OrderEvent.Mixed(payload)),
)
const stored = fc.oneof(
  fc.record({
    type: fc.constantFrom("Placed", "OrderPlaced"),
    schemaVersion: fc.constant(1),
    data: fc.record({ item: word }, { noNullPrototype: true }),
  }),
  fc.record({
    type: fc.constant("Moved"),
    schemaVersion: fc.constant(1),
    data: fc.record({ by: fc.constant("car"), plate: word }, { noNullPrototype: true }),
  }),
)

describe("a codec of schemas", () => {
  laws(CodecLaws.suite({ codec: OrderEvent, events, stored }))
  describe("and nothing else given", () => laws(CodecLaws.suite({ codec: OrderEvent })))

  const data = (event: OrderEvent) => rightOf(EventCodec.encode(OrderEvent, event)).data
  const id = OrderId.make("01900000-0000-7000-8000-000000000001")
  const at = DateTime.fromDateUnsafe(new Date(0))

  it("writes what its schemas encode", () => {
    expect(data(OrderEvent.Placed({ lines: [], due: Option.some(new Date(0)) }))).toEqual({
      lines: [],
      due: "1970-01-01T00:00:00.000Z",
    })
    expect(data(OrderEvent.Paid({ id, money: new Money({ amount: 1, currency: "EUR" }), big: 9n, at }))).toEqual({
      id,
      money: { amount: 1, currency: "EUR" },
      big: "9",
      at: "1970-01-01T00:00:00.000Z",
    })
  })

  it("reads instances of classes inside of a payload", () => {
    const read = rightOf(EventCodec.decode(OrderEvent, "Mixed", 1, { money: { amount: 1, currency: "EUR" }, n: 1 }))
    expect(read).toEqual([{ _tag: "Mixed", money: new Money({ amount: 1, currency: "EUR" }), n: 1 }])
  })

  it("leaves out keys that it does not name", () => {
    const event = { ...OrderEvent.Moved({ by: "foot" }), speed: 1 }
    expect(data(event)).toEqual({ by: "foot" })
    expect(EventCodec.decode(OrderEvent, "Moved", 1, { by: "foot", speed: 1 })).toEqual(
      right([{ _tag: "Moved", by: "foot" }]),
    )
  })

  it("lifts older versions, under old names too", () => {
    for (const name of ["Placed", "OrderPlaced"]) {
      expect(EventCodec.decode(OrderEvent, name, 1, { item: "tea" })).toEqual(
        right([{ _tag: "Placed", lines: [{ name: "tea", price: 1 }], due: Option.none() }]),
      )
    }
  })
})

describe("what a schema complains about", () => {
  const lines = [
    { name: "a", price: 1 },
    { name: "b", price: -1 },
  ]

  it("has a path, reading and writing, also where the written form is another", () => {
    expect(leftOf(EventCodec.decode(OrderEvent, "Placed", 2, { lines, due: null }))).toMatchObject({
      path: "lines.1.price",
    })
    const event = OrderEvent.Placed({ lines, due: Option.some(new Date(0)) })
    const fault = leftOf(EventCodec.encode(OrderEvent, event))
    expect(fault).toEqual({ path: "lines.1.price", reason: expect.stringContaining("greater than 0") })
  })

  it("has the whole path inside of an io-ts codec", () => {
    expect(leftOf(EventCodec.decode(OrderEvent, "Mixed", 1, { money: { amount: "1", currency: "" }, n: 1 })).path).toBe(
      "money.amount",
    )
    const wrong = OrderEvent.Mixed(JSON.parse('{"money":{"amount":1,"currency":"EUR"},"n":1}'))
    expect(leftOf(EventCodec.encode(OrderEvent, wrong)).path).toBe("money")
  })

  it("is told where a key is missing", () => {
    expect(leftOf(EventCodec.decode(OrderEvent, "Moved", 1, { by: "car" })).path).toMatch(/^(plate|by)$/)
    expect(leftOf(EventCodec.decode(OrderEvent, "Sorted", 1, { category: { name: "", inner: [{}] } })).path).toBe(
      "category.inner.0.name",
    )
  })
})

describe("a schema that writes undefined", () => {
  const Note = (note: Schema.Codec<unknown, string | undefined>) =>
    EventCodec.make({ Noted: SchemaType.make(Schema.Struct({ inner: Schema.Struct({ note }), n: Schema.Number })) })

  it("writes nothing that it would not read", () => {
    const Plain = Note(Schema.UndefinedOr(Schema.String))
    const fault = leftOf(EventCodec.encode(Plain, Plain.Noted({ inner: { note: undefined }, n: 1 })))
    expect(fault).toEqual({ path: "inner.note", reason: expect.stringContaining("Schema.optional") })
    expect(EventCodec.encode(Plain, Plain.Noted({ inner: { note: "a" }, n: 1 }))._tag).toBe("Right")
    const Optional = Note(Schema.OptionFromUndefinedOr(Schema.String))
    const none = Optional.Noted({ inner: { note: Option.none() }, n: 1 })
    expect(leftOf(EventCodec.encode(Optional, none)).path).toBe("inner.note")
    expect(() =>
      t
        .type({ at: SchemaType.make(Schema.Struct({ n: Schema.UndefinedOr(Schema.Number) })) })
        .encode({ at: { n: undefined } }),
    ).toThrow("Schema.optional")
  })

  it("is as good as any where it reads what is left", () => {
    const Event = EventCodec.make({
      Noted: SchemaType.make(
        Schema.Struct({ note: Schema.optional(Schema.String), tags: Schema.Array(Schema.String) }),
      ),
    })
    const event = Event.Noted({ note: undefined, tags: [] })
    const { type, schemaVersion, data } = rightOf(EventCodec.encode(Event, event))
    expect(EventCodec.decode(Event, type, schemaVersion, JSON.parse(JSON.stringify(data)))).toEqual(
      right([{ _tag: "Noted", tags: [] }]),
    )
  })
})

describe("a schema that cannot be a codec", () => {
  const reading = (read: (n: number) => Effect.Effect<number>) =>
    Payload.version(
      SchemaType.make(
        Schema.Number.pipe(
          Schema.decodeTo(Schema.Number, {
            decode: SchemaGetter.transformEffect(read),
            encode: SchemaGetter.transformEffect(read),
          }),
        ),
      ),
    )

  it("because it waits is a fault", () => {
    const waiting = reading((n) => Effect.delay(Effect.succeed(n), "1 millis"))
    expect(waiting.decode(1, 1)._tag).toBe("Left")
    expect(waiting.encode(1)._tag).toBe("Left")
  })

  it("because it dies is a fault", () => {
    const dying = reading(() => Effect.die(new Error("a bug")))
    expect(leftOf(dying.decode(1, 1)).reason).toContain("its codec threw")
    expect(leftOf(dying.encode(1)).reason).toContain("its codec threw")
  })

  it("because it is a class is a fault where it is a whole payload: events are plain", () => {
    const Event = EventCodec.make({ Paid: SchemaType.make(Money) })
    const fault = leftOf(EventCodec.encode(Event, Event.Paid(new Money({ amount: 1, currency: "EUR" }))))
    expect(fault.reason).toContain("Money")
    const Plain = EventCodec.make({ Paid: SchemaType.make(Schema.Struct(Money.fields)) })
    expect(EventCodec.encode(Plain, Plain.Paid(new Money({ amount: 1, currency: "EUR" })))).toMatchObject({
      right: { data: { amount: 1, currency: "EUR" } },
    })
  })
})

describe("a snapshot's state of a schema", () => {
  it("is an instance of its class again", () => {
    const state = Payload.version(SchemaType.make(Money))
    const encoded = rightOf(state.encode(new Money({ amount: 1, currency: "EUR" })))
    expect(rightOf(state.decode(1, JSON.parse(JSON.stringify(encoded)))).shown).toBe("1 EUR")
  })

  it("can be of any schema, by way of toCodecJson", () => {
    const state = Payload.version(
      SchemaType.make(Schema.toCodecJson(Schema.Struct({ at: Schema.Date, n: Schema.BigInt }))),
    )
    const value = { at: new Date(0), n: 2n ** 70n }
    const encoded = rightOf(state.encode(value))
    expect(state.decode(1, JSON.parse(JSON.stringify(encoded)))).toEqual(right(value))
    expect(state.decode(1, { at: "never", n: "1" })).toEqual(left({ path: "at", reason: expect.any(String) }))
  })
})
