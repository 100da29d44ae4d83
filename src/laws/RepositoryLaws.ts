/**
 * The laws of repositories: what callers are told is true, whoever calls at the same time and whatever the connection to
 * the store does.
 *
 * @since 0.1.0
 */
import type { Suite } from "./Law.ts"
import { caching } from "./repository/Caching.ts"
import { company } from "./repository/Company.ts"
import { reference } from "./repository/Reference.ts"
import type { RepositorySubject } from "./repository/Register.ts"
import { repeats } from "./repository/Repeats.ts"
import { serializable } from "./repository/Serializable.ts"

export type { RepositorySubject } from "./repository/Register.ts"

/**
 * Every law of repositories (S11, SN3, and S13, S17 and S19 for callers).
 *
 * @example
 * ```ts
 * import { EventMapper } from "everfold"
 * import { Memory } from "everfold/memory"
 * import { RepositoryLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as Layer from "effect/Layer"
 *
 * laws(RepositoryLaws.suite({ layer: Layer.merge(Memory.layer, EventMapper.plain), runs: 50 }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = (subject: RepositorySubject): Suite => ({
  name: "a repository",
  laws: [serializable(subject), repeats(subject), reference(subject), company(subject), caching(subject)],
})
