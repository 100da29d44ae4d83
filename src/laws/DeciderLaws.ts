/**
 * The laws of deciders, tried on a user's own model.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import * as Decider from "../core/domain/Decider.ts"
import { program } from "./arbitrary/Programs.ts"
import { agree } from "./Difference.ts"
import { copy, freeze, shifted } from "./domain/Purity.ts"
import * as Law from "./Law.ts"

/**
 * A decider, and what it is tried with.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 * import { DeciderLaws } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const counter = Decider.make({
 *   initial: 0,
 *   decide: (by: number, _n: number) => Decider.accept(by),
 *   evolve: (n: number, by: number) => n + by
 * })
 * const subject: DeciderLaws.Subject<number, number, number, never> = {
 *   decider: counter,
 *   commands: fc.integer(),
 *   events: fc.integer(),
 *   runs: 1000
 * }
 * ```
 *
 * @category model
 * @since 0.1.0
 */
export interface Subject<C, S, E, R> {
  readonly decider: Decider.Decider<C, S, E, R>
  /** Commands as they come. Histories are made of them: the more often they are accepted, the more is tried. */
  readonly commands: fc.Arbitrary<C>
  /** Events that may be stored, also those that these commands do not lead to; then `evolve` is tried on them too. */
  readonly events?: fc.Arbitrary<E>
  /** How histories are folded; `Decider.fold`, if left out. */
  readonly fold?: typeof Decider.fold
  /** How often each law is tried; 100 times, if left out. */
  readonly runs?: number
}

/** What commands lead to, one after another; those that are rejected lead nowhere. */
const history = <C, S, E, R>(decider: Decider.Decider<C, S, E, R>, commands: ReadonlyArray<C>): ReadonlyArray<E> => {
  const events: Array<E> = []
  let state = decider.initial
  for (const command of commands) {
    const decision = decider.decide(command, state)
    if (isLeft(decision)) continue
    for (const event of decision.right) {
      events.push(event)
      state = decider.evolve(state, event)
    }
  }
  return events
}

const many = <A>(item: fc.Arbitrary<A>): fc.Arbitrary<ReadonlyArray<A>> => program(item, { maxLength: 12 })

/** D1 */
const foldAction = <C, S, E, R>({ decider, commands, fold = Decider.fold, runs }: Subject<C, S, E, R>): Law.Law =>
  Law.make({
    name: "D1",
    title: "fold action",
    equation: "fold(s, xs ++ ys) = fold(fold(s, xs), ys), fold(s, []) = s, page by page and resumed",
    given: fc.record({ commands: many(commands), cuts: fc.array(fc.nat(12), { maxLength: 3 }) }),
    runs,
    holds: Effect.fnUntraced(function* ({ commands, cuts }) {
      const events = history(decider, commands)
      let whole = decider.initial
      for (const event of events) whole = decider.evolve(whole, event)
      yield* agree("the fold of the whole history", { expected: whole, actual: fold(decider)(events) })
      yield* agree("the fold of nothing", { expected: whole, actual: fold(decider)([], whole) })
      const ends = [...cuts.toSorted((a, b) => a - b), events.length]
      let paged = decider.initial
      for (const [i, end] of ends.entries()) paged = fold(decider)(events.slice(ends[i - 1] ?? 0, end), paged)
      yield* agree(`the fold in pages up to ${ends.join(", ")}`, { expected: whole, actual: paged })
    }),
  })

/** Calls twice, the second time with the clock and the dice elsewhere; arguments frozen and compared with a copy. */
const pure = Effect.fnUntraced(function* <A, B, Out>(
  what: string,
  f: (a: A, b: B) => Out,
  a: A,
  b: B,
): Effect.fn.Return<Out, unknown> {
  const before = copy([a, b])
  freeze(a)
  freeze(b)
  // What it throws is a defect, and as good a counterexample as a difference.
  const first = yield* Effect.sync(() => shifted(0, () => f(a, b)))
  const second = yield* Effect.sync(() => shifted(1, () => f(a, b)))
  yield* agree(`the arguments of ${what}, after it`, { expected: before, actual: [a, b] })
  yield* agree(`${what}, called again at another time`, { expected: first, actual: second })
  return first
})

/** D2 */
const purity = <C, S, E, R>({ decider, commands, runs }: Subject<C, S, E, R>): Law.Law =>
  Law.make({
    name: "D2",
    title: "purity",
    equation: "decide and evolve change no argument, and answer the same whenever they are asked",
    given: many(commands),
    runs,
    holds: Effect.fnUntraced(function* (commands) {
      let state = decider.initial
      for (const command of commands) {
        const decision = yield* pure("decide", decider.decide, command, state)
        if (isLeft(decision)) continue
        for (const event of decision.right) state = yield* pure("evolve", decider.evolve, state, event)
        yield* pure("isTerminal", decider.isTerminal, state, undefined)
      }
    }),
  })

/** What is thrown is a defect, and so a counterexample. */
const total = <Out>(f: () => Out): Effect.Effect<Out> => Effect.sync(f)

/** D3 */
const totality = <C, S, E, R>({ decider, commands, events, runs }: Subject<C, S, E, R>): Law.Law =>
  Law.make({
    name: "D3",
    title: "totality",
    equation: "decide and evolve never throw on a reachable state, nor evolve on any event that can be stored",
    given: fc.record({ commands: many(commands), events: events === undefined ? fc.constant([]) : many(events) }),
    runs,
    holds: Effect.fnUntraced(function* ({ commands, events }) {
      let state = decider.initial
      for (const command of commands) {
        for (const event of events) yield* total(() => decider.evolve(state, event))
        const decision = yield* total(() => decider.decide(command, state))
        const kind: unknown = decision?._tag
        yield* agree("whether decide answers with an Either", {
          expected: true,
          actual: kind === "Left" || kind === "Right",
        })
        if (isLeft(decision)) continue
        for (const event of decision.right) {
          state = yield* total(() => decider.evolve(state, event))
          yield* agree("whether evolve answers with a state", { expected: true, actual: state !== undefined })
          yield* total(() => decider.isTerminal(state))
        }
      }
      for (const event of events) state = yield* total(() => decider.evolve(state, event))
    }),
  })

/**
 * The laws of a decider (D1–D3). What they cannot see: a clock that the model captured before, and what is changed
 * inside a `Map`, a `Set`, a `Date` or an instance of a class (their contents cannot be frozen; the comparison of
 * copies sees most of it).
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 * import { DeciderLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 *
 * const counter = Decider.make({
 *   initial: 0,
 *   decide: (by: number, _n: number) => Decider.accept(by),
 *   evolve: (n: number, by: number) => n + by
 * })
 *
 * laws(DeciderLaws.suite({ decider: counter, commands: fc.integer() }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = <C, S, E, R>(subject: Subject<C, S, E, R>): Law.Suite => ({
  name: "a decider",
  laws: [foldAction(subject), purity(subject), totality(subject)],
})
