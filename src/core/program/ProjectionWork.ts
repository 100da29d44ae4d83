/**
 * The work of one instance at one partition of a projection: it makes what it writes to, tries what is parked, and then
 * follows the log, a page a transaction.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import { Clock } from "effect/Clock"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Position } from "../event/Commit.ts"
import type { CheckpointConflict, Fenced, InvalidInput } from "../event/Errors.ts"
import type { StoredEvent } from "../event/StoredEvent.ts"
import * as StreamName from "../event/StreamName.ts"
import type { CommitUnknown, StoreUnavailable } from "../port/Errors.ts"
import type { LogPage } from "../port/EventStore.ts"
import type { Move, Parked, ReadModel } from "../port/ReadModel.ts"
import { EventMapper, type Recorded } from "./EventMapper.ts"
import * as Parking from "./Parking.ts"
import * as Partition from "./Partition.ts"
import * as Progress from "./Progress.ts"
import type { Projection } from "./Projection.ts"
import { ProjectionStopped } from "./ProjectionErrors.ts"
import { keyOf, type Layout } from "./ProjectionKey.ts"
import type { Source } from "./Upstream.ts"

/** What is filtered out moves the checkpoint by so many positions at least, or after so long. */
const drift = { positions: 1000, time: "1 second" } as const

/** No event comes after it. */
const endless = Number.MAX_SAFE_INTEGER

/** Events read at once, however few are handled in a transaction. */
const page = 500

/** What a handler fails or dies with. */
class Unhandled extends TaggedError("Unhandled")<{ readonly cause: unknown }> {}

type Trouble = Unhandled | CheckpointConflict | Fenced | CommitUnknown | StoreUnavailable | InvalidInput

const handled = Metric.counter("everfold_projection_events", { incremental: true })
const failures = Metric.counter("everfold_projection_failures", { incremental: true })
const positions = Metric.gauge("everfold_projection_position")
const lag = Metric.gauge("everfold_projection_lag")

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const isTampered = (cause: unknown): boolean =>
  typeof cause === "object" && cause !== null && "_tag" in cause && cause._tag === "IntegrityViolation"

/**
 * What an instance works with.
 *
 * @category model
 * @since 0.1.0
 */
export interface Place<in out Tx> {
  readonly model: ReadModel<Tx>
  readonly source: Source
  readonly layout: Layout
  readonly partition: number
  readonly retry: Schedule.Schedule<unknown>
  readonly onFailure: "stop" | "park"
  readonly batch: number
  /** A page, and no more: the caller sees to it that no earlier event is left. */
  readonly isStep?: boolean
  /** No event after this one is looked at, and it ends there. */
  readonly upTo?: Position
  /** Something was recorded: it comes on. */
  readonly advanced: () => void
}

/**
 * Works until it fails, or takes a step: from where the checkpoint stands, under the epoch of its lease.
 *
 * @category running
 * @since 0.1.0
 */
