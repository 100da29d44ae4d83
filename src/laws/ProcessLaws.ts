/**
 * The laws of process managers, tried on a user's own: what is asked for is owed, nothing else is, and a restart resumes
 * exactly what is owed.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import type { Decider } from "../core/domain/Decider.ts"
import type { ProcessManager } from "../core/domain/ProcessManager.ts"
import { program } from "./arbitrary/Programs.ts"
import { type Commanded, type Commands, traces } from "./arbitrary/Traces.ts"
import { agree, Mistake } from "./Difference.ts"
import { freeze } from "./domain/Purity.ts"
import * as Law from "./Law.ts"
import { same } from "./Same.ts"
import { show } from "./Show.ts"

/**
 * A process manager, and the events that it may meet.
 *
 * @category model
 * @since 0.1.0
 */
export interface Subject<E, C, S> {
  readonly process: ProcessManager<E, C, S>
  /** Events as they may come, in any order: also in histories that no decider would come to. */
  readonly events: fc.Arbitrary<E>
  /** How often each law is tried; 100 times, if left out. */
  readonly runs?: number
}

/**
 * A process manager and the decider that it drives.
 *
 * @category model
 * @since 0.1.0
 */
export interface Driven<C, S, E, R, P> {
  readonly process: ProcessManager<E, C, P>
  readonly decider: Decider<C, S, E, R>
  /** Commands from outside, or those for the decider's state: the more often they set the process going, the more is tried. */
  readonly commands: Commands<C, S>
  /** How often the law is tried; 100 times, if left out. */
  readonly runs?: number
}

/** Those of `some` that `all` has not, each as often as it is missing. */
const missing = (some: ReadonlyArray<unknown>, all: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
  const left = [...all]
  return some.filter((item) => {
    const found = left.findIndex((other) => same(item, other))
    if (found >= 0) left.splice(found, 1)
    return found < 0
  })
}

const many = <A>(item: fc.Arbitrary<A>): fc.Arbitrary<ReadonlyArray<A>> => program(item, { maxLength: 12 })

const owes = <E, C, S>({ process, events, runs }: Subject<E, C, S>): Law.Law =>
  Law.make({
    name: "PM1",
    title: "what is asked for is owed",
    equation: "react(s', e) ⊆ pending(s'), where s' = evolve(s, e)",
    given: many(events),
    runs,
    holds: Effect.fnUntraced(function* (events) {
      let state = process.initial
      for (const event of events) {
        state = process.evolve(state, event)
        const unowed = missing(process.react(state, event), process.pending(state))
        yield* agree("what was asked for and is not owed", { expected: [], actual: unowed })
      }
    }),
  })

const owesNothingElse = <E, C, S>({ process, events, runs }: Subject<E, C, S>): Law.Law =>
  Law.make({
    name: "PM2",
    title: "nothing else becomes owed",
    equation: "pending(initial) = [], pending(s') ⊆ pending(s) ++ react(s', e)",
    given: many(events),
    runs,
    holds: Effect.fnUntraced(function* (events) {
      let state = process.initial
      yield* agree("what is owed before the first event", { expected: [], actual: process.pending(state) })
      for (const event of events) {
        const before = process.pending(state)
        state = process.evolve(state, event)
        const unasked = missing(process.pending(state), [...before, ...process.react(state, event)])
        yield* agree("what is owed and was never asked for", { expected: [], actual: unasked })
      }
    }),
  })

const ends = <E, C, S>({ process, events, runs }: Subject<E, C, S>): Law.Law =>
  Law.make({
    name: "PM3",
    title: "a process that is over owes nothing",
    equation: "isTerminal(s) ⇒ pending(s) = [] and isTerminal(evolve(s, e)) and react(evolve(s, e), e) = []",
    given: many(events),
    runs,
    holds: Effect.fnUntraced(function* (events) {
      let state = process.initial
      for (const event of events) {
        const over = process.isTerminal(state)
        state = process.evolve(state, event)
        if (over) {
          yield* agree("whether it is still over", { expected: true, actual: process.isTerminal(state) })
          yield* agree("what it asks for after its end", { expected: [], actual: process.react(state, event) })
        }
        if (process.isTerminal(state)) {
          yield* agree("what it owes at its end", { expected: [], actual: process.pending(state) })
        }
      }
    }),
  })

/** More than this, and the process goes round in circles: nothing to compare. */
const enough = 100

/** What a run came to: its events, whether it stopped while something was owed, and what was asked for and not recorded. */
interface Run<C, E> {
  readonly events: ReadonlyArray<E>
  readonly stoppedOwing: boolean
  /** The run ended here: what is owed from then on depends on more than events. */
  readonly unrecorded: ReadonlyArray<C>
}

/**
 * Carries out commands, each with whatever is asked for after it, stopping before each number of `stops` to begin again
 * with nothing but the events. A command from outside that records nothing is passed over.
 */
const carryOut = <C, S, E, R, P>(
  { process, decider }: Driven<C, S, E, R, P>,
  given: ReadonlyArray<C>,
  stops: ReadonlySet<number>,
): Run<C, E> => {
  const events: Array<E> = []
  let state = decider.initial
  let remembered = process.initial
  let carriedOut = 0
  let stoppedOwing = false
  for (const command of given) {
    const queue = [command]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const decision = decider.decide(next, state)
      const recorded = isLeft(decision) ? [] : decision.right
      if (recorded.length === 0 && next === command) break
      if (recorded.length === 0 || carriedOut++ > enough) return { events, stoppedOwing, unrecorded: [next] }
      for (const event of recorded) {
        events.push(event)
        state = decider.evolve(state, event)
        remembered = process.evolve(remembered, event)
        if (process.isTerminal(remembered)) queue.length = 0
        else queue.push(...process.react(remembered, event))
      }
      if (!stops.has(carriedOut)) continue
      stoppedOwing ||= queue.length > 0
      queue.splice(0, queue.length, ...process.pending(remembered))
    }
  }
  return { events, stoppedOwing, unrecorded: [] }
}

