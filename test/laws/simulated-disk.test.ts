import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { expect, it } from "vitest"
import * as SimulatedDisk from "../../src/laws/SimulatedDisk.ts"

const kept: SimulatedDisk.Fate = { _tag: "Kept" }
const lost: SimulatedDisk.Fate = { _tag: "Lost" }
const torn = (bytes: number): SimulatedDisk.Fate => ({ _tag: "Torn", bytes })

/** What a program answers, and which files there are in the end. */
const on = async (
  program: (files: FileSystem.FileSystem, disk: SimulatedDisk.SimulatedDisk) => Effect.Effect<unknown, unknown>,
  ...faults: ReadonlyArray<SimulatedDisk.Fault>
) => {
  const disk = SimulatedDisk.make()
  const answer = await Effect.runPromise(
    FileSystem.FileSystem.use((files) => Effect.result(program(files, disk))).pipe(Effect.provide(disk.faulty(faults))),
  )
  const files = await Effect.runPromise(disk.files)
  return {
    answer: answer._tag === "Success" ? answer.success : answer.failure,
    files: Object.fromEntries([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])),
  }
}

const sync = (files: FileSystem.FileSystem, ...paths: ReadonlyArray<string>) =>
  Effect.forEach(paths, (path) => Effect.scoped(Effect.flatMap(files.open(path), (file) => file.sync)))

/** A file that is there for good, and then what is not. */
const after = (
  unsynced: (files: FileSystem.FileSystem) => Effect.Effect<unknown, unknown>,
  ...fates: ReadonlyArray<SimulatedDisk.Fate>
) =>
  on((files, disk) =>
    Effect.gen(function* () {
      yield* files.writeFileString("/log", "one\n")
      yield* sync(files, "/log", "/")
      yield* unsynced(files)
      yield* disk.crash(fates)
    }),
  ).then((done) => done.files)

it("keeps what was synced, and of what was not what its fate says", async () => {
  const append = (files: FileSystem.FileSystem) => files.writeFileString("/log", "two\n", { flag: "a" })
  expect(await after(append)).toEqual({ "/log": "one\ntwo\n" })
  expect(await after(append, lost)).toEqual({ "/log": "one\n" })
  expect(await after(append, torn(2))).toEqual({ "/log": "one\ntw" })
  expect(await after(append, { _tag: "Zeroed" })).toEqual({ "/log": "one\n\0\0\0\0" })
  const twice = (files: FileSystem.FileSystem) => Effect.andThen(append(files), append(files))
  expect(await after(twice, lost, kept)).toEqual({ "/log": "one\n\0\0\0\0two\n" })
})

it("loses a name that was not synced with its directory, and with it the file", async () => {
  expect(
    await after((files) => Effect.andThen(files.writeFileString("/other", "x"), sync(files, "/other")), lost),
  ).toEqual({ "/log": "one\n" })
})

it("has a renamed file by the old name, by the new one, or empty where only its name was kept", async () => {
  const replace = (files: FileSystem.FileSystem) =>
    Effect.andThen(files.writeFileString("/new", "three\n"), files.rename("/new", "/log"))
  expect(await after(replace)).toEqual({ "/log": "three\n" })
  expect(await after(replace, kept, kept, lost)).toEqual({ "/log": "one\n", "/new": "three\n" })
  expect(await after(replace, kept, lost, kept)).toEqual({ "/log": "" })
  expect(await after(replace, lost, lost, lost)).toEqual({ "/log": "one\n" })
})

it("brings a removed file back, and cuts one off, or not", async () => {
  expect(await after((files) => files.remove("/log"))).toEqual({})
  expect(await after((files) => files.remove("/log"), lost)).toEqual({ "/log": "one\n" })
  expect(await after((files) => files.truncate("/log", 2))).toEqual({ "/log": "on" })
  expect(await after((files) => files.truncate("/log", 2), lost)).toEqual({ "/log": "one\n" })
})

it("forgets what a sync that failed was to keep, also where the next one succeeds", async () => {
  const { files, answer } = await on(
    (files, disk) =>
      Effect.gen(function* () {
        yield* files.writeFileString("/log", "one\n")
        yield* sync(files, "/")
        const failed = yield* Effect.flip(sync(files, "/log"))
        yield* sync(files, "/log")
        yield* disk.crash([lost])
        return failed.message
      }),
    "None",
    "None",
    "None",
    "Fails",
  )
  expect(files).toEqual({ "/log": "" })
  expect(answer).toBe("Unknown: FileSystem.sync (/log): an injected fault")
})

