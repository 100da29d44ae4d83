/**
 * What the driver can do: the least table that an event store can have, written to and read by hand. No digests, no
 * links, no ids, and no order across streams that a reader could rely on.
 */
import postgres from "postgres"
import { line } from "../model.ts"
import { type Contender, type Follower, loops } from "./load.ts"
import * as Totals from "./totals.ts"

const table = `
  CREATE TABLE IF NOT EXISTS event (
    position     bigserial PRIMARY KEY,
    stream       text NOT NULL,
    version      bigint NOT NULL,
    type         text NOT NULL,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    body         text NOT NULL,
    UNIQUE (stream, version)
  );
`

type Sql = postgres.Sql
type Line = ReturnType<typeof line>

/** What a command decides on. */
interface State {
  version: number
  total: number
}

const isLine = (value: unknown): value is Line => typeof value === "object" && value !== null && "quantity" in value

const parsed = (body: string): Line => {
  const value: unknown = JSON.parse(body)
  if (!isLine(value)) throw new Error("a body that is no line")
  return value
}

/** A connection to the database, whose table it makes. */
export const connect = async (url: string, connections: number): Promise<Sql> => {
  const sql = postgres(url, { max: connections, onnotice: () => {} })
  await sql.unsafe(table)
  return sql
}

interface Row {
  readonly stream: string
  readonly version: number
  readonly body: string
}

const streamOf = (order: string): string => `Order-${order}`

const row = (order: string, version: number, quantity: number): Row => ({
  stream: streamOf(order),
  version,
  body: JSON.stringify(line(quantity)),
})

/** Every row by one statement: in arrays, for their number differs and a statement is prepared once. */
const insertAll = (sql: Sql, rows: ReadonlyArray<Row>) => sql`
  INSERT INTO event (stream, version, type, body)
  SELECT stream, version, 'LineAdded', body
  FROM unnest(${rows.map(({ stream }) => stream)}::text[], ${rows.map(({ version }) => version)}::bigint[],
              ${rows.map(({ body }) => body)}::text[]) AS row (stream, version, body)`

const load = async (sql: Sql, order: string): Promise<State> => {
  const rows = await sql<Array<{ body: string }>>`
    SELECT body FROM event WHERE stream = ${streamOf(order)} ORDER BY version`
  let total = 0
  for (const { body } of rows) {
    const { quantity, price } = parsed(body)
    total += quantity * price.amount
  }
  return { version: rows.length, total }
}

const fill = async (sql: Sql, orders: ReadonlyArray<string>, events: number): Promise<void> => {
  const atOnce = Math.max(1, Math.floor(5000 / events))
  for (let i = 0; i < orders.length; i += atOnce) {
    const rows = orders
      .slice(i, i + atOnce)
      .flatMap((order) => Array.from({ length: events }, (_, n) => row(order, n + 1, n)))
    await insertAll(sql, rows)
  }
}

const rehydrate = async (sql: Sql, order: string): Promise<number> => (await load(sql, order)).version

/** Pages by the key of the row seen last. It may skip what commits late: a limit again. */
export const follower = async (url: string): Promise<Follower> => {
  const sql = await connect(url, 2)
  const pageSize = 1000
  const read = async (after: number) => {
    const rows = await sql<Array<{ position: string; stream: string; version: string; type: string; body: string }>>`
      SELECT position, stream, version, type, body FROM event
      WHERE position > ${after} ORDER BY position LIMIT ${pageSize}`
    return rows.map(({ position, stream, body }) => ({ position: Number(position), stream, event: parsed(body) }))
  }
  const pages = async function* (events: number, milliseconds: number) {
    const end = performance.now() + milliseconds
    for (let after = 0, seen = 0; seen < events && performance.now() < end; ) {
      const page = await read(after)
      const last = page.at(-1)
      if (last === undefined) return
      yield { from: after, to: last.position, page }
      after = last.position
      seen += page.length
    }
  }
  return {
    follow: async (events, milliseconds) => {
      let seen = 0
      for await (const { page } of pages(events, milliseconds)) seen += page.length
      return seen
    },
    project: async (events, milliseconds) => {
      const totals = await Totals.make(sql)
      let seen = 0
      for await (const { from, to, page } of pages(events, milliseconds)) {
        await totals.add(from, to, page)
        seen += page.length
      }
      await totals.check(seen)
      return seen
    },
    live: async (seen) => {
      const [head] = await sql<Array<{ position: string }>>`SELECT coalesce(max(position), 0) AS position FROM event`
      let after = Number(head?.position)
      let [reading, again] = [false, false]
      const more = async (): Promise<void> => {
        again = true
        if (reading) return
        reading = true
        while (again) {
          again = false
          for (const { position, event } of await read(after)) {
            after = position
            seen(event.quantity)
          }
        }
        reading = false
      }
      await sql.listen(channel, () => void more())
    },
    close: () => sql.end(),
  }
}

