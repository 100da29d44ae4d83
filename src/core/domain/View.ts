/**
 * A view is a fold as data: where it starts, and what an event makes of it.
 *
 * ```
 * View<S, E> = { initial: S, evolve: (S, E) → S }
 * ```
 *
 * Laws: `fold(xs ++ ys) = fold(ys, fold(xs))`; `fold(product(v, w)) = (fold(v), fold(w))` (banana split).
 *
 * @since 0.1.0
 */

/**
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
 * @category constructors
 * @since 0.1.0
 */
export const make = <S, E>(initial: S, evolve: (state: S, event: E) => S): View<S, E> => ({ initial, evolve })

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
 * A view of other events, each translated before it is folded.
 *
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
 * Two views of the same events at once.
 *
 * @category combinators
 * @since 0.1.0
 */
export const product = <S, T, E>(left: View<S, E>, right: View<T, E>): View<readonly [S, T], E> => ({
  initial: [left.initial, right.initial],
  evolve: ([s, t], event) => [left.evolve(s, event), right.evolve(t, event)],
})
