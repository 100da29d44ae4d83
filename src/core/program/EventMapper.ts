/**
 * Turns domain events into stored ones and back, with codec, compression, cipher and hash. Programs use it; stores see
 * bytes.
 *
 * ```
 * event → io-ts → JSON → compress where it helps → seal → digest
 * ```
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import type { SnapshotPolicy } from "../event/Aggregate.ts"
import { DecodeFailed, EncodeFailed, IntegrityViolation } from "../event/Errors.ts"
import * as EventCodec from "../event/EventCodec.ts"
import * as HashChain from "../event/HashChain.ts"
import * as Json from "../event/Json.ts"
import * as Seal from "../event/Seal.ts"
import * as Snapshot from "../event/Snapshot.ts"
import type { Cause, NewEvent, StoredEvent } from "../event/StoredEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import { Cipher } from "../port/Cipher.ts"
import { Compression } from "../port/Compression.ts"
import type { KeyMissing, OpenFailed } from "../port/Errors.ts"
import { Hash } from "../port/Hash.ts"
import * as Body from "./Body.ts"

/**
 * A domain event, with what was recorded about it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Recorded<out E> extends Omit<StoredEvent, "encoding" | "body" | "digest" | "link"> {
  readonly event: E
  /** From 0, among the events that one stored event stands for. */
  readonly index: number
  readonly metadata: Json.JsonObject
}

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
 * Events of one command, to be encoded.
 *
 * @category model
 * @since 0.1.0
 */
export interface Draft<out E> {
  readonly events: ReadonlyArray<E>
  readonly origin: Origin
}

/**
 * Why stored events cannot be read.
 *
 * @category errors
 * @since 0.1.0
 */
export type ReadError = DecodeFailed | KeyMissing | OpenFailed

/**
 * Where a snapshot was taken.
 *
 * @category model
 * @since 0.1.0
 */
export interface Taken extends HashChain.Head {
  readonly stream: StreamName.StreamName
}

/**
 * @category service
 * @since 0.1.0
 */
export class EventMapper extends Context.Service<
  EventMapper,
  {
    /** The name of the digests' algorithm. */
    readonly hash: string
    /** A new UUID (version 7), lowercase. */
    readonly newId: Effect.Effect<string>
    /** The events of each draft in their stored form, with new ids, at the current time; or why a draft has none. */
    readonly encode: <E>(
      codec: EventCodec.EventCodec<E>,
      stream: StreamName.StreamName,
      drafts: ReadonlyArray<Draft<E>>,
    ) => Effect.Effect<ReadonlyArray<Either<EncodeFailed, ReadonlyArray<NewEvent>>>, KeyMissing>
    /** Does not check the hash chain: see `verify`. */
    readonly decode: <E>(
      codec: EventCodec.EventCodec<E>,
      events: ReadonlyArray<StoredEvent>,
    ) => Effect.Effect<ReadonlyArray<Recorded<E>>, ReadError>
    /** Checks that events continue a stream's chain. */
    readonly verify: (
      stream: StreamName.StreamName,
      events: ReadonlyArray<StoredEvent>,
      from: HashChain.Head,
    ) => Effect.Effect<HashChain.Head, IntegrityViolation>
    readonly encodeSnapshot: <S>(
      policy: SnapshotPolicy<S>,
      taken: Taken,
      state: S,
    ) => Effect.Effect<Snapshot.StoredSnapshot, EncodeFailed | KeyMissing>
    /** The state, or `None` where the snapshot is damaged, sealed with an unknown key, or of another model. */
    readonly decodeSnapshot: <S>(
      policy: SnapshotPolicy<S>,
      snapshot: Snapshot.StoredSnapshot,
    ) => Effect.Effect<Option.Option<S>>
  }
