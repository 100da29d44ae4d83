/**
 * The rights that a role needs, and no more.
 *
 * @since 0.1.0
 */
import { quote, schemaDefault } from "./schemaName.ts"

/**
 * Who may do what.
 *
 * @category model
 * @since 0.1.0
 */
export interface Roles {
  /** The schema of the store, `everfold` unless another one is named. */
  readonly schema?: string
  /** Commits, acquires leases, keeps snapshots, and reads. It cannot change or remove what was recorded. */
  readonly writer?: string
  /** Reads and follows. */
  readonly reader?: string
}

const insertOnly = ["hash", "kind", "event", "tag", "command"]
const replaced = ["checkpoint", "lease", "snapshot"]
const all = ["migration", ...insertOnly, ...replaced, "log"]

/** What is only locked takes the right to change it; it holds nothing. */
const statements = (schema: string, role: string, writes: boolean): ReadonlyArray<string> => {
  const named = (tables: ReadonlyArray<string>): string => tables.map((table) => `${schema}.${table}`).join(", ")
  return [
    `GRANT USAGE ON SCHEMA ${schema} TO ${role};`,
    `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role};`,
    `GRANT SELECT ON ${named(all)} TO ${role};`,
    ...(writes ? [`GRANT INSERT ON ${named([...insertOnly, ...replaced])} TO ${role};`] : []),
    ...(writes ? [`GRANT UPDATE ON ${named(["append_lock", ...replaced])} TO ${role};`] : []),
  ]
}

/**
 * The SQL that lets roles use a store: the owner of the schema runs it after each migration. The roles must be there.
 *
 * @example
 * ```ts
 * import { Postgres } from "everfold/postgres"
 *
 * const roles: Postgres.Roles = { writer: "bank", reader: "bank_reports" }
 * console.log(Postgres.grants(roles).split("\n", 1)[0]) // GRANT USAGE ON SCHEMA "everfold" TO "bank";
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const grants = ({ schema = schemaDefault, writer, reader }: Roles): string =>
  [
    ...(writer === undefined ? [] : statements(quote(schema), quote(writer), true)),
    ...(reader === undefined ? [] : statements(quote(schema), quote(reader), false)),
  ]
    .map((statement) => `${statement}\n`)
    .join("")
