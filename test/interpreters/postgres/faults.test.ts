/**
 * What can happen to a server and to the way to it, while a store is at work over one layer. `hurt` demands of each that
 * nothing acknowledged is lost, nothing is recorded twice, and all goes on when the fault is over; the tests say what the
 * store's users were told.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import postgres from "postgres"
import { describe, expect, it, vi } from "vitest"
import { control, fillDisk, fillTable } from "../../postgres/control.ts"
import { start } from "../../postgres/support.ts"
import * as Wire from "../../postgres/wire.ts"
import { killAll, startFile, until } from "../sqlite/children.ts"
import { hurt, type Told, type Work } from "./hurt.ts"

const schema = "everfold"
const nobodyKnew = { unavailable: [], unknown: [], unread: [] }
const sleep = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

/** A way to a server, closed afterwards. */
const wired = async <A>(port: number, use: (wire: Wire.Wire) => Promise<A>): Promise<A> => {
  const wire = await Wire.start(port)
  try {
    return await use(wire)
  } finally {
    await wire.stop()
  }
}

/** Holds what a statement locks until it is released, as a forgotten session of an administrator does. */
const holding = async (url: string, statement: string): Promise<() => Promise<void>> => {
  const sql = postgres(url, { max: 1, connection: { application_name: "holder" } })
  const other = await sql.reserve()
  await other.unsafe("BEGIN")
  await other.unsafe(statement)
  return async () => {
    await other.unsafe("COMMIT")
    other.release()
    await sql.end()
  }
}

