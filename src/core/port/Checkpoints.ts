/**
 * The port to consumers' checkpoints. A checkpoint moves inside a commit (`Commit.checkpoint`); this port leases it.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { Effect } from "effect/Effect"
import type { Option } from "effect/Option"
import type { CheckpointKey, Position } from "../event/Commit.ts"
import type { Fenced } from "../event/Errors.ts"
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
     * Takes the lease for `ttlMillis`, under a new epoch that fences whoever held it before; `None` while another lease
     * lasts. The first epoch is 1.
     */
    readonly acquire: (
      key: CheckpointKey,
      ttlMillis: number,
    ) => Effect<Option<{ readonly position: Position; readonly epoch: number }>, StoreUnavailable>
    /** Prolongs the lease to `ttlMillis` from now; 0 gives it back. */
    readonly renew: (key: CheckpointKey, epoch: number, ttlMillis: number) => Effect<void, Fenced | StoreUnavailable>
    /** 0 where there is none yet. */
    readonly read: (key: CheckpointKey) => Effect<Position, StoreUnavailable>
  }
>()("everfold/core/port/Checkpoints") {}
