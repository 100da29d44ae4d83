/**
 * How a release makes the schema of a store, and brings one up to date. All that is missing is applied in one transaction
 * or not at all, by one process at a time.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import { isLeft } from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import postgres from "postgres"
import { StoreUnavailable } from "../../core/port/Errors.ts"
import * as LiveClock from "../../core/port/LiveClock.ts"
import * as Applied from "./Applied.ts"
import type { Migration, Release } from "./migrationFiles.ts"
import { faultOf, quote, schemaDefault, within } from "./schemaName.ts"

/**
 * Which store.
 *
 * @category model
 * @since 0.1.0
 */
export interface Options {
  /** `postgres://user:password@host:5432/database`. */
  readonly url: string
  /** The schema that holds the store, `everfold` unless another one is named. */
  readonly schema?: string
}

/**
 * What a schema lacks.
 *
 * @category model
 * @since 0.1.0
 */
export interface Plan {
  /** The version that the schema has; 0 where it is not there. */
  readonly from: number
  readonly to: number
  /** Their names, in order. */
  readonly migrations: ReadonlyArray<string>
  /** One transaction that psql runs as well; empty where nothing is missing. */
  readonly sql: string
}

/** How long somebody else's migration, or a lock on a table, is waited for at a time. */
const lockTimeout = "10s"

/** Two stores of one database do not wait for each other. */
const lockKey = (schema: string): bigint =>
  createHash("sha256").update(`everfold/postgres/migrate/${schema}`).digest().readBigInt64BE()

const record = (release: Release, { version, name, digest, serves }: Migration): string =>
  "INSERT INTO everfold.migration (version, name, digest, serves, release)\n" +
  `  VALUES (${version}, '${name}', '${digest}', ${serves}, '${release.name}');\n`

/**
 * Whoever comes second finds a record of the same version, and has done nothing. The names of types and functions are
 * PostgreSQL's own, whatever the session's search path.
 */
const script = (schema: string, facts: Applied.Facts, release: Release, missing: ReadonlyArray<Migration>): string => {
  const parts = [
    "BEGIN ISOLATION LEVEL READ COMMITTED;\n",
    "SET LOCAL search_path = pg_catalog, pg_temp;\nSET LOCAL standard_conforming_strings = on;\n",
    `SET LOCAL statement_timeout = 0;\nSET LOCAL lock_timeout = '${lockTimeout}';\n`,
    `SELECT pg_catalog.pg_advisory_xact_lock(${lockKey(schema)});\n\n`,
    ...(facts.exists ? [] : [`CREATE SCHEMA ${quote(schema)};\n`]),
    ...(facts.ours ? [] : [release.table, "\n"]),
    ...missing.map((one) => `${record(release, one)}${one.sql}\n`),
    "COMMIT;\n",
  ]
  return within(schema, parts.join(""))
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""

/** Lost or refused connections, a server that starts or stops or has no room, a lock that somebody else holds. */
const passing = /^(08...|53...|57P0[1-5]|57014|40...|55P03|E[A-Z]+|CONNECT\w*)$/

const unavailable = (what: string, cause: unknown): StoreUnavailable =>
  new StoreUnavailable({ what, retryable: passing.test(codeOf(cause)), cause })

const refused = (what: string, why: string): StoreUnavailable =>
  new StoreUnavailable({ what, retryable: false, cause: new Error(why) })

const connect = (what: string, url: string): Effect.Effect<postgres.Sql, StoreUnavailable, Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => postgres(url, { max: 1, prepare: false, fetch_types: false, connect_timeout: 10, onnotice: () => {} }),
      // The driver's own message shows the URL, and so the password.
      catch: () => refused(what, "the URL is none: write postgres://user:password@host:5432/database"),
    }),
    (sql) => Effect.promise(() => sql.end({ timeout: 0 })),
  )

interface Seen {
  readonly facts: Applied.Facts
  readonly records: Applied.Records
  readonly missing: ReadonlyArray<Migration>
}

/** A store's schema, and a connection to its server. */
interface Target {
  readonly what: string
  readonly sql: postgres.Sql
  readonly schema: string
  readonly release: Release
}

const ask = <A>(
  { what, sql }: Target,
  codec: t.Type<A>,
  statement: string,
  parameters: Array<string> = [],
): Effect.Effect<A, StoreUnavailable> =>
  Effect.flatMap(
    Effect.tryPromise({
      try: async (): Promise<unknown> => {
        const [row] = await sql.unsafe(statement, parameters).values()
        return JSON.parse(row?.[0])
      },
      catch: (cause) => unavailable(what, cause),
    }),
    (answer) => (codec.is(answer) ? Effect.succeed(answer) : Effect.die(answer)),
  )

