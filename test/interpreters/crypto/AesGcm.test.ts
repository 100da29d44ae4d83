import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { MaxOpsBeforeYield } from "effect/Scheduler"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { Cipher, KeyMissing } from "../../../src/core/index.ts"
import { AesGcm, KeyRing } from "../../../src/interpreters/crypto/index.ts"

const keys = new Map([
  ["k", Buffer.alloc(32, 1)],
  ["other", Buffer.alloc(32, 2)],
])
const cipherOf = (maxSeals?: number) =>
  AesGcm.make(
    {
      active: "k",
      get: (keyId) => {
        const key = keys.get(keyId)
        return key === undefined
          ? Effect.fail(new KeyMissing({ keyId, where: "it" }))
          : Effect.succeed(Redacted.make(key))
      },
    },
    () => "k",
    maxSeals,
  )
const aad = Buffer.from("place")
const plain = Buffer.from("a secret of some length")
const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
const nonceOf = (sealed: Uint8Array) => Buffer.from(sealed.subarray(16, 24)).readBigUInt64BE()
const saltOf = (sealed: Uint8Array) => Buffer.from(sealed.subarray(0, 16)).toString("hex")

describe("AES-256-GCM", () => {
  it("opens what it sealed, of any length and place", async () => {
    const cipher = cipherOf()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 60 }), async (text, place) => {
        const sealed = await Effect.runPromise(cipher.seal("k", text, place))
        expect(sealed.length).toBe(16 + 8 + text.length + 16)
        expect(new Uint8Array(await Effect.runPromise(cipher.open("k", sealed, place)))).toEqual(text)
      }),
    )
  })

  it("does not open where any bit of what is stored was flipped: salt, counter, ciphertext or tag", async () => {
    const cipher = cipherOf()
    const sealed = await Effect.runPromise(cipher.seal("k", plain, aad))
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const error = await Effect.runPromise(Effect.flip(cipher.open("k", flipped(sealed, bit), aad)))
      expect(error).toMatchObject({ _tag: "OpenFailed", keyId: "k" })
    }
  })

  it("does not open in another place, by any bit or length", async () => {
    const cipher = cipherOf()
    const sealed = await Effect.runPromise(cipher.seal("k", plain, aad))
    const places = [
      ...Array.from({ length: aad.length * 8 }, (_, bit) => flipped(aad, bit)),
      Buffer.alloc(0),
      Buffer.from("place "),
    ]
    for (const place of places) {
      expect(await Effect.runPromise(Effect.flip(cipher.open("k", sealed, place)))).toMatchObject({
        _tag: "OpenFailed",
      })
    }
  })

  it("does not open what was cut, at any length, nor what was lengthened", async () => {
    const cipher = cipherOf()
    const sealed = await Effect.runPromise(cipher.seal("k", plain, aad))
    for (let length = 0; length < sealed.length; length++) {
      expect(await Effect.runPromise(Effect.flip(cipher.open("k", sealed.subarray(0, length), aad)))).toMatchObject({
        _tag: "OpenFailed",
      })
    }
    const longer = Buffer.concat([sealed, Buffer.alloc(1)])
    expect(await Effect.runPromise(Effect.flip(cipher.open("k", longer, aad)))).toMatchObject({ _tag: "OpenFailed" })
  })

  it("does not open two ciphertexts swapped between their places", async () => {
    const cipher = cipherOf()
    const [one, two] = [Buffer.from("one"), Buffer.from("two")]
    const sealed = await Effect.runPromise(Effect.all([cipher.seal("k", plain, one), cipher.seal("k", plain, two)]))
    const errors = await Effect.runPromise(
      Effect.all([Effect.flip(cipher.open("k", sealed[1], one)), Effect.flip(cipher.open("k", sealed[0], two))]),
    )
    expect(errors).toMatchObject([{ _tag: "OpenFailed" }, { _tag: "OpenFailed" }])
  })

  it("does not open with another key, and names a key that is missing", async () => {
    const cipher = cipherOf()
    const sealed = await Effect.runPromise(cipher.seal("k", plain, aad))
    expect(await Effect.runPromise(Effect.flip(cipher.open("other", sealed, aad)))).toMatchObject({
      _tag: "OpenFailed",
      keyId: "other",
    })
    expect(await Effect.runPromise(Effect.flip(cipher.open("lost", sealed, aad)))).toMatchObject({
      _tag: "KeyMissing",
      keyId: "lost",
    })
    expect(await Effect.runPromise(Effect.flip(cipher.seal("lost", plain, aad)))).toMatchObject({
      _tag: "KeyMissing",
      keyId: "lost",
    })
  })

  it("in two processes has two salts, and each opens what the other sealed", async () => {
    const [one, two] = [cipherOf(), cipherOf()]
    const sealed = await Effect.runPromise(Effect.all([one.seal("k", plain, aad), two.seal("k", plain, aad)]))
    expect(saltOf(sealed[0])).not.toBe(saltOf(sealed[1]))
    const opened = await Effect.runPromise(Effect.all([two.open("k", sealed[0], aad), one.open("k", sealed[1], aad)]))
    expect(opened.map((bytes) => Buffer.from(bytes).toString())).toEqual([plain.toString(), plain.toString()])
  })

  it("in one process has one salt for each key", async () => {
    const cipher = cipherOf()
    const sealed = await Effect.runPromise(
      Effect.all([cipher.seal("k", plain, aad), cipher.seal("k", plain, aad), cipher.seal("other", plain, aad)]),
    )
    expect(saltOf(sealed[0])).toBe(saltOf(sealed[1]))
    expect(saltOf(sealed[0])).not.toBe(saltOf(sealed[2]))
  })

  it("never uses a nonce twice, in a hundred thousand seals from many fibers", async () => {
    const slow = AesGcm.make(
      { active: "k", get: () => Effect.as(Effect.yieldNow, Redacted.make(Buffer.alloc(32, 1))) },
      () => "k",
    )
    const used = new Set<string>()
    const sealing = Effect.forEach(
      Array.from({ length: 1000 }),
      () =>
        Effect.map(slow.seal("k", Buffer.alloc(1), aad), (sealed) => used.add(`${saltOf(sealed)} ${nonceOf(sealed)}`)),
      { discard: true },
    )
    await Effect.runPromise(
      Effect.all(
        Array.from({ length: 100 }, () => sealing),
        { concurrency: "unbounded" },
      ),
    )
    expect(used.size).toBe(100_000)
  })

  it("in workers and in processes that are forked has salts of their own, under one named key", async () => {
    const urls = ["interpreters/crypto/AesGcm.ts", "interpreters/crypto/KeyRing.ts", "core/port/Cipher.ts"].map(
      (path) => new URL(`../../../src/${path}`, import.meta.url).href,
    )
    const ring = { active: "k", keys: { k: Buffer.alloc(32, 1).toString("base64") } }
    const modules = [...urls, import.meta.resolve("effect/Effect"), import.meta.resolve("effect/Layer")]
    const program = `
      const load = Promise.all(${JSON.stringify(modules)}.map((url) => import(url)))
      load.then(async ([AesGcm, KeyRing, { Cipher }, Effect, Layer]) => {
        const cipher = AesGcm.layer.pipe(Layer.provide(KeyRing.layer(${JSON.stringify(ring)})))
        const seal = Effect.flatMap(Cipher, (cipher) => cipher.seal("k", Buffer.from("text"), Buffer.from("place")))
        const sealed = await Effect.runPromise(Effect.provide(Effect.all([seal, seal]), cipher))
        const told = sealed.map((bytes) => Buffer.from(bytes).toString("hex"))
        const { parentPort } = await import("node:worker_threads")
        parentPort === null ? process.send(told, () => process.exit()) : parentPort.postMessage(told)
      })`
    const file = join(mkdtempSync(join(tmpdir(), "everfold-seal-")), "seal.cjs")
    writeFileSync(file, program)
    const told = async (from: Worker | ChildProcess): Promise<ReadonlyArray<string>> => (await once(from, "message"))[0]
    try {
      const all = await Promise.all([
        told(new Worker(file)),
        told(new Worker(file)),
        told(fork(file, { execArgv: [] })),
        told(fork(file, { execArgv: [] })),
      ])
      const sealed = all.map((told) => told.map((hex) => Buffer.from(hex, "hex")))
      expect(sealed.map((two) => two.map(nonceOf))).toEqual([
        [0n, 1n],
        [0n, 1n],
        [0n, 1n],
        [0n, 1n],
      ])
      expect(new Set(sealed.flat().map(saltOf)).size).toBe(4)
      for (const bytes of sealed.flat()) {
        expect(`${await Effect.runPromise(cipherOf().open("k", bytes, aad))}`).toBe("text")
      }
    } finally {
      rmSync(dirname(file), { recursive: true, force: true })
    }
  })

  it("keeps to its limit and uses no nonce twice where fibers change after every few steps", async () => {
    const cipher = cipherOf(3)
    const sealed = await Effect.runPromise(
      Effect.forEach(Array.from({ length: 200 }), () => cipher.seal("k", plain, aad), { concurrency: 50 }).pipe(
        Effect.provideService(MaxOpsBeforeYield, 3),
      ),
    )
    expect(new Set(sealed.map((bytes) => `${saltOf(bytes)} ${nonceOf(bytes)}`)).size).toBe(200)
    expect(sealed.map(nonceOf).filter((nonce) => nonce >= 3n)).toEqual([])
  })

  it("seals anew, under another nonce, each time that one and the same effect runs", async () => {
    const sealing = cipherOf().seal("k", plain, aad)
    const sealed = await Effect.runPromise(Effect.all([sealing, sealing]))
    expect(sealed.map(nonceOf)).toEqual([0n, 1n])
  })

  it("opens what more processes sealed than it keeps keys of", async () => {
    const sealed = await Effect.runPromise(
      Effect.all(Array.from({ length: 1100 }, () => cipherOf().seal("k", plain, aad))),
    )
    const reader = cipherOf()
    const opened = await Effect.runPromise(
      Effect.all([...sealed, ...sealed].map((bytes) => reader.open("k", bytes, aad))),
    )
    expect(opened.every((bytes) => Buffer.from(bytes).equals(plain))).toBe(true)
  })

  it("as a layer seals with the active key", async () => {
    const ring = KeyRing.layer({ active: "b", keys: { ...KeyRing.generate("a").keys, ...KeyRing.generate("b").keys } })
    const keyId = await Effect.runPromise(
      Effect.map(Cipher, (cipher) =>
        cipher.keyFor({ kind: "event", stream: { category: "A", id: "a" }, type: "T" }),
      ).pipe(Effect.provide(AesGcm.layer.pipe(Layer.provide(ring)))),
    )
    expect(keyId).toBe("b")
  })

  it("retires a derived key after so many seals, and opens what it sealed", async () => {
    const cipher = cipherOf(3)
    const sealed = await Effect.runPromise(
      Effect.forEach(Array.from({ length: 7 }), () => cipher.seal("k", plain, aad)),
    )
    expect(sealed.map(nonceOf)).toEqual([0n, 1n, 2n, 0n, 1n, 2n, 0n])
    expect(new Set(sealed.map(saltOf)).size).toBe(3)
    for (const bytes of sealed) expect(await Effect.runPromise(cipher.open("k", bytes, aad))).toEqual(plain)
  })
})
