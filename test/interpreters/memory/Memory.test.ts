import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describe, expect, it } from "vitest"
import { any } from "../../../src/core/event/Commit.ts"
import { Checkpoints, EventStore, Query, Snapshots } from "../../../src/core/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"
import { ada, bob, newEvent, sha256 } from "../../core/support.ts"

const run = <A, E>(effect: Effect.Effect<A, E, EventStore | Checkpoints | Snapshots>) =>
  Effect.runPromise(Effect.provide(effect, Memory.layer))
const write = (...ns: ReadonlyArray<number>) =>
  Effect.flatMap(EventStore, (store) =>
    store.commit({ hash: "sha256", writes: [{ stream: ada, expected: any, events: ns.map((n) => newEvent(n)) }] }),
  )

describe("the store in memory", () => {
  it("is new and empty each time that its layer is built", async () => {
    expect(
      await run(
        Effect.andThen(
          write(1, 2),
          EventStore.use((store) => store.head),
        ),
      ),
    ).toBe(2)
    expect(await run(EventStore.use((store) => store.head))).toBe(0)
  })

  it("tells how far it looked, also where the filter dropped all", async () => {
    const pages = await run(
      Effect.gen(function* () {
        yield* write(1, 2, 3, 4)
        const store = yield* EventStore
        const filter = Query.make({ stream: bob })
        return yield* Effect.all([
          store.readAll({ after: 0, filter, limit: 2 }),
          store.readAll({ after: 0, upTo: 3, limit: 9 }),
          store.readAll({ after: 1, limit: 2 }),
          store.readAll({ after: 9, limit: 2 }),
          store.readAll({ after: 0, limit: 0 }),
        ])
      }),
    )
    expect(pages.map(({ events, scannedTo }) => [events.length, scannedTo])).toEqual([
      [0, 4],
      [3, 3],
      [2, 3],
      [0, 9],
      [0, 0],
    ])
  })

  it("gives streams in the order of their UTF-8 bytes, also those that come between two pages", async () => {
    const write = (store: EventStore["Service"], id: string, n: number) =>
      store.commit({ hash: "sha256", writes: [{ stream: { ...ada, id }, expected: any, events: [newEvent(n)] }] })
    const pages = await Effect.runPromise(
      Effect.gen(function* () {
        const store = yield* EventStore
        // In UTF-16, the last would come before the one before it.
        for (const [n, id] of ["b", "\uffee", "\u{1f600}"].entries()) yield* write(store, id, n)
        const first = yield* store.streams({ category: ada.category, limit: 2 })
        yield* write(store, "c", 3)
        yield* write(store, "a", 4)
        return [first, yield* store.streams({ category: ada.category, after: "b", limit: 2.5 })]
      }).pipe(Effect.provide(Memory.layer)),
    )
    expect(pages.map((page) => page.map(({ stream }) => stream.id))).toEqual([
      ["b", "\uffee"],
      ["c", "\uffee"],
    ])
  })

  it("keeps the latest snapshot of each stream", async () => {
    const snapshot = {
      stream: ada,
      version: 1,
      link: sha256(),
      codecVersion: 1,
      modelVersion: 1,
      encoding: "json",
      body: Buffer.from("{}"),
      digest: sha256(),
    }
    const found = await run(
      Effect.gen(function* () {
        const snapshots = yield* Snapshots
        yield* snapshots.write(snapshot)
        yield* snapshots.write({ ...snapshot, version: 2 })
        return [yield* snapshots.read(ada), yield* snapshots.read(bob)]
      }),
    )
    expect(found).toEqual([Option.some({ ...snapshot, version: 2 }), Option.none()])
  })

  it("leases a checkpoint to one at a time, under rising epochs", async () => {
    const key = { consumer: "c", upstream: "u", partition: 0 }
    const result = await run(
      Effect.gen(function* () {
        const checkpoints = yield* Checkpoints
        const first = yield* checkpoints.acquire(key, 60_000)
        const second = yield* checkpoints.acquire(key, 60_000)
        yield* checkpoints.renew(key, 1, 0)
        const third = yield* checkpoints.acquire(key, 60_000)
        const fenced = yield* Effect.flip(checkpoints.renew(key, 1, 60_000))
        return { first, second, third, fenced, other: yield* checkpoints.acquire({ ...key, partition: 1 }, 1) }
      }),
    )
    expect(result).toMatchObject({
      first: { value: { position: 0, epoch: 1 } },
      second: { _tag: "None" },
      third: { value: { position: 0, epoch: 2 } },
      fenced: { _tag: "Fenced", epoch: 2 },
      other: { value: { epoch: 1 } },
    })
  })
})
