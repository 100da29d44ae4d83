/**
 * The real clock, for waits that are the library's own: a clock that a test sets must not stop them.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * The clock of the library's own waits. Only who simulates all of the world, time as well, puts another one here.
 *
 * @category clocks
 * @since 0.1.0
 */
export const LiveClock: Context.Reference<Clock.Clock> = Context.Reference("everfold/core/port/LiveClock", {
  defaultValue: () => Clock.Clock.defaultValue(),
})

/**
 * Runs an effect by the real clock, whatever clock the caller's fiber has.
 *
 * @category clocks
 * @since 0.1.0
 */
export const provide = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(LiveClock, (clock) => Effect.provideService(effect, Clock.Clock, clock))

/**
 * Waits by the real clock around an effect that keeps the caller's own: `waits` retries it, say, or gives it a time.
 *
 * @category clocks
 * @since 0.1.0
 */
export const around = <A, E, R, B, E2, R2>(
  effect: Effect.Effect<A, E, R>,
  waits: (effect: Effect.Effect<A, E, R>) => Effect.Effect<B, E2, R2>,
): Effect.Effect<B, E2, R2> =>
  Clock.clockWith((clock) => provide(waits(Effect.provideService(effect, Clock.Clock, clock))))
