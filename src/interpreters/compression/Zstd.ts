/**
 * Zstandard (RFC 8878).
 *
 * @since 0.1.0
 */
import { zstdCompressSync } from "node:zlib"
import * as Layer from "effect/Layer"
import { Compression, decompress } from "../../core/port/Compression.ts"
import { whereItHelps } from "./whereItHelps.ts"

/**
 * Compresses bodies with zstd where it helps.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Compression> = Layer.succeed(Compression, {
  compress: whereItHelps({ compression: "zstd" }, (bytes) => zstdCompressSync(bytes)),
  decompress,
})
