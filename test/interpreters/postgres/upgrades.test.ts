import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe, expect, it } from "vitest"
import type { StoreUnavailable } from "../../../src/core/port/Errors.ts"
import * as Migrator from "../../../src/interpreters/postgres/Migrator.ts"
import { type Release, release } from "../../../src/interpreters/postgres/migrationFiles.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { query, raw } from "./raw.ts"

const url = await serverUrl()
const known = await Effect.runPromise(release)

const run = Effect.runPromise
const refusal = (effect: Effect.Effect<unknown, StoreUnavailable>): Promise<StoreUnavailable> =>
  run(Effect.flip(effect))

/** A release that has so many migrations: each makes a table, and serves the releases that have `serves` or more. */
const made = (count: number, serves = count): Release => ({
  ...known,
  name: `${count}.0.0`,
  migrations: Array.from({ length: count }, (_, i) => ({
    version: i + 1,
    name: `table-${i + 1}`,
    digest: `digest of ${i + 1}`,
    serves: Math.min(i + 1, serves),
    sql: `CREATE TABLE everfold.table_${i + 1} ();\n`,
  })),
})

/** The same, and its last migration is this. */
const ending = (count: number, sql: string): Release => {
  const all = made(count)
  return {
    ...all,
    migrations: all.migrations.map((one) => (one.version === count ? { ...one, sql: `${one.sql}${sql};\n` } : one)),
  }
}

const tables = async (schema: string): Promise<ReadonlyArray<unknown>> => {
  const rows = await query(
    "SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tablename <> 'migration' ORDER BY 1",
    [schema],
  )
  return rows.map(({ tablename }) => tablename)
}

describe("a newer release", () => {
  it("applies what is new, and says who applied what", async () => {
    const at = { url, schema: freshSchema() }
    await run(Migrator.migrate(made(2), at))
    expect((await run(Migrator.plan(made(4), at))).migrations).toEqual(["table-3", "table-4"])
    expect((await run(Migrator.migrate(made(4), at))).from).toBe(2)
    expect(await tables(at.schema)).toEqual(["table_1", "table_2", "table_3", "table_4"])
    expect(await query(`SELECT version, release FROM ${at.schema}.migration ORDER BY version`)).toEqual([
      { version: 1, release: "2.0.0" },
      { version: 2, release: "2.0.0" },
      { version: 3, release: "4.0.0" },
      { version: 4, release: "4.0.0" },
    ])
  })

  it("applies all or nothing", async () => {
    const at = { url, schema: freshSchema() }
    await run(Migrator.migrate(made(1), at))
    const error = await refusal(Migrator.migrate(ending(3, "SELECT 1/0"), at))
    expect([error.retryable, error.message]).toEqual([false, expect.stringContaining("division by zero")])
    expect(await tables(at.schema)).toEqual(["table_1"])
    expect((await run(Migrator.migrate(made(3), at))).from).toBe(1)
  })

  it("makes no schema where it cannot fill it", async () => {
    const at = { url, schema: freshSchema() }
    await refusal(Migrator.migrate(ending(1, "SELECT 1/0"), at))
    expect(await query("SELECT FROM pg_namespace WHERE nspname = $1", [at.schema])).toHaveLength(0)
  })

  it("may start beside an older one, each many times: one migration is applied once", async () => {
    const at = { url, schema: freshSchema() }
    await run(Migrator.migrate(made(1), at))
    const starting = Array.from({ length: 12 }, (_, i) => run(Migrator.migrate(made(i % 2 === 0 ? 2 : 3, 1), at)))
    const applied = (await Promise.all(starting)).flatMap(({ migrations }) => migrations)
    expect(applied.toSorted()).toEqual(["table-2", "table-3"])
  })

  it("does nothing by a plan that is out of date", async () => {
    const at = { url, schema: freshSchema() }
    await run(Migrator.migrate(made(1), at))
    // The last migration does no harm when it is applied twice, so nothing but the record keeps it from that.
    const twice = ending(2, "CREATE TABLE IF NOT EXISTS everfold.more (); INSERT INTO everfold.more DEFAULT VALUES")
    const last = twice.migrations.map((one) => ({
      ...one,
      sql: one.sql.replace("TABLE ever", "TABLE IF NOT EXISTS ever"),
    }))
    const { sql } = await run(Migrator.plan({ ...twice, migrations: last }, at))
    await query(sql)
    await expect(query(sql)).rejects.toThrow(/duplicate key.*migration_pkey/)
    expect(await query(`SELECT FROM ${at.schema}.more`)).toHaveLength(1)
  })
})

