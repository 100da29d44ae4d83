/** The packed package brings the SQL files that it applies. */
import { readdirSync } from "node:fs"
import { afterAll, beforeAll, expect, test } from "vitest"
import { freshSchema, serverUrl } from "../postgres/run.ts"
import { type Packed, pack } from "./packed.ts"

let packed: Packed
beforeAll(() => {
  packed = pack()
})
afterAll(() => packed.remove())

test("the packed package makes a store's schema", async () => {
  const options = { url: await serverUrl(), schema: freshSchema() }
  const program = `
    import * as Effect from "effect/Effect"
    import { Postgres } from "everfold/postgres"
    const options = ${JSON.stringify(options)}
    const { migrations } = await Effect.runPromise(Postgres.migrate(options))
    console.log(migrations.length, (await Effect.runPromise(Postgres.plan(options))).from)
  `
  const count = readdirSync("src/interpreters/postgres/sql").filter((file) => file.endsWith(".sql")).length - 1
  expect(packed.run(process.execPath, "--input-type=module", "--eval", program)).toBe(`${count} ${count}`)
})
