/**
 * Commits on their way, from when they are asked for until they are settled: who waits for room, who queues up for a
 * statement, and who is to be sent alone.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type { Commit, Committed, Position } from "../../core/event/Commit.ts"
import type { CommitError } from "../../core/port/EventStore.ts"
import * as Batch from "./Batch.ts"
import type { Lost } from "./Verdict.ts"

/** @category model @since 0.1.0 */
export type Answer = Effect.Effect<Committed, CommitError>

/**
 * A commit on its way.
 *
 * @category model
 * @since 0.1.0
 */
export interface Job {
  readonly commit: Commit
  /** When it was asked for, as `Patience` counts. */
  readonly asked: number
  readonly resume: (answer: Answer) => void
  /** Where it queues up, if it does. */
  place: Batch.Place<Job> | undefined
  /** Whether a statement with it is out. */
  isOut: boolean
  isSettled: boolean
  /** Where its caller was interrupted, what that one goes on with once it is settled. */
  whenSettled: (() => void) | undefined
  /** The last position that was known when it was first sent. */
  before: Position | undefined
  lost: Lost | undefined
  /** Since when it fails alone, and how often it did. */
  failing: number | undefined
  failures: number
  /** How often it was refused, and acceptable afterwards. */
  refusals: number
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const job = (commit: Commit, asked: number, resume: Job["resume"]): Job => ({
  commit,
  asked,
  resume,
  place: undefined,
  isOut: false,
  isSettled: false,
  whenSettled: undefined,
  before: undefined,
  lost: undefined,
  failing: undefined,
  failures: 0,
  refusals: 0,
})

/**
 * All commits that are on their way.
 *
 * @category model
 * @since 0.1.0
 */
export interface Jobs {
  /** Takes one on, or lets it wait for room, behind who came first. */
  readonly ask: (job: Job) => void
  /** Lets it queue up again. */
  readonly again: (job: Job) => void
  /** It is to be sent alone, before any batch; its place is kept for it. */
  readonly alone: (job: Job) => void
  /** Gives up its place; where it was recorded, those behind who cannot be any more give up theirs, and are the answer. */
  readonly leave: (job: Job, committed?: Committed) => ReadonlyArray<Job>
  /** Answers it: it is no longer on its way. */
  readonly settle: (job: Job, answer: Answer) => void
  readonly settleAll: (answer: (job: Job) => Answer | undefined) => void
  /** Who is to be sent next, nobody of whom is out; beside a statement that is, only what is worth another one. */
  readonly next: (isBeside: boolean) => ReadonlyArray<Job>
  /** Whether that is nobody. */
  readonly isIdle: (isBeside: boolean) => boolean
  readonly isEmpty: () => boolean
}

const nobody: ReadonlyArray<never> = []

/** A statement by itself costs the server as much as about so many commits. */
const worthwhile = 16

/** So many are on their way at most: what is kept of each does not grow with those who wait for room. */
const room = 4096

/**
 * Nobody yet. It tells of each that there is somebody to be sent, or nobody left.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (changed: () => void): Jobs => {
  const line = Batch.make<Job>()
  const alone = new Set<Job>()
  /** All but those who wait for room. */
  const inside = new Set<Job>()
  const outside = new Set<Job>()
  /** Whether a batch goes before those who are to be sent alone, for one of them is tried again. */
  let isBatchTurn = false

  const again = (job: Job): void => {
    job.place = line.enter(job, job.commit)
    changed()
  }

  const ask = (job: Job): void => {
    if (inside.size < room) {
      inside.add(job)
      again(job)
    } else {
      outside.add(job)
    }
  }

  const leave: Jobs["leave"] = (job, committed) => {
    if (job.place === undefined) return nobody
    const late = line.leave(job.place, committed)
    job.place = undefined
    for (const other of late) other.place = undefined
    return late
  }

  const settle = (job: Job, answer: Answer): void => {
    if (job.isSettled) return
    job.isSettled = true
    leave(job)
    alone.delete(job)
    outside.delete(job)
    const [next] = inside.delete(job) ? outside : []
    if (next !== undefined) {
      outside.delete(next)
      ask(next)
    }
    job.resume(answer)
    job.whenSettled?.()
    if (inside.size === 0) changed()
  }

  const isBatchReady = (isBeside: boolean): boolean => line.ready(isBeside) >= (isBeside ? worthwhile : 1)

  return {
    ask,
    again,
    leave,
    settle,
    alone: (job) => {
      alone.add(job)
      isBatchTurn ||= job.failures > 0
      changed()
    },
    settleAll: (answer) => {
      for (const job of [...inside, ...outside]) {
        const found = answer(job)
        if (found !== undefined) settle(job, found)
      }
    },
    next: (isBeside) => {
      const [job] = alone
      if (job !== undefined && !(isBatchTurn && isBatchReady(isBeside))) {
        alone.delete(job)
        return [job]
      }
      isBatchTurn = false
      // Half of all, so that while the server works on it, the other half is made ready here.
      return isBatchReady(isBeside) ? line.take(Math.max(worthwhile, Math.ceil(inside.size / 2))) : nobody
    },
    isIdle: (isBeside) => alone.size === 0 && !isBatchReady(isBeside),
    isEmpty: () => inside.size === 0,
  }
}
