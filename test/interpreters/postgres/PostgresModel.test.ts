import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as fc from "fast-check"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import { EventCodec, EventMapper, Projection, Query, Repository } from "../../../src/core/index.ts"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { PostgresModel } from "../../../src/interpreters/postgres/model.ts"
import * as ProjectionLaws from "../../../src/laws/ProjectionLaws.ts"
import { laws } from "../../../src/laws/vitest.ts"
import { AccountEvent, Accounts, deposit, open } from "../../core/program/support.ts"
import { control } from "../../postgres/control.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { start } from "../../postgres/support.ts"
import { query } from "./raw.ts"

const url = await serverUrl()
const accounts = Repository.make(Accounts)

/** Sums of deposits, in a table of its own. */
const balances = (table: string, { broken = -1, version = 1 } = {}) =>
  Projection.make({
    name: table,
    version,
    model: PostgresModel,
    events: AccountEvent,
    filter: Query.make({ category: "Account" }),
    key: ({ stream }) => stream.id,
    setup: (run) =>
      run((sql) => sql`CREATE TABLE IF NOT EXISTS ${sql(table)} (id text PRIMARY KEY, amount int, events int)`),
    handle: ({ stream, event }, run) =>
      event._tag !== "Deposited"
        ? Effect.void
        : Effect.andThen(
            run(
              (sql) => sql`
                INSERT INTO ${sql(table)} AS b (id, amount, events) VALUES (${stream.id}, ${event.amount}, 1)
                ON CONFLICT (id) DO UPDATE SET amount = b.amount + excluded.amount, events = b.events + 1`,
            ),
            event.amount === broken ? run((sql) => sql`SELECT 1 / 0`) : Effect.void,
          ),
  })

const live = (at = url) =>
  Layer.mergeAll(
    Postgres.layer({ url: at, schema: freshSchema() }),
    PostgresModel.layer({ url: at, schema: freshSchema() }),
    EventMapper.plain,
  )

const rows = (table: string) => query(`SELECT id, amount, events FROM ${table} ORDER BY id`, [])

describe("a read model", () => {
  it("is written to by the driver, in the transaction of the checkpoint", async () => {
    const table = `balance_${freshSchema()}`
    const projection = balances(table)
    const status = await Effect.gen(function* () {
      yield* accounts.execute("ada", open("Ada"))
      const working = yield* Effect.forkChild(Projection.run(projection))
      for (const n of [1, 2, 3]) yield* accounts.execute("ada", deposit(n)).pipe(Projection.including(projection))
      yield* Fiber.interrupt(working)
      return yield* Projection.status(projection)
    }).pipe(Effect.provide(live()), Effect.runPromise)
    expect(await rows(table)).toEqual([{ id: "ada", amount: 6, events: 3 }])
    expect(status).toEqual({ position: 4, head: 4, active: Option.some(1), parked: [] })
  })

  it("is worked at in another number of partitions, again and again, and has each event once", async () => {
    const table = `balance_${freshSchema()}`
    const of = (partitions: number, broken = 13) => ({ ...balances(table, { broken }), partitions })
    const ids = ["ada", "bob", "cid", "dan", "eve"]
    const running = { onFailure: "park", retry: Schedule.recurs(0), lease: 300 } as const
    const parked = await Effect.gen(function* () {
      for (const id of ids) yield* accounts.execute(id, open(id))
      yield* accounts.execute("ada", deposit(13))
      let before: Fiber.Fiber<void, unknown> = yield* Effect.forkChild(Effect.void)
      for (const partitions of [2, 5, 1, 3, 2]) {
        const working = yield* Effect.forkChild(Projection.run(of(partitions), running))
        for (const id of ids.slice(1)) {
          yield* accounts.execute(id, deposit(1)).pipe(Projection.including(of(1)))
        }
        yield* Fiber.interrupt(before)
        for (const id of ids.slice(1)) {
          yield* accounts.execute(id, deposit(1)).pipe(Projection.including(of(1)))
        }
        before = working
      }
      yield* Fiber.interrupt(before)
      const parked = (yield* Projection.status(of(1))).parked.map(({ position }) => position)
      const mended = yield* Effect.forkChild(Projection.run(of(4, -1), running))
      yield* accounts.execute("ada", deposit(2)).pipe(Projection.including(of(4)))
      yield* Fiber.interrupt(mended)
      return parked
    }).pipe(Effect.provide(live()), Effect.runPromise)
    expect(parked).toEqual([6])
    expect(await rows(table)).toEqual([
      { id: "ada", amount: 15, events: 2 },
      ...ids.slice(1).map((id) => ({ id, amount: 10, events: 10 })),
    ])
  })

  it("has nothing of an event that failed, and all of those beside it", async () => {
    const table = `balance_${freshSchema()}`
    const projection = balances(table, { broken: 13 })
    const parked = await Effect.gen(function* () {
      for (const id of ["ada", "bob"]) yield* accounts.execute(id, open(id))
      yield* accounts.execute("ada", deposit(13))
      yield* accounts.execute("bob", deposit(5))
      const options = { retry: Schedule.recurs(1), onFailure: "park" } as const
      const working = yield* Effect.forkChild(Projection.run(projection, options))
      yield* Projection.waitFor(projection, 4)
      const { parked } = yield* Projection.status(projection)
      yield* Fiber.interrupt(working)
      return parked
    }).pipe(Effect.provide(live()), Effect.runPromise)
    expect(await rows(table)).toEqual([{ id: "bob", amount: 5, events: 1 }])
    expect(parked).toMatchObject([{ position: 3, stream: "Account-ada", reason: "division by zero" }])
  })

  it("tells those who wait in other processes", async () => {
    const schemas = { store: freshSchema(), model: freshSchema() }
    const process = () =>
      Layer.fresh(
        Layer.mergeAll(
          Postgres.layer({ url, schema: schemas.store }),
          PostgresModel.layer({ url, schema: schemas.model }),
          EventMapper.plain,
        ),
      )
    const projection = balances(`balance_${freshSchema()}`)
    const positions = await Effect.gen(function* () {
      const other = yield* Layer.build(process())
      yield* Effect.forkScoped(Effect.provide(Projection.run(projection), other))
      yield* accounts.execute("ada", open("Ada"))
      return yield* Effect.forEach([1, 2, 3], (n) =>
        Effect.map(
          accounts.execute("ada", deposit(n)).pipe(Projection.including(projection)),
          ({ position }) => position,
        ),
      )
    }).pipe(Effect.scoped, Effect.provide(process()), Effect.runPromise)
    expect(positions).toEqual([2, 3, 4])
  })

  it("is written to again after a deadlock, which is no failure of the handler", async () => {
    const table = `balance_${freshSchema()}`
    const whole = balances(table)
    let deadlocks = 0
    const projection: typeof whole = {
      ...whole,
      handle: (events, run) =>
        Effect.andThen(
          whole.handle(events, run),
          deadlocks++ > 0
            ? Effect.void
            : run((sql) => sql.unsafe("DO $$ BEGIN RAISE 'deadlock detected' USING ERRCODE = '40P01'; END $$")),
        ),
    }
    await Effect.gen(function* () {
      yield* accounts.execute("ada", open("Ada"))
      yield* accounts.execute("ada", deposit(5))
      const working = yield* Effect.forkChild(Projection.run(projection, { retry: Schedule.recurs(0) }))
      yield* Projection.waitFor(projection, 2)
      yield* Fiber.interrupt(working)
    }).pipe(Effect.provide(live()), Effect.runPromise)
    expect(await rows(table)).toEqual([{ id: "ada", amount: 5, events: 1 }])
  })

  it("counts each event once, though its connections end all the time and instances take over", async () => {
    const { url } = await start()
    const projection = balances("balance")
    const count = 300
    await Effect.gen(function* () {
      for (const id of ["ada", "bob"]) yield* accounts.execute(id, open(id))
      const instances = yield* Effect.forEach([1, 2], () =>
        Effect.forkChild(Projection.run(projection, { lease: 600, batch: 7 })),
      )
      const hurting = yield* Effect.forkChild(
        Effect.forever(
          Effect.andThen(
            Effect.promise(() => control(url).terminate("everfold")),
            Effect.sleep("150 millis"),
          ),
        ),
      )
      for (let n = 0; n < count; n++) yield* accounts.execute(n % 2 === 0 ? "ada" : "bob", deposit(1))
      yield* Fiber.interrupt(hurting)
      yield* Projection.waitFor(projection, count + 2, { timeout: "30 seconds" })
      for (const instance of instances) yield* Fiber.interrupt(instance)
    }).pipe(Effect.provide(live(url)), Effect.runPromise)
    expect(await control(url).query("SELECT * FROM balance ORDER BY id")).toEqual([
      { id: "ada", amount: count / 2, events: count / 2 },
      { id: "bob", amount: count / 2, events: count / 2 },
    ])
  })
})

