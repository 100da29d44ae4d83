/**
 * A store that is closed and opened again between any two calls, so that laws about what it answers become laws about
 * what it keeps.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Changes from "../../core/port/Changes.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { Snapshots } from "../../core/port/Snapshots.ts"
import * as Trace from "../Trace.ts"
import type { StoreServices } from "./World.ts"

/** That it is opened and closed goes without saying: what is asked in between is the story. */
const quietly = Effect.provideService(Trace.Lines, undefined)

/**
 * The store of a new place, opened for each call and closed after it; the calls come one after another. `place` makes a
 * new, empty place, a file in a new folder say, and answers the layer that opens the store there.
 *
 * A store that does not open, or does not close, dies.
 *
 * @example
 * ```ts
 * import * as fs from "node:fs"
 * import * as os from "node:os"
 * import * as path from "node:path"
 * import * as Effect from "effect/Effect"
 * import { EventStore } from "everfold"
 * import { StoreLaws } from "everfold/laws"
 * import { Sqlite } from "everfold/sqlite"
 *
 * const place = Effect.acquireRelease(
 *   Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "store-"))),
 *   (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true }))
 * ).pipe(Effect.map((folder) => Sqlite.layer({ filename: path.join(folder, "store.db") })))
 *
 * const head = EventStore.use((store) => store.head).pipe(Effect.provide(StoreLaws.reopened(place)))
 * console.log(await Effect.runPromise(head)) // 0
 * ```
 * @category layers
 * @since 0.1.0
 */
export const reopened = <E, E2>(
  place: Effect.Effect<Layer.Layer<StoreServices, E>, E2, Scope.Scope>,
): Layer.Layer<StoreServices, E | E2> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const layer = yield* place
      const alone = yield* Semaphore.make(1)
      const opened = <A, E3>(use: (services: Context.Context<StoreServices>) => Effect.Effect<A, E3>) =>
        alone.withPermits(1)(
          Effect.acquireUseRelease(
            Scope.make(),
            (scope) => Effect.flatMap(quietly(Effect.orDie(Layer.buildWithScope(Layer.fresh(layer), scope))), use),
            (scope, exit) => quietly(Scope.close(scope, exit)),
          ),
        )
      const store = <A, E3>(call: (store: EventStore["Service"]) => Effect.Effect<A, E3>) =>
        opened((services) => call(Context.get(services, EventStore)))
      const checkpoints = <A, E3>(call: (checkpoints: Checkpoints["Service"]) => Effect.Effect<A, E3>) =>
        opened((services) => call(Context.get(services, Checkpoints)))
      const snapshots = <A, E3>(call: (snapshots: Snapshots["Service"]) => Effect.Effect<A, E3>) =>
        opened((services) => call(Context.get(services, Snapshots)))

      const head = store((store) => store.head)
      const changes = Changes.make(yield* Effect.orDie(head))
      return Context.make(
        EventStore,
        EventStore.of({
          commit: (commit) =>
            Effect.tap(
              store((store) => store.commit(commit)),
              ({ position }) => Effect.sync(() => changes.tell(position)),
            ),
          readStream: (stream, range) => store((store) => store.readStream(stream, range)),
          readAll: (range) => store((store) => store.readAll(range)),
          streams: (range) => store((store) => store.streams(range)),
          command: (id) => store((store) => store.command(id)),
          head,
          changes: changes.stream,
        }),
      ).pipe(
        Context.add(
          Checkpoints,
          Checkpoints.of({
            acquire: (key, ttlMillis) => checkpoints((leases) => leases.acquire(key, ttlMillis)),
            renew: (key, epoch, ttlMillis) => checkpoints((leases) => leases.renew(key, epoch, ttlMillis)),
            read: (key) => checkpoints((leases) => leases.read(key)),
          }),
        ),
        Context.add(
          Snapshots,
          Snapshots.of({
            read: (stream) => snapshots((kept) => kept.read(stream)),
            write: (snapshot) => snapshots((kept) => kept.write(snapshot)),
          }),
        ),
      )
    }),
  )
