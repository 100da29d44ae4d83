import { join } from "node:path"
import { it } from "vitest"
import { Sqlite } from "../../../src/interpreters/sqlite/index.ts"
import { agree } from "../agreeing.ts"
import { inFolder } from "./support.ts"

it("answers every program of operations as the store in memory does", async () => {
  await inFolder(async (folder) => {
    let file = 0
    await agree(() => Sqlite.layer({ filename: join(folder, `${file++}.db`) }), 120)
  })
})
