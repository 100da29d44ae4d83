/**
 * Consumers' checkpoints and their leases.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CheckpointKey } from "../../core/event/Commit.ts"
import { Fenced } from "../../core/event/Errors.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import { StoreUnavailable } from "../../core/port/Errors.ts"
import { type Database, patiently } from "./Database.ts"
import { integer, type Row } from "./rows.ts"

const what = "recording a lease"

/** A lease that never began has ended. */
const ending = (until: number): string => String(Number.isNaN(until) ? 0 : until)

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (database: Database): typeof Checkpoints.Service => {
  const { schema } = database
  const key = "consumer = $1 AND upstream = $2 AND partition = $3"
  const statements = {
    acquire: `SELECT reached, begun FROM ${schema}.acquire_1($1, $2, $3, $4, $5)`,
    /** Epoch 0 is that of a consumer without a lease. */
    renew: `
      INSERT INTO ${schema}.lease AS l (consumer, upstream, partition, epoch, until)
      SELECT $1::text, $2::text, $3::bigint, $4::bigint, $5::double precision
      WHERE $4 = 0 OR EXISTS (SELECT FROM ${schema}.lease WHERE ${key})
      ON CONFLICT (consumer, upstream, partition) DO UPDATE SET until = excluded.until WHERE l.epoch = excluded.epoch
      RETURNING 1`,
    epoch: `SELECT coalesce((SELECT epoch FROM ${schema}.lease WHERE ${key}), 0)`,
    position: `SELECT coalesce((SELECT position FROM ${schema}.checkpoint WHERE ${key}), 0)`,
  }
  const number = (rows: ReadonlyArray<Row>): number => integer(rows[0]?.[0])
  const named = ({ consumer, upstream, partition }: CheckpointKey) => [consumer, upstream, partition]

  const acquireOnce = Effect.fnUntraced(function* (key: CheckpointKey, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    const parameters = [...named(key), ending(now), ending(now + ttlMillis)]
    return yield* database.write(what, statements.acquire, parameters, ([row = []]) =>
      row[1] === null ? Option.none() : Option.some({ position: integer(row[0]), epoch: integer(row[1]) }),
    )
  })

  const acquire = (key: CheckpointKey, ttlMillis: number) =>
    patiently(acquireOnce(key, ttlMillis), (error) => error._tag === "StoreUnavailable" && error.retryable).pipe(
      // A lease that may have been taken is one that runs out: nothing depends on knowing.
      Effect.catchTag("CommitUnknown", ({ cause }) =>
        Effect.fail(new StoreUnavailable({ what, retryable: true, cause })),
      ),
    )

  /** Outside the commit-ordered section, and not behind the commits of this process: a lease must not run out there. */
  const renew = Effect.fnUntraced(function* (key: CheckpointKey, epoch: number, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    // No epoch is below 0.
    const parameters = [...named(key), Number.isSafeInteger(epoch) ? epoch : -1, ending(now + ttlMillis)]
    const renewed = yield* database.read(what, statements.renew, parameters, (rows) => rows.length > 0)
    if (renewed) return
    return yield* new Fenced({ epoch: yield* database.read(what, statements.epoch, named(key), number) })
  })

  return Checkpoints.checked({
    acquire,
    renew,
    read: (key) => database.read("reading a checkpoint", statements.position, named(key), number),
  })
}
