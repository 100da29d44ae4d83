/** The model that the stores are measured with: orders, one event of about 250 bytes of JSON a command. */
import { Aggregate, Decider, EventCodec } from "everfold"
import * as t from "io-ts"

export const OrderEvent = EventCodec.make({
  LineAdded: t.type({
    sku: t.string,
    title: t.string,
    quantity: t.number,
    price: t.type({ amount: t.number, currency: t.string }),
    delivery: t.type({ name: t.string, street: t.string, city: t.string, express: t.boolean }),
    orderedBy: t.string,
  }),
})
export type OrderEvent = EventCodec.TypeOf<typeof OrderEvent>

/** How many lines of the same kind to add: one event each. */
type AddLines = { readonly lines: number; readonly quantity: number }

interface Order {
  readonly lines: number
  readonly total: number
}

export const line = (quantity: number) => ({
  sku: "SKU-0004711-B",
  title: "Espresso cups, porcelain, set of six",
  quantity,
  price: { amount: 2490, currency: "EUR" },
  delivery: { name: "Ada Lovelace", street: "12 St James's Square", city: "London", express: true },
  orderedBy: "ada@example.org",
})

/** What a hand-written store keeps of an event: the payload alone. */
export const payload = (quantity: number): Buffer => Buffer.from(JSON.stringify(line(quantity)))

const order = Decider.make({
  initial: { lines: 0, total: 0 },
  decide: ({ lines, quantity }: AddLines, _order: Order) =>
    lines === 1
      ? Decider.accept(OrderEvent.LineAdded(line(quantity)))
      : Decider.accept(...Array.from({ length: lines }, (_, i) => OrderEvent.LineAdded(line(quantity + i)))),
  evolve: (order: Order, event: OrderEvent): Order => ({
    lines: order.lines + 1,
    total: order.total + event.quantity * event.price.amount,
  }),
})

export const Orders = Aggregate.make({ category: "Order", decider: order, events: OrderEvent })
