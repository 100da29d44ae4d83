import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { type PlatformError, systemError } from "effect/PlatformError"
import {
  type Checkpoints,
  Commit,
  EventStore,
  HashChain,
  type NewEvent,
  type Snapshots,
  type StreamName,
} from "everfold"
import { isRight } from "fp-ts/lib/Either.js"
import { expect } from "vitest"
import * as JsonLines from "../../../docs/examples/jsonlines/JsonLines.ts"
import * as NodeFileSystem from "../../../docs/examples/jsonlines/NodeFileSystem.ts"

/** A folder of its own for a test, removed afterwards. */
export const inFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "everfold-jsonlines-"))
  try {
    return await use(folder)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

export type Services = EventStore | Checkpoints | Snapshots

/** Opens the file, and closes it when the effect is done. */
export const run = <A, E>(
  filename: string,
  effect: Effect.Effect<A, E, Services>,
  files: Layer.Layer<FileSystem.FileSystem> = NodeFileSystem.layer,
) =>
  Effect.runPromise(
    effect.pipe(Effect.provide(JsonLines.layer({ filename }).pipe(Layer.provide(files), Layer.fresh)), Effect.scoped),
  )

export const account = (id: string): StreamName.StreamName => ({ category: "Account", id })

export const uuid = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`

export const event = (stream: StreamName.StreamName, n: number, more: Partial<NewEvent> = {}): NewEvent => {
  const undigested = {
    id: uuid(n),
    type: "Deposited",
    schemaVersion: 1,
    tags: [],
    recordedAt: 1_800_000_000_000,
    correlationId: "test",
    causation: null,
    encoding: "json",
    body: Buffer.from(`{"data":{"n":${n}}}`),
    ...more,
  }
  return { ...undigested, digest: HashChain.sha256(HashChain.preimage(stream, undigested)) }
}

/** A commit of events to one stream, at any version. */
export const write = (name: string, ns: ReadonlyArray<number>, more: Partial<NewEvent> = {}): Commit.Commit => {
  const stream = account(name)
  return {
    hash: "sha256",
    writes: [{ stream, expected: Commit.any, events: ns.map((n) => event(stream, n, more)) }],
  }
}

export const commit = (name: string, ...ns: ReadonlyArray<number>) =>
  EventStore.use((store) => store.commit(write(name, ns)))

export const everything = EventStore.use((store) => store.readAll({ after: 0, limit: Number.POSITIVE_INFINITY })).pipe(
  Effect.map(({ events }) => events),
)

/** The number that an event's id was made of. */
export const numberOf = ({ id }: { readonly id: string }): number => Number.parseInt(id.slice(-12), 16)

/** Positions are dense, and every chain verifies; answers the numbers of the events. */
export const expectSound = async (filename: string): Promise<ReadonlyArray<number>> => {
  const events = await run(filename, everything)
  expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i + 1))
  for (const id of new Set(events.map(({ stream }) => stream.id))) {
    const recorded = events.filter(({ stream }) => stream.id === id)
    expect(isRight(HashChain.verify(HashChain.sha256)(account(id), recorded))).toBe(true)
  }
  return events.map(numberOf)
}

/** Files on which what is asked of them may be changed. */
export const files = (
  change: (file: FileSystem.File) => Partial<FileSystem.File>,
): Layer.Layer<FileSystem.FileSystem> =>
  Layer.effect(
    FileSystem.FileSystem,
    Effect.map(FileSystem.FileSystem, (real) => ({
      ...real,
      open: (name, options) => Effect.map(real.open(name, options), (file) => ({ ...file, ...change(file) })),
    })),
  ).pipe(Layer.provide(NodeFileSystem.layer))

export const failure = (code: string, method: string): PlatformError =>
  systemError({
    _tag: code === "EACCES" ? "PermissionDenied" : "Unknown",
    module: "FileSystem",
    method,
    description: code,
    cause: Object.assign(new Error(code), { code }),
  })

/** A disk with room for so many bytes: of what does not fit, it takes what fits. */
export const disk = (room: { bytes: number }): Layer.Layer<FileSystem.FileSystem> =>
  files((file) => ({
    writeAll: (bytes) =>
      Effect.suspend(() => {
        const fits = Math.min(bytes.length, room.bytes)
        room.bytes -= fits
        const written = file.writeAll(bytes.subarray(0, fits))
        return fits < bytes.length ? Effect.andThen(written, Effect.fail(failure("ENOSPC", "write"))) : written
      }),
  }))
