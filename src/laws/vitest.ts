/**
 * Laws as vitest tests.
 *
 * @since 0.1.0
 */
import { describe, type TestAPI, it as vitest } from "vitest"
import { type Options, tests } from "./law/Adapter.ts"
import type * as Law from "./law/Model.ts"

export type { Options } from "./law/Adapter.ts"

/**
 * Registers a suite: a test a law. A law that does not hold fails with what was generated, what differed, and how to
 * replay it. Where the environment has `EVERFOLD_THOROUGH="10 minutes"`, each suite is tried for so long, and says how far
 * it has come and what it explored.
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
  describe(suite.name, () => {
    for (const { title, timeout, run } of tests(suite, options)) vitest(title, { timeout }, run)
  })
}

const law = (law: Law.Law, options: Options = {}): void => {
  for (const { title, timeout, run } of tests({ name: law.title, laws: [law] }, options))
    vitest(title, { timeout }, run)
}

/**
 * The `it` of vitest, and `it.law` for one law: your own, or one of a suite.
 *
 * @example
 * ```ts
 * import { Difference, Law } from "everfold/laws"
 * import { it } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 *
 * it.law(
 *   Law.make({
 *     name: "R1",
 *     title: "reversing twice",
 *     equation: "reverse(reverse(xs)) = xs",
 *     given: fc.array(fc.integer()),
 *     holds: (xs) => Difference.agree("the list", { expected: xs, actual: xs.toReversed().toReversed() })
 *   })
 * )
 * ```
 * @category registration
 * @since 0.1.0
 */
export const it: TestAPI & { readonly law: typeof law } = Object.assign(vitest.extend({}), { law })
