/**
 * Where projections stand, how fast they come on, and what they could not handle: asked of the read model, by any process.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { CheckpointKey, Position } from "../event/Commit.ts"
import type { InvalidInput } from "../event/Errors.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import type { Parked, ReadModel } from "../port/ReadModel.ts"
import * as Lease from "./Lease.ts"
import type { Projection } from "./Projection.ts"
import { keysOf, layoutAt, layoutKeyOf } from "./ProjectionKey.ts"

/**
 * Where a projection stands.
 *
 * @example
 * ```ts
 * import { type Projection } from "everfold"
 *
 * const lag = ({ position, head }: Projection.Status): number => head - position
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Status {
  readonly position: Position
  /** Of the log. */
  readonly head: Position
  /** The version that is to be read; `None` until one has caught up. */
  readonly active: Option.Option<number>
  readonly parked: ReadonlyArray<Parked>
}

/**
 * What is enough to ask for a projection.
 *
 * @category model
 * @since 0.1.0
 */
export type Named<Id, Tx, U> = Pick<
  Projection<Id, Tx, never, unknown, unknown, U>,
  "name" | "version" | "model" | "upstream" | "partitions"
>

/**
 * The checkpoints of the partitions that it has, however many it wishes for; and where the one stands that says so.
 *
 * @category queries
 * @since 0.1.0
 */
export const standing = <Id, Tx, U>(model: ReadModel<Tx>, projection: Named<Id, Tx, U>) =>
  Effect.map(model.read(layoutKeyOf(projection)), (position) => ({
    layout: position,
    keys: keysOf(projection, layoutAt(position, projection)),
  }))

/** Where the partition stands that is behind all others. */
const least = <Tx>(model: ReadModel<Tx>, keys: ReadonlyArray<CheckpointKey>) =>
  Effect.map(Effect.forEach(keys, model.read), (positions) => Math.min(...positions))

/**
 * Where a projection stands, whichever process works at it.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { EventMapper } from "everfold"
 * import { Memory } from "everfold/memory"
 * import { EventCodec, Projection } from "everfold"
 * import { MemoryModel } from "everfold/memory"
 * import * as Effect from "effect/Effect"
 * import * as t from "io-ts"
 *
 * const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
 * const total = MemoryModel.make("app/Total", 0)
 * const totals = Projection.make({
 *   name: "totals",
 *   version: 1,
 *   model: total.model,
 *   events: CounterEvent,
 *   handle: ({ event }, cell) => Effect.sync(() => cell.set(cell.get() + event.by))
 * })
 * const Live = Layer.mergeAll(Memory.layer, EventMapper.plain, total.layer)
 * const { position, parked } = await Effect.runPromise(Projection.status(totals).pipe(Effect.provide(Live)))
 * console.log(position, parked.length) // 0 0
 * ```
 * @category queries
 * @since 0.1.0
 */
export const status = <Id, Tx, U>(
  projection: Named<Id, Tx, U>,
): Effect.Effect<Status, StoreUnavailable | InvalidInput, Id | U> =>
  Effect.gen(function* () {
    const source = yield* projection.upstream.source
    const model = yield* projection.model
    const { keys } = yield* standing(model, projection)
    const position = yield* least(model, keys)
    const active = yield* model.active(projection.name)
    const parked = (yield* Effect.forEach(keys, model.parked)).flat().toSorted((a, b) => a.position - b.position)
    return { position, head: yield* source.head, active, parked }
  })

/**
 * How a projection comes on.
 *
 * @example
 * ```ts
 * import * as Duration from "effect/Duration"
 * import * as Option from "effect/Option"
 * import { type Projection } from "everfold"
 *
 * const line = ({ position, head, perSecond, remaining }: Projection.Advance): string =>
 *   `${position} of ${head}, ${Math.round(perSecond)} a second, ` +
 *   Option.match(remaining, { onNone: () => "for ever", onSome: (time) => `${Duration.format(time)} to go` })
 * console.log(line({ position: 300, head: 500, perSecond: 100, remaining: Option.some(Duration.seconds(2)) })) // 300 of 500, 100 a second, 2s to go
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Advance {
  readonly position: Position
  /** Of the log. */
  readonly head: Position
  /** Positions, on average since the first look. */
  readonly perSecond: number
  /** Until it is at the head, which may move; `None` while it stands still. */
  readonly remaining: Option.Option<Duration.Duration>
}