>()("everfold/core/program/EventMapper") {
  /**
   * With the given cipher, compression and hash. Ids come from `SecureRandom` where one is provided, else from the
   * platform. It is built anew wherever it is provided: Effect builds a layer once for all its uses, and a mapper over
   * one cipher must not serve where another cipher was provided.
   */
  static readonly layer: Layer.Layer<EventMapper, never, Cipher | Compression | Hash> = Layer.fresh(
    Layer.effect(
      EventMapper,
      Effect.suspend(() => make),
    ),
  )

  /** Neither sealed nor compressed, digested with SHA-256. */
  static readonly plain: Layer.Layer<EventMapper> = Layer.provide(EventMapper.layer, [
    Cipher.none,
    Compression.none,
    Hash.sha256,
  ])
}

/** Draws random bytes in larger portions: asking the system for 16 at a time costs more than the rest of a command. */
const pooled = (randomBytes: (size: number) => Uint8Array): ((size: number) => Uint8Array) => {
  let pool: Uint8Array = new Uint8Array(0)
  let used = 0
  return (size) => {
    if (used + size > pool.length) {
      pool = randomBytes(Math.max(size, 4096))
      used = 0
    }
    used += size
    return pool.slice(used - size, used)
  }
}

const make = Effect.gen(function* () {
  const bodies = Body.make(yield* Cipher, yield* Compression)
  const hash = yield* Hash
  const random = Option.getOrElse(yield* Effect.serviceOption(SecureRandom.SecureRandom), () =>
    SecureRandom.make(pooled(SecureRandom.randomBytesUnsafe)),
  )
  const newId = random.uuidV7()

  const encode = Effect.fnUntraced(function* <E>(
    codec: EventCodec.EventCodec<E>,
    stream: StreamName.StreamName,
    drafts: ReadonlyArray<Draft<E>>,
  ) {
    const recordedAt = yield* Clock.currentTimeMillis
    const encoded: Array<Either<EncodeFailed, ReadonlyArray<NewEvent>>> = []
    for (const draft of drafts) {
      const texts = textsOf(codec, stream, draft)
      if (isLeft(texts)) {
        encoded.push(texts)
        continue
      }
      const stored: Array<NewEvent> = []
      const { causation } = draft.origin
      let { correlationId } = draft.origin
      for (const { type, schemaVersion, tags, text } of texts.right) {
        const id = yield* newId
        correlationId ??= id
        const { encoding, body } = yield* bodies.pack({ kind: "event", stream, type }, text, (encoding) =>
          Seal.event(stream, { id, type, schemaVersion, encoding }),
        )
        const packed = { id, type, schemaVersion, tags, recordedAt, correlationId, causation, encoding, body }
        const digest = hash.digest(HashChain.preimage(stream, packed))
        stored.push({ id, type, schemaVersion, tags, recordedAt, correlationId, causation, encoding, body, digest })
      }
      encoded.push(right(stored))
    }
    return encoded
  })

  const decode = Effect.fnUntraced(function* <E>(codec: EventCodec.EventCodec<E>, events: ReadonlyArray<StoredEvent>) {
    const recorded: Array<Recorded<E>> = []
    for (const stored of events) {
      const { stream, version, position, type, schemaVersion } = stored
      const failed = (fault: Json.Fault) =>
        new DecodeFailed({ stream, version, position, type, schemaVersion, ...fault })
      const { data, metadata } = yield* bodies.unpack(stored, {
        aad: () => Seal.event(stream, stored),
        failed,
        where: () => `${StreamName.format(stream)} version ${version}`,
      })
      const decoded = EventCodec.decode(codec, type, schemaVersion, data)
      if (isLeft(decoded)) return yield* failed(Body.inData(decoded.left))
      for (const [index, event] of decoded.right.entries()) {
        const { id, recordedAt, correlationId, causation, tags } = stored
        recorded.push({
          event,
          index,
          metadata,
          id,
          type,
          schemaVersion,
          stream,
          version,
          position,
          recordedAt,
          correlationId,
          causation,
          tags,
        })
      }
    }
    return recorded
  })

  const verify = (
    stream: StreamName.StreamName,
    events: ReadonlyArray<StoredEvent>,
    from: HashChain.Head,
  ): Effect.Effect<HashChain.Head, IntegrityViolation> => {
    const verified = HashChain.verify(hash.digest)(stream, events, from)
    if (!isLeft(verified)) return Effect.succeed(verified.right)
    const { index, reason } = verified.left
    const position = events[index]?.position ?? 0
    return Effect.fail(new IntegrityViolation({ stream, version: from.version + index + 1, position, reason }))
  }

  const encodeSnapshot = Effect.fnUntraced(function* <S>(policy: SnapshotPolicy<S>, taken: Taken, state: S) {
    const { stream, version, link } = taken
    const { modelVersion } = policy
    const codecVersion = policy.state.latest
    const failed = (fault: Json.Fault) => new EncodeFailed({ stream, type: "snapshot", ...fault })
    const data = policy.state.encode(state)
    if (isLeft(data)) return yield* failed(data.left)
    const text = Body.text(data.right)
    if (isLeft(text)) return yield* failed(text.left)
    const { encoding, body } = yield* bodies.pack({ kind: "snapshot", stream }, text.right, (encoding) =>
      Seal.snapshot({ stream, version, codecVersion, encoding }),
    )
    const packed = { stream, version, link, codecVersion, modelVersion, encoding, body }
    return { ...packed, digest: hash.digest(Snapshot.preimage(packed)) }
  })

  const decodeSnapshot = Effect.fnUntraced(function* <S>(policy: SnapshotPolicy<S>, snapshot: Snapshot.StoredSnapshot) {
    if (snapshot.modelVersion !== policy.modelVersion) return Option.none<S>()
    if (!HashChain.equals(hash.digest(Snapshot.preimage(snapshot)), snapshot.digest)) return Option.none<S>()
    const content = yield* Effect.option(
      bodies.unpack(snapshot, {
        aad: () => Seal.snapshot(snapshot),
        failed: (fault) => fault,
        where: () => "a snapshot",
      }),
    )
    if (Option.isNone(content)) return Option.none<S>()
    const state = policy.state.decode(snapshot.codecVersion, content.value.data)
    return isLeft(state) ? Option.none<S>() : Option.some(state.right)
  })

  return EventMapper.of({ hash: hash.algorithm, newId, encode, decode, verify, encodeSnapshot, decodeSnapshot })
})