export const work = Effect.fnUntraced(function* <Id, Tx, E, Err, R, U>(
  projection: Projection<Id, Tx, E, Err, R, U>,
  { model, source, layout, partition, retry, onFailure, batch, isStep = false, upTo = endless, advanced }: Place<Tx>,
  from: Position,
  epoch: number,
): Effect.fn.Return<void, Exclude<Trouble, Unhandled> | ProjectionStopped, EventMapper | R> {
  const { name, version, filter } = projection
  const { partitions } = layout
  const key = keyOf(projection, layout, partition)
  const mapper = yield* EventMapper
  const progress = Progress.of(model, key)
  const attributes = { projection: name, version: String(version), partition: String(partition) }
  const metered = {
    handled: Metric.withAttributes(handled, attributes),
    failures: Metric.withAttributes(failures, attributes),
    position: Metric.withAttributes(positions, attributes),
    lag: Metric.withAttributes(lag, attributes),
  }
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
            Cause.hasInterrupts(cause) ? Effect.interrupt : Effect.fail(new Unhandled({ cause: Cause.squash(cause) })),
        ),
      )
      .pipe(
        Effect.andThen(
          Effect.sync(() => {
            advanced()
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

  /** Handles some together, or where that fails one by one. */
  const together = (
    events: ReadonlyArray<StoredEvent>,
    to: Position,
  ): Effect.Effect<void, Trouble | ProjectionStopped, R> =>
    Effect.catchTag(attempt(events, to), "Unhandled", () =>
      Effect.forEach(events, (event, i) => alone(event, i === events.length - 1 ? to : event.position), {
        discard: true,
      }),
    )

  /** The partition, and how far it has to be, where the event has to wait. */
  const awaited = (event: StoredEvent) => {
    const cause = Partition.before(event, partitions)
    if (cause === undefined || isStep) return undefined
    const other = Progress.of(model, keyOf(projection, layout, cause.partition))
    return other.position >= cause.position ? undefined : { ...cause, other }
  }

  /** Handles a page, or as much of it at a time as need not wait for another partition. */
  const apply = Effect.fnUntraced(function* (events: ReadonlyArray<StoredEvent>, to: Position) {
    let left = events
    while (left.length > 0) {
      const held = left.findIndex((event) => awaited(event) !== undefined)
      const free = held < 0 ? left : left.slice(0, held)
      left = left.slice(free.length)
      const last = free.at(-1)
      if (last !== undefined) yield* together(free, left.length === 0 ? to : last.position)
      const [first] = left
      const wait = first && awaited(first)
      if (wait !== undefined) yield* Progress.reached(model, keyOf(projection, layout, wait.partition), wait.position)
    }
  })

  const settle = Effect.suspend(() => (scanned > recorded ? transact({ to: scanned }, () => Effect.void) : Effect.void))

  const one = (position: Position): Effect.Effect<ReadonlyArray<StoredEvent>, StoreUnavailable> =>
    source.pages({ after: position - 1, upTo: position, limit: 1 }).pipe(
      Stream.take(1),
      Stream.runCollect,
      Effect.map((pages) => pages.flatMap(({ events }) => events)),
    )

  /** What is parked may be handled by now. */
  const again = Effect.gen(function* () {
    for (const { position, stream } of yield* model.parked(key)) {
      if (behind.has(stream)) continue
      const events = yield* one(position)
      const retried = Effect.flatMap(decode(events), (decoded) =>
        transact({ to: recorded, unpark: [position] }, (transaction) => projection.handle(decoded, transaction)),
      )
      yield* Effect.catchTag(retried, "Unhandled", () => Effect.sync(() => void behind.set(stream, position)))
    }
  })

  const setUp = transact({ to: recorded }, (transaction) => projection.setup(transaction))

  /** Until it has come up to what was there when it began, it is not shown. */
  let isShown = false
  const end = yield* source.head
  const show = Effect.gen(function* () {
    if (isShown || scanned < end) return
    isShown = true
    const active = yield* model.active(name)
    if (Option.isSome(active) && active.value >= version) return
    yield* transact({ to: scanned, activate: { name, version } }, (transaction) => projection.activate(transaction))
  })

  /** What somebody could not handle is noted in events that nobody follows: else there were always more of them. */
  const isOwn = ({ stream }: StoredEvent): boolean =>
    stream.category !== Parking.category && Partition.of(stream, partitions) === partition

  const turn = Effect.fnUntraced(
    function* ({ events, scannedTo }: LogPage) {
      const own = events.filter(isOwn)
      for (let i = 0; i < own.length; i += batch) {
        const some = own.slice(i, i + batch)
        const to = i + batch < own.length ? some.at(-1)?.position : scannedTo
        yield* apply(some, to ?? scannedTo)
      }
      scanned = Math.max(scanned, scannedTo)
      Progress.tell(progress, scanned)
      yield* Metric.update(metered.position, scanned)
      if (scanned - recorded >= drift.positions) yield* settle
      yield* show
    },
    Effect.withSpan("everfold.projection", { attributes }),
  )

  const tick = Effect.gen(function* () {
    yield* settle
    yield* Metric.update(metered.lag, Math.max(0, (yield* source.head) - scanned))
  })

  type Turn = Effect.Effect<void, Trouble | ProjectionStopped, R>
  const pages = Stream.suspend(() =>
    source.pages({ after: scanned, filter, limit: isStep ? batch : Math.max(batch, page) }),
  )
  const ended = isStep
    ? Stream.take(pages, 1)
    : pages.pipe(
        Stream.takeUntil(({ scannedTo }) => scannedTo >= upTo),
        Stream.map(({ events, scannedTo }) => ({
          events: events.filter(({ position }) => position <= upTo),
          scannedTo: Math.min(scannedTo, upTo),
        })),
      )
  const ticks = Stream.map(Stream.tick(drift.time), () => tick)
  const follow =
    isStep || upTo < endless
      ? Effect.andThen(Stream.runForEach(ended, turn), settle)
      : Stream.runForEach(Stream.merge(Stream.map(pages, turn), ticks), identity<Turn>)

  yield* Effect.all([setUp, again, show, follow], { discard: true }).pipe(
    Effect.catchTag("Unhandled", ({ cause }) => Effect.fail(stopped(recorded, cause))),
  )
})
