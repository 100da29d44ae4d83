/**
 * The work of one instance of a projection: it waits for the lease, makes what it writes to, tries what is parked, and
 * then follows the store, a page a transaction.
 *
 * @since 0.1.0
 */

import * as Cause from "effect/Cause"
import { Clock } from "effect/Clock"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { CheckpointKey, Position } from "../event/Commit.ts"
import type { CheckpointConflict, Fenced, InvalidInput } from "../event/Errors.ts"
import type { StoredEvent } from "../event/StoredEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import type { CommitUnknown, StoreUnavailable } from "../port/Errors.ts"
import { EventStore } from "../port/EventStore.ts"
import type { Move, Parked, ReadModel } from "../port/ReadModel.ts"
import { EventMapper, type Recorded } from "./EventMapper.ts"
import * as Progress from "./Progress.ts"
import type { Projection } from "./Projection.ts"
import { ProjectionStopped } from "./ProjectionErrors.ts"

/**
 * How a projection works.
 *
 * @example
 * ```ts
 * import * as Schedule from "effect/Schedule"
 * import { type Projection } from "everfold"
 *
 * const running: Projection.Running = { onFailure: "park", retry: Schedule.spaced("1 second").pipe(Schedule.upTo({ times: 3 })) }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Running {
  /** When to handle an event again that could not be handled; five times within about three seconds, if left out. */
  readonly retry?: Schedule.Schedule<unknown>
  /**
   * And then: `stop` fails with `ProjectionStopped`; `park` notes the event with the reason and goes on, and parks what
   * follows in its stream as well. `stop`, if left out.
   */
  readonly onFailure?: "stop" | "park"
  /** Events in a transaction at most; 500, if left out. */
  readonly batch?: number
  /** Milliseconds until others take over from an instance that died; 10,000, if left out. */
  readonly lease?: number
}

/** @category queries @since 0.1.0 */
export const keyOf = ({ name, version }: { readonly name: string; readonly version: number }): CheckpointKey => ({
  consumer: `${name}:${version}`,
  upstream: "log",
  partition: 0,
})

const defaultRetry = Schedule.max([Schedule.exponential("100 millis"), Schedule.recurs(5)])

/** What is filtered out moves the checkpoint by so many positions at least, or after so long. */
const drift = { positions: 1000, time: "1 second" } as const

/** Milliseconds between two looks at a lease that another instance has, at most: it may give it back. */
const patience = 250

/** What a handler fails or dies with. */
class Unhandled extends TaggedError("Unhandled")<{ readonly cause: unknown }> {}

/** The projection is built by instances of a newer version. */
class Superseded extends TaggedError("Superseded") {}

type Trouble = Unhandled | CheckpointConflict | Fenced | CommitUnknown | StoreUnavailable | InvalidInput

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const handled = Metric.counter("everfold_projection_events", { incremental: true })
const failures = Metric.counter("everfold_projection_failures", { incremental: true })
const positions = Metric.gauge("everfold_projection_position")
const lag = Metric.gauge("everfold_projection_lag")

/**
 * Works until another version takes its place, or it fails for good.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Aggregate, Decider, EventCodec, EventMapper, Projection, Repository } from "everfold"
 * import { Memory, MemoryModel } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
 * type CounterEvent = EventCodec.TypeOf<typeof CounterEvent>
 * const counters = Repository.make(
 *   Aggregate.make({
 *     category: "Counter",
 *     events: CounterEvent,
 *     decider: Decider.make({
 *       initial: 0,
 *       decide: (by: number, _total: number) => Decider.accept(CounterEvent.Added({ by })),
 *       evolve: (total: number, event: CounterEvent) => total + event.by
 *     })
 *   })
 * )
 * const total = MemoryModel.make("app/Total", 0)
 * const totals = Projection.make({
 *   name: "totals",
 *   version: 1,
 *   model: total.model,
 *   events: CounterEvent,
 *   handle: ({ event }, cell) => Effect.sync(() => cell.set(cell.get() + event.by))
 * })
 * const program = Effect.gen(function* () {
 *   yield* Effect.forkScoped(Projection.run(totals))
 *   yield* counters.execute("visits", 2)
 *   yield* counters.execute("clicks", 3).pipe(Projection.including(totals))
 *   return yield* total.value
 * })
 * const Live = Layer.mergeAll(Memory.layer, EventMapper.plain, total.layer)
 * console.log(await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(Live)))) // 5
 * ```
 * @category running
 * @since 0.1.0
 */
