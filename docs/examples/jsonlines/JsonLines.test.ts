// What certifies the store: all that has to hold, tried on it. `npx vitest run` finds this file.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper, NotificationLog } from "everfold"
import { LayerLaws, NotificationLaws, RepositoryLaws, SimulatedDisk, StoreLaws } from "everfold/laws"
import { laws } from "everfold/laws/vitest"
import * as JsonLines from "./JsonLines.ts"
import * as Lock from "./Lock.ts"
import * as NodeFileSystem from "./NodeFileSystem.ts"

/** A new disk in memory, and the store on it: most laws are about answers, for which it does as well as a real one. */
const place = Effect.sync(() => {
  const disk = SimulatedDisk.make()
  return JsonLines.layer({ filename: "/store.jsonl" }).pipe(Layer.provide([disk.layer, Lock.none]))
})

/** A new folder, and the store in a file of it. */
const folder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "jsonlines-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true })),
).pipe(
  Effect.map((made) =>
    JsonLines.layer({ filename: path.join(made, "store.jsonl") }).pipe(Layer.provide(NodeFileSystem.layer)),
  ),
)

/** The store as it was built, then closed and opened again between any two calls, then in real files. */
for (const { store, runs } of [
  { store: Layer.unwrap(place) },
  { store: StoreLaws.reopened(place) },
  { store: Layer.unwrap(folder), runs: 5 },
]) {
  const layer = Layer.merge(store, EventMapper.plain)
  const often = runs === undefined ? {} : { runs }
  laws(StoreLaws.suite({ layer: store, ...often }))
  laws(NotificationLaws.suite({ layer: NotificationLog.layer(3).pipe(Layer.provideMerge(store)), ...often }))
  laws(RepositoryLaws.suite({ layer, ...often }))
  laws(LayerLaws.snapshots({ layer, ...often }))
}
laws(StoreLaws.liveness({ layer: Layer.unwrap(folder) }))
