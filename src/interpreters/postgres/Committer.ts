/**
 * The one writer of a process: whatever is to be committed queues up, and what may share a statement is sent together,
 * each commit with its own answer. Meanwhile others queue; where they are many, a second statement is out, so that the
 * server works on one while this process does on the other.
 *
 * What the server refuses is looked at, beside the queue: the facts say why, or what it came to when it was recorded
 * before. A statement that fails is sent again, each of its commits alone, for about 30 seconds; that records nothing
 * twice. Ids see to it; a commit without any moves a checkpoint from one position to another, and of one move sent twice
 * whichever comes first leaves nothing for the other one to start from. Which of the two it was, nobody can tell: then it
 * fails with `CommitUnknown`.
 *
 * Whoever is interrupted goes at once, and nothing is recorded; but once its statement is out, it waits for what becomes
 * of it, as long as the connection does. Where that stays unknown, its exit says so: `CommitUnknown`, beside the interruption.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { Scope } from "effect/Scope"
import { type Either, isLeft } from "fp-ts/lib/Either.js"
import type { Commit, Committed, Position } from "../../core/event/Commit.ts"
import * as CommitShape from "../../core/event/CommitShape.ts"
import type { Accepted, Refused } from "../../core/event/Decision.ts"
import { InvalidInput } from "../../core/event/Errors.ts"
import { CommitUnknown, StoreUnavailable } from "../../core/port/Errors.ts"
import type { CommitError } from "../../core/port/EventStore.ts"
import * as LiveClock from "../../core/port/LiveClock.ts"
import * as Jobs from "./Jobs.ts"
import * as Patience from "./Patience.ts"
import { hasEvents, isQuestion, verdict } from "./Verdict.ts"

/**
 * What commits are recorded by.
 *
 * @category model
 * @since 0.1.0
 */
export interface Recorder {
  /**
   * Sends one statement, which decides all commits on the state before it: each recorded, or `undefined` where it was
   * refused. `StoreUnavailable`: nothing was recorded. `CommitUnknown`: it may have been, or may be yet.
   */
  readonly send: (
    commits: ReadonlyArray<Commit>,
  ) => Effect.Effect<ReadonlyArray<Committed | undefined>, StoreUnavailable | CommitUnknown>
  /** Decides on the facts of one moment, none older than what was answered before, and records nothing. */
  readonly look: (commit: Commit) => Effect.Effect<Either<Refused, Accepted>, StoreUnavailable>
  /** There are new events, up to here. */
  readonly recorded: (position: Position) => void
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Committer {
  readonly commit: (commit: Commit) => Effect.Effect<Committed, CommitError>
}

/** By the facts, a commit is refused twice at most: what was acceptable in between is over then, for good. */
const enough = 8

type Job = Jobs.Job

const what = "recording a commit"

type Failure = StoreUnavailable | CommitUnknown

/** Whether a statement that failed so may succeed the next time. */
const isPassing = (error: Failure): boolean => error._tag === "CommitUnknown" || error.retryable

/** That nobody knows what became of a statement; nobody does after a defect. */
const unknownBy = (error: Failure | undefined, cause: Cause.Cause<unknown>): CommitUnknown | undefined =>
  error === undefined
    ? new CommitUnknown({ cause: Cause.squash(cause) })
    : error._tag === "CommitUnknown"
      ? error
      : undefined

const overdue = ({ cause }: Failure): StoreUnavailable =>
  new StoreUnavailable({ what: `${what}, for 30 seconds`, retryable: true, cause })

const closed = Effect.fail(
  new StoreUnavailable({ what, retryable: false, cause: new Error("the layer of the store is closed") }),
)

/**
 * Works until its scope closes, and first finishes what is on its way then.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (recorder: Recorder): Effect.fn.Return<Committer, never, Scope> {
  const patience = Patience.make(yield* LiveClock.LiveClock)
  /** Those who wait for somebody to send. */
  const idlers = new Set<() => void>()
  const wake = (): void => {
    const [idler] = idlers
    idler?.()
  }
  const jobs = Jobs.make(wake)
  let out = 0
  let closing = false
  /** The last position that is known. */
  let head: Position = 0

