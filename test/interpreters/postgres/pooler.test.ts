import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import * as Poolers from "../../postgres/pooler.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { until } from "../../postgres/support.ts"
import { outcomes, reading, writing } from "./everything.ts"
import { query } from "./raw.ts"

const direct = await serverUrl()
let pooler: Poolers.Pooler
beforeAll(async () => {
  pooler = await Poolers.start(Number(new URL(direct).port))
})
afterAll(() => pooler.stop())

const many = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.all(
    Array.from({ length: 20 }, () => work),
    { concurrency: "unbounded" },
  )

/** What is recorded by another process, over the server itself. */
const elsewhere = (schema: string) => Effect.provide(writing, Postgres.layer({ url: direct, schema, migrate: false }))

describe("behind a pooler that gives every transaction another connection", () => {
  it.each([
    ["without prepared statements", { prepare: false }],
    // The driver prepares a statement anew where the server does not know it.
    ["with prepared statements, though slowly", { prepare: true }],
    ["with notifications from the server itself", { prepare: false, listenUrl: direct }],
  ])("a store does all that it does, %s", async (_, settings) => {
    const schema = freshSchema()
    await Effect.runPromise(Postgres.migrate({ url: direct, schema }))
    const before = pooler.switches()
    const work = Effect.gen(function* () {
      const store = yield* EventStore
      const told: Array<number> = []
      yield* Effect.forkScoped(Stream.runForEach(store.changes, (position) => Effect.sync(() => told.push(position))))
      expect(yield* many(writing)).toEqual(Array.from({ length: 20 }, () => outcomes))
      yield* many(reading)
      yield* elsewhere(schema)
      const head = yield* store.head
      expect(yield* Effect.promise(() => until(() => told.at(-1) === head))).toBe(true)
    })
    const store = Postgres.layer({ url: pooler.url(direct), schema, migrate: false, ...settings })
    await Effect.runPromise(Effect.provide(Effect.scoped(work), store))
    expect(pooler.switches()).toBeGreaterThan(before + 100)
  })

  it("a schema is made once by many, and nobody leaves a transaction behind", async () => {
    const options = { url: pooler.url(direct), schema: freshSchema() }
    const plans = await Effect.runPromise(many(Postgres.migrate(options)))
    expect(plans.filter(({ sql }) => sql !== "")).toHaveLength(1)
    expect((await Effect.runPromise(Postgres.plan(options))).sql).toBe("")
    const left = "SELECT FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND strpos(query, $1) > 0"
    expect(await query(left, [options.schema])).toHaveLength(0)
  })
})
