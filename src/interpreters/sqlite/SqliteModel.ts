/**
 * Read models in a SQLite file: a projection writes to tables of its user's in the transaction that records how far it
 * has come. The file is the user's; the library's own tables in it begin with `everfold_`.
 *
 * SQLite has one writer at a time. A handler holds the file for as long as it takes: let it do nothing else.
 *
 * @since 0.1.0
 */
import { resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { CheckpointKey } from "../../core/event/Commit.ts"
import { CheckpointConflict, Fenced } from "../../core/event/Errors.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import { CommitUnknown, type StoreUnavailable } from "../../core/port/Errors.ts"
import type { Move, Parked, ReadModel } from "../../core/port/ReadModel.ts"
import { attempt, inTransaction, isFault, isUndecided, rollback, unavailable } from "./Connection.ts"
import { integer, text } from "./rows.ts"

/** A value of a column. @category model @since 0.1.0 */
export type Value = null | number | bigint | string | Uint8Array

/**
 * What a transaction may use of a database of `node:sqlite`.
 *
 * @category model
 * @since 0.1.0
 */
export interface Database {
  readonly exec: (sql: string) => void
  readonly prepare: (sql: string) => {
    readonly run: (...values: ReadonlyArray<Value>) => unknown
    readonly get: (...values: ReadonlyArray<Value>) => unknown
    readonly all: (...values: ReadonlyArray<Value>) => ReadonlyArray<unknown>
  }
}

const what = "recording a read model"

const tables = `
CREATE TABLE IF NOT EXISTS everfold_checkpoint (
  consumer   TEXT NOT NULL,
  upstream   TEXT NOT NULL,
  partition  INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  epoch      INTEGER NOT NULL,
  until      REAL NOT NULL,                     -- milliseconds since 1970: when the lease ends
  PRIMARY KEY (consumer, upstream, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS everfold_parked (
  consumer   TEXT NOT NULL,
  upstream   TEXT NOT NULL,
  partition  INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  stream     TEXT NOT NULL,
  reason     TEXT NOT NULL,
  at         INTEGER NOT NULL,                  -- milliseconds since 1970
  PRIMARY KEY (consumer, upstream, partition, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS everfold_active (
  name     TEXT PRIMARY KEY,
  version  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`

/** Between two looks for what other processes recorded. */
const poll = "30 millis"

const ofKey = "consumer = ? AND upstream = ? AND partition = ?"

const statementsOf = (database: DatabaseSync) => {
  const prepare = (sql: string) => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  return {
    standing: prepare(`SELECT position, epoch, until FROM everfold_checkpoint WHERE ${ofKey}`),
    lease: prepare(`
      INSERT INTO everfold_checkpoint (consumer, upstream, partition, position, epoch, until) VALUES (?, ?, ?, 0, ?, ?)
      ON CONFLICT DO UPDATE SET epoch = excluded.epoch, until = excluded.until`),
    move: prepare(`UPDATE everfold_checkpoint SET position = ? WHERE ${ofKey}`),
    parked: prepare(`SELECT position, stream, reason, at FROM everfold_parked WHERE ${ofKey} ORDER BY position`),
    park: prepare("INSERT OR IGNORE INTO everfold_parked VALUES (?, ?, ?, ?, ?, ?, ?)"),
    unpark: prepare(`DELETE FROM everfold_parked WHERE ${ofKey} AND position = ?`),
    active: prepare("SELECT version FROM everfold_active WHERE name = ?"),
    activate: prepare("INSERT INTO everfold_active VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version"),
  }
}

const named = ({ consumer, upstream, partition }: CheckpointKey) => [consumer, upstream, partition] as const

const opened = Effect.fnUntraced(function* (filename: string) {
  const opening = `opening the SQLite file ${JSON.stringify(filename)}`
  const database = yield* Effect.acquireRelease(
    Effect.try({
      try: () => new DatabaseSync(resolve(filename), { timeout: 0 }),
      catch: (cause) => unavailable(opening, cause),
    }),
    (database) => Effect.sync(() => database.close()),
  )
  // Who makes the file just now, or recovers it, holds it for a moment.
  const settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON"
  yield* attempt(opening, () => Effect.succeed(database.exec(settings)))
  return database
})

const make = Effect.fnUntraced(function* (filename: string) {
  // Leases are not to be part of a transaction that a handler is in the middle of.
  const [writer, other] = [yield* opened(filename), yield* opened(filename)]
  yield* attempt(what, () => Effect.succeed(inTransaction(other, () => other.exec(tables))))
  const [inside, outside] = yield* attempt(what, () =>
    Effect.succeed([statementsOf(writer), statementsOf(other)] as const),
  )
  const one = Semaphore.makeUnsafe(1)

  const standingIn = ({ standing }: typeof inside, key: CheckpointKey) => {
    const row = standing.get(...named(key))
    return row === undefined
      ? { position: 0, epoch: 0, until: 0 }
      : { position: integer(row[0]), epoch: integer(row[1]), until: Number(row[2]) }
  }

  const acquire = Effect.fnUntraced(function* (key: CheckpointKey, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    return yield* attempt(what, () =>
      Effect.succeed(
        inTransaction(other, () => {
          const { position, epoch, until } = standingIn(outside, key)
          if (until > now) return Option.none<{ readonly position: number; readonly epoch: number }>()
          outside.lease.run(...named(key), epoch + 1, now + ttlMillis)
          return Option.some({ position, epoch: epoch + 1 })
        }),
      ),
    )
  })

  const renew = Effect.fnUntraced(function* (key: CheckpointKey, epoch: number, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    const found = yield* attempt(what, () =>
      Effect.succeed(
        inTransaction(other, () => {
          const standing = standingIn(outside, key)
          if (standing.epoch === epoch) outside.lease.run(...named(key), epoch, now + ttlMillis)
          return standing.epoch
        }),
      ),
    )
    if (found !== epoch) return yield* new Fenced({ epoch: found })
  })

  const activeIn = ({ active }: typeof inside, name: string): number | undefined => {
    const row = active.get(name)
    return row === undefined ? undefined : integer(row[0])
  }

  const check = (move: Move): Effect.Effect<void, Fenced | CheckpointConflict> => {
    const { position, epoch } = standingIn(inside, move)
    const { activate } = move
    const isLate = activate !== undefined && activate.version < (activeIn(inside, activate.name) ?? 0)
    if (epoch !== move.epoch || isLate) return Effect.fail(new Fenced({ epoch }))
    const isThere = position === move.from && move.to >= move.from
    return isThere ? Effect.void : Effect.fail(new CheckpointConflict({ stored: position }))
  }

  const record = (move: Move): void => {
    inside.move.run(move.to, ...named(move))
    for (const { position, stream, reason, at } of move.park ?? []) {
      inside.park.run(...named(move), position, stream, reason, at)
    }
    for (const position of move.unpark ?? []) inside.unpark.run(...named(move), position)
    if (move.activate !== undefined) inside.activate.run(move.activate.name, move.activate.version)
  }

  const commit = Effect.suspend((): Effect.Effect<void, CommitUnknown | StoreUnavailable> => {
    try {
      writer.exec("COMMIT")
      return Effect.void
    } catch (cause) {
      if (!isFault(cause)) return Effect.die(cause)
      return isUndecided(cause) ? Effect.fail(new CommitUnknown({ cause })) : Effect.fail(unavailable(what, cause))
    }
  })

  const guarded = <A, E>(work: () => Effect.Effect<A, E>): Effect.Effect<A, E | StoreUnavailable> =>
    Effect.suspend((): Effect.Effect<A, E | StoreUnavailable> => {
      try {
        return work()
      } catch (cause) {
        return isFault(cause) ? Effect.fail(unavailable(what, cause)) : Effect.die(cause)
      }
    })

  const transact = <A, E, R>(move: Move, work: (database: Database) => Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      yield* attempt(what, () => Effect.succeed(writer.exec("BEGIN IMMEDIATE")))
      // Nobody else writes from here on.
      yield* guarded(() => check(move))
      const answer = yield* work({
        exec: (sql) => writer.exec(sql),
        prepare: (sql) => writer.prepare(sql),
      })
      yield* guarded(() => Effect.succeed(record(move)))
      yield* commit
      return answer
    }).pipe(Effect.ensuring(Effect.sync(() => rollback(writer))), one.withPermits(1))

  const read = <A>(look: () => A) => attempt("reading a checkpoint", () => Effect.succeed(look()))
  const model: ReadModel<Database> = {
    ...Checkpoints.checked({ acquire, renew, read: (key) => read(() => standingIn(outside, key).position) }),
    transact,
    parked: (key) =>
      read(() =>
        outside.parked.all(...named(key)).map(
          (row): Parked => ({
            position: integer(row[0]),
            stream: text(row[1]),
            reason: text(row[2]),
            at: integer(row[3]),
          }),
        ),
      ),
    active: (name) => read(() => Option.fromUndefinedOr(activeIn(outside, name))),
    changes: Stream.tick(poll),
  }
  return model
})

