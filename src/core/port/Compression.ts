/**
 * The port to compression. It chooses how bodies are written; every form of the encoding grammar that needs no
 * dictionary can always be read, so that the setting may change over a store's life.
 *
 * @since 0.1.0
 */
import { inflateRawSync, zstdDecompressSync } from "node:zlib"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { type Either, left, right } from "fp-ts/lib/Either.js"
import type { Encoding } from "../event/Encoding.ts"
import { describe } from "../event/thrown.ts"

/**
 * A body that was worth compressing.
 *
 * @example
 * ```ts
 * import { type Compressed } from "everfold"
 * import { deflateRawSync } from "node:zlib"
 *
 * const deflated: Compressed = { encoding: { compression: "deflate" }, bytes: deflateRawSync(Buffer.from("aaaaaaaaaaaa")) }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Compressed {
  readonly encoding: Pick<Encoding, "compression" | "dictionary">
  readonly bytes: Uint8Array
}

/**
 * The bytes of the largest body that is decompressed: a larger one is taken for an attack on memory.
 *
 * @category limits
 * @since 0.1.0
 */
export const maxOutputLength = 256 * 1024 * 1024

/**
 * Reads what any layer without a dictionary wrote; a body of more than 256 MiB is refused.
 *
 * @example
 * ```ts
 * import { decompress } from "everfold"
 * import { isRight } from "fp-ts/lib/Either.js"
 * import { zstdCompressSync } from "node:zlib"
 *
 * const body = decompress({ compression: "zstd" }, zstdCompressSync(Buffer.from("deposited")))
 * console.log(isRight(body) && Buffer.from(body.right).toString()) // deposited
 * ```
 * @category conversions
 * @since 0.1.0
 */
export const decompress = (encoding: Encoding, bytes: Uint8Array): Either<string, Uint8Array> => {
  const { compression, dictionary } = encoding
  if (compression === undefined) return right(bytes)
  if (dictionary !== undefined) return left(`the dictionary ${dictionary} is unknown here`)
  try {
    // Node allocates a whole chunk of output first; most bodies are far smaller than its 16 KiB.
    const chunkSize = Math.min(Math.max(bytes.length * 4, 1024), 65_536)
    return right((compression === "zstd" ? zstdDecompressSync : inflateRawSync)(bytes, { maxOutputLength, chunkSize }))
  } catch (error) {
    return left(`it does not decompress (${describe(error)})`)
  }
}

/**
 * How bodies are compressed. `everfold/compression` has `Zstd` and `Deflate`; `Compression.none` leaves bodies as they are.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Compression } from "everfold"
 *
 * const compressed = Compression.use(({ compress }) => Effect.succeed(compress(Buffer.from("deposited"))))
 * console.log(Effect.runSync(compressed.pipe(Effect.provide(Compression.none)))) // undefined
 * ```
 * @category service
 * @since 0.1.0
 */
export class Compression extends Context.Service<
  Compression,
  {
    /** `undefined` where it would not help. */
    readonly compress: (bytes: Uint8Array) => Compressed | undefined
    /** The bytes, or why not. */
    readonly decompress: (encoding: Encoding, bytes: Uint8Array) => Either<string, Uint8Array>
  }
>()("everfold/core/port/Compression") {
  /** Writes bodies as they are. */
  static readonly none: Layer.Layer<Compression> = Layer.succeed(Compression, { compress: () => undefined, decompress })
}
