/**
 * The laws of layers: that they cannot be seen (L1), that a cipher among them seals (L2), that it seals well (L3), and
 * that its keys may change (L6).
 *
 * @since 0.1.0
 */
import type { Suite } from "./Law.ts"
import { type ChangingSubject, changing as changingLaw } from "./layer/Changing.ts"
import { forging as forgingLaw } from "./layer/Forging.ts"
import { irrelevance } from "./layer/Irrelevance.ts"
import { type PickingSubject, picking as pickingLaw } from "./layer/Picking.ts"
import { type RotationSubject, rotationLaws } from "./layer/Rotation.ts"
import { type CipherSubject, cipherLaws } from "./layer/Sealing.ts"
import { type TransparencySubject, transparency as transparencyLaw } from "./layer/Transparency.ts"
import { type WiringSubject, wiring as wiringLaw } from "./layer/Wiring.ts"

export type { ChangingSubject, Stage } from "./layer/Changing.ts"
export type { PickingSubject } from "./layer/Picking.ts"
export type { RotationSubject } from "./layer/Rotation.ts"
export type { CipherSubject } from "./layer/Sealing.ts"
export type { TransparencySubject } from "./layer/Transparency.ts"
export type { WiringSubject } from "./layer/Wiring.ts"

/**
 * The law that a store and a mapper, however they are dressed, give the same results as the plain ones (L1).
 *
 * @example
 * ```ts
 * import { Cipher, EventMapper, Hash } from "everfold"
 * import { Zstd } from "everfold/compression"
 * import { Memory } from "everfold/memory"
 * import { LayerLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as Layer from "effect/Layer"
 *
 * const mapper = EventMapper.layer.pipe(Layer.provide([Cipher.none, Zstd.layer, Hash.sha256]))
 *
 * laws(LayerLaws.transparency({ layer: Layer.merge(Memory.layer, mapper) }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const transparency = (subject: TransparencySubject): Suite => ({
  name: "layers that cannot be seen",
  laws: [transparencyLaw(subject)],
})

/**
 * The law that no snapshot is relevant to a store and a mapper, nor what becomes of the port to it (SN2).
 *
 * @example
 * ```ts
 * import { EventMapper } from "everfold"
 * import { Memory } from "everfold/memory"
 * import { LayerLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as Layer from "effect/Layer"
 *
 * laws(LayerLaws.snapshots({ layer: Layer.merge(Memory.layer, EventMapper.plain), runs: 20 }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const snapshots = (subject: TransparencySubject): Suite => ({
  name: "snapshots of any kind",
  laws: [irrelevance(subject)],
})

/**
 * The law that the settings of a store may change over its life and cannot be seen (L1): mappers in turn, each provided
 * in every way, with and without snapshots, caches and tracing.
 *
 * @example
 * ```ts
 * import { Cipher, Compression, EventMapper, Hash } from "everfold"
 * import { Zstd } from "everfold/compression"
 * import { AesGcm, KeyRing } from "everfold/crypto"
 * import { Memory } from "everfold/memory"
 * import { LayerLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as Layer from "effect/Layer"
 *
 * const ring = KeyRing.generate("2026")
 * const sealing = (ring: KeyRing.Ring) =>
 *   EventMapper.layer.pipe(
 *     Layer.provide([AesGcm.layer.pipe(Layer.provide(KeyRing.layer(ring))), Zstd.layer, Hash.sha256])
 *   )
 *
 * laws(LayerLaws.changing({
 *   store: Memory.layer,
 *   life: [
 *     { plain: EventMapper.plain },
 *     { sealed: sealing(ring) },
 *     { rotated: sealing(KeyRing.rotate(ring, "2027")) }
 *   ]
 * }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const changing = (subject: ChangingSubject): Suite => ({
  name: "settings that change",
  laws: [changingLaw(subject)],
})

/**
 * The laws that a store with a cipher holds no plaintext, whichever way they are put together, and that no plain snapshot
 * is believed there (L2).
 *
 * @example
 * ```ts
 * import { AesGcm, KeyRing } from "everfold/crypto"
 * import { Memory } from "everfold/memory"
 * import { LayerLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as Layer from "effect/Layer"
 *
 * const cipher = AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("2026"))))
 *
 * laws(LayerLaws.wiring({ store: Memory.layer, cipher }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const wiring = (subject: WiringSubject): Suite => ({
  name: "layers with a cipher",
  laws: [wiringLaw(subject), forgingLaw(subject)],
})

/**
 * The law that a cipher for only some events seals these and every snapshot (L2).
 *
 * @example
 * ```ts
 * import { AesGcm, KeyRing } from "everfold/crypto"
 * import { Memory } from "everfold/memory"
 * import { LayerLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as Layer from "effect/Layer"
 *
 * const cipher = AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("2026"))))
 *
 * laws(LayerLaws.picking({ store: Memory.layer, cipher }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const picking = (subject: PickingSubject): Suite => ({
  name: "a cipher for only some events",
  laws: [pickingLaw(subject)],
})

/**
 * The laws of a cipher (L3).
 *
 * @example
 * ```ts
 * import { AesGcm, KeyRing } from "everfold/crypto"
 * import { LayerLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as Layer from "effect/Layer"
 *
 * laws(LayerLaws.cipher({ layer: AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("2026")))) }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const cipher = (subject: CipherSubject): Suite => ({ name: "a cipher", laws: cipherLaws(subject) })

/**
 * The laws of keys that are rotated, lost, and found again (L6), by a cipher over a store.
 *
 * @example
 * ```ts
 * import { AesGcm } from "everfold/crypto"
 * import { Memory } from "everfold/memory"
 * import { LayerLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * laws(LayerLaws.rotation({ store: Memory.layer, cipher: AesGcm.layer }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const rotation = (subject: RotationSubject): Suite => ({
  name: "keys that change",
  laws: rotationLaws(subject),
})
