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
import type * as Schedule from "effect/Schedule"
import { type Either, isLeft } from "fp-ts/lib/Either.js"
import type { Aggregate } from "../event/Aggregate.ts"
import { type CommandRecord, type Commit, type Committed, exact, type Version } from "../event/Commit.ts"
import type { RecordedCommand } from "../event/Decision.ts"
import type { EncodeFailed } from "../event/Errors.ts"
import type { NewEvent } from "../event/StoredEvent.ts"
import type { StreamName } from "../event/StreamName.ts"
import { type Decided, decideAll, type ExecuteError, type Outcome, type Request } from "./Batch.ts"
import { type Recalling, recall } from "./Recall.ts"
import { type ProgramCommitError, resolve, retryConflicts, reusedId } from "./Recording.ts"
import * as Rehydration from "./Rehydration.ts"
import * as Snapshotting from "./Snapshotting.ts"

type Loaded<S> = Rehydration.Loaded<S>
type Ports = Rehydration.Ports

/**
 * The state of a stream that a process holds.
 *
 * @category model
 * @since 0.1.0
 */
export interface Held<in out S> {
  readonly head: Loaded<S> | undefined
  readonly hold: (loaded: Loaded<S> | undefined) => void
  /** Takes its snapshots. */
  readonly snapshots: Snapshotting.Latest
}

/** A batch in its stored form; commands whose events cannot be encoded are left out, with the reason. */
interface Written<S, E> {
  readonly events: ReadonlyArray<NewEvent>
  readonly commands: ReadonlyArray<CommandRecord>
  readonly faulty: ReadonlyMap<Request<S, E>, EncodeFailed>
}

const written = <S, E>(
  outcomes: ReadonlyArray<Outcome<S, E>>,
  encoded: ReadonlyArray<Either<EncodeFailed, ReadonlyArray<NewEvent>>>,
): Written<S, E> => {
  const events: Array<NewEvent> = []
  const commands: Array<CommandRecord> = []
  const faulty = new Map<Request<S, E>, EncodeFailed>()
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i]
    const own = encoded[i]
    if (outcome === undefined || own === undefined || !outcome.accepted) continue
    const { request } = outcome
    if (isLeft(own)) {
      faulty.set(request, own.left)
      continue
    }
    for (const event of own.right) events.push(event)
    if (request.key !== undefined) commands.push({ id: request.key, events: own.right.map(({ id }) => id) })
  }
  return { events, commands, faulty }
}

/** Commands that are carried out together, as far as that has come. */
interface Turn<C, S, E, R> extends Recalling<C, S, E, R> {
  readonly held: Held<S>
  /** Those that have no answer yet. */
  waiting: ReadonlyArray<Request<S, E>>
  /** Whether `from` was read from the store in this turn, and not refuted since. */
  confirmed: boolean
  /** Whether `from` is known to be old. */
  old: boolean
}

/** Answers a command by what it came to when it was recorded. */
const answerAs = Effect.fnUntraced(function* <C, S, E, R>(turn: Turn<C, S, E, R>, recorded: RecordedCommand) {
  const request = turn.waiting.find(({ key }) => key === recorded.id)
  if (request === undefined) {
    // To try again would be to go on for ever.
    return yield* Effect.die(new Error(`The store answered for command ${recorded.id}, which it was not given.`))
  }
  const executed = yield* Effect.result(recall(turn, recorded))
  turn.waiting = turn.waiting.filter((other) => other !== request)
  if (executed._tag === "Success") request.repeated(executed.success)
  else request.fail(executed.failure)
})

/** Answers those that were recorded before; whether any was. */
const answerAgain = Effect.fnUntraced(function* <C, S, E, R>(
  turn: Turn<C, S, E, R>,
  requests: ReadonlyArray<Request<S, E>>,
) {
  let any = false
  for (const { key } of requests) {
    if (key === undefined) continue
    const recorded = yield* turn.ports.store.command(key)
    if (Option.isNone(recorded)) continue
    yield* answerAs(turn, recorded.value)
    any = true
  }
  return any
})

type AttemptError = Exclude<ExecuteError, EncodeFailed>

const isGivenUp = ({ givenUp }: { readonly givenUp: () => boolean }): boolean => givenUp()

/** Carries out what waits. The usual way is a few plain steps, for it is taken for every command. */
const attempt = <C, S, E, R>(turn: Turn<C, S, E, R>): Effect.Effect<void, AttemptError> => {
  // Nothing of what waits is recorded here, or on its way to be.
  if (turn.waiting.some(isGivenUp)) turn.waiting = turn.waiting.filter((request) => !isGivenUp(request))
  const { ports, aggregate, stream, held, from, waiting } = turn
  if (waiting.length === 0) {
    held.hold(from)
    return Effect.void
  }
  if (from === undefined || turn.old) {
    return Effect.flatMap(Rehydration.refresh(ports, aggregate, stream, from), (loaded) => {
      turn.from = loaded
      turn.confirmed = true
      turn.old = false
      return attempt(turn)
    })
  }
  const decided = decideAll(aggregate, stream, from, waiting)
  return Effect.flatMap(ports.mapper.encode(aggregate.events, stream, decided.outcomes), (encoded) => {
    const writing = written(decided.outcomes, encoded)
    const plain = writing.faulty.size === 0 && decided.outcomes.every(({ accepted }) => accepted)
    return plain && (writing.events.length > 0 || writing.commands.length > 0)
      ? record(turn, from, decided, writing)
      : Effect.flatMap(refuse(turn, decided, writing), (done) =>
          done ? attempt(turn) : record(turn, from, decided, writing),
        )
  })
}

