import * as Layer from "effect/Layer"
import { Cipher } from "../../src/core/port/Cipher.ts"
import { Compression } from "../../src/core/port/Compression.ts"
import { Hash } from "../../src/core/port/Hash.ts"
import { Snapshots } from "../../src/core/port/Snapshots.ts"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import { NotificationLog } from "../../src/core/program/NotificationLog.ts"
import * as Deflate from "../../src/interpreters/compression/Deflate.ts"
import * as Zstd from "../../src/interpreters/compression/Zstd.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as ChainLaws from "../../src/laws/ChainLaws.ts"
import * as LayerLaws from "../../src/laws/LayerLaws.ts"
import * as NotificationLaws from "../../src/laws/NotificationLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catches } from "./broken/caught.ts"
import * as chains from "./broken/chains.ts"
import * as ciphers from "./broken/ciphers.ts"
import * as layers from "./broken/layers.ts"
import * as notifications from "./broken/notifications.ts"

laws(ChainLaws.suite())
catches("L5.1", "fields joined by |", ChainLaws.suite({ chain: chains.joined }))
catches("L5.1", "tags left out", ChainLaws.suite({ chain: chains.tagsLeftOut }))
catches("L5.1", "an absent cause like an empty one", ChainLaws.suite({ chain: chains.absentAsEmpty }), 20_000)
catches("L5.2", "a verification that forgets its head", ChainLaws.suite({ chain: chains.forgetsItsHead }))
catches("L5.2", "a report of the last index", ChainLaws.suite({ chain: chains.reportsTheLast }))
catches("L5.3", "links that do not depend on the one before", ChainLaws.suite({ chain: chains.unlinked }))
catches("L5.3", "versions counted and nothing digested", ChainLaws.suite({ chain: chains.countsOnly }))

laws(LayerLaws.cipher({ layer: ciphers.good }))
laws(LayerLaws.cipher({ layer: ciphers.simpleAndGood }))
catches("L3.1", "an end that is lost", LayerLaws.cipher({ layer: ciphers.losesTheEnd }))
catches("L3.1", "a cipher that seals nothing", LayerLaws.cipher({ layer: ciphers.sealsNothing }))
catches("L3.2", "additional data ignored", LayerLaws.cipher({ layer: ciphers.aadIgnored }))
catches("L3.2", "additional data cut short", LayerLaws.cipher({ layer: ciphers.aadCut }))
catches("L3.2", "a tag that nobody checks", LayerLaws.cipher({ layer: ciphers.tagUnchecked }))
catches("L3.3", "one nonce for all", LayerLaws.cipher({ layer: ciphers.oneNonce }))
catches("L3.3", "one nonce for all, behind random bytes", LayerLaws.cipher({ layer: ciphers.oneNonceHidden }))
catches("L3.3", "a counter that begins again with every process", LayerLaws.cipher({ layer: ciphers.counterFromZero }))

laws(LayerLaws.wiring({ store: Memory.layer, cipher: ciphers.good }))
catches(
  "L2.1",
  "a store without the snapshots to look into",
  LayerLaws.wiring({ store: Layer.merge(Memory.layer, Snapshots.none), cipher: ciphers.good }),
  5,
)
catches("L2.1", "snapshots forgotten", LayerLaws.wiring({ store: Memory.layer, cipher: ciphers.snapshotsForgotten }), 5)
catches(
  "L2.1",
  "a mapper built once for all its uses",
  LayerLaws.wiring({ store: Memory.layer, cipher: ciphers.good, mapper: Layer.suspend(() => EventMapper.layer) }),
  5,
)
catches("L2.1", "encoding for sealing", LayerLaws.wiring({ store: Memory.layer, cipher: ciphers.encodesOnly }), 5)
catches(
  "L2.3",
  "a plain snapshot believed",
  LayerLaws.wiring({ store: Memory.layer, cipher: ciphers.good, mapper: ciphers.believesPlainSnapshots }),
)

const picking = (only: typeof Cipher.only) => LayerLaws.picking({ store: Memory.layer, cipher: ciphers.good, only })
laws(LayerLaws.picking({ store: Memory.layer, cipher: ciphers.good }))
catches("L2.2", "only the others sealed", picking(ciphers.onlyTheOthers))
catches("L2.2", "snapshots of sealed events left plain", picking(ciphers.onlyEvents))
catches("L2.2", "all sealed, whatever is picked", picking(ciphers.onlyInName))
catches("L2.2", "what was picked once not opened", picking(ciphers.onlyNow))

const dressed = (
  ...settings: Parameters<
    typeof Layer.mergeAll<[Layer.Layer<Cipher, unknown>, Layer.Layer<Compression>, Layer.Layer<Hash>]>
  >
) => Layer.merge(Memory.layer, EventMapper.layer.pipe(Layer.provide(Layer.mergeAll(...settings))))
laws(LayerLaws.transparency({ layer: dressed(Cipher.none, Compression.none, Hash.sha256) }))
laws(LayerLaws.transparency({ layer: dressed(ciphers.good, Zstd.layer, Hash.sha256) }))
laws(LayerLaws.transparency({ layer: dressed(ciphers.simpleAndGood, Deflate.layer, Hash.sha256) }))
catches("L1.1", "metadata that is lost", LayerLaws.transparency({ layer: layers.metadataLost }))
catches("L1.1", "compression that changes long bodies", LayerLaws.transparency({ layer: layers.foldsRepeats }))
catches("L1.1", "snapshots that come back changed", LayerLaws.transparency({ layer: layers.snapshotsChanged }))

laws(LayerLaws.snapshots({ layer: dressed(Cipher.none, Compression.none, Hash.sha256) }))
laws(LayerLaws.snapshots({ layer: dressed(ciphers.good, Zstd.layer, Hash.sha256) }))
catches("SN2", "a model version that nobody looks at", LayerLaws.snapshots({ layer: layers.modelIgnored }))
catches("SN2", "a codec version that nobody looks at", LayerLaws.snapshots({ layer: layers.codecIgnored }))
catches("SN2", "a digest that nobody looks at", LayerLaws.snapshots({ layer: layers.digestIgnored }))
catches("SN2", "a link that nobody looks at", LayerLaws.snapshots({ layer: layers.linksIgnored }))
catches("SN2", "an unknown key that is fatal", LayerLaws.snapshots({ layer: layers.unknownKeyFatal }))

laws(NotificationLaws.suite({ layer: notifications.good }))
laws(NotificationLaws.suite({ layer: NotificationLog.layer(1).pipe(Layer.provideMerge(Memory.layer)) }))
catches("S16", "sections archived early", NotificationLaws.suite({ layer: notifications.archivedEarly }))
catches("S16", "a next link that comes late", NotificationLaws.suite({ layer: notifications.nextWhenFilled }))
catches("S16", "previous links that skip", NotificationLaws.suite({ layer: notifications.previousSkips }))
catches("S16", "a current section that is full", NotificationLaws.suite({ layer: notifications.currentIsLast }))
catches("S16", "sections that slide", NotificationLaws.suite({ layer: notifications.sliding }))
catches("S16", "bounds of any kind", NotificationLaws.suite({ layer: notifications.anyBounds }))
