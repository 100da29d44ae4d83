/**
 * Work of unknown size over a store, in steps: a generator that pauses where it may be left for a while. Inside a
 * transaction it runs through; outside of one it lets timers and other fibers run every few milliseconds.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import { attempt, type Held, once } from "./Connection.ts"

/**
 * @category model
 * @since 0.1.0
 */
export type Steps<A> = Generator<undefined, A, undefined>

/** Milliseconds of work between two turns of the event loop. */
const turn = 5

/**
 * Runs through without a pause.
 *
 * @category elimination
 * @since 0.1.0
 */
export const complete = <A>(steps: Steps<A>): A => {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

const go = <A>(what: string, steps: Steps<A>): Effect.Effect<A, Held | StoreUnavailable> =>
  once(what, () => {
    const start = performance.now()
    for (;;) {
      const step = steps.next()
      if (step.done === true) return Effect.succeed(step.value)
      if (performance.now() - start > turn) return Effect.flatMap(Effect.yieldNow, () => go(what, steps))
    }
  })

/**
 * Runs in turns. Work must begin anew where another process holds the file, so `make` is called for every attempt.
 *
 * @category elimination
 * @since 0.1.0
 */
export const inTurns = <A>(what: string, make: () => Steps<A>): Effect.Effect<A, StoreUnavailable> =>
  attempt(what, () => go(what, make()))
