/** A process that commits until it is killed, or `count` times, and prints what was acknowledged. */
import { writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { Sqlite } from "../../../src/interpreters/sqlite/index.ts"
import { account, event, uuid, write } from "../commits.ts"

const [filename = "", number = "0", count = "Infinity", bytes = "20"] = process.argv.slice(2)
const body = new Uint8Array(Number(bytes)).fill(120)
const print = (line: unknown) => writeSync(1, `${JSON.stringify(line)}\n`)

let serial = Number(number) * 1_000_000
const fiber = Effect.fnUntraced(function* (name: string) {
  const store = yield* EventStore
  const stream = account(name)
  for (let i = 0; i < Number(count); i++) {
    const id = uuid(++serial)
    const { position, streams } = yield* store.commit(write(stream, [event(stream, id, { body, tags: [name] })]))
    print({ id, position, name, version: streams[0]?.version })
  }
})

const names = count === "1" ? ["a"] : ["a", "b", "c"]
await Effect.runPromise(
  Effect.forEach(names, fiber, { concurrency: "unbounded" }).pipe(
    Effect.catch((error) =>
      Effect.sync(() => print({ error: error._tag, retryable: "retryable" in error && error.retryable })),
    ),
    Effect.provide(Sqlite.layer({ filename })),
  ),
)
