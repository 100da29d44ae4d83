/**
 * Arbitraries of what a codec decodes to that does not say what it is made of: a custom `t.Type`, `pipe`, most of
 * io-ts-types. It is asked: shown JSON of many kinds, what it accepts is taken; and where it complains about a part, it
 * names the codec of that part, so that fitting parts can be shown to it.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"
import { isLeft, isRight } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import * as Json from "../../../core/event/Json.ts"
import * as Guesses from "./Guesses.ts"
import * as Plain from "./Plain.ts"
import { among, either, often } from "./Sieve.ts"

type Arbitrary = fc.Arbitrary<unknown>

/** Derives what is to be shown for the codec of a part, as it is written; `undefined` where it cannot be. */
type Inputs = (codec: t.Mixed) => Arbitrary | undefined

/** What hardly any codec accepts. */
const bad: unknown = Symbol("bad")

const complaints = (codec: t.Mixed, input: unknown): ReadonlyArray<t.Context> => {
  try {
    const read = codec.validate(input, [{ key: "", type: codec, actual: input }])
    return isLeft(read) ? read.left.map(({ context }) => context) : []
  } catch {
    return []
  }
}

/** The codecs that complained: those of the input itself, and those of its parts. */
const complaining = (codec: t.Mixed, input: unknown) => {
  const whole = new Set<t.Mixed>()
  const parts = new Map<string, t.Mixed>()
  for (const context of complaints(codec, input)) {
    for (const { key, type, actual } of context) {
      if (!(type instanceof t.Type) || (type === codec && actual === input)) continue
      if (actual === input) {
        whole.add(type)
        // The rest is about its parts.
        break
      }
      parts.set(key, type)
      break
    }
  }
  return { whole: [...whole], parts }
}

/** The only key that it has, if it is asked for all: a record complains about that. */
const someKey = "some key that no codec names"

/** An object that has every key, and notes which are read. */
const anyObject = (known: { readonly [key: string]: unknown }, read: Set<string>): object =>
  new Proxy(
    {},
    {
      get: (_, key) => {
        if (typeof key !== "string") return undefined
        read.add(key)
        return key in known ? known[key] : bad
      },
      has: () => true,
      ownKeys: () => [someKey],
      getOwnPropertyDescriptor: () => ({ value: bad, enumerable: true, configurable: true, writable: true }),
    },
  )

const all = <A>(items: ReadonlyArray<A | undefined>): ReadonlyArray<A> | undefined => {
  const there = items.filter((item) => item !== undefined)
  return there.length < items.length ? undefined : there
}

const textOf = (value: unknown): string => JSON.stringify(value) ?? String(value)

function* arrays(codec: t.Mixed, inputs: Inputs, maxLength: number): Generator<Arbitrary> {
  const required = complaining(codec, []).parts
  if (required.size > 0) {
    const items = all([...required.values()].map(inputs))
    if (items !== undefined) yield fc.tuple(...items)
  }
  const [item] = complaining(codec, [bad]).parts.values()
  const items = item === undefined ? undefined : inputs(item)
  if (items === undefined) return
  yield fc.array(items, { maxLength })
  // A set; a map, as its entries.
  yield fc.uniqueArray(items, { selector: textOf, maxLength })
  yield fc.uniqueArray(items, { selector: (entry) => textOf(Array.isArray(entry) ? entry[0] : entry), maxLength })
  yield fc.array(items, { minLength: 1, maxLength })
}

function* objects(codec: t.Mixed, inputs: Inputs, maxKeys: number): Generator<Arbitrary> {
  const { parts } = complaining(codec, anyObject({}, new Set()))
  const required = complaining(codec, {}).parts
  const named = new Map([...parts, ...required].filter(([key]) => key !== someKey))
  const values = all([...named.values()].map(inputs))
  const rest = parts.get(someKey)
  const others = rest === undefined ? undefined : inputs(rest)
  if (named.size > 0 && values !== undefined) {
    const model = Object.fromEntries([...named.keys()].map((key, i) => [key, values[i] ?? Plain.json]))
    yield fc.record(model, { requiredKeys: [...required.keys()], noNullPrototype: true })
  }
  if (others !== undefined) yield Plain.dictionary(Plain.key, others, maxKeys)
}

/** What the codecs read that are members of a union or an intersection, or wrapped, or hidden behind a tag. */
const members = (codec: t.Mixed, inputs: Inputs, named: ReadonlyArray<string>): ReadonlyArray<Arbitrary> => {
  const read = new Set<string>()
  const shown = [bad, anyObject({}, read), [bad]]
  const found = new Set(shown.flatMap((input) => complaining(codec, input).whole))
  for (const key of read) {
    for (const literal of named) {
      for (const type of complaining(codec, anyObject({ [key]: literal }, new Set())).whole) found.add(type)
    }
  }
  return [...found].flatMap((type) => inputs(type) ?? [])
}

