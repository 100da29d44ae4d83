/**
 * The port to snapshots: the latest of each stream. A snapshot saves time and changes nothing else.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { StoredSnapshot } from "../event/Snapshot.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { StoreUnavailable } from "./Errors.ts"

/**
 * Keeps snapshots, and gives them out. A store's own layer keeps them beside the events; `Snapshots.none` keeps none.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Snapshots } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const forgetful = Layer.merge(Memory.layer, Snapshots.none)
 * const latest = Snapshots.use((snapshots) => snapshots.read({ category: "Account", id: "ada" }))
 * console.log((await Effect.runPromise(latest.pipe(Effect.provide(forgetful))))._tag) // None
 * ```
 * @category service
 * @since 0.1.0
 */
export class Snapshots extends Context.Service<
  Snapshots,
  {
    /** The one that was kept last. A load waits ten seconds for it, and then folds the whole stream. */
    readonly read: (stream: StreamName) => Effect.Effect<Option.Option<StoredSnapshot>, StoreUnavailable>
    /** Keeps it in place of the one before. */
    readonly write: (snapshot: StoredSnapshot) => Effect.Effect<void, StoreUnavailable>
  }
>()("everfold/core/port/Snapshots") {
  /** Keeps no snapshots: every load folds the whole stream. */
  static readonly none: Layer.Layer<Snapshots> = Layer.succeed(Snapshots, {
    read: () => Effect.succeed(Option.none()),
    write: () => Effect.void,
  })
}
