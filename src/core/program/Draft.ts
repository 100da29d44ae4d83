/**
 * What a command decided, on its way to being stored.
 *
 * @since 0.1.0
 */
import type { Clock } from "effect/Clock"
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import { causeFault, textFault } from "../event/CommitShape.ts"
import { EncodeFailed } from "../event/Errors.ts"
import * as EventCodec from "../event/EventCodec.ts"
import * as Json from "../event/Json.ts"
import type { Cause } from "../event/StoredEvent.ts"
import type * as StreamName from "../event/StreamName.ts"
import * as Body from "./Body.ts"

/**
 * What the events of one command have in common.
 *
 * @category model
 * @since 0.1.0
 */
export interface Origin {
  /** Where it is `undefined`, the id of the first event: the command is the root, and has no id of its own. */
  readonly correlationId: string | undefined
  readonly causation: Cause | null
  readonly metadata: Json.JsonObject
}

/**
 * Why an origin is none, or `undefined` where it is one. Asked before a command waits: one that is recorded together
 * with others must not fail these.
 *
 * @category validation
 * @since 0.1.0
 */
export const originFault = ({ correlationId, causation }: Origin): string | undefined =>
  (correlationId === undefined ? undefined : textFault("correlation id", correlationId)) ?? causeFault(causation)

/**
 * Events of one command, to be encoded.
 *
 * @category model
 * @since 0.1.0
 */
export interface Draft<out E> {
  readonly events: ReadonlyArray<E>
  readonly origin: Origin
  /** Of whoever gave the command, for those recorded together may have clocks of their own; else the fiber's. */
  readonly clock?: Clock
}

/**
 * An event as JSON, before it is packed.
 *
 * @category model
 * @since 0.1.0
 */
export interface Text {
  readonly type: string
  readonly schemaVersion: number
  readonly tags: ReadonlyArray<string>
  readonly text: string
}

/**
 * The events of a draft as JSON, or the first that cannot be written.
 *
 * @category conversions
 * @since 0.1.0
 */
export const texts = <E>(
  codec: EventCodec.EventCodec<E>,
  stream: StreamName.StreamName,
  { events, origin }: Draft<E>,
): Either<EncodeFailed, ReadonlyArray<Text>> => {
  const failed = (type: string, fault: Json.Fault) => left(new EncodeFailed({ stream, type, ...fault }))
  const metadata = metadataText(origin.metadata)
  if (isLeft(metadata)) return failed("user metadata", metadata.left)
  const written: Array<Text> = []
  for (const event of events) {
    const encoded = EventCodec.encode(codec, event)
    if (isLeft(encoded)) return failed(tagOf(event), Body.inData(encoded.left))
    const { type, schemaVersion, tags, data } = encoded.right
    const text = Body.text(data, metadata.right)
    if (isLeft(text)) return failed(type, text.left)
    written.push({ type, schemaVersion, tags, text: text.right })
  }
  return right(written)
}

const metadataText = (metadata: Json.JsonObject): Either<Json.Fault, string | undefined> => {
  for (const _ in metadata) return Json.stringify(metadata)
  return right(undefined)
}

const tagOf = (event: unknown): string => {
  try {
    if (Json.isObject(event) && typeof event._tag === "string") return event._tag
  } catch {
    // A getter, say; that it threw is told already.
  }
  return "an event without a _tag"
}
