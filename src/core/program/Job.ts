/**
 * What runs for ever: a piece of work by its name, in partitions that may each be worked at somewhere else. Worker
 * processes and clusters are given jobs; what they are and how each counts once is the matter of the jobs.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { InvalidInput } from "../event/Errors.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import type { EventMapper } from "./EventMapper.ts"
import { type Running, run } from "./Projecting.ts"
import type { Projection } from "./Projection.ts"
import type { ProjectionStopped } from "./ProjectionErrors.ts"
import { keyOf, layoutAt } from "./ProjectionKey.ts"

/**
 * A job: whoever runs it says at which partitions, from 0. It ends when there is nothing left to do for ever.
 *
 * @example
 * ```ts
 * import { type Job } from "everfold"
 *
 * const pieces = (jobs: ReadonlyArray<Job.Job<unknown, unknown>>): number =>
 *   jobs.reduce((sum, { partitions }) => sum + partitions, 0)
 * console.log(pieces([])) // 0
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Job<out E, out R> {
  /** By which processes tell each other of it: no two have the same. */
  readonly name: string
  /** How many there are. */
  readonly partitions: number
  readonly run: (partitions: ReadonlyArray<number>) => Effect.Effect<void, E, R>
}

/**
 * The job of running a projection or a processor. Two processes may have it at a time, for its leases see to it that only
 * one works at a partition.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventCodec, Job, Projection } from "everfold"
 * import { MemoryModel } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const count = MemoryModel.make("app/Count", 0)
 * const counts = Projection.make({
 *   name: "counts",
 *   version: 1,
 *   partitions: 4,
 *   model: count.model,
 *   events: EventCodec.make({ Added: t.type({ by: t.number }) }),
 *   handle: (_event, cell) => Effect.sync(() => cell.set(cell.get() + 1))
 * })
 * const job = Job.of(counts, { onFailure: "park" })
 * console.log(job.name, job.partitions) // counts:1/4 of log 4
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const of = <Id, Tx, E, Err, R, U>(
  projection: Projection<Id, Tx, E, Err, R, U>,
  running: Omit<Running, "partitions"> = {},
): Job<ProjectionStopped | StoreUnavailable | InvalidInput, EventMapper | Id | R | U> => {
  const { consumer, upstream } = keyOf(projection, layoutAt(0, projection), 0)
  return {
    name: `${consumer} of ${upstream}`,
    partitions: projection.partitions,
    run: (partitions) => run(projection, { ...running, partitions }),
  }
}