/** Where the tables of one world are. */
class Tables extends Context.Service<Tables, { readonly schema: string }>()("test/Tables") {}

const Added = EventCodec.make({ Added: t.type({ by: t.number }) })

const world = Layer.unwrap(
  Effect.promise(async () => {
    const schema = freshSchema()
    await query(`CREATE SCHEMA ${schema}`, [])
    const at = new URL(url)
    at.searchParams.set("search_path", schema)
    return Layer.mergeAll(
      Postgres.layer({ url, schema: freshSchema() }),
      PostgresModel.layer({ url: at.href, schema: freshSchema() }),
      EventMapper.plain,
      Layer.succeed(Tables, { schema }),
    )
  }),
)

const { name, laws: all } = ProjectionLaws.suite({
  layer: world,
  projection: (version) =>
    Projection.batched({
      name: "lists",
      version,
      model: PostgresModel,
      events: Added,
      setup: (run) =>
        run((sql) => sql`CREATE TABLE IF NOT EXISTS ${sql(`list_${version}`)} (n serial, id text, by int)`),
      handle: (events, run) =>
        run(
          (sql) => sql`
            INSERT INTO ${sql(`list_${version}`)} ${sql(events.map(({ stream: { id }, event: { by } }) => ({ id, by })))}`,
        ),
    }),
  read: (version) =>
    Effect.flatMap(Tables, ({ schema }) =>
      Effect.promise(async () => {
        const table = `${schema}.list_${version}`
        // Who waits for nothing may come before it is made.
        if ((await query("SELECT to_regclass($1) AS there", [table]))[0]?.there === null) return []
        const list = "array_to_string(array_agg(by ORDER BY n), ' ') AS list"
        const rows = await query(`SELECT id, ${list} FROM ${table} GROUP BY id ORDER BY id`, [])
        return rows.map(({ id, list }) => [id, list])
      }),
    ),
  events: fc.nat(9).map((by) => Added.Added({ by })),
  runs: 5,
})

// Whoever is killed in the middle by a law keeps its connection, as no process does.
laws({ name: `${name}, in tables`, laws: all.filter((law) => law.name !== "P2") })
