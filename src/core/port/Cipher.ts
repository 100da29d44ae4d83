/**
 * The port to the cipher that seals bodies. There is no default: "no cipher" is a layer that one writes.
 *
 * Laws (L3): `open(seal(x, aad), aad) = x`; with any bit of ciphertext or additional data changed, it fails.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { StreamName } from "../event/StreamName.ts"
import { KeyMissing, type OpenFailed } from "./Errors.ts"

/**
 * An event that is about to be sealed.
 *
 * @example
 * ```ts
 * import type { Sealable, SealableEvent, SealableSnapshot } from "everfold"
 *
 * const event: SealableEvent = { kind: "event", stream: { category: "Person", id: "ada" }, type: "Moved" }
 * const snapshot: SealableSnapshot = { kind: "snapshot", stream: event.stream }
 * const isPersonal = ({ stream }: Sealable): boolean => stream.category === "Person"
 * console.log([event, snapshot].map(isPersonal)) // [ true, true ]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface SealableEvent {
  readonly kind: "event"
  readonly stream: StreamName
  /** As it is stored: the latest name, where the type was renamed. */
  readonly type: string
}

/**
 * A snapshot that is about to be sealed. It holds what any event of its stream may have held.
 *
 * @category model
 * @since 0.1.0
 */
export interface SealableSnapshot {
  readonly kind: "snapshot"
  readonly stream: StreamName
}

/**
 * What is about to be sealed.
 *
 * @category model
 * @since 0.1.0
 */
export type Sealable = SealableEvent | SealableSnapshot

/**
 * Seals what is stored, and opens it again. `AesGcm` of `everfold/crypto` is one; `Cipher.none` seals nothing.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { Cipher, Compression, EventMapper, Hash } from "everfold"
 *
 * const unsealed = EventMapper.layer.pipe(Layer.provide([Cipher.none, Compression.none, Hash.sha256]))
 * ```
 * @category service
 * @since 0.1.0
 */
export class Cipher extends Context.Service<
  Cipher,
  {
    /** The key that seals it, or `undefined` to leave it plain. Where it throws, nothing is recorded. */
    readonly keyFor: (sealable: Sealable) => string | undefined
    /** Authenticates `aad` too: what is sealed opens only with the same. */
    readonly seal: (keyId: string, plaintext: Uint8Array, aad: Uint8Array) => Effect.Effect<Uint8Array, KeyMissing>
    /** `OpenFailed` where another key, other `aad` or another cipher sealed it, or a bit of it was changed. */
    readonly open: (
      keyId: string,
      sealed: Uint8Array,
      aad: Uint8Array,
    ) => Effect.Effect<Uint8Array, KeyMissing | OpenFailed>
  }
>()("everfold/core/port/Cipher") {
  /** Seals nothing, and opens nothing. */
  static readonly none: Layer.Layer<Cipher> = Layer.succeed(Cipher, {
    keyFor: () => undefined,
    seal: (keyId) => Effect.fail(new KeyMissing({ keyId, where: "nothing: the cipher is Cipher.none" })),
    open: (keyId) => Effect.fail(new KeyMissing({ keyId, where: "a body (and the cipher is Cipher.none)" })),
  })

  /**
   * Seals only the events that the predicate picks, and every snapshot, for a state holds what any event held. The body
   * of an event that is not picked, metadata included, stays readable. Only `false` leaves an event plain; a predicate
   * that throws fails the command with `EncodeFailed`. What was sealed under another setting still opens.
   *
   * Built anew wherever it is provided, as the ciphers are.
   *
   * @example
   * ```ts
   * import * as Layer from "effect/Layer"
   * import { Cipher } from "everfold"
   * import { AesGcm, KeyRing } from "everfold/crypto"
   *
   * const cipher = AesGcm.layer.pipe(
   *   Cipher.only(({ type }) => type !== "Rated"),
   *   Layer.provide(KeyRing.layer(KeyRing.generate("2026")))
   * )
   * ```
   */
  static readonly only =
    (predicate: (event: SealableEvent) => boolean) =>
    <E, R>(layer: Layer.Layer<Cipher, E, R>): Layer.Layer<Cipher, E, R> =>
      Layer.fresh(
        Layer.effect(
          Cipher,
          Effect.map(Cipher, (cipher) => ({
            keyFor: (sealable) =>
              sealable.kind === "event" && predicate(sealable) === false ? undefined : cipher.keyFor(sealable),
            seal: (keyId, plaintext, aad) => cipher.seal(keyId, plaintext, aad),
            open: (keyId, sealed, aad) => cipher.open(keyId, sealed, aad),
          })),
        ).pipe(Layer.provide(layer)),
      )
}
