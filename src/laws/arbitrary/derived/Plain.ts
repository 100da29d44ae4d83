/**
 * Plain values, small ones first, and the ugly ones among them: all that JSON can hold, and no more.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"

const weighted = <A>(...options: ReadonlyArray<readonly [weight: number, arbitrary: fc.Arbitrary<A>]>) =>
  fc.oneof({ withCrossShrink: true }, ...options.map(([weight, arbitrary]) => ({ weight, arbitrary })))

/** From the simplest on. */
const edges = [0, -0, 1, -1, 0.1, 1.5, 2 ** 31, 2 ** 53, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 1e21]
const extremes = [Number.MIN_VALUE, -Number.MIN_VALUE, Number.EPSILON, Number.MAX_VALUE, -Number.MAX_VALUE]

/**
 * Neither `NaN` nor an infinity: JSON has none.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const number: fc.Arbitrary<number> = weighted<number>(
  [4, fc.integer()],
  [2, fc.double({ noNaN: true, noDefaultInfinity: true })],
  [1, fc.maxSafeInteger()],
  [2, fc.constantFrom(...edges, ...extremes)],
)

const words = ["", " ", "0", "a", "null", "true", "__proto__", "constructor", "é", "e\u0301", "ß", "İ", "\u0000"]
const odd = ["\n", "\u2028", "\ufeff", '"', "\\", "</script>", "𝒳", "👩‍👩‍👧", "שלום", "1e999", "a ", "NaN", "\u200b"]

/**
 * Well-formed, in every script: no half of a surrogate pair.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const text: fc.Arbitrary<string> = weighted(
  [8, fc.string()],
  [3, fc.string({ unit: "binary" })],
  [3, fc.string({ unit: "grapheme" })],
  [3, fc.constantFrom(...words, ...odd)],
  [1, fc.string({ minLength: 40, maxLength: 300, size: "max" })],
)

/** What is refused where it is written, or reserved in a payload. */
const refused = new Set(["__proto__", "_tag"])

/**
 * Keys of an object that can be stored.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const key: fc.Arbitrary<string> = weighted(
  [6, fc.string({ maxLength: 8 })],
  [2, fc.string({ unit: "grapheme", maxLength: 4 })],
  [
    2,
    fc.constantFrom("a", "", "0", "constructor", "toString", "hasOwnProperty", "length", "toJSON", "data", "a.b", " "),
  ],
).filter((key) => !refused.has(key))

/**
 * Whether an object has it anyhow: where it is absent, io-ts and Effect read what is inherited, and refuse that.
 *
 * @category guards
 * @since 0.1.0
 */
export const isInherited = (key: string): boolean => key in Object.prototype

/**
 * Objects with any of these keys.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const dictionary = <A>(
  keys: fc.Arbitrary<string>,
  value: fc.Arbitrary<A>,
  maxKeys: number,
): fc.Arbitrary<{ readonly [key: string]: A }> =>
  fc
    .uniqueArray(fc.tuple(keys, value), { selector: ([key]) => key, maxLength: maxKeys })
    .map((entries) => Object.fromEntries(entries))

const leaf = weighted<unknown>([1, fc.constant(null)], [2, text], [2, number], [1, fc.boolean()])

const nested = (depth: number): fc.Arbitrary<unknown> => {
  if (depth === 0) return leaf
  const inner = nested(depth - 1)
  return weighted<unknown>([6, leaf], [1, fc.array(inner, { maxLength: 4 })], [1, dictionary(key, inner, 4)])
}

/**
 * Any JSON.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const json: fc.Arbitrary<unknown> = nested(3)

/**
 * Any JSON object.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const object: fc.Arbitrary<{ readonly [key: string]: unknown }> = dictionary(key, json, 5)

/**
 * Points in time of our days, of the whole calendar, and where computing with them goes wrong.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const date: fc.Arbitrary<Date> = weighted(
  [4, fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true })],
  [1, fc.date({ noInvalidDate: true })],
  [1, fc.constantFrom("1970-01-01", "2000-02-29", "1969-12-31T23:59:59.999Z", "9999-12-31", "0000-01-01").map(at)],
)

function at(text: string): Date {
  return new Date(text)
}
