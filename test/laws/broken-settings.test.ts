import { EventMapper } from "../../src/core/program/EventMapper.ts"
import * as AesGcm from "../../src/interpreters/crypto/AesGcm.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as LayerLaws from "../../src/laws/LayerLaws.ts"
import { catches } from "./broken/caught.ts"
import * as rotations from "./broken/rotations.ts"
import * as settings from "./broken/settings.ts"

const changing = (life: ReadonlyArray<LayerLaws.Stage>) => LayerLaws.changing({ store: Memory.layer, life })

catches("L1.2", "compression that reads only its own kind", changing(settings.ownCompressionOnly))
catches("L1.2", "a cipher that opens only with the active key", changing(settings.opensWithTheActiveKey))
catches("L1.2", "a key that is made anew with each build", changing(settings.keysOfTheMoment))
catches("L1.2", "a cipher built once for all settings", changing(settings.builtOnceForAll))
catches("L1.2", "a mapper that refuses what is plain", changing(settings.refusesThePlain))
catches("L1.2", "snapshots that must open", changing(settings.snapshotsMustOpen))
catches("L1.2", "traces in metadata", changing(settings.tracesInMetadata))
catches(
  "L1.2",
  "a cache that answers",
  LayerLaws.changing({
    store: Memory.layer,
    life: [{ plain: EventMapper.plain }],
    repository: settings.answersFromTheCache,
  }),
)

const rotation = (cipher: LayerLaws.RotationSubject["cipher"]) => LayerLaws.rotation({ store: Memory.layer, cipher })

catches("L6.1", "a cipher that seals with the first key for ever", rotation(rotations.sealsWithTheFirst))
catches("L6.1", "a cipher that opens only with the active key", rotation(settings.activeKeyOnly))
catches("L6.1", "a cipher built once for all rings", rotation(settings.builtOnce()))
catches("L6.2", "a missing key told as damage", rotation(rotations.missingIsDamage))
catches("L6.2", "a key that stays missing", rotation(rotations.missingForEver))
catches("L6.2", "another key taken where one is missing", rotation(rotations.takesAnother))
catches("L6.2", "a cipher built once for all rings", rotation(settings.builtOnce()))
catches("L6.3", "damage told as a missing key", rotation(rotations.damageIsMissing))
catches("L6.3", "what does not open, handed out", rotation(rotations.opensAnything))
catches("L6.4", "snapshots that are not sealed", rotation(rotations.snapshotsForgotten))
catches(
  "L6.4",
  "a snapshot that does not open, guessed",
  LayerLaws.rotation({ store: Memory.layer, cipher: AesGcm.layer, mapper: rotations.snapshotsGuessed }),
)
catches(
  "L6.4",
  "snapshots that must open",
  LayerLaws.rotation({ store: Memory.layer, cipher: AesGcm.layer, mapper: rotations.snapshotsMustOpen }),
)
