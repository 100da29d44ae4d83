/**
 * Worker processes on this machine: started, told which partitions of which jobs they have, started again where they die,
 * and stopped in order. None outlives its supervisor, however that comes to its end.
 *
 * Jobs are spread over the workers, so that each has its share, and each partition is one worker's: the first to come would
 * have all leases if every worker had all jobs. No worker is ever gone for good while the others go on. It is started
 * again, and where it dies again and again the supervisor gives up as a whole, for what one worker cannot do the next
 * one could not do either. For another machine to take over, run a second supervisor with the same jobs there: its workers
 * wait for the leases.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as PubSub from "effect/PubSub"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { InvalidInput } from "../../core/event/Errors.ts"
import type { Job } from "../../core/program/Job.ts"
import { type Share, spread } from "./Assignment.ts"
import * as Process from "./Process.ts"

/**
 * What to start, and when to give up.
 *
 * @example
 * ```ts
 * import { type Workers } from "everfold/workers"
 *
 * // The module that starts them is the one that they run, with the same arguments.
 * const options: Workers.Options = {
 *   module: import.meta.url,
 *   args: process.argv.slice(2),
 *   jobs: [{ name: "totals", partitions: 4 }],
 *   workers: 2
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Options {
  /** What a worker runs: a module that comes to `work`, by its path or `file:` address. */
  readonly module: string | URL
  /** For `process.argv`; none, if left out. */
  readonly args?: ReadonlyArray<string>
  readonly jobs: ReadonlyArray<Pick<Job<never, never>, "name" | "partitions">>
  /** From 1. One without a share is not started. */
  readonly workers: number
  /** How often a worker is started again in a row, from 0: the first one after 0.1 s, then after twice as long up to 5 s; 5, if left out. */
  readonly restarts?: number
  /** Milliseconds that a worker has to live for its restarts to be forgotten; 10,000, if left out. */
  readonly steady?: number
  /** Milliseconds from SIGTERM to SIGKILL; 10,000, if left out. */
  readonly grace?: number
  /** What becomes of a line that a worker prints; it is printed behind the worker's number, if left out. */
  readonly output?: (line: Process.Line) => void
}

/**
 * What happens to a worker, from 0. `Restarting` comes with the milliseconds until then; whoever `Finished` has nothing
 * left to do.
 *
 * @example
 * ```ts
 * import { type Workers } from "everfold/workers"
 *
 * const show = (event: Workers.Event): string =>
 *   event._tag === "Started" ? `${event.worker} is process ${event.pid}` : `${event.worker}: ${event._tag}`
 * console.log(show({ _tag: "Finished", worker: 0 })) // 0: Finished
 * ```
 * @category model
 * @since 0.1.0
 */
export type Event =
  | {
      readonly _tag: "Started"
      readonly worker: number
      readonly pid: number
      readonly shares: ReadonlyArray<Share>
    }
  | { readonly _tag: "Died"; readonly worker: number; readonly end: Process.End }
  | { readonly _tag: "Restarting"; readonly worker: number; readonly after: number }
  | { readonly _tag: "Finished"; readonly worker: number }
  | { readonly _tag: "Stopped"; readonly worker: number }

/**
 * A worker died again and again. All of them are stopped.
 *
 * @example
 * ```ts
 * import { Workers } from "everfold/workers"
 *
 * const failed = new Workers.WorkerFailed({ worker: 1, restarts: 5, end: { code: 1, signal: null, lived: 80 } })
 * console.log(failed.message) // Worker 1 died with code 1 after 80 ms, restarted 5 time(s) in a row. All workers are stopped; see what it printed last.
 * ```
 * @category errors
 * @since 0.1.0
 */
export class WorkerFailed extends TaggedError("WorkerFailed")<{
  readonly worker: number
  /** In a row. */
  readonly restarts: number
  /** The last one. */
  readonly end: Process.End
}> {
  override get message(): string {
    const { code, signal, lived, reason } = this.end
    const how =
      reason === undefined ? (signal === null ? `with code ${code}` : `of ${signal}`) : `before it began: ${reason}`
    const what = `Worker ${this.worker} died ${how} after ${Math.round(lived)} ms, restarted ${this.restarts} time(s) in a row`
    return `${what}. All workers are stopped; see what it printed last.`
  }
}

/**
 * Workers that were started.
 *
 * @example
 * ```ts
 * import * as Stream from "effect/Stream"
 * import { type Workers } from "everfold/workers"
 *
 * const deaths = ({ events }: Workers.Workers) => Stream.filter(events, ({ _tag }) => _tag === "Died")
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Workers {
  /** What happened lately (the last 256), and what happens, until all workers are gone. */
  readonly events: Stream.Stream<Event>
  /** Waits until none has anything left to do; fails once one is given up. */
  readonly ended: Effect.Effect<void, WorkerFailed>
}

