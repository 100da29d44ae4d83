import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Hash } from "../../src/core/port/Hash.ts"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import { NotificationLog } from "../../src/core/program/NotificationLog.ts"
import * as Zstd from "../../src/interpreters/compression/Zstd.ts"
import * as LayerLaws from "../../src/laws/LayerLaws.ts"
import * as NotificationLaws from "../../src/laws/NotificationLaws.ts"
import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catches } from "./broken/caught.ts"
import * as ciphers from "./broken/ciphers.ts"
import { folder, rival, sqlite, sqliteTwice, waitingSqlite } from "./subjects.ts"

laws(StoreLaws.suite({ layer: sqlite, runs: 30 }))
laws(StoreLaws.suite({ layer: sqliteTwice, runs: 10 }))
laws(StoreLaws.liveness({ layer: sqlite, rival, runs: 1 }))
catches("S20", "a store that waits for locks", StoreLaws.liveness({ layer: waitingSqlite, rival }), 1)
laws(NotificationLaws.suite({ layer: NotificationLog.layer(2).pipe(Layer.provideMerge(sqlite)), runs: 15 }))

const mapper = EventMapper.layer.pipe(Layer.provide([ciphers.good, Zstd.layer, Hash.sha256]))
laws(LayerLaws.transparency({ layer: Layer.merge(sqlite, mapper), runs: 15 }))
laws(LayerLaws.snapshots({ layer: Layer.merge(sqlite, mapper), runs: 20 }))

/** The database, its log, and whatever else lies beside it. */
const files = Effect.sync(() => {
  const found = folder()
  return readdirSync(found).map((name) => readFileSync(join(found, name)))
})
laws(LayerLaws.wiring({ store: sqlite, cipher: ciphers.good, files, runs: 3 }))

/** A cipher that seals nothing but says it does: the files show it. */
catches("L2.1", "plaintext in the files", LayerLaws.wiring({ store: sqlite, cipher: ciphers.encodesOnly, files }), 2)
