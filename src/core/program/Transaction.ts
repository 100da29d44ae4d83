/**
 * One decision over several streams, of one or several aggregates, recorded in one commit that asserts every stream it
 * read. The streams are taken in sorted order, so that no two transactions of a process wait for each other.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Schedule from "effect/Schedule"
import { type Either, isLeft } from "fp-ts/lib/Either.js"
import type { RejectionOf } from "../domain/Decider.ts"
import type { Aggregate } from "../event/Aggregate.ts"
import { type Commit, exact, type Position, type Version } from "../event/Commit.ts"
import { DeciderThrew, type EncodeFailed, InvalidInput } from "../event/Errors.ts"
import type { NewEvent } from "../event/StoredEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import type { KeyMissing } from "../port/Errors.ts"
import { EventStore } from "../port/EventStore.ts"
import type { Snapshots } from "../port/Snapshots.ts"
import type { ExecuteError, ValueOf } from "./Batch.ts"
import * as CommandContext from "./CommandContext.ts"
import { type Origin, originFault } from "./Draft.ts"
import { EventMapper } from "./EventMapper.ts"
import * as Recording from "./Recording.ts"
import * as Rehydration from "./Rehydration.ts"
import * as Snapshotting from "./Snapshotting.ts"
import type * as StreamStates from "./StreamStates.ts"
import type * as UnitOfWork from "./UnitOfWork.ts"

type Needs = EventStore | EventMapper | Snapshots
type Loaded<S> = Rehydration.Loaded<S>

/**
 * One stream of a transaction; a repository's `stream` makes it.
 *
 * @example
 * ```ts
 * import { Repository } from "everfold"
 * import { right } from "fp-ts/lib/Either.js"
 *
 * // What both are at, at one moment.
 * const sum = <E, F>(left: Repository.Participant<number, E>, right_: Repository.Participant<number, F>) =>
 *   Repository.transactAll({ left, right_ }, ({ left, right_ }) => right([left + right_, {}]))
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Participant<in out S, in out E> {
  readonly name: StreamName.StreamName
  readonly open: (context: Context.Context<Needs>) => Seat<S, E>
  readonly seat: (
    attempt: UnitOfWork.Attempt,
    context: Context.Context<Needs>,
  ) => Effect.Effect<UnitOfWork.Seat<S, E>, Rehydration.LoadError | InvalidInput>
}

/** A participant at work, in one process with one store. */
interface Seat<in out S, in out E> {
  readonly alone: <A, E2, R>(effect: Effect.Effect<A, E2, R>) => Effect.Effect<A, E2, R>
  readonly held: () => Loaded<S> | undefined
  readonly read: Effect.Effect<Loaded<S>, Rehydration.LoadError>
  readonly encode: (
    from: Loaded<S>,
    events: ReadonlyArray<E>,
    origin: Origin,
  ) => Effect.Effect<Encoded<S>, EncodeFailed | KeyMissing | DeciderThrew>
  readonly keep: (before: Version, loaded: Loaded<S>) => Effect.Effect<void>
}

/** A participant whose state was read. */
interface Read {
  readonly part: string
  readonly name: StreamName.StreamName
  readonly seat: Seat<unknown, unknown>
  readonly from: Loaded<unknown>
}

interface Encoded<out S> {
  readonly state: S
  readonly events: ReadonlyArray<NewEvent>
}

/**
 * @category type-level
 * @since 0.1.0
 */
export interface Participants {
  readonly [name: string]: { readonly name: StreamName.StreamName; readonly open: (context: never) => object }
}

/**
 * The participants' states, by name.
 *
 * @category type-level
 * @since 0.1.0
 */
export type StatesOf<P> = { readonly [K in keyof P]: P[K] extends Participant<infer S, infer _E> ? S : never }

/**
 * Events for the participants, by name; one without events is only asserted.
 *
 * @category type-level
 * @since 0.1.0
 */
export type EventsOf<P> = {
  readonly [K in keyof P]?: P[K] extends Participant<infer _S, infer E> ? ReadonlyArray<E> : never
}

