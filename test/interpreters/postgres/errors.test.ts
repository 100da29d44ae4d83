import { once } from "node:events"
import { createServer } from "node:net"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as Connection from "../../../src/interpreters/postgres/Connection.ts"
import type { Fault } from "../../../src/interpreters/postgres/faults.ts"
import * as Pool from "../../../src/interpreters/postgres/Pool.ts"
import { Damaged } from "../../../src/interpreters/postgres/rows.ts"
import { serverUrl } from "../../postgres/run.ts"
import { other, query, raw, withRoles } from "./raw.ts"

const url = await serverUrl()
const nothing: Pool.Answer<void> = { row: () => {}, end: () => {} }

const inPool = <A, E>(use: (pool: Pool.Pool) => Effect.Effect<A, E>, at = url): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(Pool.make(1, Connection.connector({ url: at, prepare: true })), use)))

const faultOf = (statement: string, at = url, answer = nothing): Promise<Fault> =>
  inPool((pool) => Effect.flip(pool.run(statement, [], answer)), at)

const judged = ({ passing, undone, parting }: Fault) => ({ passing, undone, parting })

const said = ({ cause }: Fault): string => (cause instanceof Error ? cause.message : String(cause))

/** An answer of the server: surely nothing was done, and the connection goes on. */
const answer = (passing: boolean) => ({ passing, undone: true, parting: false })
/** No connection: nothing was sent. */
const unmade = (passing: boolean) => ({ passing, undone: true, parting: true })
const lost = { passing: true, undone: false, parting: true }

describe("an error that the server answers", () => {
  const raised = (state: string) => `DO $$ BEGIN RAISE SQLSTATE '${state}' USING MESSAGE = 'raised'; END $$`

  it.each([
    ...["08006", "40001", "40P01", "53000", "53100", "53200", "53300", "53400", "55P03", "57014", "58000", "58030"],
    ...["57P01", "57P02", "57P03", "57P04", "57P05"],
  ])("%s passes", async (state) => {
    expect(judged(await faultOf(raised(state)))).toEqual(answer(true))
  })

  it.each([
    "42501",
    "42P01",
    "42883",
    "42703",
    "3F000",
    "28000",
    "3D000",
    "XX000",
    "XX001",
    "XX002",
    "23505",
    "22P02",
    "P0001",
  ])("%s stays", async (state) => {
    expect(judged(await faultOf(raised(state)))).toEqual(answer(false))
  })

  it("25006, a server that became a standby, passes, by another connection", async () => {
    expect(judged(await faultOf(raised("25006")))).toEqual({ ...answer(true), parting: true })
  })

  it("says what to do about a right or an object that is missing", async () => {
    expect(said(await faultOf("SELECT * FROM nowhere.event"))).toMatch(/"nowhere.event" does not exist: run the migr/)
    await withRoles(1, async (role = "") => {
      const fault = await faultOf("SELECT * FROM pg_authid", other(url, { role }))
      expect(judged(fault)).toEqual(answer(false))
      expect(said(fault)).toMatch(
        /^permission denied for table pg_authid: grant the role what docs\/postgres.md lists$/,
      )
    })
  })
})

describe("a connection that cannot be made", () => {
  it.each([
    ["nobody listens", () => Object.assign(new URL(url), { port: "1" }).href, true],
    ["the host has no address", () => Object.assign(new URL(url), { hostname: "nowhere.invalid" }).href, true],
    ["there is no socket", () => "postgres://someone@%2Fnowhere/postgres", true],
    ["the password is wrong", () => Object.assign(new URL(url), { password: "wrong" }).href, false],
    ["there is no such role", () => other(url, { role: "everfold_nobody" }), false],
    ["there is no such database", () => other(url, { database: "everfold_nowhere" }), false],
    ["the server takes no certificates", () => `${url}?sslmode=verify-full`, true],
    ["the URL is none", () => "postgres://user:secret@host:port:5432/database", false],
  ])("because %s", async (_, at, passing) => {
    const fault = await faultOf("SELECT", at())
    expect(judged(fault)).toEqual(unmade(passing))
    expect(said(fault)).not.toContain("secret")
  })

  it("because the role has no connection left", async () => {
    await withRoles(1, async (role = "") => {
      await query(`ALTER ROLE ${role} CONNECTION LIMIT 0`)
      const fault = await faultOf("SELECT", other(url, { role }))
      expect(judged(fault)).toEqual(unmade(true))
      expect(fault.cause).toMatchObject({ code: "53300" })
    })
  })

  it("because whoever takes it closes it, and is not asked again and again", async () => {
    let taken = 0
    const server = createServer((socket) => {
      taken++
      socket.end()
    })
    await once(server.listen(0, "127.0.0.1"), "listening")
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const fault = await faultOf("SELECT", `postgres://someone@127.0.0.1:${port}/postgres`)
    server.close()
    expect(judged(fault)).toEqual(unmade(true))
    expect(taken).toBe(1)
  })

  it("because whoever takes it says nothing", async () => {
    const server = createServer(() => {})
    await once(server.listen(0, "127.0.0.1"), "listening")
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const fault = await faultOf("SELECT", `postgres://someone@127.0.0.1:${port}/postgres`)
    server.close()
    expect(judged(fault)).toEqual(unmade(true))
    expect(said(fault)).toBe("nothing was heard from the server for 10 seconds")
  })
})

describe("a connection that is lost in the middle of a statement", () => {
  it("leaves open what became of it", async () => {
    const fault = faultOf("SELECT pg_sleep(20), 'to be ended'")
    const ended = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%''to be ended''%' AND pid <> pg_backend_pid()`
    await raw(async (one) => {
      while ((await one.query(ended)).length === 0);
    })
    expect(judged(await fault)).toEqual(lost)
  })
})

describe("an answer that is none of ours", () => {
  it("is damage where its rows are read, and never a success", async () => {
    const row = () => {
      throw new Damaged("a number was expected")
    }
    const damage = { passing: false, undone: false, parting: false }
    expect(judged(await faultOf("SELECT 1", url, { ...nothing, row }))).toEqual(damage)
    expect(judged(await faultOf("SELECT 1", url, { ...nothing, end: row }))).toEqual(damage)
  })

  it("is a defect where this library fails, and the connection goes on", async () => {
    const bug = () => {
      throw new TypeError("a bug")
    }
    const use = (pool: Pool.Pool) =>
      Effect.gen(function* () {
        const [{ reasons }] = yield* Effect.all([
          Effect.flip(Effect.sandbox(pool.run("SELECT 1", [], { ...nothing, end: bug }))),
        ])
        yield* pool.run("SELECT 1", [], nothing)
        return reasons
      })
    expect(await inPool(use)).toMatchObject([{ defect: new TypeError("a bug") }])
  })
})
