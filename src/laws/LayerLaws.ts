/**
 * The laws of layers: that they cannot be seen (L1), that a cipher among them seals (L2), and that it seals well (L3).
 *
 * @since 0.1.0
 */
import type { Suite } from "./Law.ts"
import { irrelevance } from "./layer/Irrelevance.ts"
import { type CipherSubject, cipherLaws } from "./layer/Sealing.ts"
import { type TransparencySubject, transparency as transparencyLaw } from "./layer/Transparency.ts"
import { type WiringSubject, wiring as wiringLaw } from "./layer/Wiring.ts"

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
 * @category suites
 * @since 0.1.0
 */
export const snapshots = (subject: TransparencySubject): Suite => ({
  name: "snapshots of any kind",
  laws: [irrelevance(subject)],
})

/**
 * The law that a store with a cipher holds no plaintext, whichever way they are put together (L2).
 *
 * @category suites
 * @since 0.1.0
 */
export const wiring = (subject: WiringSubject): Suite => ({ name: "layers with a cipher", laws: [wiringLaw(subject)] })

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