/**
 * What a transaction came to.
 *
 * @example
 * ```ts
 * import type { Repository } from "everfold"
 *
 * const report = ({ value, position }: Repository.Transacted<number>): string => `${value} moved, at position ${position}`
 * console.log(report({ value: 5, position: 9 })) // 5 moved, at position 9
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Transacted<out A> {
  readonly value: A
  /** Of the last event recorded; where none was, of the store's last event at the time. */
  readonly position: Position
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const participant = <C, S, E, R>(
  aggregate: Aggregate<C, S, E, R>,
  name: StreamName.StreamName,
  states: StreamStates.Lookup<S, E>,
  seats: ReturnType<typeof UnitOfWork.seats<S, E>>,
): Participant<S, E> => {
  const open = (context: Context.Context<Needs>): Seat<S, E> => {
    const all = states(context)
    const state = all.at(name)
    const { ports } = all
    return {
      alone: state.turns.alone,
      held: () => state.head,
      read: Effect.suspend(() => Rehydration.refresh(ports, aggregate, name, state.head)),
      encode: Effect.fnUntraced(function* (from, events, origin) {
        let next = from.state
        try {
          for (const event of events) next = aggregate.decider.evolve(next, event)
        } catch (cause) {
          return yield* new DeciderThrew({ stream: name, version: from.version, during: "evolve", cause })
        }
        const [encoded] = yield* ports.mapper.encode(aggregate.events, name, [{ events, origin }])
        if (encoded?._tag === "Left") return yield* encoded.left
        return { state: next, events: encoded?.right ?? [] }
      }),
      keep: (before, loaded) =>
        Effect.suspend(() => {
          state.hold(loaded)
          return Snapshotting.take(ports, aggregate, name, before, loaded, state.snapshots)
        }),
    }
  }
  return { name, open, seat: (attempt, context) => seats(attempt, name, open(context)) }
}

/**
 * Decides on the states of several streams at once. All that it decides is recorded, or nothing; a rejection or a fault
 * too is answered only if no stream changed since it was read. A conflict with another process is decided again.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Aggregate, Decider, EventCodec, EventMapper, Repository } from "everfold"
 * import { Memory } from "everfold/memory"
 * import { left, right } from "fp-ts/lib/Either.js"
 * import * as t from "io-ts"
 *
 * const StockEvent = EventCodec.make({ Moved: t.type({ by: t.number }) })
 * const stocks = Repository.make(
 *   Aggregate.make({
 *     category: "Stock",
 *     events: StockEvent,
 *     decider: Decider.make({
 *       initial: 0,
 *       decide: (by: number, _stock: number) => Decider.accept(StockEvent.Moved({ by })),
 *       evolve: (stock: number, event: EventCodec.TypeOf<typeof StockEvent>) => stock + event.by
 *     })
 *   })
 * )
 * const move = (by: number) =>
 *   Repository.transactAll({ from: stocks.stream("a"), to: stocks.stream("b") }, ({ from, to }) =>
 *     from < by
 *       ? left("too little")
 *       : right([to + by, { from: [StockEvent.Moved({ by: -by })], to: [StockEvent.Moved({ by })] }])
 *   )
 * const program = Effect.gen(function* () {
 *   yield* stocks.execute("a", 8)
 *   const { value } = yield* move(5)
 *   return [value, yield* Effect.flip(move(5))]
 * })
 * const Live = Layer.mergeAll(Memory.layer, EventMapper.plain)
 * console.log(await Effect.runPromise(program.pipe(Effect.provide(Live)))) // [ 5, 'too little' ]
 * ```
 *
 * @category transactions
 * @since 0.1.0
 */