const look = Effect.fnUntraced(function* (target: Target): Effect.fn.Return<Seen, StoreUnavailable> {
  const { what, schema } = target
  const facts = yield* ask(target, Applied.Facts, Applied.facts, [schema])
  const grant = Applied.grantToRead(schema, facts)
  if (grant !== undefined) {
    return yield* refused(what, `the role ${quote(facts.role)} may not look into it; its owner allows it by ${grant}`)
  }
  const records = facts.ours ? yield* ask(target, Applied.Records, within(schema, Applied.records)) : []
  const missing = Applied.lacking(schema, target.release, facts, records)
  return isLeft(missing) ? yield* refused(what, missing.left) : { facts, records, missing: missing.right }
})

const planned = ({ schema, release }: Target, { facts, records, missing }: Seen): Plan => ({
  from: records.length,
  to: records.length + missing.length,
  migrations: missing.map(({ name }) => name),
  sql: missing.length === 0 ? "" : script(schema, facts, release, missing),
})

/** The driver ends the process when a connection dies inside its own `begin`: this is one message, and one to undo it. */
const run = ({ what, sql }: Target, statements: string): Effect.Effect<void, StoreUnavailable> =>
  Effect.tryPromise({
    try: async () => {
      try {
        await sql.unsafe(statements)
      } catch (error) {
        await sql.unsafe("ROLLBACK").catch(() => {})
        throw error
      }
    },
    catch: (cause) => unavailable(what, cause),
  })

const refuseToApply = ({ what, schema }: Target, facts: Applied.Facts): StoreUnavailable | undefined => {
  if (facts.standby) return refused(what, "the server is a standby, and only its primary can be changed")
  const grant = Applied.grantToApply(schema, facts)
  if (grant === undefined) return undefined
  return refused(what, `the role ${quote(facts.role)} may not; allow it by ${grant}, or let the schema's owner migrate`)
}

const apply = Effect.fnUntraced(function* (target: Target): Effect.fn.Return<Plan, StoreUnavailable> {
  const seen = yield* look(target)
  const plan = planned(target, seen)
  if (plan.sql === "") return plan
  const refusal = refuseToApply(target, seen.facts)
  if (refusal !== undefined) return yield* refusal
  return yield* Effect.matchEffect(run(target, plan.sql), {
    onSuccess: () => Effect.succeed(plan),
    onFailure: (error) =>
      Effect.flatMap(look(target), (now) =>
        // Somebody else was first. What a schema has only grows, so this ends.
        now.records.length > plan.from || now.facts.exists !== seen.facts.exists ? apply(target) : Effect.fail(error),
      ),
  })
})

/** Waits for a server that starts, and for the migration of another process. */
const patience = Schedule.min([Schedule.exponential("20 millis", 1.5), Schedule.spaced("1 second")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ duration: "30 seconds" }),
)

const attempt =
  <A>(doing: string, work: (target: Target) => Effect.Effect<A, StoreUnavailable>) =>
  (release: Release, { url, schema = schemaDefault }: Options): Effect.Effect<A, StoreUnavailable> => {
    const what = `${doing} the PostgreSQL schema ${JSON.stringify(schema)}`
    const fault = faultOf(schema)
    if (fault !== undefined) return Effect.fail(refused(what, fault))
    const once = Effect.flatMap(connect(what, url), (sql) => work({ what, sql, schema, release }))
    return LiveClock.around(
      Effect.scoped(once),
      Effect.retry({ schedule: patience, while: ({ retryable }) => retryable }),
    )
  }

/**
 * What `migrate` would do. It changes nothing.
 *
 * @category queries
 * @since 0.1.0
 */
export const plan = attempt("planning", (target) => Effect.map(look(target), (seen) => planned(target, seen)))

/**
 * Applies what is missing, and answers what it did.
 *
 * @category commands
 * @since 0.1.0
 */
export const migrate = attempt("migrating", apply)

/**
 * Fails unless the release can work with the schema as it is.
 *
 * @category queries
 * @since 0.1.0
 */
export const check = attempt(
  "checking",
  Effect.fnUntraced(function* (target: Target) {
    const { from, to } = planned(target, yield* look(target))
    if (from === to) return
    const lacks = `it has version ${from}, and this release works with version ${to}`
    return yield* refused(target.what, `${lacks}; let the schema's owner migrate it first (Postgres.migrate)`)
  }),
)
