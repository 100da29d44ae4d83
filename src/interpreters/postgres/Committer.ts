/**
 * The one writer of a process: whatever is to be committed queues up, and what may share a statement is sent together,
 * each commit with its own answer. One statement is out at a time; meanwhile others queue.
 *
 * What the server refuses is looked at: the facts say why, or what it came to when it was recorded before. A statement
 * that fails is sent again, each of its commits alone, for 30 seconds; ids make that harmless. A commit with neither
 * events nor command ids moves a checkpoint from one position to another: of the same move sent twice, whichever comes
 * first leaves nothing for the other one to start from.
 *
 * Whoever is interrupted goes at once, and nothing is recorded; once its statement is out, it waits for the outcome. Where
 * that is not known, its exit tells of `CommitUnknown` beside the interruption.
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

/**
 * What commits are recorded by.
 *
 * @category model
 * @since 0.1.0
 */
export interface Recorder {
  /**
   * Sends one statement, which decides all commits on the state before it: each recorded, or `undefined` where it was
   * refused. `StoreUnavailable`: nothing was recorded. `CommitUnknown`: it may have been, or may still be.
   */
  readonly send: (
    commits: ReadonlyArray<Commit>,
  ) => Effect.Effect<ReadonlyArray<Committed | undefined>, StoreUnavailable | CommitUnknown>
  /** Decides on the facts of one moment, and records nothing. */
  readonly look: (commit: Commit) => Effect.Effect<Either<Refused, Accepted>, StoreUnavailable>
  /** There are new events up to here. */
  readonly recorded: (position: Position) => void
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Committer {
  readonly commit: (commit: Commit) => Effect.Effect<Committed, CommitError>
}

/** A commit on its way, until it is settled. */
interface Job {
  readonly commit: Commit
  /** When it was asked for, where the store could not be reached then. */
  readonly asked: number
  readonly resume: (answer: Effect.Effect<Committed, CommitError>) => void
  place: Batch.Place<Job> | undefined
  isOut: boolean
  isSettled: boolean
  /** What its caller does once it is settled, having been interrupted while it was out. */
  released: (() => void) | undefined
  /** The last position that was known when it was first sent. */
  before: Position
  /** When it first failed alone, and how often it has since. */
  failing: number | undefined
  failures: number
  refusals: number
  /** That one of its statements was lost on the way. */
  unknown: CommitUnknown | undefined
}

/** So many commits are on their way at most; others wait for room. */
const room = 4096

/** Milliseconds for which a statement that fails is sent again. */
const patience = 30_000

/** Milliseconds until the next statement, after so many have failed. */
const pause = (failures: number): number => Math.min(10 * 2 ** (failures - 1), 1000)

/**
 * A refusal and the facts can only disagree where something happened between the two, and what a commit asks of the
 * store is true for one while at most: so often in a row, they contradict each other.
 */
const contradiction = 8

const what = "recording a commit"

const closed = Effect.fail(
  new StoreUnavailable({ what, retryable: false, cause: new Error("the layer of the store is closed") }),
)

const hasEvents = ({ writes }: Commit): boolean => writes.some(({ events }) => events.length > 0)
const hasIds = (commit: Commit): boolean => hasEvents(commit) || (commit.commands?.length ?? 0) > 0

/** Nothing to record, only to be found true. */
const isQuestion = (commit: Commit): boolean => !hasIds(commit) && commit.checkpoint === undefined

/**
 * Whether a commit that is refused now was not recorded by a statement that was lost, and will not be where that one still
 * runs: what it asks for is over, and not yet to come. Without ids nobody can tell whose move of a checkpoint it was.
 */
const isFinal = (commit: Commit, refused: Refused): boolean => {
  switch (refused._tag) {
    case "VersionConflict": {
      const { expected, actual } = refused
      return expected._tag === "NoStream" || (expected._tag === "Exact" && actual > expected.version)
    }
    case "Fenced":
      return hasIds(commit) && refused.epoch > (commit.checkpoint?.epoch ?? 0)
    case "CheckpointConflict":
      return hasIds(commit) && refused.stored > (commit.checkpoint?.from ?? 0)
    default:
      return true
  }
}

/**
 * Works until its scope closes, and first finishes what is on its way then.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (recorder: Recorder): Effect.fn.Return<Committer, never, Scope> {
  const clock = yield* LiveClock.LiveClock
  const line = Batch.make<Job>()
  /** Whose statement failed in company: to be sent alone, before anybody else. */
  const alone = new Set<Job>()
  const jobs = new Set<Job>()
  const outside = new Set<Job>()
  let closing = false
  /** The last position that is known. */
  let head: Position = 0
  /** Since when statements fail, and how many have. */
  let trouble: { readonly since: number; readonly failures: number } | undefined
  let wake: (() => void) | undefined

