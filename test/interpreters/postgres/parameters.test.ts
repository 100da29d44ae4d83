import fc from "fast-check"
import postgres from "postgres"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { texts } from "../../../src/interpreters/postgres/parameters.ts"
import { serverUrl } from "../../postgres/run.ts"

/** Text that PostgreSQL can hold, full of what means something in an array literal. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', "\\", "{", "}", ",", "NULL", "null", " ", "\n", "\u0001"),
      fc.string({ unit: "binary" }),
    ),
    {
      maxLength: 6,
    },
  )
  .map((parts) => parts.join("").replaceAll("\0", ""))
  .filter((whole) => whole.isWellFormed())

describe("array literals", () => {
  let sql: postgres.Sql
  beforeAll(async () => {
    sql = postgres(await serverUrl(), { max: 1, fetch_types: false })
  })
  afterAll(() => sql.end())

  it("say the texts that they were made of, whatever those hold", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 5 }), async (items) => {
        const [row] = await sql.unsafe("SELECT to_jsonb($1::text[])::text", [texts(items)]).values()
        expect(JSON.parse(row?.[0])).toEqual(items)
      }),
    )
  })
})
