/** A server of one's own, that is stopped, started, made a standby and promoted. */
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { ensure } from "../../../src/interpreters/postgres/Migrations.ts"
import { type Server, start } from "../../postgres/server.ts"
import { outcomes, reading, writing } from "./everything.ts"
import { query } from "./raw.ts"

const run = Effect.runPromise
let server: Server
beforeAll(async () => {
  server = await start({ settings: { fsync: false } })
})
afterAll(() => server.stop())

/** From now on it only reads, as one that waits for what a primary sends. */
const becomeStandby = async ({ url, folder, restart }: Server): Promise<void> => {
  writeFileSync(join(folder, "data", "standby.signal"), "")
  await restart()
  expect(await query("SELECT pg_is_in_recovery() AS standby", [], url)).toEqual([{ standby: true }])
}

it("a server that is not up yet is waited for", async () => {
  await server.crash()
  const migrating = run(Postgres.migrate({ url: server.url, schema: "early" }))
  await new Promise((resolve) => setTimeout(resolve, 300))
  await server.restart()
  expect((await migrating).from).toBe(0)
})

it("a standby is used as it is, and not changed, until it is promoted", async () => {
  const { url, folder } = server
  await run(Postgres.migrate({ url, schema: "made" }))
  await becomeStandby(server)
  await run(Postgres.migrate({ url, schema: "made" }))
  await run(ensure({ url, schema: "made", migrate: false }))
  expect((await run(Postgres.plan({ url, schema: "missing" }))).from).toBe(0)
  const error = await run(Effect.flip(Postgres.migrate({ url, schema: "missing" })))
  expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
  expect(error.message).toMatch(/the server is a standby/)
  await query("SELECT pg_promote()", [], url)
  rmSync(join(folder, "data", "standby.signal"), { force: true })
  expect((await run(Postgres.migrate({ url, schema: "missing" }))).from).toBe(0)
})

it("of several hosts, a standby is neither written nor read", async () => {
  const primary = await start({ settings: { fsync: false } })
  try {
    for (const { url } of [server, primary]) await query("CREATE ROLE ada SUPERUSER LOGIN PASSWORD 'ada'", [], url)
    await becomeStandby(server)
    const url = `postgres://ada:ada@127.0.0.1:${server.port},127.0.0.1:${primary.port}/postgres`
    const sessions = "SELECT count(*)::integer AS count FROM pg_stat_activity WHERE application_name = 'everfold'"
    const work = Effect.gen(function* () {
      expect(yield* writing).toEqual(outcomes)
      yield* Effect.all(
        Array.from({ length: 8 }, () => reading),
        { concurrency: "unbounded" },
      )
      return yield* Effect.promise(() => Promise.all([server, primary].map((one) => query(sessions, [], one.url))))
    })
    const [read, written] = await run(Effect.provide(work, Postgres.layer({ url })))
    expect(read).toEqual([{ count: 0 }])
    expect(written).not.toEqual([{ count: 0 }])
  } finally {
    await primary.stop()
  }
})
