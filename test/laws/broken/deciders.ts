/** The ways in which a bank account goes wrong. */
import * as fc from "fast-check"
import * as t from "io-ts"
import { DateFromISOString } from "io-ts-types"
import * as Decider from "../../../src/core/domain/Decider.ts"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import * as Query from "../../../src/core/event/Query.ts"
import * as DeciderLaws from "../../../src/laws/DeciderLaws.ts"
import {
  type Account,
  type AccountCommand,
  AccountEvent,
  account,
  anyCommand,
  decide,
  evolve,
  NotOpen,
  query,
  type Refusal,
  subject,
  Taken,
  types,
} from "./account.ts"
import type { Case } from "./caught.ts"

type Subject = DeciderLaws.Subject<AccountCommand, Account, AccountEvent, Refusal>
type Model = Subject["decider"]
type Of<Union, Tag> = Extract<Union, { readonly _tag: Tag }>

/** The account, but for what is told. */
const but = (flaw: Partial<Subject>) =>
  DeciderLaws.suite<AccountCommand, Account, AccountEvent, Refusal>({ ...subject, ...flaw })
const model = (flaw: Partial<Model>) => but({ decider: { ...account, ...flaw } })

const is =
  <Tag extends string>(tag: Tag) =>
  <U extends { readonly _tag: string }>(value: U): value is Of<U, Tag> =>
    value._tag === tag

type Decides<Tag> = (command: Of<AccountCommand, Tag>, state: Account) => ReturnType<Model["decide"]>
type Evolves<Tag> = (state: Account, event: Of<AccountEvent, Tag>) => Account

/** One kind of command is decided otherwise. */
const decides = <Tag extends AccountCommand["_tag"]>(tag: Tag, otherwise: Decides<Tag>) => ({
  decide: (command: AccountCommand, state: Account) =>
    is(tag)(command) ? otherwise(command, state) : decide(command, state),
})
/** One kind of event is evolved otherwise. */
const evolves = <Tag extends AccountEvent["_tag"]>(tag: Tag, otherwise: Evolves<Tag>) => ({
  evolve: (state: Account, event: AccountEvent) => (is(tag)(event) ? otherwise(state, event) : evolve(state, event)),
})
/** What a function without a return answers in plain JavaScript. */
const nothing = <A>(): A => JSON.parse("{}").nothing

const { Closed, Deposited, Opened, Renamed, Withdrawn } = AccountEvent

let calls = 0
/** An object that changes itself. */
class Till {
  sum = 0
  add(amount: number): this {
    this.sum += amount
    return this
  }
}
const till = DeciderLaws.suite({
  decider: Decider.make({
    initial: new Till(),
    decide: (amount: number, _: Till) => Decider.accept(amount),
    evolve: (state: Till, amount: number): Till => state.add(amount),
  }),
  commands: fc.nat(9),
})
const folded = (fold: typeof Decider.fold) => but({ fold })

const histories: ReadonlyArray<Case> = [
  {
    law: "D1",
    flaw: "a fold of nothing that begins anew",
    suite: folded((view) => (events, ...from) => {
      const all = [...events]
      return all.length === 0 ? view.initial : Decider.fold(view)(all, ...from)
    }),
  },
  {
    law: "D1",
    flaw: "a resumed fold that takes its first event for seen",
    suite: folded(
      (view) =>
        (events, ...from) =>
          Decider.fold(view)([...events].slice(from.length), ...from),
    ),
  },
]

const pure: ReadonlyArray<Case> = [
  {
    law: "D2",
    flaw: "an evolve that pushes into a list of its state",
    suite: model(
      evolves("Deposited", (state, { amount }) => {
        if (state._tag !== "Open") return state
        Array.prototype.push.call(state.movements, amount)
        return { ...state, balance: state.balance + amount }
      }),
    ),
  },
  {
    law: "D2",
    flaw: "a decide that asks the clock",
    suite: model(decides("Close", (command, state) => decide({ ...command, at: new Date() }, state))),
  },
  {
    law: "D2",
    flaw: "a decide that rolls the dice",
    suite: model(
      decides("Deposit", (command, state) => decide({ ...command, amount: Math.ceil(Math.random() * 9) }, state)),
    ),
  },
  {
    law: "D2",
    flaw: "an evolve that counts outside of its state",
    suite: model(evolves("Renamed", (state, event) => evolve(state, { ...event, owner: `${event.owner} ${calls++}` }))),
  },
  { law: "D2", flaw: "a state that is an object which changes itself", suite: till },
]

