/** A desk that sells seats, examples of it, and all the ways in which what comes out is not what the examples say. */
import { TaggedError } from "effect/Data"
import * as Decider from "../../../src/core/domain/Decider.ts"
import * as Policy from "../../../src/core/domain/Policy.ts"
import * as ProcessManager from "../../../src/core/domain/ProcessManager.ts"
import * as View from "../../../src/core/domain/View.ts"
import * as Spec from "../../../src/laws/Spec.ts"
import type { Case } from "./caught.ts"

const sell = { _tag: "Sell", seats: 2 } as const
const sold = { _tag: "Sold", seats: 2, price: 0 }
const billed = { _tag: "Billed", cents: 2400 }

export class SoldOut {
  readonly _tag = "SoldOut"
  readonly left: number
  constructor(left: number) {
    this.left = left
  }
}
export class Closed extends TaggedError("Closed")<{ readonly until: string }> {}

/** Another class, which looks the same. */
const lookalike = () => {
  class SoldOut {
    readonly _tag = "SoldOut"
    readonly left = 1
  }
  return new SoldOut()
}

type Desk = Decider.Decider<unknown, unknown, unknown, unknown>
export const desk: Desk = {
  initial: 0,
  decide: () => Decider.accept(sold, billed),
  evolve: () => 2,
  isTerminal: () => false,
}

/** The same example of every desk: what is sold is sold and billed, and nothing else. */
const selling = (model: Desk) =>
  Spec.decider("a desk", model, {
    "sells and bills": { given: [], when: sell, events: [sold, billed], state: 2, isTerminal: false },
  })
export const holding = selling(desk)
export const emitting = (...events: ReadonlyArray<unknown>) =>
  selling({ ...desk, decide: () => Decider.accept(...events) })
const answering = (decide: Desk["decide"]) => selling({ ...desk, decide })

export const refusing = (rejection: unknown, expected: unknown) =>
  Spec.decider(
    "a desk",
    { ...desk, decide: () => Decider.reject(rejection) },
    { "sells no more than there is": { when: sell, rejection: expected } },
  )
export const acceptingAll = Spec.decider("a desk", desk, {
  "sells no more than there is": { when: sell, rejection: new SoldOut(1) },
})

export const refusingAll = answering(() => Decider.reject(new SoldOut(0)))

/** Decides in its own time. */
const promising: Desk = JSON.parse("{}")
Object.assign(promising, desk, { decide: async () => Decider.accept(sold, billed) })
/** Has forgotten a case. */
const forgetting: Desk = JSON.parse("{}")
Object.assign(forgetting, desk, { decide: () => undefined })

export const forgettingCase = selling(forgetting)

const throws = (): never => {
  throw new RangeError("no such row")
}
export const throwing = answering(throws)
export const throwingOn = (nth: number) => {
  let seen = 0
  return Spec.decider(
    "a desk",
    {
      ...desk,
      evolve: (state) => {
        seen++
        return seen === nth ? throws() : state
      },
    },
    { "sells and bills": { given: [sold], when: sell, events: [sold, billed] } },
  )
}

const queue = Decider.make({
  initial: { names: [""] },
  decide: (name: string, _state: { names: Array<string> }) => Decider.accept(name),
  evolve: (state: { names: Array<string> }, name: string): { names: Array<string> } => {
    state.names.push(name)
    return state
  },
})
export const mutating = Spec.decider("a queue", queue, {
  "lets one in": { given: ["Ada"], when: "Bob", events: ["Bob"], state: { names: ["", "Ada", "Bob"] } },
})

const names: ReadonlyArray<string> = []
const visitors = View.make(
  { names, last: "" },
  (state: { names: ReadonlyArray<string>; last: string }, name: string) => ({
    names: [name],
    last: state.last,
  }),
)
export const forgettingNames = Spec.view("visitors", visitors, {
  "are remembered": { given: ["Ada", "Bob"], state: { names: ["Ada", "Bob"], last: "Bob" } },
})

const left = View.make(10, (seats: number, event: { readonly seats: number }) => seats - event.seats)
const seats = (model: typeof left) =>
  Spec.view("the seats left", model, { "are fewer by those sold": { given: [{ seats: 2 }, { seats: 3 }], state: 5 } })

const thank: Policy.Policy<string, string> = (name) => [`thank ${name}`, `remember ${name}`]
const thanking = (model: typeof thank) =>
  Spec.policy("a host", model, { "thanks whoever bought": { when: "Ada", commands: ["thank Ada", "remember Ada"] } })

