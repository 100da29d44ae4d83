/**
 * What a schema is, and what it lacks.
 *
 * @since 0.1.0
 */
import { type Either, left, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import type { Migration, Release } from "./migrationFiles.ts"
import { quote } from "./schemaName.ts"

/**
 * What the catalogs say of a server, of the role that asks, and of a schema.
 *
 * @category model
 * @since 0.1.0
 */
export const Facts = t.readonly(
  t.type({
    server: t.number,
    encoding: t.string,
    /** A standby, or a role or database that is set so. */
    readOnly: t.boolean,
    database: t.string,
    role: t.string,
    mayCreateSchemas: t.boolean,
    exists: t.boolean,
    mayUse: t.boolean,
    mayCreate: t.boolean,
    /** Tables, functions and types. */
    objects: t.number,
    /** Whether it has the table of what was applied, and whether the role may read that. */
    ours: t.boolean,
    mayRead: t.boolean,
  }),
)

/** @category model @since 0.1.0 */
export type Facts = t.TypeOf<typeof Facts>

/**
 * The statement that asks for them, about the schema that is its parameter. It answers one JSON text.
 *
 * @category queries
 * @since 0.1.0
 */
export const facts = `
SELECT pg_catalog.json_build_object(
  'server', pg_catalog.current_setting('server_version_num')::integer,
  'encoding', pg_catalog.current_setting('server_encoding'),
  'readOnly', pg_catalog.current_setting('transaction_read_only')::boolean,
  'database', pg_catalog.current_database(),
  'role', current_user,
  'mayCreateSchemas', pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),
  'exists', n.oid IS NOT NULL,
  'mayUse', coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), false),
  'mayCreate', coalesce(pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false),
  'objects', (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class WHERE relnamespace = n.oid)
    + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_proc WHERE pronamespace = n.oid)
    + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_type WHERE typnamespace = n.oid),
  'ours', coalesce(m.columns LIKE 'version name digest serves release applied_at%', false),
  'mayRead', coalesce(pg_catalog.has_table_privilege(m.oid, 'SELECT'), false)
)::pg_catalog.text
FROM (SELECT $1::pg_catalog.text AS name) asked
  LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = asked.name
  LEFT JOIN LATERAL (
    SELECT c.oid, (
      SELECT pg_catalog.string_agg(a.attname::pg_catalog.text, ' ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
    FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'migration' AND c.relkind = 'r') m ON true
`

/**
 * What was applied to a schema, in order.
 *
 * @category model
 * @since 0.1.0
 */
export const Records = t.readonlyArray(
  t.readonly(t.type({ version: t.number, digest: t.string, serves: t.number, release: t.string })),
)

/** @category model @since 0.1.0 */
export type Records = t.TypeOf<typeof Records>

/**
 * The statement that asks for them. It answers one JSON text.
 *
 * @category queries
 * @since 0.1.0
 */
export const records = `
SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
  'version', version, 'digest', digest, 'serves', serves, 'release', release) ORDER BY version), '[]')::pg_catalog.text
FROM everfold.migration
`

/** PostgreSQL 14, the oldest that is supported. */
const oldest = 140_000

const faultOfServer = ({ server, encoding, database }: Facts): string | undefined => {
  if (server < oldest) {
    return `the server is PostgreSQL ${Math.floor(server / 10_000)}, and everfold needs 14 or a later one`
  }
  if (encoding !== "UTF8") {
    const create = `CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`
    return `database ${quote(database)} has the encoding ${encoding}, and everfold needs UTF8; make another: ${create}`
  }
  return undefined
}

/** The first of what was applied that is not what this release has. */
const faultOfRecords = (schema: string, { migrations }: Release, records: Records): string | undefined => {
  const known = migrations.length
  for (const [i, { version, digest, serves, release }] of records.entries()) {
    if (version !== i + 1) {
      return `the schema ${schema} lacks the record of version ${i + 1}: its table "migration" was changed by hand`
    }
    const mine = migrations[i]
    if (mine === undefined && serves > known) {
      const newer = `the schema ${schema} has version ${records.length}, applied by everfold ${release}`
      return `${newer}, and this release knows versions up to ${known}; use release ${release} or a newer one`
    }
    if (mine !== undefined && mine.digest !== digest) {
      const other = `version ${version} of the schema ${schema} was applied by everfold ${release} from another file`
      return `${other} than this release has (${mine.name}); use the release that applied it, or a newer one`
    }
  }
  return undefined
}

/**
 * The migrations that a schema lacks, or why everfold cannot use it.
 *
 * @category queries
 * @since 0.1.0
 */
export const lacking = (
  name: string,
  release: Release,
  facts: Facts,
  records: Records,
): Either<string, ReadonlyArray<Migration>> => {
  const schema = quote(name)
  const server = faultOfServer(facts)
  if (server !== undefined) return left(server)
  if (facts.exists && !facts.ours && facts.objects > 0) {
    return left(`the schema ${schema} is used by something else; name another one, everfold makes it`)
  }
  const fault = faultOfRecords(schema, release, records)
  return fault === undefined ? right(release.migrations.slice(records.length)) : left(fault)
}

/**
 * What a role needs to read the records, in SQL; `undefined` where it has that.
 *
 * @category queries
 * @since 0.1.0
 */
export const grantToRead = (name: string, facts: Facts): string | undefined => {
  const [schema, role] = [quote(name), quote(facts.role)]
  if (!facts.ours) return undefined
  if (!facts.mayUse) return `GRANT USAGE ON SCHEMA ${schema} TO ${role}`
  return facts.mayRead ? undefined : `GRANT SELECT ON ${schema}.migration TO ${role}`
}

/**
 * What a role needs to apply a migration, in SQL; `undefined` where it has that.
 *
 * @category queries
 * @since 0.1.0
 */
export const grantToApply = (name: string, facts: Facts): string | undefined => {
  const role = quote(facts.role)
  if (facts.exists) return facts.mayCreate ? undefined : `GRANT USAGE, CREATE ON SCHEMA ${quote(name)} TO ${role}`
  return facts.mayCreateSchemas ? undefined : `GRANT CREATE ON DATABASE ${quote(facts.database)} TO ${role}`
}
