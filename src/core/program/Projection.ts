/**
 * Projections: read models that follow a store. What a handler writes and how far the projection has come are recorded in
 * one transaction of the read model's own database, so that each event counts once, whatever fails between.
 *
 * One instance of a projection works at a time, under a lease; others wait, and take over when it dies. Whoever was only
 * slow is fenced: its transaction fails, and it waits with the others.
 *
 * A new version of a projection is built beside the one before it, from the first event on, and is activated once it has
 * caught up; the instances of the one before end then.
 *
 * Laws P1–P6, P8, P9 and P11 (`ProjectionLaws`).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { textFault } from "../event/CommitShape.ts"
import { InvalidInput } from "../event/Errors.ts"
import type { EventCodec } from "../event/EventCodec.ts"
import * as Query from "../event/Query.ts"
import type { EventStore } from "../port/EventStore.ts"
import type { ReadModel } from "../port/ReadModel.ts"
import type { Recorded } from "./EventMapper.ts"
import * as Upstream from "./Upstream.ts"

/**
 * A projection: which events, and what becomes of them in a read model.
 *
 * @example
 * ```ts
 * import { type Projection } from "everfold"
 *
 * const label = ({ name, version }: Pick<Projection.Projection<never, never, never, never, never>, "name" | "version">) =>
 *   `${name}, version ${version}`
 * console.log(label({ name: "balances", version: 2 })) // balances, version 2
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Projection<out Id, in out Tx, in out E, out Err, out R, out U = EventStore> {
  readonly name: string
  readonly version: number
  readonly model: Effect.Effect<ReadModel<Tx>, never, Id>
  readonly upstream: Upstream.Upstream<U>
  readonly partitions: number
  readonly events: EventCodec<E>
  readonly filter: Query.Query
  readonly handle: (events: ReadonlyArray<Recorded<E>>, transaction: Tx) => Effect.Effect<void, Err, R>
  readonly setup: (transaction: Tx) => Effect.Effect<void, Err, R>
  readonly activate: (transaction: Tx) => Effect.Effect<void, Err, R>
  readonly key: ((event: Recorded<E>) => string) | undefined
}

interface Common<Id, Tx, E, Err, R> {
  /** 1 to 256 bytes of text. */
  readonly name: string
  /** From 1. A new one is built from the first event on, beside the one before it. */
  readonly version: number
  /** The database that it writes to. */
  readonly model: Effect.Effect<ReadModel<Tx>, never, Id>
  /**
   * Streams are spread over so many partitions, each with a checkpoint and transactions of its own, and an event waits for
   * the one that caused it. 1 to 1024; 1, if left out. Another number takes the place of the one there is as soon as nobody
   * works in that any more; nothing is lost or repeated.
   */
  readonly partitions?: number
  /** What is written of events; an event that it does not know cannot be handled. */
  readonly events: EventCodec<E>
  /** Every event, if left out. */
  readonly filter?: Query.Query
  /** Makes what is written to, where it is not there yet: whenever an instance begins. */
  readonly setup?: (transaction: Tx) => Effect.Effect<void, Err, R>
  /** Shows what was built to those who read, in the transaction in which this version becomes the active one. */
  readonly activate?: (transaction: Tx) => Effect.Effect<void, Err, R>
  /**
   * What depends on one another has the same key: the model is the same in whichever order events of different keys come.
   * Where events are handled one by one, those of a transaction are handled at the same time but for this. All depend on
   * one another, if left out.
   */
  readonly key?: (event: Recorded<E>) => string
}

/**
 * What `make` takes.
 *
 * @example
 * ```ts
 * import type * as Effect from "effect/Effect"
 * import { type Projection } from "everfold"
 *
 * // What handles a single event.
 * type Handle<Tx, E> = Projection.Options<never, Tx, E, Error, never>["handle"]
 * declare const write: (table: string) => Effect.Effect<void, Error>
 * const toTable: Handle<{ readonly table: string }, unknown> = (_event, { table }) => write(table)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Options<Id, Tx, E, Err, R> extends Common<Id, Tx, E, Err, R> {
  /** Writes what one event means. */
  readonly handle: (event: Recorded<E>, transaction: Tx) => Effect.Effect<void, Err, R>
}

