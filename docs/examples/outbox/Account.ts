// Whose events are published.
import { Aggregate, Decider, EventCodec, Repository } from "everfold"
import * as t from "io-ts"

export const AccountEvent = EventCodec.make({ Deposited: t.type({ amount: t.number }) })
export type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>

export const accounts = Repository.make(
  Aggregate.make({
    category: "Account",
    events: AccountEvent,
    decider: Decider.make({
      initial: 0,
      decide: (amount: number, _balance: number) => Decider.accept(AccountEvent.Deposited({ amount })),
      evolve: (balance: number, event: AccountEvent) => balance + event.amount,
    }),
  }),
)
