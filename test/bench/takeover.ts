/**
 * How long a projection stands still when the process that works at it is killed, or stops in order: until another
 * process, which waited for the lease, has handled its first event. Commands go on meanwhile.
 */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Repository } from "everfold"
import { inFolder } from "./folder.ts"
import { compare, type Figure, type Subject, type Work } from "./measure.ts"
import { Orders } from "./model.ts"
import { now, sleep } from "./postgres/clock.ts"
import { withServer } from "./postgres/server.ts"
import { storeAt, type Where } from "./projecting.ts"
import { type Projector, start } from "./projectors.ts"

const name = "takeover"
const orders = Repository.make(Orders)

/** How the one that works comes to its end: at once, and the lease ends by itself; or it gives the lease back. */
const ends = {
  killed: (projector: Projector) => projector.process.kill("SIGKILL"),
  stopped: (projector: Projector) => projector.process.send("stop"),
}

let versions = 0

/** Each round has a version of its own, so that nobody of the one before waits for its lease. */
const subject = (where: Where, how: keyof typeof ends, lease: number, takeovers: number): Subject => ({
  name: `${where.store}, ${how}, lease of ${lease / 1000} s`,
  writers: 1,
  round: async () => {
    const task = { where, version: ++versions, lease, batch: 500, untilActive: false, every: 1 }
    const latencies: Array<number> = []
    let working = await start(task)
    try {
      await working.next()
      for (let i = 0; i < takeovers; i++) {
        const standby = await start(task)
        // Somewhere between two renewals, and between two looks of the one that waits.
        await sleep(lease / 4 + (Math.random() * lease) / 3)
        const first = standby.next()
        const begun = now()
        ends[how](working)
        latencies.push((await first).at - begun)
        await working.end()
        working = standby
      }
    } finally {
      await working.end()
    }
    const total = latencies.reduce((sum, each) => sum + each, 0)
    return { perSecond: (1000 * takeovers) / total, latencies: Float64Array.from(latencies) }
  },
})

const measured = async (where: Where): Promise<ReadonlyArray<Figure>> => {
  const runtime = ManagedRuntime.make(storeAt(where))
  let n = 0
  const command = Effect.suspend(() => orders.execute(`order-${n++ % 10}`, { lines: 1, quantity: 1 }))
  const busy = runtime.runFork(Effect.forever(Effect.andThen(command, Effect.sleep("10 millis"))))
  try {
    const subjects = [
      subject(where, "killed", 10_000, 1),
      subject(where, "killed", 1000, 3),
      subject(where, "killed", 250, 5),
      subject(where, "stopped", 10_000, 2),
      subject(where, "stopped", 1000, 3),
      subject(where, "stopped", 250, 5),
    ]
    return await compare(name, subjects, { by: "latency", rounds: 3, warmUp: 0 })
  } finally {
    busy.interruptUnsafe()
    await runtime.dispose()
  }
}

export const work: Work = {
  title: "until another process takes over",
  about:
    "milliseconds from the end of the process that works at a projection, killed or stopped in order, until another one has handled an event; ratios of medians",
  goals: [],
  run: () =>
    withServer(async (server) => [
      ...(await measured({ store: "PostgreSQL", url: await server.database("takeover") })),
      ...(await inFolder((folder) => measured({ store: "SQLite", filename: join(folder, "store.db") }))),
    ]),
}
