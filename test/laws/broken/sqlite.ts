/** What only files and other processes show. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as LayerLaws from "../../../src/laws/LayerLaws.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import { folder, rival, sqlite, waitingSqlite } from "../subjects.ts"
import type { Case } from "./caught.ts"
import * as ciphers from "./ciphers.ts"

/** The database, its log, and whatever else lies beside it. */
export const files = Effect.sync(() => {
  const found = folder()
  return readdirSync(found).map((name) => readFileSync(join(found, name)))
})

export const cases: ReadonlyArray<Case> = [
  {
    law: "S20",
    flaw: "a store that waits for locks",
    suite: StoreLaws.liveness({ layer: waitingSqlite, rival }),
    runs: 1,
  },
  // It seals nothing but says it does: the files show it.
  {
    law: "L2.1",
    flaw: "plaintext in the files",
    suite: LayerLaws.wiring({ store: sqlite, cipher: ciphers.encodesOnly, files }),
    runs: 2,
  },
]
