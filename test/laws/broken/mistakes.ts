/** Ten mistakes that are easily made in a model, as somebody would make them: docs/mistakes.md shows them and their reports. */
import * as t from "io-ts"
import { DateFromISOString } from "io-ts-types/lib/DateFromISOString.js"
import { Aggregate, Decider, EventCodec } from "../../../src/core/index.ts"
import { CodecLaws, DeciderLaws, SnapshotLaws } from "../../../src/laws/index.ts"
import type { Case } from "./caught.ts"
import {
  commands,
  decide,
  evolve,
  type Order,
  type OrderCommand,
  OrderEvent,
  order,
  subject,
} from "./mistakes/Order.ts"
import * as Parcel from "./mistakes/Parcel.ts"
import { delivery, payment } from "./mistakes/Parcel.ts"

// mistake: a state that is changed
const pushing = (state: Order, event: OrderEvent): Order => {
  switch (event._tag) {
    case "Added":
      state.lines.push({ item: event.item, cents: event.cents })
      return { ...state, version: state.version + 1 }
    default:
      return evolve(state, event)
  }
}
const pushed = DeciderLaws.suite({ ...subject, decider: { ...order, evolve: pushing } })
// end

// mistake: an evolve that throws
const checking = (state: Order, event: OrderEvent): Order => {
  switch (event._tag) {
    case "Removed":
      if (state.lines.every(({ item }) => item !== event.item)) throw new Error(`There is no ${event.item}.`)
      return evolve(state, event)
    default:
      return evolve(state, event)
  }
}
const checked = DeciderLaws.suite({ ...subject, decider: { ...order, evolve: checking } })
// end

// mistake: a case that is forgotten
const forgetting = (state: Order, event: OrderEvent): Order => {
  switch (event._tag) {
    case "Placed":
    case "Added":
    case "Removed":
    case "Redeemed":
    case "Paid":
      return evolve(state, event)
    default:
      return { ...state, version: state.version + 1 }
  }
}
const forgotten = DeciderLaws.suite({ ...subject, decider: { ...order, evolve: forgetting } })
// end

// mistake: a version that is off by one
const counting = (state: Order, event: OrderEvent): Order => {
  switch (event._tag) {
    case "Placed":
      return { _tag: "Open", version: 0, lines: [] }
    default:
      return evolve(state, event)
  }
}
const counted = DeciderLaws.suite({ ...subject, decider: { ...order, evolve: counting } })
// end

// mistake: the time in decide
const dating = (command: OrderCommand, state: Order) => {
  switch (command._tag) {
    case "Pay":
      if (state._tag === "Paid") return Decider.accept()
      if (state._tag !== "Open") return Decider.reject("it is not open")
      return Decider.accept(OrderEvent.Paid({ at: new Date() }))
    default:
      return decide(command, state)
  }
}
const dated = DeciderLaws.suite({ ...subject, decider: { ...order, decide: dating } })
// end

// mistake: an event that is lost in an upcast
const Bought = t.type({ customer: t.string, item: t.string, cents: t.number })
const LosingEvent = EventCodec.make(
  {
    Placed: t.type({ customer: t.string }),
    Added: t.type({ item: t.string, cents: t.number }),
    Paid: t.type({ at: DateFromISOString }),
  },
  {
    past: {
      Bought: EventCodec.split(Bought, ["Placed", "Added"], ({ customer }) => [{ _tag: "Placed", customer }]),
    },
  },
)
const lost = CodecLaws.suite({ codec: LosingEvent })
// end

// mistake: a field that a snapshot drops
const OrderState = t.strict({
  _tag: t.keyof({ None: null, Open: null, Paid: null, Cancelled: null }),
  version: t.number,
  lines: t.array(t.type({ item: t.string, cents: t.number })),
})
const Orders = Aggregate.make({
  category: "Order",
  decider: order,
  events: OrderEvent,
  snapshot: { state: OrderState, every: 100 },
})
const dropped = SnapshotLaws.suite({ aggregate: Orders, commands })
// end

// mistake: a retry that pays twice
const paying = (command: OrderCommand, state: Order) => {
  switch (command._tag) {
    case "Pay":
      if (state._tag === "None" || state._tag === "Cancelled") return Decider.reject("it is not open")
      return state.lines.length === 0
        ? Decider.reject("it is empty")
        : Decider.accept(OrderEvent.Paid({ at: command.at }))
    default:
      return decide(command, state)
  }
}
const paid = DeciderLaws.suite({ ...subject, decider: { ...order, decide: paying } })
// end

// mistake: a cancelled order that is placed again
const reopening = (command: OrderCommand, state: Order) => {
  switch (command._tag) {
    case "Place":
      return state._tag === "Open" || state._tag === "Paid"
        ? Decider.accept()
        : Decider.accept(OrderEvent.Placed({ customer: command.customer }))
    default:
      return decide(command, state)
  }
}
const reopened = DeciderLaws.suite({ ...subject, decider: { ...order, decide: reopening } })
// end

// mistake: two parts that share a key
const merged = Decider.make({
  initial: { ...payment.initial, ...delivery.initial },
  decide: (command: Parcel.PaymentCommand | Parcel.DeliveryCommand, both: Parcel.Payment & Parcel.Delivery) =>
    command._tag === "Charge" ? payment.decide(command, both) : delivery.decide(command, both),
  evolve: (both: Parcel.Payment & Parcel.Delivery, event: Parcel.PaymentEvent | Parcel.DeliveryEvent) =>
    event._tag === "Charged" || event._tag === "Declined"
      ? { ...both, ...payment.evolve(both, event) }
      : { ...both, ...delivery.evolve(both, event) },
})
const shared = DeciderLaws.part({
  whole: merged,
  part: payment,
  commands: Parcel.commands,
  events: (event) => (event._tag === "Charged" || event._tag === "Declined" ? [event] : []),
  state: ({ paid, attempts }) => ({ paid, attempts }),
})
// end

export const cases: ReadonlyArray<Case> = [
  { law: "D2", flaw: "a state that is changed", suite: pushed },
  { law: "D3", flaw: "an evolve that throws", suite: checked },
  { law: "D7", flaw: "a case that is forgotten", suite: forgotten },
  { law: "D4", flaw: "a version that is off by one", suite: counted },
  { law: "D2", flaw: "the time in decide", suite: dated },
  { law: "C7", flaw: "an event that is lost in an upcast", suite: lost },
  { law: "SN1", flaw: "a field that a snapshot drops", suite: dropped },
  { law: "D5", flaw: "a retry that pays twice", suite: paid },
  { law: "D6", flaw: "a cancelled order that is placed again", suite: reopened },
  { law: "D13", flaw: "two parts that share a key", suite: shared },
]
