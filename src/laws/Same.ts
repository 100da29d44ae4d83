/**
 * When two values are the same for a law: equal in structure, `-0` as `0`, an absent property as one that is
 * `undefined`.
 *
 * @since 0.1.0
 */

import * as Equal from "effect/Equal"
import { describe } from "../core/event/thrown.ts"

const keys = (value: object): ReadonlyArray<readonly [string, unknown]> =>
  Object.entries(value).filter(([, property]) => property !== undefined)

const sameMap = (a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.has(key) && same(value, b.get(key)))

const sameSet = (a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean =>
  a.size === b.size && [...a].every((item) => b.has(item))

const sameErrorText = (a: object, b: object): boolean =>
  !(a instanceof Error && b instanceof Error) || (a.name === b.name && a.message === b.message)

/** What keeps its state to itself says by `Equal` or by its text what it is: a secret, a URL. */
const sameHidden = (a: object, b: object): boolean => {
  if (kindOf(a) === Object.prototype) return true
  return Equal.isEqual(a) ? Equal.equals(a, b) : describe(a) === describe(b)
}

/** Plain data is of one kind, with and without a prototype. */
const kindOf = (value: object): unknown => Object.getPrototypeOf(value) ?? Object.prototype

/**
 * Whether two values are the same. Functions are the same only where they are one and the same.
 *
 * @category instances
 * @since 0.1.0
 */
export const same = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b) || a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0
  if (kindOf(a) !== kindOf(b)) return false
  if (Array.isArray(a) && Array.isArray(b)) {
    // Spread, so that the holes of a sparse array are looked at too.
    return a.length === b.length && [...a].every((item, i) => same(item, b[i]))
  }
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime())
  if (a instanceof Map && b instanceof Map) return sameMap(a, b)
  if (a instanceof Set && b instanceof Set) return sameSet(a, b)
  const right = new Map(keys(b))
  const left = keys(a)
  return (
    left.length === right.size &&
    (left.length > 0 || sameHidden(a, b)) &&
    left.every(([key, value]) => right.has(key) && same(value, right.get(key))) &&
    sameErrorText(a, b)
  )
}
