/**
 * The law that a new decider takes over the histories of an old one.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { isLeft } from "fp-ts/lib/Either.js"
import type { View } from "../../core/domain/View.ts"
import { type Commanded, traces } from "../arbitrary/Traces.ts"
import { Mistake } from "../Difference.ts"
import * as Law from "../Law.ts"
import { same } from "../Same.ts"
import { explored } from "./Exploring.ts"
import { broken, named, told, under } from "./Telling.ts"
import { advance, fresh } from "./Walk.ts"

/**
 * An old decider and a new one.
 *
 * @example
 * ```ts
 * import { Decider, View } from "everfold"
 * import { type DeciderLaws } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const old = Decider.make({
 *   initial: 0,
 *   decide: (by: number, _sum: number) => Decider.accept(by),
 *   evolve: (sum: number, by: number) => sum + by
 * })
 * const subject: DeciderLaws.Refinement<number, number, number, never, bigint, number, string> = {
 *   from: old,
 *   to: View.make(0n, (sum, by: number) => sum + BigInt(by)),
 *   commands: fc.integer(),
 *   view: { from: String, to: String }
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Refinement<C, S, E, R, S2, E2, V> {
  /** The decider whose histories are stored. */
  readonly from: Commanded<C, S, E, R>["decider"]
  /** The decider, or view, that folds them from now on. */
  readonly to: View<S2, E2>
  /** Commands of the old one. */
  readonly commands: Commanded<C, S, E, R>["commands"]
  /** What an event of the old one is to the new one: none, one or several. Itself, if left out. */
  readonly up?: (event: E) => ReadonlyArray<E2>
  /** What stays the same, as the states of each show it. */
  readonly view: { readonly from: (state: S) => V; readonly to: (state: S2) => V }
  /** How often the law is tried; 100 times, if left out. */
  readonly runs?: number
}

/**
 * What an event of the old decider is to the new one has to be told where it is not one of the new one's.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Lifting<E, E2> = [E] extends [E2] ? unknown : { readonly up: (event: E) => ReadonlyArray<E2> }

const taken = "event of the old decider"

/**
 * @category laws
 * @since 0.1.0
 */
export const D11 = <C, S, E extends E2, R, S2, E2, V>({
  from,
  to,
  commands,
  up = (event) => [event],
  view,
  runs,
}: Refinement<C, S, E, R, S2, E2, V>): Law.Law =>
  Law.make({
    name: "D11",
    title: "refinement",
    equation: "fold₂(up(es)) is total, and view(fold₂(up(es))) = view(fold₁(es)), for the old decider's histories es",
    given: traces({ decider: from, commands }),
    runs,
    must: [taken],
    holds: (commands, seen) => {
      const walked = explored(from, commands, seen)
      const model = { ...fresh(to), isTerminal: () => false }
      const checks = Effect.gen(function* () {
        let state = model.initial
        for (const [i, was] of walked.places.entries()) {
          const event = walked.events[i - 1]
          if (event !== undefined) seen(taken)
          for (const lifted of event === undefined ? [] : up(event)) {
            const next = advance(model, lifted, { state, over: false })
            if (isLeft(next)) {
              const says = `The new decider does not take ${named(event)}: ${broken(next.left).says}`
              return yield* new Mistake({ says })
            }
            state = next.right.state
          }
          const [expected, actual] = [view.from(was.state), view.to(state)]
          if (same(expected, actual)) continue
          return yield* new Mistake({
            says: [
              `The new decider shows something else ${event === undefined ? "at first" : `after ${named(event)}`}.`,
              under("the old one shows", named(expected)),
              under("the new one shows", named(actual)),
              under("the old state", named(was.state)),
              under("the new state", named(state)),
            ].join("\n"),
          })
        }
      })
      return told(walked, checks)
    },
  })
