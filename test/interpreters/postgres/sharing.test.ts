/**
 * Commits that are asked for at once share a statement. Each of these was wrong in a first sketch of that statement: one
 * of them took another along, or was answered as another.
 */
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as Commit from "../../../src/core/event/Commit.ts"
import { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { account, event, plain, uuid, write } from "../commits.ts"
import { run } from "./support.ts"

/** What becomes of commits that are asked for at once: the answer, or the tag of the error. */
const together = Effect.fnUntraced(function* (commits: ReadonlyArray<Commit.Commit>) {
  const store = yield* EventStore
  return yield* Effect.forEach(
    commits,
    (commit) =>
      Effect.match(store.commit(commit), {
        onSuccess: ({ position, repeated }) => ({ position, repeated }),
        onFailure: ({ _tag }) => _tag,
      }),
    { concurrency: "unbounded" },
  )
})

const [ada, bob, eve] = [account("ada"), account("bob"), account("eve")]
const one = (stream: typeof ada, n: number) => write(stream, [event(stream, uuid(n))])
const recorded = (position: number) => ({ position, repeated: false })
const move = (n: number): Commit.Commit => ({
  ...one(account(`moved-${n}`), n),
  checkpoint: { consumer: "billing", upstream: "log", partition: 0, epoch: 0, from: 0, to: 7 },
})

describe("commits that share a statement", () => {
  it("of two that move one checkpoint from the same place, one is recorded", async () => {
    const answers = await run(together([move(1), move(2), one(ada, 3)]))
    expect(answers).toEqual([recorded(1), "CheckpointConflict", recorded(2)])
  })

  it("that use a known event id for another stream fail, and lose no event beside it in silence", async () => {
    const answers = await run(
      Effect.gen(function* () {
        yield* together([one(ada, 1)])
        const beside = write(bob, [event(bob, uuid(1)), event(bob, uuid(2))])
        return [yield* together([beside, one(eve, 3)]), yield* together([one(bob, 2)])]
      }),
    )
    expect(answers).toEqual([["EventIdReused", recorded(2)], [recorded(3)]])
  })

  it("that use a known id in second place fail alone", async () => {
    const answers = await run(
      Effect.gen(function* () {
        yield* together([one(ada, 1)])
        return yield* together([write(bob, [event(bob, uuid(2)), event(bob, uuid(1))]), one(eve, 3)])
      }),
    )
    expect(answers).toEqual(["EventIdReused", recorded(2)])
  })

  it("that use one new id twice do not take others along", async () => {
    const answers = await run(together([one(ada, 1), one(bob, 1), one(eve, 2)]))
    expect(answers[0]).toEqual(recorded(1))
    expect(answers[1]).toBe("EventIdReused")
    expect(answers[2]).toMatchObject({ repeated: false })
  })

  it("that are the same are one, and a repeat", async () => {
    expect(await run(together([one(ada, 1), one(ada, 1)]))).toEqual([recorded(1), { position: 1, repeated: true }])
  })

  it("may assert streams that are not there", async () => {
    const asserted = { ...write(ada, [], Commit.noStream), commands: [{ id: "a", events: [] }] }
    const too = { ...write(bob, [], Commit.noStream), commands: [{ id: "b", events: [] }] }
    expect(await run(together([asserted, too, one(eve, 1)]))).toEqual([recorded(0), recorded(0), recorded(1)])
  })

  it("may have nothing but a checkpoint, of a consumer that has none yet", async () => {
    const answers = await run(
      Effect.gen(function* () {
        const key = { consumer: "billing", upstream: "log", partition: 0 }
        const only = { hash: "sha256", writes: [], checkpoint: { ...key, epoch: 0, from: 0, to: 3 } }
        const answered = yield* together([one(ada, 1), only])
        return [answered, yield* Checkpoints.use((checkpoints) => checkpoints.read(key))]
      }),
    )
    expect(answers).toEqual([[recorded(1), recorded(1)], 3])
  })

  it("are told apart by a tag that looks like a type", async () => {
    const condition = { failIfMatch: { items: [{ types: ["Deposited"] }] }, after: 0 }
    const answers = await run(
      Effect.gen(function* () {
        yield* together([write(ada, [event(ada, uuid(1), { type: "Opened", tags: ["#Deposited", "Deposited"] })])])
        return yield* together([{ ...one(bob, 2), condition }, one(eve, 3)])
      }),
    )
    expect(answers[0]).toEqual(recorded(2))
  })

  it("a condition sees an event of an earlier one", async () => {
    const condition = { failIfMatch: { items: [{ tags: ["name:ada"] }] }, after: 0 }
    const claim = (stream: typeof ada, n: number) => ({
      ...write(stream, [event(stream, uuid(n), { tags: ["name:ada"] })]),
      condition,
    })
    expect(await run(together([claim(ada, 1), claim(bob, 2), one(eve, 3)]))).toEqual([
      recorded(1),
      "ConditionFailed",
      recorded(2),
    ])
  })

  it("one that is refused leaves its neighbours' versions, positions and links as if it had not been asked for", async () => {
    const refused = write(ada, [event(ada, uuid(1)), event(ada, uuid(2))], Commit.streamExists)
    const several = write(bob, [event(bob, uuid(3)), event(bob, uuid(4), { tags: ["x"] })])
    const stored = (commits: ReadonlyArray<Commit.Commit>) =>
      run(
        Effect.gen(function* () {
          yield* together(commits)
          return plain(yield* EventStore.use((store) => store.readAll({ after: 0, limit: 10 })))
        }),
      )
    expect(await stored([refused, several, one(eve, 5)])).toEqual(await stored([several, one(eve, 5)]))
  })
})
