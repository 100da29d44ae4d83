/** A bank account that keeps all laws of deciders. */
import * as fc from "fast-check"
import * as t from "io-ts"
import { DateFromISOString } from "io-ts-types"
import * as Decider from "../../../src/core/domain/Decider.ts"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import * as Query from "../../../src/core/event/Query.ts"

export const AccountEvent = EventCodec.make(
  {
    Opened: t.type({ owner: t.string }),
    Deposited: t.type({ amount: t.number }),
    Withdrawn: t.type({ amount: t.number }),
    Renamed: t.type({ owner: t.string }),
    Closed: t.type({ at: DateFromISOString }),
  },
  { tags: (event) => (event._tag === "Renamed" ? ["about:owner"] : ["about:money"]) },
)
export type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>

export interface Open {
  readonly _tag: "Open"
  readonly owner: string
  readonly balance: number
  /** Every deposit and withdrawal. */
  readonly movements: ReadonlyArray<number>
}
export type Account = { readonly _tag: "None" } | Open | { readonly _tag: "Closed"; readonly owner: string }

export type AccountCommand =
  | { readonly _tag: "Open"; readonly owner: string }
  | { readonly _tag: "Rename"; readonly owner: string }
  | { readonly _tag: "Deposit"; readonly amount: number }
  | { readonly _tag: "Withdraw"; readonly amount: number }
  | { readonly _tag: "Close"; readonly at: Date }

export class NotOpen {
  readonly _tag = "NotOpen"
}
export class Taken {
  readonly _tag = "Taken"
}
export class Overdrawn {
  readonly _tag = "Overdrawn"
  readonly balance: number
  constructor(balance: number) {
    this.balance = balance
  }
}

export const decide = (command: AccountCommand, state: Account) => {
  if (command._tag === "Open") {
    if (state._tag === "None") return Decider.accept(AccountEvent.Opened({ owner: command.owner }))
    return state.owner === command.owner && state._tag === "Open" ? Decider.accept() : Decider.reject(new Taken())
  }
  if (command._tag === "Close" && state._tag === "Closed") return Decider.accept()
  if (state._tag !== "Open") return Decider.reject(new NotOpen())
  switch (command._tag) {
    case "Rename":
      return state.owner === command.owner
        ? Decider.accept()
        : Decider.accept(AccountEvent.Renamed({ owner: command.owner }))
    case "Deposit":
      return Decider.accept(AccountEvent.Deposited({ amount: command.amount }))
    case "Withdraw":
      return state.balance < command.amount
        ? Decider.reject(new Overdrawn(state.balance))
        : Decider.accept(AccountEvent.Withdrawn({ amount: command.amount }))
    case "Close":
      return state.balance > 0
        ? Decider.accept(AccountEvent.Withdrawn({ amount: state.balance }), AccountEvent.Closed({ at: command.at }))
        : Decider.accept(AccountEvent.Closed({ at: command.at }))
  }
}

const moved = (state: Account, amount: number): Account =>
  state._tag === "Open"
    ? { ...state, balance: state.balance + amount, movements: [...state.movements, amount].sort((a, b) => a - b) }
    : state

export const evolve = (state: Account, event: AccountEvent): Account => {
  switch (event._tag) {
    case "Opened":
      return { _tag: "Open", owner: event.owner, balance: 0, movements: [] }
    case "Deposited":
      return moved(state, event.amount)
    case "Withdrawn":
      return moved(state, -event.amount)
    case "Renamed":
      return state._tag === "None" ? state : { ...state, owner: event.owner }
    case "Closed":
      return { _tag: "Closed", owner: state._tag === "None" ? "" : state.owner }
  }
}

export type Refusal = Taken | NotOpen | Overdrawn
const initial: Account = { _tag: "None" }
const isTerminal = (state: Account) => state._tag === "Closed"
export const account = Decider.make({ initial, decide, evolve, isTerminal })

const owners = fc.constantFrom("Ada", "Grace", "Mary")
const amounts = fc.integer({ min: 1, max: 100 })
const days = fc.date({ min: new Date("2026-01-01"), max: new Date("2026-12-31"), noInvalidDate: true })

const withdrawing = (amount: fc.Arbitrary<number>) => fc.record({ _tag: fc.constant("Withdraw" as const), amount })

/** Commands as they come. */
export const anyCommand: fc.Arbitrary<AccountCommand> = fc.oneof(
  fc.record({ _tag: fc.constant("Open" as const), owner: owners }),
  fc.record({ _tag: fc.constant("Rename" as const), owner: owners }),
  fc.record({ _tag: fc.constant("Deposit" as const), amount: amounts }),
  withdrawing(amounts),
  fc.record({ _tag: fc.constant("Close" as const), at: days }),
)

/** Commands for a state: of an account that is open often all that is there. */
export const commands = (state: Account): fc.Arbitrary<AccountCommand> =>
  state._tag === "Open" && state.balance > 0
    ? fc.oneof({ weight: 3, arbitrary: anyCommand }, { weight: 1, arbitrary: withdrawing(fc.constant(state.balance)) })
    : anyCommand

export const types = (...tags: ReadonlyArray<AccountEvent["_tag"]>) =>
  Query.make({ types: tags.flatMap((tag) => EventCodec.storedTypes(AccountEvent, tag)) })

/** What each decision depends on. */
export const query = (command: AccountCommand): Query.Query => {
  switch (command._tag) {
    case "Open":
      return types("Opened", "Renamed", "Closed")
    case "Rename":
      return types("Opened", "Renamed", "Closed")
    case "Deposit":
      return types("Opened", "Closed")
    case "Withdraw":
    case "Close":
      return Query.make({ category: "Account", tags: ["about:money"] })
  }
}

const isMovement = ({ _tag }: AccountEvent): boolean => _tag === "Deposited" || _tag === "Withdrawn"

/** All that the account promises. */
export const promises = {
  codec: AccountEvent,
  invariants: {
    "the balance is not negative": (state: Account) => state._tag !== "Open" || state.balance >= 0,
    "the balance is the sum of all movements": (state: Account) =>
      state._tag !== "Open" || state.balance === state.movements.reduce((sum, amount) => sum + amount, 0),
  },
  idempotent: ({ _tag }: AccountCommand) => ["Open", "Rename", "Close"].includes(_tag),
  reach: { states: ["None", "Open", "Closed"], rejections: ["NotOpen", "Taken", "Overdrawn"] },
  commute: (a: AccountEvent, b: AccountEvent) => isMovement(a) && (isMovement(b) || b._tag === "Renamed"),
  rebase: ({ _tag }: AccountCommand, events: ReadonlyArray<AccountEvent>) =>
    (_tag === "Deposit" && events.every((event) => isMovement(event) || event._tag === "Renamed")) ||
    (_tag === "Rename" && events.every(isMovement)),
  query,
} as const

export const subject = { decider: account, commands, ...promises } as const
