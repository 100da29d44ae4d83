// Orders, reservations and payments: three applications, each with a store of its own. An order is placed; its goods are
// reserved; it is paid. A payment that is refused has the reservation released, and then the order rejected.
//
// Whatever comes in which order, it comes to the same: an order and its payment have streams of their own, and what
// is recorded of a stock commutes (D8) and is decided the same whatever else is recorded of it (D9).
import * as Effect from "effect/Effect"
import { Aggregate, Decider, EventCodec, ProcessManager, Processor, Query, Repository, System } from "everfold"
import * as t from "io-ts"
import { statesOf, type Worked } from "./Worked.ts"

// Orders

const placed = t.type({ item: t.string, quantity: t.number, cents: t.number })
export const OrderEvent = EventCodec.make({
  Placed: placed,
  Confirmed: t.type({}),
  Rejected: t.type({ reason: t.string }),
})
export type OrderEvent = EventCodec.TypeOf<typeof OrderEvent>

export type OrderCommand =
  | { readonly _tag: "Place"; readonly item: string; readonly quantity: number; readonly cents: number }
  | { readonly _tag: "Confirm" }
  | { readonly _tag: "Reject"; readonly reason: string }

export type Order = "none" | "placed" | "confirmed" | "rejected"

const none: Order = "none"

/** To be placed again, confirmed again or rejected again changes nothing: who is not sure may ask once more. */
export const order = Decider.make({
  initial: none,
  decide: (command: OrderCommand, state: Order) => {
    if (command._tag === "Place") {
      const { item, quantity, cents } = command
      return state === "none" ? Decider.accept(OrderEvent.Placed({ item, quantity, cents })) : Decider.accept()
    }
    if (state !== "placed") return Decider.accept()
    return command._tag === "Confirm"
      ? Decider.accept(OrderEvent.Confirmed())
      : Decider.accept(OrderEvent.Rejected({ reason: command.reason }))
  },
  evolve: (_state: Order, event: OrderEvent): Order =>
    event._tag === "Placed" ? "placed" : event._tag === "Confirmed" ? "confirmed" : "rejected",
})

const orders = Repository.make(Aggregate.make({ category: "Order", decider: order, events: OrderEvent }))

// Reservations

const reserved = t.type({ order: t.string, quantity: t.number, cents: t.number })
const released = t.type({ order: t.string, quantity: t.number })
const unavailable = t.type({ order: t.string })
export const StockEvent = EventCodec.make({ Reserved: reserved, Released: released, Unavailable: unavailable })
export type StockEvent = EventCodec.TypeOf<typeof StockEvent>

export type StockCommand =
  | { readonly _tag: "Reserve"; readonly order: string; readonly quantity: number; readonly cents: number }
  | { readonly _tag: "Release"; readonly order: string; readonly quantity: number }

/** The depot orders what it lacks: there is always enough, but not more than this for one order. */
export const most = 10

export const stock = Decider.make({
  initial: { reserved: 0, refused: 0 },
  decide: (command: StockCommand, _state) => {
    const { order, quantity } = command
    if (command._tag === "Release") return Decider.accept(StockEvent.Released({ order, quantity }))
    return quantity > most
      ? Decider.accept(StockEvent.Unavailable({ order }))
      : Decider.accept(StockEvent.Reserved({ order, quantity, cents: command.cents }))
  },
  evolve: ({ reserved, refused }, event: StockEvent) => {
    switch (event._tag) {
      case "Reserved":
        return { reserved: reserved + event.quantity, refused }
      case "Released":
        return { reserved: reserved - event.quantity, refused }
      case "Unavailable":
        return { reserved, refused: refused + 1 }
    }
  },
})

const stocks = Repository.make(Aggregate.make({ category: "Stock", decider: stock, events: StockEvent }))

// What the process of an order notes: of the order, of its own application, and of the payment.
export const Note = EventCodec.make({
  OrderPlaced: placed,
  GoodsReserved: t.type({}),
  GoodsUnavailable: t.type({}),
  PaymentWasRefused: t.type({}),
  GoodsReleased: t.type({}),
})
export type Note = EventCodec.TypeOf<typeof Note>

export interface Reservation {
  readonly at: "nothing" | "asked" | "reserved" | "unavailable" | "releasing" | "released"
  readonly item: string
  readonly quantity: number
  readonly cents: number
}

export type Asked = { readonly _tag: "Reserve" | "Release" } & Omit<Reservation, "at">

const nothing: Reservation = { at: "nothing", item: "", quantity: 0, cents: 0 }

const owed = ({ at, ...goods }: Reservation): ReadonlyArray<Asked> =>
  at === "asked" ? [{ _tag: "Reserve", ...goods }] : at === "releasing" ? [{ _tag: "Release", ...goods }] : []

/**
 * The payment may be refused before it is noted that the goods were reserved: these come from two logs. What comes late
 * changes nothing.
 */
