/**
 * A store in a SQLite file, for any number of processes on one machine: events, checkpoints and snapshots. Acknowledged
 * means flushed (`synchronous = FULL`). No call blocks the process while another one writes.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import { SourceError } from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Checkpoints } from "../../core/port/Checkpoints.ts"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import type { EventStore } from "../../core/port/EventStore.ts"
import type { Snapshots } from "../../core/port/Snapshots.ts"
import { open } from "./Connection.ts"
import * as Store from "./Store.ts"

/**
 * Which file.
 *
 * @category model
 * @since 0.1.0
 */
export interface Options {
  /** The file's path; it is made where there is none, in a directory that must exist, on a local disk. */
  readonly filename: string
}

/**
 * A store in a file, as long as the layer lives. Building it fails where the file cannot be used: it is not a database
 * or not ours, its directory does not exist, it cannot be written, or a newer release made it.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventStore } from "everfold"
 * import { Sqlite } from "everfold/sqlite"
 *
 * const options: Sqlite.Options = { filename: "bank.db" }
 * const head = EventStore.use((store) => store.head).pipe(Effect.provide(Sqlite.layer(options)))
 * console.log(await Effect.runPromise(head)) // 0
 * ```
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<EventStore | Checkpoints | Snapshots, StoreUnavailable> =>
  Layer.effectContext(Effect.flatMap(open(options.filename), Store.make))

const filename = Config.NonEmptyString("EVERFOLD_SQLITE_FILENAME").pipe(
  Config.orElse((cause) => {
    const message = "set EVERFOLD_SQLITE_FILENAME to the path of the store's file"
    return Config.fail(new SourceError({ message, cause }))
  }),
)

/**
 * The store whose file `EVERFOLD_SQLITE_FILENAME` names.
 *
 * @example
 * ```ts
 * import * as ConfigProvider from "effect/ConfigProvider"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { EventStore } from "everfold"
 * import { Sqlite } from "everfold/sqlite"
 *
 * // In place of the environment.
 * const settings = ConfigProvider.layer(ConfigProvider.fromUnknown({ EVERFOLD_SQLITE_FILENAME: "bank.db" }))
 * const Live = Sqlite.layerConfig.pipe(Layer.provide(settings))
 * console.log(await Effect.runPromise(EventStore.use((store) => store.head).pipe(Effect.provide(Live)))) // 0
 * ```
 * @category layers
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<EventStore | Checkpoints | Snapshots, StoreUnavailable | Config.ConfigError> =
  Layer.unwrap(Effect.map(filename, (filename) => layer({ filename })))
