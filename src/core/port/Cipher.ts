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
 * What is about to be sealed. `type` is the stored type of an event; a snapshot has none.
 *
 * @example
 * ```ts
 * import { type Sealable } from "everfold"
 *
 * // Only what is about people, and all that may be: a snapshot has no type.
 * const isPersonal = ({ stream, type }: Sealable): boolean => stream.category === "Person" || type === undefined
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Sealable {
  readonly kind: "event" | "snapshot"
  readonly stream: StreamName
  readonly type?: string
}

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
    /** The key that seals it, or `undefined` to leave it plain. */
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
}
