/**
 * How far projections have come, as far as this process knows: for those who wait for them, by push.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { CheckpointKey, Position } from "../event/Commit.ts"
import type { InvalidInput } from "../event/Errors.ts"
import * as Changes from "../port/Changes.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import type { ReadModel } from "../port/ReadModel.ts"

/**
 * @category model
 * @since 0.1.0
 */
export interface Progress {
  readonly changes: Changes.Changes
  /** Why it works here no more; `undefined` while it does, or where it never did. */
  ended: string | undefined
  position: Position
  /** Of those who wait, one asks how far the others' processes have come, and tells all. */
  readonly asking: Semaphore.Semaphore
}

const byModel = new WeakMap<object, Map<string, Progress>>()

/**
 * Of one projection in one read model.
 *
 * @category queries
 * @since 0.1.0
 */
export const of = (model: object, { consumer, upstream, partition }: CheckpointKey): Progress => {
  const all = byModel.get(model) ?? new Map<string, Progress>()
  byModel.set(model, all)
  const name = JSON.stringify([consumer, upstream, partition])
  const known = all.get(name)
  if (known !== undefined) return known
  const progress: Progress = {
    changes: Changes.make(0),
    ended: undefined,
    position: 0,
    asking: Semaphore.makeUnsafe(1),
  }
  all.set(name, progress)
  return progress
}

/**
 * Tells those who wait.
 *
 * @category commands
 * @since 0.1.0
 */
export const tell = (progress: Progress, position: Position): void => {
  if (position <= progress.position) return
  progress.position = position
  progress.changes.tell(position)
}

/**
 * Waits until a projection includes a position, whichever process works at it.
 *
 * @category queries
 * @since 0.1.0
 */
export const reached = <Tx>(
  model: ReadModel<Tx>,
  key: CheckpointKey,
  position: Position,
): Effect.Effect<void, InvalidInput | StoreUnavailable> => {
  const progress = of(model, key)
  const told = progress.changes.stream.pipe(
    Stream.filter((reached) => reached >= position),
    Stream.take(1),
    Stream.runDrain,
  )
  const asked = progress.asking.withPermit(
    Stream.runForEach(model.changes, () => Effect.map(model.read(key), (reached) => tell(progress, reached))),
  )
  return Effect.raceFirst(told, asked)
}
