/**
 * Who does what: jobs are spread over workers, and each is told its shares in its environment.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as t from "io-ts"
import type { Job } from "../../core/program/Job.ts"

/**
 * What one worker does of a job.
 *
 * @example
 * ```ts
 * import { type Workers } from "everfold/workers"
 *
 * const label = ({ job, partitions }: Workers.Share): string => `${job} ${partitions.join(", ")}`
 * console.log(label({ job: "totals", partitions: [0, 2] })) // totals 0, 2
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Share {
  /** Its name. */
  readonly job: string
  readonly partitions: ReadonlyArray<number>
}

/**
 * Spreads jobs over so many workers, partition by partition, in turns: none has more than one more than another, and a
 * job with as many partitions as there are workers is at all of them.
 *
 * @example
 * ```ts
 * import { Workers } from "everfold/workers"
 *
 * const shares = Workers.spread([{ name: "totals", partitions: 3 }, { name: "mails", partitions: 1 }], 2)
 * console.log(JSON.stringify(shares[0])) // [{"job":"totals","partitions":[0,2]}]
 * console.log(JSON.stringify(shares[1])) // [{"job":"totals","partitions":[1]},{"job":"mails","partitions":[0]}]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const spread = (
  jobs: ReadonlyArray<Pick<Job<never, never>, "name" | "partitions">>,
  workers: number,
): ReadonlyArray<ReadonlyArray<Share>> => {
  const pieces = jobs.flatMap(({ name, partitions }) =>
    Array.from({ length: partitions }, (_, partition) => ({ job: name, partition })),
  )
  return Array.from({ length: workers }, (_, worker) => {
    const own = pieces.filter((_piece, i) => i % workers === worker)
    return [...Map.groupBy(own, ({ job }) => job)].map(([job, some]) => ({
      job,
      partitions: some.map(({ partition }) => partition),
    }))
  })
}

/**
 * What a worker is told when it is started.
 *
 * @category model
 * @since 0.1.0
 */
export interface Assignment {
  readonly shares: ReadonlyArray<Share>
  /** The id of the process without which it must not be. */
  readonly supervisor: number
  /** Milliseconds from being told to stop until it is ended. */
  readonly grace: number
}

const Assignment: t.Type<Assignment> = t.type({
  shares: t.readonlyArray(t.type({ job: t.string, partitions: t.readonlyArray(t.number) })),
  supervisor: t.number,
  grace: t.number,
})

/**
 * Where it is told.
 *
 * @category constants
 * @since 0.1.0
 */
export const variable = "EVERFOLD_WORKER"

const told: unique symbol = Symbol.for("everfold/interpreters/workers/Assignment")

/**
 * Takes the assignment out of the environment, so that processes that the worker starts do not think that they are it.
 *
 * @category reading
 * @since 0.1.0
 */
export const take = (): Option.Option<Assignment> => {
  const text = process.env[variable]
  if (text === undefined) return Option.none()
  delete process.env[variable]
  const assignment: unknown = JSON.parse(text)
  if (!Assignment.is(assignment)) throw new Error(`${variable} is nothing that a supervisor says: ${text}`)
  Object.defineProperty(globalThis, told, { value: assignment })
  return Option.some(assignment)
}

/**
 * What was taken at the start of this process, if it is a worker.
 *
 * @category reading
 * @since 0.1.0
 */
export const own = (): Option.Option<Assignment> => {
  const assignment: unknown = Reflect.get(globalThis, told)
  return Assignment.is(assignment) ? Option.some(assignment) : Option.none()
}
