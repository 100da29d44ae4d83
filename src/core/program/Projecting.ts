/**
 * Instances of a projection: each waits for the lease of a partition, keeps it, and begins anew when it has lost it.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import type { CheckpointKey } from "../event/Commit.ts"
import type { CheckpointConflict, Fenced, InvalidInput } from "../event/Errors.ts"
import type { CommitUnknown, StoreUnavailable } from "../port/Errors.ts"
import type { ReadModel } from "../port/ReadModel.ts"
import type { EventMapper } from "./EventMapper.ts"
import * as Lease from "./Lease.ts"
import * as Progress from "./Progress.ts"
import type { Projection } from "./Projection.ts"
import type { ProjectionStopped } from "./ProjectionErrors.ts"
import { keyOf, keysOf, layoutAt } from "./ProjectionKey.ts"
import * as ProjectionWork from "./ProjectionWork.ts"
import * as Repartitioning from "./Repartitioning.ts"

/**
 * How a projection works.
 *
 * @example
 * ```ts
 * import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
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
  /** Those that it works at, from 0; all of them, if left out. */
  readonly partitions?: ReadonlyArray<number>
}

const defaultRetry = Schedule.max([Schedule.exponential("100 millis"), Schedule.recurs(5)])

/** Milliseconds between two looks at a lease that another instance has, at most: it may give it back. */
const patience = 250

/** The projection is built by instances of a newer version. */
class Superseded extends TaggedError("Superseded") {}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

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
export const run = <Id, Tx, E, Err, R, U>(
  projection: Projection<Id, Tx, E, Err, R, U>,
  { retry = defaultRetry, onFailure = "stop", batch = 500, lease = 10_000, partitions }: Running = {},
): Effect.Effect<void, ProjectionStopped | StoreUnavailable | InvalidInput, EventMapper | Id | R | U> =>
  Effect.gen(function* () {
    const { name, version } = projection
    const model: ReadModel<Tx> = yield* projection.model
    const source = yield* projection.upstream.source

    const superseded = Effect.flatMap(model.active(name), (active) =>
      Option.isSome(active) && active.value > version ? new Superseded() : Effect.void,
    )

    /** All partitions begin with the same question: the first one's answer is all others'. */
    const settling = Semaphore.makeUnsafe(1)

    const at = (partition: number) => {
      let progress = Progress.of(model, keyOf(projection, layoutAt(0, projection), partition))
      /** How often it began anew without coming any further. */
      let failed = 0
      const advanced = (): void => {
        failed = 0
      }
      const place = { model, source, retry, onFailure, batch, advanced }

      const keep = (key: CheckpointKey, epoch: number) =>
        Effect.forever(
          Effect.gen(function* () {
            yield* Effect.sleep(lease / 3)
            yield* superseded
            yield* model.renew(key, epoch, lease)
          }).pipe(Effect.catchTag("StoreUnavailable", (error) => (error.retryable ? Effect.void : error))),
        )

      const wait = Effect.sleep(Math.min(lease / 4, patience))
      const turn = Effect.gen(function* () {
        yield* superseded
        const settled = yield* settling.withPermit(Repartitioning.settled(projection, place, lease))
        if (Option.isNone(settled)) return yield* wait
        const layout = settled.value
        const key = keyOf(projection, layout, partition)
        const mine = yield* Repartitioning.acquire(model, projection, layout, key, lease)
        if (Option.isNone(mine)) return yield* wait
        const { position, epoch } = mine.value
        progress = Progress.of(model, key)
        progress.ended = undefined
        const working = ProjectionWork.work(projection, { ...place, layout, partition }, position, epoch)
        return yield* Effect.raceFirst(keep(key, epoch), working).pipe(
          Effect.ensuring(Lease.release(model, key, epoch)),
        )
      })

      const anew = Effect.suspend(() => Effect.sleep(Math.min(50 * 2 ** failed++, 5000)))
      const lasting = turn.pipe(
        // Whoever lost the lease, or does not know what became of a transaction, begins anew from what is recorded.
        Effect.catchTags({ Fenced: () => anew, CheckpointConflict: () => anew, CommitUnknown: () => anew }),
        Effect.catchTag("StoreUnavailable", (error) => (error.retryable ? anew : Effect.fail(error))),
      )
      return Effect.forever(lasting).pipe(
        Effect.catchTag("Superseded", () => Effect.void),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            progress.ended =
              exit._tag === "Success" ? "a newer version took its place" : reasonOf(Cause.squash(exit.cause))
          }),
        ),
      )
    }

    const own = partitions ?? Array.from({ length: projection.partitions }, (_, partition) => partition)
    return yield* Effect.forEach(own, at, { concurrency: "unbounded", discard: true })
  })

/**
 * Handles the next events of a projection, one if nothing else is said, and answers whether there were any: for whoever
 * wants to say what happens when. Of the partitions that it works at, the one that is behind all others has its turn.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { EventCodec, EventMapper, Projection } from "everfold"
 * import { Memory, MemoryModel } from "everfold/memory"
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
 * const Live = Layer.mergeAll(Memory.layer, EventMapper.plain, total.layer)
 * console.log(await Effect.runPromise(Projection.step(totals).pipe(Effect.provide(Live)))) // false
 * ```
 * @category running
 * @since 0.1.0
 */
export const step = <Id, Tx, E, Err, R, U>(
  projection: Projection<Id, Tx, E, Err, R, U>,
  { retry = Schedule.recurs(0), onFailure = "stop", batch = 1, lease = 10_000, partitions }: Running = {},
): Effect.Effect<boolean, StepError, EventMapper | Id | R | U> =>
  Effect.gen(function* () {
    const model: ReadModel<Tx> = yield* projection.model
    const source = yield* projection.upstream.source
    const place = { model, source, retry, onFailure, batch, advanced: () => {} }
    const settled = yield* Repartitioning.settled(projection, place, lease)
    if (Option.isNone(settled)) return false
    const layout = settled.value
    const keys = keysOf(projection, layout).filter(({ partition }) => partitions?.includes(partition) ?? true)
    const positions = yield* Effect.forEach(keys, model.read)
    const least = Math.min(...positions)
    const key = keys[positions.indexOf(least)]
    if (key === undefined || least >= (yield* source.head)) return false
    const mine = yield* Repartitioning.acquire(model, projection, layout, key, lease)
    if (Option.isNone(mine)) return false
    const { position, epoch } = mine.value
    const { partition } = key
    yield* Effect.ensuring(
      ProjectionWork.work(projection, { ...place, layout, partition, isStep: true }, position, epoch),
      Lease.release(model, key, epoch),
    )
    return true
  })

/**
 * Why a step was not taken.
 *
 * @example
 * ```ts
 * import { type Projection } from "everfold"
 *
 * // Somebody else works at the projection, or may: whoever takes steps by themselves sees to it that nobody does.
 * const isDisturbed = ({ _tag }: Projection.StepError): boolean => _tag === "Fenced" || _tag === "CheckpointConflict"
 * ```
 * @category errors
 * @since 0.1.0
 */
export type StepError =
  | ProjectionStopped
  | CheckpointConflict
  | Fenced
  | CommitUnknown
  | StoreUnavailable
  | InvalidInput
