/**
 * Pairs of events that a careless preimage would take for one: neighbouring fields of the same text cut at different
 * places, separators inside of values, nothing beside empty.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"
import type { NewEvent } from "../../core/event/StoredEvent.ts"
import type { StreamName } from "../../core/event/StreamName.ts"
import * as Commits from "./Commits.ts"

/**
 * What a preimage is made of.
 *
 * @category model
 * @since 0.1.0
 */
export interface Field {
  readonly stream: StreamName
  readonly event: Omit<NewEvent, "digest">
}

/** Short texts of the characters that separators and lengths could be mistaken for. */
const word = fc.string({ unit: fc.constantFrom("a", "|", ",", "\u0000", "1", "é"), minLength: 0, maxLength: 3 })

const field: fc.Arbitrary<Field> = fc.record({
  stream: fc.record({ category: fc.constantFrom("A", "A.a"), id: word.filter((id) => id !== "") }),
  event: fc.record({
    id: fc.nat(2).map(Commits.uuid),
    type: word,
    schemaVersion: fc.integer({ min: 1, max: 3 }),
    tags: fc.uniqueArray(word, { maxLength: 3 }).map((tags) => tags.toSorted()),
    recordedAt: fc.oneof(fc.nat(2), fc.maxSafeInteger()),
    correlationId: word,
    causation: fc.option(
      fc.record({
        eventId: fc.nat(2).map(Commits.uuid),
        stream: fc.record({ category: fc.constantFrom("A", "A.a"), id: word }),
        position: fc.nat(2),
      }),
    ),
    encoding: word,
    body: fc.oneof(
      word.map((text) => Uint8Array.from(Buffer.from(text))),
      fc.uint8Array({ maxLength: 4 }),
    ),
  }),
})

/** The next value with one field that is the other's: events that nearly are the same. */
const near = ([a, b, keys]: readonly [Field, Field, ReadonlyArray<string>]): readonly [Field, Field] => {
  const event = Object.fromEntries(Object.entries(b.event).filter(([key]) => keys.includes(key)))
  return [a, { stream: keys.includes("stream") ? b.stream : a.stream, event: { ...a.event, ...event } }]
}

type Cause = NonNullable<Field["event"]["causation"]>

const noCause: Cause = { eventId: Commits.uuid(0), stream: { category: "A", id: "" }, position: 0 }

const noted = (text: string): string => `${text}'`

const otherTime = (time: number, by: number): number => (time > 0 ? time - by : time + by)

const causedBy =
  (change: (cause: Cause) => Cause) =>
  ({ stream, event }: Field): Field => ({
    stream,
    event: { ...event, causation: change(event.causation ?? noCause) },
  })

/** Every single thing that an event says, changed: none of them may be left out. */
const changes: ReadonlyArray<(field: Field) => Field> = [
  ({ stream, event }) => ({ stream: { ...stream, category: noted(stream.category) }, event }),
  ({ stream, event }) => ({ stream: { ...stream, id: noted(stream.id) }, event }),
  ({ stream, event }) => ({ stream, event: { ...event, id: Commits.uuid(9) } }),
  ({ stream, event }) => ({ stream, event: { ...event, type: noted(event.type) } }),
  ({ stream, event }) => ({ stream, event: { ...event, schemaVersion: event.schemaVersion + 1 } }),
  ({ stream, event }) => ({ stream, event: { ...event, schemaVersion: event.schemaVersion + 2 ** 32 } }),
  ({ stream, event }) => ({ stream, event: { ...event, tags: [...event.tags, "z"] } }),
  ({ stream, event }) => ({ stream, event: { ...event, recordedAt: otherTime(event.recordedAt, 1) } }),
  ({ stream, event }) => ({ stream, event: { ...event, recordedAt: otherTime(event.recordedAt, 2 ** 32) } }),
  ({ stream, event }) => ({ stream, event: { ...event, correlationId: noted(event.correlationId) } }),
  causedBy((cause) => ({ ...cause, eventId: Commits.uuid(9) })),
  causedBy((cause) => ({ ...cause, stream: { ...cause.stream, category: noted(cause.stream.category) } })),
  causedBy((cause) => ({ ...cause, stream: { ...cause.stream, id: noted(cause.stream.id) } })),
  causedBy((cause) => ({ ...cause, position: cause.position + 1 })),
  ({ stream, event }) => ({ stream, event: { ...event, encoding: noted(event.encoding) } }),
  ({ stream, event }) => ({ stream, event: { ...event, body: Uint8Array.of(...event.body, 0) } }),
]