export function transactAll<const P extends Participants, Out extends Either<unknown, readonly [unknown, EventsOf<P>]>>(
  participants: P,
  decide: (states: StatesOf<P>) => Out,
  retry?: Schedule.Schedule<unknown>,
): Effect.Effect<Transacted<ValueOf<Out>>, RejectionOf<Out> | ExecuteError, Needs>
export function transactAll<R, A>(
  participants: { readonly [name: string]: Participant<unknown, unknown> },
  decide: (states: {
    readonly [name: string]: unknown
  }) => Either<R, readonly [A, { readonly [name: string]: ReadonlyArray<unknown> | undefined }]>,
  retry: Schedule.Schedule<unknown> = Recording.defaultRetry,
): Effect.Effect<Transacted<A>, R | ExecuteError, Needs> {
  return Effect.contextWith((context: Context.Context<Needs>) => {
    const current = Context.get(context, CommandContext.Current)
    const what = fault(participants) ?? originFault(current)
    if (what !== undefined) return Effect.fail(new InvalidInput({ what }))
    const store = Context.get(context, EventStore)
    const mapper = Context.get(context, EventMapper)
    const seats = Object.entries(participants)
      .map(([part, { name, open }]) => ({ part, name, seat: open(context) }))
      .sort((a, b) => (StreamName.format(a.name) < StreamName.format(b.name) ? -1 : 1))

    /** What is decided on the states, in its stored form. */
    const decideOn = Effect.fnUntraced(function* (read: ReadonlyArray<Read>) {
      let decision: ReturnType<typeof decide>
      let stray: string | undefined
      try {
        decision = decide(Object.fromEntries(read.map(({ part, from }) => [part, from.state])))
        const events = isLeft(decision) ? {} : decision.right[1]
        stray = Object.keys(events).find((part) => !Object.hasOwn(participants, part))
      } catch (cause) {
        const [first] = read
        if (first === undefined) throw cause
        return yield* new DeciderThrew({ stream: first.name, version: first.from.version, during: "decide", cause })
      }
      if (isLeft(decision)) return yield* Effect.fail(decision.left)
      const [value, events] = decision.right
      if (stray !== undefined)
        return yield* new InvalidInput({ what: `${stray} is not a participant of the transaction` })
      const correlationId = current.correlationId ?? (yield* mapper.newId)
      const encoded = yield* Effect.forEach(read, ({ part, seat, from }) =>
        seat.encode(from, (Object.hasOwn(events, part) && events[part]) || [], { ...current, correlationId }),
      )
      return { value, encoded }
    })

    const attempt = Effect.gen(function* () {
      const read = yield* Effect.forEach(seats, (taken) => Effect.map(taken.seat.read, (from) => ({ ...taken, from })))
      const decided = yield* Effect.result(decideOn(read))
      const encoded = Result.isSuccess(decided) ? decided.success.encoded : []
      // The streams were read one after another. A refusal or a fault too is told only of states that stood together.
      const request: Commit = {
        hash: mapper.hash,
        writes: read.map(({ name, from }, i) => ({
          stream: name,
          expected: exact(from.version),
          events: encoded[i]?.events ?? [],
        })),
      }
      const record = Effect.gen(function* () {
        const committed = yield* Recording.commit(store, request)
        let position = committed.position - encoded.reduce((n, { events }) => n + events.length, 0)
        for (const [i, { state, events }] of encoded.entries()) {
          const [taken, head] = [read[i], committed.streams[i]]
          if (events.length === 0 || taken === undefined || head === undefined) continue
          position += events.length
          yield* taken.seat.keep(taken.from.version, { state, version: head.version, link: head.link, position })
        }
        return committed.position
      })
      // What was recorded is always kept and answered, also where the caller is interrupted meanwhile.
      const position = yield* Effect.uninterruptible(record)
      return { value: (yield* Effect.fromResult(decided)).value, position }
    })

    const retried = Recording.retryConflicts(attempt, retry)
    return seats.reduceRight<typeof retried>((inner, { seat }) => seat.alone(inner), retried)
  })
}

const fault = (participants: {
  readonly [part: string]: { readonly name: StreamName.StreamName }
}): string | undefined => {
  const names = new Set<string>()
  for (const { name } of Object.values(participants)) {
    const what = StreamName.fault(name)
    if (what !== undefined) return what
    const written = StreamName.format(name)
    if (names.has(written)) return `${written} takes part in the transaction twice`
    names.add(written)
  }
  return names.size === 0 ? "the transaction has no participants" : undefined
}
