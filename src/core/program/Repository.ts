/**
 * A repository carries out commands on the streams of an aggregate, and reads them: now, as of a version or a time, as
 * history.
 *
 * Commands that wait for one stream in one process are decided one after another on one state and recorded in one commit,
 * each with its own answer. A conflict with another process is decided again on the newer state. States are cached, and
 * the cache cannot be seen: what records nothing is confirmed in the store before it is answered.
 *
 * @since 0.1.0
 */
import { Clock } from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Schedule from "effect/Schedule"
import type * as Stream from "effect/Stream"
import { type Either, isLeft, right } from "fp-ts/lib/Either.js"
import type { RejectionOf } from "../domain/Decider.ts"
import type { Aggregate } from "../event/Aggregate.ts"
import type { Version } from "../event/Commit.ts"
import { textFault } from "../event/CommitShape.ts"
import { DeciderThrew, InvalidInput, type NotFound } from "../event/Errors.ts"
import * as StreamName from "../event/StreamName.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import type { EventStore } from "../port/EventStore.ts"
import type { Snapshots } from "../port/Snapshots.ts"
import type { Decide, Executed, ExecuteError, ValueOf } from "./Batch.ts"
import * as CommandContext from "./CommandContext.ts"
import { originFault } from "./Draft.ts"
import type { EventMapper, Recorded } from "./EventMapper.ts"
import * as Execution from "./Execution.ts"
import * as History from "./History.ts"
import * as Recording from "./Recording.ts"
import type { LoadError, Loaded } from "./Rehydration.ts"
import * as Rehydration from "./Rehydration.ts"
import * as StreamStates from "./StreamStates.ts"
import * as Transaction from "./Transaction.ts"
import * as UnitOfWork from "./UnitOfWork.ts"

/**
 * The ports that every operation needs.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { EventMapper, type Repository } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const forTests: Layer.Layer<Repository.Needs> = Layer.mergeAll(Memory.layer, EventMapper.plain)
 * ```
 * @category model
 * @since 0.1.0
 */
export type Needs = EventStore | EventMapper | Snapshots

/**
 * What a command may be given besides itself.
 *
 * @example
 * ```ts
 * import { type Repository } from "everfold"
 *
 * // What a form was filled in for, and a request that may come twice.
 * const options: Repository.ExecuteOptions = { expected: 7, commandId: "request-4711" }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface ExecuteOptions {
  /**
   * The version that the stream must have, 0 for none yet, which is not looked for before the commit. A mismatch fails
   * with `VersionConflict`, without a retry.
   */
  readonly expected?: Version
  /** Makes the command idempotent in the whole store: 1 to 512 bytes. A rejection is not recorded and may be retried. */
  readonly commandId?: string
}

/**
 * The version that a stream had, or where it stood at a time (milliseconds since 1970).
 *
 * @example
 * ```ts
 * import { type Repository } from "everfold"
 *
 * const third: Repository.AsOf = { version: 3 }
 * const atNewYear: Repository.AsOf = { at: new Date("2027-01-01") }
 * ```
 * @category model
 * @since 0.1.0
 */
export type AsOf = { readonly version: Version } | { readonly at: number | Date }

/**
 * What can be done with the streams of an aggregate. Every operation takes the stream's id, 1 to 512 bytes; what it needs
 * of the world it asks for, so that one repository serves with every store.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type Repository } from "everfold"
 *
 * const addTwice = <E, R>(counters: Repository.Repository<number, number, E, R>, id: string) =>
 *   Effect.andThen(counters.execute(id, 1), counters.execute(id, 1))
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Repository<in C, in out S, in out E, out R> {
  readonly aggregate: Aggregate<C, S, E, R>
  /**
   * Decides a command and records what it decides; a rejection is the model's own value, in the error channel. Whoever is
   * interrupted meanwhile goes at once, or as soon as the store has answered: then nothing of it is recorded any more.
   */
  readonly execute: (
    id: string,
    command: C,
    options?: ExecuteOptions,
  ) => Effect.Effect<Executed<S, E>, R | ExecuteError, Needs>
  /** Decides with a function of its own, so that each use case can have its own result type. */
  readonly transact: <Out extends Either<unknown, readonly [unknown, ReadonlyArray<E>]>>(
    id: string,
    decide: (state: S) => Out,
  ) => Effect.Effect<Executed<S, E> & { readonly value: ValueOf<Out> }, RejectionOf<Out> | ExecuteError, Needs>
  /** The state, now or as of a version or a time; `None` where there is none or it is terminal. */
  readonly load: (
    id: string,
    asOf?: AsOf,
  ) => Effect.Effect<Option.Option<Loaded<S>>, LoadError | InvalidInput | NotFound, Needs>
  /** Whether `load` would find a state. */
  readonly exists: (id: string) => Effect.Effect<boolean, LoadError | InvalidInput, Needs>
  /** Every event of the stream, checked against the hash chain, also where the state is terminal. */
  readonly history: (id: string) => Stream.Stream<Recorded<E>, LoadError | InvalidInput, EventStore | EventMapper>
  /** The ids of all streams ever recorded, also of those whose state is terminal. */
  readonly ids: Stream.Stream<string, StoreUnavailable, EventStore>
  /** One stream as a participant of `transactAll`. */
  readonly stream: (id: string) => Transaction.Participant<S, E>
}

