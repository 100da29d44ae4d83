/**
 * Commands to streams that only become known while they are carried out, recorded in one commit. Each is decided on what
 * those before it leave. Streams are taken as this process holds them; where that was old, the commit says so, and all is
 * done again on what is read then, while nobody else in this process works at these streams.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { type Either, isLeft } from "fp-ts/lib/Either.js"
import {
  type CheckpointMove,
  type Commit,
  type Committed,
  exact,
  type Position,
  type Version,
} from "../event/Commit.ts"
import {
  type CheckpointConflict,
  DeciderThrew,
  type EncodeFailed,
  type Fenced,
  InvalidInput,
  VersionConflict,
} from "../event/Errors.ts"
import type { NewEvent, StoredEvent } from "../event/StoredEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import { type CommitUnknown, type KeyMissing, StoreUnavailable } from "../port/Errors.ts"
import { EventStore } from "../port/EventStore.ts"
import type { Snapshots } from "../port/Snapshots.ts"
import * as CommandContext from "./CommandContext.ts"
import type { Origin } from "./Draft.ts"
import { EventMapper } from "./EventMapper.ts"
import * as Recording from "./Recording.ts"
import type { LoadError, Loaded } from "./Rehydration.ts"
import type { Repository } from "./Repository.ts"

/**
 * Why a command could not be decided.
 *
 * @example
 * ```ts
 * import { type Processor } from "everfold"
 *
 * const isDamaged = ({ _tag }: Processor.UnitError): boolean => _tag === "IntegrityViolation" || _tag === "DecodeFailed"
 * ```
 * @category errors
 * @since 0.1.0
 */
export type UnitError = LoadError | EncodeFailed | KeyMissing | InvalidInput | DeciderThrew

/**
 * What a unit of work is asked for.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type Processor, type Repository } from "everfold"
 *
 * declare const accounts: Repository.Repository<number, number, number, "too little">
 * const transfer = (unit: Processor.Unit, from: string, to: string, amount: number) =>
 *   Effect.andThen(unit.execute(accounts, from, -amount), unit.execute(accounts, to, amount))
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Unit {
  /** Decides a command; its events are recorded with the unit. A rejection is an answer. */
  readonly decide: <C, S, E, R>(
    repository: Repository<C, S, E, R>,
    id: string,
    command: C,
  ) => Effect.Effect<Either<R, ReadonlyArray<E>>, UnitError>
  /** The same; a rejection fails. */
  readonly execute: <C, S, E, R>(
    repository: Repository<C, S, E, R>,
    id: string,
    command: C,
  ) => Effect.Effect<ReadonlyArray<E>, R | UnitError>
  /** A state with what this unit has decided so far; the initial one, where there is no stream. */
  readonly state: <C, S, E, R>(repository: Repository<C, S, E, R>, id: string) => Effect.Effect<S, UnitError>
  /** The same unit; what is decided by it from here on was caused by this event. */
  readonly causedBy: (event: Pick<StoredEvent, "id" | "stream" | "position" | "correlationId">) => Unit
}

/**
 * A stream in a unit of work.
 *
 * @category model
 * @since 0.1.0
 */
export interface Seat<in out S, in out E> {
  readonly state: () => S
  readonly append: (
    events: ReadonlyArray<E>,
    origin: Origin,
  ) => Effect.Effect<void, EncodeFailed | KeyMissing | DeciderThrew>
}

/**
 * What the commit has of a stream.
 *
 * @category model
 * @since 0.1.0
 */
export interface Part {
  readonly stream: StreamName.StreamName
  /** As it was read. */
  readonly version: Version
  readonly events: ReadonlyArray<NewEvent>
  readonly alone: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  readonly keep: (version: Version, link: Uint8Array, position: Position) => Effect.Effect<void>
}

/**
 * One attempt at a unit of work.
 *
 * @category model
 * @since 0.1.0
 */
export interface Attempt {
  /** In the order in which they were first asked for. */
  readonly parts: Array<Part>
  /** Whether every stream is read anew. */
  readonly anew: boolean
  /** One command at a time is decided, on what those before it leave. */
  readonly one: Semaphore.Semaphore
}

