/**
 * Where in a value a walker is: its path, how much deeper recursion may go, and what the user overrides there.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import * as fc from "fast-check"
import { among } from "./Sieve.ts"

/**
 * No arbitrary can be derived: of what, where, and why. It is thrown while deriving, not while generating.
 *
 * @example
 * ```ts
 * import { Arbitrary } from "everfold/laws"
 * import * as t from "io-ts"
 *
 * const Lucky = t.refinement(t.number, (n) => n === 0.123456789 * 3.1, "Lucky")
 * try {
 *   Arbitrary.fromCodec(t.type({ n: Lucky }))
 * } catch (error) {
 *   console.log(error instanceof Arbitrary.Underivable && error.path) // n
 * }
 * ```
 * @category errors
 * @since 0.1.0
 */
export class Underivable extends TaggedError("Underivable")<{
  /** Where in the value; empty for the whole of it. */
  readonly path: string
  /** The name of the codec or the schema. */
  readonly of: string
  readonly reason: string
}> {
  override get message(): string {
    const { path, of, reason } = this
    const where = path === "" ? "" : ` at ${path}`
    const give = path === "" ? "Write one yourself" : `Give one: { at: { ${JSON.stringify(path)}: … } }`
    return `No arbitrary of ${of}${where} can be derived: ${reason}. ${give}.`
  }
}

/** What is overridden, which paths there are, and what was derived already. */
interface Derivation {
  readonly at: ReadonlyMap<string, fc.Arbitrary<unknown>>
  readonly known: Set<string>
  readonly used: Set<string>
  readonly made: Map<object, Map<string, fc.Arbitrary<unknown> | undefined>>
}

const derivation = (at: Derivation["at"]): Derivation => ({ at, known: new Set(), used: new Set(), made: new Map() })

/**
 * @category model
 * @since 0.1.0
 */
export interface Place {
  readonly path: string
  /** The path as users also write it: of all versions of a payload, say. */
  readonly alias: string | undefined
  /** How many more recursions there may be below. */
  readonly left: number
  /** How many there were. */
  readonly deep: number
  /** What is around it, and where: in what recurs, paths begin again. */
  readonly around: ReadonlyMap<object, readonly [path: string, alias: string | undefined]>
  readonly derivation: Derivation
  /** For what no path leads to. */
  readonly covert: Derivation
}

const step = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`)

/**
 * One step down.
 *
 * @category combinators
 * @since 0.1.0
 */
export const below = (place: Place, key: string): Place => ({
  ...place,
  path: step(place.path, key),
  alias: place.alias === undefined ? undefined : step(place.alias, key),
})

/**
 * The same place, known to be inside of this codec or schema.
 *
 * @category combinators
 * @since 0.1.0
 */
export const inside = (place: Place, node: object): Place =>
  place.around.has(node) ? place : { ...place, around: new Map(place.around).set(node, [place.path, place.alias]) }

/**
 * The place of what recurs: one recursion less is left, and its path is that of its first occurrence. `undefined` where
 * nothing is left.
 *
 * @category combinators
 * @since 0.1.0
 */
export const again = (place: Place, node: object): Place | undefined => {
  const before = place.around.get(node)
  if (before === undefined) return inside(place, node)
  if (place.left === 0) return undefined
  const [path, alias] = before
  return { ...place, path, alias, left: place.left - 1, deep: place.deep + 1 }
}

/**
 * How long a list may be: in what recurs, they get shorter from level to level.
 *
 * @category getters
 * @since 0.1.0
 */
export const longest = ({ deep }: Place): number => [10, 5, 2][deep] ?? 1

/**
 * The same place, where no path leads to what is below.
 *
 * @category combinators
 * @since 0.1.0
 */
export const hidden = (place: Place): Place => ({ ...place, derivation: place.covert })

/**
 * What is derived of one codec or schema at one place is derived once.
 *
 * @category combinators
 * @since 0.1.0
 */
export const remembered = (
  { path, left, derivation: { made } }: Place,
  node: object,
  make: () => fc.Arbitrary<unknown> | undefined,
): fc.Arbitrary<unknown> | undefined => {
  const places = made.get(node) ?? new Map<string, fc.Arbitrary<unknown> | undefined>()
  made.set(node, places)
  const name = `${left} ${path}`
  if (places.has(name)) return places.get(name)
  const derived = make()
  places.set(name, derived)
  return derived
}

/**
 * What the user gives for a place, as far as it is accepted there.
 *
 * @category overriding
 * @since 0.1.0
 */
export const override = (
  { path, alias, derivation }: Place,
  of: string,
  accepts: (value: unknown) => boolean,
): fc.Arbitrary<unknown> | undefined => {
  for (const name of [path, alias]) {
    if (name === undefined) continue
    if (name !== "") derivation.known.add(name)
    const given = derivation.at.get(name)
    if (given === undefined) continue
    derivation.used.add(name)
    const accepted = among([given], accepts)
    if (accepted !== undefined) return accepted
    const [example] = fc.sample(given, { numRuns: 1, seed: 1 })
    throw new Underivable({
      path: name,
      of,
      reason: `what is given for it is not accepted there, ${show(example)} say`,
    })
  }
  return undefined
}

const show = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return typeof value
  }
}

/** So often may a type recur inside of itself. What ends at all ends without. */
const left = 4

const allUsed = ({ at, known, used }: Derivation): void => {
  const lost = [...at.keys()].filter((path) => !used.has(path))
  if (lost.length === 0) return
  const quoted = lost.map((path) => JSON.stringify(path)).join(", ")
  throw new Error(`Arbitrary: there is nothing at ${quoted}; the paths are ${[...known].sort().join(", ") || "none"}.`)
}

/**
 * Derives at one or several roots. Throws where a root has no value, and where an override matches nothing.
 *
 * @category running
 * @since 0.1.0
 */
export const derive = (
  roots: ReadonlyArray<{
    readonly path: string
    readonly alias?: string
    readonly of: string
    readonly walk: (place: Place) => fc.Arbitrary<unknown> | undefined
  }>,
  at: object = {},
): ReadonlyArray<fc.Arbitrary<unknown>> => {
  const given = Object.entries(at).flatMap(([path, arbitrary]: readonly [string, unknown]) =>
    arbitrary instanceof fc.Arbitrary ? [[path, arbitrary] as const] : [],
  )
  const all = derivation(new Map(given))
  const covert = derivation(new Map())
  const derived = roots.map(({ path, alias, of, walk }) => {
    const found = walk({ path, alias, left, deep: 0, around: new Map(), derivation: all, covert })
    if (found !== undefined) return found
    throw new Underivable({ path, of, reason: "it has no value, or none that ends" })
  })
  allUsed(all)
  return derived
}