it("does not do what a sync forgot after what was asked later and synced", async () => {
  const { files } = await on(
    (files, disk) =>
      Effect.gen(function* () {
        yield* files.writeFileString("/log", "one\n")
        yield* sync(files, "/")
        yield* Effect.flip(sync(files, "/log"))
        yield* files.truncate("/log", 0)
        yield* sync(files, "/log")
        yield* disk.crash([kept])
      }),
    "None",
    "None",
    "None",
    "Fails",
  )
  expect(files).toEqual({ "/log": "" })
})

it("injects faults into changes one after another", async () => {
  const write = (files: FileSystem.FileSystem) => files.writeFileString("/log", "four")
  expect((await on(write, "Fails")).files).toEqual({})
  expect((await on(write, "None", "Fails")).files).toEqual({ "/log": "" })
  expect((await on(write, "Slow", "Slow")).files).toEqual({ "/log": "four" })
  const half = await on(write, "None", "Halfway")
  expect([half.files, String(half.answer)]).toEqual([
    { "/log": "fo" },
    "PlatformError: WriteZero: FileSystem.writeAll (/log): an injected fault",
  ])
  const short = await on(
    (files) =>
      Effect.scoped(Effect.flatMap(files.open("/log", { flag: "a" }), (file) => file.write(Buffer.from("four")))),
    "None",
    "Halfway",
  )
  expect(short).toEqual({ answer: 2, files: { "/log": "fo" } })
})

it("is read from where it is sought, and written where its flag says", async () => {
  const { answer, files } = await on((files) =>
    Effect.scoped(
      Effect.gen(function* () {
        yield* files.makeDirectory("/a/b", { recursive: true })
        const file = yield* files.open("/a/b/log", { flag: "w+" })
        yield* file.writeAll(Buffer.from("0123456789"))
        yield* file.seek(2n, "start")
        const two = yield* file.readAlloc(2)
        yield* file.seek(1n, "current")
        yield* file.writeAll(Buffer.from("x"))
        const buffer = Buffer.alloc(4)
        const last = yield* file.read(buffer, { position: 8n })
        const end = yield* file.readAlloc(1, { position: 10n })
        const size = (yield* file.stat).size
        yield* files.writeFileString("a/b/./log", "!", { flag: "a" })
        const names = yield* files.readDirectory("/", { recursive: true })
        const exists = [yield* files.exists("/a/b"), yield* files.exists("/a/c")]
        return [
          Buffer.from(Option.getOrThrow(two)).toString(),
          last,
          buffer.toString("latin1", 0, 2),
          end._tag,
          size,
          names,
          exists,
        ]
      }),
    ),
  )
  expect(answer).toEqual(["23", 2, "89", "None", 10n, ["a", "a/b", "a/b/log"], [true, false]])
  expect(files).toEqual({ "/a/b/log": "01234x6789!" })
})

it.each([
  ["open /none", (files: FileSystem.FileSystem) => Effect.scoped(files.open("/none")), "NotFound"],
  ["open /none/log", (files: FileSystem.FileSystem) => files.writeFileString("/none/log", ""), "NotFound"],
  [
    "open what is there as new",
    (files: FileSystem.FileSystem) => files.writeFileString("/log", "", { flag: "wx" }),
    "AlreadyExists",
  ],
  ["write to a directory", (files: FileSystem.FileSystem) => files.writeFileString("/", ""), "BadResource"],
  ["rename nothing", (files: FileSystem.FileSystem) => files.rename("/none", "/some"), "NotFound"],
  ["remove nothing", (files: FileSystem.FileSystem) => files.remove("/none"), "NotFound"],
  ["make a directory twice", (files: FileSystem.FileSystem) => files.makeDirectory("/"), "AlreadyExists"],
  ["read a directory", (files: FileSystem.FileSystem) => files.readFile("/"), "BadResource"],
])("refuses to %s", async (_, refused, tag) => {
  const { answer } = await on((files) => Effect.andThen(files.writeFileString("/log", "x"), refused(files)))
  expect(answer).toMatchObject({ _tag: "PlatformError", reason: { _tag: tag } })
})

it("has closed what was opened before the power failed", async () => {
  const { answer } = await on((files, disk) =>
    Effect.scoped(
      Effect.gen(function* () {
        const file = yield* files.open("/log", { flag: "a" })
        yield* disk.crash([])
        return yield* file.writeAll(Buffer.from("late"))
      }),
    ),
  )
  expect(answer).toMatchObject({ reason: { _tag: "BadResource", description: "the power failed since" } })
})
