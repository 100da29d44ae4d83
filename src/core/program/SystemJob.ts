/**
 * The jobs of a system: a processor at the log of one upstream, with all that it needs.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Position } from "../event/Commit.ts"
import type { InvalidInput } from "../event/Errors.ts"
import type { Query } from "../event/Query.ts"
import type { StoredEvent } from "../event/StoredEvent.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import { EventStore } from "../port/EventStore.ts"
import type { Recorded } from "./EventMapper.ts"
import type { Processor } from "./Processor.ts"
import * as Projection from "./Projection.ts"
import type { ProjectionStopped } from "./ProjectionErrors.ts"
import * as ProjectionWaiting from "./ProjectionWaiting.ts"
import type { Needs } from "./StoreModel.ts"
import type { Upstream } from "./Upstream.ts"

/**
 * An event, as a trace tells of it.
 *
 * @example
 * ```ts
 * import { type System } from "everfold"
 *
 * const nameOf = ({ position, stream, type }: System.Place): string => `${position}: ${type} of ${stream.id}`
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Place {
  readonly position: Position
  readonly stream: StreamName
  /** The name that it is stored under. */
  readonly type: string
}

/**
 * What one step of a job came to.
 *
 * @example
 * ```ts
 * import { type System } from "everfold"
 *
 * const quiet = ({ handled, recorded }: System.Step): boolean => handled.length > 0 && recorded.length === 0
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Step {
  readonly application: string
  readonly processor: string
  readonly upstream: string
  /** Of the upstream; none, where it only looked at what it does not follow. */
  readonly handled: ReadonlyArray<Place>
  /** What was recorded because of them, in the application's own store. */
  readonly recorded: ReadonlyArray<Place>
}

/**
 * A processor at the log of one upstream, ready to work: all that runners need to know.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type System } from "everfold"
 *
 * // A runner of its own: so many of the jobs at a time, each until the head of its upstream.
 * const catchUp = (jobs: ReadonlyArray<System.Job>, concurrency: number) =>
 *   Effect.forEach(
 *     jobs,
 *     ({ run, reached, status }) =>
 *       Effect.flatMap(status, ({ head }) => Effect.raceFirst(reached(head), Effect.andThen(run(), Effect.never))),
 *     { concurrency, discard: true }
 *   )
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Job {
  readonly application: string
  readonly processor: string
  readonly upstream: string
  /** From 0 to one less than this, as `run` takes them. */
  readonly partitions: number
  /** What it follows of the upstream. */
  readonly filter: Query
  /** Works until it fails for good: at what is there, and at what comes. Every instance of it waits for its lease. */
  readonly run: (
    running?: Projection.Running,
  ) => Effect.Effect<void, ProjectionStopped | StoreUnavailable | InvalidInput>
  /** Handles the next event; `None` where there is nothing that it has not looked at. */
  readonly step: (running?: Projection.Running) => Effect.Effect<Option.Option<Step>, Projection.StepError>
  readonly status: Effect.Effect<Projection.Status, StoreUnavailable | InvalidInput>
  /** Until it has come so far, whichever process works at it. */
  readonly reached: (position: Position) => Effect.Effect<void, StoreUnavailable | InvalidInput>
}

/**
 * Where a processor is put to work.
 *
 * @category model
 * @since 0.1.0
 */
export interface At<R> {
  readonly application: string
  readonly upstream: Upstream<R>
  readonly filter: Query
  readonly services: Context.Context<Needs | R>
}

/**
 * Puts a processor to work.
 *
 * @category model
 * @since 0.1.0
 */
export type Follow = <R>(at: At<R>) => Job

const placeOf = ({ position, stream, type }: Place): Place => ({ position, stream, type })

/** Events of the store after a position that were caused by one of these. */
const causedBy = Effect.fnUntraced(function* (causes: ReadonlyArray<Pick<StoredEvent, "id">>, after: Position) {
  const store = yield* EventStore
  const ids = new Set(causes.map(({ id }) => id))
  const { events } = yield* store.readAll({ after, limit: Number.MAX_SAFE_INTEGER })
  return events.filter(({ causation }) => causation !== null && ids.has(causation.eventId))
})

/**
 * What becomes of a processor wherever it is put to work.
 *
 * @category constructors
 * @since 0.1.0
 */
export const of =
  <E, Err>(processor: Processor<E, Err, never, EventStore>): Follow =>
  <R>({ application, upstream, filter, services }: At<R>): Job => {
    const projection = Projection.of(upstream)({ ...processor, filter })
    const { name, partitions } = projection
    const within = <A, Error>(effect: Effect.Effect<A, Error, Needs | R>): Effect.Effect<A, Error> =>
      Effect.provideContext(effect, services)

    const step = Effect.fnUntraced(function* (running: Projection.Running) {
      /** By their ids: what is tried again is noted once. */
      const handled = new Map<string, Recorded<E>>()
      const noting: typeof projection = {
        ...projection,
        handle: (events, unit) =>
          Effect.suspend(() => {
            for (const event of events) handled.set(event.id, event)
            return projection.handle(events, unit)
          }),
      }
      const before = yield* EventStore.use((store) => store.head)
      if (!(yield* Projection.step(noting, running))) return Option.none<Step>()
      const causes = [...handled.values()]
      const recorded = causes.length === 0 ? [] : yield* causedBy(causes, before)
      return Option.some<Step>({
        application,
        processor: name,
        upstream: upstream.name,
        handled: causes.map(placeOf),
        recorded: recorded.map(placeOf),
      })
    })

    const reached = (position: Position) =>
      Effect.flatMap(projection.model, (model) => ProjectionWaiting.reached(model, projection, position))

    return {
      application,
      processor: name,
      upstream: upstream.name,
      partitions,
      filter,
      run: (running) => within(Projection.run(projection, running)),
      step: (running = {}) => within(step(running)),
      status: within(Projection.status(projection)),
      reached: (position) => within(reached(position)),
    }
  }
