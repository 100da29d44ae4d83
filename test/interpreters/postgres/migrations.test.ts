import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { StoreUnavailable } from "../../../src/core/port/Errors.ts"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { ensure } from "../../../src/interpreters/postgres/Migrations.ts"
import { release } from "../../../src/interpreters/postgres/migrationFiles.ts"
import { quote } from "../../../src/interpreters/postgres/schemaName.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { other, query, withRoles } from "./raw.ts"

const url = await serverUrl()
const known = await Effect.runPromise(release)
const names = known.migrations.map(({ name }) => name)

const run = Effect.runPromise
const refusal = (effect: Effect.Effect<unknown, StoreUnavailable>): Promise<StoreUnavailable> =>
  run(Effect.flip(effect))

/** Whatever a schema has. */
const objects = (schema: string): Promise<unknown> =>
  query(
    `SELECT relkind::text || ' ' || relname AS what FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = $1
     UNION SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = $1 ORDER BY 1`,
    [schema],
  )

const records = (schema: string) =>
  query(`SELECT version, name, digest, release FROM ${quote(schema)}.migration ORDER BY version`)

describe("the files", () => {
  it("are numbered from 1 on, without a hole", () => {
    expect(known.migrations.map(({ version }) => version)).toEqual(names.map((_, i) => i + 1))
    const files = readdirSync("src/interpreters/postgres/sql").filter((file) => file.endsWith(".sql"))
    expect(files).toHaveLength(names.length + 1)
  })

  it("end what they begin, so that what follows them is not taken for a part of it", () => {
    for (const { sql } of known.migrations) expect(sql).toMatch(/;\n$/)
  })

  it("carry the name of the release that applies them", () => {
    expect(known.name).toBe(JSON.parse(readFileSync("package.json", "utf8")).version)
  })
})

describe("a schema", () => {
  it("is made whole by one of many who begin at once, and is the same for all", async () => {
    const schema = freshSchema()
    const plans = await Promise.all(Array.from({ length: 20 }, () => run(Postgres.migrate({ url, schema }))))
    const applied = plans.filter(({ sql }) => sql !== "")
    expect(applied.map(({ from, to, migrations }) => [from, to, migrations])).toEqual([[0, names.length, names]])
    expect(await records(schema)).toEqual(
      known.migrations.map(({ version, name, digest }) => ({ version, name, digest, release: known.name })),
    )
  })

  it("is made by one of many processes", async () => {
    const schema = freshSchema()
    const program = `
      import * as Effect from "effect/Effect"
      import { migrate } from "./src/interpreters/postgres/Migrations.ts"
      const plan = await Effect.runPromise(migrate(${JSON.stringify({ url, schema })}))
      console.log(plan.migrations.length)`
    const processes = Array.from({ length: 6 }, () =>
      promisify(execFile)(process.execPath, ["--input-type=module-typescript", "--eval", program]),
    )
    const applied = (await Promise.all(processes)).map(({ stdout }) => Number(stdout))
    expect(applied.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, 0, names.length])
  })

  it("is planned without being touched, and the plan is what PostgreSQL's own clients can run", async () => {
    const [planned, migrated] = [freshSchema(), freshSchema()]
    const plan = await run(Postgres.plan({ url, schema: planned }))
    expect({ ...plan, sql: "" }).toEqual({ from: 0, to: names.length, migrations: names, sql: "" })
    expect(await query("SELECT FROM pg_namespace WHERE nspname = $1", [planned])).toHaveLength(0)
    await query(plan.sql)
    await run(Postgres.migrate({ url, schema: migrated }))
    expect(await records(planned)).toEqual(await records(migrated))
    expect(await objects(planned)).toEqual(await objects(migrated))
    expect(await run(Postgres.plan({ url, schema: planned }))).toEqual({
      from: names.length,
      to: names.length,
      migrations: [],
      sql: "",
    })
  })

  it.each(
    [
      "",
      "Upper Case",
      "it's",
      'double"quoted',
      "a.b",
      "$$ $1 $& $everfold$",
      "back\\slash\\",
      "U&\\0041",
      "--\n/* comment",
      "tab\tand\u2028line",
      "kůň_кінь_駿馬",
      "🐎",
    ].map((name) => [JSON.stringify(name), name]),
  )("can have any name: …%s", async (_, name) => {
    const schema = freshSchema() + name
    await run(Postgres.migrate({ url, schema }))
    await run(ensure({ url, schema, migrate: false }))
    expect(await query("SELECT nspname FROM pg_namespace WHERE nspname = $1", [schema])).toHaveLength(1)
    expect(await query(`SELECT * FROM ${quote(schema)}.log`)).toEqual([])
  })

  it("can have a name of 63 bytes, and stands beside others in one database", async () => {
    const one = freshSchema().padEnd(63, "x")
    const two = `${one.slice(0, -1)}y`
    await run(Postgres.migrate({ url, schema: one }))
    expect((await run(Postgres.plan({ url, schema: two }))).from).toBe(0)
    await run(Postgres.migrate({ url, schema: two }))
    await query(`INSERT INTO ${one}.hash (algorithm) VALUES ('one')`)
    expect(await query(`SELECT algorithm FROM ${two}.hash`)).toEqual([])
  })

  it.each([
    ["", /name is empty/],
    ["x".repeat(64), /has 64 bytes, and PostgreSQL's names have 63 at most/],
    ["é".repeat(32), /has 64 bytes/],
    ["pg_store", /begin with "pg_"/],
    ["nul\0", /not text that PostgreSQL can hold/],
    ["lone\ud800", /not text that PostgreSQL can hold/],
  ])("cannot be called %j", async (schema, message) => {
    for (const how of [Postgres.migrate, Postgres.plan, ensure]) {
      const error = await refusal(how({ url: "postgres://nowhere.invalid", schema }))
      expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
      expect(error.message).toMatch(message)
    }
  })
})

describe("a role with settings of its own", () => {
  it("changes nothing: isolation, search path, timeouts, strings", async () => {
    await withRoles(1, async (role) => {
      const schema = freshSchema()
      const evil = freshSchema()
      await query(
        `
        CREATE SCHEMA ${schema} AUTHORIZATION ${role};
        CREATE SCHEMA ${evil} AUTHORIZATION ${role};
        CREATE DOMAIN ${evil}.text AS integer;
        CREATE TABLE ${evil}.bytea ();
        CREATE FUNCTION ${evil}.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz';
        ALTER ROLE ${role} SET default_transaction_isolation = 'serializable';
        ALTER ROLE ${role} SET search_path = ${evil}, pg_catalog;
        ALTER ROLE ${role} SET statement_timeout = '300ms';
        ALTER ROLE ${role} SET lock_timeout = '1ms';
        ALTER ROLE ${role} SET standard_conforming_strings = off;
        ALTER ROLE ${role} SET quote_all_identifiers = on`.replace("SELECT 1/0, ", "SELECT "),
      )
      const as = other(url, { role })
      const plans = await Promise.all(Array.from({ length: 8 }, () => run(Postgres.migrate({ url: as, schema }))))
      expect(plans.map(({ migrations }) => migrations.length).toSorted((a, b) => a - b)).toEqual([
        ...Array.from({ length: 7 }, () => 0),
        names.length,
      ])
      const types = await query(
        `SELECT DISTINCT t.typnamespace::regnamespace::text AS schema FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
         JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'`,
        [schema],
      )
      expect(types).toEqual([{ schema: "pg_catalog" }])
    })
  })
})
