/** Whether a store that is full is as fast as one that is empty: commands that found a stream, and reading streams. */

import * as Effect from "effect/Effect"
import { EventStore } from "everfold"
import postgres from "postgres"
import { compare, type Subject, type Work } from "../measure.ts"
import { payload } from "../model.ts"
import * as everfold from "./everfold.ts"
import type { Load } from "./load.ts"
import { withServer } from "./server.ts"

const name = "size"
const seconds = 1
/** Events of a stream: each a thousand events after the one before. */
const eventsEach = 10
const atOnce = 1000

/** The id of a stream that was filled: as random as those that people use, and known by its number. */
const idOf = "md5(n::text)::uuid::text"

/** Events as they would be there, written by the database: what no one reads here, digests and links, is made up. */
const fill = async (url: string, events: number): Promise<void> => {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const body = Buffer.from(`{"data":${payload(1).toString()}}`)
  await everfold.prepare(sql, "Order", "LineAdded")
  const block = eventsEach * atOnce
  for (let from = 0; from < events; from += 25 * block) {
    const to = Math.min(events, from + 25 * block)
    await sql`
      INSERT INTO everfold.event (position, stream, version, recorded_at, schema_version, kind, id, correlation_id, encoding,
        digest, link, body)
      SELECT p + 1, 'Order-' || ${sql.unsafe(idOf)}, p % ${block} / ${atOnce} + 1, 1800000000000 + p, 1, 1, id, id::text,
             'json', sha256(uuid_send(id)), sha256(sha256(uuid_send(id))), ${body}
      FROM (SELECT p, p / ${block} * ${atOnce} + p % ${atOnce} AS n,
                   ('01890000-0000-7000-8000-' || lpad(to_hex(p), 12, '0'))::uuid AS id
            FROM generate_series(${from}::bigint, ${to}::bigint - 1) p) event`
  }
  await sql.end()
}

/** The ids of streams at random. */
const some = async (url: string, events: number): Promise<ReadonlyArray<string>> => {
  const sql = postgres(url, { max: 1 })
  const rows = await sql<Array<{ id: string }>>`
    SELECT ${sql.unsafe(idOf)} AS id
    FROM (SELECT floor(random() * ${Math.floor(events / eventsEach)})::bigint AS n FROM generate_series(1, 20000)) drawn`
  await sql.end()
  return rows.map(({ id }) => id)
}

interface Store {
  readonly url: string
  readonly events: number
}

const reading = "read a stream"
const appending = "append"
const emptily = (what: string): string => `${what}, empty store`

export const work: Work = {
  title: "a full store",
  about: "streams of ten events read, and commands that found one, in a store that is full against one that is empty",
  goals: [
    { subject: reading, writers: 16, atLeast: 1 / 1.3, of: "an empty store" },
    { subject: appending, writers: 1, atLeast: 1 / 1.3, of: "an empty store" },
    { subject: appending, writers: 64, atLeast: 1 / 1.3, of: "an empty store" },
  ],
  run: ({ events }) =>
    withServer(async (server) => {
      const empty: Store = { url: await server.database("empty"), events: 10_000 }
      const full: Store = { url: await server.database("full"), events }
      const close: Array<() => Promise<void>> = []
      try {
        const open = async (store: Store) => {
          const contender = await everfold.open(store.url)
          close.push(contender.close)
          const reader = everfold.connect(store.url)
          close.push(() => reader.dispose())
          await reader.runPromise(EventStore)
          await fill(store.url, store.events)
          const ids = await some(store.url, store.events)
          const read = (load: Load) =>
            reader.runPromise(
              everfold.loops(load, (id) =>
                Effect.flatMap(
                  EventStore.use((store) => store.readStream({ category: "Order", id })),
                  (found) => (found.length === eventsEach ? Effect.void : Effect.die(`a stream of ${found.length}`)),
                ),
              ),
            )
          const readers = (name: string): Subject => ({
            name,
            writers: 16,
            round: () =>
              read({ writers: 16, seconds, order: (writer, n) => ids[(n * 16 + writer) % ids.length] ?? "" }),
          })
          const writers = (name: string, writers: number): Subject => ({
            name,
            writers,
            round: () => contender.append({ writers, seconds, order: () => crypto.randomUUID() }),
          })
          return { readers, writers }
        }
        const [one, other] = [await open(empty), await open(full)]
        // A checkpoint makes the first change of each page cost more afterwards: many more pages where there are more.
        await server.settle(1)
        const figures = [await compare(name, [one.readers(emptily(reading)), other.readers(reading)])]
        for (const writers of [1, 64]) {
          figures.push(
            await compare(name, [one.writers(emptily(appending), writers), other.writers(appending, writers)]),
          )
        }
        return figures.flat()
      } finally {
        for (const end of close) await end()
      }
    }),
}
