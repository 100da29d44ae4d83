/**
 * The laws of subscriptions: of the library's own on any layer that provides a store, or of another one in its place.
 *
 * @since 0.1.0
 */
import type { Suite } from "./Law.ts"
import { S21, type SubscriptionSubject } from "./store/Following.ts"

export type { SubscriptionSubject } from "./store/Following.ts"

/**
 * The law of following (S21): several follow at once, from different positions and with different filters, slow ones,
 * ones that leave and come back, ones that the store fails.
 *
 * @example
 * ```ts
 * import { Memory } from "everfold/memory"
 * import { SubscriptionLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * laws(SubscriptionLaws.suite({ layer: Memory.layer, runs: 50 }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = (subject: SubscriptionSubject): Suite => ({ name: "a subscription", laws: [S21(subject)] })
