/**
 * Castore with its adapter for PostgreSQL: the version is the caller's, so a command reads its stream. The adapter takes
 * no settings but the table's; its pool has its driver's ten connections. It keeps no order across streams, so it cannot
 * be followed.
 */
import { EventStore, EventType, eventAlreadyExistsErrorCode } from "@castore/core"
import adapters from "@castore/event-storage-adapter-postgres"
import postgres from "postgres"
import { line } from "../model.ts"
import { type Contender, loops } from "./load.ts"

type Line = ReturnType<typeof line>
const lineAdded = new EventType<"LineAdded", Line>({ type: "LineAdded" })

const eventStoreId = "ORDERS"

const isConflict = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === eventAlreadyExistsErrorCode

export const open = async (connectionString: string): Promise<Contender> => {
  await adapters.PostgresEventStorageAdapter.createEventTable({
    connectionString,
    aggregateId: { type: "VARCHAR", length: 64 },
  })
  const orders = new EventStore({
    eventStoreId,
    eventTypes: [lineAdded],
    reducer: (order: { aggregateId: string; version: number; total: number }, { aggregateId, version, payload }) => ({
      aggregateId,
      version,
      total: (order?.total ?? 0) + payload.quantity * payload.price.amount,
    }),
    eventStorageAdapter: new adapters.PostgresEventStorageAdapter({ connectionString }),
  })
  const push = (aggregateId: string, version: number, quantity: number) =>
    orders.pushEvent({ aggregateId, version, type: "LineAdded", payload: line(quantity) })
  const execute = async (order: string, quantity: number): Promise<void> => {
    for (;;) {
      const { aggregate } = await orders.getAggregate(order)
      try {
        await push(order, (aggregate?.version ?? 0) + 1, quantity)
        return
      } catch (error) {
        if (!isConflict(error)) throw error
      }
    }
  }
  const sql = postgres(connectionString, { max: 1 })
  return {
    append: (load) => loops(load, (order, quantity) => push(order, 1, quantity)),
    // The rows that it would write, by one statement an order: nothing is measured here.
    fill: async (orders, events) => {
      for (const order of orders) {
        await sql`
          INSERT INTO event (aggregate_name, aggregate_id, version, type, data)
          SELECT ${eventStoreId}, ${order}, n, 'LineAdded', ${JSON.stringify(line(1))}::text::jsonb
          FROM generate_series(1, ${events}::int) n`
      }
    },
    execute: (load) => loops(load, execute),
    rehydrate: async (order) => (await orders.getAggregate(order)).aggregate?.version ?? 0,
    send: (order, quantity) => push(order, 1, quantity),
    // The adapter cannot be closed: its connections end with the process.
    close: () => sql.end(),
  }
}