/** A stream as a repository opens it. */
interface Opened<in out S, in out E> {
  readonly alone: Part["alone"]
  readonly held: () => Loaded<S> | undefined
  readonly read: Effect.Effect<Loaded<S>, LoadError>
  readonly encode: (
    from: Loaded<S>,
    events: ReadonlyArray<E>,
    origin: Origin,
  ) => Effect.Effect<
    { readonly state: S; readonly events: ReadonlyArray<NewEvent> },
    EncodeFailed | KeyMissing | DeciderThrew
  >
  readonly keep: (before: Version, loaded: Loaded<S>) => Effect.Effect<void>
}

/**
 * The seats of a repository's streams: one for a stream in an attempt.
 *
 * @category constructors
 * @since 0.1.0
 */
export const seats = <S, E>() => {
  const taken = new WeakMap<Attempt, Map<string, Seat<S, E>>>()

  return Effect.fnUntraced(function* (
    attempt: Attempt,
    stream: StreamName.StreamName,
    { alone, held, read, encode, keep }: Opened<S, E>,
  ): Effect.fn.Return<Seat<S, E>, LoadError | InvalidInput> {
    const mine = taken.get(attempt) ?? new Map<string, Seat<S, E>>()
    taken.set(attempt, mine)
    const from = mine.has(stream.id) ? undefined : ((attempt.anew ? undefined : held()) ?? (yield* read))
    // Another command of the same unit may have read it meanwhile.
    const known = mine.get(stream.id)
    if (known !== undefined || from === undefined) return known ?? (yield* Effect.die("a seat was lost"))
    let { state } = from
    const events: Array<NewEvent> = []
    if (attempt.parts.some((part) => StreamName.equals(part.stream, stream))) {
      const name = StreamName.format(stream)
      return yield* new InvalidInput({ what: `two repositories work at ${name} in one unit of work: use one for both` })
    }
    const seat: Seat<S, E> = {
      state: () => state,
      append: (more, origin) =>
        Effect.map(encode({ ...from, state }, more, origin), (encoded) => {
          state = encoded.state
          events.push(...encoded.events)
        }),
    }
    attempt.parts.push({
      stream,
      version: from.version,
      events,
      alone,
      keep: (version, link, position) => keep(from.version, { state, version, link, position }),
    })
    mine.set(stream.id, seat)
    return seat
  })
}

/**
 * @category model
 * @since 0.1.0
 */
export type Needs = EventStore | EventMapper | Snapshots

const unitOf = (
  attempt: Attempt,
  context: Context.Context<Needs>,
  origin: Origin,
  failed: (error: StoreUnavailable) => void,
): Unit => {
  const seatOf = <C, S, E, R>(repository: Repository<C, S, E, R>, id: string) => {
    const stream = repository.stream(id)
    const what = StreamName.fault(stream.name)
    const seat: Effect.Effect<Seat<S, E>, UnitError> = what === undefined
      ? stream.seat(attempt, context)
      : Effect.fail(new InvalidInput({ what }))
    return Effect.tapErrorTag(seat, "StoreUnavailable", (error) => Effect.sync(() => failed(error)))
  }

  const decide: Unit["decide"] = Effect.fnUntraced(function* (repository, id, command) {
    const seat = yield* seatOf(repository, id)
    const { category, decider } = repository.aggregate
    let decision: ReturnType<typeof decider.decide>
    try {
      decision = decider.decide(command, seat.state())
    } catch (cause) {
      return yield* new DeciderThrew({ stream: { category, id }, version: 0, during: "decide", cause })
    }
    if (!isLeft(decision)) yield* seat.append(decision.right, origin)
    return decision
  }, attempt.one.withPermit)

  return {
    decide,
    execute: (repository, id, command) =>
      Effect.flatMap(decide(repository, id, command), (decision) =>
        isLeft(decision) ? Effect.fail(decision.left) : Effect.succeed(decision.right),
      ),
    state: (repository, id) => Effect.map(seatOf(repository, id), (seat) => seat.state()),
    causedBy: ({ id: eventId, stream, position, correlationId }) =>
      unitOf(attempt, context, { ...origin, correlationId, causation: { eventId, stream, position } }, failed),
  }
}

