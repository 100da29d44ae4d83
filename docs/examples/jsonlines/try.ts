import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "everfold"
import * as JsonLines from "./JsonLines.ts"
import * as NodeFileSystem from "./NodeFileSystem.ts"
const store = Layer.unwrap(
  Effect.acquireRelease(
    Effect.sync(() => { console.log("made"); return fs.mkdtempSync(path.join(os.tmpdir(), "jsonlines-")) }),
    (folder) => Effect.sync(() => { console.log("gone"); fs.rmSync(folder, { recursive: true }) }),
  ).pipe(Effect.map((folder) => JsonLines.layer({ filename: path.join(folder, "store.jsonl") }))),
).pipe(Layer.provide(NodeFileSystem.layer))
await Effect.runPromise(EventStore.use((s) => s.head).pipe(Effect.provide(store))).then(console.log, console.log)
