/**
 * What adapters to test runners share: how a suite becomes tests.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CheckOptions, check, millis, type Progress } from "./Check.ts"
import type { Suite } from "./Model.ts"

/**
 * How a suite is tried.
 *
 * @example
 * ```ts
 * import { ChainLaws } from "everfold/laws"
 * import { laws, type Options } from "everfold/laws/vitest"
 *
 * // As a report says, to see one counterexample again.
 * const replay: Options = { only: "L5.1", seed: 42 }
 * // For ten minutes, shared by the laws of the suite, with a word of progress now and then.
 * const thorough: Options = { during: "10 minutes" }
 *
 * laws(ChainLaws.suite(), process.env.CI === "nightly" ? thorough : replay)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Options extends CheckOptions {
  /** The name of the one law to try. */
  readonly only?: string | undefined
  /** Milliseconds a law may take beyond `during`; 60 000 if left out. */
  readonly timeout?: number | undefined
}

/** A law as a test: its title, the milliseconds that it may take, and what fails by the report. */
export interface Test {
  readonly title: string
  readonly timeout: number
  readonly run: () => Promise<void>
}

/** As long as a timer of Node can be: some three weeks. */
const longest = 2 ** 31 - 1

const tell = (during: number | undefined): ((progress: Progress) => void) => {
  // Milliseconds between two lines of progress.
  const pace = Math.min(10_000, (during ?? Number.POSITIVE_INFINITY) / 4)
  let next = pace
  const whole = during === undefined ? "" : ` of ${Duration.format(Duration.millis(during))}`
  return ({ law, runs, elapsed }) => {
    if (elapsed < next) return
    next = elapsed + pace
    process.stderr.write(`${law.name} ${law.title}: ${runs} runs in ${Math.round(elapsed / 1000)} s${whole}\n`)
  }
}

/** For how long the environment asks to try each suite. */
const thorough = (): Duration.Duration | undefined =>
  Option.getOrUndefined(Effect.runSync(Config.option(Config.Duration("EVERFOLD_THOROUGH")).pipe(Effect.orDie)))

/**
 * The tests of a suite, or of the one law that is asked for. A suite that has no such law, or none at all, is an error:
 * it would pass. So is one that has two laws of one name.
 *
 * @category conversions
 * @since 0.1.0
 */
export const tests = ({ name, laws }: Suite, { only, timeout = 60_000, ...options }: Options): ReadonlyArray<Test> => {
  const chosen = laws.filter((law) => only === undefined || law.name === only)
  if (chosen.length === 0) {
    const names = laws.map((law) => law.name).join(", ")
    throw new Error(only === undefined ? `${name}: no laws to try.` : `${name}: no law ${only} among ${names}.`)
  }
  const twice = laws.find((law, i) => laws.findIndex((other) => other.name === law.name) < i)
  if (twice !== undefined)
    throw new Error(`${name}: two laws are called ${twice.name}; a replay needs to tell them apart.`)
  const asked = options.path === undefined ? (options.during ?? thorough()) : undefined
  const during = asked === undefined ? undefined : millis(asked) / chosen.length
  return chosen.map((law) => ({
    title: `${law.name} ${law.title}: ${law.equation}`,
    timeout: Math.min(timeout + (during ?? 0), longest),
    run: async () => {
      const result = await Effect.runPromise(
        check(law, { ...options, during, onProgress: options.onProgress ?? tell(during) }),
      )
      if (result._tag === "Holds") {
        if (during !== undefined) process.stderr.write(`${result.report}\n`)
        return
      }
      const error = new Error(result.report)
      // The report says all; the place in this file says nothing.
      error.stack = result.report
      throw error
    },
  }))
}
