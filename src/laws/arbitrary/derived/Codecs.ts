/**
 * Arbitraries of what io-ts codecs decode to.
 *
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { isRight } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import * as Json from "../../../core/event/Json.ts"
import { schemaOf } from "../../../core/event/SchemaType.ts"
import { ask } from "./Asking.ts"
import * as Guesses from "./Guesses.ts"
import { again, below, hidden, longest, override, type Place, remembered, Underivable } from "./Place.ts"
import * as Plain from "./Plain.ts"
import * as Schemas from "./Schemas.ts"
import { among, either } from "./Sieve.ts"

type Arbitrary = fc.Arbitrary<unknown>

/** What has no value has no arbitrary. */
type Derived = Arbitrary | undefined

const writes = (codec: t.Mixed, value: unknown): unknown => {
  try {
    return codec.encode(value)
  } catch {
    return undefined
  }
}

/** JSON has no `undefined` in lists. */
const item = (codec: t.Mixed, place: Place): Derived => {
  const derived = walk(codec, place)
  if (derived === undefined) return undefined
  const isThere = (value: unknown) => writes(codec, value) !== undefined
  const all = fc.sample(derived, { numRuns: 40, seed: 1 }).every(isThere)
  return all ? derived : among([derived], isThere)
}

const list = (codec: t.Mixed, place: Place): Arbitrary => {
  const items = item(codec, below(place, "*"))
  return items === undefined ? fc.constant([]) : fc.array(items, { maxLength: longest(place) })
}

const tuple = (codecs: ReadonlyArray<t.Mixed>, place: Place): Derived => {
  const items = codecs.map((codec, i) => item(codec, below(place, String(i))))
  const there = items.filter((each) => each !== undefined)
  return there.length < items.length ? undefined : fc.tuple(...there)
}

/** The codecs of a key, all of which have to accept it, and whether it may be left out. */
interface Property {
  readonly codecs: ReadonlyArray<t.Mixed>
  readonly optional: boolean
}
type Shape = ReadonlyMap<string, Property>

const properties = (props: { readonly [key: string]: t.Mixed }, optional: boolean): Shape =>
  new Map(Object.entries(props).map(([key, codec]) => [key, { codecs: [codec], optional }]))

const merged = (shapes: ReadonlyArray<Shape>): Shape => {
  const all = new Map<string, Property>()
  for (const [key, { codecs, optional }] of shapes.flatMap((shape) => [...shape])) {
    const before = all.get(key) ?? { codecs: [], optional: true }
    all.set(key, { codecs: [...before.codecs, ...codecs], optional: before.optional && optional })
  }
  return all
}

/** The keys of what is nothing but keys; what it accepts besides is looked at afterwards. */
const shapeOf = (codec: t.Mixed): Shape | undefined => {
  if (codec instanceof t.InterfaceType || codec instanceof t.StrictType) return properties(codec.props, false)
  if (codec instanceof t.PartialType) return properties(codec.props, true)
  if (codec instanceof t.ExactType || codec instanceof t.ReadonlyType || codec instanceof t.RefinementType) {
    return shapeOf(codec.type)
  }
  if (codec instanceof t.IntersectionType) {
    const types: ReadonlyArray<t.Mixed> = codec.types
    const shapes = types.map(shapeOf)
    const known = shapes.filter((shape) => shape !== undefined)
    return known.length < shapes.length ? undefined : merged(known)
  }
  return undefined
}

