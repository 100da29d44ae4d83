/** An instance of the projection: as the library runs it, or over a naive read model. */
import * as Effect from "effect/Effect"
import { Fenced, Projection, type ReadModel } from "everfold"
import type { Design } from "../designs.ts"
import type { Place } from "../places.ts"
import { now, type Projecting, print } from "../report.ts"
import { inFile, inServer, modelSchema, type Opening } from "./databases.ts"
import { projection } from "./digests.ts"
import { naive } from "./naive.ts"

/** Milliseconds. */
export const lease = 300

/** Prints what becomes of its leases and its transactions. */
const watched = <Tx>(model: ReadModel.ReadModel<Tx>, version: number): ReadModel.ReadModel<Tx> => {
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

const working = <Id, Tx, Err>(opening: Opening<Id, Tx, Err>, design: Design, version: number, batch: number) =>
  Effect.gen(function* () {
    const real = yield* opening.model
    const model = watched(design === "naive" ? yield* naive(real, opening) : real, version)
    yield* Projection.run(projection(opening, version), { lease, batch }).pipe(
      Effect.provideService(opening.model, model),
    )
  }).pipe(Effect.provide(opening.layer))

/** Until a newer version takes its place. */
export const projecting = (place: Place, design: Design, version: number, batch = 20) =>
  place.store === "sqlite"
    ? working(inFile(place.filename), design, version, batch)
    : working(inServer(place.url, modelSchema(place)), design, version, batch)
