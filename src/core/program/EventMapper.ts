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
import type * as Json from "../event/Json.ts"
import * as Seal from "../event/Seal.ts"
import * as Snapshot from "../event/Snapshot.ts"
import type { NewEvent, StoredEvent } from "../event/StoredEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import { Cipher } from "../port/Cipher.ts"
import { Compression } from "../port/Compression.ts"
import type { KeyMissing, OpenFailed } from "../port/Errors.ts"
import { Hash } from "../port/Hash.ts"
import * as Body from "./Body.ts"
import * as Draft from "./Draft.ts"

/**
 * A domain event, with what was recorded about it.
 *
 * @example
 * ```ts
 * import { type Recorded } from "everfold"
 *
 * const line = ({ event, version, recordedAt }: Recorded<{ readonly _tag: string }>): string =>
 *   `${version} ${event._tag} ${new Date(recordedAt).toISOString()}`
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Recorded<out E> extends Omit<StoredEvent, "encoding" | "body" | "digest" | "link"> {
  readonly event: E
  /** From 0, among the events that one stored event stands for. */
  readonly index: number
  /** What `CommandContext.annotate` added; empty where nothing was. */
  readonly metadata: Json.JsonObject
}

/**
 * The events of a draft in their stored form, or why it has none.
 *
 * @category model
 * @since 0.1.0
 */
export type Encoded = Either<EncodeFailed, ReadonlyArray<NewEvent>>

/**
 * Why stored events cannot be read.
 *
 * @category errors
 * @since 0.1.0
 */
export type ReadError = IntegrityViolation | DecodeFailed | KeyMissing | OpenFailed

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
 * Domain events to stored ones and back. Its layer decides how events are written; what is stored says how it was.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { EventMapper, Hash } from "everfold"
 * import { Zstd } from "everfold/compression"
 * import { AesGcm, KeyRing } from "everfold/crypto"
 *
 * const cipher = AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("2026"))))
 * const sealed = EventMapper.layer.pipe(Layer.provide([cipher, Zstd.layer, Hash.sha256]))
 * const forTests = EventMapper.plain
 * ```
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
    /** The events of each draft in their stored form, with new ids, at its clock's time; or why a draft has none. */
    readonly encode: <E>(
      codec: EventCodec.EventCodec<E>,
      stream: StreamName.StreamName,
      drafts: ReadonlyArray<Draft.Draft<E>>,
    ) => Effect.Effect<ReadonlyArray<Encoded>, KeyMissing>
    /** Checks that each event's content is what was digested; that none is missing is for `verify`. */
    readonly decode: <E>(
      codec: EventCodec.EventCodec<E>,
      events: ReadonlyArray<StoredEvent>,
    ) => Effect.Effect<ReadonlyArray<Recorded<E>>, ReadError>
    /** Checks that events are linked to a stream's head, one after another; their contents are for `decode`. */
    readonly verify: (
      stream: StreamName.StreamName,
      events: ReadonlyArray<StoredEvent>,
      from: HashChain.Head,
    ) => Effect.Effect<HashChain.Head, IntegrityViolation>
    /** A state as a snapshot of where it was taken. */
    readonly encodeSnapshot: <S>(
      policy: SnapshotPolicy<S>,
      taken: Taken,
      state: S,
    ) => Effect.Effect<Snapshot.StoredSnapshot, EncodeFailed | KeyMissing>
    /**
     * The state, or `None` where the snapshot is damaged, sealed with an unknown key, of another model, or plain although
     * the cipher seals snapshots: no chain leads through a snapshot, so anybody could have written that one.
     */
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

  /** An event, packed and digested, under a new id. */
  const store = (
    stream: StreamName.StreamName,
    recordedAt: number,
    id: string,
    origin: Draft.Origin,
    { type, schemaVersion, tags, text }: Draft.Text,
  ): Effect.Effect<NewEvent, EncodeFailed | KeyMissing> => {
    const finish = ({ encoding, body }: Body.Packed): NewEvent => {
      const { causation, correlationId = id } = origin
      const packed = { id, type, schemaVersion, tags, recordedAt, correlationId, causation, encoding, body }
      const digest = hash.digest(HashChain.preimage(stream, packed))
      return { id, type, schemaVersion, tags, recordedAt, correlationId, causation, encoding, body, digest }
    }
    const packing = bodies.pack(text, {
      sealable: { kind: "event", stream, type },
      aad: (encoding) => Seal.event(stream, { id, type, schemaVersion, encoding }),
      failed: (fault) => new EncodeFailed({ stream, type, ...fault }),
    })
    return Effect.mapEager(packing, finish)
  }

  const storeAll = (
    stream: StreamName.StreamName,
    recordedAt: number,
    origin: Draft.Origin,
    texts: ReadonlyArray<Draft.Text>,
  ) => {
    let of = origin
    return Effect.forEach(texts, (text) =>
      Effect.flatMap(newId, (id) => {
        if (of.correlationId === undefined) of = { ...origin, correlationId: id }
        return store(stream, recordedAt, id, of, text)
      }),
    )
  }

  const encode = <E>(
    codec: EventCodec.EventCodec<E>,
    stream: StreamName.StreamName,
    drafts: ReadonlyArray<Draft.Draft<E>>,
  ): Effect.Effect<ReadonlyArray<Encoded>, KeyMissing> =>
    Effect.clockWith((running) =>
      Effect.forEach(drafts, (draft): Effect.Effect<Encoded, KeyMissing> => {
        const texts = Draft.texts(codec, stream, draft)
        if (isLeft(texts)) return Effect.succeed(texts)
        const recordedAt = Math.floor((draft.clock ?? running).currentTimeMillisUnsafe())
        return Effect.matchEffect(storeAll(stream, recordedAt, draft.origin, texts.right), {
          onSuccess: (stored) => Effect.succeed(right(stored)),
          onFailure: (error) => (error._tag === "EncodeFailed" ? Effect.succeed(left(error)) : Effect.fail(error)),
        })
      }),
    )

  const decode = Effect.fnUntraced(function* <E>(codec: EventCodec.EventCodec<E>, events: ReadonlyArray<StoredEvent>) {
    // All of them before the first: what was tampered with is told as that, whatever else is wrong.
    for (const stored of events) {
      const { stream, version, position } = stored
      const reason = HashChain.contentFault(hash.digest, stored)
      if (reason !== undefined) return yield* new IntegrityViolation({ stream, version, position, reason })
    }
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
    const verified = HashChain.verifyLinks(stream, events, from)
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
    const { encoding, body } = yield* bodies.pack(text.right, {
      sealable: { kind: "snapshot", stream },
      aad: (encoding) => Seal.snapshot({ stream, version, codecVersion, encoding }),
      failed,
    })
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
        guarded: { kind: "snapshot", stream: snapshot.stream },
      }),
    )
    if (Option.isNone(content)) return Option.none<S>()
    const state = policy.state.decode(snapshot.codecVersion, content.value.data)
    return isLeft(state) ? Option.none<S>() : Option.some(state.right)
  })

  return EventMapper.of({ hash: hash.algorithm, newId, encode, decode, verify, encodeSnapshot, decodeSnapshot })
})
