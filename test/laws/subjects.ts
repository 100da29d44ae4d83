/** The stores that the laws are tried on. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Sqlite from "../../src/interpreters/sqlite/Sqlite.ts"

let latest = ""

/** Where the store lies that was built last. */
export const folder = (): string => latest

/** A new file in a folder of its own for each build; it goes with the layer. */
export const sqlite = Layer.unwrap(
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        latest = mkdtempSync(join(tmpdir(), "everfold-laws-"))
        return latest
      }),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
    ),
    (made) => Sqlite.layer({ filename: join(made, "store.db") }),
  ),
)
