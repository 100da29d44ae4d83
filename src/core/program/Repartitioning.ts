/**
 * Another number of partitions. Whoever finds that nobody works at a projection in another number brings it to its own:
 *
 * 1. It notes that the layout is closing. Whoever takes a lease looks there afterwards, and works no more.
 * 2. It takes all leases there are, which fences whoever took one before that.
 * 3. It works at the partitions that are behind, until all stand where the furthest does.
 * 4. It has the new ones begin there, with what is parked; their checkpoints are others each time.
 * 5. It notes the new layout.
 *
 * Each of these can be done again by whoever comes next: after the first, nothing but them moves a checkpoint.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CheckpointKey, Position } from "../event/Commit.ts"
import type { CheckpointConflict, Fenced, InvalidInput } from "../event/Errors.ts"
import type { CommitUnknown, StoreUnavailable } from "../port/Errors.ts"
import type { ReadModel } from "../port/ReadModel.ts"
import type { EventMapper } from "./EventMapper.ts"
import * as Lease from "./Lease.ts"
import * as Partition from "./Partition.ts"
import type { Projection } from "./Projection.ts"
import type { ProjectionStopped } from "./ProjectionErrors.ts"
import { keysOf, type Layout, layoutAt, layoutKeyOf, type Named, positionOf } from "./ProjectionKey.ts"
import * as ProjectionWork from "./ProjectionWork.ts"

/**
 * Why one has to begin anew.
 *
 * @category errors
 * @since 0.1.0
 */
export type Trouble = CheckpointConflict | Fenced | CommitUnknown | StoreUnavailable | InvalidInput

/**
 * The layout of as many partitions as the projection wishes for, brought about if need be; `None` while others work at it
 * in another one, or change it.
 *
 * @category commands
 * @since 0.1.0
 */
export const settled = Effect.fnUntraced(function* <Id, Tx, E, Err, R, U>(
  projection: Projection<Id, Tx, E, Err, R, U>,
  place: Omit<ProjectionWork.Place<Tx>, "layout" | "partition">,
  ttlMillis: number,
): Effect.fn.Return<Option.Option<Layout>, Trouble | ProjectionStopped, EventMapper | R> {
  const { model } = place
  const key = layoutKeyOf(projection)
  const { partitions } = projection
  const isMine = (position: Position): boolean => {
    const found = layoutAt(position, projection)
    return position > 0 && found.partitions === partitions && !found.isClosing
  }
  const found = yield* model.read(key)
  if (isMine(found)) return Option.some(layoutAt(found, projection))

  const mine = yield* model.acquire(key, ttlMillis)
  if (Option.isNone(mine)) return Option.none()
  const { epoch } = mine.value
  let stands = mine.value.position
  const note = (layout: Layout) =>
    Effect.tap(
      model.transact({ ...key, epoch, from: stands, to: positionOf(layout) }, () => Effect.void),
      () =>
        Effect.sync(() => {
          stands = positionOf(layout)
        }),
    )

  /** Whether nobody works at any. */
  const isIdle = Effect.fnUntraced(function* (keys: ReadonlyArray<CheckpointKey>) {
    for (const key of keys) {
      const free = yield* model.acquire(key, ttlMillis)
      if (Option.isNone(free)) return false
      yield* Lease.release(model, key, free.value.epoch)
    }
    return true
  })

  /** Brings all partitions to where the furthest stands. */
  const level = Effect.fnUntraced(function* (layout: Layout, leases: ReadonlyArray<Lease.Lease>, upTo: Position) {
    yield* Effect.forEach(
      leases,
      ({ position, epoch }, partition) =>
        position === upTo
          ? Effect.void
          : ProjectionWork.work(projection, { ...place, layout, partition, upTo }, position, epoch),
      { concurrency: "unbounded", discard: true },
    )
  })

  /** Has the partitions of a layout begin there, with what others have parked; those that have begun are let be. */
  const begin = Effect.fnUntraced(function* (
    keys: ReadonlyArray<CheckpointKey>,
    from: ReadonlyArray<CheckpointKey>,
    upTo: Position,
  ) {
    const parked = (yield* Effect.forEach(from, model.parked)).flat()
    for (const [partition, key] of keys.entries()) {
      const lease = yield* Lease.take(model, key, ttlMillis)
      if (Option.isNone(lease)) return false
      const { position, epoch } = lease.value
      const park = parked.filter(({ stream }) => Partition.ofName(stream, keys.length) === partition)
      if (position < upTo) {
        yield* model.transact({ ...key, epoch, from: position, to: upTo, park }, () => Effect.void)
      }
      yield* Lease.release(model, key, epoch)
    }
    return true
  })

  const change = Effect.gen(function* () {
    const before = layoutAt(stands, projection)
    const keys = keysOf(projection, before)
    if (!before.isClosing) {
      if (!(yield* isIdle(keys))) return Option.none<Layout>()
      yield* note({ ...before, isClosing: true })
    }
    const leases = (yield* Effect.forEach(keys, (key) => Lease.take(model, key, ttlMillis))).flatMap(Option.toArray)
    if (leases.length < keys.length) return Option.none<Layout>()
    const upTo = Math.max(...leases.map(({ position }) => position))
    const after: Layout = { generation: before.generation + 1, partitions, isClosing: false }
    const changing = Effect.gen(function* () {
      yield* level(before, leases, upTo)
      if (!(yield* begin(keysOf(projection, after), keys, upTo))) return Option.none<Layout>()
      yield* note(after)
      return Option.some(after)
    })
    const held = keys.flatMap((key, i) => {
      const lease = leases[i]
      return lease === undefined ? [] : [{ key, epoch: lease.epoch }]
    })
    const keeping = Effect.forEach(
      [...held, { key, epoch }],
      ({ key, epoch }) => Lease.keep(model, key, epoch, ttlMillis),
      { concurrency: "unbounded", discard: true },
    )
    return yield* Effect.raceFirst(Effect.andThen(keeping, Effect.never), changing).pipe(
      Effect.ensuring(Effect.forEach(held, ({ key, epoch }) => Lease.release(model, key, epoch), { discard: true })),
    )
  })

  const first = layoutAt(0, projection)
  const settling = Effect.suspend(() => {
    if (isMine(stands)) return Effect.succeedSome(layoutAt(stands, projection))
    return stands === 0 ? Effect.as(note(first), Option.some(first)) : change
  })
  return yield* Effect.ensuring(settling, Lease.release(model, key, epoch))
})

/**
 * The lease of a partition; `None` also where the layout is closing by now: whoever changes it fences those who took a
 * lease before that, and those who take one later are to see it.
 *
 * @category commands
 * @since 0.1.0
 */
export const acquire = Effect.fnUntraced(function* <Tx>(
  model: ReadModel<Tx>,
  projection: Named,
  layout: Layout,
  key: CheckpointKey,
  ttlMillis: number,
) {
  const mine = yield* model.acquire(key, ttlMillis)
  if (Option.isNone(mine) || (yield* model.read(layoutKeyOf(projection))) === positionOf(layout)) return mine
  yield* Lease.release(model, key, mine.value.epoch)
  return Option.none<Lease.Lease>()
})
