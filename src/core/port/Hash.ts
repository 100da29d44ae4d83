/**
 * The port to the hash that digests events and snapshots.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { sha256 } from "../event/HashChain.ts"

/**
 * Digests what is stored. A store keeps to the algorithm of its first event.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Hash } from "everfold"
 *
 * const size = Hash.use(({ digest }) => Effect.succeed(digest(Buffer.from("deposited")).length))
 * console.log(Effect.runSync(size.pipe(Effect.provide(Hash.sha256)))) // 32
 * ```
 * @category service
 * @since 0.1.0
 */
export class Hash extends Context.Service<
  Hash,
  {
    /** Its name, recorded once in a store: `sha256`. */
    readonly algorithm: string
    /** 16 to 64 bytes; it keeps no reference to its argument. */
    readonly digest: (bytes: Uint8Array) => Uint8Array
  }
>()("everfold/core/port/Hash") {
  /** SHA-256, which also links the events of a stream. */
  static readonly sha256: Layer.Layer<Hash> = Layer.succeed(Hash, {
    algorithm: "sha256",
    digest: sha256,
  })
}
