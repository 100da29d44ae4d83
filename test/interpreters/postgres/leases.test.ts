import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { describe, expect, it } from "vitest"
import type { StoredSnapshot } from "../../../src/core/event/Snapshot.ts"
import { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { Snapshots } from "../../../src/core/port/Snapshots.ts"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { account, event, plain, uuid, write } from "../commits.ts"
import { raw } from "./raw.ts"
import { run } from "./support.ts"

const url = await serverUrl()
const key = { consumer: "reader", upstream: "log", partition: 0 }
const minute = 60_000

const snapshot = (version: number, given: Partial<StoredSnapshot> = {}): StoredSnapshot => ({
  stream: account("ada"),
  version,
  link: new Uint8Array(32).fill(version),
  codecVersion: 1,
  modelVersion: 2,
  encoding: "json",
  body: Buffer.from(`{"version":${version}}`),
  digest: new Uint8Array(32).fill(255),
  ...given,
})

describe("a lease", () => {
  it("is one consumer's at a time, with an epoch of its own, whoever asks from where", async () => {
    const schema = freshSchema()
    const connected = Effect.map(Layer.build(Postgres.layer({ url, schema })), Context.get(Checkpoints))
    const answers = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const processes = [yield* connected, yield* connected]
          const ask = Effect.forEach(
            [0, 1, 0, 1, 0, 1],
            (i) => processes[i]?.acquire(key, minute) ?? Effect.succeedNone,
            {
              concurrency: "unbounded",
            },
          )
          const first = (yield* ask).filter(Option.isSome)
          yield* processes[1]?.renew(key, 1, 0) ?? Effect.void
          const second = (yield* ask).filter(Option.isSome)
          return [...first, ...second].map(({ value }) => value)
        }),
      ),
    )
    expect(answers).toEqual([
      { position: 0, epoch: 1 },
      { position: 0, epoch: 2 },
    ])
  })

  it("begins where the checkpoint is, and fences a commit of the epoch before", async () => {
    const stream = account("ada")
    const commit = (n: number, epoch: number) => ({
      ...write(stream, [event(stream, uuid(n))]),
      checkpoint: { ...key, epoch, from: n - 1, to: n },
    })
    await run(
      Effect.gen(function* () {
        const [store, checkpoints] = [yield* EventStore, yield* Checkpoints]
        expect(yield* checkpoints.acquire(key, 0)).toEqual(Option.some({ position: 0, epoch: 1 }))
        yield* store.commit(commit(1, 1))
        expect(yield* checkpoints.acquire(key, 0)).toEqual(Option.some({ position: 1, epoch: 2 }))
        expect(yield* Effect.flip(store.commit(commit(2, 1)))).toMatchObject({ _tag: "Fenced", epoch: 2 })
        yield* store.commit(commit(2, 2))
        expect(yield* checkpoints.read(key)).toBe(2)
      }),
    )
  })

  it.each([
    ["for no time", 0, true],
    ["for less than none", -minute, true],
    ["until never", Number.NEGATIVE_INFINITY, true],
    ["until no time at all", Number.NaN, true],
    ["for ever", Number.POSITIVE_INFINITY, false],
    ["until long after the last of days", 1e300, false],
    ["for half a millisecond of a long minute", minute + 0.5, false],
  ])("taken %s (%d): it is over at once is %s", async (_, ttlMillis, isOver) => {
    await run(
      Effect.gen(function* () {
        const checkpoints = yield* Checkpoints
        yield* checkpoints.acquire(key, ttlMillis)
        expect(Option.isSome(yield* checkpoints.acquire(key, minute))).toBe(isOver)
        // As it was taken, so it is renewed.
        const epoch = isOver ? 2 : 1
        yield* checkpoints.renew(key, epoch, ttlMillis)
        expect(Option.isSome(yield* checkpoints.acquire(key, minute))).toBe(isOver)
      }),
    )
  })

  it("is renewed in its own epoch only", async () => {
    await run(
      Effect.gen(function* () {
        const checkpoints = yield* Checkpoints
        yield* checkpoints.acquire(key, 0)
        yield* checkpoints.acquire(key, 0)
        for (const epoch of [0, 1, 3, -1, 1.5, Number.NaN, 2 ** 60]) {
          const renewed = yield* Effect.flip(checkpoints.renew(key, epoch, minute))
          expect(plain(renewed)).toEqual({ _tag: "Fenced", epoch: 2 })
        }
        expect(Option.isSome(yield* checkpoints.acquire(key, 0))).toBe(true)
        const nobody = { ...key, consumer: "nobody" }
        expect(plain(yield* Effect.flip(checkpoints.renew(nobody, 1, minute)))).toEqual({ _tag: "Fenced", epoch: 0 })
      }),
    )
  })
})

describe("while somebody appends and does not come to an end,", () => {
  it("a lease is renewed, and asked for in vain, a checkpoint read, a snapshot kept and read", async () => {
    const schema = freshSchema()
    const work = Effect.gen(function* () {
      const [checkpoints, snapshots] = [yield* Checkpoints, yield* Snapshots]
      yield* checkpoints.acquire(key, minute)
      yield* Effect.promise(() =>
        raw(async ({ query }) => {
          await query("BEGIN")
          await query(`SELECT ${schema}.lock()`)
          await Effect.runPromise(
            Effect.gen(function* () {
              yield* checkpoints.renew(key, 1, minute)
              expect(yield* checkpoints.acquire(key, minute)).toEqual(Option.none())
              expect(yield* checkpoints.read(key)).toBe(0)
              yield* snapshots.write(snapshot(1))
              expect(Option.isSome(yield* snapshots.read(account("ada")))).toBe(true)
            }),
          )
          await query("ROLLBACK")
        }),
      )
    })
    await Effect.runPromise(Effect.provide(work, Postgres.layer({ url, schema })))
  })
})

describe("a snapshot", () => {
  it("replaces the one before, also an older one, and comes back as it was", async () => {
    await run(
      Effect.gen(function* () {
        const snapshots = yield* Snapshots
        expect(yield* snapshots.read(account("ada"))).toEqual(Option.none())
        const large = snapshot(9, { body: new Uint8Array(5_000_000).fill(7), encoding: "gzip+json" })
        const odd = snapshot(3, { stream: account("a-1"), link: new Uint8Array(), body: new Uint8Array() })
        for (const kept of [large, snapshot(4), odd, snapshot(2)]) yield* snapshots.write(kept)
        const read = (id: string) => Effect.map(snapshots.read(account(id)), (found) => plain(Option.getOrNull(found)))
        expect(yield* read("ada")).toEqual(plain(snapshot(2)))
        expect(yield* read("a-1")).toEqual(plain(odd))
        yield* snapshots.write(large)
        expect(yield* read("ada")).toEqual(plain(large))
        expect(yield* snapshots.read({ category: "Account-a", id: "1" })).toEqual(Option.none())
        expect(yield* snapshots.read(account("\0"))).toEqual(Option.none())
      }),
    )
  })
})
