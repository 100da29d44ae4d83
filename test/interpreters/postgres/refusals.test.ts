import * as Effect from "effect/Effect"
import { left } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import type { StoreUnavailable } from "../../../src/core/port/Errors.ts"
import { type Facts, lacking } from "../../../src/interpreters/postgres/Applied.ts"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { ensure } from "../../../src/interpreters/postgres/Migrations.ts"
import { release } from "../../../src/interpreters/postgres/migrationFiles.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { other, query, withDatabase, withRoles } from "./raw.ts"

const url = await serverUrl()

const run = Effect.runPromise
const refusal = (effect: Effect.Effect<unknown, StoreUnavailable>): Promise<StoreUnavailable> =>
  run(Effect.flip(effect))

/** Each of the ways to come upon a schema says the same. */
const refusedAs = async (options: Postgres.Options, message: RegExp): Promise<void> => {
  for (const effect of [Postgres.plan(options), Postgres.migrate(options), ensure({ ...options, migrate: false })]) {
    const error = await refusal(effect)
    expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
    expect(error.message).toMatch(message)
  }
}

describe("a schema is refused, and left as it is,", () => {
  it.each([
    ["a table", "CREATE TABLE x.note (text text)"],
    ["a table of the same name as ours", "CREATE TABLE x.migration (version bigint, name text)"],
    ["a view of the same name as ours", "CREATE VIEW x.migration AS SELECT 1 AS version"],
    ["a function", "CREATE FUNCTION x.one() RETURNS integer LANGUAGE sql AS 'SELECT 1'"],
    ["a type", "CREATE TYPE x.mood AS ENUM ('good')"],
  ])("where it has %s that is not ours", async (_, sql) => {
    const schema = freshSchema()
    await query(`CREATE SCHEMA ${schema}; ${sql.replace("x.", `${schema}.`)}`)
    await refusedAs({ url, schema }, new RegExp(`"${schema}" is used by something else; name another one`))
  })

  it("where its database does not keep all of Unicode", async () => {
    await withDatabase("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'", async (database) => {
      const at = other(url, { database })
      await refusedAs({ url: at }, /has the encoding LATIN1, and everfold needs UTF8; make another: CREATE DATABASE/)
    })
  })

  it("where the server is too old", async () => {
    const old: Facts = {
      server: 130_022,
      encoding: "UTF8",
      readOnly: false,
      database: "postgres",
      role: "postgres",
      mayCreateSchemas: true,
      exists: false,
      mayUse: false,
      mayCreate: false,
      objects: 0,
      ours: false,
      mayRead: false,
    }
    const known = await run(release)
    const why = "the server is PostgreSQL 13, and everfold needs 14 or a later one"
    expect(lacking("everfold", known, old, [])).toEqual(left(why))
    expect(lacking("everfold", known, { ...old, server: 140_000 }, [])._tag).toBe("Right")
  })
})

describe("a role that may not", () => {
  /** What the message says is what it takes. */
  const granted = async (error: StoreUnavailable): Promise<void> => {
    expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
    const [, sql] = /\bby (GRANT .*? TO "\w+")/.exec(error.message) ?? []
    expect(sql).toBeDefined()
    await query(sql ?? "")
  }

  it("make a schema is told the right that it lacks", async () => {
    await withRoles(1, async (role = "") => {
      await withDatabase("ENCODING 'UTF8'", async (database) => {
        const options = { url: other(url, { role, database }) }
        await granted(await refusal(Postgres.migrate(options)))
        expect((await run(Postgres.migrate(options))).from).toBe(0)
      })
    })
  })

  it("make tables in a schema is told the right that it lacks", async () => {
    await withRoles(1, async (role = "") => {
      const schema = freshSchema()
      await query(`CREATE SCHEMA ${schema}`)
      const options = { url: other(url, { role }), schema }
      await granted(await refusal(Postgres.migrate(options)))
      expect((await run(Postgres.migrate(options))).from).toBe(0)
    })
  })

  it("look into a schema is told the rights that it lacks, one after the other", async () => {
    await withRoles(1, async (role = "") => {
      const schema = freshSchema()
      await run(Postgres.migrate({ url, schema }))
      const options = { url: other(url, { role }), schema, migrate: false }
      await granted(await refusal(ensure(options)))
      await granted(await refusal(ensure(options)))
      await run(ensure(options))
      // Where nothing is missing, to migrate takes no right either.
      expect((await run(Postgres.migrate(options))).migrations).toEqual([])
    })
  })

  it("write at all finds a schema that is not up to date as it is", async () => {
    await withRoles(1, async (role = "") => {
      const schema = freshSchema()
      await query(`CREATE SCHEMA ${schema}; GRANT ALL ON SCHEMA ${schema} TO ${role};
        ALTER ROLE ${role} SET default_transaction_read_only = on`)
      const options = { url: other(url, { role }), schema }
      const error = await refusal(Postgres.migrate(options))
      expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
      expect(error.message).toMatch(/set to be read only \(default_transaction_read_only\)/)
      expect((await run(Postgres.plan({ url, schema }))).from).toBe(0)
    })
  })
})

describe("what only checks", () => {
  it("makes nothing, and says who does", async () => {
    const schema = freshSchema()
    const error = await refusal(ensure({ url, schema, migrate: false }))
    expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
    expect(error.message).toMatch(
      /it has version 0, and this release works with version \d+; let the schema's owner mig/,
    )
    expect(await query("SELECT FROM pg_namespace WHERE nspname = $1", [schema])).toHaveLength(0)
  })
})

describe("an address", () => {
  it.each([
    ["that is none", "not a url, with secret", /the URL is none: write postgres:/],
    ["of a port that cannot be", "postgres://ada:secret@127.0.0.1:99999/postgres", /the URL is none: write postgres:/],
  ])("%s is refused, and not shown", async (_, address, message) => {
    const error = await refusal(Postgres.migrate({ url: address }))
    expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
    expect(error.message).toMatch(message)
    expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toContain("secret")
  })

  it("of a database that is not there is refused at once, as is a wrong password", async () => {
    for (const at of [other(url, { database: "nowhere_at_all" }), other(url, { role: "nobody_at_all" })]) {
      const error = await refusal(Postgres.migrate({ url: at }))
      expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
      expect(error.message).toMatch(/nowhere_at_all|nobody_at_all/)
    }
  })
})
