/**
 * The compression that a configuration names.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Compression } from "../../core/port/Compression.ts"
import * as Deflate from "./Deflate.ts"
import * as Zstd from "./Zstd.ts"

const layers = { zstd: Zstd.layer, deflate: Deflate.layer, none: Compression.none }

/**
 * `zstd`, `deflate` or `none`, by default from `EVERFOLD_COMPRESSION` in the environment, and `zstd` where that is not
 * set. What is stored can be read whichever is chosen.
 *
 * @example
 * ```ts
 * import * as ConfigProvider from "effect/ConfigProvider"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Compression } from "everfold"
 * import { Compressions } from "everfold/compression"
 *
 * // In place of the environment.
 * const settings = ConfigProvider.layer(ConfigProvider.fromUnknown({ EVERFOLD_COMPRESSION: "deflate" }))
 * const text = Buffer.from("deposited ".repeat(50))
 * const chosen = Compression.use(({ compress }) => Effect.succeed(compress(text)?.encoding))
 * const Live = Compressions.config().pipe(Layer.provide(settings))
 * console.log(await Effect.runPromise(chosen.pipe(Effect.provide(Live)))) // { compression: 'deflate' }
 * ```
 * @category layers
 * @since 0.1.0
 */
export const config = (name = "EVERFOLD_COMPRESSION"): Layer.Layer<Compression, Config.ConfigError> =>
  Layer.unwrap(
    Effect.map(
      Config.Literals(["zstd", "deflate", "none"], name).pipe(Config.withDefault("zstd")),
      (chosen) => layers[chosen],
    ),
  )
