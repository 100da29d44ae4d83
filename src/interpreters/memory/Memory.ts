/**
 * A store in memory: the reference for all others, for tests and for what may be forgotten. Every commit is decided by
 * `Decision.decide` and applied in one step. It keeps and gives out the very bytes that it was given: nobody is to
 * change them.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { isLeft } from "fp-ts/lib/Either.js"
import type { CheckpointKey, Commit, Committed, Position } from "../../core/event/Commit.ts"
import { decide, type KnownCommand, type Refused, recall, type StoreView } from "../../core/event/Decision.ts"
import { Fenced } from "../../core/event/Errors.ts"
import * as HashChain from "../../core/event/HashChain.ts"
import * as Query from "../../core/event/Query.ts"
import type { StoredSnapshot } from "../../core/event/Snapshot.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { bound } from "../../core/port/bound.ts"
import * as Changes from "../../core/port/Changes.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import {
  EventStore,
  type LogPage,
  type LogRange,
  type StreamRange,
  type StreamsRange,
} from "../../core/port/EventStore.ts"
import { Snapshots } from "../../core/port/Snapshots.ts"

interface Lease {
  readonly position: Position
  readonly epoch: number
  readonly until: number
}

const keyOf = ({ consumer, upstream, partition }: CheckpointKey): string =>
  JSON.stringify([consumer, upstream, partition])
const byUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** How many of a sorted list of `size` come first, by a condition that holds for those and for none after. */
const countFirst = (size: number, isFirst: (index: number) => boolean): number => {
  let low = 0
  let high = size
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isFirst(middle)) low = middle + 1
    else high = middle
  }
  return low
}

/** The last of events in ascending position at or before `at`. */
const lastAt = (events: ReadonlyArray<StoredEvent>, at: Position): HashChain.Head =>
  events[countFirst(events.length, (i) => (events[i]?.position ?? 0) <= at) - 1] ?? HashChain.empty

