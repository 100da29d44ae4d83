/**
 * A stream is named by its category (the kind of thing) and its id (which one); written `category-id`.
 *
 * @since 0.1.0
 */
import { type Either, left, right } from "fp-ts/lib/Either.js"
import type { Eq as Equality } from "fp-ts/lib/Eq.js"
import { InvalidInput } from "./Errors.ts"

/**
 * `category` matches `[A-Za-z][A-Za-z0-9_.]*`, 64 bytes at most; `id` is 1 to 512 bytes of well-formed UTF-8 without
 * control characters.
 *
 * @example
 * ```ts
 * import { StreamName } from "everfold"
 *
 * const ada: StreamName.StreamName = { category: "Account", id: "ada" }
 * console.log(StreamName.format(ada)) // Account-ada
 * ```
 * @category model
 * @since 0.1.0
 */
export interface StreamName {
  readonly category: string
  readonly id: string
}

const category = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/
const plainId = /^[\x20-\x7e]{1,512}$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const control = /[\u0000-\u001f\u007f-\u009f]/

/**
 * Why a text cannot be a category, or `undefined` where it can.
 *
 * @example
 * ```ts
 * import { StreamName } from "everfold"
 *
 * console.log(StreamName.categoryFault("Account")) // undefined
 * console.log(StreamName.categoryFault("my-account")?.slice(0, 37)) // category "my-account" is not a letter
 * ```
 * @category validation
 * @since 0.1.0
 */
export const categoryFault = (text: string): string | undefined =>
  typeof text === "string" && category.test(text)
    ? undefined
    : `category ${JSON.stringify(text)} is not a letter followed by up to 63 letters, digits, "_" or "."`

/**
 * Why a text cannot be an id, or `undefined` where it can.
 *
 * @example
 * ```ts
 * import { StreamName } from "everfold"
 *
 * console.log(StreamName.idFault("ada@example.org")) // undefined
 * console.log(StreamName.idFault("")) // a stream id is empty
 * ```
 * @category validation
 * @since 0.1.0
 */
export const idFault = (text: string): string | undefined => {
  if (typeof text !== "string") return `stream id ${JSON.stringify(text)} is not a text`
  if (plainId.test(text)) return undefined
  if (text.length === 0) return "a stream id is empty"
  const shown = JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text)
  if (!text.isWellFormed()) return `stream id ${shown} holds half a surrogate pair`
  if (control.test(text)) return `stream id ${shown} holds a control character`
  const bytes = Buffer.byteLength(text)
  return bytes > 512 ? `stream id ${shown} has ${bytes} bytes, 512 are allowed` : undefined
}

/**
 * Why a name is outside the grammar, or `undefined` where it is inside.
 *
 * @example
 * ```ts
 * import { StreamName } from "everfold"
 *
 * console.log(StreamName.fault({ category: "Account", id: "a\nb" })) // stream id "a\nb" holds a control character
 * ```
 * @category validation
 * @since 0.1.0
 */
export const fault = (name: StreamName): string | undefined => categoryFault(name.category) ?? idFault(name.id)

/**
 * A name of its parts, or `InvalidInput` where one is outside the grammar.
 *
 * @example
 * ```ts
 * import { StreamName } from "everfold"
 *
 * console.log(StreamName.make("Account", "ada")) // { _tag: 'Right', right: { category: 'Account', id: 'ada' } }
 * console.log(StreamName.make("my-account", "ada")._tag) // Left
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = (category: string, id: string): Either<InvalidInput, StreamName> => {
  const name = { category, id }
  const what = fault(name)
  return what === undefined ? right(name) : left(new InvalidInput({ what }))
}

/**
 * Writes `category-id`.
 *
 * @example
 * ```ts
 * import { StreamName } from "everfold"
 *
 * console.log(StreamName.format({ category: "Account", id: "2026-11" })) // Account-2026-11
 * ```
 * @category conversions
 * @since 0.1.0
 */
export const format = (name: StreamName): string => `${name.category}-${name.id}`

/**
 * Reads `category-id`: the first hyphen ends the category.
 *
 * @example
 * ```ts
 * import { StreamName } from "everfold"
 *
 * console.log(StreamName.parse("Account-ada")) // { _tag: 'Right', right: { category: 'Account', id: 'ada' } }
 * ```
 * @category conversions
 * @since 0.1.0
 */
export const parse = (text: string): Either<InvalidInput, StreamName> => {
  const hyphen = text.indexOf("-")
  return hyphen < 0
    ? left(new InvalidInput({ what: `stream name ${JSON.stringify(text)} has no "-" between category and id` }))
    : make(text.slice(0, hyphen), text.slice(hyphen + 1))
}

/**
 * Whether two names are the same: both parts, character by character.
 *
 * @example
 * ```ts
 * import { StreamName } from "everfold"
 *
 * const ada = { category: "Account", id: "ada" }
 * console.log(StreamName.equals(ada, { ...ada }), StreamName.equals(ada, { ...ada, id: "Ada" })) // true false
 * ```
 * @category instances
 * @since 0.1.0
 */
export const equals = (a: StreamName, b: StreamName): boolean => a.id === b.id && a.category === b.category

/**
 * The fp-ts `Eq` of names.
 *
 * @example
 * ```ts
 * import { StreamName } from "everfold"
 * import { uniq } from "fp-ts/lib/Array.js"
 *
 * const ada = { category: "Account", id: "ada" }
 * console.log(uniq(StreamName.Eq)([ada, { ...ada }]).length) // 1
 * ```
 * @category instances
 * @since 0.1.0
 */
export const Eq: Equality<StreamName> = { equals }
