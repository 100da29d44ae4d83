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
