/**
 * When two values are exactly the same, and if not, where they differ first. Stricter than `Same.ts`, which forgives what
 * storage forgives: here `-0` is not `0`, and an absent property is none that is `undefined`.
 *
 * @since 0.1.0
 */
import * as Equal from "effect/Equal"
import { same } from "../Same.ts"
import { show } from "../Show.ts"

/**
 * The first place where two values differ, and what is there on either side, in words.
 *
 * @category model
 * @since 0.1.0
 */
export interface Place {
  /** `items.0.price`; empty where the values differ as a whole. */
  readonly path: string
  readonly expected: string
  readonly actual: string
}

const widest = 160

/**
 * A value on one line, cut where it is very long.
 *
 * @category conversions
 * @since 0.1.0
 */
export const line = (value: unknown, width = widest): string => {
  const text = show(value).replaceAll(/\n */g, " ")
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}

/** Plain data is of one kind, with and without a prototype. */
const kindOf = (value: object): object => Object.getPrototypeOf(value) ?? Object.prototype

const kind = (value: object): string => {
  if (Array.isArray(value)) return "a list"
  return kindOf(value) === Object.prototype ? "plain data" : `an instance of ${value.constructor.name}`
}

const describe = (value: unknown): string => (typeof value === "object" && value !== null ? line(value) : show(value))

/** What reads alike and is not the same is another one. */
const place = (expected: string, actual: string): Place => ({
  path: "",
  expected,
  actual: expected === actual ? `${actual}, but another` : actual,
})

/** The properties of an object; of an error also those that it does not enumerate, but for where it was made. */
const properties = (value: object): ReadonlyMap<unknown, unknown> => {
  if (value instanceof Map) return value
  if (value instanceof Set) return new Map(value.entries())
  const keys = Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))
  const more = Array.isArray(value) ? ["length"] : []
  const hidden = value instanceof Error ? [...Object.getOwnPropertyNames(value), "name", "message"] : more
  return new Map([...keys, ...hidden].filter((key) => key !== "stack").map((key) => [key, Reflect.get(value, key)]))
}

type Pair = readonly [expected: object, actual: object]

/**
 * The key that stands for this one on the other side, and for no other: in a map and in a set it may be an object. Best is
 * one that has the same value, too.
 */
const counterpart = (
  [key, value]: readonly [unknown, unknown],
  others: ReadonlyMap<unknown, unknown>,
  met: ReadonlySet<unknown>,
): readonly [] | readonly [key: unknown] => {
  if (others.has(key) && !met.has(key)) return [key]
  if (typeof key !== "object") return []
  const free = [...others].filter(([other]) => typeof other === "object" && !met.has(other) && isExactly(key, other))
  const best = free.find(([, other]) => isExactly(value, other)) ?? free[0]
  return best === undefined ? [] : [best[0]]
}

const within = (around: ReadonlyArray<Pair>, expected: object, actual: object): Place | undefined => {
  const [left, right] = [properties(expected), properties(actual)]
  if (left.size === 0 && right.size === 0)
    return same(expected, actual) ? undefined : place(line(expected), line(actual))
  const met = new Set<unknown>()
  const at = (key: unknown, { path, ...rest }: Place): Place => {
    const name = typeof key === "object" ? line(key) : String(key)
    return { ...rest, path: path === "" ? name : `${name}.${path}` }
  }
  for (const [key, value] of left) {
    const found = counterpart([key, value], right, met)
    if (found.length === 0) return at(key, place(describe(value), "absent"))
    const [other] = found
    met.add(other)
    const inner = differ(value, right.get(other), around)
    if (inner !== undefined) return at(key, inner)
  }
  for (const [key, value] of right) if (!met.has(key)) return at(key, place("absent", describe(value)))
  return undefined
}

const differ = (expected: unknown, actual: unknown, around: ReadonlyArray<Pair>): Place | undefined => {
  if (Object.is(expected, actual)) return undefined
  if (typeof expected !== "object" || typeof actual !== "object" || expected === null || actual === null)
    return place(describe(expected), describe(actual))
  if (expected instanceof Uint8Array && actual instanceof Uint8Array)
    return same(expected, actual) ? undefined : place(line(expected), line(actual))
  // A circle: whether these are the same is what is being looked at.
  if (around.some(([a, b]) => a === expected && b === actual)) return undefined
  if (kindOf(expected) !== kindOf(actual)) return place(kind(expected), kind(actual))
  const found = within([...around, [expected, actual]], expected, actual)
  // A map of effect's, or a time, says itself what it is, whatever it has put by.
  return Equal.isEqual(expected) && Equal.equals(expected, actual) ? undefined : found
}

/**
 * The first place where two values differ; none where they are exactly the same.
 *
 * @category comparing
 * @since 0.1.0
 */
export const difference = (expected: unknown, actual: unknown): Place | undefined => differ(expected, actual, [])

/**
 * Whether two values are exactly the same.
 *
 * @category comparing
 * @since 0.1.0
 */
export const isExactly = (expected: unknown, actual: unknown): boolean => difference(expected, actual) === undefined
