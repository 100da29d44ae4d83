import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { isRight } from "fp-ts/lib/Either.js"
import { expect, it } from "vitest"
import * as HashChain from "../../../src/core/event/HashChain.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { Sqlite } from "../../../src/interpreters/sqlite/index.ts"
import { account, event, sha256, uuid, write } from "../commits.ts"
import { inFolder, refusal, run } from "./support.ts"

const stream = account("ada")
const head = EventStore.use((store) => store.head)
const fill = (count: number) =>
  EventStore.use((store) =>
    store.commit(
      write(
        stream,
        Array.from({ length: count }, (_, i) => event(stream, uuid(i), { tags: ["t"] })),
      ),
    ),
  )

it("refuses what is not a database", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "notes.txt")
    writeFileSync(filename, "these are notes, and not a database\n".repeat(100))
    const error = await refusal(filename)
    expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
    expect(error.message).toMatch(/notes\.txt.*file is not a database.*needs a person/)
  })
})

it("names a directory that does not exist", async () => {
  await inFolder(async (folder) => {
    const error = await refusal(join(folder, "none", "store.db"))
    expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
    expect(error.message).toContain(`there is no directory ${join(folder, "none")}`)
  })
})

it("refuses a directory, a store in memory, and a path that cannot be one", async () => {
  await inFolder(async (folder) => {
    mkdirSync(join(folder, "store.db"))
    for (const filename of [join(folder, "store.db"), ":memory:", "", "nul\u0000"]) {
      const error = await refusal(filename)
      expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
    }
  })
})

it.skipIf(process.getuid?.() === 0)("refuses a file that it cannot write", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    await run(filename, fill(1))
    chmodSync(filename, 0o444)
    const error = await refusal(filename)
    expect([error._tag, error.retryable]).toEqual(["StoreUnavailable", false])
  })
})

it("leaves a database of something else as it is", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "other.db")
    const other = new DatabaseSync(filename)
    other.exec("CREATE TABLE note (text TEXT)")
    other.close()
    const before = readFileSync(filename)
    const error = await refusal(filename)
    expect(error.message).toContain("the file is a database of something else")
    expect(error.retryable).toBe(false)
    expect(readFileSync(filename).equals(before)).toBe(true)
  })
})

it("refuses the format of a newer release, and says so", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    await run(filename, head)
    const raw = new DatabaseSync(filename)
    raw.exec("UPDATE meta SET format = 2")
    raw.close()
    const error = await refusal(filename)
    expect(error.retryable).toBe(false)
    expect(error.message).toContain("the file has format 2, and this release of everfold knows format 1")
  })
})

it("answers a typed error, or what was recorded, where bytes of the file were lost or changed", async () => {
  await inFolder(async (folder) => {
    const whole = join(folder, "whole.db")
    await run(whole, fill(400))
    const bytes = readFileSync(whole)
    const size = statSync(whole).size
    const outcomes = new Set<string>()
    const look = async (filename: string) => {
      const outcome = await Effect.runPromise(
        EventStore.use((store) => store.readStream(stream)).pipe(
          Effect.provide(Sqlite.layer({ filename })),
          Effect.match({
            onFailure: (error) => (error.retryable ? "retryable" : error._tag),
            onSuccess: (events) => {
              const verified = HashChain.verify(sha256)(stream, events)
              return isRight(verified) && verified.right.version === 400 ? "sound" : "the chain shows it"
            },
          }),
        ),
      )
      outcomes.add(outcome)
    }
    for (const share of [0.1, 0.5, 0.9]) {
      const filename = join(folder, `short-${share}.db`)
      writeFileSync(filename, bytes)
      truncateSync(filename, Math.floor(size * share))
      await look(filename)
    }
    for (let at = 50; at < size; at += 1777) {
      const filename = join(folder, `changed-${at}.db`)
      const changed = Buffer.from(bytes)
      changed.fill(0xa5, at, at + 40)
      writeFileSync(filename, changed)
      await look(filename)
    }
    expect(outcomes.has("StoreUnavailable")).toBe(true)
    expect(outcomes.has("the chain shows it")).toBe(true)
    expect(outcomes.has("retryable")).toBe(false)
  })
})

it("takes its file from the environment, and says what is missing there", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    const built = (environment: Record<string, string>) =>
      Effect.provide(
        head,
        Layer.provide(Sqlite.layerConfig, ConfigProvider.layer(ConfigProvider.fromUnknown(environment))),
      )
    expect(await Effect.runPromise(built({ EVERFOLD_SQLITE_FILENAME: filename }))).toBe(0)
    expect(existsSync(filename)).toBe(true)
    for (const environment of [{}, { EVERFOLD_SQLITE_FILENAME: "" }]) {
      const error = await Effect.runPromise(Effect.flip(built(environment)))
      expect(error._tag).toBe("ConfigError")
      expect(error.message).toContain("set EVERFOLD_SQLITE_FILENAME to the path of the store's file")
    }
  })
})

it("shows people with a SQLite shell what was recorded", async () => {
  await inFolder(async (folder) => {
    const filename = join(folder, "store.db")
    await run(filename, fill(1))
    const raw = new DatabaseSync(filename)
    expect(raw.prepare("SELECT stream, version, type, tags, recorded_at, body FROM log").get()).toEqual({
      stream: "Account-ada",
      version: 1,
      type: "Deposited",
      tags: '["t"]',
      recorded_at: "2023-11-14T22:13:20.000Z",
      body: '{"data":{"amount":1}}',
    })
    raw.close()
  })
})
