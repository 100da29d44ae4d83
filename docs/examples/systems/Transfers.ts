// Money from account to account. A process withdraws it, deposits it, and gives it back where there is no such account: each
// step is a commit of its own, and whatever is killed between two of them, the next to work at it goes on.
//
// Whatever comes in which order, it comes to the same: what is recorded of an account commutes (D8), and is decided
// the same whatever else is recorded of it (D9), for an account may be overdrawn.
import * as Effect from "effect/Effect"
import { Aggregate, Decider, EventCodec, ProcessManager, Processor, Repository, System } from "everfold"
import * as t from "io-ts"
import { statesOf, type Worked } from "./Worked.ts"

// Transfers

const requested = t.type({ from: t.string, to: t.string, cents: t.number })
export const TransferEvent = EventCodec.make({
  Requested: requested,
  Completed: t.type({}),
  Failed: t.type({ reason: t.string }),
})
export type TransferEvent = EventCodec.TypeOf<typeof TransferEvent>

export type TransferCommand =
  | { readonly _tag: "Request"; readonly from: string; readonly to: string; readonly cents: number }
  | { readonly _tag: "Complete" }
  | { readonly _tag: "Fail"; readonly reason: string }

export type Transfer = "none" | "requested" | "completed" | "failed"

const none: Transfer = "none"

export const transfer = Decider.make({
  initial: none,
  decide: (command: TransferCommand, state: Transfer) => {
    if (command._tag === "Request") {
      const { from, to, cents } = command
      return state === "none" ? Decider.accept(TransferEvent.Requested({ from, to, cents })) : Decider.accept()
    }
    if (state !== "requested") return Decider.accept()
    return command._tag === "Complete"
      ? Decider.accept(TransferEvent.Completed())
      : Decider.accept(TransferEvent.Failed({ reason: command.reason }))
  },
  evolve: (_state: Transfer, event: TransferEvent): Transfer =>
    event._tag === "Requested" ? "requested" : event._tag === "Completed" ? "completed" : "failed",
})

const transfers = Repository.make(Aggregate.make({ category: "Transfer", decider: transfer, events: TransferEvent }))

// Accounts

const part = t.type({ transfer: t.string, cents: t.number })
const refusal = t.type({ transfer: t.string })
const accountEvents = {
  Withdrawn: part,
  WithdrawalRefused: refusal,
  Deposited: part,
  DepositRefused: refusal,
  Returned: part,
}
export const AccountEvent = EventCodec.make(accountEvents)
export type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>

export interface AccountCommand {
  readonly _tag: "Withdraw" | "Deposit" | "Return"
  readonly account: string
  readonly transfer: string
  readonly cents: number
}

/** So much may be transferred at a time. */
export const limit = 1000_00

/** The numbers of accounts have a check: those that 7 divides are misspelt. */
export const isAccount = (account: string): boolean => Number(account) % 7 !== 0

export const account = Decider.make({
  initial: { cents: 0 },
  decide: ({ _tag, account, transfer, cents }: AccountCommand, _state) => {
    switch (_tag) {
      case "Withdraw":
        return cents > limit
          ? Decider.accept(AccountEvent.WithdrawalRefused({ transfer }))
          : Decider.accept(AccountEvent.Withdrawn({ transfer, cents }))
      case "Deposit":
        return isAccount(account)
          ? Decider.accept(AccountEvent.Deposited({ transfer, cents }))
          : Decider.accept(AccountEvent.DepositRefused({ transfer }))
      case "Return":
        return Decider.accept(AccountEvent.Returned({ transfer, cents }))
    }
  },
  evolve: ({ cents }, event: AccountEvent) => {
    switch (event._tag) {
      case "Withdrawn":
        return { cents: cents - event.cents }
      case "Deposited":
      case "Returned":
        return { cents: cents + event.cents }
      case "WithdrawalRefused":
      case "DepositRefused":
        return { cents }
    }
  },
})

const accounts = Repository.make(Aggregate.make({ category: "Account", decider: account, events: AccountEvent }))

// The process of a transfer

export const Note = EventCodec.make({
  Asked: requested,
  Taken: t.type({}),
  NotTaken: t.type({}),
  Given: t.type({}),
  NotGiven: t.type({}),
  GivenBack: t.type({}),
})
export type Note = EventCodec.TypeOf<typeof Note>