export const reservation = ProcessManager.make({
  initial: nothing,
  evolve: (state: Reservation, note: Note): Reservation => {
    const { at } = state
    switch (note._tag) {
      case "OrderPlaced":
        return at === "nothing" ? { at: "asked", item: note.item, quantity: note.quantity, cents: note.cents } : state
      case "GoodsReserved":
        return at === "asked" ? { ...state, at: "reserved" } : state
      case "GoodsUnavailable":
        return at === "asked" ? { ...state, at: "unavailable" } : state
      case "PaymentWasRefused":
        return at === "asked" || at === "reserved" ? { ...state, at: "releasing" } : state
      case "GoodsReleased":
        return at === "releasing" ? { ...state, at: "released" } : state
    }
  },
  react: (state, { _tag }) => (_tag === "OrderPlaced" || _tag === "PaymentWasRefused" ? owed(state) : []),
  pending: owed,
  isTerminal: ({ at }) => at === "unavailable" || at === "released",
})

// Payments

const paid = t.type({ cents: t.number })
export const PaymentEvent = EventCodec.make({ Paid: paid, PaymentRefused: t.type({ cents: t.number }) })
export type PaymentEvent = EventCodec.TypeOf<typeof PaymentEvent>

/** A card pays so much at a time. */
export const limit = 500_00

export type Payment = "none" | "paid" | "refused"

const unpaid: Payment = "none"

export const payment = Decider.make({
  initial: unpaid,
  decide: (cents: number, state: Payment) => {
    if (state !== "none") return Decider.accept()
    return cents > limit
      ? Decider.accept(PaymentEvent.PaymentRefused({ cents }))
      : Decider.accept(PaymentEvent.Paid({ cents }))
  },
  evolve: (_state: Payment, event: PaymentEvent): Payment => (event._tag === "Paid" ? "paid" : "refused"),
})

const payments = Repository.make(Aggregate.make({ category: "Payment", decider: payment, events: PaymentEvent }))

// Who follows whom. A follower knows of others' events what it needs.

const Closing = EventCodec.make({ Paid: paid, Released: released, Unavailable: unavailable })
const closing = Processor.policy({
  name: "closing",
  events: Closing,
  policy: ({ stream, event }): ReadonlyArray<readonly [order: string, command: OrderCommand]> => {
    switch (event._tag) {
      case "Paid":
        return [[stream.id, { _tag: "Confirm" }]]
      case "Released":
        return [[event.order, { _tag: "Reject", reason: "the payment was refused" }]]
      case "Unavailable":
        return [[event.order, { _tag: "Reject", reason: "too many" }]]
    }
  },
  send: ([id, command]) => Processor.send(orders, id, command),
})

const Reserving = EventCodec.make({
  Placed: placed,
  Reserved: reserved,
  Released: released,
  Unavailable: unavailable,
  PaymentRefused: t.type({ cents: t.number }),
})
const reserving = Processor.process({
  name: "reserving",
  events: Reserving,
  notes: Note,
  note: ({ stream, event }) => {
    switch (event._tag) {
      case "Placed":
        return {
          instance: stream.id,
          note: Note.OrderPlaced({ item: event.item, quantity: event.quantity, cents: event.cents }),
        }
      case "Reserved":
        return { instance: event.order, note: Note.GoodsReserved() }
      case "Released":
        return { instance: event.order, note: Note.GoodsReleased() }
      case "Unavailable":
        return { instance: event.order, note: Note.GoodsUnavailable() }
      case "PaymentRefused":
        return { instance: stream.id, note: Note.PaymentWasRefused() }
    }
  },
  process: reservation,
  send: ({ _tag, item, quantity, cents }, order) =>
    Processor.send(stocks, item, _tag === "Reserve" ? { _tag, order, quantity, cents } : { _tag, order, quantity }),
})

const Charging = EventCodec.make({ Reserved: reserved })
const charging = Processor.policy({
  name: "charging",
  events: Charging,
  filter: Query.make({ category: "Stock" }),
  policy: ({ event }) => [event],
  send: ({ order, cents }) => Processor.send(payments, order, cents),
})

const ordering = System.application({ name: "orders", records: OrderEvent, processors: [closing] })
const reservations = System.application({ name: "reservations", records: StockEvent, processors: [reserving] })
const paying = System.application({ name: "payments", records: PaymentEvent, processors: [charging] })

export const system = System.make(
  "orders",
  ordering.pipe(reservations, paying, ordering),
  reservations.pipe(reservations, ordering),
  paying.pipe(reservations),
)

/** An order, and what it is of. */
export interface Wish {
  readonly id: string
  readonly item: string
  readonly quantity: number
  readonly cents: number
}

const items = ["bread", "books", "bikes"]

/** Some of them too many, some too dear. */
export const worked: Worked<Wish> = {
  system,
  commands: (count) =>
    Array.from({ length: count }, (_, i) => ({
      id: `order-${i + 1}`,
      item: items[i % items.length] ?? "bread",
      quantity: 1 + ((i * 7) % 12),
      cents: ((i * 37) % 60) * 1000,
    })),
  execute: ({ id, ...wish }, { within }) => within("orders")(orders.execute(id, { _tag: "Place", ...wish })),
  states: ({ within }) =>
    Effect.map(
      Effect.all([
        within("orders")(statesOf(orders)),
        within("reservations")(statesOf(stocks)),
        within("reservations")(statesOf(reserving.instances)),
        within("payments")(statesOf(payments)),
      ]),
      (states) => states.flat(),
    ),
}
