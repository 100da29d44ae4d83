/**
 * Laws as tests of Node's own runner, `node --test`.
 *
 * @since 0.1.0
 */
import { describe, it } from "node:test"
import { type Options, tests } from "./law/Adapter.ts"
import type { Suite } from "./law/Model.ts"

export type { Options } from "./law/Adapter.ts"

/**
 * Registers a suite: a test a law, as `laws` of `everfold/laws/vitest` does.
 *
 * @example
 * ```ts
 * import { ChainLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/node"
 *
 * laws(ChainLaws.suite())
 * ```
 * @category registration
 * @since 0.1.0
 */
export const laws = (suite: Suite, options: Options = {}): void => {
  describe(suite.name, () => {
    for (const { title, timeout, run } of tests(suite, options)) it(title, { timeout }, run)
  })
}
