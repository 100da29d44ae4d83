import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { isRight } from "fp-ts/lib/Either.js"
import { afterEach, expect, it } from "vitest"
import * as HashChain from "../../../src/core/event/HashChain.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { account, event, sha256, uuid, write } from "../commits.ts"
import { type Child, killAll, start, startLimited, until } from "./children.ts"
import { inFolder, run } from "./support.ts"

afterEach(killAll)

const everything = EventStore.use((store) => store.readAll({ after: 0, limit: Number.POSITIVE_INFINITY }))

/** Positions and versions are dense, and every chain verifies. */
const expectSound = async (filename: string) => {
  const { events } = await run(filename, everything)
  expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i + 1))
  for (const id of new Set(events.map(({ stream }) => stream.id))) {
    const stream = account(id)
    const recorded = await run(
      filename,
      EventStore.use((store) => store.readStream(stream)),
    )
    expect(isRight(HashChain.verify(sha256)(stream, recorded))).toBe(true)
    expect(recorded).toEqual(events.filter((found) => found.stream.id === id))
  }
  return events
}

const acknowledged = (children: ReadonlyArray<Child>) =>
  children.flatMap((child) => child.lines()).filter(({ id }) => id !== undefined)

it("loses no acknowledged event and shows a follower each event once, in order, while writers are killed", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    const follower = start("follower.ts", filename)
    const writers: Array<Child> = []
    const launch = () => writers.push(start("writer.ts", filename, String(writers.length + 1)))
    launch()
    launch()
    for (let kill = 0; kill < 4; kill++) {
      launch()
      await until("a writer writes", () => (writers.at(-1)?.lines().length ?? 0) > 5)
      writers[kill]?.process.kill("SIGKILL")
      await writers[kill]?.ended
    }
    for (const writer of writers) writer.process.kill("SIGKILL")
    await Promise.all(writers.map(({ ended }) => ended))

    const events = await expectSound(filename)
    const acks = acknowledged(writers)
    expect(acks.length).toBeGreaterThan(40)
    for (const { id, position, name, version } of acks) {
      const found = events[Number(position) - 1]
      expect([found?.id, found?.stream.id, found?.version]).toEqual([id, name, version])
    }
    await until("the follower sees all", () => follower.lines().length >= events.length)
    follower.process.kill("SIGKILL")
    expect(follower.lines().map(({ position, id }) => [position, id])).toEqual(events.map((e) => [e.position, e.id]))
    expect(follower.complaints() + writers.map((writer) => writer.complaints()).join("")).toBe("")
  })
})

it("wakes a follower in another process within 100 ms", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    const follower = start("follower.ts", filename)
    const stream = account("a")
    const delays: Array<number> = []
    await run(
      filename,
      Effect.gen(function* () {
        const store = yield* EventStore
        for (let i = 1; i <= 11; i++) {
          yield* store.commit(write(stream, [event(stream, uuid(i))]))
          const at = Date.now()
          yield* Effect.promise(() => until("the follower sees it", () => follower.lines().length >= i))
          // The first one waits for the follower to start.
          if (i > 1) delays.push(Number(follower.lines().at(-1)?.at) - at)
        }
      }),
    )
    follower.process.kill("SIGKILL")
    expect(delays.toSorted((a, b) => a - b)[5]).toBeLessThan(100)
  })
})

it("lets several processes make one new file at the same moment", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    const writers = [1, 2, 3, 4].map((number) => start("writer.ts", filename, String(number), "1"))
    await Promise.all(writers.map(({ ended }) => ended))
    expect(writers.map((writer) => writer.complaints()).join("")).toBe("")
    expect(writers.flatMap((writer) => writer.lines().map(({ version }) => version)).toSorted()).toEqual([1, 2, 3, 4])
  })
})

it("says that the disk is full, loses nothing acknowledged, and goes on where there is room", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    const writer = startLimited(4096, "writer.ts", filename, "1", "100000", "20000")
    await writer.ended
    const acks = acknowledged([writer])
    expect(acks.length).toBeGreaterThan(10)
    expect(writer.lines().at(-1)).toEqual({ error: "StoreUnavailable", retryable: true })
    expect(writer.complaints()).toBe("")
    const events = await expectSound(filename)
    for (const { id, position } of acks) expect(events[Number(position) - 1]?.id).toBe(id)

    const stream = account("after")
    await run(
      filename,
      EventStore.use((store) => store.commit(write(stream, [event(stream, uuid(1))]))),
    )
    expect((await expectSound(filename)).length).toBe(events.length + 1)
  })
})

it("opens again after an unclean end, with the log that was left behind", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    const writer = start("writer.ts", filename, "1")
    await until("it writes", () => writer.lines().length > 20)
    writer.process.kill("SIGKILL")
    await writer.ended
    expect(existsSync(`${filename}-wal`)).toBe(true)
    const events = await expectSound(filename)
    expect(events.length).toBeGreaterThanOrEqual(acknowledged([writer]).length)
    expect(existsSync(`${filename}-wal`)).toBe(false)
  })
})
