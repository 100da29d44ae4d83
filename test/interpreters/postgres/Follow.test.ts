import { createHash } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import postgres from "postgres"
import { describe, expect, it } from "vitest"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { LiveClock } from "../../../src/core/port/LiveClock.ts"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { quote } from "../../../src/interpreters/postgres/schemaName.ts"
import * as VirtualClock from "../../../src/laws/interleaving/VirtualClock.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { until } from "../../postgres/support.ts"
import { account, event, uuid, write } from "../commits.ts"
import { query, withDatabase } from "./raw.ts"

const url = await serverUrl()
type Store = EventStore["Service"]

/** A process with a store of its own: its connections and all else are no other's. */
const open = (settings: Postgres.Settings) => Effect.map(Layer.build(Postgres.layer(settings)), Context.get(EventStore))

/** One whose time stands still: it never looks for itself. */
const openTimeless = (settings: Postgres.Settings) =>
  Effect.provideService(open(settings), LiveClock, VirtualClock.make())

const add = (store: Store, n: number) => store.commit(write(account("ada"), [event(account("ada"), uuid(n))]))

/** Follows in the background. */
const follow = (store: Store) => {
  const told: Array<number> = []
  const following = Stream.runForEach(store.changes, (position) => Effect.sync(() => told.push(position)))
  return Effect.map(Effect.forkScoped(following), (fiber) => ({ told, fiber }))
}

const channelOf = (schema: string): string =>
  `everfold_${createHash("sha256").update(quote(schema)).digest("hex").slice(0, 32)}`

/** The backends that listen for a schema. */
const listeners = async (schema: string): Promise<ReadonlyArray<number>> => {
  const rows = await query("SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN ' || $1", [channelOf(schema)])
  return rows.map(({ pid }) => Number(pid))
}

const waitFor = (what: string, holds: () => boolean | Promise<boolean>, millis = 20_000) =>
  Effect.promise(async () => {
    if (!(await until(holds, millis))) throw new Error(`waited in vain: ${what}`)
  })

const someoneListens = (schema: string) => waitFor("somebody listens", async () => (await listeners(schema)).length > 0)

const scoped = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))

