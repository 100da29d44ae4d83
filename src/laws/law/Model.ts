/**
 * What a law is, and how one is made.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { Mistake } from "../Difference.ts"
import { show } from "../Show.ts"

/**
 * Takes down what a run came upon, by name: an event, a rejection, an answer. It counts once in a run.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const classify = (n: number, seen: Law.Seen): void => seen(n < 0 ? "a negative number" : "a number from 0")
 * ```
 * @category model
 * @since 0.1.0
 */
export type Seen = (what: string) => void

/**
 * A law, ready to be tried: by `check`, or by a test runner's adapter.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const heading = ({ name, title, equation }: Law.Law): string => `${name} ${title}: ${equation}`
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Law {
  /** Its name in the catalogue: `S7`. */
  readonly name: string
  /** What it says, in a few words. */
  readonly title: string
  /** What it says, exactly. */
  readonly equation: string
  /** How it is tried: a fast-check property, synchronous or not, that may take down what its runs come upon. */
  readonly property: (seen: Seen) => fc.IRawProperty<unknown>
  /** How often it is tried where nobody says otherwise. */
  readonly runs: number
  /** Whether it speaks of one value only: then it is tried once, whatever is asked for. */
  readonly once: boolean
  /** What some run has to come upon, or the law was not tried in earnest. */
  readonly must: ReadonlyArray<string>
}

/**
 * Laws about one subject.
 *
 * @example
 * ```ts
 * import { ChainLaws, type Law } from "everfold/laws"
 *
 * const suite: Law.Suite = ChainLaws.suite()
 * console.log(suite.laws.map(({ name }) => name)) // [ 'L5.1', 'L5.2', 'L5.3' ]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Suite {
  readonly name: string
  readonly laws: ReadonlyArray<Law>
}

/**
 * What `make` takes.
 *
 * @example
 * ```ts
 * import { Difference, type Law } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const commutes: Law.Definition<readonly [number, number]> = {
 *   name: "A1",
 *   title: "addition commutes",
 *   equation: "a + b = b + a",
 *   given: fc.tuple(fc.integer(), fc.integer()),
 *   holds: ([a, b]) => Difference.agree("the sum", { expected: a + b, actual: b + a })
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Definition<A> {
  readonly name: string
  readonly title: string
  readonly equation: string
  /** What the law speaks of. */
  readonly given: fc.Arbitrary<A>
  /** Succeeds where the law holds for the value; any failure or defect is a counterexample, and so is an answer of `false`. */
  readonly holds: (value: A, seen: Seen) => Effect.Effect<void, unknown>
  /** How often it is tried; 100 if left out. */
  readonly runs?: number | undefined
  /** Whether `given` is one value: then it is tried once, whatever is asked for. */
  readonly once?: boolean | undefined
  /** What some run has to come upon (`seen`); nothing, if left out. Until it has, the law is tried up to ten times as often. */
  readonly must?: ReadonlyArray<string> | undefined
}

/** One run may not take longer: a subject that hangs is a counterexample. */
const patience = 15_000

/** Waits for an answer, but not for ever: a subject that hangs may not even be interrupted. */
const answer = async (holds: Effect.Effect<void, unknown>): Promise<Exit.Exit<void, unknown>> => {
  const fiber = Effect.runFork(holds)
  const exit = await Effect.runPromise(Effect.timeoutOption(Fiber.await(fiber), patience))
  if (Option.isSome(exit)) return exit.value
  Effect.runFork(Fiber.interrupt(fiber))
  return Exit.die(new Error(`It gave no answer within ${patience / 1000} seconds.`))
}

const strayed = (answer: unknown): Mistake =>
  new Mistake({
    says: `holds answered ${show(answer)}; it has to answer an Effect that fails where the law does not hold, as Difference.agree does.`,
  })

/**
 * Makes a law of what is given and an Effect that fails where the law does not hold.
 *
 * @example
 * ```ts
 * import { Difference, Law } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const reverse = Law.make({
 *   name: "R1",
 *   title: "reversing twice",
 *   equation: "reverse(reverse(xs)) = xs",
 *   given: fc.array(fc.integer()),
 *   holds: (xs, seen) => {
 *     seen(xs.length < 2 ? "a list that reads alike from both ends" : "a list")
 *     return Difference.agree("the list", { expected: xs, actual: xs.toReversed().toReversed() })
 *   },
 *   must: ["a list"]
 * })
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = <A>({
  name,
  title,
  equation,
  given,
  holds,
  runs = 100,
  once = false,
  must = [],
}: Definition<A>): Law => ({
  name,
  title,
  equation,
  runs: once ? 1 : runs,
  once,
  must,
  property: (seen) =>
    fc.asyncProperty(given, async (value) => {
      const exit = await answer(
        Effect.suspend(() => {
          const answer = holds(value, seen)
          return Effect.isEffect(answer) ? answer : Effect.fail(strayed(answer))
        }),
      )
      if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
      // The compiler takes an Effect of a boolean for one of nothing, and a predicate would pass whatever it says.
      const answered: unknown = exit.value
      if (answered === false) throw strayed(answered)
    }),
})
