/**
 * The paths of a type, for the compiler: `items.*.price`.
 *
 * @since 0.1.0
 */

type Leaf =
  | (string | number | bigint | boolean | symbol | null | undefined)
  | (Date | Uint8Array | URL | RegExp | ReadonlySet<unknown> | ReadonlyMap<unknown, unknown>)
  | ((...args: never) => unknown)

type Index<A extends ReadonlyArray<unknown>> = number extends A["length"]
  ? { readonly "*": A[number] }
  : { readonly [K in keyof A as K extends `${number}` ? K : never]: A[K] }

/** What is one step below, by the name of the step. */
type Below<A> = A extends Leaf
  ? never
  : A extends ReadonlyArray<unknown>
    ? Index<A>
    : string extends keyof A
      ? { readonly "*": A[keyof A] }
      : A

/** The compiler follows so many steps; a longer path can be given as a `string`. */
type Steps = readonly [1, 2, 3, 4, 5, 6]

/**
 * The paths into a value: keys of objects, `*` for every item of a list or a record, numbers for the places of a tuple.
 * Of what is recursive, a path holds at every depth.
 *
 * @example
 * ```ts
 * import type { Arbitrary } from "everfold/laws"
 *
 * type Order = { readonly owner: string; readonly lines: ReadonlyArray<{ readonly price: number }> }
 * const path: Arbitrary.Path<Order> = "lines.*.price"
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type Path<A, Left extends ReadonlyArray<unknown> = Steps> = unknown extends A
  ? string
  : Left extends readonly [unknown, ...infer Fewer]
    ? Join<Below<A>, Fewer>
    : never

type Join<B, Left extends ReadonlyArray<unknown>> = B extends unknown
  ? { readonly [K in keyof B & string]-?: K | `${K}.${Path<B[K], Left>}` }[keyof B & string]
  : never

/** A branded text needs no brand here: whether the codec accepts it is found out. */
type Unbranded<A> = A extends object
  ? A extends string
    ? string
    : A extends number
      ? number
      : A extends bigint
        ? bigint
        : A
  : A

/**
 * What is at a path, as it is given: a brand may be left out.
 *
 * @example
 * ```ts
 * import type { Arbitrary } from "everfold/laws"
 *
 * type Order = { readonly owner: string; readonly lines: ReadonlyArray<{ readonly price: number }> }
 * const price: Arbitrary.At<Order, "lines.*.price"> = 3
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type At<A, P extends string> = unknown extends A ? unknown : Follow<Below<A>, P>

type Follow<B, P extends string> = B extends unknown
  ? P extends keyof B
    ? Unbranded<B[P]>
    : P extends `${infer K}.${infer Rest}`
      ? K extends keyof B
        ? At<B[K], Rest>
        : never
      : never
  : never
