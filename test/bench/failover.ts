/**
 * A cluster of two runners on PostgreSQL, with the settings for a short fail-over: how long it does without one that is
 * stopped in order or killed, and how many commands it carries out, against a repository in one process.
 */
import { randomUUID } from "node:crypto"
import type { Sharding } from "effect/cluster/Sharding"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Repository } from "everfold"
import postgres from "postgres"
import { Counters, counters, table } from "../cluster/model.ts"
import { type Runner, start } from "../cluster/runners.ts"
import { clientAt, storeAt } from "../cluster/settings.ts"
import { compare, type Figure, type Subject, sample, stopwatch, type Work } from "./measure.ts"
import { now, sleep } from "./postgres/clock.ts"
import { withServer } from "./postgres/server.ts"

const name = "failover"

const clientOf = (url: string) => ManagedRuntime.make(Layer.merge(clientAt(url), storeAt(url)))
type Client = ReturnType<typeof clientOf>

const aggregates = 100
const operation = (n: number) => ({ id: `counter-${n % aggregates}`, command: { op: randomUUID(), by: 1 } })

type Way = (n: number) => Effect.Effect<void, unknown, Sharding | Repository.Needs>

const wayOf: Readonly<Record<"a repository in one process" | "entities at two runners", Way>> = {
  "a repository in one process": (n) => {
    const { id, command } = operation(n)
    return Effect.asVoid(counters.execute(id, command, { commandId: command.op }))
  },
  "entities at two runners": (n) => {
    const { id, command } = operation(n)
    return Effect.asVoid(Counters.execute(id, command, { commandId: command.op }))
  },
}

const throughput = (client: Client, way: keyof typeof wayOf, writers: number): Subject => ({
  name: way,
  writers,
  round: () =>
    client.runPromise(
      Effect.suspend(() => {
        const commands = writers === 1 ? 300 : 3000
        const watch = stopwatch(commands)
        const startedAt = performance.now()
        const timed = (n: number) =>
          Effect.suspend(() => {
            const begun = performance.now()
            return Effect.map(wayOf[way](n), () => watch.lap(begun))
          })
        const all = Array.from({ length: commands }, (_, n) => n)
        return Effect.map(Effect.forEach(all, timed, { concurrency: writers, discard: true }), () =>
          sample(commands, startedAt, watch.latencies),
        )
      }).pipe(Effect.orDie),
    ),
})

/** Two runners, one of which can be ended and replaced. */
interface Pair {
  readonly sql: postgres.Sql
  readonly client: Client
  readonly both: [Runner, Runner]
  readonly replace: () => Promise<Runner>
}

/** Of the aggregates of both runners: a command each, over and over; answers when all of them have one begun after `since`. */
const answeredAfter = async (client: Client, ended: Promise<number>): Promise<number> => {
  let since = Number.POSITIVE_INFINITY
  const lane = async (n: number): Promise<number> => {
    for (;;) {
      const begun = now()
      await client.runPromise(wayOf["entities at two runners"](n))
      if (begun > since) return now()
      await sleep(20)
    }
  }
  const lanes = Promise.all(Array.from({ length: 20 }, (_, n) => lane(n)))
  since = await ended
  return Math.max(...(await lanes)) - since
}

/** Until somebody else has handled an event, of the single partition. */
const handledAfter = async ({ sql, client }: Pair, gone: number, ended: Promise<number>): Promise<number> => {
  let isOver = false
  const busy = (async () => {
    for (let n = 0; !isOver; n++) {
      await client.runPromise(wayOf["a repository in one process"](n))
      await sleep(20)
    }
  })()
  const since = await ended
  for (;;) {
    const [row] = await sql`SELECT 1 FROM handled WHERE pid <> ${gone} LIMIT 1`
    if (row !== undefined) break
    await sleep(5)
  }
  const after = now() - since
  isOver = true
  await busy
  return after
}

const ends = { stopped: (runner: Runner) => runner.stop(), killed: (runner: Runner) => runner.kill() }

const gap = (pair: Pair, how: keyof typeof ends, what: "answered" | "handled"): Subject => ({
  name: `${how}, until ${what === "answered" ? "commands are answered" : "an event is handled"}`,
  writers: 1,
  round: async () => {
    const { sql, client } = pair
    // Whoever works at the partition is the one that goes, once nothing moves any more to the one that joined last.
    await sleep(4000 + Math.random() * 1000)
    await sql`TRUNCATE handled`
    await client.runPromise(wayOf["a repository in one process"](0))
    let worker: number | undefined
    while (worker === undefined) {
      const [row] = await sql<Array<{ pid: number }>>`SELECT pid FROM handled LIMIT 1`
      worker = row?.pid
    }
    const going = pair.both.find(({ pid }) => pid === worker) ?? pair.both[0]
    let tell = (_at: number): void => {}
    const ended = new Promise<number>((resolve) => {
      tell = resolve
    })
    const waiting = what === "answered" ? answeredAfter(client, ended) : handledAfter(pair, going.pid, ended)
    await sleep(500)
    tell(now())
    const gone = ends[how](going)
    const latency = await waiting
    await gone
    pair.both[pair.both.indexOf(going)] = await pair.replace()
    return { perSecond: 1000 / latency, latencies: Float64Array.of(latency) }
  },
})

export const work: Work = {
  title: "a cluster that loses a runner, and its speed",
  about:
    "milliseconds from the signal until every aggregate answers again, and until another runner handles an event (a lease of 3 s); commands a second through entities; Cluster.failover",
  goals: [],
  run: () =>
    withServer(async (server) => {
      const url = await server.database("failover")
      const sql = postgres(url, { max: 2, onnotice: () => {} })
      await sql.unsafe(table)
      const replace = () => start({ url, partitions: 1 })
      const pair: Pair = { sql, client: clientOf(url), replace, both: [await replace(), await replace()] }
      try {
        const figures: Array<Figure> = []
        await sleep(3000)
        for (const writers of [1, 64, 256]) {
          const subjects = [
            throughput(pair.client, "a repository in one process", writers),
            throughput(pair.client, "entities at two runners", writers),
          ]
          figures.push(...(await compare(name, subjects, { rounds: 3 })))
        }
        const gaps = [
          gap(pair, "killed", "answered"),
          gap(pair, "killed", "handled"),
          gap(pair, "stopped", "answered"),
          gap(pair, "stopped", "handled"),
        ]
        figures.push(...(await compare(name, gaps, { by: "latency", rounds: 3, warmUp: 0 })))
        return figures
      } finally {
        await Promise.all(pair.both.map((runner) => runner.kill()))
        await pair.client.dispose()
        await sql.end()
      }
    }),
}
