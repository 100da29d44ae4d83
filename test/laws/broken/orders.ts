/** The events of an order over a long life. */
import * as fc from "fast-check"
import * as t from "io-ts"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import type * as CodecLaws from "../../../src/laws/CodecLaws.ts"

export const PlacedV1 = t.type({ item: t.string })
export const PlacedV2 = t.type({ item: t.string, count: t.number })
export const PlacedV3 = t.intersection([t.type({ items: t.readonlyArray(t.string) }), t.partial({ note: t.string })])
export const Paid = t.type({ amount: t.number })
export const Shipped = t.strict({ by: t.string })
const Bought = t.type({ item: t.string, price: t.number })

/** As many as were ordered, or nine. */
export const times = (count: number, item: string): ReadonlyArray<string> =>
  Array.from({ length: Math.trunc(Math.min(Math.max(count, 0), 9)) }, () => item)

export const placed = EventCodec.version(PlacedV1)
  .pipe(EventCodec.upcast(PlacedV2, (v1) => ({ ...v1, count: 1 })))
  .pipe(EventCodec.upcast(PlacedV3, ({ item, count }) => ({ items: times(count, item) })))

export const past = {
  OrderPlaced: EventCodec.renamed("Placed"),
  Bought: EventCodec.split(Bought, ["Placed", "Paid"], ({ item, price }) => [
    { _tag: "Placed", items: [item] },
    { _tag: "Paid", amount: price },
  ]),
  // Its first version stands for another tag, and whoever asks for its own must find it all the same.
  Shipped: EventCodec.split(t.type({ cash: t.number }), ["Paid"], ({ cash }) => [{ _tag: "Paid", amount: cash }]),
  Noted: EventCodec.retired,
} as const

export const OrderEvent = EventCodec.make({ Placed: placed, Paid, Shipped }, { past })
export type OrderEvent = EventCodec.TypeOf<typeof OrderEvent>

const price = fc.double({ noNaN: true, noDefaultInfinity: true })
export const word = fc.string({ maxLength: 5 })

export const events: fc.Arbitrary<OrderEvent> = fc.oneof(
  fc
    .record({ items: fc.array(word, { maxLength: 3 }), note: word }, { requiredKeys: ["items"] })
    .map((payload) => OrderEvent.Placed(payload)),
  price.map((amount) => OrderEvent.Paid({ amount })),
  word.map((by) => OrderEvent.Shipped({ by })),
)

const under = <A extends CodecLaws.StoredPayload["data"]>(
  type: string,
  schemaVersion: number,
  data: fc.Arbitrary<A>,
): fc.Arbitrary<CodecLaws.StoredPayload> => data.map((data) => ({ type, schemaVersion, data }))

const placedUnder = (type: string) => [
  under(type, 1, fc.record({ item: word }, { noNullPrototype: true })),
  under(type, 2, fc.record({ item: word, count: fc.integer({ min: 0, max: 9 }) }, { noNullPrototype: true })),
]

export const stored: fc.Arbitrary<CodecLaws.StoredPayload> = fc.oneof(
  ...placedUnder("OrderPlaced"),
  ...placedUnder("Placed"),
  under("Placed", 3, fc.record({ items: fc.array(word, { maxLength: 3 }) }, { noNullPrototype: true })),
  under("Paid", 1, fc.record({ amount: price }, { noNullPrototype: true })),
  under("Bought", 1, fc.record({ item: word, price }, { noNullPrototype: true })),
  under("Shipped", 1, fc.record({ cash: price }, { noNullPrototype: true })),
  under("Shipped", 2, fc.record({ by: word }, { noNullPrototype: true })),
  under("Noted", 1, fc.constant({ text: "call back" })),
)

export const golden: ReadonlyArray<CodecLaws.Fixture<OrderEvent>> = [
  { type: "OrderPlaced", schemaVersion: 1, data: { item: "tea" }, events: [OrderEvent.Placed({ items: ["tea"] })] },
  { type: "Placed", schemaVersion: 1, data: { item: "tea" }, events: [OrderEvent.Placed({ items: ["tea"] })] },
  {
    type: "Placed",
    schemaVersion: 2,
    data: { item: "tea", count: 2 },
    events: [OrderEvent.Placed({ items: ["tea", "tea"] })],
  },
  { type: "Placed", schemaVersion: 3, data: { items: [] }, events: [OrderEvent.Placed({ items: [] })] },
  { type: "Paid", schemaVersion: 1, data: { amount: 3 }, events: [OrderEvent.Paid({ amount: 3 })] },
  {
    type: "Bought",
    schemaVersion: 1,
    data: { item: "tea", price: 3 },
    events: [OrderEvent.Placed({ items: ["tea"] }), OrderEvent.Paid({ amount: 3 })],
  },
  {
    type: "Shipped",
    schemaVersion: 1,
    data: { cash: 5 },
    events: [OrderEvent.Paid({ amount: 5 })],
  },
  { type: "Shipped", schemaVersion: 2, data: { by: "bike" }, events: [OrderEvent.Shipped({ by: "bike" })] },
  { type: "Noted", schemaVersion: 1, data: { text: "call back" }, events: [] },
]

export const total = {
  initial: 0,
  evolve: (sum: number, event: OrderEvent): number => (event._tag === "Paid" ? sum + event.amount : sum),
}

export const good = { codec: OrderEvent, events, stored, golden, view: total }