/**
 * The read models of a SQLite file: what a projection names as its `model`. Its transactions are given the database of
 * `node:sqlite`: begin none in them, and end none.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventCodec, Projection } from "everfold"
 * import { SqliteModel } from "everfold/sqlite"
 * import * as t from "io-ts"
 *
 * const balances = Projection.make({
 *   name: "balances",
 *   version: 1,
 *   model: SqliteModel,
 *   events: EventCodec.make({ Deposited: t.type({ amount: t.number }) }),
 *   setup: (database) =>
 *     Effect.sync(() => database.exec("CREATE TABLE IF NOT EXISTS balance (id TEXT PRIMARY KEY, amount REAL NOT NULL)")),
 *   handle: ({ stream, event }, database) =>
 *     Effect.sync(() => {
 *       const add = "INSERT INTO balance VALUES (?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"
 *       database.prepare(add).run(stream.id, event.amount)
 *     })
 * })
 * console.log(balances.name) // balances
 * ```
 * @category service
 * @since 0.1.0
 */
export class SqliteModel extends Context.Service<SqliteModel, ReadModel<Database>>()(
  "everfold/interpreters/sqlite/SqliteModel",
) {
  /**
   * Makes the library's tables in the file, and the file where there is none.
   *
   * @example
   * ```ts
   * import { SqliteModel } from "everfold/sqlite"
   *
   * const Live = SqliteModel.layer({ filename: "bank-model.db" })
   * ```
   */
  static readonly layer = ({ filename }: { readonly filename: string }): Layer.Layer<SqliteModel, StoreUnavailable> =>
    Layer.effect(SqliteModel, make(filename))
}
