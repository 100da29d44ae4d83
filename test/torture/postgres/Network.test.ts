/** The network of the torture does what it says: which statements arrive, and what is known of those that were lost. */
import postgres from "postgres"
import { afterAll, beforeAll, expect, it } from "vitest"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import * as Network from "./Network.ts"

const schema = freshSchema()
let url = ""
let direct: postgres.Sql
beforeAll(async () => {
  url = await serverUrl()
  direct = postgres(url, { max: 1 })
  await direct`CREATE SCHEMA ${direct(schema)}`
  await direct`CREATE TABLE ${direct(schema)}.said (op text, body bytea)`
})
afterAll(() => direct.end())

const port = () => Number(new URL(url).port || 5432)
const there = async (op: string) => (await direct`SELECT FROM ${direct(schema)}.said WHERE op = ${op}`).length

/** Says something by way of a network that treats it so: whether the client heard that it is done, and what was lost. */
const say = async (op: string, fate: Network.Fate, body: Uint8Array | null = null) => {
  const network = await Network.start(port())
  const sql = postgres(network.through(url), { max: 1, fetch_types: false })
  try {
    await sql`SELECT 1`
    if (fate !== "pass") expect(network.doom(fate)).toBe(1)
    const text = `{"op":"${op}"}`
    const heard = await sql`INSERT INTO ${sql(schema)}.said SELECT ${op}, ${body} WHERE ${text} <> ''`.then(
      () => true,
      () => false,
    )
    return { heard, lost: network.lost.map((loss) => loss.op) }
  } finally {
    await sql.end({ timeout: 0 })
    await network.close()
  }
}

it("passes what is not doomed", async () => {
  expect(await say("a.1", "pass")).toEqual({ heard: true, lost: [] })
  expect(await there("a.1")).toBe(1)
})

it("lets the end of a statement be late", async () => {
  expect(await say("a.7", "late")).toEqual({ heard: true, lost: [] })
  expect(await there("a.7")).toBe(1)
})

it("cuts a connection before the end of a statement arrives, or in the middle of it: nothing is recorded", async () => {
  expect(await say("a.2", "cut")).toEqual({ heard: false, lost: ["a.2"] })
  expect(await say("a.3", "half")).toEqual({ heard: false, lost: ["a.3"] })
  expect(await there("a.2")).toBe(0)
  expect(await there("a.3")).toBe(0)
})

it("cuts it when the statement is done and before the client hears of it: it is recorded", async () => {
  expect(await say("a.4", "deaf")).toEqual({ heard: false, lost: ["a.4"] })
  expect(await there("a.4")).toBe(1)
})

it("knows an operation by the bytes of its event, which the driver writes in hexadecimal", async () => {
  expect((await say("a.5", "cut", Buffer.from('{"data":{"op":"a.6","amount":1}}'))).lost).toEqual(["a.5", "a.6"])
})

it("tells which backend a statement is for, and counts statements", async () => {
  const seen: Array<readonly [statement: number, backend: number]> = []
  const network = await Network.start(port(), ({ number, backend }) => {
    seen.push([number, backend])
    return "pass"
  })
  const sql = postgres(network.through(url), { max: 1, fetch_types: false })
  const [row] = await sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
  await sql.end()
  await network.close()
  expect(seen.at(-1)).toEqual([seen.length, row?.pid])
})

it("holds a connection up", async () => {
  const network = await Network.start(port())
  const sql = postgres(network.through(url), { max: 1, fetch_types: false })
  await sql`SELECT 1`
  let answered = false
  const stalled = network.stall(200)
  const query = sql`SELECT 1`.then(() => {
    answered = true
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(answered).toBe(false)
  expect(await stalled).toBe(1)
  await query
  await sql.end()
  await network.close()
})
