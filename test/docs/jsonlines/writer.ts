/** A process that commits until it is killed, and prints what was acknowledged: `writer.ts <file> <first number>`. */
import { writeSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Commit, EventStore, HashChain } from "everfold"
import * as JsonLines from "../../../docs/examples/jsonlines/JsonLines.ts"
import * as NodeFileSystem from "../../../docs/examples/jsonlines/NodeFileSystem.ts"

const [filename = "", first = "1"] = process.argv.slice(2)
const print = (line: unknown) => writeSync(1, `${JSON.stringify(line)}\n`)

let n = Number(first)
const writing = Effect.fnUntraced(function* (id: string) {
  const store = yield* EventStore
  const stream = { category: "Account", id }
  for (;;) {
    const number = n++
    const undigested = {
      id: `00000000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`,
      type: "Deposited",
      schemaVersion: 1,
      tags: [],
      recordedAt: 1_800_000_000_000,
      correlationId: "test",
      causation: null,
      encoding: "json",
      body: new Uint8Array(2000).fill(120),
    }
    const event = { ...undigested, digest: HashChain.sha256(HashChain.preimage(stream, undigested)) }
    const { position } = yield* store.commit({
      hash: "sha256",
      writes: [{ stream, expected: Commit.any, events: [event] }],
    })
    print({ number, position })
  }
})

await Effect.runPromise(
  Effect.forEach(["a", "b", "c"], writing, { concurrency: "unbounded" }).pipe(
    Effect.catch((error) => Effect.sync(() => print({ error: error._tag }))),
    Effect.provide(JsonLines.layer({ filename }).pipe(Layer.provide(NodeFileSystem.layer))),
    Effect.catch((error) => Effect.sync(() => print({ error: error._tag }))),
  ),
)
