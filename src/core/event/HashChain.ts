/**
 * The hash chain of a stream. The client digests each event as it is stored (ciphertext, not plaintext, so an auditor
 * needs no key); the store links the digests in its commit-ordered section.
 *
 * ```
 * digest = H("everfold/event/1", category, id, eventId, type, schemaVersion, encoding, recordedAt, correlationId,
 *            causation, tags, body)
 * link   = SHA-256(previous link (32 zero bytes at first) ‖ version in 8 bytes, big-endian ‖ digest)
 * ```
 *
 * Fields are written as `Canonical` says; a causation is its event id, category, id and position, or absent; tags are
 * their count and then each.
 *
 * Laws (L5): the preimage is injective; `verify(xs ++ ys) = verify(xs) ∧ verifyFrom(head(xs), ys)`; every edit, drop,
 * swap, insertion or truncation in the middle is reported at its least index; a truncated tail is caught against an
 * anchored head.
 *
 * @since 0.1.0
 */
import { hash } from "node:crypto"
import { type Either, left, right } from "fp-ts/lib/Either.js"
import * as Canonical from "./Canonical.ts"
import type { Version } from "./Commit.ts"
import type { NewEvent, StoredEvent } from "./StoredEvent.ts"
import type { StreamName } from "./StreamName.ts"

/**
 * Where a chain stands: the version and link of its last event.
 *
 * @example
 * ```ts
 * import { type HashChain } from "everfold"
 *
 * // Noted elsewhere, it is an anchor: see `Audit.stream`.
 * const note = ({ version, link }: HashChain.Head): string => `${version}:${Buffer.from(link).toString("hex")}`
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Head {
  readonly version: Version
  readonly link: Uint8Array
}

/**
 * A chain before its first event: version 0 and 32 zero bytes.
 *
 * @example
 * ```ts
 * import { HashChain } from "everfold"
 *
 * console.log(HashChain.empty.version, HashChain.empty.link.length) // 0 32
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const empty: Head = { version: 0, link: new Uint8Array(32) }

/**
 * What is digested. The bytes are a view of a shared buffer, good until the next call.
 *
 * @example
 * ```ts
 * import { HashChain } from "everfold"
 *
 * const stream = { category: "Account", id: "ada" }
 * const closed = {
 *   id: "01890a5d-ac96-774b-bcce-b302099a8057",
 *   type: "Closed",
 *   schemaVersion: 1,
 *   tags: [],
 *   recordedAt: 1_800_000_000_000,
 *   correlationId: "close-ada",
 *   causation: null,
 *   encoding: "json",
 *   body: Buffer.from('{"data":{}}')
 * }
 * const event = { ...closed, digest: HashChain.sha256(HashChain.preimage(stream, closed)) }
 * console.log(event.digest.length) // 32
 * ```
 * @category hashing
 * @since 0.1.0
 */
export const preimage = (stream: StreamName, event: Omit<NewEvent, "digest">): Uint8Array =>
  Canonical.encode(() => {
    Canonical.text("everfold/event/1")
    Canonical.text(stream.category)
    Canonical.text(stream.id)
    Canonical.text(event.id)
    Canonical.text(event.type)
    Canonical.integer(event.schemaVersion)
    Canonical.text(event.encoding)
    Canonical.integer(event.recordedAt)
    Canonical.text(event.correlationId)
    const cause = event.causation
    if (cause === null) {
      Canonical.nothing()
    } else {
      Canonical.text(cause.eventId)
      Canonical.text(cause.stream.category)
      Canonical.text(cause.stream.id)
      Canonical.integer(cause.position)
    }
    Canonical.count(event.tags.length)
    for (const tag of event.tags) Canonical.text(tag)
    Canonical.bytes(event.body)
  })

/**
 * SHA-256. By way of a text, because Node then places the 32 bytes in a shared slab: four times as fast as a buffer of
 * their own, where the results are kept.
 *
 * @example
 * ```ts
 * import { HashChain } from "everfold"
 *
 * console.log(Buffer.from(HashChain.sha256(Buffer.from("abc"))).toString("hex").slice(0, 8)) // ba7816bf
 * ```
 * @category hashing
 * @since 0.1.0
 */
export const sha256 = (bytes: Uint8Array): Uint8Array => Buffer.from(hash("sha256", bytes, "binary"), "binary")

/** Room for what is linked, with hashes of 64 bytes at most; longer ones, which nobody recorded, get their own. */
const room = Buffer.alloc(64 + 8 + 64)

/**
 * SHA-256 of the previous link, the version and the digest.
 *
 * @example
 * ```ts
 * import { HashChain } from "everfold"
 *
 * const first = HashChain.link(HashChain.empty.link, 1, HashChain.sha256(Buffer.from("opened")))
 * const second = HashChain.link(first, 2, HashChain.sha256(Buffer.from("closed")))
 * console.log(first.length, HashChain.equals(first, second)) // 32 false
 * ```
 * @category hashing
 * @since 0.1.0
 */
