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
import { StoreUnavailable } from "../../core/port/Errors.ts"
import * as LiveClock from "../../core/port/LiveClock.ts"
import * as Applied from "./Applied.ts"
import { type Connection, type Connector, connector } from "./Connection.ts"
import { fault } from "./faults.ts"
import type { Migration, Release } from "./migrationFiles.ts"
import { Damaged, text } from "./rows.ts"
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
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Postgres } from "everfold/postgres"
 *
 * const options: Postgres.Options = { url: process.env.EVERFOLD_POSTGRES_URL ?? "", schema: "bank" }
 * const describe = ({ from, to, migrations }: Postgres.Plan): string =>
 *   from === to ? "up to date" : `lacks ${migrations[0]} and others`
 * console.log(describe(await Effect.runPromise(Postgres.plan(options)))) // lacks tables and others
 * ```
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

const refused = (what: string, why: string): StoreUnavailable =>
  new StoreUnavailable({ what, retryable: false, cause: new Error(why) })

/** A store's schema, and how to connect to its server. */
interface Target {
  readonly what: string
  readonly connector: Connector
  readonly schema: string
  readonly release: Release
}

const attempting = <A>(
  what: string,
  sent: boolean,
  work: (signal: AbortSignal) => Promise<A>,
): Effect.Effect<A, StoreUnavailable> =>
  Effect.flatten(
    Effect.promise(async (signal): Promise<Effect.Effect<A, StoreUnavailable>> => {
      try {
        return Effect.succeed(await work(signal))
      } catch (error) {
        const found = fault(error, sent)
        if (found === undefined) return Effect.die(error)
        return Effect.fail(new StoreUnavailable({ what, retryable: found.passing, cause: found.cause }))
      }
    }),
  )

const connected = ({ what, connector }: Target): Effect.Effect<Connection, StoreUnavailable, Scope> => {
  const connecting = attempting(what, false, async (signal) => {
    signal.addEventListener("abort", connector.abandon)
    const connection = await connector.connect()
    if (signal.aborted) connection.destroy()
    return connection
  })
  const close = (connection: Connection) => Effect.promise(connection.close)
  return Effect.acquireRelease(connecting, close, { interruptible: true })
}

/** What a statement answers: one JSON text. */
const ask = <A>(
  { what }: Target,
  connection: Connection,
  codec: t.Type<A>,
  statement: string,
  parameters: ReadonlyArray<string> = [],
): Effect.Effect<A, StoreUnavailable> =>
  attempting(what, true, async () => {
    let answer: unknown
    await connection.run(statement, parameters, ([json]) => {
      answer = JSON.parse(text(json))
    })
    if (codec.is(answer)) return answer
    throw new Damaged("the server's catalogs answer what they cannot")
  })

interface Seen {
  readonly facts: Applied.Facts
  readonly records: Applied.Records
  readonly missing: ReadonlyArray<Migration>
}

const look = Effect.fnUntraced(function* (
  target: Target,
  connection: Connection,
): Effect.fn.Return<Seen, StoreUnavailable> {
  const { what, schema, release } = target
  const facts = yield* ask(target, connection, Applied.Facts, Applied.facts, [schema])
  const grant = Applied.grantToRead(schema, facts)
  if (grant !== undefined) {
    return yield* refused(what, `the role ${quote(facts.role)} may not look into it; its owner allows it by ${grant}`)
  }
  const records = facts.ours ? yield* ask(target, connection, Applied.Records, within(schema, Applied.records)) : []
  const missing = Applied.lacking(schema, release, facts, records)
  return isLeft(missing) ? yield* refused(what, missing.left) : { facts, records, missing: missing.right }
})

const planned = ({ schema, release }: Target, { facts, records, missing }: Seen): Plan => ({
  from: records.length,
  to: records.length + missing.length,
  migrations: missing.map(({ name }) => name),
  sql: missing.length === 0 ? "" : script(schema, facts, release, missing),
})

const refuseToApply = ({ what, schema }: Target, facts: Applied.Facts): StoreUnavailable | undefined => {
  if (facts.readOnly) {
    return refused(what, "the server is a standby, or set to be read only (default_transaction_read_only)")
  }
  const grant = Applied.grantToApply(schema, facts)
  if (grant === undefined) return undefined
  return refused(what, `the role ${quote(facts.role)} may not; allow it by ${grant}, or let the schema's owner migrate`)
}

const planning = (target: Target): Effect.Effect<Plan, StoreUnavailable> =>
  Effect.scoped(
    Effect.map(
      Effect.flatMap(connected(target), (connection) => look(target, connection)),
      (seen) => planned(target, seen),
    ),
  )

/** A pooler would give what is left of a transaction to somebody else. */
const carryOut = async (connection: Connection, statements: string): Promise<void> => {
  try {
    await connection.script(statements)
  } catch (error) {
    if (connection.isOpen()) await connection.script("ROLLBACK").catch(() => {})
    throw error
  }
}

/** A migration that failed, and what was seen before it. */
interface Failed {
  readonly seen: Seen
  readonly error: StoreUnavailable
}

/** Somebody else was first. */
const moved = (before: Seen, now: Seen): boolean =>
  now.records.length > before.records.length || now.facts.exists !== before.facts.exists

/** What a schema has only grows, so this ends. */
const apply = (target: Target, failed?: Failed): Effect.Effect<Plan, StoreUnavailable> =>
  Effect.gen(function* () {
    const connection = yield* connected(target)
    const seen = yield* look(target, connection)
    if (failed !== undefined && !moved(failed.seen, seen)) return yield* failed.error
    const plan = planned(target, seen)
    if (plan.sql === "") return plan
    const refusal = refuseToApply(target, seen.facts)
    if (refusal !== undefined) return yield* refusal
    return yield* Effect.match(
      attempting(target.what, true, () => carryOut(connection, plan.sql)),
      { onSuccess: () => plan, onFailure: (error) => ({ seen, error }) },
    )
  }).pipe(
    Effect.scoped,
    Effect.flatMap((done) => ("error" in done ? apply(target, done) : Effect.succeed(done))),
  )

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
    const once = work({ what, connector: connector({ url, prepare: false }), schema, release })
    return LiveClock.around(once, Effect.retry({ schedule: patience, while: ({ retryable }) => retryable }))
  }

/**
 * What `migrate` would do. It changes nothing.
 *
 * @category queries
 * @since 0.1.0
 */
export const plan = attempt("planning", planning)

/**
 * Applies what is missing, and answers what it did.
 *
 * @category commands
 * @since 0.1.0
 */
export const migrate = attempt("migrating", (target) => apply(target))

/**
 * Fails unless the release can work with the schema as it is.
 *
 * @category queries
 * @since 0.1.0
 */
export const check = attempt(
  "checking",
  Effect.fnUntraced(function* (target: Target) {
    const { from, to } = yield* planning(target)
    if (from === to) return
    const lacks = `it has version ${from}, and this release works with version ${to}`
    return yield* refused(target.what, `${lacks}; let the schema's owner migrate it first (Postgres.migrate)`)
  }),
)
