// Bank accounts, as they were written last year and as they are written now.
import { Aggregate, Decider, EventCodec, Repository } from "everfold"
import * as t from "io-ts"

const OpenedV1 = t.type({ owner: t.string })
const OpenedV2 = t.type({ owner: t.string, currency: t.string })

export const AccountEvent = EventCodec.make({
  // Version 1 had no currency. What it stored is never rewritten: it is lifted when it is read.
  Opened: EventCodec.version(OpenedV1).pipe(EventCodec.upcast(OpenedV2, (v1) => ({ ...v1, currency: "EUR" }))),
  Deposited: t.type({ cents: t.Int }),
  Withdrawn: t.type({ cents: t.Int }),
})
export type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>

const None = t.type({ _tag: t.literal("None") })
const Open = t.type({ _tag: t.literal("Open"), owner: t.string, currency: t.string, cents: t.Int })
const AccountState = t.union([None, Open])
export type Account = t.TypeOf<typeof AccountState>

export type AccountCommand =
  | { readonly _tag: "Open"; readonly owner: string; readonly currency: string }
  | { readonly _tag: "Deposit"; readonly cents: t.Int }
  | { readonly _tag: "Withdraw"; readonly cents: t.Int }

export class NotOpen {
  readonly _tag = "NotOpen"
}
export class Overdrawn {
  readonly _tag = "Overdrawn"
  readonly missing: number
  constructor(missing: number) {
    this.missing = missing
  }
}

const none: Account = { _tag: "None" }

export const account = Decider.make({
  initial: none,
  decide: (command: AccountCommand, state: Account) => {
    if (command._tag === "Open") {
      const { owner, currency } = command
      return state._tag === "None" ? Decider.accept(AccountEvent.Opened({ owner, currency })) : Decider.accept()
    }
    if (state._tag === "None") return Decider.reject(new NotOpen())
    const { cents } = command
    if (command._tag === "Deposit") return Decider.accept(AccountEvent.Deposited({ cents }))
    return state.cents < cents
      ? Decider.reject(new Overdrawn(cents - state.cents))
      : Decider.accept(AccountEvent.Withdrawn({ cents }))
  },
  evolve: (state: Account, event: AccountEvent): Account => {
    if (event._tag === "Opened") return { _tag: "Open", owner: event.owner, currency: event.currency, cents: zero }
    if (state._tag === "None") return state
    return { ...state, cents: plus(state.cents, event._tag === "Deposited" ? event.cents : -event.cents) }
  },
})

/** Whole cents: io-ts's integers, so that no half cent is ever recorded. */
export const cents = (n: number): t.Int => {
  if (!t.Int.is(n)) throw new Error(`${n} is not whole cents`)
  return n
}
const zero = cents(0)
const plus = (a: number, b: number): t.Int => cents(a + b)

export const Account = Aggregate.make({
  category: "Account",
  decider: account,
  events: AccountEvent,
  snapshot: { state: AccountState, every: 1000 },
})
export const accounts = Repository.make(Account)

// Last year's program, which knew only version 1 of `Opened`.
const AccountEventV1 = EventCodec.make({ Opened: OpenedV1 })
export const accountsOfLastYear = Repository.make(
  Aggregate.make({
    category: "Account",
    events: AccountEventV1,
    decider: Decider.make({
      initial: "",
      decide: (owner: string, _state: string) => Decider.accept(AccountEventV1.Opened({ owner })),
      evolve: (_state: string, event: EventCodec.TypeOf<typeof AccountEventV1>): string => event.owner,
    }),
  }),
)
