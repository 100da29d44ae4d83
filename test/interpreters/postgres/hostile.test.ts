import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { Commit } from "../../../src/core/event/Commit.ts"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { append, appendStatement } from "../../../src/interpreters/postgres/parameters.ts"
import { within } from "../../../src/interpreters/postgres/schemaName.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { account, event, uuid, write } from "../commits.ts"
import { hijack, path } from "./hijack.ts"
import { query, raw } from "./raw.ts"

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

  it("do the same where other things have the names of what they use", async () => {
    const [schema, evil] = [freshSchema(), freshSchema()]
    await Effect.runPromise(Postgres.migrate({ url, schema }))
    await hijack(evil)
    const stream = account("ada")
    const commit: Commit = {
      ...write(stream, [event(stream, uuid(1), { tags: ["a", "b"] }), event(stream, uuid(2), { type: "Opened" })]),
      commands: [{ id: "c", events: [uuid(1), uuid(2)] }],
      checkpoint: { consumer: "c", upstream: "u", partition: 0, epoch: 0, from: 0, to: 0 },
      condition: { failIfMatch: { items: [{ types: ["Deposited"], tags: ["a"] }] }, after: 0 },
    }
    await raw(async (one) => {
      await expect(one.query(`${path(evil)}; SELECT array_to_string('{}'::integer[], '')`)).rejects.toThrow(/astray/)
      await one.query(path(evil))
      const send = () => one.query(within(schema, appendStatement), Object.values(append([commit])).map(textOf))
      expect(await send()).toMatchObject([{ base: "0", refused: "" }])
      expect(await send()).toMatchObject([{ base: "2", refused: expect.stringContaining("1") }])
      const item = JSON.stringify([
        { types: ["Deposited"], tags: ["a"] },
        { stream: { category: "Account", id: "ada" } },
      ])
      const found = await one.query(
        `SELECT * FROM ${schema}.matching($1::pg_catalog.text::pg_catalog.jsonb, 0, 9, 9)`,
        [item],
      )
      expect(found).toEqual([{ matching: "1" }, { matching: "2" }])
      const facts = await one.query(
        `SELECT head, heads, events, commands, past, matched
         FROM ${schema}.facts_1(ARRAY[$1]::pg_catalog.uuid[], ARRAY['c'], ARRAY['Account-ada'], 'c', 'u', 0, $2, 0)`,
        [uuid(1), item],
      )
      expect(facts).toMatchObject([{ head: "2", matched: "1", past: { 1: {}, 2: {} } }])
      expect(await one.query(`SELECT ${schema}.wake('channel')`)).toHaveLength(1)
      expect(await one.query(`SELECT body FROM ${schema}.log`)).toHaveLength(2)
    })
  })
})

const textOf = (value: string | number | null): string | null => (value === null ? null : String(value))
