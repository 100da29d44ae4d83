/**
 * A store in a PostgreSQL database, for any number of processes on any number of machines: events, checkpoints and
 * snapshots. Acknowledged means flushed.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import { SourceError } from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Checkpoints } from "../../core/port/Checkpoints.ts"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import type { EventStore } from "../../core/port/EventStore.ts"
import type { Snapshots } from "../../core/port/Snapshots.ts"
import * as Database from "./Database.ts"
import * as Migrations from "./Migrations.ts"
import type { Options as Place } from "./Migrator.ts"
import * as Store from "./Store.ts"
import { schemaDefault } from "./schemaName.ts"

export { grants, type Roles } from "./Grants.ts"
export { migrate, plan } from "./Migrations.ts"
export type { Options, Plan } from "./Migrator.ts"

/**
 * How a store is used.
 *
 * @category model
 * @since 0.1.0
 */
export interface Settings extends Place {
  /** Whether building the layer brings the schema up to date; `false` where somebody else does, and then it only checks. */
  readonly migrate?: boolean
  /** How many connections read at most, beside the one that writes: 8 unless said otherwise. */
  readonly connections?: number
  /** `false` behind a pooler that cannot keep prepared statements. */
  readonly prepare?: boolean
}

/**
 * A store in a schema of a database, as long as the layer lives.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (settings: Settings): Layer.Layer<EventStore | Checkpoints | Snapshots, StoreUnavailable> =>
  Layer.effectContext(
    Effect.gen(function* () {
      yield* Migrations.ensure(settings)
      return yield* Store.make(yield* Database.make({ schema: schemaDefault, ...settings }))
    }),
  )

const url = Config.Redacted("EVERFOLD_POSTGRES_URL")
void [url, Option, SourceError]
