/**
 * The port to consumers' checkpoints. A checkpoint moves inside a commit (`Commit.checkpoint`); this port leases it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Option } from "effect/Option"
import type { CheckpointKey, Position } from "../event/Commit.ts"
import { keyFault } from "../event/CommitShape.ts"
import { type Fenced, InvalidInput } from "../event/Errors.ts"
import type { StoreUnavailable } from "./Errors.ts"

/**
 * The leases under which consumers work, one instance of each at a time, and how far each has come.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 * import { Checkpoints } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const billing = { consumer: "billing", upstream: "log", partition: 0 }
 * const program = Effect.gen(function* () {
 *   const checkpoints = yield* Checkpoints
 *   const mine = yield* checkpoints.acquire(billing, 10_000)
 *   const theirs = yield* checkpoints.acquire(billing, 10_000)
 *   return [Option.getOrNull(mine), Option.getOrNull(theirs)]
 * })
 * console.log(await Effect.runPromise(program.pipe(Effect.provide(Memory.layer)))) // [ { position: 0, epoch: 1 }, null ]
 * ```
 * @category service
 * @since 0.1.0
 */
export class Checkpoints extends Context.Service<
  Checkpoints,
  {
    /**
     * Takes the lease for `ttlMillis` by the clock of whoever asks, under a new epoch that fences whoever held it before;
     * `None` while another lease lasts. The first epoch is 1.
     */
    readonly acquire: (
      key: CheckpointKey,
      ttlMillis: number,
    ) => Effect.Effect<Option<{ readonly position: Position; readonly epoch: number }>, InvalidInput | StoreUnavailable>
    /** Prolongs the lease to `ttlMillis` from now; 0 gives it back. */
    readonly renew: (
      key: CheckpointKey,
      epoch: number,
      ttlMillis: number,
    ) => Effect.Effect<void, InvalidInput | Fenced | StoreUnavailable>
    /** 0 where there is none yet. */
    readonly read: (key: CheckpointKey) => Effect.Effect<Position, InvalidInput | StoreUnavailable>
  }
>()("everfold/core/port/Checkpoints") {
  /**
   * The same service, asked only for keys that a commit could move: for those who write a store.
   *
   * @example
   * ```ts
   * import * as Effect from "effect/Effect"
   * import { Checkpoints } from "everfold"
   *
   * const forgetful = Checkpoints.checked({
   *   acquire: () => Effect.succeedNone,
   *   renew: () => Effect.void,
   *   read: () => Effect.succeed(0)
   * })
   * const read = forgetful.read({ consumer: "billing", upstream: "log", partition: 0.5 })
   * console.log(Effect.runSync(Effect.flip(read)).message) // Invalid input: partition 0.5 of billing is not an integer from 0.
   * ```
   */
  static readonly checked = ({ acquire, renew, read }: Checkpoints["Service"]): Checkpoints["Service"] => {
    const named = <A, E>(key: CheckpointKey, then: Effect.Effect<A, E>): Effect.Effect<A, E | InvalidInput> =>
      Effect.suspend((): Effect.Effect<A, E | InvalidInput> => {
        const what = keyFault(key)
        return what === undefined ? then : Effect.fail(new InvalidInput({ what }))
      })
    return Checkpoints.of({
      acquire: (key, ttlMillis) => named(key, acquire(key, ttlMillis)),
      renew: (key, epoch, ttlMillis) => named(key, renew(key, epoch, ttlMillis)),
      read: (key) => named(key, read(key)),
    })
  }
}
