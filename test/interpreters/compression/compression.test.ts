import { deflateRawSync, zstdCompressSync } from "node:zlib"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { Compression } from "../../../src/core/index.ts"
import { Compressions, Deflate, Zstd } from "../../../src/interpreters/compression/index.ts"

const serviceOf = (layer: typeof Zstd.layer) => Effect.runSync(Effect.provide(Compression, layer))
const layers = { none: Compression.none, deflate: Deflate.layer, zstd: Zstd.layer }
const text = Buffer.from('{"data":{"words":"again and again and again, é 🚀"}}'.repeat(20))
const noise = Buffer.from(Array.from({ length: 400 }, (_, i) => (i * i * 7919 + i * 104729) >>> (i % 5)))

describe.each(["deflate", "zstd"] as const)("%s", (name) => {
  const service = serviceOf(layers[name])

  it("makes what it helps smaller, and says how", () => {
    const compressed = service.compress(text)
    expect(compressed?.encoding).toEqual({ compression: name })
    expect(compressed?.bytes.length).toBeLessThan(text.length / 5)
  })

  it.each(["none", "deflate", "zstd"] as const)("is read back by the layer %s", (other) => {
    const compressed = service.compress(text)
    if (compressed === undefined) throw new Error("it was not compressed")
    const read = serviceOf(layers[other]).decompress(compressed.encoding, compressed.bytes)
    expect(read._tag === "Right" && Buffer.from(read.right).equals(text)).toBe(true)
  })

  it("leaves alone what is short or does not get smaller", () => {
    expect(service.compress(Buffer.alloc(127))).toBe(undefined)
    expect(service.compress(Buffer.alloc(128))).not.toBe(undefined)
    expect(service.compress(Buffer.alloc(0))).toBe(undefined)
    const once = service.compress(noise)
    if (once !== undefined) expect(once.bytes.length).toBeLessThan(noise.length)
    const random = crypto.getRandomValues(new Uint8Array(4096))
    expect(service.compress(random)).toBe(undefined)
  })

  it("leaves alone what would not be read back, more than 256 MiB", () => {
    expect(service.compress(new Uint8Array(256 * 1024 * 1024 + 1))).toBe(undefined)
  })

  it("does not read what is cut, empty or something else", () => {
    const { bytes } = service.compress(text) ?? { bytes: new Uint8Array() }
    for (const broken of [
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(0, 3),
      new Uint8Array(),
      Buffer.from("words"),
    ]) {
      expect(service.decompress({ compression: name }, broken)).toMatchObject({
        _tag: "Left",
        left: expect.stringContaining("it does not decompress"),
      })
    }
  })

  it("does not read what needs a dictionary", () => {
    expect(service.decompress({ compression: name, dictionary: "words" }, text)).toMatchObject({
      _tag: "Left",
      left: "the dictionary words is unknown here",
    })
  })

  it("refuses a bomb of more than 256 MiB, and reads a large body", () => {
    const pack = (bytes: Uint8Array) =>
      name === "zstd" ? zstdCompressSync(bytes) : deflateRawSync(bytes, { level: 1 })
    const bomb = pack(Buffer.alloc(256 * 1024 * 1024 + 1))
    expect(bomb.length).toBeLessThan(3_000_000)
    expect(service.decompress({ compression: name }, bomb)._tag).toBe("Left")
    const large = service.decompress({ compression: name }, pack(Buffer.alloc(10_000_000)))
    expect(large._tag === "Right" && large.right.length).toBe(10_000_000)
  })
})

describe("no compression", () => {
  it("writes bodies as they are and reads them as they are", () => {
    const service = serviceOf(Compression.none)
    expect(service.compress(text)).toBe(undefined)
    expect(service.decompress({}, text)).toMatchObject({ _tag: "Right", right: text })
  })
})

describe("the compression of a configuration", () => {
  const chosen = (env: Record<string, string>) =>
    Effect.map(Compression, (service) => service.compress(text)?.encoding.compression).pipe(
      Effect.provide(Compressions.config()),
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env))),
    )

  it("is zstd, or what EVERFOLD_COMPRESSION names", async () => {
    const names = await Effect.runPromise(
      Effect.all(
        [
          {},
          { EVERFOLD_COMPRESSION: "deflate" },
          { EVERFOLD_COMPRESSION: "none" },
          { EVERFOLD_COMPRESSION: "zstd" },
        ].map(chosen),
      ),
    )
    expect(names).toEqual(["zstd", "deflate", undefined, "zstd"])
  })

  it("fails when the layer is built where the name is none, and says which there are", async () => {
    for (const name of ["gzip", "ZSTD", "zstd ", "1"]) {
      const error = await Effect.runPromise(Effect.flip(chosen({ EVERFOLD_COMPRESSION: name })))
      expect(error).toMatchObject({ _tag: "ConfigError" })
      expect(error.message).toMatch(/"zstd" \| "deflate" \| "none".*EVERFOLD_COMPRESSION/s)
    }
  })
})
