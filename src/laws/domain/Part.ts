/**
 * The law that a part of a composed decider is what it is alone: the other parts do not touch it.
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
 * A decider that is made of parts, and one of them.
 *
 * @example
 * ```ts
 * import { Decider, View } from "everfold"
 * import { type DeciderLaws } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * // The whole counts steps to the left and to the right.
 * const whole = Decider.make({
 *   initial: { left: 0, right: 0 },
 *   decide: (step: "left" | "right", _) => Decider.accept(step),
 *   evolve: (steps: { left: number; right: number }, step: "left" | "right") => ({ ...steps, [step]: steps[step] + 1 })
 * })
 * const subject: DeciderLaws.Part<"left" | "right", { left: number; right: number }, "left" | "right", never, number, "left"> = {
 *   whole,
 *   part: View.make(0, (steps, _: "left") => steps + 1),
 *   commands: fc.constantFrom("left", "right"),
 *   events: (step) => (step === "left" ? [step] : []),
 *   state: ({ left }) => left
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Part<C, S, E, R, S2, E2> {
  readonly whole: Commanded<C, S, E, R>["decider"]
  /** A decider, or a view. */
  readonly part: View<S2, E2>
  /** Commands of the whole: of all its parts, or nothing can come between. */
  readonly commands: Commanded<C, S, E, R>["commands"]
  /** What an event of the whole is to the part: none, where it is of another one. */
  readonly events: (event: E) => ReadonlyArray<E2>
  /** The part's state in that of the whole. */
  readonly state: (state: S) => S2
  /** How often the law is tried; 100 times, if left out. */
  readonly runs?: number
}

const own = "event of the part"
const foreign = "event of another part"

/**
 * @category laws
 * @since 0.1.0
 */
export const D13 = <C, S, E, R, S2, E2>({
  whole,
  part,
  commands,
  events: eventsOf,
  state: stateOf,
  runs,
}: Part<C, S, E, R, S2, E2>): Law.Law =>
  Law.make({
    name: "D13",
    title: "a part is what it is alone",
    equation: "state(fold(es)) = foldₖ(es at k), for every part k and every history es of the whole",
    given: traces({ decider: whole, commands }),
    runs,
    must: [own, foreign],
    holds: (commands, seen) => {
      const walked = explored(whole, commands, seen)
      const model = { ...fresh(part), isTerminal: () => false }
      const checks = Effect.gen(function* () {
        let alone = model.initial
        for (const [i, { state }] of walked.places.entries()) {
          const event = walked.events[i - 1]
          const events = event === undefined ? [] : eventsOf(event)
          if (event !== undefined) seen(events.length === 0 ? foreign : own)
          for (const each of events) {
            const next = advance(model, each, { state: alone, over: false })
            if (isLeft(next)) return yield* broken(next.left)
            alone = next.right.state
          }
          const within = stateOf(state)
          if (same(alone, within)) continue
          return yield* new Mistake({
            says: [
              event === undefined
                ? "The part does not begin as it does alone."
                : events.length === 0
                  ? `${named(event)} is none of the part's events, but changes its state.`
                  : `${named(event)} makes something else of the part than it does alone.`,
              under("the part alone", named(alone)),
              under("the part in the whole", named(within)),
              under("the state of the whole", named(state)),
            ].join("\n"),
          })
        }
      })
      return told(walked, checks)
    },
  })
