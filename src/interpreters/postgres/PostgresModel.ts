/**
 * Read models in a PostgreSQL database: a projection writes to tables of its user's, by the driver or whatever query
 * builder works with it, in the transaction that records how far it has come. The library's own tables are in a schema
 * beside them.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Scope } from "effect/Scope"
import type postgres from "postgres"
import type { CheckpointKey } from "../../core/event/Commit.ts"
import { CheckpointConflict, Fenced } from "../../core/event/Errors.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import { CommitUnknown, StoreUnavailable } from "../../core/port/Errors.ts"
import type { Move, Parked, ReadModel } from "../../core/port/ReadModel.ts"
import * as Connection from "./Connection.ts"
import * as Database from "./Database.ts"
import * as Follow from "./Follow.ts"
import { fault } from "./faults.ts"
import * as Migrator from "./Migrator.ts"
import { modelRelease } from "./migrationFiles.ts"
import { integer, type Row, text } from "./rows.ts"

/**
 * A query of a projection's failed.
 *
 * @example
 * ```ts
 * import { QueryFailed } from "everfold/postgres/model"
 *
 * console.log(new QueryFailed({ cause: new Error("division by zero") }).message) // division by zero
 * ```
 * @category errors
 * @since 0.1.0
 */
export class QueryFailed extends TaggedError("QueryFailed")<{ readonly cause: unknown }> {
  override get message(): string {
    return this.cause instanceof Error ? this.cause.message : String(this.cause)
  }
}

/**
 * Runs queries in a projection's transaction, by a client of the driver's whose statements are all in it. It begins and
 * ends by itself: begin none, and end none.
 *
 * @example
 * ```ts
 * import { type Query } from "everfold/postgres/model"
 *
 * const count = (run: Query, table: string) => run((sql) => sql`SELECT count(*)::int AS count FROM ${sql(table)}`)
 * ```
 * @category model
 * @since 0.1.0
 */
export type Query = <A>(query: (sql: postgres.Sql) => PromiseLike<A>) => Effect.Effect<A, QueryFailed>

/**
 * Where read models are.
 *
 * @example
 * ```ts
 * import { type Settings } from "everfold/postgres/model"
 *
 * const settings: Settings = { url: "postgres://app@database:5432/bank", schema: "bank_model" }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Settings {
  /** `postgres://user:password@host:5432/database`. */
  readonly url: string
  /** The schema of the library's own tables, `everfold_model` unless another one is named; not a store's. */
  readonly schema?: string
}

const what = "recording a read model"

/** Milliseconds that a transaction may have nothing to do: then its process is held up, and others wait for what it locked. */
const idle = 30_000

/** An error that is the connection's or the server's, wherever a handler has wrapped it. */
const faultIn = (error: unknown, depth = 0): ReturnType<typeof fault> => {
  const found = fault(error, true)
  if (found?.passing === true || depth === 8) return found
  return error instanceof Error && error.cause !== undefined ? faultIn(error.cause, depth + 1) : found
}

const named = ({ consumer, upstream, partition }: CheckpointKey) => [consumer, upstream, partition]

/** What `move_1` says. */
const refusal = (error: unknown): Fenced | CheckpointConflict | undefined => {
  if (!(error instanceof Error && "code" in error && "detail" in error)) return undefined
  if (error.code === "EF001") return new Fenced({ epoch: Number(error.detail) })
  return error.code === "EF002" ? new CheckpointConflict({ stored: Number(error.detail) }) : undefined
}

