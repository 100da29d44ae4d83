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
 * @category queries
 * @since 0.1.0
 */
export const plan = (options: Migrator.Options): Effect.Effect<Migrator.Plan, StoreUnavailable> =>
  Effect.flatMap(release, (known) => Migrator.plan(known, options))

/**
 * Makes the schema where there is none, and brings it up to the version of this release; answers what it did. Any number
 * of processes may do so at once.
 *
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
