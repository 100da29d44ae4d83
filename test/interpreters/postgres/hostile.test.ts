import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { append, appendStatement } from "../../../src/interpreters/postgres/parameters.ts"
import { quote } from "../../../src/interpreters/postgres/schemaName.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { account, event, uuid, write } from "../commits.ts"
import { outcomes, reading, writing } from "./everything.ts"
import { hiding, hijack } from "./hijack.ts"
import { other, query, raw, withRoles } from "./raw.ts"

const url = await serverUrl()

/** Called by others of ours only, which have set the path. */
const inner = ["kinds", "lock", "matching_item", "version_from"]

describe("the functions of a store", () => {
  it("have a search path of their own, and no other owner's rights", async () => {
    const schema = freshSchema()
    await Effect.runPromise(Postgres.migrate({ url, schema }))
    const functions = await query(
      `SELECT proname, prosecdef, coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false) AS path
       FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = $1 ORDER BY proname`,
      [schema],
    )
    expect(functions.length).toBeGreaterThan(inner.length)
    for (const { proname, prosecdef, path } of functions) {
      expect([proname, prosecdef, path]).toEqual([proname, false, !inner.includes(String(proname))])
    }
  })

  it("do what they do, and so does a store, where others of their names fit the arguments better", async () => {
    const [schema, evil] = [freshSchema(), freshSchema()]
    await Effect.runPromise(Postgres.migrate({ url, schema }))
    await hijack(evil)
    await withRoles(1, async (role = "") => {
      await query(Postgres.grants({ schema, writer: role }))
      await query(`ALTER ROLE ${role} SET search_path = ${evil}`)
      const as = other(url, { role })
      await expect(query("SELECT array_to_string('{}'::integer[], '')", [], as)).rejects.toThrow(/astray/)
      const store = Postgres.layer({ url: as, schema, migrate: false })
      const work = Effect.andThen(reading, writing)
      expect(await Effect.runPromise(Effect.provide(work, store))).toEqual(outcomes)
      expect(await query(`SELECT body FROM ${schema}.log`, [], as)).toHaveLength(3)
    })
  })

  it("do the same where all that they use is hidden, by temporary tables too", async () => {
    const [schema, evil] = [freshSchema(), freshSchema()]
    await Effect.runPromise(Postgres.migrate({ url, schema }))
    await hijack(evil)
    await raw(async (one) => {
      await one.query(`SET search_path = ${evil}, pg_catalog; ${hiding}`)
      const stream = account("ada")
      const commit = {
        ...write(stream, [event(stream, uuid(1), { tags: ["a"] })]),
        commands: [{ id: "c", events: [uuid(1)] }],
      }
      const parameters = Object.values(append([commit])).map((value) => (value === null ? null : String(value)))
      expect(await one.query(appendStatement(quote(schema)), parameters)).toMatchObject([{ refused: [] }])
      expect(await one.query(`SELECT body FROM ${schema}.log`)).toHaveLength(1)
      expect(await one.query("SELECT FROM event")).toEqual([])
    })
  })
})
