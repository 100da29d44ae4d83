// What becomes of an order, in examples. They are tests (test/docs/systems.test.ts) and a page (Orders.md).
import { Spec } from "everfold/laws"
import { Note, OrderEvent, order, PaymentEvent, payment, reservation, StockEvent, stock } from "./Orders.ts"

const books = { item: "books", quantity: 2, cents: 40_00 }

export const orderSpec = Spec.decider("An order", order, {
  "is placed once": { given: [OrderEvent.Placed(books)], when: { _tag: "Place", ...books }, events: [] },
  "is confirmed when it is paid": {
    given: [OrderEvent.Placed(books)],
    when: { _tag: "Confirm" },
    events: [OrderEvent.Confirmed()],
    state: "confirmed",
  },
  "stays rejected": {
    given: [OrderEvent.Placed(books), OrderEvent.Rejected({ reason: "too many" })],
    when: { _tag: "Confirm" },
    events: [],
  },
})

export const stockSpec = Spec.decider("A stock", stock, {
  "reserves what is asked for, however much is reserved": {
    given: [StockEvent.Reserved({ order: "1", quantity: 10, cents: 5 })],
    when: { _tag: "Reserve", order: "2", quantity: 10, cents: 7 },
    events: [StockEvent.Reserved({ order: "2", quantity: 10, cents: 7 })],
  },
  "does not reserve more than ten for an order": {
    when: { _tag: "Reserve", order: "1", quantity: 11, cents: 5 },
    events: [StockEvent.Unavailable({ order: "1" })],
    state: { reserved: 0, refused: 1 },
  },
  "has what is released again": {
    given: [StockEvent.Reserved({ order: "1", quantity: 3, cents: 5 })],
    when: { _tag: "Release", order: "1", quantity: 3 },
    events: [StockEvent.Released({ order: "1", quantity: 3 })],
    state: { reserved: 0, refused: 0 },
  },
})

export const paymentSpec = Spec.decider("A payment", payment, {
  "is made up to the limit of the card": { when: 500_00, events: [PaymentEvent.Paid({ cents: 500_00 })] },
  "is refused above it": { when: 500_01, events: [PaymentEvent.PaymentRefused({ cents: 500_01 })] },
  "is made once": { given: [PaymentEvent.Paid({ cents: 5 })], when: 5, events: [] },
})

export const reservationSpec = Spec.process("The process of a reservation", reservation, {
  "reserves what is ordered": { when: Note.OrderPlaced(books), commands: [{ _tag: "Reserve", ...books }] },
  "owes nothing once it is reserved": { given: [Note.OrderPlaced(books), Note.GoodsReserved()], pending: [] },
  "releases it where the payment is refused": {
    given: [Note.OrderPlaced(books), Note.GoodsReserved()],
    when: Note.PaymentWasRefused(),
    commands: [{ _tag: "Release", ...books }],
  },
  "releases it once, where it hears late that it was reserved": {
    given: [Note.OrderPlaced(books), Note.PaymentWasRefused()],
    when: Note.GoodsReserved(),
    commands: [],
    pending: [{ _tag: "Release", ...books }],
  },
  "is over once it is released": {
    given: [Note.OrderPlaced(books), Note.PaymentWasRefused(), Note.GoodsReleased()],
    isTerminal: true,
  },
})
