/**
 * A read model in memory: any value. A projection's transaction gets and sets it; it is kept where the transaction
 * succeeds.
 *
 * @since 0.1.0
 */
import { Clock } from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { CheckpointKey, Position } from "../../core/event/Commit.ts"
import { CheckpointConflict, Fenced } from "../../core/event/Errors.ts"
import * as Changes from "../../core/port/Changes.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import type { Move, Parked, ReadModel } from "../../core/port/ReadModel.ts"

/**
 * The value, as a transaction sees it.
 *
 * @example
 * ```ts
 * import { type MemoryModel } from "everfold/memory"
 *
 * const increase = (cell: MemoryModel.Cell<number>): void => cell.set(cell.get() + 1)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Cell<in out S> {
  readonly get: () => S
  readonly set: (value: S) => void
}

/**
 * What belongs to a model of this name.
 *
 * @example
 * ```ts
 * import type * as Effect from "effect/Effect"
 * import { type MemoryModel } from "everfold/memory"
 *
 * declare const report: Effect.Effect<string, never, MemoryModel.Named<"app/Visits">>
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Named<Name extends string> {
  readonly name: Name
}

/**
 * A read model, by its layer and by what it is.
 *
 * @example
 * ```ts
 * import { type MemoryModel } from "everfold/memory"
 *
 * const valueOf = <S>({ value }: MemoryModel.MemoryModel<"app/Visits", S>) => value
 * ```
 * @category model
 * @since 0.1.0
 */
export interface MemoryModel<Name extends string, S> {
  /** What a projection names as its `model`. */
  readonly model: Context.Service<Named<Name>, ReadModel<Cell<S>> & { readonly value: () => S }>
  /** A model with the initial value, anew wherever it is built. */
  readonly layer: Layer.Layer<Named<Name>>
  /** The value as it is. */
  readonly value: Effect.Effect<S, never, Named<Name>>
}

interface Standing {
  readonly position: Position
  readonly epoch: number
  readonly until: number
}

const none: Standing = { position: 0, epoch: 0, until: 0 }

const nameOf = ({ consumer, upstream, partition }: CheckpointKey): string =>
  JSON.stringify([consumer, upstream, partition])

const start = <S>(initial: S): ReadModel<Cell<S>> & { readonly value: () => S } => {
  let value = initial
  const changes = Changes.make(0)
  const standings = new Map<string, Standing>()
  const parkings = new Map<string, ReadonlyMap<Position, Parked>>()
  const active = new Map<string, number>()
  const standingOf = (key: CheckpointKey): Standing => standings.get(nameOf(key)) ?? none
  const parkedOf = (key: CheckpointKey): ReadonlyMap<Position, Parked> => parkings.get(nameOf(key)) ?? new Map()

  const acquire = Effect.fnUntraced(function* (key: CheckpointKey, ttlMillis: number) {
    const now = (yield* Clock).currentTimeMillisUnsafe()
    const { position, epoch, until } = standingOf(key)
    if (until > now) return Option.none<{ readonly position: Position; readonly epoch: number }>()
    standings.set(nameOf(key), { position, epoch: epoch + 1, until: now + ttlMillis })
    return Option.some({ position, epoch: epoch + 1 })
  })

  const renew = Effect.fnUntraced(function* (key: CheckpointKey, epoch: number, ttlMillis: number) {
    const now = (yield* Clock).currentTimeMillisUnsafe()
    const standing = standingOf(key)
    if (standing.epoch !== epoch) return yield* new Fenced({ epoch: standing.epoch })
    standings.set(nameOf(key), { ...standing, until: now + ttlMillis })
  })

  const check = (move: Move): Effect.Effect<void, Fenced | CheckpointConflict> => {
    const { epoch, position } = standingOf(move)
    if (epoch !== move.epoch) return Effect.fail(new Fenced({ epoch }))
    if (position !== move.from || move.to < move.from) return Effect.fail(new CheckpointConflict({ stored: position }))
    const { activate } = move
    const isLate = activate !== undefined && activate.version < (active.get(activate.name) ?? 0)
    return isLate ? Effect.fail(new Fenced({ epoch })) : Effect.void
  }

  const apply = (move: Move, after: S): void => {
    value = after
    standings.set(nameOf(move), { ...standingOf(move), position: move.to })
    const parked = new Map(parkedOf(move))
    for (const position of move.unpark ?? []) parked.delete(position)
    for (const each of move.park ?? []) parked.set(each.position, each)
    parkings.set(nameOf(move), parked)
    if (move.activate !== undefined) active.set(move.activate.name, move.activate.version)
    changes.tell(move.to)
  }

  const transact = <A, E, R>(move: Move, work: (cell: Cell<S>) => Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      for (;;) {
        yield* check(move)
        const before = value
        let mine = before
        const cell: Cell<S> = {
          get: () => mine,
          set: (next) => {
            mine = next
          },
        }
        const answer = yield* work(cell)
        // Another instance may have taken over meanwhile, or another projection have set the value: then once more.
        yield* check(move)
        if (value !== before) continue
        apply(move, mine)
        return answer
      }
    })

  const checked = Checkpoints.checked({ acquire, renew, read: (key) => Effect.sync(() => standingOf(key).position) })
  return {
    ...checked,
    transact,
    parked: (key) =>
      Effect.sync(() => [...parkedOf(key).values()].toSorted((one, other) => one.position - other.position)),
    active: (name) => Effect.sync(() => Option.fromUndefinedOr(active.get(name))),
    changes: changes.stream,
    value: () => value,
  }
}

/**
 * A read model in memory, under a name of its own in the program.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { MemoryModel } from "everfold/memory"
 *
 * const visits = MemoryModel.make("app/Visits", 0)
 * console.log(Effect.runSync(visits.value.pipe(Effect.provide(visits.layer)))) // 0
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = <const Name extends string, S>(name: Name, initial: S): MemoryModel<Name, S> => {
  const model = Context.Service<Named<Name>, ReadModel<Cell<S>> & { readonly value: () => S }>(name)
  return {
    model,
    layer: Layer.sync(model, () => start(initial)),
    value: model.useSync(({ value }) => value()),
  }
}
