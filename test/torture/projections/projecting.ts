/** An instance of the projection: as the library runs it, or over a naive read model. */
import * as Effect from "effect/Effect"
import { Projection, type ReadModel } from "everfold"
import type { Design } from "../designs.ts"
import type { Place } from "../places.ts"
import { inFile, inServer, modelSchema, type Opening } from "./databases.ts"
import { projection } from "./digests.ts"
import { naive } from "./naive.ts"

/** Milliseconds. */
export const lease = 300

/** What is done with a read model before it is projected into. */
type Around = <Tx>(model: ReadModel.ReadModel<Tx>) => ReadModel.ReadModel<Tx>

interface Instance {
  readonly version: number
  readonly design: Design
  /** Events in a transaction at most. */
  readonly batch: number
  readonly around: Around
}

const working = <Id, Tx, Err>(opening: Opening<Id, Tx, Err>, { version, design, batch, around }: Instance) =>
  Effect.gen(function* () {
    const real = yield* opening.model
    const model = around(design === "naive" ? yield* naive(real, opening) : real)
    yield* Projection.run(projection(opening, version), { lease, batch }).pipe(
      Effect.provideService(opening.model, model),
    )
  }).pipe(Effect.provide(opening.layer))

/** Until a newer version takes its place. */
export const projecting = (place: Place, instance: Instance) =>
  place.store === "sqlite"
    ? working(inFile(place.filename), instance)
    : working(inServer(place.url, modelSchema(place)), instance)
