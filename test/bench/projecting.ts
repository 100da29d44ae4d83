/** Orders projected into a table of totals, on either store: what instances in processes of their own run. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { EventMapper, Projection, Query } from "everfold"
import { Postgres } from "everfold/postgres"
import { PostgresModel } from "everfold/postgres/model"
import { Sqlite, SqliteModel } from "everfold/sqlite"
import { OrderEvent, Orders } from "./model.ts"

export type Where =
  | { readonly store: "SQLite"; readonly filename: string }
  | { readonly store: "PostgreSQL"; readonly url: string }

/** The store, where a command is to be executed. */
export const storeAt = (where: Where) =>
  Layer.merge(
    where.store === "SQLite"
      ? Sqlite.layer({ filename: where.filename })
      : Postgres.layer({ url: where.url, schema: "everfold" }),
    EventMapper.plain,
  )

interface Options extends Projection.Running {
  readonly version: number
  readonly untilActive: boolean
  /** Told of each transaction, before it ends. */
  readonly handled: (events: number) => void
}

const common = { name: "totals", events: OrderEvent, filter: Query.make({ category: Orders.category }) }

/** Works until it is interrupted, or until its version is the active one. */
const working = <Id, Tx, Err>(
  projection: Projection.Projection<Id, Tx, OrderEvent, Err, never>,
  { version, untilActive, ...running }: Omit<Options, "handled">,
) => {
  const active = Effect.gen(function* () {
    for (;;) {
      const { active } = yield* Projection.status(projection)
      if (Option.contains(active, version)) return
      yield* Effect.sleep("20 millis")
    }
  })
  const run = Projection.run(projection, running)
  return untilActive ? Effect.raceFirst(run, active) : run
}

/** Quantities and how many there were, by their orders. */
const sums = (events: ReadonlyArray<{ readonly stream: { readonly id: string }; readonly event: OrderEvent }>) => {
  const rows = new Map<string, { readonly id: string; readonly events: number; readonly quantity: number }>()
  for (const { stream, event } of events) {
    const { id } = stream
    const { events = 0, quantity = 0 } = rows.get(id) ?? {}
    rows.set(id, { id, events: events + 1, quantity: quantity + event.quantity })
  }
  return [...rows.values()]
}

const columns = "(id text PRIMARY KEY, events integer, quantity integer)"
/** Adds to what a table has. */
const adding = (table: string): string =>
  `ON CONFLICT (id) DO UPDATE SET events = ${table}.events + excluded.events, quantity = ${table}.quantity + excluded.quantity`

const inFile = (filename: string, { handled, ...options }: Options) => {
  const table = `totals_${options.version}`
  const projection = Projection.batched({
    ...common,
    version: options.version,
    model: SqliteModel,
    setup: (database) => Effect.sync(() => database.exec(`CREATE TABLE IF NOT EXISTS ${table} ${columns}`)),
    handle: (events, database) =>
      Effect.sync(() => {
        const insert = database.prepare(`INSERT INTO ${table} VALUES (?, ?, ?) ${adding(table)}`)
        for (const { id, events: count, quantity } of sums(events)) insert.run(id, count, quantity)
        handled(events.length)
      }),
  })
  return Effect.provide(working(projection, options), SqliteModel.layer({ filename: `${filename}.model` }))
}

const inServer = (url: string, { handled, ...options }: Options) => {
  const table = `totals_${options.version}`
  const projection = Projection.batched({
    ...common,
    version: options.version,
    model: PostgresModel,
    setup: (run) => run((sql) => sql.unsafe(`CREATE TABLE IF NOT EXISTS ${table} ${columns}`)),
    handle: (events, run) =>
      Effect.andThen(
        run((sql) => sql`INSERT INTO ${sql(table)} ${sql(sums(events))} ${sql.unsafe(adding(table))}`),
        Effect.sync(() => handled(events.length)),
      ),
  })
  return Effect.provide(working(projection, options), PostgresModel.layer({ url }))
}

export const instance = (where: Where, options: Options) =>
  where.store === "SQLite" ? inFile(where.filename, options) : inServer(where.url, options)
