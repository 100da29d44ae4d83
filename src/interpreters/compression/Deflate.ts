/**
 * Raw deflate (RFC 1951): slower than zstd at the same ratio, and everywhere.
 *
 * @since 0.1.0
 */
import { deflateRawSync } from "node:zlib"
import * as Layer from "effect/Layer"
import { Compression, decompress } from "../../core/port/Compression.ts"
import { whereItHelps } from "./whereItHelps.ts"

/**
 * Compresses bodies with deflate where that makes them smaller; those below 128 bytes stay as they are.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Compression } from "everfold"
 * import { Deflate } from "everfold/compression"
 *
 * const text = Buffer.from("deposited ".repeat(50))
 * const compressed = Compression.use(({ compress }) => Effect.succeed(compress(text)))
 * const result = Effect.runSync(compressed.pipe(Effect.provide(Deflate.layer)))
 * console.log(text.length, result !== undefined && result.bytes.length < 50) // 500 true
 * ```
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Compression> = Layer.succeed(Compression, {
  compress: whereItHelps({ compression: "deflate" }, (bytes) => deflateRawSync(bytes)),
  decompress,
})