const total: ReadonlyArray<Case> = [
  {
    law: "D3",
    flaw: "a decide that refuses by throwing",
    suite: model(
      decides("Withdraw", (command, state) => {
        if (state._tag !== "Open") throw new Error(`${command.amount} cannot be withdrawn: not open`)
        return decide(command, state)
      }),
    ),
  },
  {
    law: "D3",
    flaw: "an evolve that checks a rule",
    suite: model(
      evolves("Deposited", (state, event) => {
        if (event.amount > 50) throw new RangeError("50 at most")
        return evolve(state, event)
      }),
    ),
  },
  {
    law: "D3",
    flaw: "an evolve that throws on what is recorded no more",
    suite: model(
      evolves("Deposited", (state, event) => {
        if (event.amount < 0) throw new RangeError("a negative amount")
        return evolve(state, event)
      }),
    ),
  },
  {
    law: "D3",
    flaw: "an evolve that throws where only older events lead to",
    suite: but({
      events: fc.constant(Deposited({ amount: 1e6 })),
      decider: {
        ...account,
        ...evolves("Deposited", (state, event) => {
          if (state._tag === "Open" && state.balance > 1e6) throw new RangeError("too much")
          return evolve(state, event)
        }),
      },
    }),
  },
  { law: "D3", flaw: "a decide without a case", suite: model(decides("Rename", nothing)) },
  { law: "D3", flaw: "an evolve without a case", suite: model(evolves("Withdrawn", nothing)) },
  {
    law: "D3",
    flaw: "commands that cannot be made for a state",
    suite: but({
      commands: (state) => {
        if (state._tag === "Closed") throw new Error("nothing more to do")
        return anyCommand
      },
    }),
  },
]

const promised: ReadonlyArray<Case> = [
  {
    law: "D4",
    flaw: "a limit that is off by one",
    suite: model(
      decides("Withdraw", (command, state) =>
        state._tag === "Open" && state.balance + 1 === command.amount
          ? Decider.accept(Withdrawn({ amount: command.amount }))
          : decide(command, state),
      ),
    ),
  },
  {
    law: "D4",
    flaw: "an evolve that forgets one of two fields",
    suite: model(
      evolves("Withdrawn", (state, { amount }) =>
        state._tag === "Open" ? { ...state, balance: state.balance - amount } : state,
      ),
    ),
  },
  {
    law: "D4",
    flaw: "a decision that is wrong between its events",
    suite: model(
      decides("Withdraw", (command, state) =>
        state._tag === "Open" && state.balance >= command.amount
          ? Decider.accept(Withdrawn({ amount: command.amount + 5 }), Deposited({ amount: 5 }))
          : decide(command, state),
      ),
    ),
  },
  {
    law: "D5",
    flaw: "a change that is recorded though nothing changes",
    suite: model(
      decides("Rename", (command, state) =>
        state._tag === "Open" ? Decider.accept(Renamed({ owner: command.owner })) : decide(command, state),
      ),
    ),
  },
  {
    law: "D5",
    flaw: "a retry that is refused",
    suite: model(
      decides("Open", (command, state) =>
        state._tag === "None" ? decide(command, state) : Decider.reject(new Taken()),
      ),
    ),
  },
  { law: "D5", flaw: "an idempotence of no command", runs: 50, suite: but({ idempotent: () => false }) },
  {
    law: "D6",
    flaw: "an end that is opened again",
    suite: model(
      decides("Open", (command, state) =>
        state._tag === "Closed" ? Decider.accept(Opened({ owner: command.owner })) : decide(command, state),
      ),
    ),
  },
  {
    law: "D6",
    flaw: "a command that is accepted after the end",
    suite: model(decides("Deposit", ({ amount }) => Decider.accept(Deposited({ amount })))),
  },
  {
    law: "D6",
    flaw: "a last event that leads back",
    suite: model({
      ...decides("Close", (command, state) =>
        state._tag === "Open" && state.balance > 0
          ? Decider.accept(Closed({ at: command.at }), Withdrawn({ amount: state.balance }))
          : decide(command, state),
      ),
      ...evolves("Withdrawn", (state, event) =>
        state._tag === "Closed"
          ? { _tag: "Open", balance: 0, movements: [], owner: state.owner }
          : evolve(state, event),
      ),
    }),
  },
  {
    law: "D7",
    flaw: "commands of which one is missing",
    runs: 50,
    suite: but({ commands: anyCommand.filter(({ _tag }) => _tag !== "Close") }),
  },
  {
    law: "D7",
    flaw: "an event that no command leads to",
    runs: 50,
    suite: model(decides("Rename", () => Decider.accept())),
  },
  {
    law: "D7",
    flaw: "a rejection behind another one",
    runs: 50,
    suite: model(
      decides("Withdraw", (command, state) =>
        state._tag === "Open" && state.balance < command.amount
          ? Decider.reject(new NotOpen())
          : decide(command, state),
      ),
    ),
  },
]

