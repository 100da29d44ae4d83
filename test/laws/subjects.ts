/** The stores that the laws are tried on. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { open } from "../../src/interpreters/sqlite/Connection.ts"
import * as Sqlite from "../../src/interpreters/sqlite/Sqlite.ts"
import * as Store from "../../src/interpreters/sqlite/Store.ts"

const file = "store.db"
let latest = ""

/** Where the store lies that was built last. */
export const folder = (): string => latest

const inFolder = <A, E>(make: (filename: string) => Layer.Layer<A, E>): Layer.Layer<A, E> =>
  Layer.unwrap(
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => {
          latest = mkdtempSync(join(tmpdir(), "everfold-laws-"))
          return latest
        }),
        (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
      ),
      (made) => make(join(made, file)),
    ),
  )

/** A new file in a folder of its own for each build; it goes with the layer. */
export const sqlite = inFolder((filename) => Sqlite.layer({ filename }))

/** One whose calls wait for the lock that another process holds, and the process with them. */
export const waitingSqlite = inFolder((filename) =>
  Layer.effectContext(
    Effect.flatMap(open(filename), (database) => {
      database.exec("PRAGMA busy_timeout = 5000")
      return Store.make(database)
    }),
  ),
)

/** Another process that holds the file which was built last. */
export const rival = Effect.flatMap(
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, ["--no-warnings", join(import.meta.dirname, "rival.ts"), join(folder(), file)], {
        stdio: ["ignore", "pipe", "inherit"],
      }),
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL")),
  ),
  (child) => Effect.promise(() => once(child.stdout, "data")),
).pipe(Effect.asVoid)