  const now = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

  const enter = (job: Job): void => {
    job.place = line.enter(job, job.commit)
    wake?.()
  }

  const leave = (job: Job): void => {
    if (job.place !== undefined) line.leave(job.place)
    job.place = undefined
  }

  const admit = (): void => {
    for (const job of outside) {
      if (jobs.size >= room) return
      outside.delete(job)
      jobs.add(job)
      enter(job)
    }
  }

  const settle = (job: Job, answer: Effect.Effect<Committed, CommitError>): void => {
    if (job.isSettled) return
    job.isSettled = true
    leave(job)
    jobs.delete(job)
    outside.delete(job)
    alone.delete(job)
    admit()
    job.resume(answer)
    job.released?.()
    if (closing) wake?.()
  }

  const fail = (job: Job, error: CommitError): void => settle(job, Effect.fail(job.unknown ?? error))

  /** It was not there when this process first sent it: that is what became of the statement that was lost. */
  const isOwn = (job: Job, { position }: Committed): boolean => job.unknown !== undefined && position > job.before

  const decided = (job: Job, decision: Either<Refused, Accepted>): void => {
    if (job.isSettled) return
    if (isLeft(decision)) {
      if (isFinal(job.commit, decision.left)) job.unknown = undefined
      fail(job, decision.left)
    } else if (!decision.right.committed.repeated) {
      if (++job.refusals < contradiction) enter(job)
      else settle(job, Effect.die(new Error("the store refuses a commit that its own facts accept")))
    } else {
      const { committed } = decision.right
      const repeated = !isOwn(job, committed)
      if (!repeated && hasEvents(job.commit)) tell(committed.position)
      settle(job, Effect.succeed({ ...committed, repeated }))
    }
  }

  const look = (job: Job) =>
    Effect.matchCause(
      Effect.suspend(() => recorder.look(job.commit)),
      {
        onSuccess: (decision) => decided(job, decision),
        onFailure: (cause) =>
          settle(job, job.unknown === undefined ? Effect.failCause(cause) : Effect.fail(job.unknown)),
      },
    )

  const tell = (position: Position): void => {
    head = Math.max(head, position)
    recorder.recorded(position)
  }

  /** Answers whoever is recorded; who is refused is looked at, while the next batch goes. */
  const answer = (sent: ReadonlyArray<Job>, answers: ReadonlyArray<Committed | undefined>): Effect.Effect<unknown> => {
    trouble = undefined
    let last = 0
    for (const [i, job] of sent.entries()) {
      job.isOut = false
      leave(job)
      const committed = answers[i]
      if (committed === undefined) continue
      job.unknown = undefined
      if (hasEvents(job.commit)) last = Math.max(last, committed.position)
    }
    if (last > 0) tell(last)
    const refused: Array<Job> = []
    for (const [i, job] of sent.entries()) {
      const committed = answers[i]
      if (committed !== undefined) settle(job, Effect.succeed(committed))
      else if (job.released !== undefined) settle(job, Effect.interrupt)
      else refused.push(job)
    }
    return refused.length === 0
      ? Effect.void
      : Effect.forkDetach(Effect.forEach(refused, look, { concurrency: "unbounded", discard: true }))
  }

  /** Sends a job again in a while; meanwhile it holds up nobody. */
  const later = (job: Job): Effect.Effect<unknown> => {
    leave(job)
    const again = Effect.sync(() => {
      if (job.isSettled) return
      alone.add(job)
      wake?.()
    })
    return Effect.forkDetach(Effect.andThen(Effect.sleep(pause(++job.failures)), again))
  }

