/**
 * The migrations of this release: of a store the files of the folder `sql`, of a read model those of `sql/model`.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import { StoreUnavailable } from "../../core/port/Errors.ts"

/**
 * One file: it is applied once, after all those before it, and never changes once it is released.
 *
 * @category model
 * @since 0.1.0
 */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly digest: string
  /** Releases whose last version is this or a later one go on working when this one has been applied. */
  readonly serves: number
  readonly sql: string
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Release {
  readonly name: string
  /** The table of what was applied. */
  readonly table: string
  readonly migrations: ReadonlyArray<Migration>
}

const folder = new URL("./sql/", import.meta.url)

const read = (file: string, from = folder): string => readFileSync(new URL(file, from), "utf8")

const migrationIn =
  (from: URL) =>
  (file: string): ReadonlyArray<Migration> => {
    const [, digits, name] = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file) ?? []
    if (digits === undefined || name === undefined) return []
    const sql = read(file, from)
    const version = Number(digits)
    const [, serves = version] = /^-- Serves releases of version (\d+)$/m.exec(sql) ?? []
    return [{ version, name, digest: createHash("sha256").update(sql).digest("hex"), serves: Number(serves), sql }]
  }

const manifest = new URL("../../../package.json", import.meta.url)

const releaseOf = (from: URL): Effect.Effect<Release, StoreUnavailable> =>
  Effect.try({
    try: () => ({
      name: String(JSON.parse(readFileSync(manifest, "utf8")).version),
      table: read("migration.sql"),
      migrations: readdirSync(from).sort().flatMap(migrationIn(from)),
    }),
    catch: (cause) =>
      new StoreUnavailable({
        what: "reading the SQL files of everfold/postgres, which a bundler has to leave where they are",
        retryable: false,
        cause,
      }),
  })

/**
 * What this release knows. It fails where the files are not beside this module, as in a bundle.
 *
 * @category constructors
 * @since 0.1.0
 */
export const release: Effect.Effect<Release, StoreUnavailable> = releaseOf(folder)

/**
 * The same of a read model.
 *
 * @category constructors
 * @since 0.1.0
 */
export const modelRelease: Effect.Effect<Release, StoreUnavailable> = releaseOf(new URL("./model/", folder))