/**
 * Looks every so often how a projection comes on, every second if nothing else is said, until it is at the head of the
 * store: of a rebuild, say, whichever process it goes on in.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Stream from "effect/Stream"
 * import { EventCodec, EventMapper, Projection } from "everfold"
 * import { Memory, MemoryModel } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const total = MemoryModel.make("app/Total", 0)
 * const totals = Projection.make({
 *   name: "totals",
 *   version: 2,
 *   model: total.model,
 *   events: EventCodec.make({ Added: t.type({ by: t.number }) }),
 *   handle: ({ event }, cell) => Effect.sync(() => cell.set(cell.get() + event.by))
 * })
 * const watched = Projection.progress(totals, { every: "5 seconds" }).pipe(
 *   Stream.runForEach(({ position, head }) => Effect.sync(() => console.log(position, head))) // 0 0
 * )
 * await Effect.runPromise(watched.pipe(Effect.provide(Layer.mergeAll(Memory.layer, EventMapper.plain, total.layer))))
 * ```
 * @category queries
 * @since 0.1.0
 */
export const progress = <Id, Tx, U>(
  projection: Named<Id, Tx, U>,
  { every = "1 second" }: { readonly every?: Duration.Input } = {},
): Stream.Stream<Advance, StoreUnavailable | InvalidInput, Id | U> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const source = yield* projection.upstream.source
      const model = yield* projection.model
      const look = Effect.gen(function* () {
        const { keys } = yield* standing(model, projection)
        return { position: yield* least(model, keys), at: yield* Clock.currentTimeMillis }
      })
      const first = yield* look
      const advance = Effect.gen(function* () {
        const head = yield* source.head
        const { position, at } = yield* look
        const moved = position - first.position
        const perSecond = moved === 0 ? 0 : (moved * 1000) / (at - first.at)
        const left = Math.max(0, head - position)
        const remaining =
          left === 0 || perSecond > 0
            ? Option.some(Duration.seconds(left === 0 ? 0 : left / perSecond))
            : Option.none<Duration.Duration>()
        return { position, head, perSecond, remaining }
      })
      return Stream.tick(every).pipe(
        Stream.mapEffect(() => advance),
        Stream.takeUntil(({ position, head }) => position >= head),
      )
    }),
  )

/**
 * Has what is parked tried again: whoever works at the projection begins anew within a third of its lease, and that is the
 * first it does. What cannot be handled yet stays parked.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventCodec, Projection } from "everfold"
 * import { MemoryModel } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const total = MemoryModel.make("app/Total", 0)
 * const totals = Projection.make({
 *   name: "totals",
 *   version: 1,
 *   model: total.model,
 *   events: EventCodec.make({ Added: t.type({ by: t.number }) }),
 *   handle: ({ event }, cell) => Effect.sync(() => cell.set(cell.get() + event.by))
 * })
 * await Effect.runPromise(Projection.replay(totals).pipe(Effect.provide(total.layer)))
 * ```
 * @category commands
 * @since 0.1.0
 */
export const replay = <Id, Tx, U>(
  projection: Named<Id, Tx, U>,
): Effect.Effect<void, StoreUnavailable | InvalidInput, Id> =>
  Effect.gen(function* () {
    const model = yield* projection.model
    const { keys } = yield* standing(model, projection)
    // To be had at once: whoever worked there notices that it was taken.
    yield* Effect.forEach(keys, (key) => Lease.take(model, key, 0), { discard: true })
  })
