/**
 * When to ask again.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import { UnexpectedAnswer } from "./Answers.ts"

/** A server that wants to be left alone for longer is asked again all the same. */
const longest = Duration.minutes(1)

/** How long whoever answered wants to be left alone. What cannot be read counts as nothing, as does a date that is over. */
const wanted = ({ cause }: StoreUnavailable, now: number): Duration.Duration => {
  const told = cause instanceof UnexpectedAnswer ? cause.retryAfter : undefined
  const after = told === undefined ? undefined : Headers.parseRetryAfter(told)
  return after === undefined || Result.isFailure(after)
    ? Duration.zero
    : Duration.min(Headers.retryAfterDelay(after.success, now), longest)
}

/**
 * After what may pass, by the schedule, but no sooner than `Retry-After` says.
 *
 * @category schedules
 * @since 0.1.0
 */
export const patiently = (
  schedule: Schedule.Schedule<unknown, StoreUnavailable>,
): Schedule.Schedule<unknown, StoreUnavailable> =>
  schedule.pipe(
    Schedule.while(({ input }) => Effect.succeed(input.retryable)),
    Schedule.modifyDelay(({ input, duration, now }) => Effect.succeed(Duration.max(duration, wanted(input, now)))),
  )
