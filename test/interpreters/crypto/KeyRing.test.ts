import { execFile } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Keys } from "../../../src/core/index.ts"
import { KeyRing } from "../../../src/interpreters/crypto/index.ts"

const key = (n: number) => Buffer.alloc(32, n).toString("base64")
const built = <E>(layer: Layer.Layer<Keys, E>) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const keys = yield* Keys
      return { active: keys.active, key: Buffer.from(Redacted.value(yield* keys.get(keys.active))).toString("base64") }
    }).pipe(Effect.provide(layer)),
  )
const refused = <E>(layer: Layer.Layer<Keys, E>) => Effect.runPromise(Effect.flip(Effect.provide(Keys, layer)))

let folder = ""
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "everfold-keys-"))
})
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true })
})

describe("a ring of keys", () => {
  it("gives its keys by name, and says which one is missing", async () => {
    const ring = KeyRing.layer({ active: "b", keys: { a: key(1), b: key(2) } })
    const result = await Effect.runPromise(
      Effect.gen(function* () {
        const keys = yield* Keys
        return [
          keys.active,
          Buffer.from(Redacted.value(yield* keys.get("a"))).toString("base64"),
          yield* Effect.flip(keys.get("c")),
          yield* Effect.flip(keys.get("__proto__")),
        ]
      }).pipe(Effect.provide(ring)),
    )
    expect(result).toMatchObject(["b", key(1), { _tag: "KeyMissing", keyId: "c" }, { _tag: "KeyMissing" }])
  })

  it("is generated with a random key of 32 bytes", async () => {
    const [one, two] = [KeyRing.generate("a"), KeyRing.generate("a")]
    expect(one.active).toBe("a")
    expect(Buffer.from(one.keys.a ?? "", "base64").length).toBe(32)
    expect(one.keys.a).not.toBe(two.keys.a)
    expect((await built(KeyRing.layer(one))).key).toBe(one.keys.a)
  })

  it.each<[string, KeyRing.Ring, string]>([
    ["no active key", { active: "b", keys: { a: key(1) } }, 'the active key "b" is not among its keys'],
    ["no keys", { active: "a", keys: {} }, 'the active key "a" is not among its keys'],
    ["an active key by inheritance", { active: "toString", keys: {} }, "is not among its keys"],
    ["a name with a colon", { active: "a:b", keys: { "a:b": key(1) } }, 'key name "a:b" is not'],
    ["a name with a plus", { active: "a", keys: { a: key(1), "a+b": key(1) } }, 'key name "a+b" is not'],
    ["no name", { active: "", keys: { "": key(1) } }, 'key name "" is not'],
    [
      "a short key",
      { active: "a", keys: { a: Buffer.alloc(16).toString("base64") } },
      "key a is not 32 bytes in base64",
    ],
    [
      "a long key",
      { active: "a", keys: { a: Buffer.alloc(33).toString("base64") } },
      "key a is not 32 bytes in base64",
    ],
    ["a key in hex", { active: "a", keys: { a: Buffer.alloc(32).toString("hex") } }, "key a is not 32 bytes in base64"],
    ["a key with a line's end", { active: "a", keys: { a: `${key(1)}\n` } }, "key a is not 32 bytes in base64"],
  ])("is refused with %s", async (_, ring, reason) => {
    const error = await refused(KeyRing.layer(ring))
    expect(error).toMatchObject({
      _tag: "KeysInvalid",
      where: "the given ring",
      reason: expect.stringContaining(reason),
    })
  })

  it("never shows a key in what it refuses", async () => {
    const secret = Buffer.from("a very secret key, a little long!").toString("base64")
    const error = await refused(KeyRing.layer({ active: "a", keys: { a: secret } }))
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(secret)
  })
})

describe("a file of keys", () => {
  it("is made at first, for its owner only, and read from then on", async () => {
    const file = join(folder, "keys.json")
    const first = await built(KeyRing.file(file))
    expect(fs.statSync(file).mode & 0o777).toBe(0o600)
    expect(fs.readdirSync(folder)).toEqual(["keys.json"])
    expect(await built(KeyRing.file(file))).toEqual(first)
    expect(first.active).toBe("1")
  })

  it.each([0o640, 0o604, 0o644, 0o620, 0o601])("is refused with mode %o", async (mode) => {
    const file = join(folder, "keys.json")
    await built(KeyRing.file(file))
    fs.chmodSync(file, mode)
    expect(await refused(KeyRing.file(file))).toMatchObject({
      _tag: "KeysInvalid",
      where: file,
      reason: expect.stringContaining("chmod 600"),
    })
  })

  it.each(["", "{", "[]", "null", '{"active":"a"}', '{"active":1,"keys":{}}', '{"active":"a","keys":{"a":1}}'])(
    "is refused where it holds %j",
    async (text) => {
      const file = join(folder, "keys.json")
      fs.writeFileSync(file, text, { mode: 0o600 })
      expect(await refused(KeyRing.file(file))).toMatchObject({ _tag: "KeysInvalid", where: file })
      expect(fs.readFileSync(file, "utf8")).toBe(text)
    },
  )

  it("is refused where it is a folder, or in none", async () => {
    expect(await refused(KeyRing.file(folder))).toMatchObject({ _tag: "KeysInvalid", where: folder })
    expect(await refused(KeyRing.file(join(folder, "none", "keys.json")))).toMatchObject({ _tag: "KeysInvalid" })
    expect(fs.readdirSync(folder)).toEqual([])
  })

  it("is one and the same for processes that run first at the same time", async () => {
    const file = join(folder, "keys.json")
    const source = new URL("../../../src/interpreters/crypto/KeyRing.ts", import.meta.url).href
    const keys = new URL("../../../src/core/port/Keys.ts", import.meta.url).href
    const effect = import.meta.resolve("effect/Effect")
    const program = `
      const KeyRing = await import(${JSON.stringify(source)})
      const { Keys } = await import(${JSON.stringify(keys)})
      const Effect = await import(${JSON.stringify(effect)})
      const program = Effect.flatMap(Keys, (keys) => keys.get(keys.active))
      await Effect.runPromise(Effect.provide(program, KeyRing.file(process.argv[1])))
      console.log((await import("node:fs")).readFileSync(process.argv[1], "utf8"))`
    const runs = await Promise.all(
      Array.from({ length: 4 }, () =>
        promisify(execFile)(process.execPath, ["--input-type=module", "-e", program, file]),
      ),
    )
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1)
    expect(fs.readdirSync(folder)).toEqual(["keys.json"])
  })
})

describe("keys from the configuration", () => {
  const from = (env: Record<string, string>, name?: string) =>
    Effect.provide(
      Effect.map(Keys, ({ active }) => active),
      KeyRing.config(name),
    ).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env))))
  const text = JSON.stringify({ active: "a", keys: { a: key(1) } })

  it("are read from EVERFOLD_KEYS, or from another name", async () => {
    expect(await Effect.runPromise(from({ EVERFOLD_KEYS: text }))).toBe("a")
    expect(await Effect.runPromise(from({ MINE: text }, "MINE"))).toBe("a")
  })

  it("fail when the layer is built, where they are missing or malformed", async () => {
    expect(await Effect.runPromise(Effect.flip(from({})))).toMatchObject({ _tag: "ConfigError" })
    expect(await Effect.runPromise(Effect.flip(from({ EVERFOLD_KEYS: "{" })))).toMatchObject({
      _tag: "KeysInvalid",
      where: "EVERFOLD_KEYS",
    })
  })
})
