/**
 * The schema of a store, by this release.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import * as Migrator from "./Migrator.ts"
import { release } from "./migrationFiles.ts"

/**
 * What `migrate` would do. It changes nothing.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Postgres } from "everfold/postgres"
 *
 * const { from, sql } = await Effect.runPromise(Postgres.plan({ url: process.env.EVERFOLD_POSTGRES_URL ?? "" }))
 * console.log(from, sql.split("\n").find((line) => line.startsWith("CREATE SCHEMA"))) // 0 CREATE SCHEMA "everfold";
 * ```
 * @category queries
 * @since 0.1.0
 */
export const plan = (options: Migrator.Options): Effect.Effect<Migrator.Plan, StoreUnavailable> =>
  Effect.flatMap(release, (known) => Migrator.plan(known, options))

/**
 * Makes the schema where there is none, and brings it up to the version of this release; answers what it did. Any number
 * of processes may do so at once.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Postgres } from "everfold/postgres"
 *
 * const options = { url: process.env.EVERFOLD_POSTGRES_URL ?? "" }
 * const [first, second] = await Effect.runPromise(
 *   Effect.all([Postgres.migrate(options), Postgres.migrate(options)])
 * )
 * console.log(first.migrations[0], second.migrations.length) // tables 0
 * ```
 * @category commands
 * @since 0.1.0
 */
export const migrate = (options: Migrator.Options): Effect.Effect<Migrator.Plan, StoreUnavailable> =>
  Effect.flatMap(release, (known) => Migrator.migrate(known, options))

/**
 * What a store does before it is used: it migrates, or with `migrate: false` only checks that this release can work with
 * the schema as it is.
 *
 * @category commands
 * @since 0.1.0
 */
export const ensure = (
  options: Migrator.Options & { readonly migrate?: boolean },
): Effect.Effect<void, StoreUnavailable> =>
  options.migrate === false
    ? Effect.flatMap(release, (known) => Migrator.check(known, options))
    : Effect.asVoid(migrate(options))