  /** Where the store cannot be reached for too long, whoever waited for it from the beginning, or for as long, fails. */
  const giveUp = (since: number, error: StoreUnavailable): void => {
    for (const job of [...jobs, ...outside]) {
      if (now() - Math.max(since, job.asked) >= patience) fail(job, error)
    }
  }

  const failed = (
    sent: ReadonlyArray<Job>,
    cause: Cause.Cause<StoreUnavailable | CommitUnknown>,
  ): Effect.Effect<unknown> => {
    const error = Option.getOrUndefined(Cause.findErrorOption(cause))
    const isKnown = error?._tag === "StoreUnavailable"
    const unknown = isKnown ? undefined : (error ?? new CommitUnknown({ cause: Cause.squash(cause) }))
    for (const job of sent) {
      job.isOut = false
      job.unknown ??= unknown
      if (job.released !== undefined) settle(job, Effect.interrupt)
      else if (sent.length > 1) alone.add(job)
    }
    const [job] = sent
    const single = sent.length === 1 && job?.isSettled === false ? job : undefined
    if (error === undefined) {
      if (single !== undefined) settle(single, Effect.die(Cause.squash(cause)))
      return Effect.void
    }
    if (isKnown && !error.retryable) {
      if (single !== undefined) fail(single, error)
      return Effect.void
    }
    const since = trouble?.since ?? now()
    trouble = { since, failures: (trouble?.failures ?? 0) + 1 }
    const overdue = new StoreUnavailable({ what: `${what}, for 30 seconds`, retryable: true, cause: error.cause })
    if (now() - since >= patience) giveUp(since, overdue)
    const rest = Effect.sleep(pause(trouble.failures))
    if (single === undefined || single.isSettled) return rest
    single.failing ??= now()
    if (now() - single.failing >= patience) fail(single, overdue)
    return single.isSettled ? rest : Effect.andThen(later(single), rest)
  }

  const turn = Effect.suspend(() => {
    const [first] = alone
    const sent = first === undefined ? line.take() : [first]
    if (first !== undefined) alone.delete(first)
    if (sent.length === 0) return Effect.void
    for (const job of sent) {
      job.isOut = true
      if (job.before < 0) job.before = head
    }
    return Effect.matchCauseEffect(
      Effect.suspend(() => recorder.send(sent.map(({ commit }) => commit))),
      {
        onSuccess: (answers) => answer(sent, answers),
        onFailure: (cause) => failed(sent, cause),
      },
    )
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
      yield* turn
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

  const record = (commit: Commit): Effect.Effect<Committed, CommitError> => {
    let job: Job | undefined
    const recorded = Effect.callback<Committed, CommitError>((resume) => {
      const asks: Job = {
        commit,
        asked: trouble === undefined ? 0 : now(),
        resume,
        place: undefined,
        isOut: false,
        isSettled: false,
        released: undefined,
        before: -1,
        failing: undefined,
        failures: 0,
        refusals: 0,
        unknown: undefined,
      }
      job = asks
      outside.add(asks)
      admit()
      return Effect.callback<void>((done) => {
        asks.released = () => done(Effect.void)
        if (!asks.isOut) settle(asks, Effect.interrupt)
      })
    })
    return Effect.onInterrupt(recorded, () => (job?.unknown === undefined ? Effect.void : Effect.fail(job.unknown)))
  }

  const question = (commit: Commit): Effect.Effect<Committed, CommitError> =>
    Effect.flatMap(recorder.look(commit), (decision) =>
      isLeft(decision) ? Effect.fail(decision.left) : Effect.succeed(decision.right.committed),
    )

  const commit = (commit: Commit): Effect.Effect<Committed, CommitError> => {
    if (closing) return closed
    const fault = CommitShape.fault(commit)
    if (fault !== undefined) return Effect.fail(new InvalidInput({ what: fault }))
    return isQuestion(commit) ? question(commit) : record(commit)
  }
  return { commit: (request) => Effect.suspend(() => commit(request)) }
})
