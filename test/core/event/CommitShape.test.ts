import { describe, expect, it } from "vitest"
import type { CheckpointMove, Commit, Write } from "../../../src/core/event/Commit.ts"
import * as Expected from "../../../src/core/event/Commit.ts"
import * as CommitShape from "../../../src/core/event/CommitShape.ts"
import type { NewEvent } from "../../../src/core/event/StoredEvent.ts"
import { ada, bob, newEvent, uuid } from "../support.ts"

const write = (content: Partial<Write> = {}): Write => ({
  stream: ada,
  expected: Expected.any,
  events: [newEvent(1)],
  ...content,
})
const commit = (content: Partial<Commit> = {}): Commit => ({ hash: "sha256", writes: [write()], ...content })
const withEvent = (content: Partial<NewEvent>): Commit =>
  commit({ writes: [write({ events: [{ ...newEvent(1), ...content }] })] })
const move = (content: Partial<CheckpointMove> = {}): CheckpointMove => ({
  consumer: "mailer",
  upstream: "orders",
  partition: 0,
  epoch: 0,
  from: 0,
  to: 1,
  ...content,
})
/** What no type would let through, as it comes from JavaScript. */
const untyped = <A>(value: unknown): A => value as A
const cause = { eventId: uuid(7), stream: bob, position: 3 }

describe("a commit that may be valid", () => {
  it.each<[string, Commit]>([
    ["writes events", commit()],
    ["only asserts a version", commit({ writes: [write({ events: [], expected: Expected.exact(0) })] })],
    ["only records a command", commit({ writes: [], commands: [{ id: "k", events: [] }] })],
    ["only moves a checkpoint", commit({ writes: [], checkpoint: move() })],
    ["moves a checkpoint nowhere", commit({ writes: [], checkpoint: move({ to: 0 }) })],
    ["writes two streams", commit({ writes: [write(), write({ stream: bob, events: [newEvent(2, bob)] })] })],
    [
      "records two commands",
      commit({
        commands: [
          { id: "k", events: [uuid(1)] },
          { id: "l", events: [] },
        ],
      }),
    ],
    [
      "has a cause, tags, a sealed body",
      withEvent({ causation: cause, tags: ["a", "b"], encoding: "json+aes256gcm:k" }),
    ],
    [
      "has a condition",
      commit({ condition: { failIfMatch: { items: [{ category: "A" }, { stream: ada }] }, after: 0 } }),
    ],
    ["was recorded before 1970", withEvent({ recordedAt: -1 })],
    ["has an empty body", withEvent({ body: new Uint8Array() })],
    ["has a digest of 64 bytes", withEvent({ digest: new Uint8Array(64) })],
    ["has a command id of 512 bytes", commit({ commands: [{ id: "é".repeat(256), events: [] }] })],
  ])("%s", (_, valid) => {
    expect(CommitShape.fault(valid)).toBe(undefined)
  })
})

