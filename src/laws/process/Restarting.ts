/**
 * The laws of a process manager that drives a decider: a restart resumes exactly what is owed.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import type { Decider } from "../../core/domain/Decider.ts"
import type { ProcessManager } from "../../core/domain/ProcessManager.ts"
import { type Commanded, type Commands, traces } from "../arbitrary/Traces.ts"
import { Mistake, Traced } from "../Difference.ts"
import { decided, listed, named, under } from "../domain/Telling.ts"
import * as Law from "../Law.ts"
import { missing } from "./Following.ts"

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

/** More than this, and the process goes round in circles: nothing to compare. */
const enough = 100

/** What a run came to: its events, whether it stopped while something was owed, and what was asked for and not recorded. */
interface Run<C, E> {
  readonly events: ReadonlyArray<E>
  readonly stoppedOwing: boolean
  /** The run ended here: what is owed from then on depends on more than events. */
  readonly unrecorded: ReadonlyArray<C>
  /** A line a command, and one a restart. */
  readonly trace: ReadonlyArray<string>
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
  const trace: Array<string> = []
  let state = decider.initial
  let remembered = process.initial
  let carriedOut = 0
  let stoppedOwing = false
  for (const command of given) {
    const queue = [command]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const decision = decider.decide(next, state)
      const recorded = isLeft(decision) ? [] : decision.right
      trace.push(`${next === command ? "" : "asked for: "}${named(next)} → ${decided(decision)}`)
      if (recorded.length === 0 && next === command) break
      if (recorded.length === 0 || carriedOut++ > enough) return { events, stoppedOwing, unrecorded: [next], trace }
      for (const event of recorded) {
        events.push(event)
        state = decider.evolve(state, event)
        remembered = process.evolve(remembered, event)
        if (process.isTerminal(remembered)) queue.length = 0
        else queue.push(...process.react(remembered, event))
      }
      if (!stops.has(carriedOut)) continue
      stoppedOwing ||= queue.length > 0
      const waiting = listed(queue)
      queue.splice(0, queue.length, ...process.pending(remembered))
      trace.push(`(stopped while ${waiting} was still to do; begun again with what is pending: ${listed(queue)})`)
    }
  }
  return { events, stoppedOwing, unrecorded: [], trace }
}

const work = <C, S, E, R>(commanded: Commanded<C, S, E, R>) =>
  fc.record({
    commands: traces(commanded, { minLength: 1, maxLength: 3 }),
    stops: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
  })

/** @category laws @since 0.1.0 */
export const PM4 = <C, S, E, R, P>(driven: Driven<C, S, E, R, P>): Law.Law =>
  Law.make({
    name: "PM4",
    title: "a restart resumes exactly what is owed",
    equation:
      "stopped anywhere and begun again with pending(fold(events)), it comes to the same events, perhaps in another order",
    given: work(driven),
    runs: driven.runs,
    holds: ({ commands, stops }) =>
      Effect.suspend(() => {
        const whole = carryOut(driven, commands, new Set())
        if (whole.unrecorded.length > 0) return Effect.void
        const { events, unrecorded, trace } = carryOut(driven, commands, new Set(stops))
        const unlike = (what: string) =>
          new Traced({
            reason: new Mistake({
              says: [
                what,
                under("recorded without a restart", listed(whole.events)),
                under("recorded with restarts", listed(events)),
              ].join("\n"),
            }),
            trace,
            isWhole: true,
          })
        const [lost, added] = [missing(whole.events, events), missing(events, whole.events)]
        if (unrecorded.length > 0)
          return Effect.fail(
            unlike(`${listed(unrecorded)} is asked for where it records nothing: was it done before the restart?`),
          )
        if (lost.length > 0) return Effect.fail(unlike(`${listed(lost)} is lost by restarts.`))
        return added.length > 0 ? Effect.fail(unlike(`${listed(added)} is added by restarts.`)) : Effect.void
      }),
  })

const atStake = "restart with something owed, where all that is asked for records something"

/** @category laws @since 0.1.0 */
export const PM5 = <C, S, E, R, P>(driven: Driven<C, S, E, R, P>): Law.Law =>
  Law.make({
    name: "PM5",
    title: "restarts are tried in earnest",
    equation: "in some run something is owed at a restart, and all that is asked for records something",
    given: work(driven),
    runs: driven.runs,
    must: [atStake],
    holds: ({ commands, stops }, seen) =>
      Effect.sync(() => {
        const { stoppedOwing } = carryOut(driven, commands, new Set(stops))
        const { unrecorded } = carryOut(driven, commands, new Set())
        if (stoppedOwing) seen("restart with something owed")
        if (unrecorded.length === 0) seen("run in which all that is asked for records something")
        if (stoppedOwing && unrecorded.length === 0) seen(atStake)
      }),
  })
