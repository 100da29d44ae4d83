import * as Layer from "effect/Layer"
import { Hash } from "../../src/core/port/Hash.ts"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import { NotificationLog } from "../../src/core/program/NotificationLog.ts"
import * as Zstd from "../../src/interpreters/compression/Zstd.ts"
import * as AesGcm from "../../src/interpreters/crypto/AesGcm.ts"
import * as LayerLaws from "../../src/laws/LayerLaws.ts"
import * as NotificationLaws from "../../src/laws/NotificationLaws.ts"
import * as RepositoryLaws from "../../src/laws/RepositoryLaws.ts"
import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import * as SubscriptionLaws from "../../src/laws/SubscriptionLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as ciphers from "./broken/ciphers.ts"
import * as processors from "./broken/processors.ts"
import { life } from "./settings.ts"
import { postgres, postgresTwice, rows, sessionRival, sqlite } from "./subjects.ts"

laws(StoreLaws.suite({ layer: postgres, runs: 15 }))
laws(StoreLaws.suite({ layer: postgresTwice, runs: 6 }))
laws(StoreLaws.differential({ left: sqlite, right: postgres, runs: 10 }))
laws(StoreLaws.liveness({ layer: postgres, rival: sessionRival, runs: 1 }))
laws(SubscriptionLaws.suite({ layer: postgres, runs: 15 }))
laws(SubscriptionLaws.suite({ layer: postgresTwice, runs: 8 }))
laws(NotificationLaws.suite({ layer: NotificationLog.layer(2).pipe(Layer.provideMerge(postgres)), runs: 8 }))
laws(RepositoryLaws.suite({ layer: Layer.merge(postgres, EventMapper.plain), runs: 10 }))
laws(RepositoryLaws.suite({ layer: Layer.merge(postgresTwice, EventMapper.plain), runs: 5 }))

for (const subject of [processors.policyParted, processors.process]) {
  const { name, laws: all } = processors.suite({
    ...subject,
    layer: Layer.orDie(Layer.merge(postgres, EventMapper.plain)),
    runs: 3,
  })
  // Whoever is killed in the middle by a law keeps its connection, as no process does.
  laws({ name, laws: all.filter((law) => !["P2", "P11"].includes(law.name)) })
}

const mapper = EventMapper.layer.pipe(Layer.provide([ciphers.good, Zstd.layer, Hash.sha256]))
laws(LayerLaws.transparency({ layer: Layer.merge(postgres, mapper), runs: 8 }))
laws(LayerLaws.snapshots({ layer: Layer.merge(postgres, mapper), runs: 10 }))
laws(LayerLaws.wiring({ store: postgres, cipher: ciphers.good, files: rows, runs: 2 }))
laws(LayerLaws.changing({ store: postgres, life, runs: 10 }))
laws(LayerLaws.picking({ store: postgres, cipher: ciphers.good, runs: 5 }))
laws(LayerLaws.rotation({ store: postgres, cipher: AesGcm.layer, runs: 4 }))

// It seals nothing but says it does: the tables show it.
const unsealed = LayerLaws.wiring({ store: postgres, cipher: ciphers.encodesOnly, files: rows })
catchesAll([{ law: "L2.1", flaw: "plaintext in the tables", suite: unsealed, runs: 2 }])
