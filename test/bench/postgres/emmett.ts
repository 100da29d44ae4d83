/**
 * Emmett's store for PostgreSQL, with its own command handler, and its consumer asked to pull larger pages without a
 * pause. Its pool has the ten connections of its driver's default: more made nothing faster.
 */
import { rawSql, type SQLExecutor } from "@event-driven-io/dumbo"
import { CommandHandler, type Event } from "@event-driven-io/emmett"
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql"
import postgres from "postgres"
import { line } from "../model.ts"
import { type Contender, type Follower, loops } from "./load.ts"
import * as Totals from "./totals.ts"

type Line = ReturnType<typeof line>
type LineAdded = Event<"LineAdded", Line>

const streamOf = (order: string): string => `Order-${order}`
const lineAdded = (quantity: number): LineAdded => ({ type: "LineAdded", data: line(quantity) })

interface Order {
  readonly lines: number
  readonly total: number
}

const initialState = (): Order => ({ lines: 0, total: 0 })
const evolve = ({ lines, total }: Order, { data: { quantity, price } }: LineAdded): Order => ({
  lines: lines + 1,
  total: total + quantity * price.amount,
})

const handle = CommandHandler<Order, LineAdded>({
  initialState,
  evolve,
  // Its own default gives a command up after three conflicts.
  retry: { onVersionConflict: { retries: 1000, minTimeout: 1, factor: 1 } },
})

export const open = async (url: string): Promise<Contender> => {
  const store = getPostgreSQLEventStore(url)
  await store.schema.migrate()
  const fill = async (order: string, events: number): Promise<void> => {
    for (let n = 0; n < events; n += 1000) {
      const some = Array.from({ length: Math.min(1000, events - n) }, (_, i) => lineAdded(n + i))
      await store.appendToStream<LineAdded>(streamOf(order), some)
    }
  }
  return {
    append: (load) =>
      loops(load, (order, quantity) =>
        store.appendToStream<LineAdded>(streamOf(order), [lineAdded(quantity)], {
          expectedStreamVersion: "STREAM_DOES_NOT_EXIST",
        }),
      ),
    fill: async (orders, events) => {
      for (let i = 0; i < orders.length; i += 8) {
        await Promise.all(orders.slice(i, i + 8).map((order) => fill(order, events)))
      }
    },
    execute: (load) => loops(load, (order, quantity) => handle(store, streamOf(order), () => lineAdded(quantity))),
    rehydrate: async (order) => {
      const { state } = await store.aggregateStream<Order, LineAdded>(streamOf(order), { initialState, evolve })
      return state.lines
    },
    send: (order, quantity) => store.appendToStream<LineAdded>(streamOf(order), [lineAdded(quantity)]),
    close: () => store.close(),
  }
}

/** Its processors handle messages one by one and keep a checkpoint of each, those of a page in one transaction. */
export const follower = async (url: string): Promise<Follower> => {
  const store = getPostgreSQLEventStore(url)
  await store.schema.migrate()
  let runs = 0
  const consume = async (
    events: number,
    milliseconds: number,
    each: (event: LineAdded, stream: string, execute: SQLExecutor) => Promise<unknown> | undefined,
  ): Promise<number> => {
    const consumer = store.consumer<LineAdded>({ pulling: { batchSize: 1000, pullingFrequencyInMs: 0 } })
    const end = performance.now() + milliseconds
    let seen = 0
    consumer.reactor<LineAdded>({
      processorId: `run-${process.pid}-${runs++}`,
      startFrom: "BEGINNING",
      eachMessage: async ({ data, type, metadata }, { execute }) => {
        await each({ type, data }, metadata.streamName, execute)
        seen++
        if (seen >= events || performance.now() > end) return { type: "STOP" }
      },
    })
    await consumer.start()
    return seen
  }
  return {
    follow: (events, milliseconds) => consume(events, milliseconds, () => undefined),
    project: async (events, milliseconds) => {
      const sql = postgres(url, { max: 1, onnotice: () => {} })
      await Totals.make(sql)
      await sql.end()
      return consume(events, milliseconds, ({ data: { quantity, price } }, stream, execute) =>
        execute.command(
          rawSql(`
            INSERT INTO total (stream, lines, amount) VALUES ('${stream}', 1, ${quantity * price.amount})
            ON CONFLICT (stream) DO UPDATE SET lines = total.lines + 1, amount = total.amount + excluded.amount`),
        ),
      )
    },
    live: async (seen) => {
      const consumer = store.consumer<LineAdded>({ pulling: { batchSize: 1000, pullingFrequencyInMs: 0 } })
      consumer.reactor<LineAdded>({
        processorId: `live-${process.pid}`,
        startFrom: "END",
        eachMessage: ({ data }) => seen(data.quantity),
      })
      void consumer.start()
    },
    close: () => store.close(),
  }
}
