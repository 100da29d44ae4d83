import { existsSync } from "node:fs"
import postgres from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { control, fillDisk, fillTable } from "./control.ts"
import * as servers from "./server.ts"
import { start, until, wireTo } from "./support.ts"

const clients: Array<postgres.Sql> = []
const client = (url: string, application = "test"): postgres.Sql => {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { application_name: application } })
  clients.push(sql)
  return sql
}
afterAll(async () => {
  for (const sql of clients) await sql.end({ timeout: 0 })
})

const shared = servers.start({ settings: servers.fast })
afterAll(async () => (await shared).stop())

/** How a query goes on after a while. */
const outcome = async (query: PromiseLike<unknown>, millis = 300): Promise<unknown> =>
  Promise.race([
    query.then(
      () => "answered",
      (error) => error.code,
    ),
    new Promise((resolve) => setTimeout(() => resolve("waiting"), millis)),
  ])

describe("an administrator", () => {
  it("ends the backends of one application, or of all", async () => {
    const { url } = await shared
    const [one, other] = [client(url, "one"), client(url, "other")]
    await Promise.all([one`SELECT 1`, other`SELECT 1`])
    const sleeping = [one`SELECT pg_sleep(600)`, other`SELECT pg_sleep(600)`].map((query) => query.execute())
    const ended = sleeping.map((query) => query.catch((error) => error.code))
    expect(await control(url).terminate("one")).toBe(1)
    expect(["57P01", "CONNECTION_CLOSED"]).toContain(await ended[0])
    expect(await control(url).cancel("other")).toBe(1)
    expect(await ended[1]).toBe("57014")
    expect(await control(url).terminate()).toBe(1)
    expect((await client(url)`SELECT 1`).length).toBe(1)
  })

  it("changes settings of connections that are there, and takes it back", async () => {
    const { url } = await shared
    const sql = client(url)
    await sql`CREATE TABLE settled (i int)`
    await control(url).set("default_transaction_read_only", true)
    expect(await until(async () => (await outcome(sql`INSERT INTO settled VALUES (1)`)) === "25006")).toBe(true)
    await control(url).set("default_transaction_read_only", undefined)
    expect(await until(async () => (await outcome(sql`INSERT INTO settled VALUES (1)`)) === "answered")).toBe(true)
  })
})

describe("a disk", () => {
  it.skipIf(!existsSync("/dev/full"))("is full for a table, until it is not", async () => {
    const server = await start()
    const insert = (table: string) => control(server.url).query(`INSERT INTO ${table} VALUES (1)`)
    await control(server.url).query("CREATE TABLE small (i int)")
    await control(server.url).query("CREATE TABLE other (i int)")
    const free = await fillTable(server, "small")
    await expect(insert("small")).rejects.toMatchObject({ code: "53100" })
    await insert("other")
    await expect(insert("small")).rejects.toMatchObject({ code: "53100" })
    await server.crash()
    await server.restart()
    await free()
    await insert("small")
    expect(await control(server.url).query("SELECT i FROM small")).toEqual([{ i: 1 }])
  })

  it("of its own is full, and has room again", async ({ skip }) => {
    const mountable = await start({ disk: 100 }).catch(() => undefined)
    if (mountable === undefined) return skip("only root can make a disk, and not everywhere")
    const sql = client(mountable.url)
    await sql`CREATE TABLE big (body text)`
    await sql`ALTER TABLE big ALTER body SET STORAGE EXTERNAL`
    const free = fillDisk(mountable)
    const codes = new Set<unknown>()
    for (let i = 0; i < 40 && mountable.pid() !== undefined && codes.size < 2; i++) {
      codes.add(
        await sql`INSERT INTO big SELECT repeat('x', 1000000)`.then(
          () => "none",
          (error) => error.code,
        ),
      )
    }
    expect([...codes]).toContain("53100")
    free()
    await mountable.restart()
    await sql`INSERT INTO big SELECT repeat('x', 1000000)`
    await mountable.stop()
    expect(existsSync(mountable.folder)).toBe(false)
  })
})

describe("a standby", () => {
  it("has what its primary acknowledged, refuses to write, and is promoted", async () => {
    const primary = await start()
    const before = client(primary.url)
    await before`CREATE TABLE copied (i int)`
    const standby = await start({ standbyOf: primary })
    await control(primary.url).set("synchronous_standby_names", "*")
    const synchronous = async () =>
      (await control(primary.url).query("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")).length === 1
    expect(await until(synchronous)).toBe(true)
    await before`INSERT INTO copied VALUES (1)`
    const after = client(standby.url)
    await expect(after`INSERT INTO copied VALUES (2)`).rejects.toMatchObject({ code: "25006" })
    await primary.kill()
    await control(standby.url).promote()
    await after`INSERT INTO copied VALUES (2)`
    expect(await after`SELECT i FROM copied ORDER BY i`).toEqual([{ i: 1 }, { i: 2 }])
  })
})

describe("a wire", () => {
  const through = async () => {
    const { url, port } = await shared
    const wire = await wireTo(port)
    const sql = client(wire.url(url))
    await sql`SELECT 1`
    return { wire, sql, port, direct: client(url) }
  }

  it("breaks connections, and takes new ones or none", async () => {
    const { wire, sql } = await through()
    const query = sql`SELECT pg_sleep(600)`.catch((error) => error.code)
    await outcome(query)
    wire.cut()
    expect(await query).toBe("ECONNRESET")
    wire.accept(false)
    const { url } = await shared
    expect(await outcome(client(wire.url(url))`SELECT 1`)).not.toBe("answered")
    wire.mend()
    expect((await client(wire.url(url))`SELECT 1`).length).toBe(1)
    expect(wire.connections()).toBeGreaterThan(0)
  })

  it("holds back what is on its way, each way", async () => {
    const { wire, sql, direct } = await through()
    await direct`CREATE TABLE held (way text)`
    for (const way of ["requests", "answers"] as const) {
      wire.stall(way)
      const query = sql`INSERT INTO held VALUES (${way})`.execute()
      expect(await outcome(query)).toBe("waiting")
      const arrived = async () => (await direct`SELECT 1 FROM held WHERE way = ${way}`).length === 1
      expect(await until(arrived, 200)).toBe(way === "answers")
      wire.mend()
      await query
      expect(await arrived()).toBe(true)
    }
  })

  it("breaks a connection in the middle of a message", async () => {
    const { wire, sql, direct } = await through()
    await direct`CREATE TABLE halves (body text)`
    const insert = () => sql`INSERT INTO halves VALUES (${"x".repeat(1000)})`
    await insert()
    wire.cutAfter("requests", 500)
    expect(await outcome(insert(), 5000)).toBe("ECONNRESET")
    expect((await direct`SELECT 1 FROM halves`).length).toBe(1)
    // The answer is lost, not what it told of.
    await insert()
    wire.cutAfter("answers", 3)
    expect(await outcome(insert(), 5000)).toBe("ECONNRESET")
    expect((await direct`SELECT 1 FROM halves`).length).toBe(3)
  })

  it("leads to another server", async () => {
    const { wire } = await through()
    const { url } = await shared
    const other = await start({ settings: servers.fast })
    wire.lead(other.port)
    // The password is another.
    expect(await outcome(client(wire.url(url))`SELECT 1`, 5000)).toBe("28P01")
  })
})
