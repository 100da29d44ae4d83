/** The laws of layers, on every store, for every way of providing keys. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Layer from "effect/Layer"
import { afterAll, describe } from "vitest"
import { Cipher } from "../../src/core/port/Cipher.ts"
import * as Compressions from "../../src/interpreters/compression/Compressions.ts"
import * as AesGcm from "../../src/interpreters/crypto/AesGcm.ts"
import * as KeyRing from "../../src/interpreters/crypto/KeyRing.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as LayerLaws from "../../src/laws/LayerLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { life, mapperOf, second } from "./settings.ts"
import { sqlite } from "./subjects.ts"

const folder = mkdtempSync(join(tmpdir(), "everfold-layers-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const environment = (variables: Record<string, string>) => ConfigProvider.layer(ConfigProvider.fromUnknown(variables))
const mounted = join(folder, "mounted.json")
writeFileSync(mounted, JSON.stringify(second), { mode: 0o600 })

const sealing = {
  "a ring": AesGcm.layer.pipe(Layer.provide(KeyRing.layer(second))),
  "a file": AesGcm.layer.pipe(Layer.provide(KeyRing.file(join(folder, "keys.json")))),
  "the environment": AesGcm.layer.pipe(
    Layer.provide(KeyRing.config()),
    Layer.provide(environment({ EVERFOLD_KEYS: JSON.stringify(second) })),
  ),
  "a file that the environment names": AesGcm.layer.pipe(
    Layer.provide(KeyRing.config()),
    Layer.provide(environment({ EVERFOLD_KEYS_FILE: mounted })),
  ),
}

describe.each(Object.entries(sealing))("keys from %s", (_, cipher) => {
  laws(LayerLaws.cipher({ layer: cipher, runs: 25 }))
  laws(LayerLaws.wiring({ store: Memory.layer, cipher, runs: 4 }))
})

describe.each([
  { name: "in memory", store: Memory.layer, often: 4 },
  { name: "in SQLite", store: sqlite, often: 1 },
])("$name", ({ store, often }) => {
  const cipher = sealing["the environment"]
  const compression = Compressions.config().pipe(Layer.provide(environment({ EVERFOLD_COMPRESSION: "deflate" })))
  laws(LayerLaws.transparency({ layer: Layer.merge(store, mapperOf(cipher, compression)), runs: 15 * often }))
  laws(
    LayerLaws.transparency({
      layer: Layer.merge(store, mapperOf(cipher.pipe(Cipher.only(({ type }) => type !== "Put")))),
      runs: 15 * often,
    }),
  )
  laws(LayerLaws.changing({ store, life, runs: 50 * often }))
  laws(LayerLaws.wiring({ store, cipher, runs: 2 * often }))
  laws(LayerLaws.picking({ store, cipher, runs: 25 * often }))
  laws(LayerLaws.rotation({ store, cipher: AesGcm.layer, runs: 15 * often }))
})
