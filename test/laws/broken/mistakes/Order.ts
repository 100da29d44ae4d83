import * as fc from "fast-check"
import * as t from "io-ts"
import { DateFromISOString } from "io-ts-types/lib/DateFromISOString.js"
import { Aggregate, Decider, EventCodec } from "../../../../src/core/index.ts"

export const OrderEvent = EventCodec.make(
  {
    Placed: t.type({ customer: t.string }),
    Added: t.type({ item: t.string, cents: t.number }),
    Removed: t.type({ item: t.string }),
    Redeemed: t.type({ voucher: t.string }),
    Paid: t.type({ at: DateFromISOString }),
    Cancelled: t.type({}),
  },
  {
    past: {
      // The first shop sold one thing at a time.
      Bought: EventCodec.split(
        t.type({ customer: t.string, item: t.string, cents: t.number }),
        ["Placed", "Added"],
        ({ customer, item, cents }) => [
          { _tag: "Placed", customer },
          { _tag: "Added", item, cents },
        ],
      ),
    },
  },
)
export type OrderEvent = EventCodec.TypeOf<typeof OrderEvent>

export interface Order {
  _tag: "None" | "Open" | "Paid" | "Cancelled"
  /** Of its stream: pages send it back as the version that they expect. */
  version: number
  lines: { item: string; cents: number }[]
  voucher?: string
}

export type OrderCommand =
  | { _tag: "Place"; customer: string }
  | { _tag: "Add"; item: string; cents: number }
  | { _tag: "Remove"; item: string }
  | { _tag: "Redeem"; voucher: string }
  | { _tag: "Pay"; at: Date }
  | { _tag: "Cancel" }

export const decide = (command: OrderCommand, order: Order) => {
  if (command._tag === "Place") {
    if (order._tag === "Cancelled") return Decider.reject("it was cancelled")
    return order._tag === "None" ? Decider.accept(OrderEvent.Placed({ customer: command.customer })) : Decider.accept()
  }
  if (command._tag === "Pay" && order._tag === "Paid") return Decider.accept()
  if (command._tag === "Cancel" && order._tag === "Cancelled") return Decider.accept()
  if (order._tag !== "Open") return Decider.reject("it is not open")
  switch (command._tag) {
    case "Add":
      return Decider.accept(OrderEvent.Added({ item: command.item, cents: command.cents }))
    case "Remove":
      return order.lines.some(({ item }) => item === command.item)
        ? Decider.accept(OrderEvent.Removed({ item: command.item }))
        : Decider.accept()
    case "Redeem":
      return order.voucher === undefined
        ? Decider.accept(OrderEvent.Redeemed({ voucher: command.voucher }))
        : Decider.reject("one voucher is enough")
    case "Pay":
      return order.lines.length === 0
        ? Decider.reject("it is empty")
        : Decider.accept(OrderEvent.Paid({ at: command.at }))
    case "Cancel":
      return Decider.accept(OrderEvent.Cancelled())
  }
}

export const evolve = (order: Order, event: OrderEvent): Order => {
  const version = order.version + 1
  switch (event._tag) {
    case "Placed":
      return { _tag: "Open", version, lines: [] }
    case "Added":
      return { ...order, version, lines: [...order.lines, { item: event.item, cents: event.cents }] }
    case "Removed":
      return { ...order, version, lines: order.lines.filter(({ item }) => item !== event.item) }
    case "Redeemed":
      return { ...order, version, voucher: event.voucher }
    case "Paid":
      return { ...order, version, _tag: "Paid" }
    case "Cancelled":
      return { ...order, version, _tag: "Cancelled" }
  }
}

const initial: Order = { _tag: "None", version: 0, lines: [] }
export const order = Decider.make({ initial, decide, evolve, isTerminal: ({ _tag }) => _tag === "Cancelled" })

/** How a state is kept in a snapshot. */
export const OrderState = t.exact(
  t.intersection([
    t.type({
      _tag: t.keyof({ None: null, Open: null, Paid: null, Cancelled: null }),
      version: t.number,
      lines: t.array(t.type({ item: t.string, cents: t.number })),
    }),
    t.partial({ voucher: t.string }),
  ]),
)

export const Orders = Aggregate.make({
  category: "Order",
  decider: order,
  events: OrderEvent,
  snapshot: { state: OrderState, every: 100 },
})

const items = fc.constantFrom("tea", "cup", "pot")
export const commands: fc.Arbitrary<OrderCommand> = fc.oneof(
  fc.record({ _tag: fc.constant("Place"), customer: fc.constantFrom("Ada", "Grace") }),
  fc.record({ _tag: fc.constant("Add"), item: items, cents: fc.nat(999) }),
  fc.record({ _tag: fc.constant("Remove"), item: items }),
  fc.record({ _tag: fc.constant("Redeem"), voucher: fc.constantFrom("SPRING", "FRIEND") }),
  fc.record({ _tag: fc.constant("Pay"), at: fc.date({ noInvalidDate: true }) }),
  fc.record({ _tag: fc.constant("Cancel") }),
)

/** What is promised of an order, and what it is tried with. */
export const subject = {
  decider: order,
  codec: OrderEvent,
  commands,
  invariants: {
    "the version of the state is that of its stream": ({ version }: Order, events: ReadonlyArray<OrderEvent>) =>
      version === events.length,
  },
  idempotent: ({ _tag }: OrderCommand) => _tag === "Place" || _tag === "Pay" || _tag === "Cancel",
  reach: { states: ["None", "Open", "Paid", "Cancelled"] },
} as const
