/**
 * What a worker does: its shares of the jobs, until it is told to stop.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidInput } from "../../core/event/Errors.ts"
import type { Job } from "../../core/program/Job.ts"
import * as Assignment from "./Assignment.ts"

/** As a shell says of a process that SIGTERM ended. The supervisor takes 0 for "there is nothing left to do". */
const stopped = 143

/** Once and for all: another signal changes nothing while it stops. */
const told = Effect.callback<void>((resume) => {
  const stop = (): void => {
    process.exitCode = stopped
    resume(Effect.void)
  }
  process.on("SIGTERM", stop).on("SIGINT", stop)
})

/**
 * Whether this process is a worker: a script that starts workers may be the one that they run.
 *
 * @example
 * ```ts
 * import { Workers } from "everfold/workers"
 *
 * console.log(Workers.isWorker()) // false
 * ```
 * @category working
 * @since 0.1.0
 */
export const isWorker = (): boolean => Option.isSome(Assignment.own())

/**
 * Runs this worker's shares of the jobs, until they end or fail, or the worker is told to stop by SIGTERM, SIGINT or the end
 * of its supervisor: then they are interrupted, and it ends like any effect. It fails with `InvalidInput` where the process
 * is no worker or a job is not known here.
 *
 * What follows it should be the end of the process: a failure that is thrown from the module, or an exit code other than
 * 0, is the end of a worker that is started again.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type Job } from "everfold"
 * import { Workers } from "everfold/workers"
 *
 * const job: Job.Job<never, never> = { name: "totals", partitions: 4, run: () => Effect.never }
 * const program = Workers.work([job])
 * const told = Effect.runPromise(Effect.flip(program)).then(({ message }) => message)
 * console.log(await told) // Invalid input: no supervisor started this process.
 * ```
 * @category working
 * @since 0.1.0
 */
export const work = <E, R>(jobs: ReadonlyArray<Job<E, R>>): Effect.Effect<void, E | InvalidInput, R> =>
  Effect.suspend(() => {
    const assignment = Assignment.own()
    if (Option.isNone(assignment)) return new InvalidInput({ what: "no supervisor started this process" })
    const shares = assignment.value.shares.map(({ job, partitions }) => {
      const known = jobs.find(({ name }) => name === job)
      return known === undefined
        ? new InvalidInput({ what: `job ${JSON.stringify(job)} is not known to this worker` })
        : known.run(partitions)
    })
    return Effect.raceFirst(told, Effect.all(shares, { concurrency: "unbounded", discard: true }))
  })
