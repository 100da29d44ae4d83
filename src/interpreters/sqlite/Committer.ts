/**
 * The one writer of a connection: whatever is to be written is queued, and all that is queued is recorded in one
 * transaction, each piece with its own outcome.
 *
 * A transaction is one synchronous step, from getting the writer's lock to COMMIT: work is either still in the queue,
 * where an interruption takes it out, or has its outcome. While another process holds the lock, all stays queued.
 *
 * @since 0.1.0
 */
import type { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { Scope } from "effect/Scope"
import { CommitUnknown, StoreUnavailable } from "../../core/port/Errors.ts"
import * as LiveClock from "../../core/port/LiveClock.ts"
import { attempt, isFault, isHeld, isUndecided, rollback, unavailable } from "./Connection.ts"
import type { Statements } from "./statements.ts"

/**
 * @category model
 * @since 0.1.0
 */
export interface Committer {
  /**
   * Does `work` inside a transaction: it reads and writes, and says what to answer once all is flushed. It may be done
   * several times, and undone in between.
   */
  readonly record: <A, E>(work: () => Effect.Effect<A, E>) => Effect.Effect<A, E | StoreUnavailable | CommitUnknown>
}

/**
 * Who wants to know about transactions.
 *
 * @category model
 * @since 0.1.0
 */
export interface Observer {
  /** Whether another process has written since the last transaction. */
  readonly begin: () => boolean
  readonly done: () => void
  readonly undone: () => void
}

interface Job {
  /** Does the work, and keeps its answer. */
  readonly work: () => void
  /** Gives the answer. */
  readonly answer: () => void
  readonly fail: (error: Effect.Effect<never, StoreUnavailable | CommitUnknown>) => void
}

/**
 * Where another process writes too, each transaction is followed by a pause in which it can read and write: what it
 * decides would else be old, again and again, before it gets the lock.
 */
const courtesy = "1 millis"

/** Milliseconds for which a process that wrote, or held the file, is expected to come again. */
const rivalry = 1000

/** A transaction takes this many pieces of work, and no further one after so many milliseconds: timers must run. */
const batch = { size: 256, millis: 10 }

const what = "recording a commit"

/**
 * Works until its scope closes, and first finishes what is queued then.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  database: DatabaseSync,
  statements: Statements,
  observer: Observer,
): Effect.fn.Return<Committer, never, Scope> {
  const queue = new Set<Job>()
  /** Work whose transaction failed in company: to be tried alone, so that it fails alone. */
  const alone = new Set<Job>()
  let closing = false
  /** Until when another process is taken to write too. */
  let rivalUntil = 0
  const rivalSeen = (): void => {
    rivalUntil = performance.now() + rivalry
  }
  let wake: (() => void) | undefined

  /** Does queued work up to COMMIT; the jobs that were part of it, to the one that threw. */
  const transact = (): {
    readonly jobs: ReadonlyArray<Job>
    readonly error?: unknown
    readonly undecided?: boolean
  } => {
    const jobs: Array<Job> = []
    let ended = false
    try {
      if (observer.begin()) rivalSeen()
      const start = performance.now()
      for (const job of alone.size > 0 ? alone : queue) {
        jobs.push(job)
        job.work()
        if (alone.size > 0 || jobs.length >= batch.size || performance.now() - start > batch.millis) break
      }
      ended = true
      statements.commit.run()
      return { jobs }
    } catch (error) {
      observer.undone()
      rollback(database)
      return { jobs, error, undecided: ended && isUndecided(error) }
    }
  }

  const take = (jobs: Iterable<Job>): ReadonlyArray<Job> => {
    const taken = [...jobs]
    for (const job of taken) {
      queue.delete(job)
      alone.delete(job)
    }
    return taken
  }

  const failAll = (jobs: Iterable<Job>, error: Effect.Effect<never, StoreUnavailable | CommitUnknown>): void => {
    for (const job of take(jobs)) job.fail(error)
  }

  const isWaiting = (job: Job): boolean => queue.has(job) || alone.has(job)

  /** Takes a turn; where it cannot for too long, whatever waited from its beginning fails, and what came since stays. */
  const patiently = Effect.suspend(() => {
    const began = [...alone, ...queue]
    return Effect.catchCause(attempt(what, turn), (cause) =>
      Effect.sync(() => failAll(began.filter(isWaiting), Effect.failCause(cause))),
    )
  })

  const turn = (): Effect.Effect<void> => {
    if (queue.size === 0 && alone.size === 0) return Effect.void
    rollback(database)
    try {
      statements.begin.run()
    } catch (error) {
      if (isHeld(error)) rivalSeen()
      throw error
    }
    const { jobs, error, undecided } = transact()
    if (error === undefined) {
      const taken = take(jobs)
      observer.done()
      // Each answer runs its fiber at once: what they commit next is queued before the next turn.
      for (const job of taken) job.answer()
    } else if (isHeld(error)) {
      throw error
    } else if (undecided === true) {
      failAll(jobs, Effect.fail(new CommitUnknown({ cause: error })))
    } else if (jobs.length > 1) {
      for (const job of take(jobs)) alone.add(job)
    } else {
      failAll(jobs, isFault(error) ? Effect.fail(unavailable(what, error)) : Effect.die(error))
    }
    return Effect.void
  }

  const idle = Effect.callback<void>((resume) => {
    if (queue.size > 0 || alone.size > 0 || closing) return resume(Effect.void)
    wake = () => {
      wake = undefined
      resume(Effect.void)
    }
  })

  // Whoever was woken together with the first commit has had its turn after one yield, and its commit is queued.
  const drain = Effect.gen(function* () {
    while (!(closing && queue.size === 0 && alone.size === 0)) {
      yield* idle
      yield* Effect.yieldNow
      yield* patiently
      if (performance.now() < rivalUntil && !closing) yield* Effect.sleep(courtesy)
    }
  })
  const drainer = yield* Effect.forkDetach(LiveClock.provide(drain))
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      closing = true
      wake?.()
      return Fiber.await(drainer)
    }),
  )

  const closed = Effect.fail(
    new StoreUnavailable({ what, retryable: false, cause: new Error("the layer of the store is closed") }),
  )

  const record: Committer["record"] = (work) =>
    Effect.callback((resume) => {
      if (closing) return resume(closed)
      let answer: ReturnType<typeof work> | undefined
      const job: Job = {
        work: () => {
          answer = work()
        },
        answer: () => answer !== undefined && resume(answer),
        fail: resume,
      }
      queue.add(job)
      wake?.()
      return Effect.sync(() => take([job]))
    })
  return { record }
})