/** An event as JSON, before it is packed. */
interface Text {
  readonly type: string
  readonly schemaVersion: number
  readonly tags: ReadonlyArray<string>
  readonly text: string
}

const textsOf = <E>(
  codec: EventCodec.EventCodec<E>,
  stream: StreamName.StreamName,
  { events, origin }: Draft<E>,
): Either<EncodeFailed, ReadonlyArray<Text>> => {
  const failed = (type: string, fault: Json.Fault) => left(new EncodeFailed({ stream, type, ...fault }))
  const metadata = metadataText(origin.metadata)
  if (isLeft(metadata)) return failed("user metadata", metadata.left)
  const texts: Array<Text> = []
  for (const event of events) {
    const encoded = EventCodec.encode(codec, event)
    if (isLeft(encoded)) return failed(tagOf(event), Body.inData(encoded.left))
    const { type, schemaVersion, tags, data } = encoded.right
    const text = Body.text(data, metadata.right)
    if (isLeft(text)) return failed(type, text.left)
    texts.push({ type, schemaVersion, tags, text: text.right })
  }
  return right(texts)
}

const metadataText = (metadata: Json.JsonObject): Either<Json.Fault, string | undefined> => {
  for (const _ in metadata) return Json.stringify(metadata)
  return right(undefined)
}

const tagOf = (event: unknown): string =>
  Json.isObject(event) && typeof event._tag === "string" ? event._tag : "an event without a _tag"
