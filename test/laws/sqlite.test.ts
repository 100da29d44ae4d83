import * as Layer from "effect/Layer"
import { Hash } from "../../src/core/port/Hash.ts"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import { NotificationLog } from "../../src/core/program/NotificationLog.ts"
import * as Zstd from "../../src/interpreters/compression/Zstd.ts"
import * as LayerLaws from "../../src/laws/LayerLaws.ts"
import * as NotificationLaws from "../../src/laws/NotificationLaws.ts"
import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import * as SubscriptionLaws from "../../src/laws/SubscriptionLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as ciphers from "./broken/ciphers.ts"
import * as processors from "./broken/processors.ts"
import * as files from "./broken/sqlite.ts"
import { rival, sqlite, sqliteTwice } from "./subjects.ts"

laws(StoreLaws.suite({ layer: sqlite, runs: 30 }))
laws(StoreLaws.suite({ layer: sqliteTwice, runs: 10 }))
laws(StoreLaws.liveness({ layer: sqlite, rival, runs: 1 }))
laws(SubscriptionLaws.suite({ layer: sqlite, runs: 20 }))
laws(SubscriptionLaws.suite({ layer: sqliteTwice, runs: 10 }))
laws(NotificationLaws.suite({ layer: NotificationLog.layer(2).pipe(Layer.provideMerge(sqlite)), runs: 15 }))

for (const subject of [processors.policyParted, processors.process]) {
  const { name, laws: all } = processors.suite({
    ...subject,
    layer: Layer.orDie(Layer.merge(sqlite, EventMapper.plain)),
    runs: 8,
  })
  // Whoever is killed in the middle by a law keeps its connection, as no process does.
  laws({ name, laws: all.filter((law) => !["P2", "P11"].includes(law.name)) })
}

const mapper = EventMapper.layer.pipe(Layer.provide([ciphers.good, Zstd.layer, Hash.sha256]))
laws(LayerLaws.transparency({ layer: Layer.merge(sqlite, mapper), runs: 15 }))
laws(LayerLaws.snapshots({ layer: Layer.merge(sqlite, mapper), runs: 20 }))

laws(LayerLaws.wiring({ store: sqlite, cipher: ciphers.good, files: files.files, runs: 3 }))

catchesAll(files.cases)
