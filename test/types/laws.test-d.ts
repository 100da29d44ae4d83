import * as fc from "fast-check"
import * as t from "io-ts"
import { expectTypeOf } from "vitest"
import * as Decider from "../../src/core/domain/Decider.ts"
import * as View from "../../src/core/domain/View.ts"
import * as EventCodec from "../../src/core/event/EventCodec.ts"
import * as Query from "../../src/core/event/Query.ts"
import * as DeciderLaws from "../../src/laws/DeciderLaws.ts"
import type * as Law from "../../src/laws/Law.ts"

const AccountEvent = EventCodec.make({ Opened: t.type({ owner: t.string }), Deposited: t.type({ amount: t.number }) })
type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>
type Account = { readonly _tag: "None" } | { readonly _tag: "Open"; readonly balance: number }
type AccountCommand =
  | { readonly _tag: "Open"; readonly owner: string }
  | { readonly _tag: "Deposit"; readonly amount: number }
class NotOpen {
  readonly _tag = "NotOpen"
}
const none: Account = { _tag: "None" }
const account = Decider.make({
  initial: none,
  decide: (command: AccountCommand, state: Account) => {
    if (command._tag === "Open") return Decider.accept(AccountEvent.Opened({ owner: command.owner }))
    return state._tag === "None"
      ? Decider.reject(new NotOpen())
      : command.amount < 0
        ? Decider.reject("negative")
        : Decider.accept(AccountEvent.Deposited({ amount: command.amount }))
  },
  evolve: (state: Account, event: AccountEvent): Account =>
    event._tag === "Opened"
      ? { _tag: "Open", balance: 0 }
      : state._tag === "Open"
        ? { ...state, balance: state.balance + event.amount }
        : state,
})
const commands: fc.Arbitrary<AccountCommand> = fc.oneof(
  fc.record({ _tag: fc.constant("Open" as const), owner: fc.string() }),
  fc.record({ _tag: fc.constant("Deposit" as const), amount: fc.integer() }),
)

expectTypeOf(DeciderLaws.suite({ decider: account, codec: AccountEvent, commands })).toEqualTypeOf<Law.Suite>()

// Everything infers from the decider: commands of a state, and what it promises.
DeciderLaws.suite({
  decider: account,
  codec: AccountEvent,
  commands: (state) => {
    expectTypeOf(state).toEqualTypeOf<Account>()
    return commands
  },
  invariants: {
    "the balance is not negative": (state) => state._tag === "None" || state.balance >= 0,
    "it is opened by an event": (state, events) => {
      expectTypeOf(events).toEqualTypeOf<ReadonlyArray<AccountEvent>>()
      return state._tag === "None" || events.length > 0
    },
  },
  idempotent: (command) => {
    expectTypeOf(command).toEqualTypeOf<AccountCommand>()
    return command._tag === "Open"
  },
  reach: { states: ["None", "Open"], events: ["Opened"], rejections: ["NotOpen", "negative"] },
  commute: (a, b) => {
    expectTypeOf(a).toEqualTypeOf<AccountEvent>()
    return a._tag === "Deposited" && b._tag === "Deposited"
  },
  rebase: (command, events) => {
    expectTypeOf(events).toEqualTypeOf<ReadonlyArray<AccountEvent>>()
    return command._tag === "Deposit" && events.every(({ _tag }) => _tag === "Deposited")
  },
  query: (command) =>
    Query.make({ types: command._tag === "Open" ? [] : EventCodec.storedTypes(AccountEvent, "Opened") }),
})

DeciderLaws.suite({
  decider: account,
  commands,
  // @ts-expect-error a state that the model does not have
  reach: { states: ["Closed"] },
})
DeciderLaws.suite({
  decider: account,
  commands,
  // @ts-expect-error a rejection that the model does not have
  reach: { rejections: ["Overdrawn"] },
})
DeciderLaws.suite({
  decider: account,
  // @ts-expect-error a codec of other events
  codec: EventCodec.make({ Opened: t.type({}) }),
  commands,
})
DeciderLaws.suite({
  decider: account,
  // @ts-expect-error a command that the model does not have
  commands: (_state) => fc.constant({ _tag: "Close" as const }),
})

expectTypeOf<DeciderLaws.TagOf<Account>>().toEqualTypeOf<"None" | "Open">()
expectTypeOf<DeciderLaws.TagOf<NotOpen | "negative">>().toEqualTypeOf<"NotOpen" | "negative">()
// A text of any kind has no tags, and neither has a number.
expectTypeOf<DeciderLaws.TagOf<string | number>>().toEqualTypeOf<never>()

const sum = View.make(0, (sum: number, event: AccountEvent) => (event._tag === "Opened" ? sum : sum + event.amount))
const view = { from: (state: Account) => (state._tag === "None" ? 0 : state.balance), to: (sum: number) => sum }

// Where the new decider takes the same events nothing has to be said of them.
expectTypeOf(DeciderLaws.refinement({ from: account, to: sum, commands, view })).toEqualTypeOf<Law.Suite>()
type Entry = { readonly _tag: "Opening" } | { readonly _tag: "Booking"; readonly cents: number }
const entries = View.make(0, (cents: number, entry: Entry) => (entry._tag === "Opening" ? cents : cents + entry.cents))
DeciderLaws.refinement({
  from: account,
  to: entries,
  commands: (state) => {
    expectTypeOf(state).toEqualTypeOf<Account>()
    return commands
  },
  up: (event) => {
    expectTypeOf(event).toEqualTypeOf<AccountEvent>()
    return event._tag === "Opened" ? [{ _tag: "Opening" }] : [{ _tag: "Booking", cents: event.amount * 100 }]
  },
  view: { from: (state) => state._tag === "Open", to: (cents) => cents > 0 },
})
// @ts-expect-error the new decider takes other events, and nobody says what the old ones are to it
DeciderLaws.refinement({ from: account, to: entries, commands, view })
DeciderLaws.refinement({
  from: account,
  to: entries,
  commands,
  view,
  // @ts-expect-error an event that the new decider does not have
  up: () => [{ _tag: "Closing" }],
})

// A part infers from the whole and from itself.
DeciderLaws.part({
  whole: account,
  part: View.make(0, (sum: number, { amount }: { readonly amount: number }) => sum + amount),
  commands,
  events: (event) => {
    expectTypeOf(event).toEqualTypeOf<AccountEvent>()
    return event._tag === "Deposited" ? [event] : []
  },
  state: (account) => {
    expectTypeOf(account).toEqualTypeOf<Account>()
    return account._tag === "Open" ? account.balance : 0
  },
})
DeciderLaws.part({
  whole: account,
  part: View.make(0, (sum: number, { amount }: { readonly amount: number }) => sum + amount),
  commands,
  // @ts-expect-error an event that the part does not know
  events: (event) => [event],
  state: (account) => (account._tag === "Open" ? account.balance : 0),
})
