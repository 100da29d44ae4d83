/**
 * A prism picks one kind of value out of many, and puts it back: what `Decider.adapt` sees the larger world through.
 * The prisms of `monocle-ts` are of the same shape.
 *
 * ```
 * Prism<S, A> = { getOption: S → Option<A>, reverseGet: A → S }
 * ```
 *
 * Laws: `getOption(reverseGet(a)) = some(a)`; `getOption(s) = some(a) ⇒ reverseGet(a) = s`.
 *
 * @since 0.1.0
 */
import { chain, fromPredicate, type Option, some } from "fp-ts/lib/Option.js"

/**
 * How a part `A` is picked out of a whole `S`, where it is one, and put back.
 *
 * @category model
 * @since 0.1.0
 */
export interface Prism<in out S, in out A> {
  readonly getOption: (whole: S) => Option<A>
  readonly reverseGet: (part: A) => S
}

/**
 * Picks everything.
 *
 * @example
 * ```ts
 * import { Prism } from "everfold"
 *
 * console.log(Prism.id<number>().getOption(7)) // { _tag: 'Some', value: 7 }
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const id = <S>(): Prism<S, S> => ({ getOption: some, reverseGet: (whole) => whole })

/**
 * Picks the members of a tagged union that have one of these tags.
 *
 * @example
 * ```ts
 * import { Prism } from "everfold"
 *
 * type Shape = { readonly _tag: "Dot" } | { readonly _tag: "Line"; readonly length: number }
 * const line = Prism.tagged<Shape>()("Line")
 * console.log(line.getOption({ _tag: "Dot" })) // { _tag: 'None' }
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const tagged =
  <S extends { readonly _tag: string }>() =>
  <const T extends S["_tag"]>(...tags: ReadonlyArray<T>): Prism<S, Extract<S, { readonly _tag: T }>> => {
    const known: ReadonlySet<string> = new Set(tags)
    const isMember = (whole: S): whole is Extract<S, { readonly _tag: T }> => known.has(whole._tag)
    return { getOption: fromPredicate(isMember), reverseGet: (part) => part }
  }

/**
 * Picks with the first, and then out of that with the second.
 *
 * @example
 * ```ts
 * import { Prism } from "everfold"
 * import { none, some } from "fp-ts/lib/Option.js"
 *
 * const even: Prism.Prism<number, number> = {
 *   getOption: (n) => (n % 2 === 0 ? some(n / 2) : none),
 *   reverseGet: (half) => half * 2
 * }
 * console.log(Prism.compose(even, even).getOption(12)) // { _tag: 'Some', value: 3 }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const compose = <S, A, B>(outer: Prism<S, A>, inner: Prism<A, B>): Prism<S, B> => ({
  getOption: (whole) => chain(inner.getOption)(outer.getOption(whole)),
  reverseGet: (part) => outer.reverseGet(inner.reverseGet(part)),
})