  const fail = (job: Job, error: CommitError): void => jobs.settle(job, Effect.fail(job.lost?.error ?? error))

  const judge = (job: Job, decision: Either<Refused, Accepted>): void => {
    if (job.isSettled) return
    const judged = verdict(job.commit, job.lost, decision)
    if (judged === undefined) {
      if (++job.refusals < enough) jobs.again(job)
      else jobs.settle(job, Effect.die(new Error("the store refuses a commit that its facts accept")))
    } else if (isLeft(judged)) {
      jobs.settle(job, Effect.fail(judged.left))
    } else {
      const { position, repeated } = judged.right
      head = Math.max(head, position)
      if (!repeated && hasEvents(job.commit)) recorder.recorded(position)
      jobs.settle(job, Effect.succeed(judged.right))
    }
  }

  const look = (job: Job): Effect.Effect<void> =>
    Effect.matchCause(
      Effect.suspend(() => recorder.look(job.commit)),
      {
        onSuccess: (decision) => judge(job, decision),
        onFailure: (cause) => jobs.settle(job, job.lost ? Effect.fail(job.lost.error) : Effect.failCause(cause)),
      },
    )

  /** Answers who is recorded, and looks at who was refused, or would be: meanwhile the next batch goes. */
  const answer = (sent: ReadonlyArray<Job>, answers: ReadonlyArray<Committed | undefined>): Effect.Effect<unknown> => {
    patience.well()
    const refused: Array<Job> = []
    let added = false
    sent.forEach((job, i) => {
      const committed = answers[i]
      job.isOut = false
      for (const late of jobs.leave(job, committed)) refused.push(late)
      if (committed === undefined) return
      head = Math.max(head, committed.position)
      added ||= hasEvents(job.commit)
    })
    if (added) recorder.recorded(head)
    sent.forEach((job, i) => {
      const committed = answers[i]
      if (committed !== undefined) {
        job.lost = undefined
        jobs.settle(job, Effect.succeed(committed))
      } else if (job.whenSettled !== undefined) {
        jobs.settle(job, Effect.interrupt)
      } else {
        refused.push(job)
      }
    })
    return refused.length === 0
      ? Effect.void
      : Effect.forkDetach(Effect.forEach(refused, look, { concurrency: "unbounded", discard: true }))
  }

  /** Sends it again in a while; until then nobody waits for it. */
  const later = (job: Job): Effect.Effect<unknown> => {
    jobs.leave(job)
    const again = Effect.sync(() => {
      if (!job.isSettled) jobs.alone(job)
    })
    return Effect.forkDetach(Effect.andThen(Effect.sleep(Patience.pause(++job.failures)), again))
  }

  /** Deals with one whose statement failed though it was alone. */
  const failedAlone = (job: Job, error: Failure | undefined, cause: Cause.Cause<Failure>): Effect.Effect<unknown> => {
    if (error !== undefined && isPassing(error)) {
      job.failing ??= patience.now()
      if (!patience.isOver(job.failing)) return later(job)
      fail(job, overdue(error))
    } else if (error !== undefined) {
      fail(job, error)
    } else {
      jobs.settle(job, Effect.die(Cause.squash(cause)))
    }
    return Effect.void
  }

