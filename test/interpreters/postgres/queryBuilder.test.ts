/** Projections whose queries a builder makes, as docs/projections.md shows it: in the transaction of their checkpoint. */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import {
  type Compilable,
  type Dialect,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely"
import type { ParameterOrJSON } from "postgres"
import { afterAll, expect, expectTypeOf, it } from "vitest"
import { EventMapper, Projection, Query, Repository } from "../../../src/core/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"
import { PostgresModel, type Query as Run } from "../../../src/interpreters/postgres/model.ts"
import { SqliteModel } from "../../../src/interpreters/sqlite/index.ts"
import type { Database, Value } from "../../../src/interpreters/sqlite/SqliteModel.ts"
import { AccountEvent, Accounts, deposit, open } from "../../core/program/support.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { query } from "./raw.ts"

const url = await serverUrl()
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "everfold-builder-"))
const filename = path.join(folder, "model.db")
const table = `balance_${freshSchema()}`

afterAll(() => fs.rmSync(folder, { recursive: true }))

const builder = (dialect: Omit<Dialect, "createDriver">) =>
  new Kysely<Record<string, { readonly id: string; readonly amount: number }>>({
    dialect: { ...dialect, createDriver: () => new DummyDriver() },
  })

type Rows = <Row>(query: Compilable<Row>) => Effect.Effect<ReadonlyArray<Row>, Error>

class Unlucky extends TaggedError("Unlucky")<{ readonly total: number | undefined }> {
  override get message(): string {
    return `${this.total} is unlucky`
  }
}

/** Sums of deposits. That of 13 is added, and refused then. */
const balances = (db: ReturnType<typeof builder>) => ({
  create: (rows: Rows) => {
    const made = db.schema.createTable(table).ifNotExists()
    return Effect.asVoid(rows(made.addColumn("id", "text", (id) => id.primaryKey()).addColumn("amount", "integer")))
  },
  add: Effect.fnUntraced(function* (rows: Rows, id: string, event: AccountEvent) {
    if (event._tag !== "Deposited") return
    const added = yield* rows(
      db
        .insertInto(table)
        .values({ id, amount: event.amount })
        .onConflict((on) =>
          on.column("id").doUpdateSet((row) => ({ amount: row(`${table}.amount`, "+", row.ref("excluded.amount")) })),
        )
        .returning("amount"),
    )
    expectTypeOf(added).toEqualTypeOf<ReadonlyArray<{ amount: number }>>()
    if (event.amount === 13) return yield* new Unlucky({ total: added[0]?.amount })
  }),
})

const common = { name: "balances", version: 1, events: AccountEvent, filter: Query.make({ category: "Account" }) }

const postgres = balances(
  builder({
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }),
)
const byDriver =
  (run: Run): Rows =>
  <Row>(query: Compilable<Row>) => {
    const { sql: text, parameters } = query.compile()
    return run((sql) => sql.unsafe<Array<Row>>(text, [...parameters] as Array<ParameterOrJSON<never>>))
  }
const inPostgres = Projection.make({
  ...common,
  model: PostgresModel,
  setup: (run) => postgres.create(byDriver(run)),
  handle: ({ stream, event }, run) => postgres.add(byDriver(run), stream.id, event),
})

const sqlite = balances(
  builder({
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }),
)
const byStatement =
  (database: Database): Rows =>
  <Row>(query: Compilable<Row>) =>
    Effect.sync(() => {
      const { sql: text, parameters } = query.compile()
      return database.prepare(text).all(...(parameters as ReadonlyArray<Value>)) as ReadonlyArray<Row>
    })
const inSqlite = Projection.make({
  ...common,
  model: SqliteModel,
  setup: (database) => sqlite.create(byStatement(database)),
  handle: ({ stream, event }, database) => sqlite.add(byStatement(database), stream.id, event),
})

const accounts = Repository.make(Accounts)

/** Five deposits, the fourth of them unlucky: where the projection stopped, and why. */
const stopped = <Id, Tx>(
  projection: Projection.Projection<Id, Tx, AccountEvent, Error, never>,
  model: Layer.Layer<Id, unknown>,
) =>
  Effect.gen(function* () {
    yield* accounts.execute("ada", open("Ada"))
    for (const amount of [1, 2, 4, 13, 8]) yield* accounts.execute("ada", deposit(amount))
    const why = yield* Effect.flip(Projection.run(projection, { retry: Schedule.recurs(1) }))
    return { why, status: yield* Projection.status(projection) }
  }).pipe(Effect.provide(Layer.mergeAll(Memory.layer, EventMapper.plain, model)), Effect.runPromise)

const rowsInPostgres = () => query(`SELECT id, amount FROM ${table}`, [])

const rowsInSqlite = async () => {
  using database = new DatabaseSync(filename)
  return database
    .prepare(`SELECT id, amount FROM ${table}`)
    .all()
    .map((row) => ({ ...row }))
}

it.each([
  ["PostgreSQL", () => stopped(inPostgres, PostgresModel.layer({ url, schema: freshSchema() })), rowsInPostgres],
  ["SQLite", () => stopped(inSqlite, SqliteModel.layer({ filename })), rowsInSqlite],
])("a builder's queries for %s are recorded with the checkpoint, or neither is", async (_, run, rows) => {
  const { why, status } = await run()
  expect(why).toMatchObject({
    _tag: "ProjectionStopped",
    position: 5,
    message: expect.stringContaining("20 is unlucky"),
  })
  // The failing transaction had added thirteen; the checkpoint is that of the rows.
  expect(await rows()).toEqual([{ id: "ada", amount: 7 }])
  expect(status).toEqual({ position: 4, head: 6, active: Option.none(), parked: [] })
})
