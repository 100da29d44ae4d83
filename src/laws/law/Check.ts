/**
 * How a law is tried: so often, or for so long, until all is come upon that has to be.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe } from "../../core/event/thrown.ts"
import type { Law, Suite } from "./Model.ts"
import { counterexample, holds, type Result, unreached } from "./Result.ts"

/**
 * How far the trying of a law has come.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const line = ({ law, runs, elapsed }: Law.Progress): string => `${law.name}: ${runs} runs in ${elapsed / 1000} s`
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Progress {
  readonly law: Law
  readonly runs: number
  /** Milliseconds. */
  readonly elapsed: number
}

/**
 * How to try a law.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const repeatable: Law.CheckOptions = { runs: 1000, seed: 42 }
 * const thorough: Law.CheckOptions = { during: "10 minutes", onProgress: ({ runs }) => console.log(runs) }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface CheckOptions {
  /** How often, once at least; as the law says, if left out. A law that takes longer than 45 seconds is content with fewer. */
  readonly runs?: number | undefined
  /** Makes the run repeatable; with `path` it replays one counterexample. */
  readonly seed?: number | undefined
  /** Where under the `seed`. */
  readonly path?: string | undefined
  /** Tries for so long, however often that is. A replay, with `path`, ignores it. */
  readonly during?: Duration.Input | undefined
  /** Called about once a second. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** When to be content with the smallest counterexample so far, or with the runs so far. */
const timeLimit = 45_000
/** How much longer to look for what has to be come upon. */
const zeal = 10
/** Milliseconds between two words of progress. */
const beat = 1_000
/** Milliseconds after which the event loop has its turn: laws that wait for nothing would keep it from everybody else. */
const breath = 100

/** NaN, of a variable that is not set perhaps, would try next to nothing, as would a number below 0. */
const sound = (name: string, n: number): number => {
  if (n >= 0) return n
  throw new RangeError(`\`${name}\` is ${n}, and has to be a number from 0.`)
}

/**
 * The milliseconds of a time that was asked for.
 *
 * @category conversions
 * @since 0.1.0
 */
export const millis = (during: Duration.Input): number =>
  sound("during", typeof during === "number" ? during : Duration.toMillis(during))

interface Attempt {
  readonly runs: number
  readonly seen: ReadonlyMap<string, number>
}

/** The property, stopped as soon as `enough` says so; counts the runs, and what they came upon. */
const watched = (law: Law, enough: (attempt: Attempt) => boolean) => {
  const seen = new Map<string, number>()
  let run = new Set<string>()
  let runs = 0
  // What makes a counterexample smaller is no run: neither stopped nor counted.
  let isFound = false
  let breathed = performance.now()
  const inner = law.property((what) => run.add(what))
  const property: fc.IRawProperty<unknown, true> = {
    isAsync: () => true,
    generate: (random, runId) => inner.generate(random, runId),
    shrink: (value) => inner.shrink(value),
    runBeforeEach: async () => inner.runBeforeEach(),
    runAfterEach: async () => inner.runAfterEach(),
    run: async (value) => {
      // One run at least, however short the time: without any, nothing is known.
      if (!isFound && runs > 0 && enough({ runs, seen })) return new fc.PreconditionFailure(true)
      if (performance.now() - breathed >= breath) {
        await new Promise((resolve) => setImmediate(resolve))
        breathed = performance.now()
      }
      run = new Set()
      const failure = await inner.run(value)
      isFound ||= failure !== null && !fc.PreconditionFailure.isFailure(failure)
      if (failure !== null || isFound) return failure
      runs++
      for (const what of run) seen.set(what, (seen.get(what) ?? 0) + 1)
      return null
    },
  }
  return { property, seen, tried: () => runs }
}

/** A replay that shows nothing. */
const lost = ({ name }: Law, { seed, path }: CheckOptions): string =>
  `${name} cannot be replayed: nothing is at path ${JSON.stringify(path)} under seed ${seed}. Its values may be generated otherwise now.`

/**
 * Tries a law. What cannot be tried at all (numbers that are none, a path that leads nowhere, values that throw while they
 * are generated) is a defect.
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
  Effect.promise(async (signal) => {
    const { seed, path, onProgress } = options
    if (path !== undefined && seed === undefined) throw new Error(`${law.name}: a path is one under a seed; give both.`)
    const runs = law.once ? 1 : Math.max(1, sound("runs", options.runs ?? law.runs))
    const during = options.during === undefined || path !== undefined || law.once ? undefined : millis(options.during)
    const began = performance.now()
    let told = began
    const missing = (seen: Attempt["seen"]) => law.must.filter((what) => !seen.has(what))
    const { property, seen, tried } = watched(law, (attempt) => {
      const now = performance.now()
      if (onProgress !== undefined && now - told >= beat) {
        told = now
        onProgress({ law, runs: attempt.runs, elapsed: now - began })
      }
      if (signal.aborted) return true
      if (during !== undefined) return now - began >= during
      return attempt.runs >= runs && (attempt.runs >= runs * zeal || missing(attempt.seen).length === 0)
    })
    const tries = async () =>
      fc.check(property, {
        numRuns: during === undefined ? runs * zeal + 1 : Number.MAX_SAFE_INTEGER,
        // A counterexample that was found at the end of a long time is made smaller all the same.
        interruptAfterTimeLimit: timeLimit + (during ?? 0),
        ...(seed !== undefined && { seed }),
        ...(path !== undefined && { path }),
      })
    const details = await tries().catch((error: unknown) => {
      throw path === undefined ? error : new Error(`${lost(law, options)} (${describe(error)})`, { cause: error })
    })
    const facts = { law, seed: details.seed, seen }
    if (path !== undefined && details.numRuns === 0) throw new Error(lost(law, options))
    const given: unknown = details.counterexample
    if (!details.failed || given === null) {
      const explored = { ...facts, runs: tried() }
      // One value, seen again, cannot come upon all.
      const unseen = path === undefined ? missing(seen) : []
      if (details.failed || explored.runs === 0) unseen.push(`enough values to try (${details.numSkips} were skipped)`)
      return unseen.length === 0 ? holds(explored) : unreached(explored, unseen)
    }
    return counterexample(
      { ...facts, runs: details.numRuns },
      {
        path: details.counterexamplePath ?? "",
        shrinks: details.numShrinks,
        value: Array.isArray(given) && given.length === 1 ? given[0] : given,
        reason: details.errorInstance,
      },
    )
  })

/**
 * Tries every law of a suite, one after another; `during` is shared by them alike.
 *
 * @example
 * ```ts
 * import { ChainLaws, Law } from "everfold/laws"
 * import * as Effect from "effect/Effect"
 *
 * const results = await Effect.runPromise(Law.checkAll(ChainLaws.suite(), { runs: 10, seed: 1 }))
 * console.log(results.map(({ law, _tag }) => `${law.name} ${_tag}`)) // [ 'L5.1 Holds', 'L5.2 Holds', 'L5.3 Holds' ]
 * ```
 * @category checking
 * @since 0.1.0
 */
export const checkAll = ({ laws }: Suite, options: CheckOptions = {}): Effect.Effect<ReadonlyArray<Result>> => {
  const during = options.during === undefined ? undefined : millis(options.during) / laws.length
  return Effect.forEach(laws, (law) => check(law, { ...options, during }))
}
