/**
 * Leases of a read model's checkpoints, beyond what its port does.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Option } from "effect/Option"
import type { CheckpointKey, Position } from "../event/Commit.ts"
import type { Fenced, InvalidInput } from "../event/Errors.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import type { ReadModel } from "../port/ReadModel.ts"

/**
 * Where a checkpoint stands, and the epoch of the lease under which it may be moved.
 *
 * @category model
 * @since 0.1.0
 */
export interface Lease {
  readonly position: Position
  readonly epoch: number
}

/**
 * Takes the lease from whoever has it: who asks to keep another one's is told its epoch. `None` where somebody was faster.
 *
 * @category commands
 * @since 0.1.0
 */
export const take = <Tx>(
  { renew, acquire }: ReadModel<Tx>,
  key: CheckpointKey,
  ttlMillis: number,
): Effect.Effect<Option<Lease>, StoreUnavailable | InvalidInput> => {
  const giveBack = (epoch: number): Effect.Effect<void, StoreUnavailable | InvalidInput> =>
    Effect.catchTag(renew(key, epoch, 0), "Fenced", (fenced) =>
      fenced.epoch === epoch ? Effect.void : giveBack(fenced.epoch),
    )
  return Effect.andThen(giveBack(0), acquire(key, ttlMillis))
}

/**
 * Keeps a lease until it is lost.
 *
 * @category commands
 * @since 0.1.0
 */
export const keep = <Tx>(
  { renew }: ReadModel<Tx>,
  key: CheckpointKey,
  epoch: number,
  ttlMillis: number,
): Effect.Effect<never, Fenced | StoreUnavailable | InvalidInput> =>
  Effect.forever(
    Effect.andThen(Effect.sleep(ttlMillis / 3), renew(key, epoch, ttlMillis)).pipe(
      Effect.catchTag("StoreUnavailable", (error) => (error.retryable ? Effect.void : error)),
    ),
  )

/**
 * Gives a lease back, where it is still had.
 *
 * @category commands
 * @since 0.1.0
 */
export const release = <Tx>({ renew }: ReadModel<Tx>, key: CheckpointKey, epoch: number): Effect.Effect<void> =>
  Effect.ignore(renew(key, epoch, 0))