export interface Move {
  readonly at: "nothing" | "asked" | "taken" | "returning" | "over"
  readonly from: string
  readonly to: string
  readonly cents: number
}

const nothing: Move = { at: "nothing", from: "", to: "", cents: 0 }

export type Step = Omit<AccountCommand, "transfer">

const owed = ({ at, from, to, cents }: Move): ReadonlyArray<Step> => {
  switch (at) {
    case "asked":
      return [{ _tag: "Withdraw", account: from, cents }]
    case "taken":
      return [{ _tag: "Deposit", account: to, cents }]
    case "returning":
      return [{ _tag: "Return", account: from, cents }]
    case "nothing":
    case "over":
      return []
  }
}

/** From where, and by what, it comes where. */
const course: Readonly<Record<Exclude<Note["_tag"], "Asked">, readonly [before: Move["at"], after: Move["at"]]>> = {
  Taken: ["asked", "taken"],
  NotTaken: ["asked", "over"],
  Given: ["taken", "over"],
  NotGiven: ["taken", "returning"],
  GivenBack: ["returning", "over"],
}

export const move = ProcessManager.make({
  initial: nothing,
  evolve: (state: Move, note: Note): Move => {
    if (note._tag === "Asked") {
      return state.at === "nothing" ? { at: "asked", from: note.from, to: note.to, cents: note.cents } : state
    }
    const [before, at] = course[note._tag]
    return state.at === before ? { ...state, at } : state
  },
  react: owed,
  pending: owed,
  isTerminal: ({ at }) => at === "over",
})

const Moving = EventCodec.make({ Requested: requested, ...accountEvents })
const notes = {
  Withdrawn: Note.Taken,
  WithdrawalRefused: Note.NotTaken,
  Deposited: Note.Given,
  DepositRefused: Note.NotGiven,
  Returned: Note.GivenBack,
}
const moving = Processor.process({
  name: "moving",
  events: Moving,
  notes: Note,
  note: ({ stream, event }) =>
    event._tag === "Requested"
      ? { instance: stream.id, note: Note.Asked({ from: event.from, to: event.to, cents: event.cents }) }
      : { instance: event.transfer, note: notes[event._tag]() },
  process: move,
  send: (step, transfer) => Processor.send(accounts, step.account, { ...step, transfer }),
})

const Closing = EventCodec.make({ Deposited: part, WithdrawalRefused: refusal, Returned: part })
const closing = Processor.policy({
  name: "closing",
  events: Closing,
  policy: ({ event: { _tag, transfer } }): ReadonlyArray<readonly [transfer: string, command: TransferCommand]> => {
    switch (_tag) {
      case "Deposited":
        return [[transfer, { _tag: "Complete" }]]
      case "WithdrawalRefused":
        return [[transfer, { _tag: "Fail", reason: "over the limit" }]]
      case "Returned":
        return [[transfer, { _tag: "Fail", reason: "no such account" }]]
    }
  },
  send: ([id, command]) => Processor.send(transfers, id, command),
})

const desk = System.application({ name: "transfers", records: TransferEvent, processors: [closing] })
const vault = System.application({ name: "accounts", records: AccountEvent, processors: [moving] })

export const system = System.make("transfers", desk.pipe(vault, desk), vault.pipe(vault))

/** A transfer that is asked for. */
export interface Wish {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly cents: number
}

/** Some of them too much, some to no account. */
export const worked: Worked<Wish> = {
  system,
  commands: (count) =>
    Array.from({ length: count }, (_, i) => ({
      id: `transfer-${i + 1}`,
      from: String(100 + ((i * 3) % 10)),
      to: String(100 + ((i * 7 + 1) % 10)),
      cents: 1 + ((i * 13) % 23) * 5000,
    })),
  execute: ({ id, ...wish }, { within }) => within("transfers")(transfers.execute(id, { _tag: "Request", ...wish })),
  states: ({ within }) =>
    Effect.map(
      Effect.all([
        within("transfers")(statesOf(transfers)),
        within("accounts")(statesOf(accounts)),
        within("accounts")(statesOf(moving.instances)),
      ]),
      (states) => states.flat(),
    ),
}
