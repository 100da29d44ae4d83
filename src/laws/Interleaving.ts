/**
 * Interleavings: in which order fibers go on, as a list of choices that is generated, made smaller and replayed like any
 * value. Without choices, fibers take turns in the order in which they come, and each goes on until it has to wait; a
 * choice sends the one whose turn it is back behind others, between any two of its operations.
 *
 * Under one, a run in memory is repeatable in all: who goes on, what time it is and what is random follow from the
 * choices alone. Time stands still while anybody can go on, and then jumps to whoever sleeps shortest. Where somebody
 * works outside (a file, a socket, a timer of the process), it passes as it does, and whoever comes back from there queues
 * up like anybody else.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as fc from "fast-check"
import { LiveClock } from "../core/port/LiveClock.ts"
import { all, choices as generated } from "./interleaving/Choices.ts"
import { type Choice as Choosing, Turns, type Why } from "./interleaving/Turns.ts"
import * as VirtualClock from "./interleaving/VirtualClock.ts"
import * as Law from "./Law.ts"
import * as Trace from "./Trace.ts"

/**
 * At a step, the fiber whose turn it is goes behind so many others. A step is one operation of an Effect that others are
 * waiting behind; the first is step 0.
 *
 * @example
 * ```ts
 * import { type Interleaving } from "everfold/laws"
 *
 * // As a counterexample shows it: before the fourth operation that others wait behind, one of them goes first.
 * const choice: Interleaving.Choice = { at: 3, behind: 1 }
 * ```
 * @category model
 * @since 0.1.0
 */
export type Choice = Choosing

/**
 * Choices in the order of their steps; none is the default order.
 *
 * @example
 * ```ts
 * import { type Interleaving } from "everfold/laws"
 *
 * const theOrderInWhichTheyCome: Interleaving.Choices = []
 * ```
 * @category model
 * @since 0.1.0
 */
export type Choices = ReadonlyArray<Choice>

/**
 * Choices that meet many interleavings, and that are made smaller to the few that matter.
 *
 * @example
 * ```ts
 * import { Interleaving } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const steps = fc.sample(Interleaving.choices, { numRuns: 100, seed: 1 }).map((choices) => choices.map(({ at }) => at))
 * console.log(steps.every((each) => each.every((at, i) => at >= (each[i - 1] ?? 0)))) // true
 * ```
 * @category arbitraries
 * @since 0.1.0
 */
export const choices: fc.Arbitrary<Choices> = generated

/**
 * A run that was ended: nobody could go on any more, or it would have gone on for ever.
 *
 * @example
 * ```ts
 * import * as Cause from "effect/Cause"
 * import * as Deferred from "effect/Deferred"
 * import * as Effect from "effect/Effect"
 * import { Interleaving } from "everfold/laws"
 *
 * const waits = Effect.flatMap(Deferred.make<void>(), Deferred.await)
 * const cause = await Effect.runPromise(Effect.flip(Effect.sandbox(Interleaving.run([])(waits))))
 * const why = Cause.squash(cause)
 * console.log(why instanceof Interleaving.Stuck && why.why) // nobody can go on
 * ```
 * @category errors
 * @since 0.1.0
 */
export class Stuck extends TaggedError("Stuck")<{ readonly why: Exclude<Why, "it is killed"> }> {
  override get message(): string {
    return this.why === "nobody can go on"
      ? "Nobody can go on: every fiber waits for another one, and nobody outside is at work."
      : "It comes to no end: a million turns were given."
  }
}

/**
 * Gives a fiber, and those it starts, a name that a trace calls them by.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Interleaving } from "everfold/laws"
 *
 * // A trace says `writer 2: (waits, another one goes first)`.
 * const writers = Effect.forEach(
 *   [1, 2, 3],
 *   (n) => Effect.log("writes").pipe(Interleaving.named(`writer ${n}`)),
 *   { concurrency: "unbounded" }
 * )
 * ```
 * @category telling
 * @since 0.1.0
 */
export const named = (name: string): (<A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>) =>
  Effect.provideService(Trace.Actor, name)

const putOff = (fiber: Fiber.Fiber<unknown, unknown>, { behind }: Choice): void => {
  const { span } = fiber.cache
  const where = span?._tag === "Span" ? ` in ${span.name}` : ""
  const others = behind === 1 ? "another one goes" : behind < all ? `${behind} others go` : "all others go"
  Trace.tell(fiber, `(waits${where}, ${others} first)`)
}

