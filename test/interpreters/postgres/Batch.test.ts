import { describe, expect, it } from "vitest"
import * as Commit from "../../../src/core/event/Commit.ts"
import * as Query from "../../../src/core/event/Query.ts"
import type { StreamName } from "../../../src/core/event/StreamName.ts"
import * as Batch from "../../../src/interpreters/postgres/Batch.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"
import { laws } from "../../../src/laws/vitest.ts"
import { suite } from "./batching.ts"

laws(suite(() => Batch.make<number>()))

const next = Commits.ids()
const order = (id: string): StreamName => ({ category: "Order", id })

/** A commit of events to one stream, and what else it may have. */
const write = (
  id: string,
  rest: Partial<Commit.Commit> = {},
  { events = 1, bytes = 2, tag = "x" }: { events?: number; bytes?: number; tag?: string } = {},
): Commit.Commit => {
  const event = { type: "Added", tags: [tag], body: new Uint8Array(bytes) }
  const stream = { category: "Order", id }
  return {
    ...Commits.commit(next, [{ stream, expected: Commit.any, events: Array.from({ length: events }, () => event) }]),
    ...rest,
  }
}

const most = Number.POSITIVE_INFINITY

/** The batches that commits come to, by the order in which they came. */
const batches = (commits: ReadonlyArray<Commit.Commit>): ReadonlyArray<ReadonlyArray<number>> => {
  const line = Batch.make<number>()
  const places = commits.map((commit, i) => line.enter(i, commit))
  const all: Array<ReadonlyArray<number>> = []
  while (line.ready(false) > 0) {
    const batch = line.take(most)
    all.push(batch)
    for (const i of batch) {
      const place = places[i]
      if (place !== undefined) line.leave(place)
    }
  }
  return all
}
const sizes = (commits: ReadonlyArray<Commit.Commit>) => batches(commits).map((batch) => batch.length)

describe("a batch", () => {
  it("takes commits that have nothing in common, in the order in which they came", () => {
    expect(batches([write("a"), write("b"), write("c")])).toEqual([[0, 1, 2]])
  })

  it("lets whoever is behind a clash go first", () => {
    expect(batches([write("a"), write("a"), write("b"), write("a"), write("c")])).toEqual([[0, 2, 4], [1], [3]])
  })

  it("lets nobody overtake who waits for one of several streams", () => {
    const both: Commit.Commit = { ...write("a"), writes: [...write("a").writes, ...write("b").writes] }
    expect(batches([write("a"), both, write("b"), write("c")])).toEqual([[0, 3], [1], [2]])
  })

  it("takes assertions of a stream for writes to it", () => {
    const asserts = { hash: "sha256", writes: [{ stream: order("a"), expected: Commit.exact(1), events: [] }] }
    expect(batches([write("a"), { ...asserts, commands: [{ id: "c", events: [] }] }])).toEqual([[0], [1]])
  })

  it.each([
    ["a command id", { commands: [{ id: "c", events: [] }] }],
    ["a checkpoint", { checkpoint: { consumer: "c", upstream: "log", partition: 0, epoch: 0, from: 0, to: 1 } }],
  ])("has %s once", (_, shared) => {
    expect(batches([write("a", shared), write("b", shared), write("c")])).toEqual([[0, 2], [1]])
  })

  it("has checkpoints of several partitions", () => {
    const move = (partition: number) => ({
      checkpoint: { consumer: "c", upstream: "log", partition, epoch: 0, from: 0, to: 1 },
    })
    expect(batches([write("a", move(0)), write("b", move(1))])).toEqual([[0, 1]])
  })

  it("is of one hash", () => {
    expect(batches([write("a"), write("b", { hash: "sha512" }), write("c")])).toEqual([[0], [1], [2]])
  })

  const unlessX = { condition: { failIfMatch: Query.make({ tags: ["x"] }), after: 0 } }
  const unlessY = { condition: { failIfMatch: Query.make({ tags: ["y"] }), after: 0 } }

  it("has no condition that an earlier commit of it could break, but one that a later one could", () => {
    expect(batches([write("a"), write("b", unlessX)])).toEqual([[0], [1]])
    expect(batches([write("a", unlessX), write("b")])).toEqual([[0, 1]])
    expect(batches([write("a"), write("b", unlessY)])).toEqual([[0, 1]])
  })

  it("lets nobody overtake a condition that waits who could break it", () => {
    expect(batches([write("a"), write("a", unlessX), write("b"), write("c", unlessY, { tag: "z" })])).toEqual([
      [0, 3],
      [1, 2],
    ])
  })

  it("is of 256 commits at most, or of 2,000 events, or of 4 MB, or of one commit", () => {
    expect(sizes(Array.from({ length: 600 }, (_, i) => write(`${i}`)))).toEqual([256, 256, 88])
    expect(sizes(Array.from({ length: 5 }, (_, i) => write(`${i}`, {}, { events: 800 })))).toEqual([2, 2, 1])
    expect(sizes(Array.from({ length: 5 }, (_, i) => write(`${i}`, {}, { bytes: 1_500_000 })))).toEqual([2, 2, 1])
    expect(sizes([write("a", {}, { events: 2_001 }), write("b", {}, { bytes: 4_000_001 }), write("c")])).toEqual([
      1, 1, 1,
    ])
  })
})

