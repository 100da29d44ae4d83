/**
 * Wakes the followers of this process for what other processes record: while somebody follows, the file is asked some
 * thirty times a second whether another connection has committed.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Position } from "../../core/event/Commit.ts"
import type { Changes } from "../../core/port/Changes.ts"
import * as LiveClock from "../../core/port/LiveClock.ts"
import { integer } from "./rows.ts"
import type { Statements } from "./statements.ts"
import { head } from "./View.ts"

/**
 * The changes that the followers get.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  statements: Statements,
  changes: Changes,
): Effect.fn.Return<Stream.Stream<Position>, never, Scope> {
  const followed = Latch.makeUnsafe(false)
  let followers = 0
  let seen: number | undefined

  const look = (): void => {
    const version = integer(statements.dataVersion.get()?.[0])
    if (version === seen) return
    const position = head(statements)
    seen = version
    changes.tell(position)
  }

  const tick = Effect.sync(() => {
    try {
      look()
    } catch {
      // It looks again soon; what the matter is, the follower's own read will say.
    }
  })
  yield* Effect.forkScoped(
    LiveClock.provide(
      Effect.forever(Latch.await(followed).pipe(Effect.andThen(tick), Effect.andThen(Effect.sleep(30)))),
    ),
  )

  const arrive = Effect.sync(() => {
    followers++
    Latch.openUnsafe(followed)
  })
  const leave = Effect.sync(() => {
    followers--
    if (followers === 0) Latch.closeUnsafe(followed)
  })
  // Others may have written while nobody followed: the first position told is the newest.
  return Stream.unwrap(
    Effect.as(
      Effect.andThen(
        Effect.acquireRelease(arrive, () => leave),
        tick,
      ),
      changes.stream,
    ),
  )
})
