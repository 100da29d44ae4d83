/**
 * A projection built anew as another version, from the first event of a full store on: how fast, and in how much memory.
 */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { Repository } from "everfold"
import { inFolder } from "./folder.ts"
import type { Figure, Work } from "./measure.ts"
import { Orders } from "./model.ts"
import { type Server, withServer } from "./postgres/server.ts"
import { storeAt, type Where } from "./projecting.ts"
import { start } from "./projectors.ts"

const name = "rebuild"
/** Events of a commit, and of an order: each order is full after ten commits. */
const together = 1000
const commitsEach = 10

const fill = (where: Where, events: number): Promise<unknown> => {
  const orders = Repository.make(Orders)
  const commit = (n: number) => {
    const lines = Math.min(together, events - n * together)
    return orders.execute(`order-${Math.floor(n / commitsEach)}`, { lines, quantity: 1 })
  }
  return Effect.runPromise(
    Effect.forEach(Array(Math.ceil(events / together)).keys(), commit, { discard: true }).pipe(
      Effect.provide(storeAt(where)),
    ),
  )
}

/** A version that is there already, and then the one that is measured. */
const measured = async (where: Where, events: number, batch: number, limit?: Figure): Promise<Figure> => {
  const task = { where, lease: 10_000, batch, untilActive: true, every: Math.max(1, events / 10) }
  const projector = await start({ ...task, version: batch })
  try {
    const [begun] = projector.heard
    while (projector.process.connected) await projector.next().catch(() => undefined)
    const last = projector.heard.at(-1)
    if (begun === undefined || last?.handled !== events) throw new Error(`${last?.handled} events were handled`)
    const perSecond = events / ((last.at - begun.at) / 1000)
    // The first is before anything was read.
    const [, ...samples] = projector.heard
    return {
      work: name,
      subject: `${where.store}, ${batch} at a time`,
      writers: 1,
      perSecond,
      p50ms: null,
      p99ms: null,
      limit: limit?.subject ?? `${where.store}, ${batch} at a time`,
      ratioToLimit: perSecond / (limit?.perSecond ?? perSecond),
      heap: samples.map(({ heap }) => Math.round(heap)),
      resident: samples.map(({ resident }) => Math.round(resident)),
      rates: [perSecond],
    }
  } finally {
    await projector.end()
  }
}

const both = async (where: Where, events: number): Promise<ReadonlyArray<Figure>> => {
  await fill(where, events)
  const first = await measured(where, events, 500)
  return [first, await measured(where, events, 2000, first)]
}

const run = async (server: Server, events: number): Promise<ReadonlyArray<Figure>> => [
  ...(await both({ store: "PostgreSQL", url: await server.database("rebuild") }, events)),
  ...(await inFolder((folder) => both({ store: "SQLite", filename: join(folder, "store.db") }, events))),
]

export const work: Work = {
  title: "a projection rebuilt",
  about:
    "events a second of a projection that is built anew beside the one before it, until it is the active one; megabytes in use after a garbage collection at each tenth",
  goals: [],
  run: ({ events }) => withServer((server) => run(server, events)),
}
