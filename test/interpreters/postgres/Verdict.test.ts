import { type Either, isLeft, isRight, left, right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import * as Commit from "../../../src/core/event/Commit.ts"
import type { Accepted, Refused } from "../../../src/core/event/Decision.ts"
import {
  CheckpointConflict,
  ConditionFailed,
  EventIdReused,
  Fenced,
  InvalidInput,
  VersionConflict,
} from "../../../src/core/event/Errors.ts"
import { CommitUnknown } from "../../../src/core/port/Errors.ts"
import { isOver, isQuestion, verdict } from "../../../src/interpreters/postgres/Verdict.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"

const stream = { category: "Order", id: "a" }
const next = Commits.ids()
const written = Commits.commit(next, [{ stream, expected: Commit.any, events: [{ type: "Added", tags: [] }] }])
const checkpoint = { consumer: "reader", upstream: "log", partition: 0, epoch: 2, from: 5, to: 6 }
const moved: Commit.Commit = { hash: "sha256", writes: [], checkpoint }
const both: Commit.Commit = { ...written, checkpoint }
const lost = { error: new CommitUnknown({ cause: "lost" }), before: 10 }

const refusedAs = (commit: Commit.Commit, refused: Refused): string => {
  const judged = verdict(commit, lost, left(refused))
  return judged !== undefined && isLeft(judged) ? judged.left._tag : "no refusal"
}
const conflict = (expected: Commit.ExpectedVersion, actual: number) => new VersionConflict({ stream, expected, actual })

describe("after a statement was lost", () => {
  it.each([
    ["a version that is past", written, conflict(Commit.exact(3), 4), "VersionConflict"],
    ["a version that is yet to come", written, conflict(Commit.exact(3), 2), "CommitUnknown"],
    ["a stream that is there", written, conflict(Commit.noStream, 1), "VersionConflict"],
    ["a stream that is not there yet", written, conflict(Commit.streamExists, 0), "CommitUnknown"],
    ["a condition", written, new ConditionFailed({ position: 7 }), "ConditionFailed"],
    ["an id that is another's", written, new EventIdReused({ id: "x" }), "EventIdReused"],
    ["another hash", written, new InvalidInput({ what: "another hash" }), "InvalidInput"],
    ["another hash, of a commit that brings none", moved, new InvalidInput({ what: "another hash" }), "CommitUnknown"],
    ["an epoch that is past", both, new Fenced({ epoch: 3 }), "Fenced"],
    ["an epoch that is yet to come", both, new Fenced({ epoch: 1 }), "CommitUnknown"],
    ["an epoch, of a move that may have been", moved, new Fenced({ epoch: 3 }), "CommitUnknown"],
    ["a checkpoint that is past", both, new CheckpointConflict({ stored: 6 }), "CheckpointConflict"],
    ["a checkpoint that is yet to come", both, new CheckpointConflict({ stored: 4 }), "CommitUnknown"],
    ["a checkpoint, of a move that may have been", moved, new CheckpointConflict({ stored: 6 }), "CommitUnknown"],
    [
      "a checkpoint, of a move backwards",
      { ...moved, checkpoint: { ...checkpoint, to: 4 } },
      new CheckpointConflict({ stored: 5 }),
      "CheckpointConflict",
    ],
    ["a version, of a move that was not", moved, conflict(Commit.exact(3), 4), "VersionConflict"],
  ])("a refusal for %s is told, or in doubt", (_, commit, refused, tag) => {
    expect(refusedAs(commit, refused)).toBe(tag)
  })

  const found = (position: number): Either<Refused, Accepted> =>
    right({ events: [], committed: { repeated: true, position, streams: [] } })
  const repeated = (commit: Commit.Commit, position: number): unknown => {
    const judged = verdict(commit, lost, found(position))
    return judged !== undefined && isRight(judged) && judged.right.repeated
  }

  it("events beyond the last known position are no repeat, and a command alone is one", () => {
    const command: Commit.Commit = { hash: "sha256", writes: [], commands: [{ id: "c", events: [] }] }
    expect([repeated(written, 10), repeated(written, 11)]).toEqual([true, false])
    expect([repeated(command, 10), repeated(command, 11)]).toEqual([true, true])
  })

  it("what is acceptable is sent again", () => {
    const accepted = { events: [], committed: { repeated: false, position: 11, streams: [] } }
    expect(verdict(written, lost, right(accepted))).toBe(undefined)
    expect(verdict(written, undefined, right(accepted))).toBe(undefined)
  })
})

it("answers as the facts do where no statement was lost", () => {
  const early = left(conflict(Commit.exact(3), 2))
  expect(verdict(written, undefined, early)).toBe(early)
})

it("knows which expectations are over", () => {
  const expectations = [Commit.any, Commit.noStream, Commit.streamExists, Commit.exact(1)]
  expect(expectations.map((expected) => [0, 1, 2].filter((version) => isOver(expected, version)))).toEqual([
    [],
    [1, 2],
    [],
    [2],
  ])
})

it("knows what has nothing to be recorded", () => {
  const asserts: Commit.Commit = { hash: "sha256", writes: [{ stream, expected: Commit.any, events: [] }] }
  const commands = [{ id: "c", events: [] }]
  expect([asserts, { ...asserts, commands }, { ...asserts, checkpoint }, written].map(isQuestion)).toEqual([
    true,
    false,
    false,
    false,
  ])
})
