/**
 * A view is a fold as data: where it starts, and what an event makes of it.
 *
 * ```
 * View<S, E> = { initial: S, evolve: (S, E) → S }
 * ```
 *
 * Laws (`CombinatorLaws`):
 *
 * - fold action: `fold(xs ++ ys) = fold(ys, fold(xs))`
 * - banana split: `fold(product({ v, w })) = { v: fold(v), w: fold(w) }`; `product` is associative and commutative, with
 *   `unit` as its unit, after relabelling
 * - `contramap` is a contravariant functor; `imap` keeps folds, given `from(to(s)) = s`
 *
 * @since 0.1.0
 */
import type { Contravariant2 } from "fp-ts/lib/Contravariant.js"
import { isNone, type Option } from "fp-ts/lib/Option.js"

/**
 * Events `E` folded into a state `S`.
 *
 * @example
 * ```ts
 * import type { View } from "everfold"
 *
 * const last: View.View<string, string> = { initial: "", evolve: (_state, event) => event }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface View<in out S, in E> {
  readonly initial: S
  readonly evolve: (state: S, event: E) => S
}

/**
 * Makes a view; the event type comes from the annotation of `evolve`.
 *
 * @example
 * ```ts
 * import { View } from "everfold"
 *
 * const total = View.make(0, (sum: number, event: { readonly amount: number }) => sum + event.amount)
 * console.log(View.fold(total)([{ amount: 2 }, { amount: 3 }])) // 5
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = <S, E>(initial: S, evolve: (state: S, event: E) => S): View<S, E> => ({ initial, evolve })

/**
 * The view that sees nothing: the unit of `product`.
 *
 * @example
 * ```ts
 * import { View } from "everfold"
 *
 * console.log(View.fold(View.unit)(["a", "b"])) // {}
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const unit: View<Readonly<Record<never, never>>, unknown> = { initial: {}, evolve: (state) => state }

/**
 * The state after these events, from `state` or else from the beginning.
 *
 * @example
 * ```ts
 * import { View } from "everfold"
 *
 * const count = View.make(0, (n: number, _event: unknown) => n + 1)
 * console.log(View.fold(count)(["a", "b"])) // 2
 * ```
 * @category folding
 * @since 0.1.0
 */
export const fold =
  <S, E>(view: View<S, E>) =>
  (events: Iterable<E>, ...from: readonly [] | readonly [state: S]): S => {
    let folded = from.length === 0 ? view.initial : from[0]
    for (const event of events) folded = view.evolve(folded, event)
    return folded
  }

