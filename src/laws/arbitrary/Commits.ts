/**
 * Commits as the laws of stores generate them: from a small universe, so that they meet one another, and as short
 * specifications, so that a counterexample reads well. Event ids are counted out when a specification is run.
 *
 * @since 0.1.0
 */
import { hash } from "node:crypto"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import * as HashChain from "../../core/event/HashChain.ts"
import type { NewEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"

/**
 * The streams that are written: two of one category, and one of another with an id that is taken already.
 *
 * @category universe
 * @since 0.1.0
 */
export const streams: readonly [StreamName.StreamName, StreamName.StreamName, StreamName.StreamName] = [
  { category: "Order", id: "a" },
  { category: "Order", id: "b-1" },
  { category: "Cart", id: "a" },
]

/** @category universe @since 0.1.0 */
export const types: ReadonlyArray<string> = ["Added", "Removed"]

/** @category universe @since 0.1.0 */
export const tags: ReadonlyArray<string> = ["x", "y"]

/** @category universe @since 0.1.0 */
export const stream: fc.Arbitrary<StreamName.StreamName> = fc.constantFrom(...streams)

/**
 * An event but for its id and digest.
 *
 * @category model
 * @since 0.1.0
 */
export type Content = Pick<NewEvent, "type" | "tags"> & Partial<Omit<NewEvent, "id" | "digest">>

/**
 * What queries look at, and nothing else.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const content: fc.Arbitrary<Content> = fc.record({
  type: fc.constantFrom(...types),
  tags: fc.subarray([...tags]),
})

const text = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: "binary", minLength: 1, maxLength })
    .filter((value) => value.isWellFormed() && !value.includes("\0"))

const sorted = (values: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(values)].sort()

/** More than the messages of a database hold, and than a page of it. */
const large = new Uint8Array(10_000).fill(1)

/**
 * Everything that an event may hold: bytes that are no text, and many of them, text of every plane, numbers at their ends.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const anyContent: fc.Arbitrary<Content> = fc.record({
  type: fc.oneof({ withCrossShrink: true }, fc.constantFrom(...types), text(20)),
  tags: fc.oneof({ withCrossShrink: true }, fc.subarray([...tags]), fc.array(text(10), { maxLength: 3 }).map(sorted)),
  schemaVersion: fc.oneof(
    { withCrossShrink: true },
    fc.constantFrom(1, 2),
    fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  ),
  recordedAt: fc.oneof({ withCrossShrink: true }, fc.constant(1_800_000_000_000), fc.maxSafeInteger()),
  correlationId: fc.oneof({ withCrossShrink: true }, fc.constant("law"), fc.constant(" law\n"), text(10)),
  causation: fc.oneof(
    { withCrossShrink: true },
    fc.constant(null),
    fc.record({ eventId: fc.uuid(), stream, position: fc.maxSafeNat() }, { noNullPrototype: true }),
  ),
  encoding: fc.constantFrom("json", "json+zstd", "json+deflate+aes256gcm:2026-11"),
  body: fc.oneof(
    { withCrossShrink: true },
    { weight: 9, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.constant(large) },
  ),
})

/**
 * An event id made of a small number.
 *
 * @category constructors
 * @since 0.1.0
 */
export const uuid = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`

/**
 * The hash that generated commits are digested with.
 *
 * @category constructors
 * @since 0.1.0
 */
export const algorithm = "sha256"

/** @category constructors @since 0.1.0 */
export const sha256 = (bytes: Uint8Array): Uint8Array => hash("sha256", bytes, "buffer")

const plain = Buffer.from(`{"data":{}}`)

/**
 * A valid event with the digest that belongs to it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const event = (id: number, stream: StreamName.StreamName, content: Content): NewEvent => {
  const undigested = {
    id: uuid(id),
    schemaVersion: 1,
    recordedAt: 1_800_000_000_000 + id,
    correlationId: "law",
    causation: null,
    encoding: "json",
    body: plain,
    ...content,
  }
  return { ...undigested, digest: sha256(HashChain.preimage(stream, undigested)) }
}

/**
 * A write, its events without ids.
 *
 * @category model
 * @since 0.1.0
 */
export interface WriteSpec {
  readonly stream: StreamName.StreamName
  readonly expected: Commit.ExpectedVersion
  readonly events: ReadonlyArray<Content>
}

/**
 * Expected versions of every kind, near those that short histories reach.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const expected: fc.Arbitrary<Commit.ExpectedVersion> = fc.oneof(
  { withCrossShrink: true },
  fc.constantFrom(Commit.any, Commit.noStream, Commit.streamExists),
  fc.nat(4).map(Commit.exact),
)

/**
 * The same, mostly one that always holds: where every other write is refused, most histories come to nothing.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const mostlyMet: fc.Arbitrary<Commit.ExpectedVersion> = fc.oneof(
  { withCrossShrink: true },
  { weight: 4, arbitrary: fc.constant(Commit.any) },
  { weight: 1, arbitrary: expected },
)

/**
 * What `writes` may vary.
 *
 * @category model
 * @since 0.1.0
 */
export interface WritesOptions {
  readonly expected?: fc.Arbitrary<Commit.ExpectedVersion>
  readonly content?: fc.Arbitrary<Content>
  readonly minEvents?: number
  readonly maxEvents?: number
  readonly minStreams?: number
  readonly maxStreams?: number
}

/**
 * Writes to one or several different streams; to any version, with one or two events each, unless told otherwise.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const writes = (options: WritesOptions = {}): fc.Arbitrary<ReadonlyArray<WriteSpec>> =>
  fc.uniqueArray(
    fc.record(
      {
        stream,
        expected: options.expected ?? fc.constant(Commit.any),
        events: fc.array(options.content ?? content, {
          minLength: options.minEvents ?? 1,
          maxLength: options.maxEvents ?? 2,
        }),
      },
      { noNullPrototype: true },
    ),
    {
      selector: (write) => StreamName.format(write.stream),
      minLength: options.minStreams ?? 1,
      maxLength: options.maxStreams ?? 3,
    },
  )

/**
 * Counts out event ids.
 *
 * @category model
 * @since 0.1.0
 */
export type Ids = () => number

/** @category constructors @since 0.1.0 */
export const ids = (): Ids => {
  let last = 0
  return () => ++last
}

/**
 * The commit that a specification stands for.
 *
 * @category constructors
 * @since 0.1.0
 */
export const commit = (next: Ids, specs: ReadonlyArray<WriteSpec>): Commit.Commit => ({
  hash: algorithm,
  writes: specs.map(({ stream, expected, events }) => ({
    stream,
    expected,
    events: events.map((content) => event(next(), stream, content)),
  })),
})
