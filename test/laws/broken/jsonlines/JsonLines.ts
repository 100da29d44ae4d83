// The store of docs/examples/jsonlines as it was written at first, together with the files beside this one: kept, so that
// what the laws said of it can be read again. Only `isAlone` is new, for what might have been left out.
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
  Decision,
  EventStore,
  Fenced,
  type Snapshot,
  Snapshots,
  type StoreUnavailable,
  StreamName,
} from "everfold"
import { isLeft } from "fp-ts/lib/Either.js"
import * as Index from "./Index.ts"
import * as LogFile from "./LogFile.ts"

const services = Effect.fnUntraced(function* (filename: string, isAlone: boolean) {
  const file = yield* LogFile.open(filename)
  const index = Index.make()
  for (const line of file.lines) index.add(line)
  const changes = Changes.make(index.view.head)
  const writing = yield* Semaphore.make(1)
  /** One at a time, and not to be stopped half way. */
  const alone = <A, E>(effect: Effect.Effect<A, E>) =>
    isAlone ? writing.withPermits(1)(Effect.uninterruptible(effect)) : effect

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
    yield* file.append(line)
    index.add(line)
    if (events.length > 0) changes.tell(index.view.head)
    return committed
  })

  const acquire = Effect.fnUntraced(function* (key: Commit.CheckpointKey, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    const { position, epoch, until } = index.leaseOf(key)
    if (until > now) return Option.none()
    const line = { _tag: "Lease", key, epoch: epoch + 1, until: now + ttlMillis } as const
    yield* file.append(line)
    index.add(line)
    return Option.some({ position, epoch: epoch + 1 })
  })

  const renew = Effect.fnUntraced(function* (key: Commit.CheckpointKey, epoch: number, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    const lease = index.leaseOf(key)
    if (lease.epoch !== epoch) return yield* new Fenced({ epoch: lease.epoch })
    const line = { _tag: "Lease", key, epoch, until: now + ttlMillis } as const
    yield* file.append(line)
    index.add(line)
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
  readonly isAlone?: boolean
}): Layer.Layer<
  EventStore | Checkpoints | Snapshots,
  StoreUnavailable | LogFile.FileInUse | LogFile.FileInvalid,
  FileSystem
> => Layer.unwrap(services(options.filename, options.isAlone ?? true))
