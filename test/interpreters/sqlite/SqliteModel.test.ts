import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as fc from "fast-check"
import * as t from "io-ts"
import { afterAll, describe, expect, it } from "vitest"
import { EventCodec, EventMapper, Projection, Repository } from "../../../src/core/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"
import { SqliteModel } from "../../../src/interpreters/sqlite/index.ts"
import * as ProjectionLaws from "../../../src/laws/ProjectionLaws.ts"
import { laws } from "../../../src/laws/vitest.ts"
import { AccountEvent, Accounts, deposit, open } from "../../core/program/support.ts"

const folder = mkdtempSync(join(tmpdir(), "everfold-sqlite-model-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const fresh = (): string => join(folder, `${files++}.db`)

const rowsOf = (filename: string, sql: string): ReadonlyArray<unknown> => {
  const database = new DatabaseSync(filename, { readOnly: true })
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }))
  } finally {
    database.close()
  }
}

const accounts = Repository.make(Accounts)

const balances = (broken = -1) =>
  Projection.make({
    name: "balances",
    version: 1,
    model: SqliteModel,
    events: AccountEvent,
    key: ({ stream }) => stream.id,
    setup: (database) =>
      Effect.sync(() =>
        database.exec("CREATE TABLE IF NOT EXISTS balance (id TEXT PRIMARY KEY, amount REAL NOT NULL)"),
      ),
    handle: ({ stream, event }, database) =>
      Effect.suspend(() => {
        if (event._tag !== "Deposited") return Effect.void
        const add = "INSERT INTO balance VALUES (?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"
        database.prepare(add).run(stream.id, event.amount)
        return event.amount === broken ? Effect.fail("no such amount") : Effect.void
      }),
  })

