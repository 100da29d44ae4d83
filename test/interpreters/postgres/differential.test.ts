import { it } from "vitest"
import { Postgres } from "../../../src/interpreters/postgres/index.ts"
import { freshSchema, serverUrl } from "../../postgres/run.ts"
import { agree } from "../agreeing.ts"

it("answers every program of operations as the store in memory does", async () => {
  const url = await serverUrl()
  await agree(() => Postgres.layer({ url, schema: freshSchema() }), 60)
})
