/**
 * The laws of stores: of any layer that provides `EventStore`, `Checkpoints` and `Snapshots`.
 *
 * @since 0.1.0
 */
import * as Memory from "../interpreters/memory/Memory.ts"
import type { Suite } from "./Law.ts"
import { S19 } from "./store/Company.ts"
import { S12 } from "./store/Conditions.ts"
import { S15 } from "./store/Consuming.ts"
import { type CrashSubject, S18 } from "./store/Crashing.ts"
import { S2, S4 } from "./store/Deciding.ts"
import { type Pair, S17 } from "./store/Differential.ts"
import { type LivenessSubject, S20 } from "./store/Liveness.ts"
import { S6, S9, S10 } from "./store/Order.ts"
import { S7, S8 } from "./store/Racing.ts"
import { S14 } from "./store/Ranges.ts"
import { S1, S3, S5 } from "./store/Recording.ts"
import { S13 } from "./store/Repeating.ts"
import type { Subject } from "./store/World.ts"

export type { CrashSubject } from "./store/Crashing.ts"
export type { Pair } from "./store/Differential.ts"
export type { LivenessSubject } from "./store/Liveness.ts"
export { reopened } from "./store/Reopened.ts"
export type { StoreServices, Subject } from "./store/World.ts"

const all = [S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S12, S13, S14, S15, S19]

/**
 * Every law of stores (S1–S10, S12–S15, S19, and S17 against the store in memory). The layer is built anew for each run and
 * has to begin empty.
 *
 * @example
 * ```ts
 * import { Memory } from "everfold/memory"
 * import { StoreLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * laws(StoreLaws.suite({ layer: Memory.layer, runs: 50 }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = (subject: Subject): Suite => ({
  name: "a store",
  laws: [...all.map((law) => law.of(subject)), S17({ left: Memory.layer, right: subject.layer, runs: subject.runs })],
})

/**
 * The law that two stores cannot be told apart (S17).
 *
 * @example
 * ```ts
 * import { Memory } from "everfold/memory"
 * import { StoreLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * // Your store in place of one of them.
 * laws(StoreLaws.differential({ left: Memory.layer, right: Memory.layer, runs: 20 }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const differential = (pair: Pair): Suite => ({ name: "two stores", laws: [S17(pair)] })

/**
 * The law that no call blocks the process (S20), also while somebody else holds the store. It measures time, and takes
 * some seconds.
 *
 * @example
 * ```ts
 * import { Memory } from "everfold/memory"
 * import { StoreLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * const subject: StoreLaws.LivenessSubject = { layer: Memory.layer }
 * laws(StoreLaws.liveness(subject))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const liveness = (subject: LivenessSubject): Suite => ({ name: "a store in use", laws: [S20(subject)] })

/**
 * The law that a crash loses nothing that was acknowledged (S18), for a store that keeps files: it is opened on a simulated
 * disk, killed between any two of its steps, and opened again on what is left.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Law, StoreLaws } from "everfold/laws"
 * import { Memory } from "everfold/memory"
 *
 * // One in memory keeps no files, and so forgets all. Yours takes Effect's `FileSystem`.
 * const forgetful = StoreLaws.crashing({ layer: Memory.layer })
 * const [result] = await Effect.runPromise(Law.checkAll(forgetful, { seed: 1 }))
 * console.log(result?._tag) // Counterexample
 * ```
 * @category suites
 * @since 0.1.0
 */
export const crashing = (subject: CrashSubject): Suite => ({ name: "a store that crashes", laws: [S18(subject)] })