/**
 * What `batched` takes.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type Projection } from "everfold"
 *
 * type Handle<Tx, E> = Projection.BatchOptions<never, Tx, E, never, never>["handle"]
 * const counting: Handle<{ add: (n: number) => void }, unknown> = (events, { add }) => Effect.sync(() => add(events.length))
 * ```
 * @category model
 * @since 0.1.0
 */
export interface BatchOptions<Id, Tx, E, Err, R> extends Common<Id, Tx, E, Err, R> {
  /** Writes what some events mean, in their order: at least one. However they are cut, the result has to be the same. */
  readonly handle: (events: ReadonlyArray<Recorded<E>>, transaction: Tx) => Effect.Effect<void, Err, R>
}

const nothing = (): Effect.Effect<void> => Effect.void

/**
 * A projection that handles several events at once, with one statement say.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventCodec, Projection } from "everfold"
 * import { MemoryModel } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const count = MemoryModel.make("app/Count", 0)
 * const counts = Projection.batched({
 *   name: "counts",
 *   version: 1,
 *   model: count.model,
 *   events: EventCodec.make({ Added: t.type({ by: t.number }) }),
 *   handle: (events, cell) => Effect.sync(() => cell.set(cell.get() + events.length))
 * })
 * console.log(counts.name) // counts
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const batched = <Id, Tx, E, Err = never, R = never>({
  name,
  version,
  model,
  events,
  filter = Query.all,
  handle,
  setup = nothing,
  activate = nothing,
  key,
  partitions = 1,
}: BatchOptions<Id, Tx, E, Err, R>): Projection<Id, Tx, E, Err, R> => {
  const what = textFault("name of a projection", name)
  if (what !== undefined) throw new InvalidInput({ what })
  if (!(Number.isSafeInteger(version) && version >= 1)) {
    throw new InvalidInput({ what: `version ${version} of ${name} is not an integer from 1` })
  }
  if (!(Number.isSafeInteger(partitions) && partitions >= 1 && partitions <= 1024)) {
    throw new InvalidInput({ what: `${partitions} partitions of ${name} are not an integer from 1 to 1024` })
  }
  return { name, version, model, upstream: Upstream.local, partitions, events, filter, handle, setup, activate, key }
}

/** One after another, but for those that do not depend on one another. */
const oneByOne =
  <Tx, E, Err, R>(
    handle: (event: Recorded<E>, transaction: Tx) => Effect.Effect<void, Err, R>,
    key: ((event: Recorded<E>) => string) | undefined,
  ) =>
  (events: ReadonlyArray<Recorded<E>>, transaction: Tx): Effect.Effect<void, Err, R> => {
    const inOrder = (some: ReadonlyArray<Recorded<E>>) =>
      Effect.forEach(some, (event) => handle(event, transaction), { discard: true })
    if (key === undefined) return inOrder(events)
    const apart = Map.groupBy(events, key).values()
    return Effect.forEach(apart, inOrder, { concurrency: "unbounded", discard: true })
  }

/**
 * A projection that handles events one by one.
 *
 * @example
 * ```ts
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
 * console.log(totals.name, totals.version) // totals 1
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = <Id, Tx, E, Err = never, R = never>({
  handle,
  ...options
}: Options<Id, Tx, E, Err, R>): Projection<Id, Tx, E, Err, R> =>
  batched({ ...options, handle: oneByOne(handle, options.key) })

/**
 * The same projection of another application's log.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventCodec, NotificationLog, Projection, Upstream } from "everfold"
 * import { MemoryModel } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const count = MemoryModel.make("app/Count", 0)
 * const orders = Projection.make({
 *   name: "orders",
 *   version: 1,
 *   model: count.model,
 *   events: EventCodec.make({ Ordered: t.type({ sku: t.string }) }),
 *   handle: (_event, cell) => Effect.sync(() => cell.set(cell.get() + 1))
 * })
 * const ofTheShop = Projection.of(Upstream.of("shop", NotificationLog))(orders)
 * console.log(ofTheShop.upstream.name) // shop
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const of =
  <U>(upstream: Upstream.Upstream<U>) =>
  <Id, Tx, E, Err, R>(projection: Projection<Id, Tx, E, Err, R, unknown>): Projection<Id, Tx, E, Err, R, U> => ({
    ...projection,
    upstream,
  })

export { type Running, run, type StepError, step } from "./Projecting.ts"
export { type Advance, progress, replay, type Status, status } from "./ProjectionStatus.ts"
export { including, waitFor } from "./ProjectionWaiting.ts"