/**
 * A state of another type. Folds are kept where `from(to(s)) = s`.
 *
 * @example
 * ```ts
 * import { View } from "everfold"
 *
 * const count = View.make(0, (n: number, _event: unknown) => n + 1)
 * const shown = View.imap((n: number) => `${n} events`, Number.parseInt)(count)
 * console.log(View.fold(shown)(["a", "b"])) // 2 events
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const imap =
  <S, S2>(to: (state: S) => S2, from: (state: S2) => S) =>
  <E>(self: View<S, E>): View<S2, E> => ({
    initial: to(self.initial),
    evolve: (state, event) => to(self.evolve(from(state), event)),
  })

/**
 * A view of other events, each translated before it is folded.
 *
 * @example
 * ```ts
 * import { View } from "everfold"
 *
 * const sum = View.make(0, (total: number, n: number) => total + n)
 * const lengths = View.contramap((text: string) => text.length)(sum)
 * console.log(View.fold(lengths)(["a", "bb"])) // 3
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const contramap =
  <E2, E>(f: (event: E2) => E) =>
  <S>(self: View<S, E>): View<S, E2> => ({
    initial: self.initial,
    evolve: (state, event) => self.evolve(state, f(event)),
  })

/**
 * A view of other events, some of which are none of its own: those leave it as it is.
 *
 * `getOption(e) = none ⇒ evolve(s, e) = s`
 *
 * @example
 * ```ts
 * import { Prism, View } from "everfold"
 *
 * type Event = { readonly _tag: "Paid"; readonly amount: number } | { readonly _tag: "Seen" }
 * const total = View.make(0, (sum: number, paid: { readonly amount: number }) => sum + paid.amount)
 * const income = View.adapt(Prism.tagged<Event>()("Paid").getOption)(total)
 * console.log(View.fold(income)([{ _tag: "Paid", amount: 5 }, { _tag: "Seen" }])) // 5
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const adapt =
  <E2, E>(getOption: (event: E2) => Option<E>) =>
  <S>(self: View<S, E>): View<S, E2> => ({
    initial: self.initial,
    evolve: (state, event) => {
      const own = getOption(event)
      return isNone(own) ? state : self.evolve(state, own.value)
    },
  })

interface AnyView {
  readonly initial: unknown
  readonly evolve: (state: never, event: never) => unknown
}

/**
 * The states of a product's views, by name.
 *
 * @example
 * ```ts
 * import { View } from "everfold"
 *
 * const views = {
 *   count: View.make(0, (n: number, _event: unknown) => n + 1),
 *   last: View.make("", (_last: string, event: string) => event)
 * }
 * const state: View.ProductState<typeof views> = { count: 1, last: "seen" }
 * const event: View.ProductEvent<typeof views> = "seen"
 * console.log(View.product(views).evolve(state, event)) // { count: 2, last: 'seen' }
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type ProductState<V> = { readonly [K in keyof V]: V[K] extends { readonly initial: infer S } ? S : never }

/**
 * The events that every view of a product knows.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ProductEvent<V> = {
  readonly [K in keyof V]: V[K] extends { readonly evolve: (state: never, event: infer E) => unknown }
    ? (event: E) => void
    : never
}[keyof V] extends infer F
  ? [F] extends [never]
    ? unknown
    : [F] extends [(event: infer E) => void]
      ? E
      : never
  : never

/**
 * Several views of the same events in one pass.
 *
 * @example
 * ```ts
 * import { View } from "everfold"
 *
 * const count = View.make(0, (n: number, _event: unknown) => n + 1)
 * const sum = View.make(0, (total: number, n: number) => total + n)
 * console.log(View.fold(View.product({ count, sum }))([2, 3])) // { count: 2, sum: 5 }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export function product<const V extends { readonly [K in keyof V]: AnyView }>(
  views: V,
): View<ProductState<V>, ProductEvent<V>>
export function product(views: {
  readonly [name: string]: View<unknown, unknown>
}): View<{ readonly [name: string]: unknown }, unknown> {
  const parts = Object.entries(views)
  return {
    initial: Object.fromEntries(parts.map(([name, { initial }]) => [name, initial])),
    evolve: (state, event) => {
      const next = { ...state }
      for (const [name, view] of parts) next[name] = view.evolve(state[name], event)
      return next
    },
  }
}

/**
 * The name that fp-ts knows views by.
 *
 * @example
 * ```ts
 * import { View } from "everfold"
 * import type { Kind2 } from "fp-ts/HKT.js"
 *
 * // State, events.
 * const count: Kind2<View.URI, number, string> = View.make(0, (n: number, _event: string) => n + 1)
 * console.log(View.URI, View.fold(count)(["a"])) // everfold/View 1
 * ```
 * @category instances
 * @since 0.1.0
 */
export const URI = "everfold/View"

/**
 * The type of that name.
 *
 * @category instances
 * @since 0.1.0
 */
export type URI = typeof URI

declare module "fp-ts/HKT.js" {
  interface URItoKind2<E, A> {
    readonly [URI]: View<E, A>
  }
}

/**
 * The fp-ts `Contravariant` of views, in their events.
 *
 * @example
 * ```ts
 * import { View } from "everfold"
 *
 * const sum = View.make(0, (total: number, n: number) => total + n)
 * const lengths = View.Contravariant.contramap(sum, (text: string) => text.length)
 * console.log(View.fold(lengths)(["a", "bb"])) // 3
 * ```
 * @category instances
 * @since 0.1.0
 */
export const Contravariant: Contravariant2<URI> = { URI, contramap: (view, f) => contramap(f)(view) }
