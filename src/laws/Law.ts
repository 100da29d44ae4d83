/**
 * A law is a value: a name, an equation, and a property that can be tried. It knows no test runner.
 *
 * ```
 * Law = { name, title, equation, property, runs }
 * ```
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { indent, show } from "./Show.ts"

/**
 * A law, ready to be tried: by `check`, or by a test runner's adapter.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const heading = ({ name, title, equation }: Law.Law): string => `${name} ${title}: ${equation}`
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Law {
  /** Its name in the catalogue: `S7`. */
  readonly name: string
  /** What it says, in a few words. */
  readonly title: string
  /** What it says, exactly. */
  readonly equation: string
  /** How it is tried: a fast-check property, synchronous or not. */
  readonly property: fc.IRawProperty<unknown>
  /** How often it is tried where nobody says otherwise. */
  readonly runs: number
}

/**
 * Laws about one subject.
 *
 * @example
 * ```ts
 * import { ChainLaws, type Law } from "everfold/laws"
 *
 * const suite: Law.Suite = ChainLaws.suite()
 * console.log(suite.laws.map(({ name }) => name)) // [ 'L5.1', 'L5.2', 'L5.3' ]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Suite {
  readonly name: string
  readonly laws: ReadonlyArray<Law>
}

/**
 * What `make` takes.
 *
 * @example
 * ```ts
 * import { Difference, type Law } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const commutes: Law.Definition<readonly [number, number]> = {
 *   name: "A1",
 *   title: "addition commutes",
 *   equation: "a + b = b + a",
 *   given: fc.tuple(fc.integer(), fc.integer()),
 *   holds: ([a, b]) => Difference.agree("the sum", { expected: a + b, actual: b + a })
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Definition<A> {
  readonly name: string
  readonly title: string
  readonly equation: string
  /** What the law speaks of. */
  readonly given: fc.Arbitrary<A>
  /** Succeeds where the law holds for the value; any failure or defect is a counterexample. */
  readonly holds: (value: A) => Effect.Effect<void, unknown>
  /** How often it is tried; 100 if left out. */
  readonly runs?: number | undefined
}

/** One run may not take longer: a subject that hangs is a counterexample. */
const patience = 15_000
/** When to be content with the smallest counterexample so far, or with the runs so far. */
const timeLimit = 45_000

/** Waits for an answer, but not for ever: a subject that hangs may not even be interrupted. */
const answer = async (holds: Effect.Effect<void, unknown>): Promise<Exit.Exit<void, unknown>> => {
  const fiber = Effect.runFork(holds)
  const exit = await Effect.runPromise(Effect.timeoutOption(Fiber.await(fiber), patience))
  if (Option.isSome(exit)) return exit.value
  Effect.runFork(Fiber.interrupt(fiber))
  return Exit.die(new Error(`It gave no answer within ${patience / 1000} seconds.`))
}

/**
 * Makes a law of what is given and an Effect that fails where the law does not hold.
 *
 * @example
 * ```ts
 * import { Difference, Law } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const reverse = Law.make({
 *   name: "R1",
 *   title: "reversing twice",
 *   equation: "reverse(reverse(xs)) = xs",
 *   given: fc.array(fc.integer()),
 *   holds: (xs) => Difference.agree("the list", { expected: xs, actual: xs.toReversed().toReversed() })
 * })
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = <A>({ name, title, equation, given, holds, runs = 100 }: Definition<A>): Law => ({
  name,
  title,
  equation,
  runs,
  property: fc.asyncProperty(given, async (value) => {
    const exit = await answer(holds(value))
    if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
  }),
})

/**
 * The law was tried and no counterexample was found.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const line = ({ law, runs }: Law.Holds): string => `${law.name} holds, tried ${runs} times`
 * ```
 * @category results
 * @since 0.1.0
 */
export interface Holds {
  readonly _tag: "Holds"
  readonly law: Law
  /** How often it was tried: less than was asked for where that took longer than 45 seconds. */
  readonly runs: number
  readonly seed: number
}