const services = () => {
  const log: Array<StoredEvent> = []
  /** The events of each stream, by category and id. */
  const categories = new Map<string, Map<string, Array<StoredEvent>>>()
  /** The ids of each category in order, where they were asked for since its last new stream. */
  const sorted = new Map<string, ReadonlyArray<string>>()
  const events = new Map<string, StoredEvent>()
  const commands = new Map<string, KnownCommand>()
  const leases = new Map<string, Lease>()
  const snapshots = new Map<string, StoredSnapshot>()
  const changes = Changes.make(0)
  let hash: string | undefined

  const streamOf = ({ category, id }: StreamName.StreamName): ReadonlyArray<StoredEvent> =>
    categories.get(category)?.get(id) ?? []
  const leaseOf = (key: CheckpointKey): Lease => leases.get(keyOf(key)) ?? { position: 0, epoch: 0, until: 0 }

  const view: StoreView = {
    get hash() {
      return hash
    },
    get head() {
      return log.length
    },
    streamHead: (stream, at) => {
      const recorded = streamOf(stream)
      return at === undefined ? (recorded.at(-1) ?? HashChain.empty) : lastAt(recorded, at)
    },
    event: (id) => events.get(id),
    command: (id) => commands.get(id),
    checkpoint: leaseOf,
    firstMatch: (query, after) => {
      const matches = Query.matches(query)
      for (let i = after; i < log.length; i++) {
        const event = log[i]
        if (event !== undefined && matches(event)) return event.position
      }
      return undefined
    },
  }

  const add = (event: StoredEvent): void => {
    log.push(event)
    events.set(event.id, event)
    const { category, id } = event.stream
    const streams = categories.get(category) ?? new Map<string, Array<StoredEvent>>()
    const recorded = streams.get(id)
    if (recorded !== undefined) {
      recorded.push(event)
      return
    }
    streams.set(id, [event])
    categories.set(category, streams)
    sorted.delete(category)
  }

  const commit = (request: Commit): Effect.Effect<Committed, Refused> => {
    const decision = decide(view, request)
    if (isLeft(decision)) return Effect.fail(decision.left)
    const { events: added, committed } = decision.right
    if (committed.repeated) return Effect.succeed(committed)
    if (added.length > 0) hash = request.hash
    for (const event of added) add(event)
    for (const { id, events } of request.commands ?? []) {
      const streams = request.writes.map(({ stream }) => stream)
      commands.set(id, { events, position: committed.position, streams })
    }
    if (request.checkpoint !== undefined) {
      leases.set(keyOf(request.checkpoint), { ...leaseOf(request.checkpoint), position: request.checkpoint.to })
    }
    if (added.length > 0) changes.tell(log.length)
    return Effect.succeed(committed)
  }

  const readStream = (stream: StreamName.StreamName, range: StreamRange = {}): ReadonlyArray<StoredEvent> => {
    const { after = 0, upTo = Number.POSITIVE_INFINITY, direction, limit = Number.POSITIVE_INFINITY } = range
    const recorded = streamOf(stream)
    const from = bound(after)
    const to = Math.min(bound(upTo), recorded.length)
    const count = bound(limit)
    return direction === "backwards"
      ? recorded.slice(Math.max(from, to - count), Math.max(from, to)).reverse()
      : recorded.slice(from, Math.min(to, from + count))
  }

  const readAll = ({ after, upTo = Number.POSITIVE_INFINITY, filter = Query.all, limit }: LogRange): LogPage => {
    const matches = Query.matches(filter)
    const from = bound(after)
    const to = Math.min(bound(upTo), log.length)
    const count = bound(limit)
    const page: Array<StoredEvent> = []
    for (let i = from; i < to; i++) {
      if (page.length === count) return { events: page, scannedTo: i }
      const event = log[i]
      if (event !== undefined && matches(event)) page.push(event)
    }
    return { events: page, scannedTo: Math.max(from, to) }
  }

  const idsOf = (category: string): ReadonlyArray<string> => {
    const ids = sorted.get(category) ?? [...(categories.get(category)?.keys() ?? [])].sort(byUtf8)
    sorted.set(category, ids)
    return ids
  }

  const readStreams = ({ category, after, limit }: StreamsRange) => {
    const ids = idsOf(category)
    const from = after === undefined ? 0 : countFirst(ids.length, (i) => byUtf8(ids[i] ?? "", after) <= 0)
    return ids.slice(from, from + bound(limit)).map((id) => {
      const stream = { category, id }
      return { stream, version: streamOf(stream).length }
    })
  }

  const acquire = Effect.fnUntraced(function* (key: CheckpointKey, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    const { position, epoch, until } = leaseOf(key)
    if (until > now) return Option.none<{ readonly position: Position; readonly epoch: number }>()
    leases.set(keyOf(key), { position, epoch: epoch + 1, until: now + ttlMillis })
    return Option.some({ position, epoch: epoch + 1 })
  })

  const renew = Effect.fnUntraced(function* (key: CheckpointKey, epoch: number, ttlMillis: number) {
    const now = yield* Clock.currentTimeMillis
    const lease = leaseOf(key)
    if (lease.epoch !== epoch) return yield* new Fenced({ epoch: lease.epoch })
    leases.set(keyOf(key), { ...lease, until: now + ttlMillis })
  })

  const store = EventStore.of({
    commit: (request) => Effect.suspend(() => commit(request)),
    readStream: (stream, range) => Effect.sync(() => readStream(stream, range)),
    readAll: (range) => Effect.sync(() => readAll(range)),
    streams: (range) => Effect.sync(() => readStreams(range)),
    command: (id) => Effect.sync(() => Option.fromUndefinedOr(recall(view, id))),
    head: Effect.sync(() => log.length),
    changes: changes.stream,
  })
  const checkpoints = Checkpoints.checked({ acquire, renew, read: (key) => Effect.sync(() => leaseOf(key).position) })
  const kept = Snapshots.of({
    read: (stream) => Effect.sync(() => Option.fromUndefinedOr(snapshots.get(StreamName.format(stream)))),
    write: (snapshot) => Effect.sync(() => void snapshots.set(StreamName.format(snapshot.stream), snapshot)),
  })
  return { store, checkpoints, snapshots: kept }
}

/**
 * A new, empty store in memory: events, checkpoints and snapshots. It lives as long as the layer.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventStore } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const head = EventStore.use((store) => store.head).pipe(Effect.provide(Memory.layer))
 * console.log(Effect.runSync(head)) // 0
 * ```
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<EventStore | Checkpoints | Snapshots> = Layer.unwrap(
  Effect.sync(() => {
    const { store, checkpoints, snapshots } = services()
    return Layer.mergeAll(
      Layer.succeed(EventStore, store),
      Layer.succeed(Checkpoints, checkpoints),
      Layer.succeed(Snapshots, snapshots),
    )
  }),
)