const work = <C, S, E, R>(commanded: Commanded<C, S, E, R>) =>
  fc.record({
    commands: traces(commanded, { minLength: 1, maxLength: 3 }),
    stops: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
  })

const resumes = <C, S, E, R, P>(driven: Driven<C, S, E, R, P>): Law.Law =>
  Law.make({
    name: "PM4",
    title: "a restart resumes exactly what is owed",
    equation:
      "stopped anywhere and begun again with pending(fold(events)), it comes to the same events, perhaps in another order",
    given: work(driven),
    runs: driven.runs,
    holds: Effect.fnUntraced(function* ({ commands, stops }) {
      const whole = carryOut(driven, commands, new Set())
      if (whole.unrecorded.length > 0) return
      const { events, unrecorded } = carryOut(driven, commands, new Set(stops))
      yield* agree("what restarts ask for that records nothing", { expected: [], actual: unrecorded })
      yield* agree("the events that are lost by restarts", { expected: [], actual: missing(whole.events, events) })
      yield* agree("the events that restarts add", { expected: [], actual: missing(events, whole.events) })
    }),
  })

/** So many runs, and one of them has to have something at stake. */
const trials = 200

const hasSomethingOwed = <C, S, E, R, P>(driven: Driven<C, S, E, R, P>): Law.Law =>
  Law.make({
    name: "PM5",
    title: "restarts are tried in earnest",
    equation: `in one of ${trials} generated runs something is owed at a restart, and all that is asked for records something`,
    given: fc.noShrink(fc.array(work(driven), { minLength: trials, maxLength: trials })),
    runs: 1,
    holds: (runs) =>
      agree("whether a restart ever mattered", {
        expected: true,
        actual: runs.some(({ commands, stops }) => {
          const { stoppedOwing } = carryOut(driven, commands, new Set(stops))
          return stoppedOwing && carryOut(driven, commands, new Set()).unrecorded.length === 0
        }),
      }),
  })

const listed = <C>(who: string, answer: ReadonlyArray<C>): ReadonlyArray<C> => {
  if (Array.isArray(answer)) return answer
  throw new Mistake({ says: `${who} answered ${show(answer)}, which is no list. Is there a case without a return?` })
}

/**
 * The same process manager, whose states and events are frozen: one that is changed in place fails where that is done, and
 * not in a later run that begins where an earlier one ended.
 */
const guarded = <E, C, S>(process: ProcessManager<E, C, S>): ProcessManager<E, C, S> => {
  freeze(process.initial)
  return {
    ...process,
    evolve: (before, event) => {
      freeze(event)
      const after = process.evolve(before, event)
      freeze(after)
      return after
    },
    react: (state, event) => listed("react", process.react(state, event)),
    pending: (state) => listed("pending", process.pending(state)),
  }
}

/**
 * The laws of a process manager (PM1–PM3). Its states and events are frozen meanwhile.
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 * import { ProcessLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 *
 * const greeting = ProcessManager.make({
 *   initial: [],
 *   evolve: (waiting: ReadonlyArray<string>, event: string): ReadonlyArray<string> =>
 *     event === "greeted" ? waiting.slice(1) : [...waiting, event],
 *   react: (_waiting, event) => (event === "greeted" ? [] : [event]),
 *   pending: (waiting) => waiting
 * })
 *
 * const subject: ProcessLaws.Subject<string, string, ReadonlyArray<string>> = {
 *   process: greeting,
 *   events: fc.constantFrom("Ada", "Grace", "greeted")
 * }
 * laws(ProcessLaws.suite(subject))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = <E, C, S>(subject: Subject<E, C, S>): Law.Suite => {
  const frozen = { ...subject, process: guarded(subject.process) }
  return { name: "a process manager", laws: [owes(frozen), owesNothingElse(frozen), ends(frozen)] }
}

/**
 * The law that a restart resumes exactly what is owed (PM4): a process manager that drives a decider comes to the same
 * events, wherever it is stopped and begun again with nothing but its state. It says nothing of runs in which something
 * that was asked for records nothing; that there are others is a law of its own (PM5). Only this suite finds a manager
 * that drops what it owes.
 *
 * @example
 * ```ts
 * import { Decider, ProcessManager } from "everfold"
 * import { ProcessLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 *
 * // Whatever is put down is halved until 1 is left.
 * const decider = Decider.make({
 *   initial: 0,
 *   decide: (n: number, _last: number) => Decider.accept(n),
 *   evolve: (_last: number, n: number) => n
 * })
 * const halving = ProcessManager.make({
 *   initial: 0,
 *   evolve: (_last: number, n: number) => n,
 *   react: (n) => (n > 1 ? [Math.floor(n / 2)] : []),
 *   pending: (n) => (n > 1 ? [Math.floor(n / 2)] : [])
 * })
 *
 * const driven: ProcessLaws.Driven<number, number, number, never, number> = {
 *   process: halving,
 *   decider,
 *   commands: fc.integer({ min: 1, max: 20 })
 * }
 * laws(ProcessLaws.restart(driven))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const restart = <C, S, E, R, P>(driven: Driven<C, S, E, R, P>): Law.Suite => {
  const frozen = { ...driven, process: guarded(driven.process) }
  return { name: "a process manager at work", laws: [resumes(frozen), hasSomethingOwed(frozen)] }
}
