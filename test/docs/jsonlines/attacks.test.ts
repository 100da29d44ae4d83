/** What may happen to a file, and to who writes it, done to the store of docs/examples/jsonlines. */
import * as fs from "node:fs"
import * as path from "node:path"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Checkpoints, EventStore } from "everfold"
import { Memory } from "everfold/memory"
import { afterEach, describe, expect, it } from "vitest"
import * as JsonLines from "../../../docs/examples/jsonlines/JsonLines.ts"
import * as NodeFileSystem from "../../../docs/examples/jsonlines/NodeFileSystem.ts"
import { type Child, killAll, startFile, until } from "../../interpreters/sqlite/children.ts"
import {
  account,
  commit,
  disk,
  event,
  everything,
  expectSound,
  failure,
  files,
  inFolder,
  numberOf,
  run,
  type Services,
  write,
} from "./support.ts"

const at = (folder: string): string => path.join(folder, "store.jsonl")
const writer = (filename: string, first: number): Child =>
  startFile(path.join(import.meta.dirname, "writer.ts"), filename, String(first))

/** The tag of the error that a file is refused with. */
const refusal = async (filename: string, layer = NodeFileSystem.layer): Promise<string> => {
  const exit = await Effect.runPromiseExit(
    everything.pipe(Effect.provide(JsonLines.layer({ filename }).pipe(Layer.provide(layer), Layer.fresh))),
  )
  if (Exit.isSuccess(exit)) return "opened"
  const error = Cause.squash(exit.cause)
  return error instanceof Error && "_tag" in error ? `${error._tag}: ${error.message}` : String(error)
}

afterEach(killAll)

describe("a process", () => {
  it("that is killed loses nothing that was acknowledged, and the next one goes on", async () => {
    await inFolder(async (folder) => {
      const told: Array<Record<string, unknown>> = []
      for (let kill = 1; kill <= 6; kill++) {
        const child = writer(at(folder), kill * 1_000_000)
        await until("it writes", () => child.lines().length > kill * 3)
        child.process.kill("SIGKILL")
        await child.ended
        expect(child.complaints()).toBe("")
        told.push(...child.lines())
        const numbers = await expectSound(at(folder))
        for (const { number, position } of told) expect(numbers[Number(position) - 1]).toBe(number)
      }
    })
  })

  it("is refused a file that another one has open, until that one ends", async () => {
    await inFolder(async (folder) => {
      const first = writer(at(folder), 1)
      await until("it writes", () => first.lines().length > 3)
      const second = writer(at(folder), 1_000_000)
      await second.ended
      expect(second.lines()).toEqual([{ error: "FileInUse" }])
      const link = path.join(folder, "alias.jsonl")
      fs.symlinkSync(at(folder), link)
      expect(await refusal(link)).toContain("FileInUse")
      first.process.kill("SIGKILL")
      await first.ended
      await expectSound(at(folder))
    })
  })

  it("opens a file once, and again when it was closed", async () => {
    await inFolder(async (folder) => {
      const twice = Effect.promise(() => refusal(at(folder)))
      expect(await run(at(folder), twice)).toContain("FileInUse")
      expect(await refusal(at(folder))).toBe("opened")
    })
  })

  it("wins alone, of several that come at once", async () => {
    await inFolder(async (folder) => {
      const children = [1, 2, 3].map((n) => writer(at(folder), n * 1_000_000))
      const told = () => children.map((child) => child.lines())
      await until("each was told", () => told().every((lines) => lines.length > 0))
      expect(told().filter(([line]) => line?.error === "FileInUse")).toHaveLength(2)
    })
  })
})

/** Some commits of every kind, and the bytes of the file after each. */
const history = async (filename: string) => {
  const key = { consumer: "reader", upstream: "log", partition: 0 }
  const sizes: Array<number> = []
  const steps: ReadonlyArray<Effect.Effect<void, unknown, Services>> = [
    Effect.asVoid(commit("a", 1, 2)),
    Effect.asVoid(Checkpoints.use((checkpoints) => checkpoints.acquire(key, 3_600_000))),
    Effect.asVoid(
      EventStore.use((store) =>
        store.commit({
          ...write("b", [3]),
          commands: [{ id: "c1", events: [event(account("b"), 3).id] }],
          checkpoint: { ...key, epoch: 1, from: 0, to: 2 },
        }),
      ),
    ),
    Effect.asVoid(
      EventStore.use((store) => store.commit({ hash: "sha256", writes: [], commands: [{ id: "c2", events: [] }] })),
    ),
    Effect.asVoid(commit("a", 4)),
  ]
  const size = Effect.sync(() => sizes.push(fs.statSync(filename).size))
  await run(
    filename,
    Effect.andThen(
      size,
      Effect.forEach(steps, (step) => Effect.andThen(step, size)),
    ),
  )
  return { bytes: fs.readFileSync(filename), sizes, events: [0, 2, 2, 3, 3, 4] }
}

