import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper, NotificationLog } from "everfold"
import { LayerLaws, NotificationLaws, RepositoryLaws, StoreLaws } from "everfold/laws"
import { laws } from "everfold/laws/vitest"
import * as JsonLines from "./JsonLines.ts"
import * as NodeFileSystem from "./NodeFileSystem.ts"

/** A new file each time it is built. */
const store = Layer.unwrap(
  Effect.acquireRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "jsonlines-"))),
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true })),
  ).pipe(Effect.map((folder) => JsonLines.layer({ filename: path.join(folder, "store.jsonl") }))),
).pipe(Layer.provide(NodeFileSystem.layer))

const layer = Layer.merge(store, EventMapper.plain)

laws(StoreLaws.suite({ layer: store }))
laws(StoreLaws.liveness({ layer: store }))
laws(NotificationLaws.suite({ layer: NotificationLog.layer(3).pipe(Layer.provideMerge(store)) }))
laws(RepositoryLaws.suite({ layer }))
laws(LayerLaws.snapshots({ layer }))
