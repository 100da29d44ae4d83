/** Runners in processes of their own on PostgreSQL, some of which are killed. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import { Commit, EventStore } from "everfold"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Counters, counters, most } from "../../cluster/model.ts"
import { type Runner, start } from "../../cluster/runners.ts"
import { clientAt, storeAt } from "../../cluster/settings.ts"
import { until } from "../../postgres/support.ts"
import { database, type Lent } from "./support.ts"

const partitions = 4

const clientOf = (url: string) => ManagedRuntime.make(Layer.merge(clientAt(url), storeAt(url)))

let lent: Lent
let client: ReturnType<typeof clientOf>
const runners: Array<Runner> = []

beforeEach(async () => {
  lent = await database()
  client = clientOf(lent.url)
})
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.kill()))
  await client.dispose()
  await lent.drop()
})

const join = async (isMortal = false): Promise<Runner> => {
  const runner = await start({ url: lent.url, partitions, isMortal })
  runners.push(runner)
  return runner
}

const wait = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

const handledBy = () => lent.sql<Array<{ op: string; pid: number }>>`SELECT op, pid FROM handled`

/** What is recorded of each stream, in its order. */
const recorded = (ids: ReadonlyArray<string>) =>
  client.runPromise(
    Effect.forEach(ids, (id) =>
      counters.history(id).pipe(
        Stream.runCollect,
        Effect.map((events) => events.map(({ event, version }) => ({ id, op: event.op, version }))),
      ),
    ).pipe(Effect.map((all) => all.flat())),
  )

describe("a cluster", () => {
  it("carries out each command once, however many runners are killed, and handles each event once", async () => {
    for (let i = 0; i < 3; i++) await join()
    const ids = Array.from({ length: 12 }, (_, i) => `counter-${i}`)
    const answered = new Map<string, { readonly id: string; readonly version: number }>()
    const failed: Array<unknown> = []
    let isOver = false
    const lane = async (lane: number): Promise<void> => {
      for (let n = 0; !isOver; n++) {
        const id = ids[(lane + n) % ids.length] ?? ""
        const op = `${lane}/${n}`
        const exit = await client.runPromiseExit(Counters.execute(id, { op, by: 1 }, { commandId: op }))
        if (exit._tag === "Success") answered.set(op, { id, version: exit.value.version })
        else failed.push(exit.cause)
      }
    }
    const lanes = Promise.all(Array.from({ length: 16 }, (_, i) => lane(i)))
    const moved = new Set<number>()
    for (let kill = 0; kill < 2; kill++) {
      await wait(3000)
      for (const { pid } of await handledBy()) moved.add(pid)
      await runners.shift()?.kill()
      await join()
    }
    await wait(3000)
    isOver = true
    await lanes
    expect(failed).toEqual([])
    const all = await recorded(ids)
    expect(all.map(({ op }) => op).sort()).toEqual([...answered.keys()].sort())
    for (const { op, id, version } of all) expect(answered.get(op)).toMatchObject({ id, version })
    // An operation that was handled twice could not have been written.
    expect(await until(async () => (await handledBy()).length === all.length)).toBe(true)
    for (const { pid } of await handledBy()) moved.add(pid)
    expect(moved.size).toBeGreaterThan(1)
  }, 120_000)

  it.each(["stop", "kill"] as const)(
    "goes on where a runner is gone: by %s",
    async (how) => {
      const first = await join()
      await client.runPromise(Counters.execute("a", { op: "before", by: 1 }))
      expect(await until(async () => (await handledBy()).length === 1)).toBe(true)
      const second = await join()
      await first[how]()
      await client.runPromise(Counters.execute("a", { op: "after", by: 1 }))
      expect(await until(async () => (await handledBy()).length === 2)).toBe(true)
      expect(await handledBy()).toEqual(
        expect.arrayContaining([
          { op: "before", pid: first.pid },
          { op: "after", pid: second.pid },
        ]),
      )
    },
    60_000,
  )

  it("answers what a runner recorded that died before it could answer", async () => {
    await join(true)
    const answer = client.runPromise(Counters.execute("a", { op: "1", by: 1 }))
    const head = () => client.runPromise(EventStore.use((store) => store.head))
    expect(await until(async () => (await head()) === 1)).toBe(true)
    await join()
    expect(await answer).toMatchObject({ version: 1, repeated: true })
    expect(await head()).toBe(1)
  })

  it("tells rejections, conflicts and repetitions as a repository does", async () => {
    await join()
    const execute = (...args: Parameters<typeof Counters.execute>) => client.runPromise(Counters.execute(...args))
    const refused = (...args: Parameters<typeof Counters.execute>) =>
      client.runPromise(Effect.flip(Counters.execute(...args)))
    const first = await execute("a", { op: "1", by: 2 }, { commandId: "c1" })
    expect(first).toMatchObject({ version: 1, events: [{ _tag: "Added", op: "1", by: 2 }], repeated: false })
    expect(await execute("a", { op: "1", by: 2 }, { commandId: "c1" })).toEqual({ ...first, repeated: true })
    expect(await refused("a", { op: "2", by: most })).toEqual({ _tag: "TooMuch", total: 2 })
    const conflict = await refused("a", { op: "3", by: 1 }, { expected: 7 })
    expect(conflict).toMatchObject({ _tag: "VersionConflict", expected: Commit.exact(7), actual: 1 })
    expect(conflict).toHaveProperty("message", expect.stringContaining("Counter-a"))
    expect(await refused("", { op: "4", by: 1 })).toMatchObject({ _tag: "InvalidInput" })
    const head = await client.runPromise(EventStore.use((store) => store.head))
    expect(head).toBe(1)
  })
})
