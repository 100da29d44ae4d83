/**
 * The laws of deciders, tried on a user's own model.
 *
 * @since 0.1.0
 */
import { D2, D3 } from "./domain/Contract.ts"
import { D1, D12 } from "./domain/Histories.ts"
import { D8, D9, D10 } from "./domain/Meanwhile.ts"
import { D13, type Part } from "./domain/Part.ts"
import { D4, D5, D6, D7 } from "./domain/Promises.ts"
import { D11, type Lifting, type Refinement } from "./domain/Refinement.ts"
import type { Subject } from "./domain/Subject.ts"
import type * as Law from "./Law.ts"

export type { Commands } from "./arbitrary/Traces.ts"
export type { Part } from "./domain/Part.ts"
export type { Refinement } from "./domain/Refinement.ts"
export type { Reach, Subject, TagOf } from "./domain/Subject.ts"

/**
 * The laws of a decider: D1, D2, D3 and D6 of every one, and each other law where the subject has what it speaks of.
 *
 * What they cannot see: a clock that the model captured before, and what is changed inside a `Map`, a `Set`, a `Date` or
 * an instance of a class (their contents cannot be frozen; the comparison of copies sees most of it).
 *
 * @example
 * ```ts
 * import { Decider, EventCodec } from "everfold"
 * import { DeciderLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const JarEvent = EventCodec.make({ Filled: t.type({ by: t.number }), Taken: t.type({ by: t.number }) })
 * type JarEvent = EventCodec.TypeOf<typeof JarEvent>
 *
 * const jar = Decider.make({
 *   initial: 0,
 *   decide: (by: number, left: number) =>
 *     by >= 0
 *       ? Decider.accept(JarEvent.Filled({ by }))
 *       : left + by < 0
 *         ? Decider.reject("too little")
 *         : Decider.accept(JarEvent.Taken({ by: -by })),
 *   evolve: (left: number, event: JarEvent): number => (event._tag === "Filled" ? left + event.by : left - event.by)
 * })
 *
 * laws(
 *   DeciderLaws.suite({
 *     decider: jar,
 *     codec: JarEvent,
 *     commands: (left) => fc.integer({ min: -left - 1, max: 10 }),
 *     invariants: { "nobody takes what is not there": (left) => left >= 0 },
 *     reach: { rejections: ["too little"] },
 *     commute: () => true,
 *     rebase: (by) => by >= 0
 *   })
 * )
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = <C, S, E, R>(subject: Subject<C, S, E, R>): Law.Suite => {
  const { codec, commute, idempotent, invariants, query, reach, rebase } = subject
  return {
    name: "a decider",
    laws: [
      D1(subject),
      D2(subject),
      D3(subject),
      ...(invariants === undefined ? [] : [D4(subject, invariants)]),
      ...(idempotent === undefined ? [] : [D5(subject, idempotent)]),
      D6(subject),
      ...(reach === undefined && codec === undefined ? [] : [D7(subject, reach ?? {}, codec)]),
      ...(commute === undefined ? [] : [D8(subject, commute)]),
      ...(rebase === undefined ? [] : [D9(subject, rebase)]),
      ...(query === undefined || codec === undefined ? [] : [D10(subject, query, codec)]),
      ...(codec === undefined ? [] : [D12(subject, codec)]),
    ],
  }
}

/**
 * The law of a new decider (D11): it takes over the histories of an old one, and shows the same of them.
 *
 * @example
 * ```ts
 * import { Decider, View } from "everfold"
 * import { DeciderLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 *
 * // The old one keeps all amounts, the new one their sum and their number.
 * const old = Decider.make({
 *   initial: [],
 *   decide: (amount: number, _: ReadonlyArray<number>) => Decider.accept(amount),
 *   evolve: (amounts: ReadonlyArray<number>, amount: number): ReadonlyArray<number> => [...amounts, amount]
 * })
 * const sum = View.make({ sum: 0, times: 0 }, ({ sum, times }, event: { readonly amount: number }) => ({
 *   sum: sum + event.amount,
 *   times: times + 1
 * }))
 *
 * laws(
 *   DeciderLaws.refinement({
 *     from: old,
 *     to: sum,
 *     commands: fc.integer(),
 *     up: (amount) => [{ amount }],
 *     view: { from: (amounts) => amounts.length, to: ({ times }) => times }
 *   })
 * )
 * ```
 * @category suites
 * @since 0.1.0
 */
export function refinement<C, S, E, R, S2, E2, V>(
  subject: Refinement<C, S, E, R, S2, E2, V> & Lifting<E, E2>,
): Law.Suite
export function refinement<C, S, E extends E2, R, S2, E2, V>(subject: Refinement<C, S, E, R, S2, E2, V>): Law.Suite {
  return { name: "a decider in place of another", laws: [D11(subject)] }
}

/**
 * The law of a part of a decider that was composed by hand (D13): in the whole it is what it is alone. `Decider.combine`
 * and the other combinators keep it; `CombinatorLaws` say so.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 * import { DeciderLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as fc from "fast-check"
 *
 * const steps = Decider.make({
 *   initial: 0,
 *   decide: (_: { readonly _tag: "Step" }, _steps: number) => Decider.accept({ _tag: "Stepped" }),
 *   evolve: (steps: number, _: { readonly _tag: "Stepped" }) => steps + 1
 * })
 * const turns = Decider.make({
 *   initial: 0,
 *   decide: (_: { readonly _tag: "Turn" }, _turns: number) => Decider.accept({ _tag: "Turned" }),
 *   evolve: (turns: number, _: { readonly _tag: "Turned" }) => turns + 1
 * })
 * const dance = Decider.combine(
 *   { steps, turns },
 *   { commands: { Step: "steps", Turn: "turns" }, events: { Stepped: "steps", Turned: "turns" } }
 * )
 *
 * laws(
 *   DeciderLaws.part({
 *     whole: dance,
 *     part: steps,
 *     commands: fc.record({ _tag: fc.constantFrom("Step", "Turn") }),
 *     events: (event) => (event._tag === "Stepped" ? [event] : []),
 *     state: ({ steps }) => steps
 *   })
 * )
 * ```
 * @category suites
 * @since 0.1.0
 */
export const part = <C, S, E, R, S2, E2>(subject: Part<C, S, E, R, S2, E2>): Law.Suite => ({
  name: "a part of a decider",
  laws: [D13(subject)],
})