describe("a commit that is never valid", () => {
  it.each<[string, Commit, string]>([
    ["is empty", commit({ writes: [] }), "no writes, no commands and no checkpoint"],
    [
      "is empty but for a condition",
      commit({ writes: [], condition: { failIfMatch: { items: [] }, after: 0 } }),
      "no writes, no commands and no checkpoint",
    ],
    ["has no name of a hash", commit({ hash: "" }), 'hash "" is not 1 to 512 bytes'],
    ["has a bad category", commit({ writes: [write({ stream: { category: "a-b", id: "a" } })] }), 'category "a-b"'],
    ["has a bad stream id", commit({ writes: [write({ stream: { category: "A", id: "" } })] }), "a stream id is empty"],
    [
      "expects a negative version",
      commit({ writes: [write({ expected: Expected.exact(-1) })] }),
      "expected version -1 of Account-ada is not an integer from 0",
    ],
    ["expects half a version", commit({ writes: [write({ expected: Expected.exact(0.5) })] }), "expected version 0.5"],
    [
      "expects no number",
      commit({ writes: [write({ expected: Expected.exact(Number.NaN) })] }),
      "expected version NaN",
    ],
    ["has an event id that is no UUID", withEvent({ id: "1" }), 'event id "1" is not a lowercase UUID'],
    ["has an event id in capitals", withEvent({ id: uuid(10).toUpperCase() }), "is not a lowercase UUID"],
    ["has an event id with a line's end", withEvent({ id: `${uuid(1)}\n` }), "is not a lowercase UUID"],
    [
      "has a schema version of 0",
      withEvent({ schemaVersion: 0 }),
      "schema version 0 of Deposited is not an integer from 1",
    ],
    ["has a schema version of 1.5", withEvent({ schemaVersion: 1.5 }), "schema version 1.5"],
    ["was recorded at half a millisecond", withEvent({ recordedAt: 0.5 }), "recordedAt 0.5 is not whole milliseconds"],
    ["was recorded at no time", withEvent({ recordedAt: Number.NaN }), "recordedAt NaN"],
    ["has an unknown encoding", withEvent({ encoding: "yaml" }), 'encoding "yaml" is unknown'],
    ["has a body that is text", withEvent({ body: untyped("{}") }), "is not bytes"],
    ["has a short digest", withEvent({ digest: new Uint8Array(15) }), "is not 16 to 64 bytes"],
    ["has a long digest", withEvent({ digest: new Uint8Array(65) }), "is not 16 to 64 bytes"],
    ["has no event type", withEvent({ type: "" }), 'event type "" is not 1 to 512 bytes'],
    ["has half a surrogate in the type", withEvent({ type: "\ud800" }), "event type"],
    ["has no correlation id", withEvent({ correlationId: "" }), "correlation id"],
    ["has a long correlation id", withEvent({ correlationId: "é".repeat(257) }), "correlation id"],
    ["has a cause that is no event", withEvent({ causation: { ...cause, eventId: "x" } }), "does not name an event id"],
    ["has a cause before the first", withEvent({ causation: { ...cause, position: -1 } }), "does not name an event id"],
    ["has a cause in no stream", withEvent({ causation: { ...cause, stream: { category: "", id: "" } } }), "category"],
    ["has an empty tag", withEvent({ tags: [""] }), 'tag ""'],
    ["has a long tag", withEvent({ tags: ["a".repeat(513)] }), "tag"],
    ["has unsorted tags", withEvent({ tags: ["b", "a"] }), "not sorted without repeats"],
    ["has a tag twice", withEvent({ tags: ["a", "a"] }), "not sorted without repeats"],
    ["has no command id", commit({ commands: [{ id: "", events: [] }] }), "command id"],
    ["has a long command id", commit({ commands: [{ id: "a".repeat(513), events: [] }] }), "command id"],
    ["has no consumer", commit({ checkpoint: move({ consumer: "" }) }), "consumer"],
    ["has no upstream", commit({ checkpoint: move({ upstream: "" }) }), "upstream"],
    ["has a negative partition", commit({ checkpoint: move({ partition: -1 }) }), "partition -1 of"],
    ["has half an epoch", commit({ checkpoint: move({ epoch: 0.5 }) }), ": epoch, from and to"],
    ["moves from no number", commit({ checkpoint: move({ from: Number.NaN }) }), ": epoch, from and to"],
    ["moves beyond all numbers", commit({ checkpoint: move({ to: 2 ** 53 }) }), ": epoch, from and to"],
    [
      "has a condition after nothing",
      commit({ condition: { failIfMatch: { items: [] }, after: -1 } }),
      "condition after -1",
    ],
    [
      "has a condition on a bad category",
      commit({ condition: { failIfMatch: { items: [{}, { category: "-" }] }, after: 0 } }),
      "category",
    ],
    [
      "has a condition on a bad stream",
      commit({ condition: { failIfMatch: { items: [{ stream: { category: "A", id: "" } }] }, after: 0 } }),
      "stream id",
    ],
    [
      "writes a stream twice",
      commit({ writes: [write(), write({ events: [newEvent(2)] })] }),
      "stream Account-ada is written twice",
    ],
    [
      "has an event id twice in a stream",
      commit({ writes: [write({ events: [newEvent(1), newEvent(1)] })] }),
      "is used twice",
    ],
    ["has an event id in two streams", commit({ writes: [write(), write({ stream: bob })] }), "is used twice"],
    [
      "has a command id twice",
      commit({
        commands: [
          { id: "k", events: [] },
          { id: "k", events: [] },
        ],
      }),
      "command id k is used twice",
    ],
    [
      "has a command of other events",
      commit({ commands: [{ id: "k", events: [uuid(5)] }] }),
      "which is not in the commit",
    ],
    [
      "has two commands of one event",
      commit({
        commands: [
          { id: "k", events: [uuid(1)] },
          { id: "l", events: [uuid(1)] },
        ],
      }),
      "is recorded by two commands",
    ],
    [
      "has a command of one event twice",
      commit({ commands: [{ id: "k", events: [uuid(1), uuid(1)] }] }),
      "is recorded by two commands",
    ],
  ])("%s", (_, invalid, what) => {
    expect(CommitShape.fault(invalid)).toContain(what)
  })

  it("has a condition on a bad stream beside a good category", () => {
    const item = { category: "Account", stream: { category: "Account", id: "" } }
    expect(CommitShape.fault(commit({ condition: { failIfMatch: { items: [item] }, after: 0 } }))).toContain(
      "stream id",
    )
  })

  it("is told by its first fault: names before doubles", () => {
    const both = commit({ writes: [write(), write({ events: [{ ...newEvent(1), schemaVersion: 0 }] })] })
    expect(CommitShape.fault(both)).toContain("schema version 0")
  })
})
