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