/** Everything that is notified for a schema, to a client that is not ours. */
const hearing = async (schema: string, use: (heard: () => number) => Promise<void>): Promise<void> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  let heard = 0
  await sql.listen(channelOf(schema), () => {
    heard++
  })
  try {
    await use(() => heard)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

describe("a follower", () => {
  it("is woken by notifications for what another process records", async () => {
    const schema = freshSchema()
    await scoped(
      Effect.gen(function* () {
        const writer = yield* open({ url, schema })
        const { told } = yield* follow(yield* openTimeless({ url, schema }))
        yield* someoneListens(schema)
        for (let n = 1; n <= 5; n++) {
          yield* add(writer, n)
          yield* waitFor(`${n} is told`, () => told.at(-1) === n)
        }
      }),
    )
  })

  it("looks for itself where nobody can listen, and where notifications are lost", async () => {
    const schema = freshSchema()
    await withDatabase("", (database) =>
      scoped(
        Effect.gen(function* () {
          const writer = yield* open({ url, schema })
          const nowhere = "postgres://somebody@127.0.0.1:1/nowhere"
          const elsewhere = Object.assign(new URL(url), { pathname: `/${database}` }).href
          const followers = [
            yield* follow(yield* open({ url, schema, listenUrl: nowhere })),
            yield* follow(yield* open({ url, schema, listenUrl: elsewhere })),
          ]
          yield* someoneListens(schema)
          for (let n = 1; n <= 3; n++) {
            yield* add(writer, n)
            for (const { told } of followers) yield* waitFor(`${n} is told`, () => told.at(-1) === n)
          }
        }),
      ),
    )
  })

  it("listens again whenever its connection is ended, and finds what came meanwhile", async () => {
    const schema = freshSchema()
    await scoped(
      Effect.gen(function* () {
        const writer = yield* open({ url, schema })
        const { told } = yield* follow(yield* open({ url, schema }))
        const seen = new Set<number>()
        for (let n = 1; n <= 4; n++) {
          yield* someoneListens(schema)
          const [pid = 0] = yield* Effect.promise(() => listeners(schema))
          expect(seen).not.toContain(pid)
          seen.add(pid)
          yield* Effect.promise(() => query(`SELECT pg_terminate_backend(${pid}, 5000)`))
          yield* add(writer, n)
          yield* waitFor(`${n} is told`, () => told.at(-1) === n)
        }
      }),
    )
  })

  it("is told the newest position first, whoever recorded it, and no position twice or out of order", async () => {
    const schema = freshSchema()
    await scoped(
      Effect.gen(function* () {
        const [writer, reader] = [yield* open({ url, schema }), yield* open({ url, schema })]
        yield* add(writer, 1)
        const first = yield* follow(reader)
        yield* waitFor("it is told", () => first.told.length > 0)
        expect(first.told).toEqual([1])
        const ids = Array.from({ length: 200 }, (_, i) => i + 2)
        yield* Effect.forEach(ids, (n) => add(n % 2 === 0 ? writer : reader, n), { concurrency: 10 })
        yield* waitFor("all is told", () => first.told.at(-1) === 201)
        expect(first.told).toEqual([...new Set(first.told)].sort((a, b) => a - b))
        const second = yield* follow(reader)
        yield* waitFor("it is told", () => second.told.length > 0)
        expect(second.told).toEqual([201])
      }),
    )
  })
})

describe("a process", () => {
  it("listens on one connection while somebody follows, and on none where nobody does", {
    timeout: 60_000,
  }, async () => {
    const schema = freshSchema()
    await scoped(
      Effect.gen(function* () {
        const store = yield* open({ url, schema })
        yield* add(store, 1)
        expect(yield* Effect.promise(() => listeners(schema))).toEqual([])
        const followers = [yield* follow(store), yield* follow(store), yield* follow(store)]
        yield* someoneListens(schema)
        yield* Effect.sleep("500 millis")
        expect(yield* Effect.promise(() => listeners(schema))).toHaveLength(1)
        for (const { fiber } of followers) yield* Fiber.interrupt(fiber)
        yield* waitFor("nobody listens", async () => (await listeners(schema)).length === 0, 40_000)
        const { told } = yield* follow(store)
        yield* someoneListens(schema)
        yield* waitFor("it is told", () => told.at(-1) === 1)
      }),
    )
  })

  it("notifies others at once and then now and then, the last time after its last commit", async () => {
    const schema = freshSchema()
    await scoped(
      Effect.gen(function* () {
        const store = yield* open({ url, schema })
        yield* Effect.promise(() =>
          hearing(schema, async (heard) => {
            const begun = performance.now()
            const commits = Array.from({ length: 500 }, (_, n) => add(store, n + 1))
            await Effect.runPromise(Effect.forEach(commits, (each) => each, { concurrency: 1 }))
            const most = (performance.now() - begun) / 5 + 2
            expect(await until(() => heard() > 0)).toBe(true)
            expect(heard()).toBeLessThan(most)
            const before = heard()
            await Effect.runPromise(add(store, 501))
            expect(await until(() => heard() > before)).toBe(true)
          }),
        )
      }),
    )
  })

  it("notifies others of its last commit before it goes", async () => {
    const schema = freshSchema()
    await Effect.runPromise(Postgres.migrate({ url, schema }))
    await hearing(schema, async (heard) => {
      for (let n = 1; n <= 10; n++) {
        const before = heard()
        await Effect.runPromise(
          Effect.gen(function* () {
            const scope = yield* Scope.make()
            yield* add(yield* Scope.provide(open({ url, schema, migrate: false }), scope), n)
            yield* Scope.close(scope, Exit.void)
          }),
        )
        expect(await until(() => heard() > before)).toBe(true)
      }
    })
  })
})
