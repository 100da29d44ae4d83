/** A program whose store, keys and compression come from the environment. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { EventMapper, EventStore, Hash, Repository } from "../../src/core/index.ts"
import { Compressions } from "../../src/interpreters/compression/index.ts"
import { AesGcm, KeyRing } from "../../src/interpreters/crypto/index.ts"
import { Sqlite } from "../../src/interpreters/sqlite/index.ts"
import { Accounts, open } from "../core/program/support.ts"

const Live = Layer.mergeAll(
  Sqlite.layerConfig,
  EventMapper.layer.pipe(
    Layer.provide([AesGcm.layer.pipe(Layer.provide(KeyRing.config())), Compressions.config(), Hash.sha256]),
  ),
)
const accounts = Repository.make(Accounts, { cache: 0 })

let folder = ""
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "everfold-configuration-"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Environment = Readonly<Record<string, string>>
const running = <A, E>(environment: Environment, program: Effect.Effect<A, E, Layer.Success<typeof Live>>) =>
  program.pipe(Effect.provide(Live), Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(environment))))
const complete = (): Environment => ({
  EVERFOLD_SQLITE_FILENAME: join(folder, "store.db"),
  EVERFOLD_KEYS: JSON.stringify(KeyRing.generate("2026")),
  EVERFOLD_COMPRESSION: "zstd",
})

describe("a program that is configured by its environment", () => {
  it("seals and compresses, and reads on when it is started again with a rotated ring, mounted as a file", async () => {
    const owner = "a canary, and again a canary, ".repeat(10)
    const environment = complete()
    await Effect.runPromise(running(environment, accounts.execute("ada", open(owner))))
    const { EVERFOLD_KEYS = "", ...others } = environment
    const ring: KeyRing.Ring = JSON.parse(EVERFOLD_KEYS)
    const mounted = join(folder, "mounted.json")
    writeFileSync(mounted, JSON.stringify(KeyRing.rotate(ring, "2027")), { mode: 0o600 })
    const later = { ...others, EVERFOLD_KEYS_FILE: mounted, EVERFOLD_COMPRESSION: "none" }
    const [loaded, encodings] = await Effect.runPromise(
      running(
        later,
        Effect.gen(function* () {
          yield* accounts.execute("bob", open("Bob"))
          const { events } = yield* (yield* EventStore).readAll({ after: 0, limit: 10 })
          return [yield* accounts.load("ada"), events.map(({ encoding }) => encoding)] as const
        }),
      ),
    )
    expect(Option.getOrThrow(loaded).state.owner).toBe(owner)
    expect(encodings).toEqual(["json+zstd+aes256gcm:2026", "json+aes256gcm:2027"])
    for (const name of readdirSync(folder)) expect(readFileSync(join(folder, name)).includes("canary")).toBe(false)
  })

  it.each<[string, Environment, string, RegExp]>([
    ["no file", { EVERFOLD_SQLITE_FILENAME: "" }, "ConfigError", /set EVERFOLD_SQLITE_FILENAME to the path/],
    ["a file in no folder", { EVERFOLD_SQLITE_FILENAME: "/nowhere/at/all.db" }, "StoreUnavailable", /\/nowhere\/at/],
    [
      "no keys",
      { EVERFOLD_KEYS: "" },
      "KeysInvalid",
      /EVERFOLD_KEYS .*neither it nor EVERFOLD_KEYS_FILE is set; set it to/,
    ],
    ["keys that are none", { EVERFOLD_KEYS: "secret" }, "KeysInvalid", /EVERFOLD_KEYS .* not JSON of the form/],
    [
      "keys twice",
      { EVERFOLD_KEYS_FILE: "/nowhere" },
      "KeysInvalid",
      /EVERFOLD_KEYS .*EVERFOLD_KEYS_FILE is set as well/,
    ],
    ["another compression", { EVERFOLD_COMPRESSION: "gzip" }, "ConfigError", /"zstd".*EVERFOLD_COMPRESSION/s],
  ])("with %s fails when its layers are built, and runs nothing", async (_, wrong, tag, message) => {
    let ran = false
    const program = Effect.sync(() => {
      ran = true
    })
    const error = await Effect.runPromise(Effect.flip(running({ ...complete(), ...wrong }, program)))
    expect(error._tag).toBe(tag)
    expect(error.message).toMatch(message)
    expect(ran).toBe(false)
  })
})
