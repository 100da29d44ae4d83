/**
 * Recording a program's commit: until its outcome is known.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Commit, Committed } from "../event/Commit.ts"
import { EventIdReused, VersionConflict } from "../event/Errors.ts"
import { CommitUnknown } from "../port/Errors.ts"
import type { CommitError, EventStore } from "../port/EventStore.ts"
import * as LiveClock from "../port/LiveClock.ts"

/**
 * When to decide again after a conflict with another process: at once, and then less and less often, but never much less
 * than those who do not wait, for ten seconds.
 *
 * @category committing
 * @since 0.1.0
 */
export const defaultRetry: Schedule.Schedule<unknown> = Schedule.min([
  Schedule.exponential("1 millis", 1.5),
  Schedule.spaced("16 millis"),
]).pipe(Schedule.jittered, Schedule.upTo({ duration: "10 seconds" }))

/**
 * Tries again after conflicts with other processes, for as long as the schedule says.
 *
 * @category committing
 * @since 0.1.0
 */
export const retryConflicts = <A, E, R>(
  attempt: Effect.Effect<A, E, R>,
  schedule: Schedule.Schedule<unknown>,
): Effect.Effect<A, E, R> =>
  LiveClock.around(attempt, Effect.retry({ schedule, while: (error) => error instanceof VersionConflict }))

/** An unknown outcome is asked for again with the same ids, for about ten seconds. */
const resend = Schedule.exponential("10 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 10 }))

/**
 * Why a program's commit is refused: it has no condition and no checkpoint, so it is never refused for one.
 *
 * @category errors
 * @since 0.1.0
 */
export type ProgramCommitError = Exclude<
  CommitError,
  { readonly _tag: "ConditionFailed" | "CheckpointConflict" | "Fenced" }
>

/**
 * Records a commit; one whose outcome is not known is repeated as it is.
 *
 * @category committing
 * @since 0.1.0
 */
export const commit = (store: EventStore["Service"], request: Commit): Effect.Effect<Committed, ProgramCommitError> =>
  Effect.matchEffect(store.commit(request), {
    onSuccess: (committed) => {
      const reused = reusedId(request, committed)
      return reused === undefined ? Effect.succeed(committed) : Effect.fail(reused)
    },
    onFailure: (error) => resolve(store, request, error),
  })

/**
 * What is sent for the first time and yet recorded before has ids that are not new: the source of randomness and the
 * clock repeat themselves, after a machine was restored from an image, say.
 *
 * @category committing
 * @since 0.1.0
 */
export const reusedId = (request: Commit, committed: Committed): EventIdReused | undefined => {
  if (!committed.repeated) return undefined
  const event = request.writes.flatMap(({ events }) => events)[0]
  return event && new EventIdReused({ id: event.id })
}

/**
 * What to make of a commit's error: only one whose outcome is not known is tried again.
 *
 * @category committing
 * @since 0.1.0
 */
export const resolve = (
  store: EventStore["Service"],
  request: Commit,
  error: CommitError,
): Effect.Effect<Committed, ProgramCommitError> => {
  switch (error._tag) {
    case "CommitUnknown":
      return LiveClock.around(
        askAgain(store, request),
        Effect.retry({ schedule: resend, while: (again) => again._tag === "CommitUnknown" }),
      )
    case "ConditionFailed":
    case "CheckpointConflict":
    case "Fenced":
      return Effect.die(error)
    default:
      return Effect.fail(error)
  }
}

/** A store that cannot be reached now says nothing about what became of the commit before. */
const askAgain = (store: EventStore["Service"], request: Commit): Effect.Effect<Committed, ProgramCommitError> =>
  Effect.catch(store.commit(request), (error) =>
    error._tag === "StoreUnavailable" || error._tag === "CommitUnknown"
      ? Effect.fail(new CommitUnknown({ cause: error }))
      : resolve(store, request, error),
  )