const together = (parts: ReadonlyArray<Arbitrary>): Arbitrary =>
  fc.tuple(...parts).map((parts) => Object.assign({}, ...parts))

const entries = fc.array(fc.tuple(Plain.text, Plain.json))

/** What JSON does not hold. */
const others = (): ReadonlyArray<Arbitrary> => [
  Plain.date,
  fc.bigInt(),
  fc.uniqueArray(Plain.text).map((texts) => new Set(texts)),
  entries.map((entries) => new Map(entries)),
  fc.uint8Array(),
  fc.constantFrom("https://example.org/", "urn:a").map((text) => new URL(text)),
  fc.constantFrom("a", "^[a-z]+$").map((source) => new RegExp(source)),
  fc.constant(undefined),
]

interface Read {
  readonly value: unknown
}

const isRead = (read: unknown): read is Read => read !== undefined

type Reads = (input: unknown) => Read | undefined

/** What a codec makes of an input: a value of its own, that it writes again. */
const reading =
  (codec: t.Mixed, mayBeStored: (output: unknown) => boolean): Reads =>
  (input) => {
    try {
      const read = codec.decode(input)
      return isRight(read) && codec.is(read.right) && mayBeStored(codec.encode(read.right))
        ? { value: read.right }
        : undefined
    } catch {
      return undefined
    }
  }

const isStorable = (output: unknown): boolean => output === undefined || isRight(Json.stringify(output))

const valuesOf = (
  read: Reads,
  candidates: Iterable<Arbitrary>,
  sieve: typeof often = often,
): ReadonlyArray<Arbitrary> => {
  const reads = (function* () {
    for (const candidate of candidates) yield candidate.map(read)
  })()
  const found = sieve(reads, isRead)
  return found === undefined ? [] : [found.map((read) => read?.value)]
}

/** What was found for codecs without parts: it is the same everywhere. */
const simple = new WeakMap<t.Mixed, Arbitrary>()

const then = function* <A>(first: A, rest: Iterable<A>): Generator<A> {
  yield first
  yield* rest
}

/** What has no parts; formats, where nothing that has any was found. */
const simples = (read: Reads, hints: Guesses.Hints, guess: boolean) =>
  [
    [fc.constant(null)],
    [fc.boolean()],
    guess ? then(Plain.number, Guesses.numbers(hints)) : [Plain.number],
    guess ? then(Plain.text, Guesses.texts(hints)) : [Plain.text],
  ].flatMap((candidates) => valuesOf(read, candidates))

/** The first of these that finds anything: what has no parts, what has any, and what is seldom accepted. */
const general = (read: Reads, hints: Guesses.Hints): Arbitrary | undefined => {
  const found = simples(read, hints, true)
  if (found.length > 0) return either(found)
  const structures = [[fc.array(Plain.json)], [Plain.object]].flatMap((candidates) => valuesOf(read, candidates))
  if (structures.length > 0) return either(structures)
  const guesses = [...Guesses.numbers(hints), ...Guesses.texts(hints), fc.array(Plain.json), Plain.object]
  return valuesOf(read, guesses, among)[0]
}

/** What cannot be stored, but decoded all the same. */
const unstorable = (codec: t.Mixed): Arbitrary | undefined =>
  others().flatMap((candidate) =>
    valuesOf(
      reading(codec, () => true),
      [candidate],
    ),
  )[0]

/** Of what its parts read. */
const structured = (
  codec: t.Mixed,
  inputs: Inputs,
  read: Reads,
  named: ReadonlyArray<string>,
  longest: number,
): ReadonlyArray<Arbitrary> => {
  const each = members(codec, inputs, named)
  const any = each.flatMap((member) => valuesOf(read, [member]))
  const all = any.length > 0 || each.length < 2 ? [] : valuesOf(read, [together(each)])
  const parts = [arrays(codec, inputs, longest), objects(codec, inputs, longest)]
  return [...any, ...all, ...parts.flatMap((candidates) => valuesOf(read, candidates))]
}

/**
 * An arbitrary of what a codec accepts, of lists no longer than that; `undefined` where it accepts nothing that it was
 * shown. Throws what `inputs`
 * throws for a part, where nothing else is accepted that has any.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ask = (codec: t.Mixed, inputs: Inputs, longest: number): Arbitrary | undefined => {
  const hints = Guesses.hints([codec.validate, codec.is], [codec.name])
  const read = reading(codec, isStorable)
  const missing: Array<unknown> = []
  const tried: Inputs = (part) => {
    try {
      return inputs(part)
    } catch (error) {
      missing.push(error)
      return undefined
    }
  }
  const parts = structured(codec, tried, read, [...hints.texts, "Some", "None", "Left", "Right"], longest)
  if (parts.length > 0) return either([...simples(read, hints, false), ...parts])
  if (missing.length > 0) throw missing[0]
  const before = simple.get(codec)
  if (before !== undefined) return before
  const found = general(read, hints) ?? unstorable(codec)
  if (found !== undefined) simple.set(codec, found)
  return found
}