/** Transactions over connections that are kept, one each. */
const transactions = Effect.fnUntraced(function* ({
  connect,
  abandon,
}: Connection.Connector): Effect.fn.Return<
  <A, E, R>(
    work: (connection: Connection.Connection) => Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | StoreUnavailable, R>,
  never,
  Scope
> {
  const free: Array<Connection.Connection> = []
  const all = new Set<Connection.Connection>()

  const take = Effect.suspend(() => {
    for (let known = free.pop(); known !== undefined; known = free.pop())
      if (known.isOpen()) return Effect.succeed(known)
    return Effect.tryPromise({
      try: async () => {
        const made = await connect()
        all.add(made)
        made.onEnd(() => all.delete(made))
        return made
      },
      catch: (cause) => new StoreUnavailable({ what, retryable: fault(cause, false)?.passing ?? false, cause }),
    })
  })

  const rollBack = (connection: Connection.Connection) =>
    Effect.promise(() => connection.script("ROLLBACK").catch(() => connection.destroy())).pipe(
      Effect.timeoutOption("1 second"),
      Effect.tap((done) => Effect.sync(() => (Option.isNone(done) ? connection.destroy() : undefined))),
    )

  yield* Effect.addFinalizer(() =>
    Effect.promise(async () => {
      abandon()
      await Promise.all([...all].map((connection) => connection.close()))
    }),
  )

  return (work) =>
    Effect.acquireUseRelease(take, work, (connection, exit) =>
      Effect.suspend(() => (exit._tag === "Success" || !connection.isOpen() ? Effect.void : rollBack(connection))).pipe(
        Effect.andThen(
          Effect.sync(() => {
            if (connection.isOpen()) free.push(connection)
          }),
        ),
      ),
    )
})

const make = Effect.fnUntraced(function* (url: string, schemaName: string) {
  const database = yield* Database.make({ url, schema: schemaName, connections: 2 })
  const transaction = yield* transactions(Connection.connector({ url, prepare: true, typed: true }))
  const { schema } = database
  const follow = yield* Follow.make(database, `SELECT coalesce(sum(position), 0) FROM ${schema}.checkpoint`)
  const ofKey = "consumer = $1 AND upstream = $2 AND partition = $3"
  const number = (rows: ReadonlyArray<Row>): number => integer(rows[0]?.[0])
  const statements = {
    acquire: `
      WITH started AS (
        INSERT INTO ${schema}.checkpoint (consumer, upstream, partition, position) VALUES ($1, $2, $3, 0)
        ON CONFLICT DO NOTHING)
      INSERT INTO ${schema}.lease AS l (consumer, upstream, partition, epoch, until) VALUES ($1, $2, $3, 1, $5)
      ON CONFLICT (consumer, upstream, partition)
        DO UPDATE SET epoch = l.epoch + 1, until = excluded.until WHERE l.until <= $4
      RETURNING epoch`,
    renew: `UPDATE ${schema}.lease SET until = $5 WHERE ${ofKey} AND epoch = $4 RETURNING epoch`,
    epoch: `SELECT coalesce((SELECT epoch FROM ${schema}.lease WHERE ${ofKey}), 0)`,
    position: `SELECT coalesce((SELECT position FROM ${schema}.checkpoint WHERE ${ofKey}), 0)`,
    parked: `SELECT position, stream, reason, at FROM ${schema}.parked WHERE ${ofKey} ORDER BY position`,
    active: `SELECT version FROM ${schema}.active WHERE name = $1`,
    move: `SELECT ${schema}.move_1($1, $2, $3, $4, $5, $6)`,
    park: `
      INSERT INTO ${schema}.parked (consumer, upstream, partition, position, stream, reason, at)
      VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    unpark: `DELETE FROM ${schema}.parked WHERE ${ofKey} AND position = $4`,
    activate: `
      INSERT INTO ${schema}.active AS a (name, version) VALUES ($1, $2)
      ON CONFLICT (name) DO UPDATE SET version = excluded.version WHERE a.version <= excluded.version
      RETURNING version`,
  }

  const read = (key: CheckpointKey) => database.read("reading a checkpoint", statements.position, named(key), number)

  const acquire = Effect.fnUntraced(function* (key: CheckpointKey, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    const epoch = yield* database.read(what, statements.acquire, [...named(key), now, now + ttlMillis], ([row]) =>
      row === undefined ? undefined : integer(row[0]),
    )
    return epoch === undefined ? Option.none() : Option.some({ position: yield* read(key), epoch })
  })

  const renew = Effect.fnUntraced(function* (key: CheckpointKey, epoch: number, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    const isOurs = yield* database.read(
      what,
      statements.renew,
      [...named(key), epoch, now + ttlMillis],
      (rows) => rows.length > 0,
    )
    if (!isOurs) return yield* new Fenced({ epoch: yield* database.read(what, statements.epoch, named(key), number) })
  })

  const transact = <A, E, R>(move: Move, work: (query: Query) => Effect.Effect<A, E, R>) =>
    transaction((connection) =>
      Effect.gen(function* () {
        const unavailable = (cause: unknown) => {
          const found = fault(cause, true)
          return new StoreUnavailable({ what, retryable: found?.passing ?? false, cause: found?.cause ?? cause })
        }
        const script = (statements: string) =>
          Effect.tryPromise({ try: () => connection.script(statements), catch: unavailable })
        const rows = (statement: string, ...parameters: ReadonlyArray<string | number>) =>
          Effect.tryPromise({
            try: () => connection.use((sql) => sql.unsafe(statement, [...parameters], { prepare: true }).values()),
            catch: unavailable,
          })
        const query: Query = (query) =>
          Effect.tryPromise({ try: () => connection.use(query), catch: (cause) => new QueryFailed({ cause }) })

        yield* script(`BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${idle}`)
        if (move.activate !== undefined) {
          // First of all: who shows an older version after a newer one waits here, and is refused.
          const activated = yield* rows(statements.activate, move.activate.name, move.activate.version)
          if (activated.length === 0) return yield* new Fenced({ epoch: move.epoch })
        }
        const answer = yield* Effect.catchCause(work(query), (cause): Effect.Effect<never, E | StoreUnavailable> => {
          const found = faultIn(Cause.squash(cause))
          return found?.passing === true || !connection.isOpen()
            ? Effect.fail(new StoreUnavailable({ what, retryable: true, cause: Cause.squash(cause) }))
            : Effect.failCause(cause)
        })
        for (const { position, stream, reason, at } of move.park ?? []) {
          yield* rows(statements.park, ...named(move), position, stream, reason.replaceAll("\0", " "), at)
        }
        for (const position of move.unpark ?? []) yield* rows(statements.unpark, ...named(move), position)
        yield* Effect.uninterruptible(
          Effect.tryPromise({
            try: () =>
              connection.use((sql) =>
                Promise.all([
                  sql.unsafe(statements.move, [...named(move), move.epoch, move.from, move.to], { prepare: true }),
                  // Where that failed, this rolls back.
                  sql.unsafe("COMMIT"),
                ]),
              ),
            catch: (cause) => {
              const refused = refusal(cause)
              if (refused !== undefined) return refused
              return fault(cause, true)?.undone === true ? unavailable(cause) : new CommitUnknown({ cause })
            },
          }),
        )
        follow.recorded(0)
        return answer
      }),
    )

  const parkedOf = (row: Row): Parked => ({
    position: integer(row[0]),
    stream: text(row[1]),
    reason: text(row[2]),
    at: integer(row[3]),
  })
  return PostgresModel.of({
    ...Checkpoints.checked({ acquire, renew, read }),
    transact,
    parked: (key) =>
      database.read("reading what is parked", statements.parked, named(key), (rows) => rows.map(parkedOf)),
    active: (name) =>
      database.read("reading the active version", statements.active, [name], ([row]) =>
        row === undefined ? Option.none() : Option.some(integer(row[0])),
      ),
    changes: follow.changes,
  })
})

/**
 * The read models of a PostgreSQL database: what a projection names as its `model`.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { EventCodec, EventMapper, Projection } from "everfold"
 * import { Postgres } from "everfold/postgres"
 * import { PostgresModel } from "everfold/postgres/model"
 * import * as t from "io-ts"
 *
 * const balances = Projection.make({
 *   name: "balances",
 *   version: 1,
 *   model: PostgresModel,
 *   events: EventCodec.make({ Deposited: t.type({ amount: t.number }) }),
 *   setup: (run) => run((sql) => sql`CREATE TABLE IF NOT EXISTS balance (id text PRIMARY KEY, amount int)`),
 *   handle: ({ stream, event }, run) =>
 *     run(
 *       (sql) => sql`
 *         INSERT INTO balance AS b (id, amount) VALUES (${stream.id}, ${event.amount})
 *         ON CONFLICT (id) DO UPDATE SET amount = b.amount + excluded.amount`
 *     )
 * })
 * const url = process.env.EVERFOLD_POSTGRES_URL ?? ""
 * const Live = Layer.mergeAll(Postgres.layer({ url }), PostgresModel.layer({ url }), EventMapper.plain)
 * const status = Projection.status(balances).pipe(Effect.provide(Live))
 * console.log((await Effect.runPromise(status)).position) // 0
 * ```
 * @category service
 * @since 0.1.0
 */
export class PostgresModel extends Context.Service<PostgresModel, ReadModel<Query>>()(
  "everfold/interpreters/postgres/PostgresModel",
) {
  /**
   * Makes the library's tables where there are none, and brings them up to date.
   *
   * @example
   * ```ts
   * import { PostgresModel } from "everfold/postgres/model"
   *
   * const Live = PostgresModel.layer({ url: "postgres://app@database:5432/bank", schema: "bank_model" })
   * ```
   */
  static readonly layer = ({
    url,
    schema = "everfold_model",
  }: Settings): Layer.Layer<PostgresModel, StoreUnavailable> =>
    Layer.effect(
      PostgresModel,
      Effect.gen(function* () {
        const release = yield* modelRelease
        yield* Migrator.migrate(release, { url, schema })
        return yield* make(url, schema)
      }),
    )
}
