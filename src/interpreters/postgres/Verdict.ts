/**
 * What to answer a commit that was refused, by the facts: pure, for the store holds what it takes.
 *
 * What a commit asks of a store becomes true once at most, and false for ever once at most: versions, positions and epochs
 * only grow, and ids stay. So a refusal is for good, or it is early.
 *
 * @since 0.1.0
 */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import type { Commit, Committed, ExpectedVersion, Position, Version } from "../../core/event/Commit.ts"
import type { Accepted, Refused } from "../../core/event/Decision.ts"
import type { CommitUnknown } from "../../core/port/Errors.ts"

/**
 * That a statement with the commit was lost on its way: it may be recorded, or may be yet.
 *
 * @category model
 * @since 0.1.0
 */
export interface Lost {
  readonly error: CommitUnknown
  /** The last position that was known before it was sent first. */
  readonly before: Position
}

/** @category queries @since 0.1.0 */
export const hasEvents = ({ writes }: Commit): boolean => writes.some(({ events }) => events.length > 0)

const hasIds = (commit: Commit): boolean => hasEvents(commit) || (commit.commands?.length ?? 0) > 0

/**
 * Whether there is nothing to record, only something to be found true.
 *
 * @category queries
 * @since 0.1.0
 */
export const isQuestion = (commit: Commit): boolean => !hasIds(commit) && commit.checkpoint === undefined

/**
 * Whether a stream that has come so far can never be as expected any more.
 *
 * @category queries
 * @since 0.1.0
 */
export const isOver = (expected: ExpectedVersion, version: Version): boolean =>
  expected._tag === "Exact" ? version > expected.version : expected._tag === "NoStream" && version > 0

/** Whether a commit cannot have moved a checkpoint that stands there now, and never will. */
const isPast = (commit: Commit, stored: Position): boolean => {
  const { checkpoint } = commit
  if (checkpoint === undefined) return false
  return checkpoint.to < checkpoint.from || (hasIds(commit) && stored > checkpoint.from)
}

/**
 * Whether a commit that is refused so was not recorded, and never will be, also where a statement with it still runs.
 * Without ids nobody can tell whose move of a checkpoint it was that is found.
 */
const isForGood = (commit: Commit, refused: Refused): boolean => {
  switch (refused._tag) {
    case "VersionConflict":
      return isOver(refused.expected, refused.actual)
    case "Fenced":
      return hasIds(commit) && commit.checkpoint !== undefined && refused.epoch > commit.checkpoint.epoch
    case "CheckpointConflict":
      return isPast(commit, refused.stored)
    case "InvalidInput":
      // The hash is looked at before ids are; one that recorded events was the store's.
      return hasEvents(commit)
    default:
      return true
  }
}

/**
 * What to answer a commit that the store refused, decided on the facts of a later moment; `undefined` where they accept
 * it now, and it is to be sent again. Events beyond the last position that was known before they were sent are what became
 * of the statement that was lost, and no repeat. A command without events counts as a repeat then: it is answered by what
 * it came to, whoever recorded it.
 *
 * @category decisions
 * @since 0.1.0
 */
export const verdict = (
  commit: Commit,
  lost: Lost | undefined,
  decision: Either<Refused, Accepted>,
): Either<Refused | CommitUnknown, Committed> | undefined => {
  if (isLeft(decision)) return lost === undefined || isForGood(commit, decision.left) ? decision : left(lost.error)
  const { committed } = decision.right
  if (!committed.repeated) return undefined
  const isOwn = lost !== undefined && hasEvents(commit) && committed.position > lost.before
  return right({ ...committed, repeated: !isOwn })
}
