/**
 * JSON that comes back as it went in: a strict writer, with the path of what it refuses.
 *
 * @since 0.1.0
 */
import { type Either, left, right } from "fp-ts/lib/Either.js"
import { describe } from "./thrown.ts"

/**
 * What a payload is written as, so that it comes back as it went in.
 *
 * @example
 * ```ts
 * import { Json } from "everfold"
 *
 * const prices: Json.Json = { apple: [1, 2.5], pear: null }
 * console.log(Json.stringify(prices)) // { _tag: 'Right', right: '{"apple":[1,2.5],"pear":null}' }
 * ```
 * @category model
 * @since 0.1.0
 */
export type Json = string | number | boolean | null | ReadonlyArray<Json> | JsonObject

/**
 * A JSON object, as a payload is one. A property that is `undefined` counts as absent.
 *
 * @example
 * ```ts
 * import { Json } from "everfold"
 *
 * const address: Json.JsonObject = { city: "London", street: undefined }
 * console.log(Json.stringify(address)) // { _tag: 'Right', right: '{"city":"London"}' }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

/**
 * Where and why a value is not JSON.
 *
 * @example
 * ```ts
 * import { type Json } from "everfold"
 *
 * const show = ({ path, reason }: Json.Fault): string => `${path || "the whole"}: ${reason}`
 * console.log(show({ path: "items.3.price", reason: "NaN has no JSON" })) // items.3.price: NaN has no JSON
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Fault {
  readonly path: string
  readonly reason: string
}

/** Deeper nesting is refused: `JSON.parse` and codecs recurse too. */
const maxDepth = 512

const writesItself = "with a toJSON of its own it is not written as it is"

const isPlain = (value: object): boolean => {
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The first fault of a value, depth first; the path is built only on the way back from one. */
const find = (value: unknown, depth: number): { path: Array<string | number>; reason: string } | undefined => {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? undefined : { path: [], reason: "the text holds half a surrogate pair" }
    case "number":
      return Number.isFinite(value) ? undefined : { path: [], reason: `${value} has no JSON` }
    case "boolean":
      return undefined
    case "object": {
      if (value === null) return undefined
      if (depth === maxDepth) return { path: [], reason: `it is nested deeper than ${maxDepth}` }
      if (Array.isArray(value)) {
        if ("toJSON" in value) return { path: [], reason: writesItself }
        for (let i = 0; i < value.length; i++) {
          const found = find(value[i], depth + 1)
          if (found !== undefined) {
            found.path.unshift(i)
            return found
          }
        }
        return undefined
      }
      if (!isPlain(value)) return { path: [], reason: `a ${value.constructor?.name ?? "class"} instance has no JSON` }
      for (const [key, property] of Object.entries(value)) {
        if (property === undefined) continue
        const found =
          key === "__proto__"
            ? { path: [], reason: "the key __proto__ is not safe to read back" }
            : key.isWellFormed()
              ? find(property, depth + 1)
              : { path: [], reason: "the key holds half a surrogate pair" }
        if (found !== undefined) {
          found.path.unshift(key)
          return found
        }
      }
      if (Object.getOwnPropertySymbols(value).length > 0) return { path: [], reason: "a symbol as a key has no JSON" }
      // One that is not enumerable, for the others were found above.
      return "toJSON" in value && typeof value.toJSON === "function" ? { path: [], reason: writesItself } : undefined
    }
    default:
      return { path: [], reason: `${typeof value} has no JSON` }
  }
}

/**
 * Writes JSON, or says where it cannot: NaN, infinities, bigints, functions, symbols (as keys too), class instances, `undefined` in
 * arrays, lone surrogates, `__proto__`, cycles. `-0` is written `0`; properties that are `undefined` are left out.
 *
 * @example
 * ```ts
 * import { Json } from "everfold"
 *
 * console.log(Json.stringify({ a: [1, Number.NaN] })) // { _tag: 'Left', left: { path: 'a.1', reason: 'NaN has no JSON' } }
 * ```
 * @category conversions
 * @since 0.1.0
 */
export const stringify = (value: unknown): Either<Fault, string> => {
  try {
    const found = find(value, 0)
    return found === undefined
      ? right(JSON.stringify(value))
      : left({ path: found.path.join("."), reason: found.reason })
  } catch (error) {
    // A getter, say; or the text would be longer than a text can be.
    return left({ path: "", reason: `writing it threw ${describe(error)}` })
  }
}

/**
 * Reads JSON; what is no JSON is a fault and no exception.
 *
 * @example
 * ```ts
 * import { Json } from "everfold"
 *
 * console.log(Json.parse('{"a":1}'), Json.parse("{")._tag) // { _tag: 'Right', right: { a: 1 } } Left
 * ```
 * @category conversions
 * @since 0.1.0
 */
export const parse = (text: string): Either<Fault, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    return right(value)
  } catch (error) {
    return left({ path: "", reason: describe(error) })
  }
}

/**
 * Whether a value is an object and no array.
 *
 * @example
 * ```ts
 * import { Json } from "everfold"
 *
 * console.log([{}, [], null, "a"].map(Json.isObject)) // [ true, false, false, false ]
 * ```
 * @category guards
 * @since 0.1.0
 */
export const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)
