import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import type { StoreUnavailable } from "../../../src/core/port/Errors.ts"
import type { EventStore } from "../../../src/core/port/EventStore.ts"
import type { Snapshots } from "../../../src/core/port/Snapshots.ts"
import { Sqlite } from "../../../src/interpreters/sqlite/index.ts"

/** A folder of its own for a test, removed afterwards. */
export const inFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "everfold-sqlite-"))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const run = <A, E>(
  filename: string,
  effect: Effect.Effect<A, E, EventStore | Checkpoints | Snapshots>,
): Promise<A> => Effect.runPromise(Effect.provide(effect, Sqlite.layer({ filename })))

/** What building the layer fails with. */
export const refusal = (filename: string): Promise<StoreUnavailable> =>
  Effect.runPromise(Effect.flip(Effect.provide(Effect.succeed("it was built"), Sqlite.layer({ filename }))))
