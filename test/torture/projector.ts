/**
 * An instance of one version of a projection, beside others: it ends when a newer version has taken its place. Its clock
 * jumps, so that another one takes over while it still works.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper, Fenced, type ReadModel } from "everfold"
import { jumping } from "./clock.ts"
import { open, type Place } from "./places.ts"
import { lease, projecting } from "./projections/projecting.ts"
import { now, type Projecting, print } from "./report.ts"

const [where = "", design = "everfold", of = "1"] = process.argv.slice(2)
const place: Place = JSON.parse(where)
const version = Number(of)

/** Prints what becomes of its leases and its transactions. */
const watched = <Tx>(model: ReadModel.ReadModel<Tx>): ReadModel.ReadModel<Tx> => {
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

await Effect.runPromise(
  projecting(place, { version, design: design === "naive" ? "naive" : "everfold", batch: 20, around: watched }).pipe(
    Effect.catchCause((cause) =>
      Effect.sync(() => print({ told: "wrong", version, why: Cause.pretty(cause), start: now(), end: now() })),
    ),
    Effect.provide(Layer.mergeAll(open(place), EventMapper.plain)),
    Effect.provideService(Clock.Clock, jumping(2 * lease)),
  ),
)
