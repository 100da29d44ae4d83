/**
 * Values that JSON, codecs or careless code trip over, and places in a value to put them.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"

const value = (value: unknown): PropertyDescriptor => ({ value, enumerable: true, writable: true, configurable: true })

const nested = (depth: number): unknown => {
  let inner: unknown = 1
  for (let i = 0; i < depth; i++) inner = i % 2 === 0 ? [inner] : { inner }
  return inner
}

const cycle = (): unknown => {
  const around: { self?: unknown } = {}
  around.self = [around]
  return around
}

const sparse = (): unknown => {
  const holes: Array<unknown> = [1]
  holes[3] = 1
  return holes
}

const throwing = (): never => {
  throw new Error("hostile")
}

class Point {
  readonly x = 1
}

/** What JSON holds, but not everybody expects. */
const json: ReadonlyArray<readonly [string, () => PropertyDescriptor]> = [
  ["null", () => value(null)],
  ["an empty text", () => value("")],
  ["a NUL", () => value("\u0000")],
  ["a text that ends a line", () => value("\u2028\r\n")],
  ["a text of 200,000 characters", () => value("𝒳".repeat(100_000))],
  ["2^53 + 1", () => value(2 ** 53 + 1)],
  ["1e308", () => value(1e308)],
  ["5e-324", () => value(5e-324)],
  ["a text that is a number", () => value("1e999")],
  ["a list", () => value([[]])],
  ["an object without a prototype", () => value(Object.create(null))],
  ["a nesting of 500", () => value(nested(500))],
  ["what looks like a body", () => value({ data: {}, meta: {}, _tag: "Placed" })],
]

/** What JSON cannot hold, or not as it is. */
const more: ReadonlyArray<readonly [string, () => PropertyDescriptor]> = [
  ["undefined", () => value(undefined)],
  ["-0", () => value(-0)],
  ["NaN", () => value(Number.NaN)],
  ["an infinity", () => value(Number.NEGATIVE_INFINITY)],
  ["a bigint", () => value(1n)],
  ["half a surrogate pair", () => value("a\ud800")],
  ["a key that is half a surrogate pair", () => value({ "\udc00": 1 })],
  ["a symbol", () => value(Symbol("hostile"))],
  ["an object with a symbol as a key", () => value({ [Symbol("hostile")]: 1 })],
  ["a function", () => value(throwing)],
  ["a cycle", () => value(cycle())],
  ["a nesting of 100,000", () => value(nested(100_000))],
  ["a sparse array", () => value(sparse())],
  ["a Date that is none", () => value(new Date(Number.NaN))],
  ["a Map", () => value(new Map([[1, 2]]))],
  ["an instance of a class", () => value(new Point())],
  ["a boxed text", () => value(Object("a"))],
  ["what is inherited", () => value(Object.create({ inherited: 1 }))],
  ["a getter that throws", () => ({ get: throwing, enumerable: true, configurable: true })],
  [
    "an object with a getter that throws",
    () => value(Object.defineProperty({}, "x", { get: throwing, enumerable: true })),
  ],
  ["a proxy that throws", () => value(new Proxy({}, { get: throwing, ownKeys: throwing, getPrototypeOf: throwing }))],
  ["a revoked proxy", revoked],
  ["what writes itself as something else", () => value({ toJSON: () => 1 })],
  ["a list that writes itself as something else", () => value(Object.assign([1], { toJSON: () => 1 }))],
  ["what refuses to be a text", () => value({ toString: throwing, [Symbol.toPrimitive]: throwing })],
]

function revoked(): PropertyDescriptor {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return value(proxy)
}

const all = new Map([...json, ...more])

/**
 * What the text of JSON can hold, by name: each is made when it is placed.
 *
 * @category values
 * @since 0.1.0
 */
export const inJson: ReadonlyArray<string> = json.map(([name]) => name)

/**
 * Everything, by name.
 *
 * @category values
 * @since 0.1.0
 */
export const anything: ReadonlyArray<string> = [...all.keys()]

/**
 * A place in a value.
 *
 * @category model
 * @since 0.1.0
 */
export interface Place {
  /** The way there: which key at each step. */
  readonly at: ReadonlyArray<number>
  /** Under this key beside the others, where there are others; in place of what is there, if left out. */
  readonly under?: string
}

/**
 * Places near the root of a value, and under keys that mean something elsewhere.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const place: fc.Arbitrary<Place> = fc.record(
  {
    at: fc.array(fc.nat(20), { maxLength: 3 }),
    under: fc.constantFrom("__proto__", "constructor", "toJSON", "toString", "data", "meta", "_tag", "", "0", "a.b"),
  },
  { requiredKeys: ["at"], noNullPrototype: true },
)

/** A copy with one property more, or another. */
const withProperty = (container: object, key: string, property: PropertyDescriptor): PropertyDescriptor => {
  const copy: object = Array.isArray(container) ? [...container] : { ...container }
  return value(Object.defineProperty(copy, key, property))
}

const walk = (at: unknown, steps: ReadonlyArray<number>, under: string | undefined, hostile: PropertyDescriptor) => {
  if (typeof at !== "object" || at === null) return hostile
  const [step, ...rest] = steps
  if (step === undefined) {
    return under === undefined || Array.isArray(at) ? hostile : withProperty(at, under, hostile)
  }
  const properties: ReadonlyArray<readonly [string, unknown]> = Object.entries(at)
  const [key, inner] = properties[step % properties.length] ?? []
  if (key === undefined) return hostile
  const further: PropertyDescriptor = walk(inner, rest, under, hostile)
  return withProperty(at, key, further)
}

/**
 * The value with what is named put in its place. It may not be an `A` any more: that is what it is for.
 *
 * @category placing
 * @since 0.1.0
 */
export function put<A>(value: A, place: Place, name: string): A
export function put(value: unknown, { at, under }: Place, name: string): unknown {
  return walk(value, at, under, (all.get(name) ?? revoked)()).value
}
