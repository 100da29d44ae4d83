/** A server of one's own, that is stopped, started, made a standby and promoted. */
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { ensure } from "../../../src/interpreters/postgres/Migrations.ts"
import { type Server, start } from "../../postgres/server.ts"
import { query } from "./raw.ts"

const run = Effect.runPromise
let server: Server
beforeAll(async () => {
  server = await start({ settings: { fsync: false } })
})
afterAll(() => server.stop())

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
  const signal = join(folder, "data", "standby.signal")
  writeFileSync(signal, "")
  await server.restart()
  expect(await query("SELECT pg_is_in_recovery() AS standby", [], url)).toEqual([{ standby: true }])
  await run(Postgres.migrate({ url, schema: "made" }))
  await run(ensure({ url, schema: "made", migrate: false }))
  expect((await run(Postgres.plan({ url, schema: "missing" }))).from).toBe(0)
  const error = await run(Effect.flip(Postgres.migrate({ url, schema: "missing" })))
  expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
  expect(error.message).toMatch(/the server is a standby/)
  await query("SELECT pg_promote()", [], url)
  rmSync(signal, { force: true })
  expect((await run(Postgres.migrate({ url, schema: "missing" }))).from).toBe(0)
})