/** Two events that differ in one thing only. */
const apart = fc
  .tuple(field, fc.constantFrom(...changes))
  .map(([{ stream, event }, change]): readonly [Field, Field] => {
    const one = { stream, event: { ...event, causation: event.causation ?? noCause } }
    return [one, change(one)]
  })

/** The same event without a cause, and with one in which everything is empty. */
const besideEmpty = ({ stream, event }: Field): readonly [Field, Field] => [
  { stream, event: { ...event, causation: null } },
  { stream, event: { ...event, causation: noCause } },
]

/** Two texts, and what is written between them in one order of the fields or another. */
const neighbours = [
  { left: "stream", right: "type", between: ({ event }: Field) => event.id },
  { left: "type", right: "encoding", between: ({ event }: Field) => `${event.schemaVersion}` },
  { left: "encoding", right: "correlationId", between: ({ event }: Field) => `${event.recordedAt}` },
  { left: "tags", right: "body", between: () => undefined },
  { left: "type", right: "correlationId", between: () => undefined },
  { left: "encoding", right: "body", between: () => undefined },
] as const

const withTexts = (base: Field, { left, right }: (typeof neighbours)[number], head: string, tail: string): Field => {
  const stream = left === "stream" ? { ...base.stream, id: head } : base.stream
  const first = left === "stream" ? {} : { [left]: left === "tags" ? [head] : head }
  const second = { [right]: right === "body" ? Uint8Array.from(Buffer.from(tail)) : tail }
  return { stream, event: { ...base.event, ...first, ...second } }
}

/** The same characters in two fields, the border between them elsewhere. */
const cutDifferently = (
  base: Field,
  pair: (typeof neighbours)[number],
  separator: string,
  [p, q, r]: readonly [string, string, string],
): readonly [Field, Field] => {
  const between = pair.between(base)
  const border = between === undefined ? separator : `${separator}${between}${separator}`
  return [withTexts(base, pair, p, `${q}${border}${r}`), withTexts(base, pair, `${p}${border}${q}`, r)]
}

/**
 * Two events that are the same or nearly so.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const pair: fc.Arbitrary<readonly [Field, Field]> = fc.oneof(
  fc.tuple(field, field, fc.subarray(["stream", "id", "type", "tags", "causation", "encoding", "body"])).map(near),
  fc
    .tuple(
      field,
      fc.constantFrom(...neighbours),
      fc.constantFrom("", "|", ",", "\u0000", "-"),
      fc.tuple(word, word, word),
    )
    .map(([base, pair, separator, texts]) => cutDifferently(base, pair, separator, texts)),
  field.map(besideEmpty),
  { weight: 2, arbitrary: apart },
)

/**
 * What a link is made of.
 *
 * @category model
 * @since 0.1.0
 */
export interface Linked {
  readonly previous: Uint8Array
  readonly version: number
  readonly digest: Uint8Array
}

const digest = fc.nat(2).map((n) => Commits.sha256(Uint8Array.of(n)))
const linked: fc.Arbitrary<Linked> = fc.record({
  previous: digest,
  version: fc.constantFrom(1, 2, 256, 2 ** 32, 2 ** 32 + 1, 2 ** 33 + 1),
  digest,
})

/**
 * What two links are made of: the same, or nearly so.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const links: fc.Arbitrary<readonly [Linked, Linked]> = fc
  .tuple(linked, linked, fc.constantFrom<Array<keyof Linked>>("previous", "version", "digest"))
  .map(([one, other, key]) => [one, { ...one, [key]: other[key] }])
