/**
 * Laws as vitest tests.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { describe, it } from "vitest"
import * as Law from "./Law.ts"

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
 *
 * laws(ChainLaws.suite(), replay)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Options {
  /** How often each law is tried; as the suite says, if left out. */
  readonly runs?: number
  /** Makes the run repeatable. Without it, each run tries other values. */
  readonly seed?: number
  /** With `seed` and `only`, replays one counterexample. */
  readonly path?: string
  /** The name of the one law to try. */
  readonly only?: string
  /** Milliseconds a law may take; 60 000 if left out. */
  readonly timeout?: number
}

/**
 * Registers a suite: a test a law. A law that does not hold fails with what was generated, what differed, and how to
 * replay it.
 *
 * @example
 * ```ts
 * import { Memory } from "everfold/memory"
 * import { StoreLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * laws(StoreLaws.suite({ layer: Memory.layer }))
 * ```
 * @category registration
 * @since 0.1.0
 */
export const laws = (suite: Law.Suite, options: Options = {}): void => {
  const { only, timeout = 60_000 } = options
  describe(suite.name, () => {
    for (const law of suite.laws) {
      if (only !== undefined && law.name !== only) continue
      it(`${law.name} ${law.title}: ${law.equation}`, { timeout }, async () => {
        const result = await Effect.runPromise(Law.check(law, options))
        if (result._tag === "Counterexample") {
          const error = new Error(result.report)
          // The report says all; the place in this file says nothing.
          error.stack = result.report
          throw error
        }
      })
    }
  })
}
