import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { ensure } from "../../../src/interpreters/postgres/Migrations.ts"
import { quote } from "../../../src/interpreters/postgres/schemaName.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { outcomes, reading, writing } from "./everything.ts"
import { other, query, withRoles } from "./raw.ts"

const url = await serverUrl()

/** A store with its roles. */
const withStore = (use: (schema: string, writer: string, reader: string) => Promise<void>): Promise<void> =>
  withRoles(2, async (writer = "", reader = "") => {
    const schema = `${freshSchema()} "x"`
    await Effect.runPromise(Postgres.migrate({ url, schema }))
    await query(Postgres.grants({ schema, writer, reader }))
    await use(schema, writer, reader)
  })

const rights = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]

/** What a role may do with each table and view of a schema. */
const rightsOf = async (role: string, schema: string): Promise<Readonly<Record<string, string>>> => {
  const rows = await query(
    `SELECT relname, (SELECT string_agg(r, ' ' ORDER BY o) FROM unnest(string_to_array($3, ' ')) WITH ORDINALITY u(r, o)
       WHERE has_table_privilege($1, c.oid, r)) AS rights
     FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = $2 AND relkind IN ('r', 'v', 'S', 'm', 'p')`,
    [role, schema, rights.join(" ")],
  )
  return Object.fromEntries(rows.map(({ relname, rights }) => [String(relname), String(rights)]))
}

describe("a writer", () => {
  it("does all that a store does", async () => {
    await withStore(async (schema, role) => {
      const store = Postgres.layer({ url: other(url, { role }), schema, migrate: false })
      const work = Effect.andThen(reading, writing)
      expect(await Effect.runPromise(Effect.provide(work, store))).toEqual(outcomes)
    })
  })

  it("has these rights and no others, on every table that there is", async () => {
    await withStore(async (schema, writer) => {
      const inserted = "SELECT INSERT"
      const replaced = "SELECT INSERT UPDATE"
      expect(await rightsOf(writer, schema)).toEqual({
        append_lock: "UPDATE",
        migration: "SELECT",
        log: "SELECT",
        hash: inserted,
        kind: inserted,
        event: inserted,
        tag: inserted,
        command: inserted,
        checkpoint: replaced,
        lease: replaced,
        snapshot: replaced,
      })
    })
  })

  it("cannot change or remove what was recorded, or change the schema, and is told which right is missing", async () => {
    await withStore(async (schema, role) => {
      const at = other(url, { role })
      await Effect.runPromise(ensure({ url: at, schema, migrate: false }))
      const s = quote(schema)
      for (const [sql, message] of [
        [`UPDATE ${s}.event SET body = ''`, "permission denied for table event"],
        [`DELETE FROM ${s}.event`, "permission denied for table event"],
        [`TRUNCATE ${s}.event`, "permission denied for table event"],
        [`INSERT INTO ${s}.migration SELECT * FROM ${s}.migration`, "permission denied for table migration"],
        [`DELETE FROM ${s}.lease`, "permission denied for table lease"],
        [`ALTER TABLE ${s}.event DISABLE TRIGGER ALL`, "must be owner of table event"],
        [`DROP TABLE ${s}.event`, "must be owner of table event"],
        [`CREATE TABLE ${s}.more ()`, "permission denied for schema"],
        [`DROP FUNCTION ${s}.plain`, "must be owner of function"],
        [`DROP SCHEMA ${s} CASCADE`, "must be owner of schema"],
      ] as const) {
        await expect(query(sql, [], at), sql).rejects.toThrow(message)
      }
    })
  })
})

describe("a reader", () => {
  it("has these rights and no others, on every table that there is", async () => {
    await withStore(async (schema, _, reader) => {
      const { append_lock, ...all } = await rightsOf(reader, schema)
      expect(append_lock).toBe("null")
      expect(Object.keys(all)).toHaveLength(10)
      expect(new Set(Object.values(all))).toEqual(new Set(["SELECT"]))
    })
  })

  it("reads all that a store has", async () => {
    await withStore(async (schema, writer, reader) => {
      const by = (role: string) => Postgres.layer({ url: other(url, { role }), schema, migrate: false })
      await Effect.runPromise(Effect.provide(writing, by(writer)))
      expect(await Effect.runPromise(Effect.provide(reading, by(reader)))).toBe(3)
      const error = await Effect.runPromise(Effect.flip(Effect.provide(writing, by(reader))))
      expect(error).toMatchObject({ _tag: "StoreUnavailable", retryable: false })
      expect(error.message).toMatch(
        /permission denied for table append_lock: grant the role what docs\/postgres\.md lists/,
      )
    })
  })

  it("cannot write, nor keep writers out", async () => {
    await withStore(async (schema, _, role) => {
      const at = other(url, { role })
      const s = quote(schema)
      expect(await query(`SELECT * FROM ${s}.log`, [], at)).toEqual([])
      expect(await query(`SELECT * FROM ${s}.matching('[{}]', 0, 10, 10)`, [], at)).toEqual([])
      for (const sql of [`SELECT ${s}.lock()`, `BEGIN; LOCK TABLE ${s}.append_lock IN ACCESS SHARE MODE`]) {
        await expect(query(sql, [], at), sql).rejects.toThrow("permission denied for table append_lock")
      }
      await expect(query(`INSERT INTO ${s}.hash VALUES (true, 'x')`, [], at)).rejects.toThrow("denied for table hash")
    })
  })
})

describe("a role without grants", () => {
  it("sees nothing of a store", async () => {
    await withStore(async (schema) => {
      await withRoles(1, async (role = "") => {
        const sql = `SELECT * FROM ${quote(schema)}.log`
        await expect(query(sql, [], other(url, { role }))).rejects.toThrow("permission denied for schema")
      })
    })
  })
})

describe("grants", () => {
  it("can be given again, to one role or to both, whatever they are called", async () => {
    await withStore(async (schema, writer, reader) => {
      const before = await rightsOf(writer, schema)
      await query(Postgres.grants({ schema, writer, reader }).repeat(2))
      expect(await rightsOf(writer, schema)).toEqual(before)
      expect(Postgres.grants({ schema, reader })).not.toContain(writer)
      expect(Postgres.grants({ schema })).toBe("")
      expect(Postgres.grants({ reader: `it's "a" role` })).toContain(' TO U&"it\\+000027s\\+000020')
    })
  })
})
