import * as fc from "fast-check"
import { Decider } from "../../../../src/core/index.ts"

export interface Payment {
  paid: boolean
  attempts: number
}
export type PaymentCommand = { _tag: "Charge"; approved: boolean }
export type PaymentEvent = { _tag: "Charged" } | { _tag: "Declined" }

const unpaid: Payment = { paid: false, attempts: 0 }
export const payment = Decider.make({
  initial: unpaid,
  decide: ({ approved }: PaymentCommand, { paid, attempts }: Payment) => {
    if (paid) return Decider.accept()
    if (attempts === 3) return Decider.reject("the card is blocked")
    return Decider.accept(approved ? { _tag: "Charged" } : { _tag: "Declined" })
  },
  evolve: (state: Payment, event: PaymentEvent): Payment =>
    event._tag === "Charged" ? { ...state, paid: true } : { ...state, attempts: state.attempts + 1 },
})

export interface Delivery {
  delivered: boolean
  attempts: number
}
export type DeliveryCommand = { _tag: "Deliver"; someoneIsHome: boolean }
export type DeliveryEvent = { _tag: "Delivered" } | { _tag: "Missed" }

const undelivered: Delivery = { delivered: false, attempts: 0 }
export const delivery = Decider.make({
  initial: undelivered,
  decide: ({ someoneIsHome }: DeliveryCommand, { delivered, attempts }: Delivery) => {
    if (delivered) return Decider.accept()
    if (attempts === 2) return Decider.reject("it is at the post office")
    return Decider.accept(someoneIsHome ? { _tag: "Delivered" } : { _tag: "Missed" })
  },
  evolve: (state: Delivery, event: DeliveryEvent): Delivery =>
    event._tag === "Delivered" ? { ...state, delivered: true } : { ...state, attempts: state.attempts + 1 },
})

export const parcel = Decider.combine(
  { payment, delivery },
  {
    commands: { Charge: "payment", Deliver: "delivery" },
    events: { Charged: "payment", Declined: "payment", Delivered: "delivery", Missed: "delivery" },
  },
)

export const commands: fc.Arbitrary<PaymentCommand | DeliveryCommand> = fc.oneof(
  fc.record({ _tag: fc.constant("Charge"), approved: fc.boolean() }),
  fc.record({ _tag: fc.constant("Deliver"), someoneIsHome: fc.boolean() }),
)

/** The payment, in the parcel. */
export const part = {
  whole: parcel,
  part: payment,
  commands,
  events: (event: PaymentEvent | DeliveryEvent) =>
    event._tag === "Charged" || event._tag === "Declined" ? [event] : [],
  state: ({ payment }: { readonly payment: Payment }) => payment,
}
