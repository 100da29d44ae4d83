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
 * Compresses bodies with deflate where it helps.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Compression> = Layer.succeed(Compression, {
  compress: whereItHelps({ compression: "deflate" }, (bytes) => deflateRawSync(bytes)),
  decompress,
})
