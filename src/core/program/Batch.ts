/**
 * Commands that wait for one stream, and how they are decided together: each on the state that the ones before it leave.
 *
 * @since 0.1.0
 */
import type { Clock } from "effect/Clock"
import type { Either, Right } from "fp-ts/lib/Either.js"
import type { Aggregate } from "../event/Aggregate.ts"
import { exact, type Position, type Version } from "../event/Commit.ts"
import {
  type CommandRepeated,
  DeciderThrew,
  type EncodeFailed,
  type EventIdReused,
  type InvalidInput,
  VersionConflict,
} from "../event/Errors.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { CommitUnknown } from "../port/Errors.ts"
import type { Origin } from "./Draft.ts"
import type { LoadError, Loaded } from "./Rehydration.ts"

/**
 * What a command or a use case came to.
 *
 * @example
 * ```ts
 * import type { Repository } from "everfold"
 *
 * const report = <S, E>({ version, events, repeated }: Repository.Executed<S, E>): string =>
 *   repeated ? "done before" : `${events.length} event(s), now at version ${version}`
 * console.log(report({ state: 5, version: 2, position: 9, events: ["Added"], repeated: false })) // 1 event(s), now at version 2
 * ```
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
  /** What it recorded, perhaps nothing. */
  readonly events: ReadonlyArray<E>
  /** Whether its command id had been recorded before; then the rest is what it came to then. */
  readonly repeated: boolean
}

/**
 * Why a command cannot be carried out, apart from the model's own rejections.
 *
 * @example
 * ```ts
 * import type { Repository } from "everfold"
 *
 * const statusOf = (error: Repository.ExecuteError): number =>
 *   error._tag === "InvalidInput" ? 400 : error._tag === "VersionConflict" ? 409 : 503
 * ```
 * @category errors
 * @since 0.1.0
 */
export type ExecuteError =
  | LoadError
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
  readonly clock: Clock
  /** Events, and how to answer once they are recorded; or how to answer a refusal. */
  readonly decide: (state: S) => Accepted<S, E> | Refused
  readonly fail: (error: ExecuteError) => void
  readonly die: (defect: unknown) => void
  readonly repeated: (executed: Executed<S, E>) => void
  /** Whether its caller was interrupted; then it is settled by this, and need not be decided again. */
  readonly givenUp: () => boolean
}

interface Accepted<S, E> {
  readonly events: ReadonlyArray<E>
  readonly answer: (executed: Executed<S, E>) => void
}

interface Refused {
  readonly refuse: () => void
}

/**
 * What became of one command of a batch: events to record, perhaps none, and what to tell once that is done.
 *
 * @category model
 * @since 0.1.0
 */
export interface Outcome<S, E> {
  readonly request: Request<S, E>
  readonly events: ReadonlyArray<E>
  readonly origin: Origin
  readonly clock: Clock
  /** Whether its command id is to be recorded. */
  readonly accepted: boolean
  /** Takes the store's position before the batch. */
  readonly tell: (before: Position) => void
}

/**
 * A batch that is decided, and where its stream stands once it is recorded.
 *
 * @category model
 * @since 0.1.0
 */
export interface Decided<S, E> {
  readonly outcomes: ReadonlyArray<Outcome<S, E>>
  readonly state: S
  readonly version: Version
}

const nothing: ReadonlyArray<never> = []

/**
 * Decides each request on the state that the ones before it leave. Whatever a command's own fault is, only its own
 * outcome tells of it. A command id that records no event ends the batch, and the rest waits for the next: so where the
 * commit ends is where that command stood, and it can be answered again.
 *
 * @category deciding
 * @since 0.1.0
 */
export const decideAll = <C, S, E, R>(
  { decider }: Aggregate<C, S, E, R>,
  stream: StreamName,
  from: Loaded<S>,
  requests: ReadonlyArray<Request<S, E>>,
): Decided<S, E> => {
  let { state, version } = from
  const refused = (request: Request<S, E>, tell: () => void): Outcome<S, E> => ({
    request,
    events: nothing,
    origin: request.origin,
    clock: request.clock,
    accepted: false,
    tell,
  })

  const decideOne = (request: Request<S, E>): Outcome<S, E> => {
    const { expected, origin, clock } = request
    if (expected !== undefined && expected !== version) {
      const conflict = new VersionConflict({ stream, expected: exact(expected), actual: version })
      return refused(request, () => request.fail(conflict))
    }
    let during: DeciderThrew["during"] = "decide"
    let next = state
    let decision: Accepted<S, E> | Refused
    try {
      decision = request.decide(state)
      if ("events" in decision) {
        during = "evolve"
        for (const event of decision.events) next = decider.evolve(next, event)
      }
    } catch (cause) {
      const threw = new DeciderThrew({ stream, version, during, cause })
      return refused(request, () => request.fail(threw))
    }
    if ("refuse" in decision) return refused(request, decision.refuse)
    const { events, answer } = decision
    state = next
    version += events.length
    const executed = { state, version, events, repeated: false }
    const offset = version - from.version
    const tell = (before: Position): void =>
      answer({ ...executed, position: offset === 0 ? from.position : before + offset })
    return { request, events, origin, clock, accepted: true, tell }
  }

  const outcomes: Array<Outcome<S, E>> = []
  for (const request of requests) {
    const outcome = decideOne(request)
    outcomes.push(outcome)
    if (outcome.accepted && outcome.events.length === 0 && request.key !== undefined) break
  }
  return { outcomes, state, version }
}