/** Counts how often it is looked at. */
const counted = (commit: Commit.Commit, look: () => void): Commit.Commit => ({
  ...commit,
  get hash() {
    look()
    return commit.hash
  },
  get writes() {
    look()
    return commit.writes
  },
})

describe("what a batch costs", () => {
  it("does not grow with those who wait for one stream", () => {
    let looks = 0
    const commits = Array.from({ length: 10_000 }, (_, i) =>
      counted(write(i % 100 === 0 ? `s${i}` : "hot"), () => {
        looks++
      }),
    )
    const all = batches(commits)
    expect(all.length).toBe(9_900)
    // Who waits for nobody is not held up by those who do.
    expect(all[0]?.length).toBe(101)
    expect(looks).toBeLessThan(10 * commits.length)
  })

  it("is bounded where conditions wait for one another", () => {
    let looks = 0
    const condition = { failIfMatch: Query.make({ tags: ["x"] }), after: 0 }
    const commits = Array.from({ length: 2_000 }, (_, i) =>
      counted(write(`s${i}`, { condition }), () => {
        looks++
      }),
    )
    const line = Batch.make<number>()
    const places = commits.map((commit, i) => line.enter(i, commit))
    looks = 0
    expect(line.take(most)).toEqual([0])
    expect(looks).toBeLessThan(20_000)
    // Whoever is behind is lost once the first is recorded, and none of them need be sent.
    const committed = {
      repeated: false,
      position: 1,
      streams: [{ stream: order("s0"), version: 1, link: new Uint8Array(32) }],
    }
    const [first] = places
    expect(first && line.leave(first, committed).length).toBe(1_999)
    expect(line.ready(false)).toBe(0)
  })
})

describe("who is recorded", () => {
  const committed = (id: string, version: number, position: number) => ({
    repeated: false,
    position,
    streams: [{ stream: order(id), version, link: new Uint8Array(32) }],
  })
  const expecting = (expected: Commit.ExpectedVersion): Commit.Commit => ({
    ...write("a"),
    writes: write("a").writes.map((each) => ({ ...each, expected })),
  })
  /** Who leaves with the first of these, once it is recorded so. */
  const lost = (commits: ReadonlyArray<Commit.Commit>, as: Commit.Committed): ReadonlyArray<number> => {
    const line = Batch.make<number>()
    const [first] = commits.map((commit, i) => line.enter(i, commit))
    line.take(most)
    return first === undefined ? [] : line.leave(first, as)
  }

  it("takes with it who expects its stream where it was, up to the first who may not", () => {
    const commits = [write("a"), expecting(Commit.noStream), expecting(Commit.exact(0))]
    expect(lost([...commits, expecting(Commit.exact(1)), expecting(Commit.noStream)], committed("a", 1, 1))).toEqual([
      1, 2,
    ])
    expect(lost([write("a"), expecting(Commit.any), expecting(Commit.noStream)], committed("a", 1, 1))).toEqual([])
    expect(lost([write("a"), expecting(Commit.streamExists)], committed("a", 1, 1))).toEqual([])
  })

  it("takes with it whose condition it broke, unless that one looks at what comes later", () => {
    const unless = (after: number) => write("b", { condition: { failIfMatch: Query.make({ tags: ["x"] }), after } })
    expect(lost([write("a"), unless(16)], committed("a", 1, 17))).toEqual([1])
    expect(lost([write("a"), unless(17)], committed("a", 1, 17))).toEqual([])
  })
})
