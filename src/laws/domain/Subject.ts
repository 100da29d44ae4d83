/**
 * What the laws of deciders are tried on.
 *
 * @since 0.1.0
 */
import type * as fc from "fast-check"
import type * as Decider from "../../core/domain/Decider.ts"
import type { EventCodec } from "../../core/event/EventCodec.ts"
import type { Query } from "../../core/event/Query.ts"
import * as Arbitrary from "../Arbitrary.ts"
import type { Commanded } from "../arbitrary/Traces.ts"
import { derived } from "../codec/Subject.ts"

/**
 * The tags of a union: those of its members, or the texts themselves where it is a union of texts.
 *
 * @example
 * ```ts
 * import { type DeciderLaws } from "everfold/laws"
 *
 * type Account = { readonly _tag: "None" } | { readonly _tag: "Open"; readonly balance: number }
 * const tag: DeciderLaws.TagOf<Account> = "Open"
 * const text: DeciderLaws.TagOf<"taken" | "too long"> = "taken"
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type TagOf<A> = A extends { readonly _tag: infer Tag extends string }
  ? Tag
  : A extends string
    ? string extends A
      ? never
      : A
    : never

/**
 * What commands have to lead to, by tag.
 *
 * @example
 * ```ts
 * import { type DeciderLaws } from "everfold/laws"
 *
 * type Account = { readonly _tag: "None" } | { readonly _tag: "Open"; readonly balance: number }
 * const reach: DeciderLaws.Reach<Account, never, "overdrawn"> = { states: ["None", "Open"], rejections: ["overdrawn"] }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Reach<S, E, R> {
  readonly states?: ReadonlyArray<TagOf<S>>
  /** All that the codec writes, if left out. */
  readonly events?: ReadonlyArray<TagOf<E>>
  readonly rejections?: ReadonlyArray<TagOf<R>>
}

/**
 * A decider, what it is tried with, and what it promises. Each promise brings the law that tries it.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 * import { DeciderLaws } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const counter = Decider.make({
 *   initial: 0,
 *   decide: (by: number, total: number) => (total + by < 0 ? Decider.reject("too little") : Decider.accept(by)),
 *   evolve: (total: number, by: number): number => total + by
 * })
 * const subject: DeciderLaws.Subject<number, number, number, "too little"> = {
 *   decider: counter,
 *   commands: (total) => fc.integer({ min: -total - 1, max: 10 }),
 *   invariants: { "the total is not negative": (total) => total >= 0 },
 *   reach: { rejections: ["too little"] }
 * }
 * console.log(DeciderLaws.suite(subject).laws.map(({ name }) => name)) // [ 'D1', 'D2', 'D3', 'D4', 'D6', 'D7' ]
 * ```
 *
 * @category model
 * @since 0.1.0
 */
export interface Subject<C, S, E, R> extends Commanded<C, S, E, R> {
  readonly decider: Decider.Decider<C, S, E, R>
  /** How its events are stored. D7, D10 and D12 need it. */
  readonly codec?: EventCodec<NoInfer<E>>
  /**
   * Events that may be stored, also those that these commands do not lead to: `evolve` is tried on them too. They derive
   * from the codec, if left out.
   */
  readonly events?: fc.Arbitrary<NoInfer<E>>
  /** What is true of every state and of the events that led to it, by what it says. D4. */
  readonly invariants?: { readonly [says: string]: (state: S, events: ReadonlyArray<NoInfer<E>>) => boolean }
  /** Which commands may be sent again: right after they were accepted, they come to no events. D5. */
  readonly idempotent?: (command: C) => boolean
  /** What commands have to lead to. D7. */
  readonly reach?: Reach<S, E, R>
  /** Which two events lead to the same state in either order. D8. */
  readonly commute?: (a: E, b: E) => boolean
  /** Whether a command is decided as before after events that somebody else recorded meanwhile. D9. */
  readonly rebase?: (command: C, events: ReadonlyArray<E>) => boolean
  /**
   * Which events the decision on a command depends on: what a commit's condition says. D10, by stored types and tags;
   * it does not look at a query's streams and categories.
   */
  readonly query?: (command: C) => Query
  /** How histories are folded; `Decider.fold`, if left out. */
  readonly fold?: typeof Decider.fold
  /** How often each law is tried; 100 times, if left out. */
  readonly runs?: number
}

/**
 * Events that may be stored: those that are given, or what derives from the codec.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const eventsOf = <C, S, E, R>({ codec, events }: Subject<C, S, E, R>): fc.Arbitrary<E> | undefined =>
  events ?? (codec && derived("DeciderLaws", "events", () => Arbitrary.events(codec)))
