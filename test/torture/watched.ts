/** A read model that prints what becomes of an instance's leases and transactions. */
import * as Effect from "effect/Effect"
import { Fenced, type ReadModel } from "everfold"
import { now, type Projecting, print } from "./report.ts"

export const watched =
  (version: number) =>
  <Tx>(model: ReadModel.ReadModel<Tx>): ReadModel.ReadModel<Tx> => {
    const tell = (what: Projecting, start: number) => Effect.sync(() => print({ ...what, version, start, end: now() }))
    const fenced = (epoch: number, start: number) => (error: unknown) =>
      error instanceof Fenced ? tell({ told: "overtaken", epoch }, start) : Effect.void
    return {
      ...model,
      acquire: (key, ttl) =>
        Effect.suspend(() => {
          const start = now()
          return Effect.tap(model.acquire(key, ttl), (found) =>
            found._tag === "None"
              ? Effect.void
              : tell({ told: "began", instance: process.pid, epoch: found.value.epoch }, start),
          )
        }),
      renew: (key, epoch, ttl) =>
        Effect.suspend(() => Effect.tapError(model.renew(key, epoch, ttl), fenced(epoch, now()))),
      transact: (move, work) =>
        Effect.suspend(() => {
          const start = now()
          return model.transact(move, work).pipe(
            Effect.tap(() => tell({ told: "projected", from: move.from, to: move.to }, start)),
            Effect.tapError(fenced(move.epoch, start)),
          )
        }),
    }
  }
