// What certifies the store: all that has to hold of one, tried on it. `npx vitest run` finds this file.
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper, NotificationLog } from "everfold"
import { AesGcm, KeyRing } from "everfold/crypto"
import { LayerLaws, NotificationLaws, RepositoryLaws, SimulatedDisk, StoreLaws } from "everfold/laws"
import { laws } from "everfold/laws/vitest"
import * as JsonLines from "./JsonLines.ts"
import * as Lock from "./Lock.ts"
import * as NodeFileSystem from "./NodeFileSystem.ts"

/** In a file of whatever disk is provided. */
const onDisk = JsonLines.layer({ filename: "/store.jsonl" }).pipe(Layer.provide(Lock.none))

/** A new disk in memory, and the store on it. */
const disk = Effect.sync(() => onDisk.pipe(Layer.provide(SimulatedDisk.make().layer)))

/** A new folder, and the store in a file of it. */
const folder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "jsonlines-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true })),
).pipe(
  Effect.map((made) =>
    JsonLines.layer({ filename: path.join(made, "store.jsonl") }).pipe(Layer.provide(NodeFileSystem.layer)),
  ),
)

const suites = (store: StoreLaws.Subject["layer"]) => {
  const layer = Layer.merge(store, EventMapper.plain)
  return [
    StoreLaws.suite({ layer: store }),
    NotificationLaws.suite({ layer: NotificationLog.layer(3).pipe(Layer.provideMerge(store)) }),
    RepositoryLaws.suite({ layer }),
    LayerLaws.transparency({ layer }),
    LayerLaws.snapshots({ layer }),
  ]
}

// What it answers, as it was opened; what it keeps, closed and opened again between any two calls; the same
// in real files; what is left of it by a crash; and that it blocks nobody.
for (const suite of suites(Layer.unwrap(disk))) laws(suite)
for (const suite of suites(StoreLaws.reopened(disk))) laws(suite)
for (const suite of suites(Layer.unwrap(folder))) laws(suite, { runs: 5 })
laws(StoreLaws.crashing({ layer: onDisk }))
laws(StoreLaws.liveness({ layer: Layer.unwrap(folder) }))

// That ciphers and their keys work on it, and that it holds nothing that they should have sealed.
const store = Layer.unwrap(disk)
const cipher = AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("2026"))))
laws(LayerLaws.wiring({ store, cipher }))
laws(LayerLaws.picking({ store, cipher }))
laws(LayerLaws.rotation({ store, cipher: AesGcm.layer }))
