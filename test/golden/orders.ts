/** A model with a past, which the second corpus was written by; its codecs only ever gain versions and names. */
import * as t from "io-ts"
import { Aggregate, Decider, EventCodec, Payload } from "../../src/core/index.ts"

const Lines = t.intersection([t.type({ items: t.readonlyArray(t.string) }), t.partial({ note: t.string })])

export const OrderEvent = EventCodec.make(
  {
    Placed: EventCodec.version(t.type({ item: t.string }))
      .pipe(EventCodec.upcast(t.type({ item: t.string, count: t.number }), (v1) => ({ ...v1, count: 1 })))
      .pipe(EventCodec.upcast(Lines, ({ item, count }) => ({ items: Array.from({ length: count }, () => item) }))),
    Paid: t.type({ amount: t.number }),
    Shipped: t.type({ by: t.string }),
  },
  {
    tags: (event) => (event._tag === "Placed" ? event.items.map((item) => `item:${item}`) : []),
    past: {
      OrderPlaced: EventCodec.renamed("Placed"),
      Bestellt: EventCodec.renamed("Placed"),
      PlacedAndPaid: EventCodec.split(
        EventCodec.version(t.type({ item: t.string, price: t.number })).pipe(
          EventCodec.upcast(t.type({ item: t.string, price: t.number, tip: t.number }), (v1) => ({ ...v1, tip: 0 })),
        ),
        ["Placed", "Paid"],
        ({ item, price, tip }) => [
          { _tag: "Placed", items: [item] },
          { _tag: "Paid", amount: price },
          ...(tip === 0 ? [] : [{ _tag: "Paid" as const, amount: tip }]),
        ],
      ),
      Shipped: EventCodec.split(t.type({ cash: t.number }), ["Paid", "Shipped"], ({ cash }) => [
        { _tag: "Paid", amount: cash },
        { _tag: "Shipped", by: "hand" },
      ]),
      Noted: EventCodec.retired,
    },
  },
)
export type OrderEvent = EventCodec.TypeOf<typeof OrderEvent>

const StateV1 = t.type({ items: t.readonlyArray(t.string), paid: t.number })
const OrderState = t.type({ items: t.readonlyArray(t.string), payments: t.readonlyArray(t.number), by: t.string })
export type OrderState = t.TypeOf<typeof OrderState>

/** A state's first version knew the sum of the payments only. */
export const states = Payload.version(StateV1).pipe(
  Payload.upcast(OrderState, ({ items, paid }) => ({ items, payments: [paid], by: "" })),
)

const initial: OrderState = { items: [], payments: [], by: "" }

export const order = Decider.make({
  initial,
  decide: (event: OrderEvent, _state: OrderState) => Decider.accept(event),
  evolve: (state: OrderState, event: OrderEvent): OrderState => {
    switch (event._tag) {
      case "Placed":
        return { ...state, items: [...state.items, ...event.items] }
      case "Paid":
        return { ...state, payments: [...state.payments, event.amount] }
      case "Shipped":
        return { ...state, by: event.by }
    }
  },
})

export const Orders = Aggregate.make({
  category: "Order",
  decider: order,
  events: OrderEvent,
  snapshot: { state: states, every: 3, modelVersion: 3 },
})
