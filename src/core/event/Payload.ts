/**
 * How the payload of one type of event (or a snapshot's state) is written, and how it was written before: a chain of
 * io-ts codecs, each version lifted to the next.
 *
 * @since 0.1.0
 */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import type { Fault, Json } from "./Json.ts"

/**
 * Every version of a payload; `A` is the latest, `O` the JSON that it is written as.
 *
 * @example
 * ```ts
 * import { Payload } from "everfold"
 * import * as t from "io-ts"
 *
 * const balance: Payload.Versions<number> = Payload.version(t.number)
 * console.log(balance.decode(1, 10)) // { _tag: 'Right', right: 10 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Versions<A, O extends Json = Json> {
  readonly _A: A
  /** The latest version, from 1. */
  readonly latest: number
  readonly encode: (value: unknown) => Either<Fault, O>
  readonly decode: (version: number, json: unknown) => Either<Fault, A>
  readonly pipe: <B>(f: (self: Versions<A, O>) => B) => B
}

/** The deepest of io-ts's complaints, as a path and an expectation. */
const toFault = (errors: t.Errors): Fault => {
  let deepest = errors[0]
  for (const error of errors) if (error.context.length > (deepest?.context.length ?? 0)) deepest = error
  if (deepest === undefined) return { path: "", reason: "it does not decode" }
  // The key of a member of a union or an intersection is its number there, and no place in the value.
  const { context } = deepest
  const path = context
    .filter(({ key }, i) => key !== "" && !isCombined(context[i - 1]?.type))
    .map(({ key }) => key)
    .join(".")
  const expected = deepest.context.at(-1)?.type.name ?? "another type"
  return { path, reason: deepest.message ?? `${show(deepest.value)} is not ${expected}` }
}

const isCombined = (codec: object | undefined): boolean =>
  codec !== undefined && "_tag" in codec && (codec._tag === "UnionType" || codec._tag === "IntersectionType")

const show = (value: unknown): string => {
  if (value === undefined) return "nothing"
  try {
    const text = JSON.stringify(value) ?? String(value)
    return text.length > 80 ? `${text.slice(0, 80)}…` : text
  } catch {
    return typeof value
  }
}

const faultOf = (error: unknown): Fault => ({
  path: "",
  reason: `its codec threw ${error instanceof Error ? error.message : String(error)}`,
})

/** One codec, with what it throws as a fault. */
const encodeWith =
  <A, O extends Json>(codec: t.Type<A, O>) =>
  (value: unknown): Either<Fault, O> => {
    try {
      if (codec.is(value)) return right(codec.encode(value))
      // `is` says no more than no: decoding what would be written finds the place.
      const decoded = codec.decode(value)
      return left(isLeft(decoded) ? toFault(decoded.left) : { path: "", reason: `${show(value)} is not ${codec.name}` })
    } catch (error) {
      return left(faultOf(error))
    }
  }

const decodeWith =
  <A, O>(codec: t.Type<A, O>) =>
  (json: unknown): Either<Fault, A> => {
    try {
      const decoded = codec.decode(json)
      return isLeft(decoded) ? left(toFault(decoded.left)) : decoded
    } catch (error) {
      return left(faultOf(error))
    }
  }

const versions = <A, O extends Json>(
  codec: t.Type<A, O>,
  latest: number,
  older: (version: number, json: unknown) => Either<Fault, A>,
): Versions<A, O> => {
  const decodeLatest = decodeWith(codec)
  const self: Versions<A, O> = {
    _A: codec._A,
    latest,
    encode: encodeWith(codec),
    decode: (version, json) => (version === latest ? decodeLatest(json) : older(version, json)),
    pipe: (f) => f(self),
  }
  return self
}

const unknownVersion = (version: number): Either<Fault, never> =>
  left({ path: "", reason: `schema version ${version} is unknown here; a newer model wrote it` })

/**
 * The first version of a payload.
 *
 * @example
 * ```ts
 * import { Payload } from "everfold"
 * import * as t from "io-ts"
 *
 * console.log(Payload.version(t.type({ owner: t.string })).latest) // 1
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const version = <A, O extends Json>(codec: t.Type<A, O>): Versions<A, O> => versions(codec, 1, unknownVersion)

/**
 * The next version of a payload, and how the version before is lifted to it. What was stored is never rewritten.
 *
 * @example
 * ```ts
 * import { Payload } from "everfold"
 * import * as t from "io-ts"
 *
 * // A snapshot's state, first a number of cents, then with its currency.
 * const balance = Payload.version(t.number).pipe(
 *   Payload.upcast(t.type({ cents: t.number, currency: t.string }), (cents) => ({ cents, currency: "EUR" }))
 * )
 * console.log(balance.decode(1, 250)) // { _tag: 'Right', right: { cents: 250, currency: 'EUR' } }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const upcast =
  <A, B, O extends Json>(codec: t.Type<B, O>, lift: (older: A) => B) =>
  (self: Versions<A>): Versions<B, O> =>
    versions(codec, self.latest + 1, (stored, json) => {
      const older = self.decode(stored, json)
      if (isLeft(older)) return older
      try {
        return right(lift(older.right))
      } catch (error) {
        return left({ path: "", reason: `its upcast threw ${error instanceof Error ? error.message : String(error)}` })
      }
    })

/**
 * Whether it is all versions of a payload, and not one codec.
 *
 * @example
 * ```ts
 * import { Payload } from "everfold"
 * import * as t from "io-ts"
 *
 * console.log(Payload.isVersions(t.number), Payload.isVersions(Payload.version(t.number))) // false true
 * ```
 * @category guards
 * @since 0.1.0
 */
export const isVersions = <A, O extends Json>(codec: t.Type<A, O> | Versions<A, O>): codec is Versions<A, O> =>
  "latest" in codec
