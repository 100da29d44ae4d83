// A store in one file of JSON lines, a line a commit. It is read when it is opened, and held in memory from then on.
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { FileSystem } from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import {
  Changes,
  Checkpoints,
  type Commit,
  type CommitUnknown,
  Decision,
  EventStore,
  Fenced,
  type Snapshot,
  Snapshots,
  StoreUnavailable,
  StreamName,
} from "everfold"
import { isLeft } from "fp-ts/lib/Either.js"
import * as Index from "./Index.ts"
import type { Line } from "./Line.ts"
import type { FileInUse } from "./Lock.ts"
import * as LogFile from "./LogFile.ts"

const services = Effect.fnUntraced(function* (filename: string) {
  const index = Index.make()
  const file = yield* LogFile.open(filename, index.add)
  const changes = Changes.make(index.view.head)
  const writing = yield* Semaphore.make(1)
  /** One at a time, and not to be stopped half way. */
  const alone = <A, E>(effect: Effect.Effect<A, E>) => writing.withPermits(1)(Effect.uninterruptible(effect))
  /** First on the disk, then visible. */
  const record = (line: Line) =>
    Effect.andThen(
      file.append(line),
      Effect.sync(() => index.add(line)),
    )

  const commit = Effect.fnUntraced(function* (request: Commit.Commit) {
    const decision = Decision.decide(index.view, request)
    if (isLeft(decision)) return yield* Effect.fail(decision.left)
    const { events, committed } = decision.right
    if (committed.repeated) return committed
    const { hash, writes, commands = [], checkpoint } = request
    const streams = writes.map(({ stream }) => stream)
    const line = {
      _tag: "Commit",
      hash,
      events,
      commands: commands.map(({ id, events }) => ({ id, events, position: committed.position, streams })),
      checkpoint: checkpoint === undefined ? null : { key: checkpoint, position: checkpoint.to },
    } as const
    yield* record(line)
    if (events.length > 0) changes.tell(index.view.head)
    return committed
  })

  const acquire = Effect.fnUntraced(function* (key: Commit.CheckpointKey, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    const { position, epoch, until } = index.leaseOf(key)
    if (until > now) return Option.none()
    const line = { _tag: "Lease", key, epoch: epoch + 1, until: endOf(now, ttlMillis) } as const
    yield* Effect.catchTag(record(line), "CommitUnknown", leaseInDoubt)
    return Option.some({ position, epoch: epoch + 1 })
  })

  const renew = Effect.fnUntraced(function* (key: Commit.CheckpointKey, epoch: number, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    const lease = index.leaseOf(key)
    if (lease.epoch !== epoch) return yield* new Fenced({ epoch: lease.epoch })
    const line = { _tag: "Lease", key, epoch, until: endOf(now, ttlMillis) } as const
    yield* Effect.catchTag(record(line), "CommitUnknown", leaseInDoubt)
  })

  const store = EventStore.of({
    commit: (request) => alone(commit(request)),
    readStream: (stream, range) => Effect.sync(() => index.readStream(stream, range)),
    readAll: (range) => Effect.sync(() => index.readAll(range)),
    streams: (range) => Effect.sync(() => index.readStreams(range)),
    command: (id) => Effect.sync(() => Option.fromUndefinedOr(Decision.recall(index.view, id))),
    head: Effect.sync(() => index.view.head),
    changes: changes.stream,
  })
  const checkpoints = Checkpoints.checked({
    acquire: (key, ttlMillis) => alone(acquire(key, ttlMillis)),
    renew: (key, epoch, ttlMillis) => alone(renew(key, epoch, ttlMillis)),
    read: (key) => Effect.sync(() => index.leaseOf(key).position),
  })
  return Layer.mergeAll(
    Layer.succeed(EventStore, store),
    Layer.succeed(Checkpoints, checkpoints),
    Layer.succeed(Snapshots, snapshots()),
  )
})

/** When a lease ends: a number that JSON has, also where it is to last for ever. */
const endOf = (now: number, ttlMillis: number): number =>
  Math.min(Math.max(0, now + ttlMillis) || 0, Number.MAX_SAFE_INTEGER)

/** Nobody works under a lease that was not answered: if it is there, it ends by itself. */
const leaseInDoubt = ({ cause }: CommitUnknown) =>
  Effect.fail(new StoreUnavailable({ what: "recording a lease", retryable: false, cause }))

/** In memory: after a start, each stream is folded once from its beginning. */
const snapshots = () => {
  const latest = new Map<string, Snapshot.StoredSnapshot>()
  return Snapshots.of({
    read: (stream) => Effect.sync(() => Option.fromUndefinedOr(latest.get(StreamName.format(stream)))),
    write: (snapshot) => Effect.sync(() => void latest.set(StreamName.format(snapshot.stream), snapshot)),
  })
}

/** The store in a file, which is made if it is not there. */
export const layer = (options: {
  readonly filename: string
}): Layer.Layer<EventStore | Checkpoints | Snapshots, StoreUnavailable | FileInUse | LogFile.FileInvalid, FileSystem> =>
  Layer.unwrap(services(options.filename))