describe("a file", () => {
  it("that ends anywhere in a line opens as it was before that line, and goes on from there", async () => {
    await inFolder(async (folder) => {
      const { bytes, sizes, events } = await history(at(folder))
      const lastLine = sizes.at(-2) ?? 0
      for (let length = 0; length < bytes.length; length += length < lastLine ? 23 : 1) {
        const whole = sizes.findLastIndex((size) => size <= length)
        // What was not flushed may be missing, or zeros as far as the file reaches; the header is flushed before the rest.
        const zeros = [0, 7, bytes.length - length][length % 3] ?? 0
        const torn = Buffer.concat([bytes.subarray(0, length), Buffer.alloc(whole < 0 ? 0 : zeros)])
        fs.writeFileSync(at(folder), torn)
        const before = events[whole] ?? 0
        const after = await run(at(folder), Effect.andThen(commit("z", 99), everything))
        expect(after.length, `${length} bytes and ${zeros} zeros`).toBe(before + 1)
        expect((await expectSound(at(folder))).length).toBe(before + 1)
      }
    })
  })

  it("that was changed before its last line is refused as it is, with the line", async () => {
    await inFolder(async (folder) => {
      const { bytes, sizes } = await history(at(folder))
      const lastLine = sizes.at(-2) ?? 0
      for (let at_ = 0; at_ < lastLine; at_ += 3) {
        const changed = Buffer.from(bytes)
        changed[at_] = (changed[at_] ?? 0) ^ 1
        fs.writeFileSync(at(folder), changed)
        const line = sizes.filter((size) => size <= at_).length + 1
        expect(await refusal(at(folder))).toContain(`FileInvalid: Line ${line} of `)
        expect(fs.readFileSync(at(folder)).equals(changed)).toBe(true)
      }
    })
  })

  it("that lacks a line, or has two in another order, is refused", async () => {
    await inFolder(async (folder) => {
      await history(at(folder))
      const lines = fs.readFileSync(at(folder), "utf8").split("\n").slice(0, -1)
      const [header = "", one = "", two = "", three = "", ...rest] = lines
      for (const changed of [
        [header, two, three, ...rest],
        [header, one, three, two, ...rest],
        [header, one, one, two, three, ...rest],
      ]) {
        fs.writeFileSync(at(folder), `${changed.join("\n")}\n`)
        expect(await refusal(at(folder))).toContain("FileInvalid")
      }
    })
  })

  it("that is another's is refused and left as it is", async () => {
    await inFolder(async (folder) => {
      const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex")
      const others = [
        png,
        Buffer.alloc(4096),
        "no newline",
        "a\nb\n",
        "{}\n",
        '{"format":"everfold/jsonlines","version":2}\n',
        "\n",
      ]
      for (const other of others) {
        fs.writeFileSync(at(folder), other)
        const bytes = fs.readFileSync(at(folder))
        expect(await refusal(at(folder))).toContain("FileInvalid: Line 1 of ")
        expect(fs.readFileSync(at(folder)).equals(bytes)).toBe(true)
      }
    })
  })

  it("that is empty is a new store; a folder is none", async () => {
    await inFolder(async (folder) => {
      fs.writeFileSync(at(folder), "")
      expect(await run(at(folder), Effect.andThen(commit("a", 1), everything))).toHaveLength(1)
      expect(await refusal(folder)).toContain("StoreUnavailable: The store is not available: opening ")
      expect(await refusal(path.join(folder, "none", "store.jsonl"))).toContain("StoreUnavailable")
    })
  })

  it("that may not be read is refused", async () => {
    await inFolder(async (folder) => {
      const denied = files(() => ({ read: () => Effect.fail(failure("EACCES", "read")) }))
      expect(await refusal(at(folder), denied)).toContain("StoreUnavailable: The store is not available: opening ")
      // Nobody is denied anything as root.
      if (process.getuid?.() === 0) return
      fs.chmodSync(at(folder), 0o000)
      expect(await refusal(at(folder))).toContain("StoreUnavailable: The store is not available: opening ")
    })
  })

  it("keeps whatever an event may hold", async () => {
    await inFolder(async (folder) => {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
      const hostile = [
        write("line\u2028separator", [1], { body: bytes, type: '"}\\n{"', tags: ["\n", "__proto__"] }),
        write("😀", [2], { body: new Uint8Array(0), correlationId: "\u{10ffff}" }),
        write("b", [3], { body: new Uint8Array(3_000_000).fill(0xff) }),
      ]
      const recorded = EventStore.use((store) => Effect.forEach(hostile, (each) => store.commit(each)))
      const inMemory = await Effect.runPromise(Effect.andThen(recorded, everything).pipe(Effect.provide(Memory.layer)))
      await run(at(folder), recorded)
      const plain = (event: object) =>
        JSON.stringify(event, (_, value) => (value?.type === "Buffer" ? value.data : value))
      const reread = await run(at(folder), everything)
      expect(reread.map((e) => ({ ...e, body: Buffer.from(e.body) })).map(plain)).toEqual(
        inMemory.map((e) => ({ ...e, body: Buffer.from(e.body) })).map(plain),
      )
    })
  })
})