export const link = (previous: Uint8Array, version: Version, digest: Uint8Array): Uint8Array => {
  const at = previous.length
  const length = at + 8 + digest.length
  const linked = length <= room.length ? room : Buffer.alloc(length)
  linked.set(previous, 0)
  linked.writeUInt32BE(Math.floor(version / 0x1_0000_0000), at)
  linked.writeUInt32BE(version >>> 0, at + 4)
  linked.set(digest, at + 8)
  return sha256(linked.subarray(0, length))
}

/**
 * Whether two digests or links are the same bytes.
 *
 * @example
 * ```ts
 * import { HashChain } from "everfold"
 *
 * console.log(HashChain.equals(Uint8Array.of(1, 2), Buffer.from([1, 2]))) // true
 * ```
 * @category instances
 * @since 0.1.0
 */
export const equals = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/**
 * Why an event's content is not what was digested, or `undefined` where it is.
 *
 * @example
 * ```ts
 * import { HashChain, type StoredEvent } from "everfold"
 *
 * // The body was changed, or the digest.
 * const isTampered = (event: StoredEvent): boolean => HashChain.contentFault(HashChain.sha256, event) !== undefined
 * ```
 * @category verification
 * @since 0.1.0
 */
export const contentFault = (digest: (preimage: Uint8Array) => Uint8Array, event: StoredEvent): string | undefined =>
  equals(digest(preimage(event.stream, event)), event.digest) ? undefined : "its digest does not match its content"

/** Why an event is not linked to a head, whatever its content, or `undefined` where it is. */
const linkFault = (head: Head, stream: StreamName, event: StoredEvent): string | undefined =>
  placeFault(head, stream, event) ??
  (equals(link(head.link, event.version, event.digest), event.link)
    ? undefined
    : "its link does not match the events before it")

const placeFault = (head: Head, stream: StreamName, event: StoredEvent): string | undefined => {
  if (event.stream.id !== stream.id || event.stream.category !== stream.category) return "it belongs to another stream"
  return event.version === head.version + 1 ? undefined : `version ${head.version + 1} is missing before it`
}

/**
 * Why an event does not continue a chain, or `undefined` where it does.
 *
 * @example
 * ```ts
 * import { HashChain, type StoredEvent } from "everfold"
 *
 * const isFirst = (event: StoredEvent): boolean =>
 *   HashChain.fault(HashChain.sha256, HashChain.empty, event.stream, event) === undefined
 * ```
 * @category verification
 * @since 0.1.0
 */
export const fault = (
  digest: (preimage: Uint8Array) => Uint8Array,
  head: Head,
  stream: StreamName,
  event: StoredEvent,
): string | undefined =>
  placeFault(head, stream, event) ?? contentFault(digest, event) ?? linkFault(head, stream, event)

/**
 * The first event that does not continue the chain, by index, and why.
 *
 * @example
 * ```ts
 * import { type HashChain } from "everfold"
 *
 * const show = ({ index, reason }: HashChain.Broken): string => `event ${index + 1}: ${reason}`
 * console.log(show({ index: 2, reason: "version 3 is missing before it" })) // event 3: version 3 is missing before it
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Broken {
  readonly index: number
  readonly reason: string
}

/** Goes through a chain, as far as nothing is wrong. */
const follow = (
  events: Iterable<StoredEvent>,
  from: Head,
  faultOf: (head: Head, event: StoredEvent) => string | undefined,
): Either<Broken, Head> => {
  let head = from
  let index = 0
  for (const event of events) {
    const reason = faultOf(head, event)
    if (reason !== undefined) return left({ index, reason })
    head = event
    index++
  }
  return right({ version: head.version, link: head.link })
}

/**
 * Verifies that events continue a chain, from its beginning or from `head`; answers the new head, to go on from.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventStore, HashChain } from "everfold"
 * import { Memory } from "everfold/memory"
 * import { isRight } from "fp-ts/lib/Either.js"
 *
 * const stream = { category: "Account", id: "ada" }
 * const isIntact = EventStore.use((store) => store.readStream(stream)).pipe(
 *   Effect.map((events) => isRight(HashChain.verify(HashChain.sha256)(stream, events)))
 * )
 * console.log(await Effect.runPromise(isIntact.pipe(Effect.provide(Memory.layer)))) // true
 * ```
 * @category verification
 * @since 0.1.0
 */
export const verify =
  (digest: (preimage: Uint8Array) => Uint8Array) =>
  (stream: StreamName, events: Iterable<StoredEvent>, from: Head = empty): Either<Broken, Head> =>
    follow(events, from, (head, event) => fault(digest, head, stream, event))

/**
 * Verifies only the links of events: for those whose contents are verified when they are decoded.
 *
 * @example
 * ```ts
 * import { HashChain, type StoredEvent } from "everfold"
 *
 * // Page by page: each goes on from where the one before ended.
 * const next = (head: HashChain.Head, page: ReadonlyArray<StoredEvent>) =>
 *   HashChain.verifyLinks({ category: "Account", id: "ada" }, page, head)
 * console.log(next(HashChain.empty, [])._tag) // Right
 * ```
 * @category verification
 * @since 0.1.0
 */
export const verifyLinks = (
  stream: StreamName,
  events: Iterable<StoredEvent>,
  from: Head = empty,
): Either<Broken, Head> => follow(events, from, (head, event) => linkFault(head, stream, event))