/**
 * A value for which the law does not hold, as small as it could be made.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const replay = ({ seed, path }: Law.Counterexample): Law.CheckOptions => ({ seed, path })
 * ```
 * @category results
 * @since 0.1.0
 */
export interface Counterexample {
  readonly _tag: "Counterexample"
  readonly law: Law
  /** Which run found it. */
  readonly runs: number
  readonly seed: number
  /** Where it is among all values under this seed, for a replay. */
  readonly path: string
  /** How often it was made smaller. */
  readonly shrinks: number
  readonly value: unknown
  /** What failed: a `Difference`, or whatever the subject failed with. */
  readonly reason: unknown
  /** All of it, to be read. */
  readonly report: string
}

/**
 * What trying a law came to.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const failed = (results: ReadonlyArray<Law.Result>): ReadonlyArray<string> =>
 *   results.flatMap((result) => (result._tag === "Counterexample" ? [result.report] : []))
 * ```
 * @category results
 * @since 0.1.0
 */
export type Result = Holds | Counterexample

/**
 * How to try a law.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const repeatable: Law.CheckOptions = { runs: 1000, seed: 42 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface CheckOptions {
  readonly runs?: number | undefined
  /** Makes the run repeatable; with `path` it replays one counterexample. */
  readonly seed?: number | undefined
  readonly path?: string | undefined
}

const explain = (reason: unknown): string => {
  if (!(reason instanceof Error)) return show(reason)
  if ("_tag" in reason && (reason._tag === "Difference" || reason._tag === "Traced")) return reason.message
  const place = (reason.stack ?? "")
    .split("\n")
    .filter((line) => line.trimStart().startsWith("at ") && !line.includes("node_modules") && !line.includes("node:"))
  return [`It failed with ${show(reason)}`, ...place.slice(0, 3)].join("\n")
}

const report = (law: Law, runs: number, shrinks: number, value: unknown, reason: unknown, replay: string): string =>
  [
    `${law.name}, ${law.title}, does not hold:`,
    indent(law.equation),
    `given (run ${runs}, made smaller ${shrinks} times):`,
    indent(show(value)),
    explain(reason),
    `replay: laws(suite, { only: ${JSON.stringify(law.name)}, ${replay} })`,
  ].join("\n")

/**
 * Tries a law.
 *
 * @example
 * ```ts
 * import { CodecLaws, Law } from "everfold/laws"
 * import { EventCodec } from "everfold"
 * import * as Effect from "effect/Effect"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) })
 * const events = fc.integer().map((by) => Counted.Counted({ by }))
 * const [law] = CodecLaws.suite({ codec: Counted, events }).laws
 * if (law !== undefined) {
 *   const result = await Effect.runPromise(Law.check(law, { runs: 20, seed: 1 }))
 *   console.log(result._tag) // Holds
 * }
 * ```
 * @category checking
 * @since 0.1.0
 */
export const check = (law: Law, options: CheckOptions = {}): Effect.Effect<Result> =>
  Effect.promise(async () => {
    const details = await fc.check(law.property, {
      numRuns: options.runs ?? law.runs,
      interruptAfterTimeLimit: timeLimit,
      ...(options.seed !== undefined && { seed: options.seed }),
      ...(options.path !== undefined && { path: options.path }),
    })
    const { seed, numRuns: runs, numShrinks: shrinks } = details
    if (!details.failed) return { _tag: "Holds", law, runs, seed }
    const path = details.counterexamplePath ?? ""
    const given: unknown = details.counterexample
    const value: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given
    const reason: unknown = details.errorInstance ?? new Error(`Gave up after ${details.numSkips} values were skipped.`)
    const replay = `seed: ${seed}, path: ${JSON.stringify(path)}`
    const text = report(law, runs, shrinks, value, reason, replay)
    return { _tag: "Counterexample", law, runs, seed, path, shrinks, value, reason, report: text }
  })
