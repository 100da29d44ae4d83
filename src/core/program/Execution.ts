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
import type { Either, Right } from "fp-ts/lib/Either.js"
import type { Aggregate } from "../event/Aggregate.ts"
import { type CommandRecord, type Commit, type Committed, exact, type Position, type Version } from "../event/Commit.ts"
import {
  type CommandRepeated,
  DeciderThrew,
  type EncodeFailed,
  type EventIdReused,
  type InvalidInput,
  VersionConflict,
} from "../event/Errors.ts"
import type { NewEvent, StoredEvent } from "../event/StoredEvent.ts"
import { equals, type StreamName } from "../event/StreamName.ts"
import { CommitUnknown } from "../port/Errors.ts"
import type { CommitError, EventStore } from "../port/EventStore.ts"
import type { Origin } from "./EventMapper.ts"
import * as Rehydration from "./Rehydration.ts"
import * as Snapshotting from "./Snapshotting.ts"

type Loaded<S> = Rehydration.Loaded<S>
type Ports = Rehydration.Ports

/**
 * What a command or a use case came to.
 *
 * @category model
 * @since 0.1.0
 */
export interface Executed<out S, out E> {
  /** After its events. */
  readonly state: S
  /** Of the stream, after its events. */
  readonly version: Version
  /** Of the stream's last event, after its events. */
  readonly position: Position
  readonly events: ReadonlyArray<E>
  /** Whether its command id had been recorded before; then the rest is what it came to then. */
  readonly repeated: boolean
}

/**
 * Why a command cannot be carried out, apart from the model's own rejections.
 *
 * @category errors
 * @since 0.1.0
 */
export type ExecuteError =
  | Rehydration.LoadError
  | VersionConflict
  | InvalidInput
  | EventIdReused
  | CommandRepeated
  | EncodeFailed
  | CommitUnknown

/**
 * A decision on a state: events and a value, or a rejection.
 *
 * @category model
 * @since 0.1.0
 */
export type Decide<in S, out E, out R, out A> = (state: S) => Either<R, readonly [A, ReadonlyArray<E>]>

/**
 * The value of a decision.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ValueOf<Out> = Out extends Right<readonly [infer A, unknown]> ? A : never

/**
 * A command that waits for its stream. How it answers its caller is closed over, so that callers of all types can wait
 * together.
 *
 * @category model
 * @since 0.1.0
 */
export interface Request<S, E> {
  /** Its command id, if it has one. */
  readonly key: string | undefined
  readonly expected: Version | undefined
  readonly origin: Origin
  /** Events, and how to answer once they are recorded; or how to answer a refusal. */
  readonly decide: (state: S) => Accepted<S, E> | Refused
  readonly fail: (error: ExecuteError) => void
  readonly die: (defect: unknown) => void
  readonly repeated: (executed: Executed<S, E>) => void
}

interface Accepted<S, E> {
  readonly events: ReadonlyArray<E>
  readonly answer: (executed: Executed<S, E>) => void
}

interface Refused {
  readonly refuse: () => void
}

/** The outcome of one command of a batch, told when the batch is recorded. */
interface Outcome {
  readonly events: ReadonlyArray<NewEvent>
  readonly command: CommandRecord | undefined
  /** Takes the store's position before the batch. */
  readonly tell: (before: Position) => void
}

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

/** Decides each request on the state that the ones before it leave. */
const decideAll = Effect.fnUntraced(function* <C, S, E, R>(
  { mapper }: Ports,
  aggregate: Aggregate<C, S, E, R>,
  stream: StreamName,
  from: Loaded<S>,
  requests: ReadonlyArray<Request<S, E>>,
) {
  const outcomes: Array<Outcome> = []
  let { state, version } = from
  const add = (tell: Outcome["tell"], events: Outcome["events"] = [], command?: CommandRecord): void => {
    outcomes.push({ tell, events, command })
  }

  for (const request of requests) {
    const { expected, key } = request
    if (expected !== undefined && expected !== version) {
      const conflict = new VersionConflict({ stream, expected: exact(expected), actual: version })
      add(() => request.fail(conflict))
      continue
    }
    let during: DeciderThrew["during"] = "decide"
    let next = state
    let decision: Accepted<S, E> | Refused
    try {
      decision = request.decide(state)
      if ("events" in decision) {
        during = "evolve"
        for (const event of decision.events) next = aggregate.decider.evolve(next, event)
      }
    } catch (cause) {
      const threw = new DeciderThrew({ stream, version, during, cause })
      add(() => request.fail(threw))
      continue
    }
    if ("refuse" in decision) {
      add(decision.refuse)
      continue
    }
    const { events: domain, answer } = decision
    let events: ReadonlyArray<NewEvent> = []
    if (domain.length > 0) {
      const encoded = yield* Effect.result(mapper.encode(aggregate.events, stream, domain, request.origin))
      if (encoded._tag === "Failure") {
        add(() => request.fail(encoded.failure))
        continue
      }
      events = encoded.success
    }
    state = next
    version += events.length
    const executed = { state, version, events: domain, repeated: false }
    const offset = version - from.version
    add(
      (before) => answer({ ...executed, position: offset === 0 ? from.position : before + offset }),
      events,
      key === undefined ? undefined : { id: key, events: events.map((event) => event.id) },
    )
  }
  return { outcomes, state, version }
})

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