describe("an older release", () => {
  it("refuses what a newer one left, and says which one", async () => {
    const at = { url, schema: freshSchema() }
    await run(Migrator.migrate(made(3), at))
    for (const effect of [Migrator.plan(made(2), at), Migrator.migrate(made(2), at), Migrator.check(made(2), at)]) {
      const error = await refusal(effect)
      expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
      expect(error.message).toMatch(
        /has version 3, applied by everfold 3\.0\.0, and this release knows versions up to 2; use/,
      )
    }
    expect(await tables(at.schema)).toHaveLength(3)
  })

  it("goes on where what is newer serves it, and changes nothing", async () => {
    const at = { url, schema: freshSchema() }
    await run(Migrator.migrate(made(4, 2), at))
    expect(await run(Migrator.migrate(made(2), at))).toEqual({ from: 4, to: 4, migrations: [], sql: "" })
    await run(Migrator.check(made(3), at))
    expect((await refusal(Migrator.check(made(1), at))).message).toMatch(/knows versions up to 1/)
  })
})

describe("a schema is refused", () => {
  it("where a migration was applied from another file", async () => {
    const at = { url, schema: freshSchema() }
    await run(Migrator.migrate(made(2), at))
    const other = made(3).migrations.map((one) => (one.version === 2 ? { ...one, digest: "changed" } : one))
    const error = await refusal(Migrator.migrate({ ...made(3), migrations: other }, at))
    expect(error.retryable).toBe(false)
    expect(error.message).toMatch(
      /version 2 of the schema .* applied by everfold 2\.0\.0 from another file .*\(table-2\)/,
    )
    expect(await tables(at.schema)).toHaveLength(2)
  })

  it("where a record is gone", async () => {
    const at = { url, schema: freshSchema() }
    await run(Migrator.migrate(made(3), at))
    await query(`DELETE FROM ${at.schema}.migration WHERE version = 2`)
    const error = await refusal(Migrator.migrate(made(3), at))
    expect(error.retryable).toBe(false)
    expect(error.message).toMatch(/lacks the record of version 2: its table "migration" was changed by hand/)
  })
})

describe("a migration", () => {
  /** The session that migrates a schema, once it waits for this. */
  const waiting = async (schema: string, event: string): Promise<number> => {
    for (const start = Date.now(); Date.now() < start + 20_000; ) {
      const [row] = await query(
        "SELECT pid FROM pg_stat_activity WHERE starts_with(query, 'BEGIN') AND strpos(query, $1) > 0 AND wait_event = $2",
        [schema, event],
      )
      if (typeof row?.pid === "number") return row.pid
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    throw new Error(`no session waits for ${event}`)
  }

  it("is applied after all when its connection is killed in the middle, and the process lives on", async () => {
    const at = { url, schema: freshSchema() }
    let deaths = 0
    const slow = ending(2, `SELECT pg_sleep(0.5)`)
    const done = run(Migrator.migrate(slow, at))
    for (; deaths < 3; deaths++) {
      const pid = await waiting(at.schema, "PgSleep")
      await query("SELECT pg_terminate_backend($1::integer, 1000)", [String(pid)])
    }
    expect((await done).migrations).toEqual(["table-1", "table-2"])
    expect(await tables(at.schema)).toEqual(["table_1", "table_2"])
  })

  it("waits for another one", async () => {
    const at = { url, schema: freshSchema() }
    const { sql } = await run(Migrator.plan(made(1), at))
    const [lock] = /SELECT pg_catalog\.pg_advisory_xact_lock.*/.exec(sql) ?? []
    await raw(async (one) => {
      await one.query(`BEGIN; ${lock}`)
      const done = run(Migrator.migrate(made(1), at))
      await waiting(at.schema, "advisory")
      expect(await tables(at.schema)).toEqual([])
      await one.query("COMMIT")
      expect((await done).migrations).toEqual(["table-1"])
    })
  })

  it("leaves no connection behind when it is interrupted", async () => {
    const at = { url, schema: freshSchema() }
    const fiber = Effect.runFork(Migrator.migrate(ending(1, "SELECT pg_sleep(1)"), at))
    const pid = await waiting(at.schema, "PgSleep")
    await run(Fiber.interrupt(fiber))
    for (let left = 1; left > 0; ) {
      left = (await query("SELECT FROM pg_stat_activity WHERE pid = $1::integer", [String(pid)])).length
    }
    // The server finds out when it is done, and by then has applied all of it.
    expect(await tables(at.schema)).toEqual(["table_1"])
  })
})