  const failed = (sent: ReadonlyArray<Job>, cause: Cause.Cause<Failure>): Effect.Effect<unknown> => {
    const error = Option.getOrUndefined(Cause.findErrorOption(cause))
    const unknown = unknownBy(error, cause)
    for (const job of sent) {
      job.isOut = false
      if (unknown !== undefined) job.lost ??= { error: unknown, before: job.before ?? head }
      if (job.whenSettled !== undefined) jobs.settle(job, Effect.interrupt)
      else if (sent.length > 1) jobs.alone(job)
    }
    const [job] = sent
    const isAlone = job !== undefined && sent.length === 1 && !job.isSettled
    const next = isAlone ? failedAlone(job, error, cause) : Effect.void
    if (error === undefined || !isPassing(error)) return next
    // The store may be gone: nobody is sent for a while, and whoever has waited for too long fails.
    const failures = patience.failed()
    if (patience.isHopeless(0)) {
      // Not who is out in the other statement, which may be recorded yet.
      jobs.settleAll(({ asked, lost, isOut }) =>
        !isOut && patience.isHopeless(asked) ? Effect.fail(lost?.error ?? overdue(error)) : undefined,
      )
    }
    return Effect.andThen(next, Effect.sleep(Patience.pause(failures)))
  }

  const turn = Effect.suspend(() => {
    const sent = jobs.next(out > 0)
    if (sent.length === 0) return Effect.void
    out++
    for (const job of sent) {
      job.isOut = true
      job.before ??= head
    }
    const sending = Effect.suspend(() => recorder.send(sent.map(({ commit }) => commit)))
    return Effect.matchCauseEffect(
      Effect.onExit(sending, () => Effect.sync(() => out--)),
      {
        onSuccess: (answers) => answer(sent, answers),
        onFailure: (cause) => failed(sent, cause),
      },
    )
  })

  /** A defect of this file or of the recorder's: better known to all than waited for. */
  const dieAll = (cause: Cause.Cause<never>): Effect.Effect<void> =>
    Effect.sync(() => jobs.settleAll(() => Effect.failCause(cause)))

  const isOver = (): boolean => closing && jobs.isEmpty()

  const idle = Effect.callback<void>((resume) => {
    if (!jobs.isIdle(out > 0) || isOver()) return resume(Effect.void)
    const idler = (): void => {
      idlers.delete(idler)
      resume(Effect.void)
      // All of them are, once nobody is left.
      if (isOver()) wake()
    }
    idlers.add(idler)
  })

  // Whoever was woken together with the first commit has had its turn after one yield, and its commit is queued.
  const drain = Effect.gen(function* () {
    while (!isOver()) {
      yield* idle
      yield* Effect.yieldNow
      yield* Effect.catchCause(turn, dieAll)
    }
  })
  const drainers = [
    yield* Effect.forkDetach(LiveClock.provide(drain)),
    yield* Effect.forkDetach(LiveClock.provide(drain)),
  ]
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      closing = true
      wake()
      return Fiber.awaitAll(drainers)
    }),
  )

  const record = (commit: Commit): Jobs.Answer => {
    let asked: Job | undefined
    const recorded = Effect.callback<Committed, CommitError>((resume) => {
      if (closing) return resume(closed)
      const job = Jobs.job(commit, patience.asked(), resume)
      asked = job
      jobs.ask(job)
      return Effect.callback<void>((done) => {
        job.whenSettled = () => done(Effect.void)
        if (job.isSettled) job.whenSettled()
        else if (!job.isOut) jobs.settle(job, Effect.interrupt)
      })
    })
    return Effect.onInterrupt(recorded, () => (asked?.lost === undefined ? Effect.void : Effect.fail(asked.lost.error)))
  }

  const question = (commit: Commit): Jobs.Answer =>
    closing
      ? closed
      : Effect.flatMap(recorder.look(commit), (decision) =>
          isLeft(decision) ? Effect.fail(decision.left) : Effect.succeed(decision.right.committed),
        )

  const commit = (request: Commit): Jobs.Answer => {
    const fault = CommitShape.fault(request)
    if (fault !== undefined) return Effect.fail(new InvalidInput({ what: fault }))
    return isQuestion(request) ? question(request) : record(request)
  }
  return { commit: (request) => Effect.suspend(() => commit(request)) }
})
