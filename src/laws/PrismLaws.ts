/**
 * The laws of prisms, tried on a user's own: those that `Decider.adapt` sees the world through.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as fc from "fast-check"
import { some } from "fp-ts/lib/Option.js"
import type { Prism } from "../core/domain/Prism.ts"
import { agree } from "./Difference.ts"
import * as Law from "./Law.ts"

/**
 * A prism, with wholes of all kinds and parts to put back.
 *
 * @category model
 * @since 0.1.0
 */
export interface Subject<S, A> {
  readonly prism: Prism<S, A>
  readonly wholes: fc.Arbitrary<S>
  readonly parts: fc.Arbitrary<A>
  /** How often each law is tried; 100 times, if left out. */
  readonly runs?: number
}

/**
 * The laws of a prism (PR1, PR2).
 *
 * @example
 * ```ts
 * import { Prism } from "everfold"
 * import { PrismLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 *
 * type Shape = { readonly _tag: "Dot" } | { readonly _tag: "Line"; readonly length: number }
 * const line = fc.record({ _tag: fc.constant("Line" as const), length: fc.nat() })
 * const subject: PrismLaws.Subject<Shape, Extract<Shape, { readonly _tag: "Line" }>> = {
 *   prism: Prism.tagged<Shape>()("Line"),
 *   wholes: fc.oneof(fc.constant({ _tag: "Dot" as const }), line),
 *   parts: line
 * }
 * laws(PrismLaws.suite(subject))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = <S, A>({ prism, wholes, parts, runs }: Subject<S, A>): Law.Suite => ({
  name: "a prism",
  laws: [
    Law.make({
      name: "PR1",
      title: "what is put back is picked again",
      equation: "getOption(reverseGet(a)) = some(a)",
      given: parts,
      runs,
      holds: (part) =>
        agree("what is picked", { expected: some(part), actual: prism.getOption(prism.reverseGet(part)) }),
    }),
    Law.make({
      name: "PR2",
      title: "what is picked is put back whole",
      equation: "getOption(s) = some(a) ⇒ reverseGet(a) = s",
      given: wholes,
      runs,
      holds: (whole) => {
        const picked = prism.getOption(whole)
        return picked._tag === "None"
          ? Effect.void
          : agree("the whole", { expected: whole, actual: prism.reverseGet(picked.value) })
      },
    }),
  ],
})