describe("the server", () => {
  it("ends backends, again and again", async () => {
    const { url } = await start()
    const told = await hurt({ url, schema }, async ({ goesOn }) => {
      for (let i = 0; i < 20; i++) {
        await control(url).terminate("everfold")
        await goesOn(5)
      }
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("cancels statements, again and again", async () => {
    const { url } = await start()
    const told = await hurt({ url, schema }, async ({ goesOn }) => {
      for (let i = 0; i < 40; i++) {
        await control(url).cancel("everfold")
        await goesOn(3)
      }
    })
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
    const told = await hurt({ url, schema }, async ({ goesOn }) => {
      await control(url).set("default_transaction_read_only", true)
      await sleep(1500)
      await control(url).set("default_transaction_read_only", undefined)
      await goesOn()
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("fails over to its standby, which is read-only at first", async () => {
    const primary = await start()
    const standby = await start({ standbyOf: primary })
    await control(primary.url).set("synchronous_standby_names", "*")
    await wired(primary.port, async (wire) => {
      const told = await hurt({ url: wire.url(primary.url), schema }, async ({ goesOn }) => {
        await primary.kill()
        wire.lead(standby.port)
        wire.cut()
        await sleep(1500)
        await control(standby.url).promote()
        await goesOn()
      })
      expect(told).toMatchObject(nobodyKnew)
    })
  })

  it("has no connection to spare for a while", async () => {
    const { url } = await start()
    await control(url).query("CREATE ROLE someone LOGIN PASSWORD 'p'; GRANT CREATE ON DATABASE postgres TO someone")
    const theirs = new URL(url)
    theirs.username = "someone"
    theirs.password = "p"
    const told = await hurt({ url: theirs.href, schema }, async ({ goesOn }) => {
      await control(url).query("ALTER ROLE someone CONNECTION LIMIT 0")
      await control(url).terminate("everfold")
      await sleep(1500)
      await control(url).query("ALTER ROLE someone CONNECTION LIMIT 1")
      await sleep(500)
      await control(url).query("ALTER ROLE someone CONNECTION LIMIT -1")
      await goesOn()
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("lets nobody in at all for a while: all its connections are taken", async () => {
    const { url } = await start({ settings: { max_connections: 12 } })
    const sql = postgres(url, { max: 12, connect_timeout: 1, onnotice: () => {} })
    const told = await hurt({ url, schema }, async ({ goesOn, until }) => {
      const taken = Array.from({ length: 12 }, () => sql`SELECT pg_sleep(2)`.catch(() => {}))
      await until(
        "it is full",
        async () => (await Promise.race([control(url).query("SELECT"), sleep(500)]).catch(() => "full")) === "full",
      )
      await control(url)
        .terminate("everfold")
        .catch(() => {})
      await Promise.all(taken)
      await sql.end({ timeout: 0 })
      await goesOn()
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("gives up statements that wait for what somebody holds, until they let go", async () => {
    const { url } = await start({ settings: { statement_timeout: "200ms" } })
    const told = await hurt({ url, schema }, async ({ goesOn }) => {
      const release = await holding(
        url,
        `LOCK TABLE ${schema}.event IN EXCLUSIVE MODE; SET LOCAL statement_timeout = 0`,
      )
      await sleep(2000)
      await release()
      await goesOn()
    })
    expect(told).toMatchObject(nobodyKnew)
  })

  it("ends connections that are idle, and transactions", async () => {
    const { url } = await start({
      settings: { idle_session_timeout: "50ms", idle_in_transaction_session_timeout: "50ms" },
    })
    const told = await hurt(
      { url, schema },
      async ({ goesOn }) => {
        const release = await holding(
          url,
          `SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE ${schema}.event IN EXCLUSIVE MODE`,
        )
        await sleep(500)
        await release().catch(() => {})
        await goesOn()
      },
      { writers: 2 },
    )
    expect(told).toMatchObject(nobodyKnew)
  })

  it("forbids to write for a while, and says so at once", async () => {
    const { url } = await start()
    await control(url).query("CREATE ROLE someone LOGIN PASSWORD 'p'; GRANT CREATE ON DATABASE postgres TO someone")
    const theirs = new URL(url)
    theirs.username = "someone"
    theirs.password = "p"
    const told = await hurt({ url: theirs.href, schema }, async ({ told, goesOn, until }) => {
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

/** Longer than anybody waits: users are told, and what they were told holds. */
describe.concurrent("for long,", () => {
  const everyoneMayTryAgain = ({ unavailable, unread }: Told) =>
    expect([...unavailable, ...unread].filter(({ retryable }) => !retryable)).toEqual([])
  const somebodyKnows = ({ told, until }: Work) =>
    until(
      "somebody is told",
      () => told.unavailable.length + told.unknown.length > 0 && told.unread.length > 0,
      100_000,
    )

  it("the server is down", { timeout: 150_000 }, async () => {
    const server = await start()
    const told = await hurt({ url: server.url, schema }, async (work) => {
      await server.kill()
      await somebodyKnows(work)
      await server.restart()
      await work.goesOn()
    })
    everyoneMayTryAgain(told)
  })

  it("nothing comes through", { timeout: 150_000 }, async () => {
    const { url, port } = await start()
    await wired(port, async (wire) => {
      const told = await hurt({ url: wire.url(url), schema }, async (work) => {
        wire.stall()
        await somebodyKnows(work)
        wire.mend()
        await work.goesOn()
      })
      everyoneMayTryAgain(told)
    })
  })

  it("somebody holds what commits need", { timeout: 150_000 }, async () => {
    const { url } = await start()
    const told = await hurt({ url, schema }, async ({ told, goesOn, until }) => {
      const release = await holding(url, `LOCK TABLE ${schema}.event IN EXCLUSIVE MODE`)
      await until("a writer is told", () => told.unavailable.length + told.unknown.length > 0, 100_000)
      await release()
      await goesOn()
    })
    everyoneMayTryAgain(told)
    // Who only reads waits for nobody.
    expect(told.unread).toEqual([])
  })

  it("the disk is full for commands, and for nothing else", { timeout: 150_000 }, async ({ skip }) => {
    if (!existsSync("/dev/full")) return skip("there is no device that is always full")
    const server = await start()
    const { url } = server
    let commands = false
    const told = await hurt(
      { url, schema },
      async ({ told, goesOn, until }) => {
        const free = await fillTable(server, `${schema}.command`)
        await goesOn()
        commands = true
        await until("a writer is told", () => told.unavailable.length > 0, 100_000)
        commands = false
        await goesOn()
        await free()
        commands = true
        await goesOn()
      },
      { commands: () => commands },
    )
    everyoneMayTryAgain(told)
    expect(told.unknown).toEqual([])
    expect(told.unavailable.map(({ cause }) => cause)).toContainEqual(expect.objectContaining({ code: "53100" }))
  })
})

describe("the network", () => {
  it("breaks connections, in the middle of messages too", async () => {
    const { url, port } = await start()
    await wired(port, async (wire) => {
      const told = await hurt({ url: wire.url(url), schema }, async ({ goesOn }) => {
        for (let i = 0; i < 12; i++) {
          if (i % 3 === 0) wire.cut()
          else wire.cutAfter(i % 3 === 1 ? "requests" : "answers", 1 + 37 * i)
          await goesOn(5)
        }
      })
      expect(told).toMatchObject(nobodyKnew)
    })
  })

  it.each(["requests", "answers"] as const)("loses %s that are under way when it breaks", async (way) => {
    const { url, port } = await start()
    await wired(port, async (wire) => {
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
  })

  it("is slow for a while, and refuses connections for a while", async () => {
    const { url, port } = await start()
    await wired(port, async (wire) => {
      const told = await hurt({ url: wire.url(url), schema }, async ({ goesOn }) => {
        wire.stall()
        await sleep(2000)
        wire.mend()
        await goesOn()
        wire.accept(false)
        wire.cut()
        await sleep(2000)
        wire.mend()
        await goesOn()
      })
      expect(told).toMatchObject(nobodyKnew)
    })
  })
})
