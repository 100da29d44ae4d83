/** Accounts that several processes fight over. Every event says which operation it belongs to. */
import { Aggregate, Decider, EventCodec } from "everfold"
import * as t from "io-ts"

export const AccountEvent = EventCodec.make({
  Deposited: t.type({ op: t.string, amount: t.number }),
  Withdrawn: t.type({ op: t.string, amount: t.number }),
  /** One half of a transfer; the halves of one transfer add up to nothing. */
  Moved: t.type({ op: t.string, amount: t.number }),
})
export type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>

/** `count` is how many events the state includes: the version, as the model itself sees it. */
export interface Account {
  readonly balance: number
  readonly count: number
}

export type Command =
  | { readonly _tag: "Deposit"; readonly op: string; readonly amounts: ReadonlyArray<number> }
  | { readonly _tag: "Withdraw"; readonly op: string; readonly amount: number }
  | { readonly _tag: "Look" }

/** A refusal, with the state that it was decided on. */
export class Overdrawn {
  readonly _tag = "Overdrawn"
  readonly seen: Account
  constructor(seen: Account) {
    this.seen = seen
  }
}

export const empty: Account = { balance: 0, count: 0 }

const sign = { Deposited: 1, Withdrawn: -1, Moved: 1 }

export const evolve = ({ balance, count }: Account, event: AccountEvent): Account => ({
  balance: balance + sign[event._tag] * event.amount,
  count: count + 1,
})

export const account = Decider.make({
  initial: empty,
  decide: (command: Command, state: Account) => {
    switch (command._tag) {
      case "Look":
        return Decider.accept()
      case "Deposit":
        return Decider.accept(...command.amounts.map((amount) => AccountEvent.Deposited({ op: command.op, amount })))
      case "Withdraw":
        return state.balance < command.amount
          ? Decider.reject(new Overdrawn(state))
          : Decider.accept(AccountEvent.Withdrawn({ op: command.op, amount: command.amount }))
    }
  },
  evolve,
})

export const Accounts = Aggregate.make({
  category: "Account",
  decider: account,
  events: AccountEvent,
  snapshot: { state: t.type({ balance: t.number, count: t.number }), every: 10 },
})

export const shared = ["hot-0", "hot-1", "hot-2", "hot-3"]
