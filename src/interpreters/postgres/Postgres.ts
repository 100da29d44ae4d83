/**
 * A store in a schema of a PostgreSQL database, for any number of processes on any number of machines: events,
 * checkpoints and snapshots. Acknowledged means flushed, as far as the server is told to flush.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import { SourceError } from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Checkpoints } from "../../core/port/Checkpoints.ts"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import type { EventStore } from "../../core/port/EventStore.ts"
import type { Snapshots } from "../../core/port/Snapshots.ts"
import * as Database from "./Database.ts"
import { ensure } from "./Migrations.ts"
import type { Options } from "./Migrator.ts"
import * as Store from "./Store.ts"
import { schemaDefault } from "./schemaName.ts"

export { grants, type Roles } from "./Grants.ts"
export { migrate, plan } from "./Migrations.ts"
export type { Options, Plan } from "./Migrator.ts"

/**
 * Which store, and how this process works with it.
 *
 * @example
 * ```ts
 * import { type Postgres } from "everfold/postgres"
 *
 * // An application that may not change the schema, behind PgBouncer.
 * const settings: Postgres.Settings = {
 *   url: "postgres://app@pooler:6432/bank",
 *   listenUrl: "postgres://app@database:5432/bank",
 *   migrate: false
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Settings extends Options {
  /**
   * Whether building the layer brings the schema up to date, as it does unless told otherwise; with `false` it only
   * checks, and fails where this release cannot work with the schema.
   */
  readonly migrate?: boolean
  /** How many connections read at most, beside two that write; 8 unless told otherwise. */
  readonly connections?: number
  /** Whether statements are prepared; `false` behind a pooler that cannot keep prepared statements. */
  readonly prepare?: boolean
  /** Where notifications come through, if they do not at `url`, as behind a pooler. Without them followers poll. */
  readonly listenUrl?: string
}

/**
 * A store in a schema, as long as the layer lives. Building it makes the schema or brings it up to date, and fails where
 * that cannot be: the server cannot be reached for half a minute, the role may not, a newer release changed the schema,
 * or it is not ours.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventStore } from "everfold"
 * import { Postgres } from "everfold/postgres"
 *
 * const Live = Postgres.layer({ url: process.env.EVERFOLD_POSTGRES_URL ?? "", schema: "bank" })
 * console.log(await Effect.runPromise(EventStore.use((store) => store.head).pipe(Effect.provide(Live)))) // 0
 * ```
 * @category layers
 * @since 0.1.0
 */
export const layer = (settings: Settings): Layer.Layer<EventStore | Checkpoints | Snapshots, StoreUnavailable> =>
  Layer.effectContext(
    Effect.andThen(ensure(settings), Effect.flatMap(Database.make({ schema: schemaDefault, ...settings }), Store.make)),
  )

const url = Config.Redacted("EVERFOLD_POSTGRES_URL").pipe(
  Config.orElse((cause) => {
    const message = "set EVERFOLD_POSTGRES_URL to postgres://user:password@host:5432/database"
    return Config.fail(new SourceError({ message, cause }))
  }),
)
const schema = Config.NonEmptyString("EVERFOLD_POSTGRES_SCHEMA").pipe(Config.withDefault(schemaDefault))

/**
 * The store that `EVERFOLD_POSTGRES_URL` names, in the schema `EVERFOLD_POSTGRES_SCHEMA`, or `everfold` without it.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventStore } from "everfold"
 * import { Postgres } from "everfold/postgres"
 *
 * const head = EventStore.use((store) => store.head).pipe(Effect.provide(Postgres.layerConfig))
 * console.log(await Effect.runPromise(head)) // 0
 * ```
 * @category layers
 * @since 0.1.0
 */
export const layerConfig: Layer.Layer<EventStore | Checkpoints | Snapshots, StoreUnavailable | Config.ConfigError> =
  Layer.unwrap(Effect.map(Config.all([url, schema]), ([url, schema]) => layer({ url: Redacted.value(url), schema })))
