/**
 * The one writer of a process: whatever is to be committed queues up, and what may share a statement is sent together,
 * each commit with its own answer. One statement is out at a time; meanwhile others queue.
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
import * as Batch from "./Batch.ts"
import * as Patience from "./Patience.ts"
import { hasEvents, isQuestion, type Lost, verdict } from "./Verdict.ts"

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

type Answer = Effect.Effect<Committed, CommitError>

/** A commit on its way. */
interface Job {
  readonly commit: Commit
  readonly asked: number
  readonly resume: (answer: Answer) => void
  /** Where it waits, if it does. */
  place: Batch.Place<Job> | undefined
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
  refusals: number
}

/** So many commits are on their way at most; others wait for room. */
const room = 4096

/** By the facts, a commit is refused twice at most: what was acceptable after the first time is over after the second. */
const enough = 8

const what = "recording a commit"

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
  const line = Batch.make<Job>()
  /** Whose statement failed: each is to be sent alone, so that it fails alone. */
  const alone = new Set<Job>()
  const jobs = new Set<Job>()
  const outside = new Set<Job>()
  let closing = false
  /** The last position that is known. */
  let head: Position = 0
  let wake: (() => void) | undefined

  const enter = (job: Job): void => {
    job.place = line.enter(job, job.commit)
    wake?.()
  }

  /** Answers who is lost for it. */
  const leave = (job: Job, committed?: Committed): ReadonlyArray<Job> => {
    const { place } = job
    job.place = undefined
    return place === undefined ? [] : line.leave(place, committed)
  }

  const ask = (job: Job): void => {
    if (jobs.size >= room) outside.add(job)
    else {
      jobs.add(job)
      enter(job)
    }
  }

  const settle = (job: Job, answer: Answer): void => {
    if (job.isSettled) return
    job.isSettled = true
    leave(job)
    alone.delete(job)
    if (!outside.delete(job)) jobs.delete(job)
    const [next] = outside
    if (next !== undefined && jobs.size < room) {
      outside.delete(next)
      ask(next)
    }
    job.resume(answer)
    job.whenSettled?.()
    if (closing) wake?.()
  }

  const fail = (job: Job, error: CommitError): void => settle(job, Effect.fail(job.lost?.error ?? error))

  const judge = (job: Job, decision: Either<Refused, Accepted>): void => {
    if (job.isSettled) return
    const judged = verdict(job.commit, job.lost, decision)
    if (judged === undefined) {
      if (++job.refusals < enough) enter(job)
      else settle(job, Effect.die(new Error("the store refuses a commit that its facts accept")))
    } else if (isLeft(judged)) {
      settle(job, Effect.fail(judged.left))
    } else {
      const { position, repeated } = judged.right
      head = Math.max(head, position)
      if (!repeated && hasEvents(job.commit)) recorder.recorded(position)
      settle(job, Effect.succeed(judged.right))
    }
  }

  const look = (job: Job): Effect.Effect<void> =>
    Effect.matchCause(
      Effect.suspend(() => recorder.look(job.commit)),
      {
        onSuccess: (decision) => judge(job, decision),
        onFailure: (cause) =>
          settle(job, job.lost === undefined ? Effect.failCause(cause) : Effect.fail(job.lost.error)),
      },
    )

  /** Answers who is recorded, and looks at who was refused, or would be: meanwhile the next batch goes. */
  const answer = (sent: ReadonlyArray<Job>, answers: ReadonlyArray<Committed | undefined>): Effect.Effect<unknown> => {
    patience.well()
    const refused: Array<Job> = []
    let added = false
    for (const [i, job] of sent.entries()) {
      const committed = answers[i]
      job.isOut = false
      for (const lost of leave(job, committed)) {
        lost.place = undefined
        refused.push(lost)
      }
      if (committed === undefined) continue
      head = Math.max(head, committed.position)
      added ||= hasEvents(job.commit)
    }
    if (added) recorder.recorded(head)
    for (const [i, job] of sent.entries()) {
      const committed = answers[i]
      if (committed !== undefined) {
        job.lost = undefined
        settle(job, Effect.succeed(committed))
      } else if (job.whenSettled !== undefined) {
        settle(job, Effect.interrupt)
      } else {
        refused.push(job)
      }
    }
    return refused.length === 0
      ? Effect.void
      : Effect.forkDetach(Effect.forEach(refused, look, { concurrency: "unbounded", discard: true }))
  }

  /** Sends a job again in a while; until then nobody waits for it. */
  const later = (job: Job): Effect.Effect<unknown> => {
    leave(job)
    const again = Effect.sync(() => {
      if (job.isSettled) return
      alone.add(job)
      wake?.()
    })
    return Effect.forkDetach(Effect.andThen(Effect.sleep(Patience.pause(++job.failures)), again))
  }

  /** Deals with a job whose statement failed though it was alone. */
  const failedAlone = (job: Job, error: StoreUnavailable | CommitUnknown | undefined, cause: Cause.Cause<unknown>) => {
    if (error === undefined) settle(job, Effect.die(Cause.squash(cause)))
    else if (error._tag === "StoreUnavailable" && !error.retryable) fail(job, error)
    else {
      job.failing ??= patience.now()
      if (!patience.isOver(job.failing)) return later(job)
      fail(job, overdue(error))
    }
    return Effect.void
  }

  const overdue = ({ cause }: StoreUnavailable | CommitUnknown) =>
    new StoreUnavailable({ what: `${what}, for 30 seconds`, retryable: true, cause })

  const failed = (sent: ReadonlyArray<Job>, cause: Cause.Cause<StoreUnavailable | CommitUnknown>) => {
    const error = Option.getOrUndefined(Cause.findErrorOption(cause))
    const isKnown = error?._tag === "StoreUnavailable"
    const unknown = isKnown ? undefined : (error ?? new CommitUnknown({ cause: Cause.squash(cause) }))
    for (const job of sent) {
      job.isOut = false
      if (unknown !== undefined) job.lost ??= { error: unknown, before: job.before ?? head }
      if (job.whenSettled !== undefined) settle(job, Effect.interrupt)
      else if (sent.length > 1) alone.add(job)
    }
    const [job] = sent
    const next = job === undefined || job.isSettled || sent.length > 1 ? Effect.void : failedAlone(job, error, cause)
    if (error === undefined || (isKnown && !error.retryable)) return next
    // The store may be gone: nobody is sent for a while, and whoever has waited for too long fails.
    const failures = patience.failed()
    for (const waiting of [...jobs, ...outside]) {
      if (patience.isHopeless(waiting.asked)) fail(waiting, overdue(error))
    }
    return Effect.andThen(next, Effect.sleep(Patience.pause(failures)))
  }

  const send = (sent: ReadonlyArray<Job>): Effect.Effect<unknown> => {
    for (const job of sent) {
      job.isOut = true
      job.before ??= head
    }
    return Effect.matchCauseEffect(
      Effect.suspend(() => recorder.send(sent.map(({ commit }) => commit))),
      {
        onSuccess: (answers) => answer(sent, answers),
        onFailure: (cause) => failed(sent, cause),
      },
    )
  }

  const turn = Effect.suspend(() => {
    const [job] = alone
    if (job !== undefined) {
      alone.delete(job)
      return send([job])
    }
    const batch = line.take()
    return batch.length === 0 ? Effect.void : send(batch)
  })

  /** A defect of this file or of the recorder's: better known to all than waited for. */
  const dieAll = (cause: Cause.Cause<never>): Effect.Effect<void> =>
    Effect.sync(() => {
      for (const job of [...jobs, ...outside]) settle(job, Effect.failCause(cause))
    })

  const isOver = (): boolean => closing && jobs.size === 0

  const idle = Effect.callback<void>((resume) => {
    if (alone.size > 0 || !line.isEmpty() || isOver()) return resume(Effect.void)
    wake = () => {
      wake = undefined
      resume(Effect.void)
    }
  })

  // Whoever was woken together with the first commit has had its turn after one yield, and its commit is queued.
  const drain = Effect.gen(function* () {
    while (!isOver()) {
      yield* idle
      yield* Effect.yieldNow
      yield* Effect.catchCause(turn, dieAll)
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

  const record = (commit: Commit): Answer => {
    let job: Job | undefined
    const recorded = Effect.callback<Committed, CommitError>((resume) => {
      const asking: Job = {
        commit,
        asked: patience.asked(),
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
      }
      job = asking
      ask(asking)
      return Effect.callback<void>((done) => {
        asking.whenSettled = () => done(Effect.void)
        if (asking.isSettled) asking.whenSettled()
        else if (!asking.isOut) settle(asking, Effect.interrupt)
      })
    })
    return Effect.onInterrupt(recorded, () => (job?.lost === undefined ? Effect.void : Effect.fail(job.lost.error)))
  }

  const question = (commit: Commit): Answer =>
    Effect.flatMap(recorder.look(commit), (decision) =>
      isLeft(decision) ? Effect.fail(decision.left) : Effect.succeed(decision.right.committed),
    )

  const commit = (request: Commit): Answer => {
    if (closing) return closed
    const fault = CommitShape.fault(request)
    if (fault !== undefined) return Effect.fail(new InvalidInput({ what: fault }))
    return isQuestion(request) ? question(request) : record(request)
  }
  return { commit: (request) => Effect.suspend(() => commit(request)) }
})
