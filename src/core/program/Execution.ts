/**
 * How commands that wait for one stream are carried out together: decided one after another on one state, recorded in
 * one commit, each with its own answer. Whatever is answered was true in the store: what records nothing is confirmed
 * there first.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { Aggregate } from "../event/Aggregate.ts"
import { type Commit, type Committed, exact } from "../event/Commit.ts"
import type { CommandRepeated } from "../event/Errors.ts"
import type { StoredEvent } from "../event/StoredEvent.ts"
import { equals, type StreamName } from "../event/StreamName.ts"
import { CommitUnknown } from "../port/Errors.ts"
import type { CommitError, EventStore } from "../port/EventStore.ts"
import { decideAll, type Executed, type Request } from "./Batch.ts"
import * as Rehydration from "./Rehydration.ts"
import * as Snapshotting from "./Snapshotting.ts"

type Loaded<S> = Rehydration.Loaded<S>
type Ports = Rehydration.Ports

/**
 * When to decide again after a conflict with another process: at once, and then less and less often, for about ten
 * seconds.
 *
 * @category committing
 * @since 0.1.0
 */
export const defaultRetry: Schedule.Schedule<unknown> = Schedule.exponential("1 millis", 1.5).pipe(
  Schedule.jittered,
  Schedule.upTo({ times: 20 }),
)

/** An unknown outcome is asked for again with the same ids, for about ten seconds. */
const resend = Schedule.exponential("10 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 10 }))

/**
 * Records a commit; one whose outcome is not known is repeated as it is. A program's commits have no condition and no
 * checkpoint, so they are never refused for one.
 *
 * @category committing
 * @since 0.1.0
 */
export const commit = (
  store: EventStore["Service"],
  request: Commit,
): Effect.Effect<
  Committed,
  Exclude<CommitError, { readonly _tag: "ConditionFailed" | "CheckpointConflict" | "Fenced" }>
> =>
  store.commit(request).pipe(
    Effect.catchTag("CommitUnknown", () =>
      Effect.retry(askAgain(store, request), { schedule: resend, while: (error) => error._tag === "CommitUnknown" }),
    ),
    Effect.catchTag(["ConditionFailed", "CheckpointConflict", "Fenced"], (error) => Effect.die(error)),
  )

/** A store that cannot be reached now says nothing about what became of the commit before. */
const askAgain = (store: EventStore["Service"], request: Commit): Effect.Effect<Committed, CommitError> =>
  Effect.catchTag(store.commit(request), "StoreUnavailable", (cause) => Effect.fail(new CommitUnknown({ cause })))

/** What a command came to when it was carried out first; fails where that was on another stream. */
const recall = Effect.fnUntraced(function* <C, S, E, R>(
  ports: Ports,
  aggregate: Aggregate<C, S, E, R>,
  stream: StreamName,
  repeated: CommandRepeated,
): Effect.fn.Return<Executed<S, E>, Rehydration.LoadError | CommandRepeated> {
  const ids = new Set(repeated.events)
  let upTo = repeated.committed.streams.find((head) => equals(head.stream, stream))?.version ?? 0
  const found: Array<StoredEvent> = []
  let before = upTo
  while (found.length < ids.size) {
    const page = yield* ports.store.readStream(stream, {
      upTo: before,
      direction: "backwards",
      limit: Rehydration.pageSize,
    })
    if (page.length === 0) return yield* repeated
    found.unshift(...page.filter((event) => ids.has(event.id)).reverse())
    before -= page.length
  }
  upTo = found.at(-1)?.version ?? upTo
  const { state, version, position } = yield* Rehydration.load(ports, aggregate, stream, upTo)
  const recorded = yield* ports.mapper.decode(aggregate.events, found)
  return { state, version, position, events: recorded.map(({ event }) => event), repeated: true }
})

/**
 * Carries out commands that wait for one stream, and answers each. `known` is the state that the process holds, if any;
 * the result is the state to hold from now on.
 *
 * @category committing
 * @since 0.1.0
 */
export const carryOut = <C, S, E, R>(
  ports: Ports,
  aggregate: Aggregate<C, S, E, R>,
  stream: StreamName,
  known: Loaded<S> | undefined,
  requests: ReadonlyArray<Request<S, E>>,
  retry: Schedule.Schedule<unknown>,
): Effect.Effect<Loaded<S> | undefined> => {
  let waiting = requests
  let from = known
  /** Whether `from` was read from the store in this turn. */
  let confirmed = false

  const attempt = Effect.gen(function* () {
    if (from === undefined) {
      from = yield* Rehydration.load(ports, aggregate, stream)
      confirmed = true
    }
    while (waiting.length > 0) {
      const base: Loaded<S> = from
      const { outcomes, state, version } = yield* decideAll(ports, aggregate, stream, base, waiting)
      const events = outcomes.length === 1 ? (outcomes[0]?.events ?? []) : outcomes.flatMap((outcome) => outcome.events)
      const commands = outcomes.flatMap(({ command }) => (command === undefined ? [] : [command]))
      if (events.length === 0 && commands.length === 0) {
        if (!confirmed) {
          from = yield* Rehydration.forward(ports, aggregate, stream, base)
          confirmed = true
          if (from.version !== base.version) continue
        }
        waiting = []
        for (const { tell } of outcomes) tell(0)
        return from
      }
      const request: Commit = {
        hash: ports.mapper.hash,
        writes: [{ stream, expected: exact(base.version), events }],
        ...(commands.length > 0 && { commands }),
      }
      const result = yield* Effect.result(commit(ports.store, request))
      if (result._tag === "Success") {
        const { position, streams } = result.success
        const [head] = streams
        from = events.length === 0 || head === undefined ? base : { state, version, link: head.link, position }
        waiting = []
        for (const { tell } of outcomes) tell(position - events.length)
        yield* Snapshotting.take(ports, aggregate, stream, base.version, from)
        return from
      }
      const error = result.failure
      if (error._tag === "CommandRepeated") {
        const index = waiting.findIndex(({ key }) => key === error.id)
        const repeated = waiting[index]
        if (repeated === undefined) return yield* error
        const executed = yield* Effect.result(recall(ports, aggregate, stream, error))
        waiting = waiting.toSpliced(index, 1)
        if (executed._tag === "Success") repeated.repeated(executed.success)
        else repeated.fail(executed.failure)
      } else if (error._tag === "VersionConflict") {
        // A stream that is shorter than what this process holds is another one: a restored backup, say.
        const shorter = error.actual < base.version
        from = shorter
          ? yield* Rehydration.load(ports, aggregate, stream)
          : yield* Rehydration.forward(ports, aggregate, stream, base)
        confirmed = true
        return yield* error
      } else {
        return yield* error
      }
    }
    return from
  })

  return attempt.pipe(
    Effect.catchTag("VersionConflict", () =>
      Effect.retry(attempt, { schedule: retry, while: (error) => error._tag === "VersionConflict" }),
    ),
    Effect.catchCause((cause): Effect.Effect<Loaded<S> | undefined> => {
      const failed = Cause.findErrorOption(cause)
      const one = waiting.length > 1
      if (
        one &&
        Option.isSome(failed) &&
        (failed.value._tag === "InvalidInput" || failed.value._tag === "EventIdReused")
      ) {
        // The fault of one is not the fault of all: each alone.
        return Effect.reduce(
          waiting,
          () => from,
          (held, request) => carryOut(ports, aggregate, stream, held, [request], retry),
        )
      }
      for (const request of waiting) {
        if (Option.isSome(failed)) request.fail(failed.value)
        else request.die(Cause.squash(cause))
      }
      return Effect.succeed(undefined)
    }),
  )
}
