import { execFile } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect, promisify } from "node:util"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Cipher, Keys } from "../../../src/core/index.ts"
import { AesGcm, KeyRing } from "../../../src/interpreters/crypto/index.ts"

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
      'key "a" is not 32 bytes in base64',
    ],
    [
      "a long key",
      { active: "a", keys: { a: Buffer.alloc(33).toString("base64") } },
      'key "a" is not 32 bytes in base64',
    ],
    [
      "a key in hex",
      { active: "a", keys: { a: Buffer.alloc(32).toString("hex") } },
      'key "a" is not 32 bytes in base64',
    ],
    ["a key with a line's end", { active: "a", keys: { a: `${key(1)}\n` } }, 'key "a" is not 32 bytes in base64'],
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

  it.each<[string, (secret: string) => KeyRing.Ring]>([
    ["as a name", (secret) => ({ active: "a", keys: { [secret]: "a" } })],
    ["as the active one", (secret) => ({ active: secret, keys: { a: key(1) } })],
    ["in hex as a name", (secret) => ({ active: "a", keys: { [Buffer.from(secret, "base64").toString("hex")]: "a" } })],
    [
      "for URLs as a name",
      (secret) => ({ active: "a", keys: { [Buffer.from(secret, "base64").toString("base64url")]: "a" } }),
    ],
  ])("never shows a key that was put %s", async (_, ring) => {
    const secret = Buffer.alloc(32, 0xa7)
    const error = await refused(KeyRing.layer(ring(secret.toString("base64"))))
    const told = `${error.message} ${JSON.stringify(error)} ${inspect(error, { depth: 9, showHidden: true })}`
    expect(error).toMatchObject({ _tag: "KeysInvalid", reason: expect.stringContaining("perhaps a key itself") })
    for (const form of ["base64", "base64url", "hex"] as const) {
      expect(told).not.toContain(secret.toString(form).slice(0, 20))
    }
  })

  it("is taken with names that objects have by themselves", async () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      const ring = KeyRing.rotate(KeyRing.generate("a"), name)
      expect((await built(KeyRing.layer(ring))).active).toBe(name)
      const kept: unknown = JSON.parse(JSON.stringify(ring))
      expect(kept).toEqual(ring)
    }
  })
})

describe("rotation", () => {
  it("makes a new key active and keeps the others", () => {
    const ring = KeyRing.generate("a")
    const rotated = KeyRing.rotate(ring, "b")
    expect(rotated).toMatchObject({ active: "b", keys: ring.keys })
    expect(Object.keys(rotated.keys).sort()).toEqual(["a", "b"])
    expect(Buffer.from(rotated.keys.b ?? "", "base64").length).toBe(32)
    expect(ring).toEqual({ active: "a", keys: { a: ring.keys.a } })
  })

  it("never replaces a key, however often, also back to one before", () => {
    const ring = KeyRing.rotate(KeyRing.generate("a"), "b")
    expect(KeyRing.rotate(ring, "b")).toEqual(ring)
    expect(KeyRing.rotate(ring, "a")).toEqual({ ...ring, active: "a" })
  })

  it("of a file replaces it whole, for its owner only, also through a link", async () => {
    const file = join(folder, "keys.json")
    const before = await built(KeyRing.file(file))
    fs.symlinkSync(file, join(folder, "link"))
    await Effect.runPromise(KeyRing.rotateFile(join(folder, "link"), "2"))
    expect(fs.lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true)
    expect(fs.statSync(file).mode & 0o777).toBe(0o600)
    expect(fs.readdirSync(folder).sort()).toEqual(["keys.json", "link"])
    expect((await built(KeyRing.file(file))).active).toBe("2")
    const ring: KeyRing.Ring = JSON.parse(fs.readFileSync(file, "utf8"))
    expect(ring.keys["1"]).toBe(before.key)
  })

  it.each([
    ["a name that cannot be one", "a+b"],
    ["no name", ""],
  ])("of a file is refused with %s, and leaves it as it is", async (_, name) => {
    const file = join(folder, "keys.json")
    await built(KeyRing.file(file))
    const text = fs.readFileSync(file, "utf8")
    expect(await Effect.runPromise(Effect.flip(KeyRing.rotateFile(file, name)))).toMatchObject({ _tag: "KeysInvalid" })
    expect(fs.readFileSync(file, "utf8")).toBe(text)
    expect(fs.readdirSync(folder)).toEqual(["keys.json"])
  })

  it("of no file makes none", async () => {
    const error = await Effect.runPromise(Effect.flip(KeyRing.rotateFile(join(folder, "keys.json"), "2")))
    expect(error).toMatchObject({ _tag: "KeysInvalid" })
    expect(fs.readdirSync(folder)).toEqual([])
  })
})

