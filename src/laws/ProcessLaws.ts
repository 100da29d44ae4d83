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
import { agree } from "./Difference.ts"
import * as Law from "./Law.ts"
import { same } from "./Same.ts"

/**
 * A process manager, and the events that it may meet.
 *
 * @category model
 * @since 0.1.0
 */
export interface Subject<E, C, S> {
  readonly process: ProcessManager<E, C, S>
  /** Events as they may come, in any order. */
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
  /** Commands from outside: the more often they set the process going, the more is tried. */
  readonly commands: fc.Arbitrary<C>
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

/**
 * Carries out a command and whatever is asked for, stopping before each number of `stops` to begin again with nothing but
 * the events. `undefined` where a command records nothing or there is no end: then what is owed depends on more than
 * events.
 */
const carryOut = <C, S, E, R, P>(
  { process, decider }: Driven<C, S, E, R, P>,
  given: ReadonlyArray<C>,
  stops: ReadonlySet<number>,
): ReadonlyArray<E> | undefined => {
  const events: Array<E> = []
  let state = decider.initial
  let remembered = process.initial
  let carriedOut = 0
  for (const command of given) {
    let waiting: ReadonlyArray<C> = [command]
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (carriedOut++ > enough) return undefined
      const decision = decider.decide(next, state)
      if (isLeft(decision) || decision.right.length === 0) return undefined
      waiting = waiting.slice(1)
      for (const event of decision.right) {
        events.push(event)
        state = decider.evolve(state, event)
        remembered = process.evolve(remembered, event)
        waiting = [...waiting, ...process.react(remembered, event)]
      }
      if (stops.has(carriedOut)) waiting = process.pending(remembered)
    }
  }
  return events
}

/**
 * The laws of a process manager (PM1–PM3).
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
export const suite = <E, C, S>(subject: Subject<E, C, S>): Law.Suite => ({
  name: "a process manager",
  laws: [owes(subject), owesNothingElse(subject), ends(subject)],
})

/**
 * The law that a restart resumes exactly what is owed (PM4): a process manager that drives a decider comes to the same
 * events, wherever it is stopped and begun again with nothing but its state.
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
export const restart = <C, S, E, R, P>(driven: Driven<C, S, E, R, P>): Law.Suite => ({
  name: "a process manager at work",
  laws: [
    Law.make({
      name: "PM4",
      title: "a restart resumes exactly what is owed",
      equation:
        "stopped anywhere and begun again with pending(fold(events)), it comes to the same events, perhaps in another order",
      given: fc.record({
        commands: program(driven.commands, { minLength: 1, maxLength: 3 }),
        stops: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
      }),
      runs: driven.runs,
      holds: Effect.fnUntraced(function* ({ commands, stops }) {
        const expected = carryOut(driven, commands, new Set())
        if (expected === undefined) return
        const actual = carryOut(driven, commands, new Set(stops)) ?? []
        yield* agree("the events that are lost by restarts", { expected: [], actual: missing(expected, actual) })
        yield* agree("the events that restarts add", { expected: [], actual: missing(actual, expected) })
      }),
    }),
  ],
})