/** An effect in a world of its own; one that is killed after so many operations has no exit. */
const simulate = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  choices: Choices,
  until?: number,
): Effect.Effect<Option.Option<Exit.Exit<A, E>>, never, R> =>
  Effect.contextWith((context: Context.Context<R>) =>
    Effect.callback((resume) => {
      const clock = VirtualClock.make()
      let stuck: Stuck | undefined
      let ended = (): void => {}
      const end = (exit: Option.Option<Exit.Exit<A, E>>): void => {
        turns.end()
        resume(Effect.succeed(stuck === undefined ? exit : Option.some(Exit.die(stuck))))
        ended()
      }
      const turns = new Turns({
        choices,
        clock,
        until,
        onChoice: putOff,
        onEnd: (why) => {
          if (why === "it is killed" || stuck !== undefined) return end(Option.none())
          stuck = new Stuck({ why })
          // Whatever it has open is closed, where that can be done.
          fiber.interruptUnsafe()
        },
      })
      const world = effect.pipe(
        Effect.provideService(Clock.Clock, clock),
        Effect.provideService(LiveClock, clock),
        Random.withSeed(0),
      )
      const fiber = Effect.runForkWith(context)(world, { scheduler: turns })
      fiber.addObserver((exit) => end(Option.some(exit)))
      return Effect.callback<void>((done) => {
        ended = () => done(Effect.void)
        fiber.interruptUnsafe()
      })
    }),
  )

/**
 * Runs an effect under choices: with a scheduler, a clock and a source of randomness of its own. What it leaves running
 * when it ends has no other turn. A run in which nobody can go on, or that comes to no end, dies as `Stuck`.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Interleaving } from "everfold/laws"
 *
 * let sum = 0
 * const read = Effect.sync(() => sum)
 * const write = (value: number) => Effect.sync(() => void (sum = value))
 * const add = Effect.flatMap(read, (value) => write(value + 1))
 * const twice = Effect.all([add, add], { concurrency: "unbounded" })
 *
 * const sums: Array<number> = []
 * for (const choices of [[], [{ at: 1, behind: 1 }]]) {
 *   sum = 0
 *   await Effect.runPromise(Interleaving.run(choices)(twice))
 *   sums.push(sum)
 * }
 * console.log(sums) // [ 2, 1 ]
 * ```
 * @category running
 * @since 0.1.0
 */
export const run =
  (choices: Choices) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(simulate(effect, choices), Option.match({ onNone: () => Effect.never, onSome: (exit) => exit }))

/**
 * Runs an effect as `run` does, and kills it, with all that it started, after so many operations: nothing of it ever
 * happens afterwards, not even what it does when it is interrupted. `None` where it was killed.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Interleaving } from "everfold/laws"
 *
 * const done: Array<string> = []
 * const work = Effect.ensuring(
 *   Effect.forEach(["write", "sync"], (step) => Effect.sync(() => done.push(step))),
 *   Effect.sync(() => done.push("close"))
 * )
 * const exit = await Effect.runPromise(Interleaving.killed([], 12)(work))
 * console.log(exit._tag, done) // None [ 'write' ]
 * ```
 * @category running
 * @since 0.1.0
 */
export const killed =
  (choices: Choices, after: number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Option.Option<Exit.Exit<A, E>>, never, R> =>
    simulate(effect, choices, after)

/**
 * What a law under interleavings speaks of: what it is given, and the choices.
 *
 * @example
 * ```ts
 * import { type Interleaving } from "everfold/laws"
 *
 * const twoWriters: Interleaving.Explored<number> = { given: 2, choices: [{ at: 3, behind: 1 }] }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Explored<A> {
  readonly given: A
  readonly choices: Choices
}

/**
 * Makes a law as `Law.make` does, one that is tried under generated choices. Where it fails, it tells what each fiber did.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Difference, Interleaving, Law } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const law = Interleaving.law({
 *   name: "X1",
 *   title: "no update is lost",
 *   equation: "n writers add 1 each: the sum is n",
 *   given: fc.integer({ min: 1, max: 5 }),
 *   holds: Effect.fnUntraced(function* (writers) {
 *     let sum = 0
 *     const read = Effect.sync(() => sum)
 *     const write = (value: number) => Effect.sync(() => void (sum = value))
 *     const add = Effect.flatMap(read, (value) => write(value + 1))
 *     yield* Effect.forEach(Array.from({ length: writers }), () => add, { concurrency: "unbounded" })
 *     yield* Difference.agree("the sum", { expected: writers, actual: sum })
 *   })
 * })
 * const result = await Effect.runPromise(Law.check(law, { seed: 1 }))
 * console.log(result._tag) // Counterexample
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const law = <A>(definition: Law.Definition<A>): Law.Law =>
  Law.make<Explored<A>>({
    ...definition,
    given: fc.record({ given: definition.given, choices }, { noNullPrototype: true }),
    holds: ({ given, choices }, seen) => Trace.traced(run(choices)(definition.holds(given, seen))),
  })
