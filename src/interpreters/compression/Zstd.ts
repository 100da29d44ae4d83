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
 * Compresses bodies with zstd where that makes them smaller; those below 128 bytes stay as they are.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { Cipher, EventMapper, Hash } from "everfold"
 * import { Zstd } from "everfold/compression"
 *
 * const mapper = EventMapper.layer.pipe(Layer.provide([Cipher.none, Zstd.layer, Hash.sha256]))
 * ```
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Compression> = Layer.succeed(Compression, {
  compress: whereItHelps({ compression: "zstd" }, (bytes) => zstdCompressSync(bytes)),
  decompress,
})
