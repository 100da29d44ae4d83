/** A PostgreSQL server of a run's own, with durable settings, and all that goes wrong with it. */
import postgres from "postgres"
import { start } from "../../postgres/server.ts"
import { crashes, toBackends, toConnections, toProcesses, toServers } from "../crash/postgres.ts"
import { shared } from "../model.ts"
import type { Place } from "../places.ts"
import { about, type Hazard, pause, type Scene } from "../scene.ts"
import { appending } from "./byHand.ts"
import * as Naive from "./Naive.ts"
import * as Network from "./Network.ts"
import * as strangers from "./strangers.ts"

const role = "torture"
const database = "store"
const schema = "everfold"

/** What an administrator may turn on for new sessions, by mistake or in need. */
const settings = [
  "SET statement_timeout = '30ms'",
  "SET lock_timeout = '5ms'",
  "SET default_transaction_read_only = on",
  "CONNECTION LIMIT 3",
]

export const make = async (design: "everfold" | "naive", seconds: number): Promise<Scene> => {
  const server = await start()
  // Nobody catches what the driver's own query for types fails with.
  const options = { fetch_types: false, onnotice: () => {}, backoff: () => 0.1, connect_timeout: 5 }
  const admin = postgres(server.url, { ...options, max: 2 })
  const close: Array<() => Promise<unknown>> = [server.stop]
  try {
    await admin.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`)
    await admin.unsafe(`CREATE DATABASE ${database} OWNER ${role}`)
    await admin.unsafe("CREATE DATABASE elsewhere")
    const direct = `postgres://${role}:${role}@127.0.0.1:${server.port}/${database}`
    const network = await Network.start(server.port)
    close.unshift(network.close, () => admin.end({ timeout: 0 }))
    const at = (url: string): Place =>
      design === "naive" ? { store: "naive", url } : { store: "postgres", url, schema }
    if (design === "naive") await Naive.prepare(direct)
    const lodger = strangers.lodge(server.url.replace(/\/postgres$/, "/elsewhere"))
    close.unshift(lodger.leave)

    /** While the server is down, nothing else can be done to it. */
    const pids = async (query: postgres.PendingQuery<{ pid: number }[]>): Promise<ReadonlyArray<number>> =>
      query.then(
        (rows) => rows.map(({ pid }) => pid),
        () => [],
      )
    const ours = admin`datname = ${database} AND usename = ${role} AND application_name <> ${strangers.name}`
    const active = admin`CASE state WHEN 'active' THEN 0 ELSE 1 END * random()`
    const some = (count: number) =>
      admin<{ pid: number }[]>`SELECT pid FROM pg_stat_activity WHERE ${ours} ORDER BY ${active} LIMIT ${count}`
    const terminate = async (which: ReadonlyArray<number>): Promise<number> => {
      const hit = await pids(
        admin<{ pid: number }[]>`SELECT pid FROM unnest(${`{${which}}`}::int[]) pid WHERE pg_terminate_backend(pid)`,
      )
      return hit.length
    }

    /** No session keeps what the settings were. */
    const reset = async (): Promise<void> => {
      await admin.unsafe(`ALTER DATABASE ${database} RESET ALL`)
      await admin.unsafe(`ALTER DATABASE ${database} CONNECTION LIMIT -1`)
      await terminate(await pids(some(99)))
    }

    /** Until it succeeds. A server that recovers from a crash takes nobody in, and should not be shut down either. */
    const insist = async (query: () => PromiseLike<unknown>): Promise<void> => {
      for (let tries = 0; ; tries++) {
        try {
          await query()
          return
        } catch (error) {
          if (tries === 300) throw error
          await pause(100)
        }
      }
    }

    let down: Promise<void> | undefined
    /** It can go down once at a time. */
    const downWhile = async (work: () => Promise<void>): Promise<number> => {
      if (down !== undefined) return 0
      down = work()
      await down
      down = undefined
      return 1
    }
    const byHand: Hazard = {
      name: "undone",
      every: 700,
      strike: () => strangers.undo(direct, appending(schema, shared[Math.floor(Math.random() * shared.length)] ?? "")),
    }
    const rarely = Math.max(6000, seconds * 400)
    const hazards: ReadonlyArray<Hazard> = [
      {
        name: "terminations",
        every: 250,
        strike: async () => terminate(await pids(some(Math.random() < 0.1 ? 99 : 1))),
      },
      {
        name: "cancellations",
        every: 300,
        strike: async () => {
          const [pid] = await pids(some(1))
          if (pid === undefined) return 0
          const hit = await pids(admin`SELECT ${pid}::int AS pid WHERE pg_cancel_backend(${pid})`)
          return hit.length
        },
      },
      { name: "cuts", every: 500, strike: async () => network.cut() },
      { name: "cuts", every: 500, strike: async () => network.doom("cut") },
      { name: "late", every: 1200, strike: async () => network.doom("late") },
      { name: "halves", every: 700, strike: async () => network.doom("half") },
      { name: "unheard", every: 400, strike: async () => network.doom("deaf") },
      { name: "stalls", every: 800, strike: () => network.stall(about(150)) },
      { name: "idlers", every: 200, strike: () => strangers.idle(direct) },
      ...(design === "naive" ? [] : [byHand]),
      {
        name: "settings",
        every: rarely,
        strike: async () => {
          try {
            const setting = settings[Math.floor(Math.random() * settings.length)] ?? ""
            await admin.unsafe(`ALTER DATABASE ${database} ${setting}`)
            await terminate(await pids(some(99)))
            await pause(about(400))
            await reset()
            return 1
          } catch {
            return 0
          }
        },
      },
      {
        name: "backendKills",
        every: rarely,
        strike: () =>
          downWhile(async () => {
            for (const pid of await pids(some(1))) process.kill(pid, "SIGKILL")
            await insist(() => admin`SELECT pg_sleep(0.2)`)
          }),
      },
      { name: "shutdowns", every: rarely, strike: () => downWhile(() => server.crash().then(server.restart)) },
      { name: "serverKills", every: rarely, strike: () => downWhile(() => server.kill().then(server.restart)) },
      { name: "restarts", every: 2 * rarely, strike: () => downWhile(server.restart) },
    ]
    return {
      place: at(network.through(direct)),
      inspected: at(direct),
      hazards,
      lost: network.lost,
      interrupt: async (every) => {
        const own = { url: direct, port: server.port }
        const often = await crashes(own, { ...toProcesses, ...toConnections, ...toBackends(admin) }, every)
        const rarely = await crashes(own, toServers(server), 6 * every)
        return {
          statements: often.statements,
          kills: often.kills + rarely.kills,
          faults: [...often.faults, ...rarely.faults],
        }
      },
      calm: async () => {
        await insist(reset)
      },
      close: async () => {
        for (const end of close) await end()
      },
    }
  } catch (error) {
    for (const end of close) await end()
    throw error
  }
}
