/** Examples are checked against the model where they are written, without an annotation. */
import { expectTypeOf } from "vitest"
import * as Decider from "../../src/core/domain/Decider.ts"
import type * as Policy from "../../src/core/domain/Policy.ts"
import * as ProcessManager from "../../src/core/domain/ProcessManager.ts"
import * as View from "../../src/core/domain/View.ts"
import type * as Law from "../../src/laws/Law.ts"
import * as Spec from "../../src/laws/Spec.ts"

type Command = { readonly _tag: "Open"; readonly owner: string } | { readonly _tag: "Withdraw"; readonly cents: number }
type Event =
  | { readonly _tag: "Opened"; readonly owner: string; readonly note?: string }
  | { readonly _tag: "Withdrawn"; readonly cents: number }
type State = { readonly _tag: "None" } | { readonly _tag: "Open"; readonly cents: number }
class NotOpen {
  readonly _tag = "NotOpen"
}
class Overdrawn {
  readonly _tag = "Overdrawn"
  readonly missing: number
  constructor(missing: number) {
    this.missing = missing
  }
}
const none: State = { _tag: "None" }
const account = Decider.make({
  initial: none,
  decide: (command: Command, state: State) => {
    if (command._tag === "Open") return Decider.accept({ _tag: "Opened", owner: command.owner })
    if (state._tag === "None") return Decider.reject(new NotOpen())
    return state.cents < command.cents
      ? Decider.reject(new Overdrawn(command.cents - state.cents))
      : Decider.accept({ _tag: "Withdrawn", cents: command.cents })
  },
  evolve: (_state: State, event: Event): State => ({ _tag: "Open", cents: event._tag === "Opened" ? 10 : 0 }),
})

const spec = Spec.decider("an account", account, {
  events: {
    given: [{ _tag: "Opened", owner: "Ada" }],
    when: { _tag: "Withdraw", cents: 3 },
    events: [{ _tag: "Withdrawn", cents: 3 }],
  },
  nothing: { when: { _tag: "Open", owner: "Ada" }, events: [] },
  more: { when: { _tag: "Open", owner: "Ada" }, events: [], state: { _tag: "Open", cents: 3 }, isTerminal: false },
  rejection: { when: { _tag: "Withdraw", cents: 3 }, rejection: new Overdrawn(3) },
  state: { given: [{ _tag: "Opened", owner: "Ada" }], state: { _tag: "None" } },
  isTerminal: { given: [{ _tag: "Opened", owner: "Ada" }], isTerminal: false },
})
expectTypeOf(spec).toExtend<Law.Suite>()
expectTypeOf(spec).toEqualTypeOf<Spec.Spec>()

Spec.decider("an account", account, {
  // @ts-expect-error a tag that no event has
  a: { given: [{ _tag: "Opend", owner: "Ada" }], state: { _tag: "None" } },
  // @ts-expect-error an event without a field
  b: { given: [{ _tag: "Opened" }], state: { _tag: "None" } },
  // @ts-expect-error an event with a field too many
  c: { given: [{ _tag: "Withdrawn", cents: 3, owner: "Ada" }], state: { _tag: "None" } },
  // @ts-expect-error a field of another type
  d: { when: { _tag: "Withdraw", cents: "3" }, events: [] },
  // @ts-expect-error a tag that no command has
  e: { when: { _tag: "Withdrw", cents: 3 }, events: [] },
  // @ts-expect-error an empty object is no event
  f: { when: { _tag: "Withdraw", cents: 3 }, events: [{}] },
  // @ts-expect-error events are a list
  g: { when: { _tag: "Withdraw", cents: 3 }, events: { _tag: "Withdrawn", cents: 3 } },
  // @ts-expect-error a tag that no rejection has
  h: { when: { _tag: "Withdraw", cents: 3 }, rejection: { _tag: "Overdrwn", missing: 1 } },
  // @ts-expect-error a rejection without a field
  i: { when: { _tag: "Withdraw", cents: 3 }, rejection: { _tag: "Overdrawn" } },
  // @ts-expect-error an event is no rejection
  j: { when: { _tag: "Withdraw", cents: 3 }, rejection: { _tag: "Withdrawn", cents: 3 } },
  // @ts-expect-error another state
  k: { given: [], state: { _tag: "Open" } },
  // @ts-expect-error it does not say what then comes out
  l: { when: { _tag: "Withdraw", cents: 3 } },
  // @ts-expect-error nor does this
  m: { given: [{ _tag: "Opened", owner: "Ada" }] },
  // @ts-expect-error nor this
  n: {},
  // @ts-expect-error the state alone leaves open what happened
  o: { when: { _tag: "Withdraw", cents: 3 }, state: { _tag: "None" } },
  // @ts-expect-error both
  p: { when: { _tag: "Withdraw", cents: 3 }, events: [], rejection: new NotOpen() },
  // @ts-expect-error a rejection changes no state
  q: { when: { _tag: "Withdraw", cents: 3 }, rejection: new NotOpen(), state: { _tag: "None" } },
  // @ts-expect-error events without a command
  r: { given: [], events: [] },
  // @ts-expect-error a slip of the pen
  s: { when: { _tag: "Withdraw", cents: 3 }, event: [] },
  // @ts-expect-error undefined is not absent
  t: { given: [{ _tag: "Opened", owner: "Ada", note: undefined }], state: { _tag: "None" } },
})

