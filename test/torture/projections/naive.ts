/**
 * A naive read model: what a handler writes is in one transaction, and the checkpoint in the next; whoever had the lease
 * once works on. The checks must catch it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type Commit, InvalidInput, type ReadModel } from "everfold"
import * as t from "io-ts"
import type { Database } from "./digests.ts"

const Standing = t.array(t.type({ position: t.number, epoch: t.number, until: t.number }))
const Active = t.array(t.type({ version: t.number }))

export const naive = Effect.fnUntraced(function* <Id, Tx, Err>(
  real: ReadModel.ReadModel<Tx>,
  { run }: Database<Id, Tx, Err>,
) {
  // A checkpoint that nobody else has: whatever is done under it is a transaction and nothing more.
  const own = { consumer: `naive-${process.pid}-${Date.now()}`, upstream: "log", partition: 0 }
  const { epoch } = Option.getOrThrow(yield* real.acquire(own, 3_600_000))
  const transact = <A, E, R>(work: (transaction: Tx) => Effect.Effect<A, E, R>) =>
    real.transact({ ...own, epoch, from: 0, to: 0 }, work)
  const ask = (statement: string, ...values: ReadonlyArray<string | number>) =>
    transact((transaction) => Effect.orDie(run(transaction)(statement, ...values))).pipe(
      Effect.catchTag(["CheckpointConflict", "Fenced", "CommitUnknown"], Effect.die),
    )
  const standing = ({ consumer }: Commit.CheckpointKey) =>
    Effect.map(ask("SELECT position, epoch, until FROM naive_checkpoint WHERE consumer = ?", consumer), (rows) =>
      Standing.is(rows) ? rows[0] : undefined,
    )
  yield* ask(
    "CREATE TABLE IF NOT EXISTS naive_checkpoint (consumer text PRIMARY KEY, position integer, epoch integer, until float)",
  )
  yield* ask("CREATE TABLE IF NOT EXISTS naive_active (name text PRIMARY KEY, version integer)")

  const model: ReadModel.ReadModel<Tx> = {
    acquire: Effect.fnUntraced(function* (key, ttl) {
      const now = yield* Clock.currentTimeMillis
      const { position, epoch, until } = (yield* standing(key)) ?? { position: 0, epoch: 0, until: 0 }
      if (until > now) return Option.none()
      yield* ask(
        `INSERT INTO naive_checkpoint VALUES (?, ?, ?, ?)
         ON CONFLICT (consumer) DO UPDATE SET epoch = excluded.epoch, until = excluded.until`,
        key.consumer,
        position,
        epoch + 1,
        now + ttl,
      )
      return Option.some({ position, epoch: epoch + 1 })
    }),
    renew: Effect.fnUntraced(function* ({ consumer }, _, ttl) {
      const now = yield* Clock.currentTimeMillis
      yield* ask("UPDATE naive_checkpoint SET until = ? WHERE consumer = ?", now + ttl, consumer)
    }),
    read: (key) => Effect.map(standing(key), (found) => found?.position ?? 0),
    changes: Stream.tick("50 millis"),
    transact: ({ consumer, from, to, activate }, work) =>
      Effect.gen(function* () {
        if (to < from) return yield* new InvalidInput({ what: "backwards" })
        const answer = yield* transact(work)
        yield* ask("UPDATE naive_checkpoint SET position = ? WHERE consumer = ?", to, consumer)
        if (activate !== undefined) {
          const { name, version } = activate
          const sql =
            "INSERT INTO naive_active VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version"
          yield* ask(sql, name, version)
        }
        return answer
      }),
    parked: () => Effect.succeed([]),
    active: (name) =>
      Effect.map(Effect.orDie(ask("SELECT version FROM naive_active WHERE name = ?", name)), (rows) =>
        Option.fromUndefinedOr(Active.is(rows) ? rows[0]?.version : undefined),
      ),
  }
  return model
})
