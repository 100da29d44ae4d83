import * as Layer from "effect/Layer"
import { Cipher } from "../../src/core/port/Cipher.ts"
import { Compression } from "../../src/core/port/Compression.ts"
import { Hash } from "../../src/core/port/Hash.ts"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import { NotificationLog } from "../../src/core/program/NotificationLog.ts"
import * as Deflate from "../../src/interpreters/compression/Deflate.ts"
import * as Zstd from "../../src/interpreters/compression/Zstd.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as ChainLaws from "../../src/laws/ChainLaws.ts"
import * as LayerLaws from "../../src/laws/LayerLaws.ts"
import * as NotificationLaws from "../../src/laws/NotificationLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as chains from "./broken/chains.ts"
import * as ciphers from "./broken/ciphers.ts"
import * as layers from "./broken/layers.ts"
import * as notifications from "./broken/notifications.ts"

laws(ChainLaws.suite())

laws(LayerLaws.cipher({ layer: ciphers.good }))
laws(LayerLaws.cipher({ layer: ciphers.simpleAndGood }))

laws(LayerLaws.wiring({ store: Memory.layer, cipher: ciphers.good }))

laws(LayerLaws.picking({ store: Memory.layer, cipher: ciphers.good }))

const dressed = (
  ...settings: Parameters<
    typeof Layer.mergeAll<[Layer.Layer<Cipher, unknown>, Layer.Layer<Compression>, Layer.Layer<Hash>]>
  >
) => Layer.merge(Memory.layer, EventMapper.layer.pipe(Layer.provide(Layer.mergeAll(...settings))))
laws(LayerLaws.transparency({ layer: dressed(Cipher.none, Compression.none, Hash.sha256) }))
laws(LayerLaws.transparency({ layer: dressed(ciphers.good, Zstd.layer, Hash.sha256) }))
laws(LayerLaws.transparency({ layer: dressed(ciphers.simpleAndGood, Deflate.layer, Hash.sha256) }))

laws(LayerLaws.snapshots({ layer: dressed(Cipher.none, Compression.none, Hash.sha256) }))
laws(LayerLaws.snapshots({ layer: dressed(ciphers.good, Zstd.layer, Hash.sha256) }))

laws(NotificationLaws.suite({ layer: notifications.good }))
laws(NotificationLaws.suite({ layer: NotificationLog.layer(1).pipe(Layer.provideMerge(Memory.layer)) }))

catchesAll(chains.cases)
catchesAll(ciphers.cases)
catchesAll(layers.cases)
catchesAll(notifications.cases)
