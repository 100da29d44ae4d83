/**
 * Stores that keep a log of what was asked of them in a file: a checksum and one request a line, which are asked again of
 * an empty store in memory when the file is opened. One is sound, the others are it but for one flaw.
 */
import { hash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import type { CheckpointKey, Commit } from "../../../src/core/event/Commit.ts"
import { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import { CommitUnknown, StoreUnavailable } from "../../../src/core/port/Errors.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import type { Case } from "./caught.ts"
import type { Good } from "./Flawed.ts"

type Request =
  | { readonly _tag: "Commit"; readonly commit: Commit }
  | { readonly _tag: "Acquire"; readonly key: CheckpointKey; readonly ttlMillis: number; readonly at: number }

/** What a store does otherwise than it should. */
interface Flaws {
  /** An append is not synced before it is acknowledged. */
  readonly unsyncedAppends?: boolean
  /** The directory is not synced after the log was made. */
  readonly unsyncedDirectory?: boolean
  /** What is torn at the end is passed over, and what comes next is written behind it. */
  readonly tailKept?: boolean
  /** The answer is given before the line is written. */
  readonly answersFirst?: boolean
  /** The log is written anew when it is opened, and takes the place of the old one before it is synced. */
  readonly unsyncedRename?: boolean
  /** After an append that failed it goes on as if nothing had been. */
  readonly goesOn?: boolean
  /** Leases are not written down. */
  readonly leasesForgotten?: boolean
  /** An append that failed is said to have done nothing. */
  readonly saysNothingDone?: boolean
  /** It is applied, and so read, before it is synced. */
  readonly readBeforeSync?: boolean
}

const log = "/log"
const checksum = (text: string): string => hash("sha256", text).slice(0, 8)
const encode = (request: Request): string => {
  const text = JSON.stringify(request, (_, value) =>
    value instanceof Object && value.type === "Buffer" ? { bytes: Buffer.from(value.data).toString("base64") } : value,
  )
  return `${checksum(text)} ${text}\n`
}
const decode = (line: string): Request =>
  JSON.parse(line.slice(9), (_, value) =>
    value instanceof Object && "bytes" in value ? Buffer.from(value.bytes, "base64") : value,
  )

const syncDirectory = (files: FileSystem.FileSystem) =>
  Effect.scoped(Effect.flatMap(files.open("/"), (directory) => directory.sync))

const apply = ({ store, checkpoints }: Good, request: Request) => {
  if (request._tag === "Commit") return Effect.exit(store.commit(request.commit))
  const clock = { ...Clock.Clock.defaultValue(), currentTimeMillis: Effect.succeed(request.at) }
  return Effect.exit(Effect.provideService(checkpoints.acquire(request.key, request.ttlMillis), Clock.Clock, clock))
}

/** The whole lines at the start, and how many bytes they are. */
const recover = (bytes: Uint8Array, { tailKept = false }: Flaws) => {
  const requests: Array<Request> = []
  let length = 0
  for (const line of Buffer.from(bytes)
    .toString()
    .split(/(?<=\n)/)) {
    const isWhole = line.endsWith("\n") && line.slice(0, 8) === checksum(line.slice(9, -1))
    if (!isWhole && !tailKept) break
    if (isWhole) requests.push(decode(line))
    length += Buffer.byteLength(line)
  }
  return { requests, length }
}

const make = (flaws: Flaws) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const context = yield* Layer.build(Layer.fresh(Memory.layer))
    const good = { store: Context.get(context, EventStore), checkpoints: Context.get(context, Checkpoints) }
    const isNew = !(yield* files.exists(log))
    const file = yield* files.open(log, { flag: "a+" })
    if (isNew && !flaws.unsyncedDirectory) yield* syncDirectory(files)
    const bytes = yield* files.readFile(log)
    const { requests, length } = recover(bytes, flaws)
    if (length < bytes.length) yield* file.truncate(length)
    // What was read from a process that was killed may not be on the disk yet.
    yield* file.sync
    for (const request of requests) yield* apply(good, request)
    if (flaws.unsyncedRename) {
      yield* files.writeFile("/log.new", bytes.subarray(0, length))
      yield* files.rename("/log.new", log)
      yield* syncDirectory(files)
    }
    const out = flaws.unsyncedRename ? yield* files.open(log, { flag: "a" }) : file

    const turn = yield* Semaphore.make(1)
    let broken: unknown
    const append = (request: Request) =>
      Effect.gen(function* () {
        yield* out.writeAll(Buffer.from(encode(request)))
        if (!flaws.unsyncedAppends) yield* out.sync
      }).pipe(
        Effect.tapError((cause) =>
          Effect.sync(() => {
            if (!flaws.goesOn) broken = cause
          }),
        ),
      )
    const unavailable = (cause: unknown) => new StoreUnavailable({ what: "the log", retryable: false, cause })
    /** One after another, and none after one that failed. */
    const inTurn = <A, E>(effect: Effect.Effect<A, E>) =>
      turn.withPermits(1)(
        Effect.suspend(
          (): Effect.Effect<A, E | StoreUnavailable> =>
            broken === undefined ? effect : Effect.fail(unavailable(broken)),
        ),
      )
    const commit = (request: Commit) => {
      const written = append({ _tag: "Commit", commit: request }).pipe(
        Effect.mapError((cause) => (flaws.saysNothingDone ? unavailable(cause) : new CommitUnknown({ cause }))),
      )
      const applied = good.store.commit(request)
      if (flaws.answersFirst) return inTurn(Effect.tap(applied, Effect.forkDetach(Effect.ignore(written))))
      return inTurn(flaws.readBeforeSync ? Effect.tap(applied, written) : Effect.andThen(written, applied))
    }
    const acquire = (key: CheckpointKey, ttlMillis: number) =>
      inTurn(
        Effect.gen(function* () {
          const at = yield* Clock.currentTimeMillis
          if (!flaws.leasesForgotten) {
            yield* Effect.mapError(append({ _tag: "Acquire", key, ttlMillis, at }), unavailable)
          }
          return yield* good.checkpoints.acquire(key, ttlMillis)
        }),
      )
    return Context.add(Context.add(context, EventStore, { ...good.store, commit }), Checkpoints, {
      ...good.checkpoints,
      acquire,
    })
  })

const flawed = (flaws: Flaws): StoreLaws.CrashSubject["layer"] => Layer.effectContext(make(flaws))

export const sound = flawed({})

const caught = (flaw: string, flaws: Flaws): Case => ({
  law: "S18",
  flaw: `a log ${flaw}`,
  suite: StoreLaws.crashing({ layer: flawed(flaws) }),
  runs: 1000,
})

export const cases: ReadonlyArray<Case> = [
  caught("that is not synced before it is acknowledged", { unsyncedAppends: true }),
  caught("whose name is not synced", { unsyncedDirectory: true }),
  caught("whose torn end is written behind", { tailKept: true }),
  caught("that is written after the answer", { answersFirst: true }),
  caught("that is replaced before it is synced", { unsyncedRename: true }),
  caught("that goes on after a write that failed", { goesOn: true }),
  caught("without leases", { leasesForgotten: true }),
  caught("that says of a failed sync that nothing was done", { saysNothingDone: true }),
  caught("that is read before it is synced", { readBeforeSync: true }),
]
