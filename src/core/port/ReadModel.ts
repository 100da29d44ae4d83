/**
 * The port to a read model's database: whatever a projection writes is recorded in one transaction with how far it has
 * come. It holds what `Checkpoints` holds of a store's consumers, and the events that could not be handled.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Option } from "effect/Option"
import type { Stream } from "effect/Stream"
import type { CheckpointKey, CheckpointMove, Position } from "../event/Commit.ts"
import type { CheckpointConflict, Fenced, InvalidInput } from "../event/Errors.ts"
import type { Checkpoints } from "./Checkpoints.ts"
import type { CommitUnknown, StoreUnavailable } from "./Errors.ts"

/**
 * An event that a projection could not handle and went past.
 *
 * @example
 * ```ts
 * import { type ReadModel } from "everfold"
 *
 * const line = ({ position, stream, reason }: ReadModel.Parked): string => `${position} of ${stream}: ${reason}`
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Parked {
  readonly position: Position
  /** Its stream's name, written `category-id`. */
  readonly stream: string
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/**
 * How a projection's checkpoint moves, and what else is recorded with it.
 *
 * @example
 * ```ts
 * import { type ReadModel } from "everfold"
 *
 * const move: ReadModel.Move = {
 *   consumer: "balances:2",
 *   upstream: "log",
 *   partition: 0,
 *   epoch: 1,
 *   from: 16,
 *   to: 17,
 *   activate: { name: "balances", version: 2 }
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Move extends CheckpointMove {
  readonly park?: ReadonlyArray<Parked>
  /** The positions of parked events that are handled now. */
  readonly unpark?: ReadonlyArray<Position>
  /** The version of a projection that is to be read from now on; `Fenced` where a later one is already. */
  readonly activate?: { readonly name: string; readonly version: number }
}

/**
 * A read model's database, for transactions of a type of its own.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type ReadModel } from "everfold"
 *
 * const key = { consumer: "balances:1", upstream: "log", partition: 0 }
 * const lag = <Tx>(model: ReadModel.ReadModel<Tx>, head: number) =>
 *   Effect.map(model.read(key), (position) => head - position)
 * ```
 * @category service
 * @since 0.1.0
 */
export interface ReadModel<out Tx> extends Pick<Checkpoints["Service"], "acquire" | "renew" | "read"> {
  /**
   * Does work in a transaction, and moves a checkpoint in it: all of it is recorded, or nothing. The checkpoint has to
   * stand at `from`, under the epoch.
   */
  readonly transact: <A, E, R>(
    move: Move,
    work: (transaction: Tx) => Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E | InvalidInput | CheckpointConflict | Fenced | CommitUnknown | StoreUnavailable, R>
  /** In the order of their positions. */
  readonly parked: (key: CheckpointKey) => Effect.Effect<ReadonlyArray<Parked>, InvalidInput | StoreUnavailable>
  /** The version of a projection that is to be read; `None` until one has been activated. */
  readonly active: (name: string) => Effect.Effect<Option<number>, StoreUnavailable>
  /** Emits at once, and then when a checkpoint may have moved, in whichever process. */
  readonly changes: Stream<unknown>
}