/** Whoever has work at these streams too waits: in the order of their names, so that nobody waits for ever. */
const alone = <A, E, R>(parts: ReadonlyArray<Part>, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  parts
    .toSorted((a, b) => (StreamName.format(a.stream) < StreamName.format(b.stream) ? 1 : -1))
    .reduce((inner, part) => part.alone(inner), effect)

const commit = (context: Context.Context<Needs>, request: Omit<Commit, "hash">) =>
  Effect.catchTags(
    Context.get(context, EventStore).commit({ hash: Context.get(context, EventMapper).hash, ...request }),
    {
      // Ids are new in every attempt, and there is no condition and no command.
      EventIdReused: Effect.die,
      CommandRepeated: Effect.die,
      ConditionFailed: Effect.die,
    },
  )

/** Fails where the states of an attempt did not stand together. */
const confirm = ({ parts }: Attempt, context: Context.Context<Needs>) =>
  commit(context, {
    writes: parts.map(({ stream, version }) => ({ stream, expected: exact(version), events: [] })),
  })

/** Records what an attempt has come to, and keeps the states. */
const record = Effect.fnUntraced(function* (
  { parts }: Attempt,
  context: Context.Context<Needs>,
  checkpoint: CheckpointMove | undefined,
) {
  const request = {
    writes: parts.map(({ stream, version, events }) => ({ stream, expected: exact(version), events })),
    ...(checkpoint && { checkpoint }),
  }
  if (request.writes.length === 0 && checkpoint === undefined) return undefined
  const committed: Committed = yield* commit(context, request)
  let position = committed.position - parts.reduce((n, { events }) => n + events.length, 0)
  for (const [i, { events, keep }] of parts.entries()) {
    const head = committed.streams[i]
    if (events.length === 0 || head === undefined) continue
    position += events.length
    yield* keep(head.version, head.link, position)
  }
  return committed
})

/**
 * Why a unit of work was not recorded.
 *
 * @category errors
 * @since 0.1.0
 */
export type RecordError = InvalidInput | CheckpointConflict | Fenced | CommitUnknown | StoreUnavailable

const isConflict = (error: unknown): error is VersionConflict => error instanceof VersionConflict

/**
 * Does work, and records what it decides together with the move of a checkpoint. Work is done again where another commit
 * was in the way.
 *
 * @category combinators
 * @since 0.1.0
 */
export const carryOut = <A, E, R>(
  services: Context.Context<Needs>,
  work: (unit: Unit) => Effect.Effect<A, E, R>,
  checkpoint?: CheckpointMove,
): Effect.Effect<A, E | RecordError, R> =>
  Effect.contextWith((running: Context.Context<never>) => {
    const context = Context.merge(running, services)
    const { correlationId, causation, metadata } = Context.get(context, CommandContext.Current)
    let before: ReadonlyArray<Part> | undefined

    const once = Effect.suspend(() => {
      const attempt: Attempt = { parts: [], anew: before !== undefined, one: Semaphore.makeUnsafe(1) }
      let unavailable: StoreUnavailable | undefined
      const unit = unitOf(attempt, context, { correlationId, causation, metadata }, (error) => {
        unavailable = error
      })
      const tried = Effect.matchCauseEffect(work(unit), {
        onFailure: (cause): Effect.Effect<never, E | VersionConflict | RecordError> => {
          if (unavailable !== undefined) return Effect.fail(unavailable)
          const [first] = attempt.parts
          if (first === undefined) return Effect.failCause(cause)
          // The streams were read one after another: nothing is told but of states that stood together.
          if (attempt.anew) return Effect.andThen(confirm(attempt, context), Effect.failCause(cause))
          // What was held may have been old: nothing is told that was not read.
          const { stream, version } = first
          return Effect.fail(new VersionConflict({ stream, expected: exact(version), actual: version }))
        },
        // What was recorded is always kept, also where whoever asked is interrupted meanwhile.
        onSuccess: (answer) => Effect.uninterruptible(Effect.as(record(attempt, context, checkpoint), answer)),
      })
      const next = Effect.sync(() => {
        before = attempt.parts
      })
      return alone(before ?? [], Effect.ensuring(tried, next))
    })
    return Effect.catchIf(Recording.retryConflicts(once, Recording.defaultRetry), isConflict, (cause) =>
      Effect.fail(new StoreUnavailable({ what: "recording what commands decided", retryable: true, cause })),
    )
  })
