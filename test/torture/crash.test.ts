import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, expect, it } from "vitest"
import { serverUrl } from "../postgres/run.ts"
import { inspect, undisturbed } from "./crash/judging.ts"
import { crashes, toConnections, toProcesses } from "./crash/postgres.ts"
import * as Sqlite from "./crash/sqlite.ts"

const folder = mkdtempSync(join(tmpdir(), "everfold-crash-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it("leaves all or nothing of a commit, and nothing acknowledged lost, wherever the process is killed", async () => {
  // Another choice each time; `npm run torture` makes them all.
  const { statements, kills, faults } = await Sqlite.crashes(folder, 12, 1 + (Date.now() % 12))
  expect(faults).toEqual([])
  expect(kills).toBeGreaterThan(statements / 12 - 5)
})

it("leaves a read model that is the fold of its log, whichever statement of a projection on PostgreSQL is interrupted", {
  timeout: 110_000,
}, async () => {
  const server = { url: await serverUrl(), port: Number(new URL(await serverUrl()).port) }
  const { kills, faults } = await crashes(server, { ...toProcesses, ...toConnections }, 40, 56 + (Date.now() % 40))
  expect(faults).toEqual([])
  expect(kills).toBeGreaterThan(0)
})

it("would find what was acknowledged and is not there, and what is there by half", async () => {
  const at = (name: string) => ({ store: "sqlite", filename: join(folder, name) }) as const
  const whole = await undisturbed(at("good.db"))
  expect(await inspect(at("empty.db"), whole.answers, whole)).toContain(
    "open was told to be recorded, and is not there",
  )
  const database = new DatabaseSync(join(folder, "good.db"))
  database.exec("DELETE FROM tag WHERE position = 9; DELETE FROM event WHERE position = 9")
  database.close()
  expect(await inspect(at("good.db"), whole.answers, whole)).toContain("everything has 1 of 2 events")
})