it("a lease of any length is there when the file is opened again", async () => {
  const key = { consumer: "reader", upstream: "log", partition: 0 }
  for (const ttlMillis of [Number.POSITIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY, -1, 0.5, 1e300]) {
    await inFolder(async (folder) => {
      const acquire = Checkpoints.use((checkpoints) => checkpoints.acquire(key, ttlMillis))
      await run(at(folder), acquire)
      const again = await run(at(folder), acquire)
      expect(Option.isNone(again) || again.value.epoch === 2).toBe(true)
    })
  }
})

describe("a disk", () => {
  it("that is full fails a commit, wherever in its line, and there is nothing of it", async () => {
    await inFolder(async (folder) => {
      const line = await run(at(folder), commit("a", 1)).then(() => fs.statSync(at(folder)).size)
      for (let room = 0; room < line; room += 11) {
        fs.rmSync(at(folder))
        const left = { bytes: Number.POSITIVE_INFINITY }
        const found = Effect.gen(function* () {
          yield* commit("a", 1)
          left.bytes = room
          const full = yield* Effect.flip(Effect.andThen(commit("a", 2), commit("a", 3)))
          const during = yield* everything
          left.bytes = Number.POSITIVE_INFINITY
          yield* commit("b", 4)
          return { full, during: during.length, after: (yield* everything).length }
        })
        const { full, during, after } = await run(at(folder), found, disk(left))
        expect(full).toMatchObject({ _tag: "StoreUnavailable", retryable: true })
        expect(after).toBe(during + 1)
        expect(await expectSound(at(folder))).toHaveLength(after)
      }
    })
  })

  /** The third flush is the first commit's, and from the fourth on so many fail. */
  const unflushed = (failures: number) => {
    let flushes = 0
    return files((file) => ({
      sync: Effect.suspend(() => {
        flushes++
        return flushes <= 3 || flushes > 3 + failures ? file.sync : Effect.fail(failure("EIO", "sync"))
      }),
    }))
  }

  it("that does not flush a commit fails it, and there is nothing of it", async () => {
    await inFolder(async (folder) => {
      const found = Effect.gen(function* () {
        yield* commit("a", 1)
        const failed = yield* Effect.flip(commit("a", 2))
        const visible = yield* everything
        yield* commit("b", 3)
        return [failed._tag, "retryable" in failed && failed.retryable, visible.length]
      })
      expect(await run(at(folder), found, unflushed(1))).toEqual(["StoreUnavailable", true, 1])
      expect(await expectSound(at(folder))).toEqual([1, 3])
    })
  })

  it("that flushes no more leaves a commit in doubt and records no other, until the file is opened anew", async () => {
    await inFolder(async (folder) => {
      const found = Effect.gen(function* () {
        yield* commit("a", 1)
        const doubtful = yield* Effect.flip(commit("a", 2))
        const visible = yield* everything
        const next = yield* Effect.flip(commit("b", 3))
        return [doubtful._tag, visible.length, next._tag, "retryable" in next && next.retryable]
      })
      const told = await run(at(folder), found, unflushed(Number.POSITIVE_INFINITY))
      expect(told).toEqual(["CommitUnknown", 1, "StoreUnavailable", false])
      // The same commit again: it is recorded now, if it was not.
      expect((await run(at(folder), commit("a", 2))).position).toBe(2)
      expect(await expectSound(at(folder))).toEqual([1, 2])
    })
  })
})

it("callers that go away leave a whole file, and what was recorded in memory is what is in it", async () => {
  await inFolder(async (folder) => {
    const impatient = Effect.gen(function* () {
      for (let n = 1; n <= 60; n++) {
        const fiber = yield* Effect.forkChild(commit("a", n))
        for (let turn = 0; turn < n % 7; turn++) yield* Effect.promise(() => new Promise((done) => setImmediate(done)))
        yield* Fiber.interrupt(fiber)
      }
      yield* commit("b", 100)
      return (yield* everything).map(numberOf)
    })
    const told = await run(at(folder), impatient)
    expect(await expectSound(at(folder))).toEqual(told)
  })
})
