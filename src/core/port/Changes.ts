/**
 * A switchboard for a store's `changes`: one writer tells the newest position, any number of followers wake.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Position } from "../event/Commit.ts"

/**
 * What a store tells its followers by.
 *
 * @category model
 * @since 0.1.0
 */
export interface Changes {
  /** Tells the followers. A follower that is still busy finds the newest position only. */
  readonly tell: (position: Position) => void
  /** How many follow. */
  readonly followers: () => number
  /** Emits the position that was told last at once, and then each that is told. */
  readonly stream: Stream.Stream<Position>
}

/**
 * A switchboard on which `head` was told last. No follower misses the newest position; what lies between, a busy one may.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 * import { Changes } from "everfold"
 *
 * const changes: Changes.Changes = Changes.make(0)
 * changes.tell(17)
 * const first = changes.stream.pipe(Stream.take(1), Stream.runCollect)
 * console.log(await Effect.runPromise(first), changes.followers()) // [ 17 ] 0
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = (head: Position): Changes => {
  const followers = new Set<(position: Position) => void>()
  let last = head
  return {
    tell: (position) => {
      last = position
      for (const follower of followers) follower(position)
    },
    followers: () => followers.size,
    stream: Stream.callback<Position>(
      (queue) =>
        Effect.acquireRelease(
          Effect.sync(() => {
            const follower = (position: Position) => void Queue.offerUnsafe(queue, position)
            followers.add(follower)
            follower(last)
            return follower
          }),
          (follower) => Effect.sync(() => followers.delete(follower)),
        ),
      { bufferSize: 1, strategy: "sliding" },
    ),
  }
}
