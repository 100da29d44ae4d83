/**
 * The law that nothing hostile passes: what a codec is given to write or to read comes back as it was, or is refused
 * with a fault.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { type Either, isLeft } from "fp-ts/lib/Either.js"
import * as EventCodec from "../../core/event/EventCodec.ts"
import { TypeId } from "../../core/event/EventCodec.ts"
import * as Json from "../../core/event/Json.ts"
import * as Hostile from "../arbitrary/Hostile.ts"
import { Mistake } from "../Difference.ts"
import { named, threw } from "../domain/Telling.ts"
import * as Law from "../Law.ts"
import { same } from "../Same.ts"
import { show } from "../Show.ts"
import { mistaken, nameOf, read, type StoredPayload, storedAs, type Tried } from "./Subject.ts"

const isStructure = (value: unknown): value is object => {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

const properties = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(isStructure(value) ? Object.entries(value).filter(([, property]) => property !== undefined) : [])

/**
 * Whether what is read is what was put, or lacks no more than keys that the event did not have: a codec may leave out
 * what it does not name. What it left out is not looked at, for that may throw.
 */
const kept = (actual: unknown, put: unknown, event: unknown): boolean => {
  if (!isStructure(actual) || typeof put !== "object" || put === null) return same(actual, put)
  if (Array.isArray(actual) !== Array.isArray(put)) return false
  const found = properties(actual)
  const had = properties(event)
  const keys = Object.keys(put)
  return (
    (!Array.isArray(put) || !Array.isArray(actual) || put.length === actual.length) &&
    [...found.keys()].every((key) => keys.includes(key)) &&
    keys.every((key) =>
      found.has(key)
        ? kept(found.get(key), Reflect.get(put, key), had.get(key))
        : !had.has(key) || Reflect.get(put, key) === undefined,
    )
  )
}

const refusal = ({ path, reason }: Json.Fault): readonly [string, string] => [
  "refused with",
  `${path === "" ? "" : `${path}: `}${reason}`,
]

/** What is hostile may be long. */
const shortly = (value: unknown): string => {
  const text = named(value)
  return text.length <= 500 ? text : `${text.slice(0, 500)}…`
}

/** What is answered. It must not throw, and a fault has to say where and why. */
const answer = Effect.fnUntraced(function* <A>(what: string, f: () => Either<Json.Fault, A>) {
  const answered = yield* Effect.try({
    try: f,
    catch: (thrown) => new Mistake({ says: threw(what, thrown) }),
  })
  if (isLeft(answered)) {
    const { path, reason } = answered.left
    if (!(typeof path === "string" && typeof reason === "string" && reason !== ""))
      return yield* mistaken(`${what} is refused with a fault that does not say where and why.`, [
        "the fault",
        show(answered.left),
      ])
  }
  return answered
})

/** Writes and reads an event that may be anything. */
const writing = Effect.fnUntraced(function* <E>(codec: EventCodec.EventCodec<E>, event: E, put: E, hostile: string) {
  const it = `${named(event)} with ${hostile} in it`
  const encoded = yield* answer(`encoding ${it}`, () => EventCodec.encode(codec, put))
  if (isLeft(encoded)) return
  const text = yield* answer(`writing ${it}`, () => Json.stringify(encoded.right.data))
  if (isLeft(text)) return
  const { type, schemaVersion } = encoded.right
  const decoded = yield* answer(`decoding ${it}`, () =>
    EventCodec.decode(codec, type, schemaVersion, JSON.parse(text.right)),
  )
  if (!isLeft(decoded) && decoded.right.length === 1 && kept(decoded.right[0], put, event)) return
  return yield* mistaken(
    `${it} is neither refused nor read back as it was.`,
    ["the event", shortly(put)],
    ["written as", storedAs({ type, schemaVersion, data: JSON.parse(text.right) })],
    isLeft(decoded) ? refusal(decoded.left) : ["read back as", decoded.right.map(shortly).join(", ")],
  )
})

/** Reads a payload that may be anything, and writes what it stands for. */
const reading = Effect.fnUntraced(function* <E>(
  codec: EventCodec.EventCodec<E>,
  { type, schemaVersion, data }: StoredPayload,
  hostile: string,
) {
  const it = `${nameOf({ type, schemaVersion })} with ${hostile} in it`
  const text = Json.stringify(data)
  const decoded = yield* answer(`decoding ${it}`, () => EventCodec.decode(codec, type, schemaVersion, data))
  // What the library would not have written need not be written again.
  if (isLeft(decoded) || isLeft(text)) return
  for (const event of decoded.right) {
    const encoded = yield* answer(`encoding what ${it} decodes to`, () => EventCodec.encode(codec, event))
    const unwritten = (fault: Json.Fault) =>
      mistaken(
        `${it} is read as what cannot be written.`,
        ["as it is stored", storedAs({ type, schemaVersion, data })],
        ["read as", shortly(event)],
        refusal(fault),
      )
    if (isLeft(encoded)) return yield* unwritten(encoded.left)
    const again = Json.stringify(encoded.right.data)
    if (isLeft(again)) return yield* unwritten(again.left)
    const stored = { ...encoded.right, data: JSON.parse(again.right) }
    const back = yield* read(codec, stored)
    if (same(back, [event])) continue
    return yield* mistaken(
      `${it} is read as what does not come back as it was.`,
      ["as it is stored", storedAs({ type, schemaVersion, data })],
      ["read as", shortly(event)],
      ["written again as", storedAs(stored)],
      ["read back as", back.map(shortly).join(", ")],
    )
  }
})

/** Payloads of every name and version, and of some that there are not. */
const payloads = <E extends { readonly _tag: string }, S>({ codec, events, stored }: Tried<E, S>) => {
  const written = events.map((event): StoredPayload => {
    const encoded = EventCodec.encode(codec, event)
    return isLeft(encoded) ? { type: event._tag, schemaVersion: 1, data: {} } : encoded.right
  })
  const proper = fc.oneof(written, stored)
  const names = [...codec[TypeId].stored.keys(), "constructor", "__proto__", "toString", ""]
  const schemaVersion = fc.oneof(
    fc.integer({ min: 1, max: 4 }),
    fc.constantFrom(0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53),
  )
  const strange = fc.record({ type: fc.constantFrom(...names), schemaVersion }, { requiredKeys: [] })
  return fc
    .record({ proper, strange: fc.oneof(fc.constant({}), strange) })
    .map(({ proper: { type, schemaVersion, data }, strange }) => ({ type, schemaVersion, data, ...strange }))
}

/**
 * @category laws
 * @since 0.1.0
 */
export const C5 = <E extends { readonly _tag: string }, S>(subject: Tried<E, S>): Law.Law => {
  const { codec, events, runs } = subject
  return Law.make({
    name: "C5",
    title: "hostile payloads",
    equation:
      "decode(encode(x)) = x or a fault, whatever is put into x; decode(any JSON) is what encodes again, or a fault; neither throws",
    given: fc.oneof(
      fc.record({ event: events, place: Hostile.place }, { noNullPrototype: true }),
      fc.record({ payload: payloads(subject), place: Hostile.place }, { noNullPrototype: true }),
    ),
    runs,
    holds: Effect.fnUntraced(function* (given) {
      if ("event" in given) {
        const { event, place } = given
        for (const name of Hostile.anything) yield* writing(codec, event, Hostile.put(event, place, name), name)
      } else {
        const { payload, place } = given
        yield* reading(codec, payload, "nothing hostile")
        for (const name of Hostile.inJson) {
          yield* reading(codec, { ...payload, data: Hostile.put(payload.data, place, name) }, name)
        }
      }
    }),
  })
}