// Several commands at once.
Spec.decider("an account", Decider.batch(account), {
  a: {
    when: [
      { _tag: "Open", owner: "Ada" },
      { _tag: "Withdraw", cents: 3 },
    ],
    events: [
      { _tag: "Opened", owner: "Ada" },
      { _tag: "Withdrawn", cents: 3 },
    ],
  },
  // @ts-expect-error one command is no list
  b: { when: { _tag: "Open", owner: "Ada" }, events: [] },
})

// Events that are no objects, and a decider that refuses nothing.
const count = Decider.make({
  initial: 0,
  decide: (by: number, _n: number) => Decider.accept(by),
  evolve: (n: number, by: number): number => n + by,
})
Spec.decider("a count", count, {
  a: { given: [1], when: 2, events: [2], state: 3 },
  // @ts-expect-error it refuses nothing
  b: { when: 2, rejection: 2 },
  // @ts-expect-error no number
  c: { when: 2, events: ["2"] },
})
Spec.decider("both", Decider.product({ account, count }), {
  a: {
    given: [{ _tag: "count", event: 2 }],
    when: { _tag: "account", command: { _tag: "Open", owner: "Ada" } },
    events: [{ _tag: "account", event: { _tag: "Opened", owner: "Ada" } }],
    state: { account: { _tag: "Open", cents: 10 }, count: 2 },
  },
  // @ts-expect-error a part that there is not
  b: { given: [{ _tag: "cuont", event: 2 }], isTerminal: false },
})

const view = View.make(0, (n: number, event: Event) => n + (event._tag === "Withdrawn" ? event.cents : 0))
Spec.view("money that went out", view, {
  a: { given: [{ _tag: "Withdrawn", cents: 3 }], state: 3 },
  b: { state: 0 },
  // @ts-expect-error it does not say what then is
  c: { given: [{ _tag: "Withdrawn", cents: 3 }] },
  // @ts-expect-error a view answers no event
  d: { when: { _tag: "Withdrawn", cents: 3 }, state: 3 },
  // @ts-expect-error a tag that no event has
  e: { given: [{ _tag: "Withdrwn", cents: 3 }], state: 3 },
})

const policy: Policy.Policy<Event, Command> = ({ _tag }) => (_tag === "Opened" ? [{ _tag: "Withdraw", cents: 1 }] : [])
Spec.policy("a fee", policy, {
  a: { when: { _tag: "Opened", owner: "Ada" }, commands: [{ _tag: "Withdraw", cents: 1 }] },
  b: { when: { _tag: "Withdrawn", cents: 1 }, commands: [] },
  // @ts-expect-error it does not say what is asked for
  c: { when: { _tag: "Withdrawn", cents: 1 } },
  // @ts-expect-error a policy remembers nothing
  d: { given: [], when: { _tag: "Withdrawn", cents: 1 }, commands: [] },
  // @ts-expect-error a command without a field
  e: { when: { _tag: "Opened", owner: "Ada" }, commands: [{ _tag: "Withdraw" }] },
})

const process = ProcessManager.make({
  initial: 0,
  evolve: (n: number, _event: Event): number => n + 1,
  react: (n) => [{ _tag: "Withdraw", cents: n }],
  pending: () => [],
})
Spec.process("a fee", process, {
  a: { given: [], when: { _tag: "Opened", owner: "Ada" }, commands: [{ _tag: "Withdraw", cents: 1 }], pending: [] },
  b: { given: [{ _tag: "Opened", owner: "Ada" }], pending: [], state: 1, isTerminal: false },
  c: { given: [{ _tag: "Opened", owner: "Ada" }], isTerminal: false },
  // @ts-expect-error it does not say what is asked for
  d: { when: { _tag: "Opened", owner: "Ada" } },
  // @ts-expect-error what is owed alone leaves open what is asked for
  e: { when: { _tag: "Opened", owner: "Ada" }, pending: [] },
  // @ts-expect-error it does not say what then is
  f: { given: [{ _tag: "Opened", owner: "Ada" }] },
  // @ts-expect-error a tag that no command has
  g: { when: { _tag: "Opened", owner: "Ada" }, commands: [{ _tag: "Withdrw", cents: 1 }] },
})
