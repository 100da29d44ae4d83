/**
 * How readers keep step with writers.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"

/**
 * Lets readers keep step with writers of so many commits: half of their reads follow an answer, for where a store does its
 * work outside they would all be done before the first. The others come as they come.
 *
 * @category constructors
 * @since 0.1.0
 */
export const pace = (commits: number) => {
  const steps = Array.from({ length: commits }, () => Deferred.makeUnsafe<void>())
  let answered = 0
  return {
    /** Another commit was answered. */
    answered: Effect.suspend(() => {
      const step = steps[answered++]
      return step === undefined ? Effect.void : Effect.asVoid(Deferred.succeed(step, undefined))
    }),
    /** Before the read of this index. */
    before: (read: number): Effect.Effect<void> => {
      const step = read % 2 === 0 ? undefined : steps[(read - 1) / 2]
      return step === undefined ? Effect.yieldNow : Deferred.await(step)
    },
  }
}

/**
 * Lets somebody follow until they have come so far, or nobody wakes them any more.
 *
 * @category running
 * @since 0.1.0
 */
export const until = Effect.fnUntraced(function* (end: number, reached: () => number) {
  let idle = 0
  for (let before = 0; reached() < end && idle < 70; idle = before === reached() ? idle + 1 : 0) {
    before = reached()
    yield* idle < 20 ? Effect.yieldNow : Effect.sleep(10)
  }
})
