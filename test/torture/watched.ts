/** A read model that prints what becomes of an instance's leases and transactions. */
import * as Effect from "effect/Effect"
import { type Commit, Fenced, type ReadModel } from "everfold"
import { now, type Projecting, print } from "./report.ts"

export const watched =
  (version: number) =>
  <Tx>(model: ReadModel.ReadModel<Tx>): ReadModel.ReadModel<Tx> => {
    const tell = (what: Projecting, start: number) => Effect.sync(() => print({ ...what, version, start, end: now() }))
    /** In how many partitions it is worked at is a checkpoint too, and none of a log. */
    const isOfLog = ({ consumer }: Commit.CheckpointKey): boolean => !consumer.endsWith("/partitions")
    const fenced = (epoch: number, start: number) => (error: unknown) =>
      error instanceof Fenced ? tell({ told: "overtaken", epoch }, start) : Effect.void
    return {
      ...model,
      acquire: (key, ttl) =>
        Effect.suspend(() => {
          const start = now()
          return Effect.tap(model.acquire(key, ttl), (found) =>
            found._tag === "None" || !isOfLog(key)
              ? Effect.void
              : tell({ told: "began", instance: process.pid, epoch: found.value.epoch }, start),
          )
        }),
      renew: (key, epoch, ttl) =>
        Effect.suspend(() => Effect.tapError(model.renew(key, epoch, ttl), fenced(epoch, now()))),
      transact: (move, work) =>
        Effect.suspend(() => {
          const start = now()
          const { from, to } = move
          return model.transact(move, work).pipe(
            Effect.tap(() => (isOfLog(move) ? tell({ told: "projected", from, to }, start) : Effect.void)),
            Effect.tapError(fenced(move.epoch, start)),
          )
        }),
    }
  }
