/**
 * An event store as what a projection writes to: its transaction is a commit, of whatever commands decide, together with
 * the checkpoint. So processors are projections, and what holds of these holds of them.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Checkpoints } from "../port/Checkpoints.ts"
import { StoreUnavailable } from "../port/Errors.ts"
import { EventStore } from "../port/EventStore.ts"
import type { Move, ReadModel } from "../port/ReadModel.ts"
import { Snapshots } from "../port/Snapshots.ts"
import { EventMapper } from "./EventMapper.ts"
import * as Parking from "./Parking.ts"
import * as UnitOfWork from "./UnitOfWork.ts"

/**
 * What it is made of.
 *
 * @category model
 * @since 0.1.0
 */
export type Needs = EventStore | Checkpoints | EventMapper | Snapshots

/** Between two looks for checkpoints that others have moved without an event. */
const poll = "250 millis"

const make = (services: Context.Context<Needs>): ReadModel<UnitOfWork.Unit> => {
  const checkpoints = Context.get(services, Checkpoints)
  const store = Context.get(services, EventStore)
  const recordingIn = <A, E, R>(
    move: Move,
    work: (unit: UnitOfWork.Unit) => Effect.Effect<A, E, R>,
    unit: UnitOfWork.Unit,
  ): Effect.Effect<A, E | StoreUnavailable, R> => {
    const { park = [], unpark = [] } = move
    const worked = work(unit)
    return park.length + unpark.length === 0
      ? worked
      : Effect.tap(worked, () => parkedIn(unit.decide(Parking.parkings, Parking.idOf(move), { park, unpark })))
  }
  return {
    ...checkpoints,
    transact: (move, work) => UnitOfWork.carryOut(services, (unit) => recordingIn(move, work, unit), move),
    parked: (key) =>
      Effect.suspend(() =>
        parkedIn(UnitOfWork.carryOut(services, (unit) => unit.state(Parking.parkings, Parking.idOf(key)))),
      ).pipe(Effect.map((parked) => [...parked.values()].toSorted((one, other) => one.position - other.position))),
    // There is one version of what was decided.
    active: () => Effect.succeed(Option.some(version)),
    changes: Stream.merge(store.changes, Stream.tick(poll)),
  }
}

/** What was parked can be read, or the store is damaged. */
const parkedIn = <A, E extends { readonly _tag: string }>(
  found: Effect.Effect<A, E | StoreUnavailable>,
): Effect.Effect<A, StoreUnavailable> =>
  Effect.mapError(found, (error) =>
    error instanceof StoreUnavailable
      ? error
      : new StoreUnavailable({ what: "reading what is parked", retryable: false, cause: error }),
  )

const models = new WeakMap<EventStore["Service"], WeakMap<EventMapper["Service"], ReadModel<UnitOfWork.Unit>>>()

/**
 * The version of every processor.
 *
 * @category constants
 * @since 0.1.0
 */
export const version = 1

/**
 * That of the store that is provided: the same one as long as that lives.
 *
 * @category constructors
 * @since 0.1.0
 */
export const model: Effect.Effect<ReadModel<UnitOfWork.Unit>, never, Needs> = Effect.contextWith(
  (context: Context.Context<Needs>) => {
    const [store, mapper] = [Context.get(context, EventStore), Context.get(context, EventMapper)]
    const byMapper = models.get(store) ?? new WeakMap<EventMapper["Service"], ReadModel<UnitOfWork.Unit>>()
    models.set(store, byMapper)
    const known = byMapper.get(mapper) ?? make(only(context))
    byMapper.set(mapper, known)
    return Effect.succeed(known)
  },
)

/** It outlives whoever asked first, and works with the clock, scheduler and loggers of whoever asks. */
const only = (context: Context.Context<Needs>): Context.Context<Needs> =>
  Context.make(EventStore, Context.get(context, EventStore)).pipe(
    Context.add(Checkpoints, Context.get(context, Checkpoints)),
    Context.add(EventMapper, Context.get(context, EventMapper)),
    Context.add(Snapshots, Context.get(context, Snapshots)),
  )

/**
 * Records what commands decide, in one commit without a checkpoint.
 *
 * @category combinators
 * @since 0.1.0
 */
export const carryOut = <A, E, R>(
  work: (unit: UnitOfWork.Unit) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E | UnitOfWork.RecordError, R | Needs> =>
  Effect.contextWith((context: Context.Context<Needs>) => UnitOfWork.carryOut(only(context), work))