describe("key material", () => {
  const secret = Buffer.from("0123456789abcdef0123456789ABCDEF")
  const ring = { active: "a", keys: { a: secret.toString("base64") } }
  const forms = ["base64", "hex", "latin1"] as const
  const everything = (value: unknown) =>
    [String(value), JSON.stringify(value), inspect(value, { depth: 12, showHidden: true, getters: true })].join("\n")
  const expectHidden = (told: string) => {
    for (const form of forms) expect(told).not.toContain(secret.toString(form))
    // As an array of bytes.
    expect(told.replaceAll(/\s+/g, " ")).not.toContain("48, 49, 50, 51")
    expect(told).not.toContain("30 31 32 33")
  }

  it("would be seen where it was shown", () => {
    for (const value of [ring, secret, new Map([["a", secret]]), { key: new Uint8Array(secret) }]) {
      expect(() => expectHidden(everything(value))).toThrow()
    }
  })

  it("is not shown by a layer, a service, a key, a cipher, or a runtime that holds them", async () => {
    const keys = KeyRing.layer(ring)
    const cipher = AesGcm.layer.pipe(Layer.provide(keys))
    const runtime = ManagedRuntime.make(Layer.merge(keys, cipher))
    expectHidden(everything(cipher))
    expectHidden(everything(keys))
    await runtime.runPromise(
      Effect.gen(function* () {
        const keys = yield* Keys
        const cipher = yield* Cipher
        const sealed = yield* cipher.seal("a", Buffer.from("text"), Buffer.from("place"))
        yield* cipher.open("a", sealed, Buffer.from("place"))
        for (const value of [keys, keys.get("a"), yield* keys.get("a"), cipher, yield* Effect.context()]) {
          expectHidden(everything(value))
        }
      }),
    )
    expectHidden(everything(runtime))
    await runtime.dispose()
  })

  it("is not logged, nor shown by the errors of what it cannot open", async () => {
    const logged: Array<unknown> = []
    const logger = Logger.layer([Logger.make((entry) => void logged.push(inspect(entry, { depth: 8 })))])
    const error = await Effect.runPromise(
      Effect.gen(function* () {
        const cipher = yield* Cipher
        const sealed = yield* cipher.seal("a", Buffer.from("text"), Buffer.from("place"))
        yield* Effect.logError("sealed", yield* Keys, cipher)
        return yield* Effect.flip(cipher.open("a", sealed, Buffer.from("elsewhere")))
      }).pipe(
        Effect.provide(AesGcm.layer.pipe(Layer.provideMerge(KeyRing.layer(ring)))),
        Effect.provide(logger),
        Effect.provideService(References.MinimumLogLevel, "All"),
      ),
    )
    expect(logged.length).toBe(1)
    expectHidden(logged.join("\n"))
    expectHidden(everything(error))
  })

  it("lies in memory of its own, which no other small buffer shares", async () => {
    const bytes = await Effect.runPromise(
      Effect.flatMap(Keys, (keys) => Effect.map(keys.get("a"), Redacted.value)).pipe(
        Effect.provide(KeyRing.layer(ring)),
      ),
    )
    expect(bytes.buffer.byteLength).toBe(32)
    expect(Buffer.from(bytes)).toEqual(secret)
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

  it("is refused where it is a pipe, a device, or larger than a ring can be", async () => {
    const file = join(folder, "keys.json")
    await promisify(execFile)("mkfifo", ["-m", "600", file])
    expect(await refused(KeyRing.file(file))).toMatchObject({ reason: "it is not a file" })
    expect(await refused(KeyRing.file("/dev/zero"))).toMatchObject({ reason: "it is not a file" })
    fs.rmSync(file)
    fs.writeFileSync(file, "", { mode: 0o600 })
    fs.truncateSync(file, 2 ** 40)
    expect(await refused(KeyRing.file(file))).toMatchObject({ reason: "it is larger than 1 MiB" })
  })

  it("is read through a link, and judged by what that leads to", async () => {
    const [file, link] = [join(folder, "keys.json"), join(folder, "link")]
    const first = await built(KeyRing.file(file))
    fs.symlinkSync(file, link)
    expect(await built(KeyRing.file(link))).toEqual(first)
    fs.chmodSync(file, 0o644)
    expect(await refused(KeyRing.file(link))).toMatchObject({ reason: expect.stringContaining("chmod 600") })
  })

  it("is not made where a link leads nowhere", async () => {
    fs.symlinkSync(join(folder, "nowhere"), join(folder, "keys.json"))
    expect(await refused(KeyRing.file(join(folder, "keys.json")))).toMatchObject({ _tag: "KeysInvalid" })
    expect(fs.readdirSync(folder)).toEqual(["keys.json"])
  })

  it.runIf(process.getuid?.() === 0)("is refused where another user owns it, who could replace it", async () => {
    const file = join(folder, "keys.json")
    await built(KeyRing.file(file))
    fs.chownSync(file, 12_345, 12_345)
    expect(await refused(KeyRing.file(file))).toMatchObject({
      _tag: "KeysInvalid",
      reason: "it belongs to user 12345, and this process runs as user 0; run chown on it",
    })
  })

  it("is refused where it cannot be made, and leaves nothing behind", async () => {
    const error = await refused(KeyRing.file("/proc/keys.json"))
    expect(error).toMatchObject({ _tag: "KeysInvalid", where: "/proc/keys.json" })
    // A name that is taken by the time the draft is written.
    fs.mkdirSync(join(folder, "keys.json"))
    expect(await refused(KeyRing.file(join(folder, "keys.json")))).toMatchObject({ reason: "it is not a file" })
    expect(fs.readdirSync(folder)).toEqual(["keys.json"])
  })

  it("is read with any line ends, and after a byte order mark", async () => {
    const file = join(folder, "keys.json")
    const text = JSON.stringify({ active: "a", keys: { a: key(1) } }, null, 2)
    for (const written of [text.replaceAll("\n", "\r\n"), `\uFEFF${text}`, `  ${text}\n\n`]) {
      fs.writeFileSync(file, written, { mode: 0o600 })
      expect(await built(KeyRing.file(file))).toEqual({ active: "a", key: key(1) })
    }
  })

  it.each([
    ["two keys of one name", `{"active":"a","keys":{"a":"${key(1)}","a":"${key(2)}"}}`],
    ["two keys of one name, written differently", `{"active":"a","keys":{"a":"${key(1)}","\\u0061":"${key(2)}"}}`],
    ["two rings", `{"active":"a","keys":{"b":"${key(2)}"},"keys":{"a":"${key(1)}"}}`],
    ["two active keys", `{"active":"b","active":"a","keys":{"a":"${key(1)}"}}`],
    ["its first half", `{"active":"a","keys":{"a":"${key(1).slice(0, 20)}`],
    ["nesting without end", `{"active":"a","keys":{"a":"${key(1)}"},"x":${"[".repeat(400_000)}${"]".repeat(400_000)}}`],
  ])("is refused with %s", async (_, text) => {
    const file = join(folder, "keys.json")
    fs.writeFileSync(file, text, { mode: 0o600 })
    const error = await refused(KeyRing.file(file))
    expect(error).toMatchObject({ _tag: "KeysInvalid", where: file })
    expect(`${error.message} ${inspect(error)}`).not.toContain(key(1).slice(0, 20))
  })

  it("is read with a note beside the keys, and with names that look like its own", async () => {
    const file = join(folder, "keys.json")
    const ring = { note: 'made by "hand": with care', active: "active", keys: { active: key(1), keys: key(2) } }
    fs.writeFileSync(file, JSON.stringify(ring), { mode: 0o600 })
    expect(await built(KeyRing.file(file))).toEqual({ active: "active", key: key(1) })
  })

  it("is read when the layer is built: what replaces it later is for the next", async () => {
    const file = join(folder, "keys.json")
    const layer = KeyRing.file(file)
    const actives = await Effect.runPromise(
      Effect.gen(function* () {
        yield* KeyRing.rotateFile(file, "2")
        const keys = yield* Keys
        return [keys.active, yield* Effect.map(Keys, ({ active }) => active).pipe(Effect.provide(Layer.fresh(layer)))]
      }).pipe(Effect.provide(layer)),
    )
    expect(actives).toEqual(["1", "2"])
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
  const from = (env: Record<string, unknown>, name?: string) =>
    Effect.provide(
      Effect.map(Keys, ({ active }) => active),
      KeyRing.config(name),
    ).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env))))
  const text = JSON.stringify({ active: "a", keys: { a: key(1) } })

  it("are read from EVERFOLD_KEYS, or from another name", async () => {
    expect(await Effect.runPromise(from({ EVERFOLD_KEYS: text }))).toBe("a")
    expect(await Effect.runPromise(from({ MINE: text }, "MINE"))).toBe("a")
  })

  it("fail when the layer is built where they are missing, and say what to set", async () => {
    for (const env of [{}, { EVERFOLD_KEYS: "" }]) {
      expect(await Effect.runPromise(Effect.flip(from(env)))).toMatchObject({
        _tag: "KeysInvalid",
        message: expect.stringMatching(/^The keys of EVERFOLD_KEYS cannot be used: neither it nor EVERFOLD_KEYS_FILE/),
      })
    }
  })

  it.each<[string, unknown]>([
    ["nothing like it", "{"],
    ["a key alone", key(7)],
    ["a list", ["x", key(7)]],
    ["an object", { active: "a", keys: { a: key(7) } }],
    ["a short key", JSON.stringify({ active: "a", keys: { a: key(7).slice(0, 40) } })],
  ])("fail when the layer is built with %s, and show none of it", async (_, value) => {
    const error = await Effect.runPromise(Effect.flip(from({ EVERFOLD_KEYS: value })))
    expect(error.message).toContain("EVERFOLD_KEYS")
    expect(`${error.message} ${JSON.stringify(error)} ${inspect(error, { depth: 9 })}`).not.toContain(
      key(7).slice(0, 16),
    )
  })

  it("are read from the file that EVERFOLD_KEYS_FILE names, which is not made", async () => {
    const file = join(folder, "keys.json")
    expect(await Effect.runPromise(Effect.flip(from({ EVERFOLD_KEYS_FILE: file })))).toMatchObject({
      _tag: "KeysInvalid",
      where: file,
      reason: expect.stringContaining("no such file"),
    })
    expect(fs.readdirSync(folder)).toEqual([])
    fs.writeFileSync(file, text, { mode: 0o600 })
    expect(await Effect.runPromise(from({ EVERFOLD_KEYS_FILE: file }))).toBe("a")
    expect(await Effect.runPromise(from({ MINE_FILE: file }, "MINE"))).toBe("a")
    fs.chmodSync(file, 0o644)
    expect(await Effect.runPromise(Effect.flip(from({ EVERFOLD_KEYS_FILE: file })))).toMatchObject({
      reason: expect.stringContaining("chmod 600"),
    })
  })

  it("fail where both are set", async () => {
    const both = { EVERFOLD_KEYS: text, EVERFOLD_KEYS_FILE: join(folder, "keys.json") }
    expect(await Effect.runPromise(Effect.flip(from(both)))).toMatchObject({
      _tag: "KeysInvalid",
      where: "EVERFOLD_KEYS",
      reason: "EVERFOLD_KEYS_FILE is set as well; unset one of them",
    })
  })
})
