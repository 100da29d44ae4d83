/** A process that follows the log and prints each event as it sees it. */
import { writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { Sqlite } from "../../../src/interpreters/sqlite/index.ts"

const [filename = ""] = process.argv.slice(2)
let after = 0
await Effect.runPromise(
  EventStore.use((store) =>
    Stream.runForEach(store.changes, () =>
      Effect.gen(function* () {
        for (;;) {
          const { events } = yield* store.readAll({ after, limit: 500 })
          if (events.length === 0) return
          after = events.at(-1)?.position ?? after
          const at = Date.now()
          const seen = events.map(({ id, position, version }) => JSON.stringify({ id, position, version, at }))
          writeSync(1, `${seen.join("\n")}\n`)
        }
      }),
    ),
  ).pipe(Effect.provide(Sqlite.layer({ filename }))),
)
