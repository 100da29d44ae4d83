/**
 * Schedules as lists of pauses: how long each fiber lets the others go first. Found, shrunk and replayed like any value.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"

/**
 * 0 goes on at once, 1 and 2 let others go first so many times, 3 waits for a timer.
 *
 * @category model
 * @since 0.1.0
 */
export type Pause = 0 | 1 | 2 | 3

/**
 * @category arbitraries
 * @since 0.1.0
 */
export const pause: fc.Arbitrary<Pause> = fc.constantFrom<[Pause, ...Array<Pause>]>(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3)

/**
 * @category running
 * @since 0.1.0
 */
export const wait = (pause: Pause): Effect.Effect<void> => {
  switch (pause) {
    case 0:
      return Effect.void
    case 1:
      return Effect.yieldNow
    case 2:
      return Effect.andThen(Effect.yieldNow, Effect.yieldNow)
    case 3:
      return Effect.sleep(0)
  }
}