export const run = <Id, Tx, E, Err, R>(
  projection: Projection<Id, Tx, E, Err, R>,
  { retry = defaultRetry, onFailure = "stop", batch = 500, lease = 10_000 }: Running = {},
): Effect.Effect<void, ProjectionStopped | StoreUnavailable | InvalidInput, EventStore | EventMapper | Id | R> =>
  Effect.gen(function* () {
    const { name, version } = projection
    const key = keyOf(projection)
    const store = yield* EventStore
    const mapper = yield* EventMapper
    const model: ReadModel<Tx> = yield* projection.model
    const progress = Progress.of(model, key)
    const attributes = { projection: name, version: String(version) }
    const metered = {
      handled: Metric.withAttributes(handled, attributes),
      failures: Metric.withAttributes(failures, attributes),
      position: Metric.withAttributes(positions, attributes),
      lag: Metric.withAttributes(lag, attributes),
    }

    /** How often it began anew without coming any further. */
    let failed = 0

    const instance = Effect.fnUntraced(function* (from: Position, epoch: number) {
      /** Where the checkpoint stands, and how far was looked. */
      let recorded = from
      let scanned = from
      const behind = new Map<string, Position>()

      const transact = (
        move: Pick<Move, "park" | "unpark" | "activate"> & { readonly to: Position },
        work: (transaction: Tx) => Effect.Effect<void, unknown, R>,
      ): Effect.Effect<void, Trouble, R> =>
        model
          .transact({ ...key, epoch, from: recorded, ...move }, (transaction) =>
            Effect.catchCause(
              Effect.suspend(() => work(transaction)),
              (cause) =>
                Cause.hasInterrupts(cause)
                  ? Effect.interrupt
                  : Effect.fail(new Unhandled({ cause: Cause.squash(cause) })),
            ),
          )
          .pipe(
            Effect.andThen(
              Effect.sync(() => {
                failed = 0
                recorded = move.to
                scanned = Math.max(scanned, recorded)
                Progress.tell(progress, scanned)
              }),
            ),
          )

      const streamOf = ({ stream }: StoredEvent): string => StreamName.format(stream)

      const parking = (event: StoredEvent, reason: string): Effect.Effect<Parked> =>
        Effect.map(Clock, (clock) => ({
          position: event.position,
          stream: streamOf(event),
          reason,
          at: Math.floor(clock.currentTimeMillisUnsafe()),
        }))

      const decode = (events: ReadonlyArray<StoredEvent>): Effect.Effect<ReadonlyArray<Recorded<E>>, Unhandled> =>
        Effect.mapError(mapper.decode(projection.events, events), (cause) => new Unhandled({ cause }))

      /** Handles some, and parks who is behind somebody who is parked. */
      const attempt = (events: ReadonlyArray<StoredEvent>, to: Position): Effect.Effect<void, Trouble, R> =>
        Effect.gen(function* () {
          const free = events.filter((event) => !behind.has(streamOf(event)))
          const park = yield* Effect.forEach(
            events.filter((event) => behind.has(streamOf(event))),
            (event) => parking(event, `it follows position ${behind.get(streamOf(event))}, which is parked`),
          )
          const decoded = yield* decode(free)
          yield* transact({ to, park }, (transaction) =>
            decoded.length === 0 ? Effect.void : projection.handle(decoded, transaction),
          )
          yield* Metric.update(metered.handled, free.length)
        })

      const stopped = (position: Position, cause: unknown) => new ProjectionStopped({ name, version, position, cause })

      /** Handles one, if need be again and again, and then does as it is told. */
      const alone = (event: StoredEvent, to: Position): Effect.Effect<void, Trouble | ProjectionStopped, R> =>
        Effect.retry(attempt([event], to), { schedule: retry, while: (error) => error._tag === "Unhandled" }).pipe(
          Effect.catchTag("Unhandled", ({ cause }) =>
            Effect.gen(function* () {
              yield* Metric.update(metered.failures, 1)
              if (onFailure === "stop" || isTampered(cause)) return yield* stopped(event.position, cause)
              const park = [yield* parking(event, reasonOf(cause))]
              yield* transact({ to, park }, () => Effect.void)
              behind.set(streamOf(event), event.position)
            }),
          ),
        )

      const apply = (
        events: ReadonlyArray<StoredEvent>,
        to: Position,
      ): Effect.Effect<void, Trouble | ProjectionStopped, R> =>
        Effect.catchTag(attempt(events, to), "Unhandled", () =>
          Effect.forEach(events, (event, i) => alone(event, i === events.length - 1 ? to : event.position), {
            discard: true,
          }),
        )

      const settle = Effect.suspend(() =>
        scanned > recorded ? transact({ to: scanned }, () => Effect.void) : Effect.void,
      )

      const drain = Effect.gen(function* () {
        for (;;) {
          const { events, scannedTo } = yield* store.readAll({
            after: scanned,
            filter: projection.filter,
            limit: batch,
          })
          if (events.length > 0) yield* apply(events, scannedTo)
          scanned = Math.max(scanned, scannedTo)
          Progress.tell(progress, scanned)
          if (scanned - recorded >= drift.positions) yield* settle
          if (events.length < batch) break
        }
        yield* Metric.update(metered.position, scanned)
        yield* Metric.update(metered.lag, Math.max(0, (yield* store.head) - scanned))
      }).pipe(Effect.withSpan("everfold.projection", { attributes }))

      /** What is parked may be handled by now. */
      const again = Effect.gen(function* () {
        for (const { position, stream } of yield* model.parked(key)) {
          if (behind.has(stream)) continue
          const { events } = yield* store.readAll({ after: position - 1, upTo: position, limit: 1 })
          const retried = Effect.flatMap(decode(events), (decoded) =>
            transact({ to: recorded, unpark: [position] }, (transaction) => projection.handle(decoded, transaction)),
          )
          yield* Effect.catchTag(retried, "Unhandled", () => Effect.sync(() => void behind.set(stream, position)))
        }
      })

      const setUp = transact({ to: recorded }, (transaction) => projection.setup(transaction))

      const activated = Effect.gen(function* () {
        const active = yield* model.active(name)
        if (Option.isSome(active) && active.value >= version) return
        yield* transact({ to: scanned, activate: { name, version } }, (transaction) => projection.activate(transaction))
      })

      const ticks = Stream.fromSchedule(Schedule.spaced(drift.time))
      const follow = Stream.runForEach(
        Stream.merge(
          Stream.map(store.changes, () => drain),
          Stream.map(ticks, () => settle),
        ),
        (work): Effect.Effect<void, Trouble | ProjectionStopped, R> => work,
      )
      yield* Effect.all([setUp, again, drain, activated, follow], { discard: true }).pipe(
        Effect.catchTag("Unhandled", ({ cause }) => Effect.fail(stopped(recorded, cause))),
      )
    })

    const superseded = Effect.flatMap(model.active(name), (active) =>
      Option.isSome(active) && active.value > version ? new Superseded() : Effect.void,
    )

    const keep = (epoch: number) =>
      Effect.forever(
        Effect.gen(function* () {
          yield* Effect.sleep(lease / 3)
          yield* superseded
          yield* model.renew(key, epoch, lease)
        }).pipe(Effect.catchTag("StoreUnavailable", (error) => (error.retryable ? Effect.void : error))),
      )

    const turn = Effect.gen(function* () {
      yield* superseded
      const mine = yield* model.acquire(key, lease)
      if (Option.isNone(mine)) return yield* Effect.sleep(Math.min(lease / 4, patience))
      const { position, epoch } = mine.value
      progress.ended = undefined
      const release = Effect.ignore(model.renew(key, epoch, 0))
      yield* Effect.raceFirst(keep(epoch), instance(position, epoch)).pipe(Effect.ensuring(release))
    })

    const anew = Effect.suspend(() => Effect.sleep(Math.min(50 * 2 ** failed++, 5000)))
    const lasting = turn.pipe(
      // Whoever lost the lease, or does not know what became of a transaction, begins anew from what is recorded.
      Effect.catchTags({ Fenced: () => anew, CheckpointConflict: () => anew, CommitUnknown: () => anew }),
      Effect.catchTag("StoreUnavailable", (error) => (error.retryable ? anew : Effect.fail(error))),
    )
    return yield* Effect.forever(lasting).pipe(
      Effect.catchTag("Superseded", () => Effect.void),
      Effect.onExit((exit) =>
        Effect.sync(() => {
          progress.ended =
            exit._tag === "Success" ? "a newer version took its place" : reasonOf(Cause.squash(exit.cause))
        }),
      ),
    )
  })

const isTampered = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "_tag" in cause && cause._tag === "IntegrityViolation"
