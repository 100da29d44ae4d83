/** Couriers that bring parcels, and the ways in which they go wrong. */
import * as fc from "fast-check"
import * as Decider from "../../../src/core/domain/Decider.ts"
import * as ProcessManager from "../../../src/core/domain/ProcessManager.ts"
import * as ProcessLaws from "../../../src/laws/ProcessLaws.ts"
import type { Case } from "./caught.ts"

export type Event =
  | { readonly _tag: "Ordered"; readonly parcel: number }
  | { readonly _tag: "Packed"; readonly parcel: number }
  | { readonly _tag: "Sent"; readonly parcel: number }
export type Command =
  | { readonly _tag: "Order"; readonly parcels: ReadonlyArray<number> }
  | { readonly _tag: "Pack" | "Send"; readonly parcel: number }

export const events: fc.Arbitrary<Event> = fc.record({
  _tag: fc.constantFrom("Ordered" as const, "Packed" as const, "Sent" as const),
  parcel: fc.nat(2),
})
/** Each parcel is ordered once: a second order of one would be one to send twice. */
export const commands: fc.Arbitrary<Command> = fc
  .uniqueArray(fc.nat(20), { minLength: 1, maxLength: 3 })
  .map((parcels) => ({ _tag: "Order", parcels }))

export const depot = Decider.make({
  initial: [],
  decide: (command: Command, sent: ReadonlyArray<number>) => {
    switch (command._tag) {
      case "Order":
        return command.parcels.some((parcel) => sent.includes(parcel))
          ? Decider.reject("sent before")
          : Decider.accept(...command.parcels.map((parcel) => ({ _tag: "Ordered" as const, parcel })))
      case "Pack":
        return Decider.accept({ _tag: "Packed", parcel: command.parcel })
      case "Send":
        return sent.includes(command.parcel)
          ? Decider.reject("sent before")
          : Decider.accept({ _tag: "Sent", parcel: command.parcel })
    }
  },
  evolve: (sent: ReadonlyArray<number>, event: Event): ReadonlyArray<number> =>
    event._tag === "Sent" ? [...sent, event.parcel] : sent,
})

/** What there is to do, in the order in which it came up. */
type ToDo = ReadonlyArray<Command>

const asks = (event: Event): ToDo => {
  switch (event._tag) {
    case "Ordered":
      return [{ _tag: "Pack", parcel: event.parcel }]
    case "Packed":
      return [{ _tag: "Send", parcel: event.parcel }]
    case "Sent":
      return []
  }
}

/** Without the first command that this event says is done. */
const without = (todo: ToDo, event: Event): ToDo => {
  const done = event._tag === "Packed" ? "Pack" : "Send"
  const first =
    event._tag === "Ordered"
      ? -1
      : todo.findIndex((command) => command._tag === done && "parcel" in command && command.parcel === event.parcel)
  return first < 0 ? todo : todo.toSpliced(first, 1)
}

const initial: ToDo = []
export const courier = ProcessManager.make({
  initial,
  evolve: (todo: ToDo, event: Event): ToDo => [...without(todo, event), ...asks(event)],
  react: (_todo, event) => asks(event),
  pending: (todo) => todo,
})

/** One day's courier: goes home once two parcels are sent, and has nothing more to do with any. */
interface Day {
  readonly todo: ToDo
  readonly sent: number
}
const day = { todo: initial, sent: 0 }
const works = (evening: (state: Day) => boolean, over: (state: Day) => ToDo) =>
  ProcessManager.make({
    initial: day,
    evolve: (state: Day, event: Event): Day =>
      evening(state)
        ? state
        : { todo: courier.evolve(state.todo, event), sent: state.sent + (event._tag === "Sent" ? 1 : 0) },
    react: (state, event) => (evening(state) ? [] : asks(event)),
    pending: over,
    isTerminal: evening,
  })
