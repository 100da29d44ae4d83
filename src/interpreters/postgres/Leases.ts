/**
 * Consumers' checkpoints and their leases.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Fenced } from "../../core/event/Errors.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import type { Database } from "./Database.ts"
import { integer } from "./rows.ts"

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (database: Database): typeof Checkpoints.Service => {
  const { schema } = database
  const key = "consumer = $1 AND upstream = $2 AND partition = $3"
  const read: (typeof Checkpoints.Service)["read"] = (k) =>
    database.read(
      "reading a checkpoint",
      `SELECT position FROM ${schema}.checkpoint WHERE ${key}`,
      [k.consumer, k.upstream, k.partition],
      (rows) => integer(rows[0]?.[0] ?? "0"),
    )
  const epochOf = (k: Parameters<typeof read>[0]) =>
    database.read(
      "reading a lease",
      `SELECT epoch FROM ${schema}.lease WHERE ${key}`,
      [k.consumer, k.upstream, k.partition],
      (rows) => integer(rows[0]?.[0] ?? "0"),
    )
  return Checkpoints.checked({
    acquire: Effect.fnUntraced(function* (k, ttl) {
      const now = yield* Clock.currentTimeMillis
      const epoch = yield* database.read(
        "taking a lease",
        `INSERT INTO ${schema}.lease AS l VALUES ($1, $2, $3, 1, $5::text::float8)
         ON CONFLICT (consumer, upstream, partition) DO UPDATE SET epoch = l.epoch + 1, until = excluded.until
         WHERE l.until <= $4::text::float8 RETURNING epoch`,
        [k.consumer, k.upstream, k.partition, String(now), String(now + ttl)],
        (rows) => rows[0]?.[0],
      )
      if (epoch === undefined) return Option.none()
      return Option.some({ position: yield* read(k), epoch: integer(epoch) })
    }),
    renew: Effect.fnUntraced(function* (k, epoch, ttl) {
      const now = yield* Clock.currentTimeMillis
      const stored = yield* epochOf(k)
      if (stored !== epoch) return yield* new Fenced({ epoch: stored })
      yield* database.read(
        "renewing a lease",
        `UPDATE ${schema}.lease SET until = $5::text::float8 WHERE ${key} AND epoch = $4`,
        [k.consumer, k.upstream, k.partition, epoch, String(now + ttl)],
        () => undefined,
      )
    }),
    read,
  })
}