const fault = ({ jobs, workers, restarts = 5, steady = 0, grace = 0 }: Options): string | undefined => {
  if (!(Number.isSafeInteger(workers) && workers >= 1)) return `${workers} workers are not an integer from 1`
  for (const [what, n] of Object.entries({ restarts, steady, grace })) {
    if (!(Number.isSafeInteger(n) && n >= 0)) return `${what} of workers is an integer from 0, not ${n}`
  }
  const twice = jobs.find(({ name }, i) => jobs.findIndex((other) => other.name === name) !== i)
  if (twice !== undefined) return `two jobs are named ${JSON.stringify(twice.name)}`
  const odd = jobs.find(({ partitions }) => !(Number.isSafeInteger(partitions) && partitions >= 1))
  return odd && `${odd.partitions} partitions of ${odd.name} are not an integer from 1`
}

const print = ({ worker, to, text }: Process.Line): void => void process[to].write(`[${worker}] ${text}\n`)

/** Milliseconds until a worker is started again. */
const pause = (restarts: number): number => Math.min(100 * 2 ** restarts, 5000)

/**
 * Starts workers. They are stopped when the scope closes, all at the same time, and it closes once they are gone.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type Job } from "everfold"
 * import { Workers } from "everfold/workers"
 *
 * const jobs: ReadonlyArray<Job.Job<never, never>> = [
 *   { name: "greetings", partitions: 2, run: (own) => Effect.sync(() => console.log(`hello from partition ${own}`)) }
 * ]
 * const supervisor = Effect.gen(function* () {
 *   const printed: Array<string> = []
 *   const output = ({ text }: Workers.Line) => void printed.push(text)
 *   const workers = yield* Workers.start({ module: import.meta.url, jobs, workers: 2, output })
 *   yield* workers.ended
 *   return printed.sort()
 * })
 * if (Workers.isWorker()) await Effect.runPromise(Workers.work(jobs))
 * else console.log(await Effect.runPromise(Effect.scoped(supervisor))) // [ 'hello from partition 0', 'hello from partition 1' ]
 * ```
 * @category supervising
 * @since 0.1.0
 */
export const start = Effect.fnUntraced(function* (
  options: Options,
): Effect.fn.Return<Workers, InvalidInput, Scope.Scope> {
  const { module, args = [], jobs, workers, restarts = 5, steady = 10_000, grace = 10_000, output = print } = options
  const what = fault(options)
  if (what !== undefined) return yield* new InvalidInput({ what })
  /** `undefined` is the last one. */
  const happened = yield* PubSub.sliding<Event | undefined>({ capacity: 256, replay: 256 })
  const tell = (event: Event | undefined): void => void PubSub.publishUnsafe(happened, event)

  const keep = (shares: ReadonlyArray<Share>, worker: number): Effect.Effect<void, WorkerFailed> => {
    const life = Process.run({
      module,
      args,
      assignment: { shares, supervisor: process.pid, grace },
      began: (pid) => tell({ _tag: "Started", worker, pid, shares }),
      said: (line) => output({ worker, ...line }),
    })
    const from = (restarted: number): Effect.Effect<void, WorkerFailed> =>
      Effect.flatMap(life, (end) => {
        if (end.code === 0) return Effect.sync(() => tell({ _tag: "Finished", worker }))
        tell({ _tag: "Died", worker, end })
        const again = end.lived >= steady ? 0 : restarted
        if (again >= restarts) return new WorkerFailed({ worker, restarts: again, end })
        const after = pause(again)
        tell({ _tag: "Restarting", worker, after })
        return Effect.andThen(Effect.sleep(after), from(again + 1))
      })
    return Effect.onInterrupt(from(0), () => Effect.sync(() => tell({ _tag: "Stopped", worker })))
  }

  const busy = spread(jobs, workers).filter((shares) => shares.length > 0)
  const all = Effect.forEach(busy, keep, { concurrency: "unbounded", discard: true })
  const fiber = yield* Effect.forkScoped(
    Effect.ensuring(
      all,
      Effect.sync(() => tell(undefined)),
    ),
  )
  return {
    events: Stream.fromPubSub(happened).pipe(
      Stream.takeUntil((event) => event === undefined, { excludeLast: true }),
      Stream.filter((event) => event !== undefined),
    ),
    ended: Fiber.join(fiber),
  }
})

export { type Share, spread } from "./Assignment.ts"
export type { End, Line } from "./Process.ts"
export { isWorker, work } from "./Work.ts"
