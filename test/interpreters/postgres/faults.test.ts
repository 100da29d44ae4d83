/**
 * What can happen to a server and to the way to it, while a store is at work, over layers that are never built anew. `hurt` demands of each that
 * nothing acknowledged is lost, nothing is recorded twice, and all goes on when the fault is over; the tests say what the
 * store's users were told.
 */
import { join } from "node:path"
import postgres from "postgres"
import { describe, expect, it, vi } from "vitest"
import { control, fillDisk } from "../../postgres/control.ts"
import { start, wireTo } from "../../postgres/support.ts"
import { killAll, startFile, until } from "../sqlite/children.ts"
import { hurt } from "./hurt.ts"

const schema = "everfold"
const nobodyKnew = { unavailable: [], unknown: [], unread: [] }
const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

/** The address of an ordinary role. */
const someone = async (url: string): Promise<string> => {
  await control(url).query("CREATE ROLE someone LOGIN PASSWORD 'p'; GRANT CREATE ON DATABASE postgres TO someone")
  const theirs = new URL(url)
  theirs.username = "someone"
  theirs.password = "p"
  return theirs.href
}

describe("the server", () => {
  it("ends backends, again and again", async () => {
    const { url } = await start()
    const told = await hurt({ url, schema }, async ({ goesOn }) => {
      for (let i = 0; i < 20; i++) {
        expect(await control(url).terminate("everfold")).toBeGreaterThan(1)
        await goesOn(5)
      }
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("cancels statements, again and again", async () => {
    const { url, log } = await start()
    const told = await hurt({ url, schema }, async ({ goesOn }) => {
      for (let i = 0; i < 40; i++) {
        await control(url).cancel("everfold")
        await goesOn(3)
      }
    })
    expect(log()).toContain("canceling statement due to user request")
    expect(told).toMatchObject(nobodyKnew)
  })

  it.each(["kill", "crash", "shutdown"] as const)("ends by %s, and comes back", async (how) => {
    const server = await start()
    const told = await hurt({ url: server.url, schema }, async ({ goesOn }) => {
      for (let i = 0; i < 3; i++) {
        await server[how]()
        await sleep(i * 300)
        await server.restart()
        await goesOn()
      }
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("is read-only for a while", async () => {
    const { url } = await start()
    const told = await hurt({ url, schema }, async ({ goesOn, standsStill }) => {
      await control(url).set("default_transaction_read_only", true)
      await standsStill()
      await control(url).set("default_transaction_read_only", undefined)
      await goesOn()
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("fails over to its standby, which is read-only at first", async () => {
    const primary = await start()
    const standby = await start({ standbyOf: primary })
    await control(primary.url).set("synchronous_standby_names", "*")
    const wire = await wireTo(primary.port)
    const told = await hurt({ url: wire.url(primary.url), schema }, async ({ goesOn, standsStill }) => {
      await primary.kill()
      wire.lead(standby.port)
      wire.cut()
      await standsStill(1500)
      await control(standby.url).promote()
      await goesOn()
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("has no connection to spare for a while", async () => {
    const { url } = await start()
    const theirs = await someone(url)
    const told = await hurt({ url: theirs, schema }, async ({ goesOn, standsStill }) => {
      await control(url).query("ALTER ROLE someone CONNECTION LIMIT 0")
      await control(url).terminate("everfold")
      await standsStill()
      await control(url).query("ALTER ROLE someone CONNECTION LIMIT 1")
      await sleep(500)
      await control(url).query("ALTER ROLE someone CONNECTION LIMIT -1")
      await goesOn()
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("lets nobody in at all for a while: all its connections are taken", async () => {
    const { url, log } = await start({ settings: { max_connections: 16 } })
    const ours = { onnotice: () => {}, connection: { application_name: "control" } }
    const admin = postgres(url, { max: 1, ...ours })
    await admin`SELECT`
    const sql = postgres(url, { max: 15, ...ours })
    const told = await hurt({ url, schema }, async ({ goesOn, standsStill, until }) => {
      // Whoever comes first has the connections that were ended; the others ask again.
      let over = false
      let taken = 0
      const taking = Array.from({ length: 15 }, async () => {
        for (let has = false; !over; ) {
          await sql`SELECT pg_sleep(0.1)`.then(
            () => {
              if (!has) taken++
              has = true
            },
            () => sleep(1),
          )
        }
      })
      await until(
        () => `${taken} connections are taken`,
        async () => {
          await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'everfold'`
          await sleep(50)
          return taken === 15
        },
      )
      await standsStill()
      over = true
      await Promise.all(taking)
      await Promise.all([sql.end(), admin.end()])
      await goesOn()
    })
    expect(log()).toContain("too many clients already")
    expect(told).toMatchObject(nobodyKnew)
  })

  it("gives up statements that wait for what somebody holds, until they let go", async () => {
    const { url, log } = await start({ settings: { statement_timeout: "200ms" } })
    const told = await hurt({ url, schema }, async ({ goesOn, standsStill }) => {
      const release = await control(url).hold(`LOCK TABLE ${schema}.event IN EXCLUSIVE MODE`)
      await standsStill(1500)
      await release()
      await goesOn()
    })
    expect(log()).toContain("canceling statement due to statement timeout")
    expect(told).toMatchObject(nobodyKnew)
  })

  it("ends connections that are idle", async () => {
    const { url, log } = await start({ settings: { idle_session_timeout: "5ms" } })
    const told = await hurt({ url, schema }, ({ goesOn }) => goesOn(100), { writers: 2 })
    expect(log()).toContain("terminating connection due to idle-session timeout")
    expect(told).toMatchObject(nobodyKnew)
  })

  it("forbids to write for a while, and says so at once", async () => {
    const { url } = await start()
    const theirs = await someone(url)
    const told = await hurt({ url: theirs, schema }, async ({ told, goesOn, until }) => {
      await control(url).query(`REVOKE INSERT ON ${schema}.event FROM someone`)
      await until("a writer is told", () => told.unavailable.length > 0, 5000)
      await control(url).query(`GRANT INSERT ON ${schema}.event TO someone`)
      await goesOn()
    })
    expect(told).toMatchObject({ unknown: [], unread: [] })
    for (const { retryable, cause } of told.unavailable) {
      expect(retryable).toBe(false)
      expect(String(cause)).toMatch(/permission denied for table event/)
    }
  })

  it("was told not to flush, and crashes", async () => {
    const server = await start({ settings: { synchronous_commit: false, wal_writer_delay: "10s" } })
    const told = await hurt({ url: server.url, schema }, async ({ goesOn }) => {
      for (let i = 0; i < 5; i++) {
        await server.crash()
        await server.restart()
        await goesOn()
      }
    })
    expect(told).toMatchObject(nobodyKnew)
  })
})

describe("the disk", () => {
  it("is full for everything, down to the log of the server", async ({ skip }) => {
    const server = await start({ disk: 100 }).catch(() => undefined)
    if (server === undefined) return skip("only root can make a disk, and not everywhere")
    const told = await hurt(
      { url: server.url, schema },
      async ({ goesOn, until }) => {
        const free = fillDisk(server)
        await until("the server gives up", () => /No space left on device/.test(server.log()))
        await sleep(1000)
        free()
        await server.restart()
        await goesOn()
      },
      { size: 20_000 },
    )
    expect(told).toMatchObject(nobodyKnew)
  })
})

describe("this process", () => {
  it("has a clock that jumps, in the middle of an outage too", async () => {
    const server = await start()
    const real = Date.now
    let jumped = 0
    const clock = vi.spyOn(Date, "now").mockImplementation(() => real() + jumped)
    const told = await hurt({ url: server.url, schema }, async ({ goesOn }) => {
      for (const by of [86_400_000, -2 * 86_400_000, 0]) {
        await server.kill()
        await sleep(200)
        jumped = by
        await sleep(200)
        await server.restart()
        await goesOn()
      }
    })
    clock.mockRestore()
    expect(told).toMatchObject(nobodyKnew)
  })

  it("asks for more at once than it has connections", async () => {
    const { url } = await start()
    const told = await hurt({ url, schema, connections: 1 }, async ({ goesOn }) => goesOn(1000), { writers: 300 })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("survives the end of every connection, whatever it was about", async () => {
    const { url } = await start()
    const child = startFile(join(import.meta.dirname, "working.ts"), url, schema)
    const acknowledged = () => Number(child.lines().at(-1)?.acknowledged ?? 0)
    try {
      for (let i = 0; i < 40; i++) {
        const before = acknowledged()
        await until("it works", () => acknowledged() > before)
        await control(url).terminate("everfold")
      }
      child.process.stdin?.end()
      await child.ended
      expect([child.process.exitCode, child.complaints()]).toEqual([0, ""])
      expect(child.lines().at(-1)).toMatchObject({ told: [] })
    } finally {
      killAll()
    }
  })
})

describe("the network", () => {
  it("breaks connections, in the middle of messages too", async () => {
    const { url, port } = await start()
    const wire = await wireTo(port)
    const told = await hurt({ url: wire.url(url), schema }, async ({ goesOn }) => {
      for (let i = 0; i < 12; i++) {
        if (i % 3 === 0) wire.cut()
        else wire.cutAfter(i % 3 === 1 ? "requests" : "answers", 1 + 37 * i)
        await goesOn(5)
      }
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it.each(["requests", "answers"] as const)("loses %s that are under way when it breaks", async (way) => {
    const { url, port } = await start()
    const wire = await wireTo(port)
    const told = await hurt({ url: wire.url(url), schema }, async ({ goesOn }) => {
      for (let i = 0; i < 5; i++) {
        wire.stall(way)
        await sleep(100)
        wire.cut()
        wire.mend()
        await goesOn(5)
      }
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("is slow for a while, and refuses connections for a while", async () => {
    const { url, port } = await start()
    const wire = await wireTo(port)
    const told = await hurt({ url: wire.url(url), schema }, async ({ goesOn, standsStill }) => {
      wire.stall()
      await standsStill(2000)
      wire.mend()
      await goesOn()
      wire.accept(false)
      wire.cut()
      await standsStill(2000)
      wire.mend()
      await goesOn()
    })
    expect(told).toMatchObject(nobodyKnew)
  })
})
