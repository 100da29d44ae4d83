/** Settings that a store may have over its life, for the laws to try. */
import * as Layer from "effect/Layer"
import { Cipher } from "../../src/core/port/Cipher.ts"
import { Compression } from "../../src/core/port/Compression.ts"
import { Hash } from "../../src/core/port/Hash.ts"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import * as Deflate from "../../src/interpreters/compression/Deflate.ts"
import * as Zstd from "../../src/interpreters/compression/Zstd.ts"
import * as AesGcm from "../../src/interpreters/crypto/AesGcm.ts"
import * as KeyRing from "../../src/interpreters/crypto/KeyRing.ts"
import type { Stage } from "../../src/laws/LayerLaws.ts"

export const mapperOf = (
  cipher: Layer.Layer<Cipher, unknown>,
  compression: Layer.Layer<Compression, unknown> = Compression.none,
) => EventMapper.layer.pipe(Layer.provide(Layer.mergeAll(cipher, compression, Hash.sha256)))

export const sealingWith = (ring: KeyRing.Ring) => AesGcm.layer.pipe(Layer.provide(KeyRing.layer(ring)))

export const first = KeyRing.generate("2025")
export const second = KeyRing.rotate(first, "2026")

const putsOnly = Cipher.only(({ type }) => type === "Put")
const noEvents = Cipher.only(() => false)

/** From nothing sealed, over a key and another one, to sealing no events any more. */
export const life: ReadonlyArray<Stage> = [
  {
    plain: EventMapper.plain,
    "plain deflate": mapperOf(Cipher.none, Deflate.layer),
    "plain zstd": mapperOf(Cipher.none, Zstd.layer),
  },
  {
    "the first key": mapperOf(sealingWith(first)),
    "the first key, zstd": mapperOf(sealingWith(first), Zstd.layer),
    "the first key, puts only": mapperOf(sealingWith(first).pipe(putsOnly), Deflate.layer),
    "the first key, no events": mapperOf(sealingWith(first).pipe(noEvents)),
  },
  {
    "the second key": mapperOf(sealingWith(second), Deflate.layer),
    "the second key, puts only": mapperOf(sealingWith(second).pipe(putsOnly)),
    "the second key, no events": mapperOf(sealingWith(second).pipe(noEvents), Zstd.layer),
    "the first key again": mapperOf(sealingWith(KeyRing.rotate(second, "2025")), Zstd.layer),
  },
]
