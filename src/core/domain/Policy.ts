/**
 * A policy answers an event with commands: "whenever this happens, do that".
 *
 * ```
 * Policy<E, C> = E → C[]
 * ```
 *
 * Laws (`CombinatorLaws`): policies of the same events and commands are a monoid: `concat(empty, p) = p = concat(p, empty)`,
 * and `concat` is associative; they are a profunctor, contravariant in events and covariant in commands.
 *
 * @since 0.1.0
 */
import type { Monoid } from "fp-ts/lib/Monoid.js"
import type { Profunctor2 } from "fp-ts/lib/Profunctor.js"

/**
 * What each event is answered with.
 *
 * @category model
 * @since 0.1.0
 */
export type Policy<in E, out C> = (event: E) => ReadonlyArray<C>

/**
 * The policy that asks for nothing.
 *
 * @example
 * ```ts
 * import { Policy } from "everfold"
 *
 * console.log(Policy.empty("whatever happened")) // []
 * ```
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
 * A policy of other events with other commands: each event is translated before it is answered, and each command after.
 *
 * @example
 * ```ts
 * import { Policy } from "everfold"
 *
 * const greet: Policy.Policy<string, string> = (name) => [`greet ${name}`]
 * const onArrival = Policy.promap(
 *   (event: { readonly guest: string }) => event.guest,
 *   (text: string) => ({ _tag: "Say" as const, text })
 * )(greet)
 * console.log(onArrival({ guest: "Ada" })) // [ { _tag: 'Say', text: 'greet Ada' } ]
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const promap =
  <E2, E, C, C2>(f: (event: E2) => E, g: (command: C) => C2) =>
  (self: Policy<E, C>): Policy<E2, C2> =>
  (event) =>
    self(f(event)).map((command) => g(command))

/**
 * The fp-ts `Monoid` of policies.
 *
 * @example
 * ```ts
 * import { Policy } from "everfold"
 * import { concatAll } from "fp-ts/lib/Monoid.js"
 *
 * const all = concatAll(Policy.getMonoid<string, string>())([(name) => [`greet ${name}`], (name) => [`seat ${name}`]])
 * console.log(all("Ada")) // [ 'greet Ada', 'seat Ada' ]
 * ```
 * @category instances
 * @since 0.1.0
 */
export const getMonoid = <E, C>(): Monoid<Policy<E, C>> => ({ concat, empty })

/**
 * The name that fp-ts knows policies by.
 *
 * @example
 * ```ts
 * import { Policy } from "everfold"
 * import type { Kind2 } from "fp-ts/HKT.js"
 *
 * // Events, commands.
 * const greet: Kind2<Policy.URI, string, string> = (name) => [`greet ${name}`]
 * console.log(Policy.URI, greet("Ada")) // everfold/Policy [ 'greet Ada' ]
 * ```
 * @category instances
 * @since 0.1.0
 */
export const URI = "everfold/Policy"

/**
 * The type of that name.
 *
 * @category instances
 * @since 0.1.0
 */
export type URI = typeof URI

declare module "fp-ts/HKT.js" {
  interface URItoKind2<E, A> {
    readonly [URI]: Policy<E, A>
  }
}

/**
 * The fp-ts `Profunctor` of policies: contravariant in events, covariant in commands.
 *
 * @example
 * ```ts
 * import { Policy } from "everfold"
 *
 * const greet: Policy.Policy<string, string> = (name) => [`greet ${name}`]
 * const loud = Policy.Profunctor.map(greet, (command) => command.toUpperCase())
 * console.log(loud("Ada")) // [ 'GREET ADA' ]
 * ```
 * @category instances
 * @since 0.1.0
 */
export const Profunctor: Profunctor2<URI> = {
  URI,
  map: (policy, g) => (event) => policy(event).map((command) => g(command)),
  promap: (policy, f, g) => promap(f, g)(policy),
}
