/**
 * What goes over the wire: sections, events and refusals as JSON. An event carries all that the store has of it, bytes in
 * Base64, so that whoever reads it verifies digests and links by themselves.
 *
 * @since 0.1.0
 */

import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import type { Section as LogSection } from "../../core/program/NotificationLog.ts"

/** A whole number that JSON and JavaScript keep exactly; what is beyond is refused, not rounded. */
const from = (least: number) => Schema.Int.check(Schema.isGreaterThanOrEqualTo(least))

/**
 * A position, as it is asked for: 0 is before the first event.
 *
 * @category schemas
 * @since 0.1.0
 */
export const After = from(0).annotate({ description: "The position that was seen last; 0 before the first." })

/**
 * The longest that a request waits for more, in milliseconds: `wait` counts up to here.
 *
 * @category model
 * @since 0.1.0
 */
export const longestWait = 30_000

const StreamName = Schema.Struct({ category: Schema.String, id: Schema.String })

const Bytes = Schema.Uint8ArrayFromBase64

/**
 * An event as it is stored.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Event = Schema.Struct({
  position: from(1),
  stream: StreamName,
  version: from(1),
  id: Schema.String,
  type: Schema.String,
  schemaVersion: from(1),
  tags: Schema.Array(Schema.String),
  recordedAt: Schema.Int,
  correlationId: Schema.String,
  causation: Schema.NullOr(Schema.Struct({ eventId: Schema.String, stream: StreamName, position: from(0) })),
  encoding: Schema.String,
  body: Bytes,
  digest: Bytes,
  link: Bytes,
}).annotate({ identifier: "StoredEvent", description: "An event as it is stored; bytes are in Base64." })

/**
 * A section, as far as it is filled.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Section = Schema.Struct({
  id: Schema.String.annotate({ description: "Its first and last position, 1,20." }),
  archived: Schema.Boolean.annotate({ description: "Full, and so the same for ever." }),
  previous: Schema.NullOr(Schema.String),
  next: Schema.NullOr(Schema.String),
  items: Schema.Array(Event),
}).annotate({ identifier: "Section" })

/**
 * What was asked is never valid: 400.
 *
 * @category schemas
 * @since 0.1.0
 */
export const InvalidInput = Schema.TaggedStruct("InvalidInput", { what: Schema.String }).pipe(HttpApiSchema.status(400))

/**
 * Whoever asks may not read: 401.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Unauthorized = Schema.TaggedStruct("Unauthorized", { what: Schema.String }).pipe(HttpApiSchema.status(401))

/**
 * The store cannot answer: 503.
 *
 * @category schemas
 * @since 0.1.0
 */
export const StoreUnavailable = Schema.TaggedStruct("StoreUnavailable", {
  what: Schema.String,
  retryable: Schema.Boolean,
}).pipe(HttpApiSchema.status(503))

const base64 = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString("base64")

/** By hand: what comes from a store need not be checked, and this is told of every event to every reader. */
const encoded = (event: StoredEvent): typeof Event.Encoded => ({
  position: event.position,
  stream: event.stream,
  version: event.version,
  id: event.id,
  type: event.type,
  schemaVersion: event.schemaVersion,
  tags: event.tags,
  recordedAt: event.recordedAt,
  correlationId: event.correlationId,
  causation: event.causation,
  encoding: event.encoding,
  body: base64(event.body),
  digest: base64(event.digest),
  link: base64(event.link),
})

const sectionOf = ({ id, archived, previous, next, items }: LogSection): typeof Section.Encoded => ({
  id,
  archived,
  previous: previous ?? null,
  next: next ?? null,
  items: items.map(encoded),
})

/**
 * A section as text.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encodeSection = (section: LogSection): string => JSON.stringify(sectionOf(section))

/**
 * What a follower is told: an event, or how far it was told, where nothing else is to be said.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Told = Schema.Union([
  Schema.Struct({ event: Schema.Literal("event"), id: Schema.String, data: Schema.fromJsonString(Event) }),
  Schema.Struct({ event: Schema.Literal("heartbeat"), data: Schema.fromJsonString(After) }),
])

/**
 * An event as text.
 *
 * @category encoding
 * @since 0.1.0
 */
export const encodeEvent = (event: StoredEvent): string => JSON.stringify(encoded(event))