const evening = ({ sent }: Day) => sent > 1
export const dayCourier = works(evening, (state) => (evening(state) ? [] : state.todo))

/** Goes home with parcels that were never brought. */
export const leavesEarly = works(evening, ({ todo }) => todo)
/** Comes back after every other parcel. */
export const comesBack = {
  ...dayCourier,
  evolve: (state: Day, event: Event): Day =>
    event._tag === "Sent" ? { ...state, sent: state.sent + 1 } : dayCourier.evolve(state, event),
  isTerminal: (state: Day) => evening(state) && state.sent % 2 === 0,
}

/** Takes orders at night. */
export const worksAtNight = { ...dayCourier, react: (_: Day, event: Event): ToDo => asks(event) }

/** Asks, and remembers nothing of it. */
export const forgets = { ...courier, pending: (): ToDo => [] }
/** Remembers one thing at a time. */
export const oneAtATime = { ...courier, evolve: (todo: ToDo, event: Event): ToDo => [...todo.slice(1), ...asks(event)] }
/** Takes what was packed for still to be packed. */
export const neverDone = { ...courier, evolve: (todo: ToDo, event: Event): ToDo => [...todo, ...asks(event)] }
/** Owes a greeting from the beginning. */
export const bornOwing = { ...courier, pending: (todo: ToDo): ToDo => [...todo, { _tag: "Pack", parcel: 0 }] }
/** After a restart, what is to be packed is sent at once. */
export const skipsPacking = {
  ...courier,
  pending: (todo: ToDo): ToDo =>
    todo.map((command) => (command._tag === "Pack" ? { _tag: "Send", parcel: command.parcel } : command)),
}

/** Keeps one list, and changes it in place. */
const kept: Array<Command> = []
export const changesInPlace = ProcessManager.make({
  initial: kept,
  evolve: (todo: Array<Command>, event: Event): Array<Command> => {
    todo.push(...asks(event))
    return todo
  },
  react: (_todo, event) => asks(event),
  pending: (todo) => todo,
})

const broken = <S>(process: ProcessManager.ProcessManager<Event, Command, S>) => ProcessLaws.suite({ process, events })
const restarted = (process: typeof courier) => ProcessLaws.restart({ process, decider: depot, commands })
const decided = (decide: (command: Command) => ReturnType<typeof depot.decide>) =>
  ProcessLaws.restart({ process: forgets, decider: { ...depot, decide }, commands })

export const cases: ReadonlyArray<Case> = [
  { law: "PM1", flaw: "a courier that forgets what it asked for", suite: broken(forgets) },
  { law: "PM1", flaw: "a courier that changes its state in place", suite: broken(changesInPlace) },
  { law: "PM2", flaw: "a courier that owes what nobody asked for", suite: broken(bornOwing) },
  { law: "PM2", flaw: "a courier that does otherwise after a restart", suite: broken(skipsPacking) },
  { law: "PM3", flaw: "a courier that goes home with parcels", suite: broken(leavesEarly) },
  { law: "PM3", flaw: "a courier that comes back", suite: broken(comesBack) },
  { law: "PM3", flaw: "a courier that takes orders after its end", suite: broken(worksAtNight) },

  { law: "PM4", flaw: "a courier that forgets at a restart", suite: restarted(forgets) },
  { law: "PM4", flaw: "a courier that remembers one thing at a time", suite: restarted(oneAtATime) },
  { law: "PM4", flaw: "a courier for whom nothing is ever done", suite: restarted(neverDone) },

  {
    law: "PM5",
    flaw: "a decider that refuses everything",
    suite: decided(() => Decider.reject("sent before")),
  },
  {
    law: "PM5",
    flaw: "a decider that records nothing",
    suite: decided(() => Decider.accept()),
  },
  {
    law: "PM5",
    flaw: "a process without end",
    suite: decided((command) => Decider.accept({ _tag: "Ordered", parcel: command._tag.length })),
  },
]
