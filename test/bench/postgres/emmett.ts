/**
 * Emmett's store for PostgreSQL, with its own command handler, and its consumer asked to pull larger pages without a
 * pause. Its pool has the ten connections of its driver's default.
 */
import { rawSql } from "@event-driven-io/dumbo"
import {
  CommandHandler,
  type DefaultRecord,
  type Event,
  type MessageProcessor,
  type ReadEventMetadataWithGlobalPosition,
} from "@event-driven-io/emmett"
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

/**
 * Its processors handle messages one by one and keep a checkpoint of each, those of a page in one transaction: so a read
 * model. Who only reads brings a processor of his own that takes a page as it comes.
 */
export const follower = async (url: string): Promise<Follower> => {
  const store = getPostgreSQLEventStore(url)
  await store.schema.migrate()
  const pulling = { batchSize: 10_000, pullingFrequencyInMs: 0 }
  let runs = 0
  return {
    follow: async (events, milliseconds) => {
      const end = performance.now() + milliseconds
      let seen = 0
      const processor: MessageProcessor<LineAdded, ReadEventMetadataWithGlobalPosition, DefaultRecord> = {
        id: "reader",
        instanceId: "reader",
        type: "reader",
        isActive: true,
        init: async () => {},
        start: async () => "BEGINNING",
        close: async () => {},
        handle: (messages) => {
          seen += messages.length
          return seen >= events || performance.now() > end ? { type: "STOP" } : undefined
        },
      }
      await store.consumer<LineAdded>({ pulling, processors: [processor] }).start()
      return seen
    },
    project: async (events, milliseconds) => {
      const sql = postgres(url, { max: 1, onnotice: () => {} })
      await Totals.make(sql)
      await sql.end()
      const consumer = store.consumer<LineAdded>({ pulling: { ...pulling, batchSize: 1000 } })
      const end = performance.now() + milliseconds
      let seen = 0
      consumer.reactor<LineAdded>({
        processorId: `totals-${process.pid}-${runs++}`,
        startFrom: "BEGINNING",
        eachMessage: async ({ data: { quantity, price }, metadata: { streamName } }, { execute }) => {
          await execute.command(
            rawSql(`
              INSERT INTO total (stream, lines, amount) VALUES ('${streamName}', 1, ${quantity * price.amount})
              ON CONFLICT (stream) DO UPDATE SET lines = total.lines + 1, amount = total.amount + excluded.amount`),
          )
          seen++
          return seen >= events || performance.now() > end ? { type: "STOP" } : undefined
        },
      })
      await consumer.start()
      return seen
    },
    live: async (seen) => {
      const consumer = store.consumer<LineAdded>({ pulling })
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
