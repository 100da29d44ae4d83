/** Stores that are the one in memory but for one flaw. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Committed } from "../../../src/core/event/Commit.ts"
import type { StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import type { StreamName } from "../../../src/core/event/StreamName.ts"
import { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { Snapshots } from "../../../src/core/port/Snapshots.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"

export type Store = EventStore["Service"]
export type Leases = Checkpoints["Service"]
export type StoreLayer = Layer.Layer<EventStore | Checkpoints | Snapshots>

export interface Good {
  readonly store: Store
  readonly checkpoints: Leases
}

/** A new flawed store a build: what the flaw does not replace is as it should be. */
export const flawed = (
  flaw: (good: Good) => { readonly store?: Partial<Store>; readonly checkpoints?: Partial<Leases> },
): StoreLayer =>
  Layer.effectContext(
    Effect.map(Layer.build(Layer.fresh(Memory.layer)), (context) => {
      const good = { store: Context.get(context, EventStore), checkpoints: Context.get(context, Checkpoints) }
      const bad = flaw(good)
      return Context.make(EventStore, { ...good.store, ...bad.store }).pipe(
        Context.add(Checkpoints, { ...good.checkpoints, ...bad.checkpoints }),
        Context.add(Snapshots, Context.get(context, Snapshots)),
      )
    }),
  )

export const versionOf = (store: Store, stream: StreamName): Effect.Effect<number> =>
  store.readStream(stream).pipe(
    Effect.map((events) => events.length),
    Effect.orDie,
  )

/** A flaw in what is read, whichever way. */
export const reading = (store: Store, change: (events: ReadonlyArray<StoredEvent>) => ReadonlyArray<StoredEvent>) => ({
  readStream: (...args: Parameters<Store["readStream"]>) => Effect.map(store.readStream(...args), change),
  readAll: (...args: Parameters<Store["readAll"]>) =>
    Effect.map(store.readAll(...args), (page) => ({ ...page, events: change(page.events) })),
})

/** One answer of several commits that should have been one. */
export const together = (committed: ReadonlyArray<Committed>): Committed => ({
  repeated: false,
  position: Math.max(0, ...committed.map(({ position }) => position)),
  streams: committed.flatMap(({ streams }) => streams),
})
