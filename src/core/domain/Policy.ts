/**
 * A policy answers an event with commands: "whenever this happens, do that".
 *
 * ```
 * Policy<E, C> = E → C[]
 * ```
 *
 * Laws: policies of the same events and commands are a monoid: `concat(empty, p) = p = concat(p, empty)`, and `concat`
 * is associative.
 *
 * @since 0.1.0
 */
import type { Monoid } from "fp-ts/lib/Monoid.js"

/**
 * @category model
 * @since 0.1.0
 */
export type Policy<in E, out C> = (event: E) => ReadonlyArray<C>

/**
 * The policy that asks for nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
export const empty: Policy<unknown, never> = () => []

/**
 * Both policies; the commands of the first come first.
 *
 * @example
 * ```ts
 * import { Policy } from "everfold"
 *
 * const greet: Policy.Policy<string, string> = (name) => [`greet ${name}`]
 * const bill: Policy.Policy<string, string> = (name) => [`bill ${name}`]
 * console.log(Policy.concat(greet, bill)("Ada")) // [ 'greet Ada', 'bill Ada' ]
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const concat =
  <E, C>(first: Policy<E, C>, second: Policy<E, C>): Policy<E, C> =>
  (event) => [...first(event), ...second(event)]

/**
 * The fp-ts `Monoid` of policies.
 *
 * @category instances
 * @since 0.1.0
 */
export const getMonoid = <E, C>(): Monoid<Policy<E, C>> => ({ concat, empty })
