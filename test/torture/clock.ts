/** A clock that jumps: half of the time it is somewhere else, before or after. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Jumps by up to so many milliseconds, another way in each process. Sleep takes its time. */
export const jumping = (most: number): Clock.Clock => {
  const real = Clock.Clock.defaultValue()
  const millis = (): number => {
    const now = real.currentTimeMillisUnsafe()
    const era = Math.floor(now / 350)
    return era % 2 === 0 ? now : now + Math.round(Math.sin(era * 7919 + process.pid) * most)
  }
  const nanos = () => BigInt(millis()) * 1_000_000n
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
    sleep: (duration) => real.sleep(duration),
  }
}