const channel = "event"

const isConflict = (error: unknown): boolean => error instanceof postgres.PostgresError && error.code === "23505"

/** One statement for each event, flushed alone: the server flushes together what comes together. */
export const single = async (url: string): Promise<Contender> => {
  const sql = await connect(url, 16)
  const insert = (order: string, version: number, quantity: number) => {
    const { stream, body } = row(order, version, quantity)
    return sql`INSERT INTO event (stream, version, type, body) VALUES (${stream}, ${version}, 'LineAdded', ${body})`
  }
  const execute = async (order: string, quantity: number): Promise<void> => {
    for (;;) {
      const { version } = await load(sql, order)
      try {
        await insert(order, version + 1, quantity)
        return
      } catch (error) {
        if (!isConflict(error)) throw error
      }
    }
  }
  return {
    append: (load) => loops(load, (order, quantity) => insert(order, 1, quantity)),
    fill: (orders, events) => fill(sql, orders, events),
    execute: (load) => loops(load, execute),
    rehydrate: (order) => rehydrate(sql, order),
    send: async (order, quantity) => {
      const { stream, body } = row(order, 1, quantity)
      await sql`
        WITH inserted AS (
          INSERT INTO event (stream, version, type, body) VALUES (${stream}, 1, 'LineAdded', ${body}) RETURNING 1
        )
        SELECT pg_notify(${channel}, '') FROM inserted`
    },
    close: () => sql.end(),
  }
}

const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * One statement in flight, with all that came meanwhile; states are kept and commands on a stream decided in turns. It
 * trusts that nobody else writes, and a failure leaves what it keeps wrong: a limit, not a store.
 */
export const grouped = async (url: string): Promise<Contender> => {
  const sql = await connect(url, 2)
  const states = new Map<string, State>()
  const most = 256
  let queue: Array<Row & { readonly done: () => void; readonly failed: (error: unknown) => void }> = []
  let busy = false
  const flush = async (): Promise<void> => {
    busy = true
    // Whoever was just answered may have something to add.
    for (await immediate(); queue.length > 0; await immediate()) {
      const batch = queue.slice(0, most)
      queue = queue.slice(most)
      try {
        await insertAll(sql, batch)
        for (const { done } of batch) done()
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
    }
    busy = false
  }
  const insert = (order: string, version: number, quantity: number): Promise<void> =>
    new Promise((done, failed) => {
      queue.push({ ...row(order, version, quantity), done, failed })
      if (!busy) void flush()
    })
  const execute = async (order: string, quantity: number): Promise<void> => {
    const state = states.get(order) ?? (await load(sql, order))
    states.set(order, state)
    state.version++
    state.total += quantity * line(quantity).price.amount
    await insert(order, state.version, quantity)
  }
  return {
    append: (load) => loops(load, (order, quantity) => insert(order, 1, quantity)),
    fill: async (orders, events) => {
      await fill(sql, orders, events)
      for (const order of orders) states.set(order, await load(sql, order))
    },
    execute: (load) => loops(load, execute),
    rehydrate: (order) => rehydrate(sql, order),
    send: (order, quantity) => insert(order, 1, quantity),
    close: () => sql.end(),
  }
}