const shipping = ProcessManager.make({
  initial: [],
  evolve: (open: ReadonlyArray<string>, event: string): ReadonlyArray<string> =>
    event === "shipped" ? open.slice(1) : [...open, event],
  react: (open, event): ReadonlyArray<string> =>
    event === "shipped" ? [] : [`pack ${event}`, `ship ${event}, one of ${open.length}`],
  pending: (open) => open.map((order) => `ship ${order}, one of ${open.length}`),
  isTerminal: (open) => open.length === 0,
})
const shipped = (model: typeof shipping) =>
  Spec.process("a courier", model, {
    "ships what is ordered": {
      given: ["tea"],
      when: "rum",
      commands: ["pack rum", "ship rum, one of 2"],
      pending: ["ship tea, one of 2", "ship rum, one of 2"],
      state: ["tea", "rum"],
      isTerminal: false,
    },
  })

/** Examples that are true of what they are of. */
export const held = [
  selling(desk),
  refusing(new SoldOut(1), new SoldOut(1)),
  refusing(new Closed({ until: "May" }), new Closed({ until: "May" })),
  refusing(undefined, undefined),
  seats(left),
  thanking(thank),
  shipped(shipping),
]

const decided: ReadonlyArray<readonly [flaw: string, suite: Spec.Spec]> = [
  ["the right events in another order", emitting(billed, sold)],
  ["an event too many", emitting(sold, billed, { _tag: "Thanked" })],
  ["an event that happens twice", emitting(sold, sold, billed)],
  ["an event that is missing", emitting(sold)],
  ["no event at all", emitting()],
  ["another value", emitting(sold, { ...billed, cents: 2500 })],
  ["another tag", emitting(sold, { ...billed, _tag: "Paid" })],
  ["an empty object for an event", emitting(sold, {})],
  ["a field too many", emitting(sold, { ...billed, to: "Ada" })],
  ["a field that is missing", emitting(sold, { _tag: "Billed" })],
  ["a field that is undefined and not absent", emitting(sold, { ...billed, to: undefined })],
  ["a -0", emitting({ ...sold, price: -0 }, billed)],
  ["a NaN", emitting({ ...sold, price: Number.NaN }, billed)],
  ["a text for a number", emitting({ ...sold, price: "0" }, billed)],
  ["an instance of a class for plain data", emitting(sold, Object.assign(new (class Billed {})(), billed))],
  ["a list for an object", emitting(sold, Object.assign([], billed))],
  ["a rejection where events are expected", refusingAll],
  ["a decide that throws", throwing],
  ["a decide that answers with a promise", selling(promising)],
  ["a decide that forgot a case", forgettingCase],
  ["another state", selling({ ...desk, evolve: () => 3 })],
  ["a desk that closes", selling({ ...desk, isTerminal: () => true })],
  ["an isTerminal that throws", selling({ ...desk, isTerminal: throws })],
  ["events where a rejection is expected", acceptingAll],
  ["another rejection", refusing(new Closed({ until: "May" }), new SoldOut(1))],
  ["a rejection with another value", refusing(new SoldOut(2), new SoldOut(1))],
  ["a rejection that is plain data", refusing({ _tag: "SoldOut", left: 1 }, new SoldOut(1))],
  ["a rejection of another class of that name", refusing(lookalike(), new SoldOut(1))],
  ["an error with another field", refusing(new Closed({ until: "May" }), new Closed({ until: "June" }))],
  ["an error that says something else", refusing(new Error("May"), new Error("June"))],
  ["an evolve that throws on what is given", throwingOn(1)],
  ["an evolve that throws on what is decided", throwingOn(3)],
  ["an evolve that changes the state in place", mutating],
]

const others: ReadonlyArray<readonly [flaw: string, suite: Spec.Spec]> = [
  ["a view that counts wrong", seats({ ...left, evolve: (seats) => seats - 1 })],
  ["a view that begins elsewhere", seats({ ...left, initial: 9 })],
  ["a view that forgets", forgettingNames],
  ["a view that throws", seats({ ...left, evolve: throws })],
  ["a policy that asks in another order", thanking((name) => thank(name).toReversed())],
  ["a policy that asks twice", thanking(Policy.concat(thank, thank))],
  ["a policy that asks for nothing", thanking(Policy.empty)],
  ["a policy that answers with no list", thanking(() => JSON.parse('"thank Ada"'))],
  ["a policy that throws", thanking(throws)],
  [
    "a process manager that asks in another order",
    shipped({ ...shipping, react: (open, e) => shipping.react(open, e).toReversed() }),
  ],
  [
    "a process manager that looks at the state before",
    shipped({ ...shipping, react: (open, e) => shipping.react(open.slice(1), e) }),
  ],
  ["a process manager that forgets what it owes", shipped({ ...shipping, pending: () => [] })],
  ["a process manager that remembers in another order", shipped({ ...shipping, evolve: (open, e) => [e, ...open] })],
  ["a process manager that goes home", shipped({ ...shipping, isTerminal: () => true })],
  ["a process manager whose pending throws", shipped({ ...shipping, pending: throws })],
]

export const cases: ReadonlyArray<Case> = [...decided, ...others].map(([flaw, suite]) => ({
  law: "E1",
  flaw,
  suite,
  runs: 1,
}))