describe("a read model in a file", () => {
  it("is written to in the transaction of the checkpoint, by one of several instances", async () => {
    const filename = fresh()
    // Each with connections of its own, as in processes of their own.
    const instances = [1, 2, 3].map(() =>
      Effect.provide(Projection.run(balances(), { lease: 300 }), Layer.fresh(SqliteModel.layer({ filename }))),
    )
    await Effect.gen(function* () {
      yield* accounts.execute("ada", open("Ada"))
      for (const instance of instances) {
        const working = yield* Effect.forkChild(instance)
        for (const n of [1, 2]) yield* accounts.execute("ada", deposit(n)).pipe(Projection.including(balances()))
        yield* Fiber.interrupt(working)
      }
    }).pipe(
      Effect.provide(Layer.mergeAll(Memory.layer, EventMapper.plain, SqliteModel.layer({ filename }))),
      Effect.runPromise,
    )
    expect(rowsOf(filename, "SELECT id, amount FROM balance")).toEqual([{ id: "ada", amount: 9 }])
  })

  it("is worked at in another number of partitions, again and again, and has each event once", async () => {
    const filename = fresh()
    const ids = ["ada", "bob", "cid", "dan", "eve"]
    const of = (partitions: number) => ({ ...balances(), partitions })
    await Effect.gen(function* () {
      for (const id of ids) yield* accounts.execute(id, open(id))
      // Beside those of the number before, which end after them.
      let before: Fiber.Fiber<void, unknown> = yield* Effect.forkChild(Effect.void)
      for (const partitions of [2, 5, 1, 3, 2]) {
        const working = yield* Projection.run(of(partitions), { lease: 300 }).pipe(
          Effect.provide(Layer.fresh(SqliteModel.layer({ filename }))),
          Effect.forkChild,
        )
        for (const id of ids) yield* accounts.execute(id, deposit(partitions))
        yield* Fiber.interrupt(before)
        for (const id of ids.slice(1)) yield* accounts.execute(id, deposit(1))
        yield* accounts.execute("ada", deposit(1)).pipe(Projection.including(of(1)))
        before = working
      }
      yield* Fiber.interrupt(before)
    }).pipe(
      Effect.provide(Layer.mergeAll(Memory.layer, EventMapper.plain, SqliteModel.layer({ filename }))),
      Effect.runPromise,
    )
    const all = rowsOf(filename, "SELECT id, amount FROM balance ORDER BY id")
    expect(all).toEqual(ids.map((id) => ({ id, amount: 2 + 5 + 1 + 3 + 2 + 5 })))
  })

  it("keeps what is parked where there is another number of partitions, and handles it once it is mended", async () => {
    const filename = fresh()
    const running = { onFailure: "park", retry: Schedule.recurs(0), lease: 300 } as const
    const parked = await Effect.gen(function* () {
      for (const id of ["ada", "bob"]) yield* accounts.execute(id, open(id))
      for (const n of [13, 1]) yield* accounts.execute("ada", deposit(n))
      yield* accounts.execute("bob", deposit(2))
      const lists = []
      for (const [partitions, broken] of [
        [1, 13],
        [4, 13],
        [3, -1],
      ] as const) {
        const whole = { ...balances(broken), partitions }
        const working = yield* Effect.forkChild(Projection.run(whole, running))
        yield* accounts.execute("bob", deposit(3)).pipe(Projection.including(whole))
        lists.push((yield* Projection.status(whole)).parked.map(({ position }) => position))
        yield* Fiber.interrupt(working)
      }
      return lists
    }).pipe(
      Effect.provide(Layer.mergeAll(Memory.layer, EventMapper.plain, SqliteModel.layer({ filename }))),
      Effect.runPromise,
    )
    expect(parked).toEqual([[3, 4], [3, 4], []])
    const all = rowsOf(filename, "SELECT id, amount FROM balance ORDER BY id")
    expect(all).toEqual([
      { id: "ada", amount: 14 },
      { id: "bob", amount: 11 },
    ])
  })

  it("is opened where another process holds its file for a moment, which is making it", async () => {
    const filename = fresh()
    const other = new DatabaseSync(filename)
    other.exec("BEGIN EXCLUSIVE; CREATE TABLE own (id INTEGER)")
    const key = { consumer: "balances:1", upstream: "log", partition: 0 }
    const position = await Effect.gen(function* () {
      yield* Effect.forkChild(
        Effect.andThen(
          Effect.sleep("50 millis"),
          Effect.sync(() => other.exec("COMMIT")),
        ),
      )
      return yield* Effect.provide(
        SqliteModel.use((model) => model.read(key)),
        SqliteModel.layer({ filename }),
      )
    }).pipe(Effect.ensuring(Effect.sync(() => other.close())), Effect.runPromise)
    expect(position).toBe(0)
  })

  it("has nothing of what is parked", async () => {
    const filename = fresh()
    const parked = await Effect.gen(function* () {
      for (const id of ["ada", "bob"]) yield* accounts.execute(id, open(id))
      yield* accounts.execute("ada", deposit(13))
      yield* accounts.execute("bob", deposit(5))
      const options = { retry: Schedule.recurs(1), onFailure: "park" } as const
      const working = yield* Effect.forkChild(Projection.run(balances(13), options))
      yield* Projection.waitFor(balances(), 4)
      const { parked } = yield* Projection.status(balances())
      yield* Fiber.interrupt(working)
      return parked
    }).pipe(
      Effect.provide(Layer.mergeAll(Memory.layer, EventMapper.plain, SqliteModel.layer({ filename }))),
      Effect.runPromise,
    )
    expect(rowsOf(filename, "SELECT id, amount FROM balance")).toEqual([{ id: "bob", amount: 5 }])
    expect(parked).toMatchObject([{ position: 3, stream: "Account-ada", reason: "no such amount" }])
  })
})

/** The file of one world. */
class File extends Context.Service<File, { readonly filename: string }>()("test/File") {}

const Added = EventCodec.make({ Added: t.type({ by: t.number }) })

const { name, laws: all } = ProjectionLaws.suite({
  layer: Layer.unwrap(
    Effect.sync(() => {
      const filename = fresh()
      return Layer.mergeAll(
        Memory.layer,
        EventMapper.plain,
        SqliteModel.layer({ filename }),
        Layer.succeed(File, { filename }),
      )
    }),
  ),
  projection: (version) =>
    Projection.make({
      name: "lists",
      version,
      model: SqliteModel,
      events: Added,
      setup: (database) =>
        Effect.sync(() => database.exec(`CREATE TABLE IF NOT EXISTS list_${version} (id TEXT, by INTEGER)`)),
      handle: ({ stream, event }, database) =>
        Effect.sync(() => void database.prepare(`INSERT INTO list_${version} VALUES (?, ?)`).run(stream.id, event.by)),
    }),
  read: (version) =>
    File.useSync(({ filename }) => {
      // Who waits for nothing may come before it is made.
      const there = rowsOf(filename, `SELECT name FROM sqlite_schema WHERE name = 'list_${version}'`)
      return there.length === 0 ? [] : rowsOf(filename, `SELECT id, by FROM list_${version} ORDER BY id, rowid`)
    }),
  events: fc.nat(9).map((by) => Added.Added({ by })),
  runs: 10,
})

// Whoever is killed in the middle by a law keeps its connection, as no process does.
laws({ name: `${name}, in a file`, laws: all.filter((law) => law.name !== "P2") })