/**
 * How a repository keeps states and takes conflicts.
 *
 * @example
 * ```ts
 * import * as Schedule from "effect/Schedule"
 * import { type Repository } from "everfold"
 *
 * const patient: Repository.Options = { cache: 10_000, retry: Schedule.spaced("20 millis") }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Options {
  /** How many states are kept, the latest used; 0 keeps none. 1024, if left out. */
  readonly cache?: number
  /** When to decide again after a conflict with another process. About ten seconds in all, if left out. */
  readonly retry?: Schedule.Schedule<unknown>
}

const optionsFault = ({ expected, commandId }: ExecuteOptions): string | undefined => {
  if (expected !== undefined && !(Number.isSafeInteger(expected) && expected >= 0)) {
    return `expected version ${expected} is not an integer from 0`
  }
  return commandId === undefined ? undefined : textFault("command id", commandId)
}

const within = (n: number, least: number, most: number): boolean => n >= least && n <= most

/**
 * A repository of an aggregate.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Aggregate, Decider, EventCodec, EventMapper, Repository } from "everfold"
 * import { Memory } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
 * const counters = Repository.make(
 *   Aggregate.make({
 *     category: "Counter",
 *     events: CounterEvent,
 *     decider: Decider.make({
 *       initial: 0,
 *       decide: (by: number, _total: number) => Decider.accept(CounterEvent.Added({ by })),
 *       evolve: (total: number, event: EventCodec.TypeOf<typeof CounterEvent>) => total + event.by
 *     })
 *   })
 * )
 * const program = Effect.gen(function* () {
 *   yield* counters.execute("visits", 2)
 *   const { state } = yield* counters.execute("visits", 3)
 *   return state
 * })
 * const Live = Layer.mergeAll(Memory.layer, EventMapper.plain)
 * console.log(await Effect.runPromise(program.pipe(Effect.provide(Live)))) // 5
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <C, S, E, R>(aggregate: Aggregate<C, S, E, R>, options: Options = {}): Repository<C, S, E, R> => {
  const { category, decider } = aggregate
  const { cache = 1024, retry = Recording.defaultRetry } = options
  const states = StreamStates.make<S, E>(cache, (ports, state, requests) =>
    Execution.carryOut(ports, aggregate, state.stream, state, requests, retry),
  )

  const seats = UnitOfWork.seats<S, E>()

  const submit = <A, R2>(
    id: string,
    options: ExecuteOptions,
    decide: Decide<S, E, R2, A>,
    repeated: (executed: Executed<S, E>) => Effect.Effect<Executed<S, E> & { readonly value: A }, ExecuteError>,
  ) =>
    Effect.contextWith((context: Context.Context<Needs>) => {
      const stream = { category, id }
      const { correlationId = options.commandId, causation, metadata } = Context.get(context, CommandContext.Current)
      const origin = { correlationId, causation, metadata }
      const what = StreamName.fault(stream) ?? optionsFault(options) ?? originFault(origin)
      if (what !== undefined) return Effect.fail(new InvalidInput({ what }))
      const clock = Context.get(context, Clock)
      const state = states(context).at(stream)
      return Effect.callback<Executed<S, E> & { readonly value: A }, R2 | ExecuteError>((resume) => {
        let settled = false
        let interrupted = false
        let whenSettled = (): void => {}
        const settle = (answer: Effect.Effect<Executed<S, E> & { readonly value: A }, R2 | ExecuteError>): void => {
          settled = true
          resume(answer)
          whenSettled()
        }
        const leave = state.turns.enter({
          key: options.commandId,
          expected: options.expected,
          origin,
          clock,
          decide: (current) => {
            const decision = decide(current)
            if (isLeft(decision)) {
              const rejection = decision.left
              return { refuse: () => settle(Effect.fail(rejection)) }
            }
            const [value, events] = decision.right
            return { events, answer: (executed) => settle(Effect.succeed({ ...executed, value })) }
          },
          fail: (error) => settle(Effect.fail(error)),
          die: (defect) => settle(Effect.die(defect)),
          repeated: (executed) => settle(repeated(executed)),
          givenUp: () => {
            if (interrupted) settle(Effect.interrupt)
            return interrupted
          },
        })
        // An interrupted caller leaves the queue; once it is taken, it waits, so that nothing is recorded behind its back.
        return Effect.callback<void>((done) => {
          interrupted = true
          if (settled || leave()) done(Effect.void)
          else whenSettled = () => done(Effect.void)
        })
      })
    })

  const named = (id: string): Effect.Effect<StreamName.StreamName, InvalidInput> => {
    const stream = { category, id }
    const what = StreamName.fault(stream)
    return what === undefined ? Effect.succeed(stream) : Effect.fail(new InvalidInput({ what }))
  }

  const living = (
    stream: StreamName.StreamName,
    loaded: Loaded<S>,
  ): Effect.Effect<Option.Option<Loaded<S>>, DeciderThrew> => {
    if (loaded.version === 0) return Effect.succeedNone
    try {
      return Effect.succeed(decider.isTerminal(loaded.state) ? Option.none() : Option.some(loaded))
    } catch (cause) {
      return Effect.fail(new DeciderThrew({ stream, version: loaded.version, during: "isTerminal", cause }))
    }
  }

  const latest = Effect.fnUntraced(function* (id: string) {
    const stream = yield* named(id)
    const { ports, at } = states(yield* Effect.context<Needs>())
    const state = at(stream)
    const before = state.head
    const loaded = yield* Rehydration.refresh(ports, aggregate, stream, before)
    // Somebody else may hold a later one by now.
    if (state.head === before) state.hold(loaded)
    return yield* living(stream, loaded)
  })

  const asOf = Effect.fnUntraced(function* (id: string, when: AsOf) {
    const stream = yield* named(id)
    const { ports } = states(yield* Effect.context<Needs>())
    const found =
      "version" in when
        ? within(when.version, 1, Number.MAX_SAFE_INTEGER) && Number.isSafeInteger(when.version)
          ? Rehydration.loadVersion(ports, aggregate, stream, when.version)
          : new InvalidInput({ what: `version ${when.version} is not an integer from 1` })
        : Number.isFinite(Number(when.at))
          ? Rehydration.loadAt(ports, aggregate, stream, Number(when.at))
          : new InvalidInput({ what: `time ${String(when.at)} is not milliseconds or a valid Date` })
    const loaded = yield* found
    return Option.isNone(loaded) ? loaded : yield* living(stream, loaded.value)
  })

  function transact<Out extends Either<unknown, readonly [unknown, ReadonlyArray<E>]>>(
    id: string,
    decide: (state: S) => Out,
  ): Effect.Effect<Executed<S, E> & { readonly value: ValueOf<Out> }, RejectionOf<Out> | ExecuteError, Needs>
  function transact<R2, A>(id: string, decide: Decide<S, E, R2, A>) {
    return submit(id, {}, decide, () => Effect.die("a transaction has no command id"))
  }

  return {
    aggregate,
    execute: (id, command, options = {}) =>
      submit(
        id,
        options,
        (state): Either<R, readonly [undefined, ReadonlyArray<E>]> => {
          const decision = decider.decide(command, state)
          return isLeft(decision) ? decision : right([undefined, decision.right])
        },
        (executed) => Effect.succeed({ ...executed, value: undefined }),
      ),
    transact,
    load: (id, when) => (when === undefined ? latest(id) : asOf(id, when)),
    exists: (id) => Effect.map(latest(id), Option.isSome),
    history: (id) => History.events(aggregate.events, named(id)),
    ids: History.ids(category),
    stream: (id) => Transaction.participant(aggregate, { category, id }, states, seats),
  }
}

export type { Executed, ExecuteError } from "./Batch.ts"
export type { LoadError, Loaded } from "./Rehydration.ts"
export { type Participant, type Transacted, transactAll } from "./Transaction.ts"
