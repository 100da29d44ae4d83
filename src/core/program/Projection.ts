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
 * Laws P1–P6 (`ProjectionLaws`).
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Position } from "../event/Commit.ts"
import { textFault } from "../event/CommitShape.ts"
import { InvalidInput } from "../event/Errors.ts"
import type { EventCodec } from "../event/EventCodec.ts"
import * as Query from "../event/Query.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import { EventStore } from "../port/EventStore.ts"
import type { Parked, ReadModel } from "../port/ReadModel.ts"
import type { Recorded } from "./EventMapper.ts"
import * as Progress from "./Progress.ts"
import { keyOf } from "./Projecting.ts"
import { ProjectionBehind } from "./ProjectionErrors.ts"

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
export interface Projection<out Id, in out Tx, in out E, out Err, out R> {
  readonly name: string
  readonly version: number
  readonly model: Context.Key<Id, ReadModel<Tx>>
  readonly events: EventCodec<E>
  readonly filter: Query.Query
  readonly handle: (events: ReadonlyArray<Recorded<E>>, transaction: Tx) => Effect.Effect<void, Err, R>
  readonly setup: (transaction: Tx) => Effect.Effect<void, Err, R>
  readonly activate: (transaction: Tx) => Effect.Effect<void, Err, R>
}

interface Common<Id, Tx, E, Err, R> {
  /** 1 to 256 bytes of text. */
  readonly name: string
  /** From 1. A new one is built from the first event on, beside the one before it. */
  readonly version: number
  /** The database that it writes to. */
  readonly model: Context.Key<Id, ReadModel<Tx>>
  /** What is written of events; an event that it does not know cannot be handled. */
  readonly events: EventCodec<E>
  /** Every event, if left out. */
  readonly filter?: Query.Query
  /** Makes what is written to, where it is not there yet: whenever an instance begins. */
  readonly setup?: (transaction: Tx) => Effect.Effect<void, Err, R>
  /** Shows what was built to those who read, in the transaction in which this version becomes the active one. */
  readonly activate?: (transaction: Tx) => Effect.Effect<void, Err, R>
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
}: BatchOptions<Id, Tx, E, Err, R>): Projection<Id, Tx, E, Err, R> => {
  const what = textFault("name of a projection", name)
  if (what !== undefined) throw new InvalidInput({ what })
  if (!(Number.isSafeInteger(version) && version >= 1)) {
    throw new InvalidInput({ what: `version ${version} of ${name} is not an integer from 1` })
  }
  return { name, version, model, events, filter, handle, setup, activate }
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
  batched({
    ...options,
    handle: (events, transaction) =>
      events.length === 1 && events[0] !== undefined
        ? handle(events[0], transaction)
        : Effect.forEach(events, (event) => handle(event, transaction), { discard: true }),
  })

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
  /** Of the store. */
  readonly head: Position
  /** The version that is to be read; `None` until one has caught up. */
  readonly active: Option.Option<number>
  readonly parked: ReadonlyArray<Parked>
}

type Named<Id, Tx> = Pick<Projection<Id, Tx, never, unknown, unknown>, "name" | "version" | "model">

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
export const status = <Id, Tx>(
  projection: Named<Id, Tx>,
): Effect.Effect<Status, StoreUnavailable | InvalidInput, EventStore | Id> =>
  Effect.gen(function* () {
    const store = yield* EventStore
    const model = yield* projection.model
    const key = keyOf(projection)
    const position = yield* model.read(key)
    const [active, parked] = [yield* model.active(projection.name), yield* model.parked(key)]
    return { position, head: yield* store.head, active, parked }
  })

/** Between two looks at a projection that another process works at. */
const poll = "100 millis"

/**
 * Waits until a projection includes a position, for five seconds if nothing else is said. What works in this process
 * tells at once; of others it is asked ten times a second.
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
 * const waited = Projection.waitFor(totals, 1, { timeout: "10 millis" }).pipe(
 *   Effect.as("included"),
 *   Effect.catchTag("ProjectionBehind", ({ position }) => Effect.succeed(`still at ${position}`)),
 *   Effect.provide(total.layer)
 * )
 * console.log(await Effect.runPromise(waited)) // still at 0
 * ```
 * @category queries
 * @since 0.1.0
 */
export const waitFor = <Id, Tx>(
  projection: Named<Id, Tx>,
  position: Position,
  { timeout = "5 seconds" }: { readonly timeout?: Duration.Input } = {},
): Effect.Effect<void, ProjectionBehind | StoreUnavailable | InvalidInput, Id> =>
  Effect.gen(function* () {
    const { name, version } = projection
    const model = yield* projection.model
    const key = keyOf(projection)
    const progress = Progress.of(model, key)
    const begun = yield* model.read(key)
    const told = progress.changes.stream.pipe(
      Stream.filter((reached) => reached >= position),
      Stream.take(1),
      Stream.runDrain,
    )
    const asked = Effect.gen(function* () {
      while ((yield* model.read(key)) < position) yield* Effect.sleep(poll)
    })
    const reached =
      begun >= position ? Option.some(undefined) : yield* Effect.timeoutOption(Effect.raceFirst(told, asked), timeout)
    const stands = Math.max(progress.position, yield* model.read(key))
    const behind = (reason: string) =>
      new ProjectionBehind({ name, version, position: stands, awaited: position, reason })
    const parked = (yield* model.parked(key)).find((one) => one.position === position)
    if (parked !== undefined) return yield* behind(`that event is parked (${parked.reason})`)
    if (Option.isSome(reached)) return
    return yield* behind(
      progress.ended !== undefined
        ? `it works no more (${progress.ended})`
        : stands > begun
          ? `it is at work, and came from ${begun} to ${stands} meanwhile`
          : "it did not come any further meanwhile; does any process run it?",
    )
  })

/**
 * Does something and waits until a projection includes it: so that whoever reads next finds what they wrote.
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
 * // What `execute` answers has a position: whoever reads the model afterwards finds it there.
 * const recorded = Effect.succeed({ position: 0 }).pipe(Projection.including(totals), Effect.provide(total.layer))
 * console.log(await Effect.runPromise(recorded)) // { position: 0 }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const including =
  <Id, Tx>(projection: Named<Id, Tx>, options?: { readonly timeout?: Duration.Input }) =>
  <A extends { readonly position: Position }, E, R>(
    executed: Effect.Effect<A, E, R>,
  ): Effect.Effect<A, E | ProjectionBehind | StoreUnavailable | InvalidInput, R | Id> =>
    Effect.tap(executed, ({ position }) => waitFor(projection, position, options))

export { type Running, run } from "./Projecting.ts"
