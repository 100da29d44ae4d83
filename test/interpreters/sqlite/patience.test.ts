import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, it } from "vitest"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { account, event, uuid, write } from "../commits.ts"
import { inFolder, run } from "./support.ts"

/** Half a minute is what it is about: it waits, and works little. */
it("gives up a commit after 30 seconds of a held file, and not one that has only just come", {
  timeout: 60_000,
}, async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    await run(
      filename,
      Effect.gen(function* () {
        const store = yield* EventStore
        const other = new DatabaseSync(filename)
        other.exec("BEGIN IMMEDIATE")
        const commit = (n: number) =>
          Effect.result(store.commit(write(account(`s${n}`), [event(account(`s${n}`), uuid(n))])))
        const old = yield* Effect.forkChild(commit(1))
        yield* Effect.sleep("27 seconds")
        const young = yield* Effect.forkChild(commit(2))
        const given = yield* Fiber.join(old)
        other.exec("ROLLBACK")
        other.close()
        expect(given).toMatchObject({ _tag: "Failure", failure: { _tag: "StoreUnavailable", retryable: true } })
        expect(yield* Fiber.join(young)).toMatchObject({ _tag: "Success", success: { position: 1 } })
      }),
    )
  })
})
