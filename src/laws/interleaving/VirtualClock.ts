/**
 * A clock that stands still while anybody can go on, and then jumps to whoever sleeps shortest.
 *
 * @since 0.1.0
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/**
 * @category model
 * @since 0.1.0
 */
export interface VirtualClock extends Clock.Clock {
  /** Milliseconds until the next sleeper is due; `undefined` where nobody sleeps. */
  readonly due: () => number | undefined
  /** Lets time pass until the next sleeper is due, by so many milliseconds at most, and wakes all that are due then. */
  readonly advance: (atMost?: number) => void
}

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** Some time that is always the same. */
const dawn = 1_800_000_000_000

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (): VirtualClock => {
  let now = dawn
  /** Those who are due first are first, and among these who came first. */
  const sleepers: Array<Sleeper> = []
  const nanos = (): bigint => BigInt(Math.floor(now * 1_000_000))
  return {
    due: () => sleepers[0] && sleepers[0].until - now,
    advance: (atMost = Number.POSITIVE_INFINITY) => {
      now = Math.max(now, Math.min(sleepers[0]?.until ?? now, now + atMost))
      while (sleepers[0] !== undefined && sleepers[0].until <= now) sleepers.shift()?.wake()
    },
    currentTimeMillisUnsafe: () => now,
    currentTimeMillis: Effect.sync(() => now),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.callback<void>((resume) => {
        const until = now + Math.max(0, Duration.toMillis(duration))
        const sleeper = { until, wake: () => resume(Effect.void) }
        const later = sleepers.findIndex((other) => other.until > until)
        sleepers.splice(later < 0 ? sleepers.length : later, 0, sleeper)
        return Effect.sync(() => {
          const at = sleepers.indexOf(sleeper)
          if (at >= 0) sleepers.splice(at, 1)
        })
      }),
  }
}
