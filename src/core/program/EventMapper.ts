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
import { type Either, isLeft } from "fp-ts/lib/Either.js"
import type { SnapshotPolicy } from "../event/Aggregate.ts"
import * as Encoding from "../event/Encoding.ts"
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
import { KeyMissing, OpenFailed } from "../port/Errors.ts"
import { Hash } from "../port/Hash.ts"

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
    /** Events in their stored form, with new ids, at the current time. */
    readonly encode: <E>(
      codec: EventCodec.EventCodec<E>,
      stream: StreamName.StreamName,
      events: ReadonlyArray<E>,
      origin: Origin,
    ) => Effect.Effect<ReadonlyArray<NewEvent>, EncodeFailed | KeyMissing>
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
   * platform.
   */
  static readonly layer: Layer.Layer<EventMapper, never, Cipher | Compression | Hash> = Layer.suspend(() => layer)

  /** Neither sealed nor compressed, digested with SHA-256. */
  static readonly plain: Layer.Layer<EventMapper> = Layer.suspend(() =>
    Layer.provide(layer, [Cipher.none, Compression.none, Hash.sha256]),
  )
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

const readable = (event: StoredEvent): string => `${StreamName.format(event.stream)} version ${event.version}`

const utf8 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")

const make = Effect.gen(function* () {
  const cipher = yield* Cipher
  const compression = yield* Compression
  const hash = yield* Hash
  const random = Option.getOrElse(yield* Effect.serviceOption(SecureRandom.SecureRandom), () =>
    SecureRandom.make(pooled(SecureRandom.randomBytesUnsafe)),
  )
  const newId = random.uuidV7()

  /** The body as text, or where it cannot be. */
  const write = (data: unknown, metadata: string | undefined): Either<Json.Fault, string> => {
    const json = Json.stringify(data)
    if (isLeft(json))
      return { ...json, left: { ...json.left, path: json.left.path ? `data.${json.left.path}` : "data" } }
    return {
      ...json,
      right: metadata === undefined ? `{"data":${json.right}}` : `{"data":${json.right},"meta":${metadata}}`,
    }
  }

  const compress = (text: string): { readonly encoding: Encoding.Encoding; readonly bytes: Uint8Array } => {
    const bytes = Buffer.from(text)
    return compression.compress(bytes) ?? { encoding: Encoding.json, bytes }
  }

  const encode = Effect.fnUntraced(function* <E>(
    codec: EventCodec.EventCodec<E>,
    stream: StreamName.StreamName,
    events: ReadonlyArray<E>,
    origin: Origin,
  ) {
    const { causation } = origin
    let { correlationId } = origin
    const recordedAt = yield* Clock.currentTimeMillis
    const stored: Array<NewEvent> = []
    const failed = (type: string, fault: Json.Fault) => new EncodeFailed({ stream, type, ...fault })
    let metadata: string | undefined
    for (const _ in origin.metadata) {
      const written = Json.stringify(origin.metadata)
      if (isLeft(written)) return yield* failed("user metadata", written.left)
      metadata = written.right
      break
    }
    for (const event of events) {
      const encoded = EventCodec.encode(codec, event)
      if (isLeft(encoded)) return yield* failed(tagOf(event), encoded.left)
      const { type, schemaVersion, tags, data } = encoded.right
      const text = write(data, metadata)
      if (isLeft(text)) return yield* failed(type, text.left)
      const compressed = compress(text.right)
      const id = yield* newId
      correlationId ??= id
      const keyId = cipher.keyFor({ kind: "event", stream, type })
      const encoding = Encoding.format(keyId === undefined ? compressed.encoding : { ...compressed.encoding, keyId })
      const body =
        keyId === undefined
          ? compressed.bytes
          : yield* cipher.seal(keyId, compressed.bytes, Seal.event(stream, { id, type, schemaVersion, encoding }))
      const sealed = { id, type, schemaVersion, tags, recordedAt, correlationId, causation, encoding, body }
      stored.push({ ...sealed, digest: hash.digest(HashChain.preimage(stream, sealed)) })
    }
    return stored
  })

  const unreadable = (event: StoredEvent, fault: Json.Fault): DecodeFailed => {
    const { stream, version, position, type, schemaVersion } = event
    return new DecodeFailed({ stream, version, position, type, schemaVersion, ...fault })
  }

  const opened = (event: StoredEvent, keyId: string): Effect.Effect<Uint8Array, KeyMissing | OpenFailed> => {
    const where = readable(event)
    return Effect.mapError(cipher.open(keyId, event.body, Seal.event(event.stream, event)), (error) =>
      error._tag === "KeyMissing" ? new KeyMissing({ keyId, where }) : new OpenFailed({ keyId, where }),
    )
  }

  const decode = Effect.fnUntraced(function* <E>(codec: EventCodec.EventCodec<E>, events: ReadonlyArray<StoredEvent>) {
    const recorded: Array<Recorded<E>> = []
    for (const event of events) {
      const encoding = Encoding.parse(event.encoding)
      if (encoding._tag === "None") {
        return yield* unreadable(event, {
          path: "",
          reason: `encoding ${JSON.stringify(event.encoding)} is unknown here`,
        })
      }
      const { keyId } = encoding.value
      const bytes = keyId === undefined ? event.body : yield* opened(event, keyId)
      const text = compression.decompress(encoding.value, bytes)
      if (isLeft(text)) return yield* unreadable(event, { path: "", reason: text.left })
      const body = Json.parse(utf8(text.right))
      if (isLeft(body)) return yield* unreadable(event, body.left)
      if (!Json.isObject(body.right)) return yield* unreadable(event, { path: "", reason: "its body is not an object" })
      const { data, meta } = body.right
      const decoded = EventCodec.decode(codec, event.type, event.schemaVersion, data)
      if (isLeft(decoded)) {
        const { path, reason } = decoded.left
        return yield* unreadable(event, { path: path ? `data.${path}` : "data", reason })
      }
      const metadata = isJsonObject(meta) ? meta : {}
      for (let index = 0; index < decoded.right.length; index++) {
        const domain = decoded.right[index]
        if (domain === undefined) continue
        recorded.push({
          event: domain,
          index,
          metadata,
          id: event.id,
          type: event.type,
          schemaVersion: event.schemaVersion,
          stream: event.stream,
          version: event.version,
          position: event.position,
          recordedAt: event.recordedAt,
          correlationId: event.correlationId,
          causation: event.causation,
          tags: event.tags,
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
    const failed = (fault: Json.Fault) => new EncodeFailed({ stream, type: "snapshot", ...fault })
    const data = policy.state.encode(state)
    if (isLeft(data)) return yield* failed(data.left)
    const text = write(data.right, undefined)
    if (isLeft(text)) return yield* failed(text.left)
    const compressed = compress(text.right)
    const keyId = cipher.keyFor({ kind: "snapshot", stream })
    const encoding = Encoding.format(keyId === undefined ? compressed.encoding : { ...compressed.encoding, keyId })
    const { modelVersion } = policy
    const codecVersion = policy.state.latest
    const body =
      keyId === undefined
        ? compressed.bytes
        : yield* cipher.seal(keyId, compressed.bytes, Seal.snapshot({ stream, version, codecVersion, encoding }))
    const sealed = { stream, version, link, codecVersion, modelVersion, encoding, body }
    return { ...sealed, digest: hash.digest(Snapshot.preimage(sealed)) }
  })

  const decodeSnapshot = Effect.fnUntraced(function* <S>(policy: SnapshotPolicy<S>, snapshot: Snapshot.StoredSnapshot) {
    const none = Option.none<S>()
    if (snapshot.modelVersion !== policy.modelVersion) return none
    if (!HashChain.equals(hash.digest(Snapshot.preimage(snapshot)), snapshot.digest)) return none
    const encoding = Encoding.parse(snapshot.encoding)
    if (encoding._tag === "None") return none
    const { keyId } = encoding.value
    const bytes =
      keyId === undefined
        ? Option.some(snapshot.body)
        : yield* Effect.option(cipher.open(keyId, snapshot.body, Seal.snapshot(snapshot)))
    if (Option.isNone(bytes)) return none
    const text = compression.decompress(encoding.value, bytes.value)
    if (isLeft(text)) return none
    const body = Json.parse(utf8(text.right))
    if (isLeft(body) || !Json.isObject(body.right)) return none
    const state = policy.state.decode(snapshot.codecVersion, body.right.data)
    return isLeft(state) ? none : Option.some(state.right)
  })

  return EventMapper.of({ hash: hash.algorithm, newId, encode, decode, verify, encodeSnapshot, decodeSnapshot })
})

const tagOf = (event: unknown): string =>
  Json.isObject(event) && typeof event._tag === "string" ? event._tag : "an event without a _tag"

const isJsonObject = (value: unknown): value is Json.JsonObject => Json.isObject(value)

const layer = Layer.effect(EventMapper, make)
