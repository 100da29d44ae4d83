/**
 * How the payload of one type of event (or a snapshot's state) is written, and how it was written before: a chain of
 * io-ts codecs, each version lifted to the next.
 *
 * @since 0.1.0
 */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import type { Fault, Json } from "./Json.ts"
import { isRefusing, refusal, toFault, unknownVersion } from "./Refusal.ts"
import { describe } from "./thrown.ts"

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
  /** The io-ts codec of the latest version, for whoever derives from it. */
  readonly codec: t.Mixed
  readonly encode: (value: unknown) => Either<Fault, O>
  readonly decode: (version: number, json: unknown) => Either<Fault, A>
  /** `undefined` for the first version. */
  readonly older: Older | undefined
  readonly pipe: <B>(f: (self: Versions<A, O>) => B) => B
}

/**
 * The versions before the latest, and how a value of theirs becomes one of the latest.
 *
 * @example
 * ```ts
 * import { Payload } from "everfold"
 * import * as t from "io-ts"
 *
 * const cents = Payload.version(t.number).pipe(Payload.upcast(t.number, (euros) => euros * 100))
 * const older: Payload.Older | undefined = cents.older
 * console.log(older?.lift(12)) // { _tag: 'Right', right: 1200 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Older {
  readonly versions: Versions<unknown>
  readonly lift: (older: unknown) => Either<Fault, unknown>
}

const faultOf = (error: unknown): Fault => ({
  path: "",
  reason: `its codec threw ${describe(error)}`,
})

/** One codec, with what it throws as a fault. */
const encodeWith =
  <A, O extends Json>(codec: t.Type<A, O>) =>
  (value: unknown): Either<Fault, O> => {
    try {
      if (isRefusing(codec)) {
        const encoded = codec.tryEncode(value)
        return isLeft(encoded) ? left(toFault(encoded.left)) : encoded
      }
      if (codec.is(value)) return right(codec.encode(value))
      return left(refusal(codec, value))
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

/** Down to the version that it was written as, then up again: in steps, for a long life has many versions. */
const decodeOlder = (latest: Older | undefined, version: number, json: unknown): Either<Fault, unknown> => {
  const lifts: Array<Older["lift"]> = []
  for (let older = latest; older !== undefined; older = older.versions.older) {
    lifts.push(older.lift)
    if (older.versions.latest !== version) continue
    let value = older.versions.decode(version, json)
    for (const lift of lifts.reverse()) {
      if (isLeft(value)) return value
      value = lift(value.right)
    }
    return value
  }
  return unknownVersion(version)
}

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
export const version = <A, O extends Json>(codec: t.Type<A, O>): Versions<A, O> => {
  const decode = decodeWith(codec)
  const self: Versions<A, O> = {
    _A: codec._A,
    latest: 1,
    codec,
    encode: encodeWith(codec),
    decode: (version, json) => (version === 1 ? decode(json) : unknownVersion(version)),
    older: undefined,
    pipe: (f) => f(self),
  }
  return self
}

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
export function upcast<A, B, O extends Json>(
  codec: t.Type<B, O>,
  lift: (older: A) => B,
): (self: Versions<A>) => Versions<B, O>
export function upcast(
  codec: t.Type<unknown, Json>,
  lift: (older: unknown) => unknown,
): (self: Versions<unknown>) => Versions<unknown> {
  return (versions) => {
    const latest = versions.latest + 1
    const decode = decodeWith(codec)
    const older: Older = {
      versions,
      lift: (value) => {
        try {
          return right(lift(value))
        } catch (error) {
          return left({ path: "", reason: `its upcast threw ${describe(error)}` })
        }
      },
    }
    const self: Versions<unknown> = {
      _A: codec._A,
      latest,
      codec,
      encode: encodeWith(codec),
      decode: (version, json) => (version === latest ? decode(json) : decodeOlder(older, version, json)),
      older,
      pipe: (f) => f(self),
    }
    return self
  }
}

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