const record = (shape: Shape, place: Place): Derived => {
  const model: Array<[string, Arbitrary]> = []
  const requiredKeys: Array<string> = []
  for (const [key, { codecs, optional: maybe }] of shape) {
    const optional = maybe && !Plain.isInherited(key)
    const derived = both(codecs, below(place, key))
    if (derived === undefined && !optional) return undefined
    if (!optional) requiredKeys.push(key)
    // io-ts takes `undefined` for absent; so does JSON.
    if (derived !== undefined) model.push([key, optional ? fc.option(derived, { nil: undefined, freq: 9 }) : derived])
  }
  return fc.record(Object.fromEntries(model), { requiredKeys, noNullPrototype: true })
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What several codecs accept: objects with the keys of all, or whatever one of them gives and the others accept. */
const both = (codecs: ReadonlyArray<t.Mixed>, place: Place): Derived => {
  const [only, ...more] = codecs
  if (only === undefined) return Plain.object
  if (more.length === 0) return walk(only, place)
  const is = (value: unknown) => codecs.every((codec) => codec.is(value))
  const name = codecs.map((codec) => codec.name).join(" & ")
  const given = override(place, name, is)
  if (given !== undefined) return given

  const shapes = codecs.map(shapeOf)
  const known = shapes.filter((shape) => shape !== undefined)
  const keys = known.length === 0 ? undefined : record(merged(known), place)
  if (known.length > 0 && keys === undefined) return undefined
  const others = codecs.filter((_, i) => shapes[i] === undefined).map((codec) => walk(codec, place))
  const parts = [keys, ...others].filter((part) => part !== undefined)
  if (parts.length < others.length + (keys === undefined ? 0 : 1)) return undefined
  const whole = fc.tuple(...parts)
  const candidates = [
    ...(parts.length === 1
      ? []
      : [whole, whole.map((all) => all.toReversed())].map((all) =>
          all.map((each) => (each.every(isObject) ? Object.assign({}, ...each) : each.at(-1))),
        )),
    ...parts,
  ]
  return found(among(candidates, is), name, place)
}

const found = (derived: Derived, of: string, { path }: Place): Arbitrary => {
  if (derived === undefined) throw new Underivable({ path, of, reason: "hardly anything that was tried is accepted" })
  return derived
}

/** What is refined of texts, numbers or lists is guessed, where hardly anything that was derived is accepted. */
function* refinements(root: t.Mixed, derived: Arbitrary, hints: Guesses.Hints, place: Place) {
  yield derived
  if (root instanceof t.ArrayType || root instanceof t.ReadonlyArrayType) {
    const items = item(root.type, below(place, "*"))
    if (items !== undefined) yield* Guesses.lists(items, hints)
    return
  }
  const kinds = new Set(fc.sample(derived, { numRuns: 5, seed: 1 }).map((value) => typeof value))
  if (kinds.has("string")) yield* Guesses.texts(hints)
  if (kinds.has("number")) yield* Guesses.numbers(hints)
}

/** What was found for refined texts and numbers: it is the same everywhere. */
const simple = new WeakMap<t.Mixed, Arbitrary>()

const refined = (codec: t.RefinementType<t.Mixed>, place: Place): Derived => {
  const before = simple.get(codec)
  if (before !== undefined) return before
  const predicates: Array<unknown> = [codec.predicate]
  let root: t.Mixed = codec.type
  while (root instanceof t.RefinementType) {
    predicates.push(root.predicate)
    root = root.type
  }
  const derived = walk(root, place)
  if (derived === undefined) return undefined
  const hints = Guesses.hints(predicates)
  const all = refinements(root, derived, hints, place)
  const chosen = found(
    among(all, (value) => codec.is(value)),
    codec.name,
    place,
  )
  if (root instanceof t.StringType || root instanceof t.NumberType) simple.set(codec, chosen)
  return chosen
}

/** The keys that a record has to have, if it says so. */
const keysOf = (domain: t.Mixed): ReadonlyArray<string> | undefined => {
  if (domain instanceof t.LiteralType) return typeof domain.value === "string" ? [domain.value] : undefined
  if (domain instanceof t.KeyofType) return Object.keys(domain.keys)
  if (domain instanceof t.UnionType) {
    const types: ReadonlyArray<t.Mixed> = domain.types
    const keys = types.map(keysOf)
    return keys.some((some) => some === undefined) ? undefined : keys.flatMap((some) => some ?? [])
  }
  return undefined
}

const dictionary = (domain: t.Mixed, codomain: t.Mixed, place: Place): Derived => {
  const keys = keysOf(domain)
  const inner = below(place, "*")
  if (keys !== undefined) {
    return record(new Map(keys.map((key) => [key, { codecs: [codomain], optional: false }])), place)
  }
  const values = walk(codomain, inner)
  const names = among([Plain.key, ...textsOf(domain, place)], (key) => domain.is(key))
  if (values === undefined) return fc.constant({})
  return Plain.dictionary(found(names, `${domain.name} as keys`, place).map(String), values, longest(place))
}

/** The codec's own, and where it is one of refined texts, these. */
const textsOf = (domain: t.Mixed, place: Place): ReadonlyArray<Arbitrary> => {
  const derived = walk(domain, place)
  return derived === undefined ? [] : [derived.filter((key) => typeof key === "string" && key !== "__proto__")]
}

/** What one is shown for the codec of a part, as it is written. */
const inputs =
  (place: Place) =>
  (codec: t.Mixed): Derived =>
    walk(codec, hidden(place))?.map((value) => writes(codec, value))

/** One that is made of itself recurs. */
const asked = (codec: t.Mixed, place: Place): Derived => {
  const next = again(place, codec)
  if (next === undefined) return undefined
  const wrong = (reason: string) => new Underivable({ path: place.path, of: codec.name, reason })
  try {
    const derived = ask(codec, inputs(next), longest(next))
    if (derived !== undefined) return derived
  } catch (error) {
    throw error instanceof Underivable ? wrong(`of ${error.of} inside of it, ${error.reason}`) : error
  }
  throw wrong("it does not say what it is made of, and accepts no JSON that was tried")
}

const union = (codecs: ReadonlyArray<t.Mixed>, place: Place): Derived => {
  const members = codecs.flatMap((codec) => walk(codec, place) ?? [])
  return members.length === 0 ? undefined : either(members)
}

/** Behind an Effect schema are the values that it writes. */
const ofSchema = (codec: t.Mixed, schema: Schema.Top, place: Place): Derived => {
  const derived = Schemas.walk(schema.ast, place)
  if (derived === undefined) return undefined
  return found(
    among([derived], (value) => codec.is(value) && isRight(Json.stringify(writes(codec, value)))),
    codec.name,
    place,
  )
}

const made = (codec: t.Mixed, place: Place): Derived => {
  if (codec instanceof t.NeverType) return undefined
  if (codec instanceof t.NullType) return fc.constant(null)
  if (codec instanceof t.UndefinedType || codec instanceof t.VoidType) return fc.constant(undefined)
  if (codec instanceof t.StringType) return Plain.text
  if (codec instanceof t.NumberType) return Plain.number
  if (codec instanceof t.BooleanType) return fc.boolean()
  if (codec instanceof t.BigIntType) return fc.bigInt()
  if (codec instanceof t.UnknownType || codec instanceof t.AnyType) return Plain.json
  if (codec instanceof t.AnyDictionaryType || codec instanceof t.ObjectType) return Plain.object
  if (codec instanceof t.AnyArrayType) return fc.array(Plain.json, { maxLength: longest(place) })
  if (codec instanceof t.LiteralType) return fc.constant(codec.value)
  if (codec instanceof t.KeyofType) return fc.constantFrom(...Object.keys(codec.keys))
  if (codec instanceof t.ArrayType || codec instanceof t.ReadonlyArrayType) return list(codec.type, place)
  if (codec instanceof t.TupleType) return tuple(codec.types, place)
  if (codec instanceof t.DictionaryType) return dictionary(codec.domain, codec.codomain, place)
  if (codec instanceof t.UnionType) return union(codec.types, place)
  if (codec instanceof t.IntersectionType) return both(codec.types, place)
  if (codec instanceof t.RefinementType) return refined(codec, place)
  if (codec instanceof t.ReadonlyType || codec instanceof t.ExactType) return walk(codec.type, place)
  if (codec instanceof t.InterfaceType || codec instanceof t.PartialType || codec instanceof t.StrictType) {
    return record(shapeOf(codec) ?? new Map(), place)
  }
  const schema = schemaOf(codec)
  return schema === undefined ? asked(codec, place) : ofSchema(codec, schema, place)
}

/**
 * The values of a codec at a place; `undefined` where there are none with so little recursion left. Throws where none
 * can be derived.
 *
 * @category walking
 * @since 0.1.0
 */
export const walk = (codec: t.Mixed, place: Place): Derived => {
  if (codec instanceof t.RecursiveType) {
    const next = again(place, codec)
    return next === undefined ? undefined : walk(codec.type, next)
  }
  return override(place, codec.name, (value) => codec.is(value)) ?? remembered(place, codec, () => made(codec, place))
}