const meanwhile: ReadonlyArray<Case> = [
  {
    law: "D8",
    flaw: "two changes of one field that are said to commute",
    suite: but({ commute: (a, b) => a._tag === "Renamed" && b._tag === "Renamed" }),
  },
  {
    law: "D8",
    flaw: "a commutation that is told one way round",
    suite: but({ commute: (a, b) => a._tag === "Renamed" && b._tag === "Opened" }),
  },
  {
    law: "D8",
    flaw: "two beginnings that are said to commute",
    suite: but({ commute: (a, b) => a._tag === "Opened" && b._tag === "Opened" }),
  },
  {
    law: "D8",
    flaw: "a list in the order in which it came",
    suite: model(
      evolves("Deposited", (state, { amount }) =>
        state._tag === "Open"
          ? { ...state, balance: state.balance + amount, movements: [...state.movements, amount] }
          : state,
      ),
    ),
  },
  {
    law: "D8",
    flaw: "a balance that stops at 0",
    suite: model(
      evolves("Withdrawn", (state, event) => {
        const next = evolve(state, event)
        return next._tag === "Open" ? { ...next, balance: Math.max(0, next.balance) } : next
      }),
    ),
  },
  { law: "D8", flaw: "a commutation that never happens", runs: 50, suite: but({ commute: () => false }) },
  {
    law: "D9",
    flaw: "a withdrawal that is rebased over withdrawals",
    suite: but({ rebase: ({ _tag }, events) => _tag === "Withdraw" && events.every(is("Withdrawn")) }),
  },
  {
    law: "D9",
    flaw: "a gift to whoever comes first",
    suite: model(
      decides("Deposit", (command, state) =>
        state._tag === "Open" && state.movements.length === 0
          ? Decider.accept(Deposited({ amount: command.amount + 10 }))
          : decide(command, state),
      ),
    ),
  },
  { law: "D9", flaw: "a rebase that never happens", runs: 50, suite: but({ rebase: () => false }) },
  {
    law: "D10",
    flaw: "a query that forgets the end",
    suite: but({ query: (command) => (command._tag === "Deposit" ? types("Opened") : query(command)) }),
  },
  {
    law: "D10",
    flaw: "a query that forgets an end which these commands do not lead to",
    suite: but({
      commands: anyCommand.filter(({ _tag }) => _tag !== "Close"),
      events: fc.constant(Closed({ at: new Date(0) })),
      query: (command) => (command._tag === "Deposit" ? types("Opened") : query(command)),
    }),
  },
  {
    law: "D10",
    flaw: "a query that forgets who else takes from the balance",
    suite: but({
      query: (command) => (command._tag === "Withdraw" ? types("Opened", "Deposited", "Closed") : query(command)),
    }),
  },
  {
    law: "D10",
    flaw: "a query by a tag that no event has",
    suite: but({ query: (command) => (command._tag === "Close" ? Query.make({ tags: ["money"] }) : query(command)) }),
  },
  { law: "D10", flaw: "a query for everything", runs: 50, suite: but({ query: () => Query.all }) },
]

const stored: ReadonlyArray<Case> = [
  {
    law: "D12",
    flaw: "an amount that JSON does not know",
    suite: model(decides("Deposit", (command, state) => decide({ ...command, amount: command.amount / 0 }, state))),
  },
  {
    law: "D12",
    flaw: "a codec that keeps the day of a time",
    suite: but({
      codec: EventCodec.make({
        Opened: t.type({ owner: t.string }),
        Deposited: t.type({ amount: t.number }),
        Withdrawn: t.type({ amount: t.number }),
        Renamed: t.type({ owner: t.string }),
        Closed: t.type({
          at: new t.Type("Day", DateFromISOString.is, DateFromISOString.validate, (at) =>
            at.toISOString().slice(0, 10),
          ),
        }),
      }),
    }),
  },
]

const sum = { initial: { sum: 0 }, evolve: ({ sum }: { readonly sum: number }, by: number) => ({ sum: sum + by }) }
const amountOf = (event: AccountEvent) =>
  event._tag === "Deposited" ? [event.amount] : event._tag === "Withdrawn" ? [-event.amount] : []
const shown = (state: Account) => (state._tag === "Open" ? state.balance : 0)
const { commands } = subject

/** In place of the account: the sum of what was moved. */
export const refined = {
  from: account,
  to: sum,
  commands,
  up: amountOf,
  view: { from: shown, to: ({ sum }: { readonly sum: number }) => sum },
}

const taken: ReadonlyArray<Case> = [
  {
    law: "D11",
    flaw: "an upcast that drops a kind of event",
    suite: DeciderLaws.refinement({ ...refined, up: (event) => (event._tag === "Withdrawn" ? [] : amountOf(event)) }),
  },
  {
    law: "D11",
    flaw: "an old decider that records nothing",
    runs: 50,
    suite: DeciderLaws.refinement({ ...refined, commands: anyCommand.filter(({ _tag }) => _tag === "Deposit") }),
  },
  {
    law: "D11",
    flaw: "a new decider that begins elsewhere",
    suite: DeciderLaws.refinement({ ...refined, to: { ...sum, initial: { sum: 1 } } }),
  },
  {
    law: "D11",
    flaw: "a new decider that refuses history",
    suite: DeciderLaws.refinement({
      ...refined,
      to: {
        ...sum,
        evolve: (state: { readonly sum: number }, by: number) => {
          if (Math.abs(by) > 90) throw new RangeError("90 at most")
          return sum.evolve(state, by)
        },
      },
    }),
  },
]

export const cases: ReadonlyArray<Case> = [
  ...histories,
  ...pure,
  ...total,
  ...promised,
  ...meanwhile,
  ...stored,
  ...taken,
]