/** Records a batch, answers it, and goes on. */
const record = <C, S, E, R>(
  turn: Turn<C, S, E, R>,
  base: Loaded<S>,
  { outcomes, state, version }: Decided<S, E>,
  { events, commands }: Written<S, E>,
): Effect.Effect<void, AttemptError> => {
  const { ports, aggregate, stream, held } = turn
  const request: Commit = {
    hash: ports.mapper.hash,
    writes: [{ stream, expected: exact(base.version), events }],
    commands,
  }
  const onSuccess = (committed: Committed): Effect.Effect<void, AttemptError> => {
    const [command] = commands
    if (committed.repeated && events.length === 0 && command !== undefined) {
      return Effect.flatMap(answerAs(turn, { ...command, committed }), () => attempt(turn))
    }
    const link = committed.streams[0]?.link ?? base.link
    const recorded = events.length === 0 ? base : { state, version, link, position: committed.position }
    turn.from = recorded
    held.hold(recorded)
    turn.waiting = turn.waiting.slice(outcomes.length)
    for (const { tell } of outcomes) tell(committed.position - events.length)
    const snapshot = Snapshotting.take(ports, aggregate, stream, base.version, recorded, held.snapshots)
    return turn.waiting.length === 0 ? snapshot : Effect.flatMap(snapshot, () => attempt(turn))
  }
  return Effect.matchEffect(ports.store.commit(request), {
    onSuccess: (committed) => {
      const reused = reusedId(request, committed)
      return reused === undefined ? onSuccess(committed) : Effect.fail(reused)
    },
    onFailure: (error) =>
      Effect.matchEffect(resolve(ports.store, request, error), {
        onSuccess,
        onFailure: (resolved) => Effect.flatMap(recover(turn, resolved), () => attempt(turn)),
      }),
  })
}

/**
 * After a commit was refused: a repeated command is answered, and so are those beside it that are repeated too, as they
 * often are; a conflict is told, and the next attempt reads on first.
 */
const recover = <C, S, E, R>(
  turn: Turn<C, S, E, R>,
  error: ProgramCommitError,
): Effect.Effect<unknown, AttemptError> => {
  if (error._tag === "CommandRepeated") {
    return Effect.flatMap(answerAs(turn, error), () => answerAgain(turn, turn.waiting))
  }
  if (error._tag === "VersionConflict") turn.old = true
  return Effect.fail(error)
}

/**
 * Deals with a batch that has refusals or records nothing; whether that took care of it, or it is to be recorded all the
 * same.
 */
const refuse = Effect.fnUntraced(function* <C, S, E, R>(
  turn: Turn<C, S, E, R>,
  { outcomes }: Decided<S, E>,
  { events, commands, faulty }: Written<S, E>,
): Effect.fn.Return<boolean, AttemptError> {
  const idle = events.length === 0 && commands.length === 0
  if ((idle || faulty.size > 0) && !turn.confirmed) {
    // Decided on a state that may be old, and no commit will tell: read on, and decide again.
    turn.old = true
    return true
  }
  const refused = outcomes.filter(({ accepted, request }) => !accepted || faulty.has(request))
  const requests = refused.map(({ request }) => request)
  if (yield* answerAgain(turn, requests)) return true
  if (faulty.size > 0) {
    // The others were decided as if the faulty ones had been recorded.
    turn.waiting = turn.waiting.filter((request) => !faulty.has(request))
    for (const [request, fault] of faulty) request.fail(fault)
    return true
  }
  if (idle) {
    turn.waiting = turn.waiting.slice(outcomes.length)
    for (const { tell } of outcomes) tell(0)
  }
  return idle
})

/**
 * The fault of one command is not the fault of all that wait with it. What a store can never do may be too much for it
 * in one of them only: an event that is too big.
 */
const isOwnFault = (error: ExecuteError): boolean =>
  error._tag === "InvalidInput" ||
  error._tag === "EventIdReused" ||
  error._tag === "KeyMissing" ||
  (error._tag === "StoreUnavailable" && !error.retryable)

/** Whether a command is for a stream that is not there yet: then there is nothing to read, and its commit will tell. */
const foundsStream = ({ expected }: { readonly expected: Version | undefined }): boolean => expected === 0

/**
 * Carries out commands that wait for one stream, and answers each. `held` is the state that the process holds, if any,
 * and gets the one to hold from then on.
 *
 * @category committing
 * @since 0.1.0
 */
export const carryOut = <C, S, E, R>(
  ports: Ports,
  aggregate: Aggregate<C, S, E, R>,
  stream: StreamName,
  held: Held<S>,
  requests: ReadonlyArray<Request<S, E>>,
  retry: Schedule.Schedule<unknown>,
): Effect.Effect<void> => {
  const turn: Turn<C, S, E, R> = {
    ports,
    aggregate,
    stream,
    held,
    waiting: requests,
    from: held.head ?? (requests.every(foundsStream) ? Rehydration.initial(aggregate) : undefined),
    confirmed: false,
    old: false,
    recalled: undefined,
  }
  const tried = Effect.suspend(() => attempt(turn))
  return Effect.catchCause(tried, (first) => {
    const failed = Cause.findErrorOption(first)
    const retried =
      Option.isSome(failed) && failed.value._tag === "VersionConflict"
        ? retryConflicts(tried, retry)
        : Effect.failCause(first)
    return Effect.catchCause(retried, (cause) => {
      held.hold(undefined)
      const error = Cause.findErrorOption(cause)
      const { waiting } = turn
      if (waiting.length > 1 && Option.isSome(error) && isOwnFault(error.value)) {
        return Effect.forEach(waiting, (request) => carryOut(ports, aggregate, stream, held, [request], retry), {
          discard: true,
        })
      }
      for (const request of waiting) {
        if (Option.isSome(error)) request.fail(error.value)
        else request.die(Cause.squash(cause))
      }
      return Effect.void
    })
  })
}
