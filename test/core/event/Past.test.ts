import { left, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import { leftOf, rightOf } from "../support.ts"

const OrderEvent = EventCodec.make(
  {
    Placed: EventCodec.version(t.type({ item: t.string })).pipe(
      EventCodec.upcast(t.type({ item: t.string, count: t.number }), (v1) => ({ ...v1, count: 1 })),
    ),
    Paid: t.type({ amount: t.number }),
    Shipped: EventCodec.version(t.type({})).pipe(EventCodec.upcast(t.type({ by: t.string }), () => ({ by: "post" }))),
  },
  {
    tags: (event) => (event._tag === "Placed" ? [`item:${event.item}`] : []),
    past: {
      OrderPlaced: EventCodec.renamed("Placed"),
      NewOrder: EventCodec.renamed("Placed"),
      PlacedAndPaid: EventCodec.split(
        EventCodec.version(t.type({ item: t.string })).pipe(
          EventCodec.upcast(t.type({ item: t.string, price: t.number }), (v1) => ({ ...v1, price: 1 })),
        ),
        ["Placed", "Paid"],
        ({ item, price }) => [
          { _tag: "Placed", item, count: 1 },
          { _tag: "Paid", amount: price },
        ],
      ),
      // Until its second version, Shipped also said what had been paid on delivery.
      Shipped: EventCodec.split(
        EventCodec.version(t.type({ cash: t.number })).pipe(
          EventCodec.upcast(t.type({ cash: t.number, tip: t.number }), (v1) => ({ ...v1, tip: 0 })),
        ),
        ["Paid", "Shipped"],
        ({ cash, tip }) => [
          { _tag: "Paid", amount: cash + tip },
          { _tag: "Shipped", by: "hand" },
        ],
      ),
      Sent: EventCodec.renamed("Shipped"),
      Noted: EventCodec.retired,
    },
  },
)
const decode = (type: string, version: number, data: unknown) => EventCodec.decode(OrderEvent, type, version, data)

describe("a name of the past", () => {
  it("that was renamed is read by the whole chain of its tag", () => {
    for (const name of ["OrderPlaced", "NewOrder", "Placed"]) {
      expect(decode(name, 1, { item: "tea" })).toEqual(right([{ _tag: "Placed", item: "tea", count: 1 }]))
      expect(decode(name, 2, { item: "tea", count: 3 })).toEqual(right([{ _tag: "Placed", item: "tea", count: 3 }]))
      expect(leftOf(decode(name, 3, {})).reason).toContain("schema version 3 is unknown here")
    }
  })

  it("that was split stands for all its events, in order, in every version", () => {
    const events = (amount: number) =>
      right([
        { _tag: "Placed", item: "tea", count: 1 },
        { _tag: "Paid", amount },
      ])
    expect(decode("PlacedAndPaid", 1, { item: "tea" })).toEqual(events(1))
    expect(decode("PlacedAndPaid", 2, { item: "tea", price: 7 })).toEqual(events(7))
    expect(leftOf(decode("PlacedAndPaid", 3, {})).reason).toContain("schema version 3 is unknown here")
    expect(decode("PlacedAndPaid", 2, { item: "tea" })).toEqual(
      left({ path: "price", reason: "nothing is not number" }),
    )
  })

  it("that is retired stands for no event, in whatever version", () => {
    for (const version of [1, 2, 99]) expect(decode("Noted", version, { text: "call back" })).toEqual(right([]))
  })

  it("is never written", () => {
    const stranger = JSON.parse('{"_tag":"Noted"}')
    expect(leftOf(EventCodec.encode(OrderEvent, stranger)).reason).toBe(
      "type Noted is unknown here (known: Placed, Paid, Shipped)",
    )
    expect(rightOf(EventCodec.encode(OrderEvent, OrderEvent.Placed({ item: "tea", count: 1 })))).toMatchObject({
      type: "Placed",
      schemaVersion: 2,
      tags: ["item:tea"],
    })
  })

  it("is named where a type is unknown", () => {
    expect(leftOf(decode("Stolen", 1, {})).reason).toBe(
      "the type is unknown here (known: Placed, Paid, Shipped, PlacedAndPaid, OrderPlaced, NewOrder, Sent, Noted)",
    )
  })
})

describe("a split that precedes a tag of its own name", () => {
  it("reads the versions up to its latest, and the tag those from then on", () => {
    const cash = (amount: number) =>
      right([
        { _tag: "Paid", amount },
        { _tag: "Shipped", by: "hand" },
      ])
    for (const name of ["Shipped", "Sent"]) {
      expect(decode(name, 1, { cash: 5 })).toEqual(cash(5))
      expect(decode(name, 2, { cash: 5, tip: 1 })).toEqual(cash(6))
      expect(decode(name, 3, {})).toEqual(right([{ _tag: "Shipped", by: "post" }]))
      expect(decode(name, 4, { by: "bike" })).toEqual(right([{ _tag: "Shipped", by: "bike" }]))
    }
  })

  it("gives what is written now the next version", () => {
    expect(rightOf(EventCodec.encode(OrderEvent, OrderEvent.Shipped({ by: "bike" })))).toEqual({
      type: "Shipped",
      schemaVersion: 4,
      data: { by: "bike" },
      tags: [],
    })
  })

  it.each([0, 5, -1, 1.5, 2.5, Number.NaN, Number.POSITIVE_INFINITY])("knows no version %d", (version) => {
    expect(leftOf(decode("Shipped", version, {})).reason).toContain(`schema version ${version} is unknown here`)
  })
})

describe("a split that is wrong", () => {
  const answering = (events: string) =>
    EventCodec.make(
      { Placed: t.type({}), Paid: t.type({}) },
      { past: { Old: EventCodec.split(t.type({}), ["Placed"], () => JSON.parse(events)) } },
    )

  it.each([
    ['[{"_tag":"Placed"},{"_tag":"Paid"}]', "its split answers Paid, and it declares Placed"],
    ['[{"_tag":"Plced"}]', "its split answers Plced, and it declares Placed"],
    ["[{}]", "its split answers what is no event"],
    ["[null]", "its split answers what is no event"],
    ['{"_tag":"Placed"}', "its split answers no list of events"],
    ["null", "its split answers no list of events"],
  ])("by answering %s does not decode", (events, reason) => {
    expect(EventCodec.decode(answering(events), "Old", 1, {})).toEqual(left({ path: "", reason }))
  })

  it("by throwing does not decode", () => {
    const codec = EventCodec.make(
      { Placed: t.type({}) },
      {
        past: {
          Old: EventCodec.split(t.type({}), ["Placed"], () => {
            throw new Error("no splitting")
          }),
        },
      },
    )
    expect(EventCodec.decode(codec, "Old", 1, {})).toEqual(left({ path: "", reason: "its split threw no splitting" }))
  })

  it("is not, only because it answers ten thousand events", () => {
    const codec = EventCodec.make(
      { Counted: t.type({ n: t.number }) },
      {
        past: {
          Range: EventCodec.split(t.type({ to: t.number }), ["Counted"], ({ to }) =>
            Array.from({ length: to }, (_, n) => ({ _tag: "Counted" as const, n })),
          ),
        },
      },
    )
    const events = rightOf(EventCodec.decode(codec, "Range", 1, { to: 10_000 }))
    expect(events.length).toBe(10_000)
    expect(events.at(-1)).toEqual({ _tag: "Counted", n: 9_999 })
  })
})

describe("making a codec with a past", () => {
  const today = { Placed: t.type({}), Paid: t.type({}) }
  const untyped = (text: string) => JSON.parse(text)

  it.each(["", "a".repeat(129), "half\ud800", "a\0b"])("throws where a name is %j", (name) => {
    expect(() => EventCodec.make(today, { past: { [name]: EventCodec.retired } })).toThrow("cannot name a stored type")
  })

  it("throws where a tag of today is said to be renamed or retired", () => {
    for (const was of [EventCodec.retired, EventCodec.renamed("Paid"), EventCodec.renamed("Placed")]) {
      expect(() => EventCodec.make(today, { past: { Placed: was } })).toThrow(
        'EventCodec: "Placed" of the past is a tag of today: what was written under it can be split, and no more',
      )
    }
  })

  it("throws where something became what is no tag, also where the compiler did not see it", () => {
    const renamed = { Old: untyped('{"_tag":"Renamed","to":"Plced"}') }
    expect(() => EventCodec.make(today, { past: renamed })).toThrow("was renamed to what is no tag")
    const split = { Old: { ...EventCodec.split(t.type({}), [], () => []), into: untyped('["Plced"]') } }
    expect(() => EventCodec.make(today, { past: split })).toThrow("is split into Plced, which is no tag")
    const chained = {
      Older: untyped('{"_tag":"Renamed","to":"Old"}'),
      Old: EventCodec.split(t.type({}), ["Paid"], () => []),
    }
    expect(() => EventCodec.make(today, { past: chained })).toThrow("was renamed to what is no tag")
  })

  it("takes names that objects inherit for what they are", () => {
    const past = {
      ["__proto__"]: EventCodec.renamed("Placed"),
      constructor: EventCodec.retired,
      toString: EventCodec.split(t.type({}), ["Paid"], () => [{ _tag: "Paid" }]),
    }
    const codec = EventCodec.make(today, { past })
    expect(EventCodec.decode(codec, "__proto__", 1, {})).toEqual(right([{ _tag: "Placed" }]))
    expect(EventCodec.decode(codec, "constructor", 1, {})).toEqual(right([]))
    expect(EventCodec.decode(codec, "toString", 1, {})).toEqual(right([{ _tag: "Paid" }]))
    expect(leftOf(EventCodec.decode(codec, "hasOwnProperty", 1, {})).reason).toContain("unknown here")
    expect(EventCodec.storedTypes(codec, "Placed")).toEqual(["Placed", "__proto__"])
  })

  it("throws where __proto__ was written so that it names nothing", () => {
    expect(() => EventCodec.make(today, { past: { __proto__: EventCodec.retired } })).toThrow("a table inherits")
    expect(() => EventCodec.make({ Placed: t.type({}), __proto__: t.type({}) })).toThrow("a table inherits")
  })
})

describe("the stored types of a tag", () => {
  it("are the tag, its old names, and what was split into it under any name", () => {
    expect(EventCodec.storedTypes(OrderEvent, "Placed")).toEqual(["Placed", "PlacedAndPaid", "OrderPlaced", "NewOrder"])
    expect(EventCodec.storedTypes(OrderEvent, "Paid")).toEqual(["Paid", "Shipped", "PlacedAndPaid", "Sent"])
    expect(EventCodec.storedTypes(OrderEvent, "Shipped")).toEqual(["Shipped", "Sent"])
  })

  it("are its own too where what was written under it is split into others", () => {
    const today = { Paid: t.type({}), Shipped: t.type({}) }
    const Event = EventCodec.make(today, {
      past: { Shipped: EventCodec.split(t.type({}), ["Paid"], () => [{ _tag: "Paid" }]) },
    })
    expect(EventCodec.storedTypes(Event, "Shipped")).toEqual(["Shipped"])
    expect(EventCodec.storedTypes(Event, "Paid")).toEqual(["Paid", "Shipped"])
  })
})

describe("the union of two codecs", () => {
  const StockEvent = EventCodec.make(
    { Counted: t.type({ n: t.number }) },
    { tags: ({ n }) => [`n:${n}`], past: { StockTaken: EventCodec.renamed("Counted") } },
  )
  const ShopEvent = EventCodec.union(OrderEvent, StockEvent)

  it("makes, writes and reads the events of both", () => {
    const events = [
      ShopEvent.Placed({ item: "tea", count: 1 }),
      ShopEvent.Counted({ n: 7 }),
      ShopEvent.Shipped({ by: "x" }),
    ]
    const encoded = events.map((event) => rightOf(EventCodec.encode(ShopEvent, event)))
    expect(encoded.map(({ type, schemaVersion }) => [type, schemaVersion])).toEqual([
      ["Placed", 2],
      ["Counted", 1],
      ["Shipped", 4],
    ])
    const read = encoded.map(({ type, schemaVersion, data }) => EventCodec.decode(ShopEvent, type, schemaVersion, data))
    expect(read).toEqual(events.map((event) => right([event])))
    expect(EventCodec.decode(ShopEvent, "StockTaken", 1, { n: 1 })).toEqual(right([{ _tag: "Counted", n: 1 }]))
    expect(EventCodec.decode(ShopEvent, "OrderPlaced", 1, { item: "a" })._tag).toBe("Right")
  })

  it("keeps each event's own query tags, and the stored types", () => {
    expect(rightOf(EventCodec.encode(ShopEvent, ShopEvent.Placed({ item: "tea", count: 1 }))).tags).toEqual([
      "item:tea",
    ])
    expect(rightOf(EventCodec.encode(ShopEvent, ShopEvent.Counted({ n: 7 }))).tags).toEqual(["n:7"])
    expect(EventCodec.storedTypes(ShopEvent, "Counted")).toEqual(["Counted", "StockTaken"])
    expect(EventCodec.storedTypes(ShopEvent, "Placed")).toEqual(EventCodec.storedTypes(OrderEvent, "Placed"))
  })

  it("leaves both as they were", () => {
    expect(leftOf(EventCodec.decode(OrderEvent, "Counted", 1, {})).reason).toContain("unknown here")
    expect(Object.keys(OrderEvent)).toEqual(["Placed", "Paid", "Shipped"])
  })

  it("names the types of both where one is unknown", () => {
    expect(leftOf(EventCodec.encode(ShopEvent, JSON.parse('{"_tag":"Stolen"}'))).reason).toBe(
      "type Stolen is unknown here (known: Placed, Paid, Shipped, Counted)",
    )
  })

  it("throws where both store a name, be it of the past", () => {
    const Other = EventCodec.make({ Booked: t.type({}) }, { past: { Noted: EventCodec.renamed("Booked") } })
    expect(() => EventCodec.union(OrderEvent, Other)).toThrow('EventCodec: "Noted" is stored by both codecs.')
    const Third = EventCodec.make({ Booked: t.type({}) }, { past: { Placed: EventCodec.renamed("Booked") } })
    expect(() => EventCodec.union(OrderEvent, Third)).toThrow('"Placed" is stored by both')
  })

  it("takes tags that objects inherit", () => {
    const name = "__proto__"
    const Odd = EventCodec.make({ [name]: t.type({}), constructor: t.type({}) })
    const Both = EventCodec.union(Odd, StockEvent)
    expect(EventCodec.decode(Both, name, 1, {})).toEqual(right([{ _tag: name }]))
    expect(Both.constructor()).toEqual({ _tag: "constructor" })
    expect(Object.keys(Both)).toEqual(["__proto__", "constructor", "Counted"])
  })
})
