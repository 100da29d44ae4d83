/**
 * A server in memory that keeps to what is said of `Recorder.send`: all commits of a statement are decided on the state
 * before it, and recorded in their order. It trusts the batch: two that should not have shared a statement are both
 * recorded, as a database would that looks at what is there already.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { isLeft } from "fp-ts/lib/Either.js"
import type { CheckpointKey, Commit, Committed } from "../../../src/core/event/Commit.ts"
import { type Accepted, decide, type KnownCommand, recall, type StoreView } from "../../../src/core/event/Decision.ts"
import { Fenced } from "../../../src/core/event/Errors.ts"
import * as HashChain from "../../../src/core/event/HashChain.ts"
import * as Query from "../../../src/core/event/Query.ts"
import type { StoredSnapshot } from "../../../src/core/event/Snapshot.ts"
import type { StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import * as StreamName from "../../../src/core/event/StreamName.ts"
import { bound } from "../../../src/core/port/bound.ts"
import * as Changes from "../../../src/core/port/Changes.ts"
import { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import type { EventStore } from "../../../src/core/port/EventStore.ts"
import { Snapshots } from "../../../src/core/port/Snapshots.ts"
import type { Recorder } from "../../../src/interpreters/postgres/Committer.ts"

interface Lease {
  readonly position: number
  readonly epoch: number
  readonly until: number
}

const none: Lease = { position: 0, epoch: 0, until: 0 }
const keyOf = ({ consumer, upstream, partition }: CheckpointKey): string =>
  JSON.stringify([consumer, upstream, partition])
const byUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

export interface Simulated {
  readonly log: ReadonlyArray<StoredEvent>
  /** Runs one statement, at once. */
  readonly run: (commits: ReadonlyArray<Commit>) => ReadonlyArray<Committed | undefined>
  readonly view: StoreView
  readonly reads: Omit<EventStore["Service"], "commit">
  readonly checkpoints: Checkpoints["Service"]
  readonly snapshots: Snapshots["Service"]
  /** Sends and looks without a fault, each taking a moment before it is done and one after. */
  readonly recorder: Recorder
}

export const make = (): Simulated => {
  const log: Array<StoredEvent> = []
  const streams = new Map<string, Array<StoredEvent>>()
  const events = new Map<string, StoredEvent>()
  const commands = new Map<string, KnownCommand>()
  const leases = new Map<string, Lease>()
  const snapshots = new Map<string, StoredSnapshot>()
  const changes = Changes.make(0)
  let hash: string | undefined

  const streamOf = (stream: StreamName.StreamName) => streams.get(StreamName.format(stream)) ?? []
  const view: StoreView = {
    get hash() {
      return hash
    },
    get head() {
      return log.length
    },
    streamHead: (stream, at = Number.POSITIVE_INFINITY) =>
      streamOf(stream).findLast(({ position }) => position <= at) ?? HashChain.empty,
    event: (id) => events.get(id),
    command: (id) => commands.get(id),
    checkpoint: (key) => leases.get(keyOf(key)) ?? none,
    firstMatch: (query, after) => {
      const matches = Query.matches(query)
      return log.find((event) => event.position > after && matches(event))?.position
    },
  }

  const apply = (commit: Commit, accepted: Accepted): void => {
    for (const event of accepted.events) {
      hash = commit.hash
      log.push(event)
      events.set(event.id, event)
      const name = StreamName.format(event.stream)
      const recorded = streams.get(name)
      if (recorded === undefined) streams.set(name, [event])
      else recorded.push(event)
    }
    for (const { id, events } of commit.commands ?? []) {
      const named = commit.writes.map(({ stream }) => stream)
      commands.set(id, { events, position: accepted.committed.position, streams: named })
    }
    if (commit.checkpoint !== undefined) {
      const lease = leases.get(keyOf(commit.checkpoint)) ?? none
      leases.set(keyOf(commit.checkpoint), { ...lease, position: commit.checkpoint.to })
    }
  }

  const run: Simulated["run"] = (commits) => {
    let head = log.length
    const decisions = commits.map((commit) => {
      const decision = decide({ ...view, hash: view.hash, head }, commit)
      if (isLeft(decision) || decision.right.committed.repeated) return undefined
      head += decision.right.events.length
      return { commit, accepted: decision.right }
    })
    for (const decision of decisions) if (decision !== undefined) apply(decision.commit, decision.accepted)
    return decisions.map((decision) => decision?.accepted.committed)
  }

  const idsOf = (category: string): ReadonlyArray<string> =>
    [...new Set(log.flatMap(({ stream }) => (stream.category === category ? [stream.id] : [])))].sort(byUtf8)

  const moment = <A>(work: () => A): Effect.Effect<A> =>
    Effect.flatMap(Effect.andThen(Effect.yieldNow, Effect.sync(work)), (done) => Effect.as(Effect.yieldNow, done))

  return {
    log,
    run,
    view,
    recorder: {
      send: (commits) => moment(() => run(commits)),
      look: (commit) => moment(() => decide(view, commit)),
      recorded: changes.tell,
    },
    reads: {
      readStream: (stream, { after = 0, upTo = Number.POSITIVE_INFINITY, direction, limit = Infinity } = {}) =>
        Effect.sync(() => {
          const found = streamOf(stream).filter(({ version }) => version > bound(after) && version <= bound(upTo))
          return (direction === "backwards" ? found.toReversed() : found).slice(0, bound(limit))
        }),
      readAll: ({ after, upTo = Number.POSITIVE_INFINITY, filter = Query.all, limit }) =>
        Effect.sync(() => {
          const matches = Query.matches(filter)
          const from = bound(after)
          const to = Math.min(bound(upTo), log.length)
          const found = log.slice(from, Math.max(from, to)).filter(matches)
          const page = found.slice(0, bound(limit))
          const next = found[page.length]
          return { events: page, scannedTo: next === undefined ? Math.max(from, to) : next.position - 1 }
        }),
      streams: ({ category, after, limit }) =>
        Effect.sync(() =>
          idsOf(category)
            .filter((id) => after === undefined || byUtf8(id, after) > 0)
            .slice(0, bound(limit))
            .map((id) => ({ stream: { category, id }, version: streamOf({ category, id }).length })),
        ),
      command: (id) => Effect.sync(() => Option.fromUndefinedOr(recall(view, id))),
      head: Effect.sync(() => log.length),
      changes: changes.stream,
    },
    checkpoints: Checkpoints.checked({
      acquire: (key, ttlMillis) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const { position, epoch, until } = leases.get(keyOf(key)) ?? none
          if (until > now) return Option.none()
          leases.set(keyOf(key), { position, epoch: epoch + 1, until: now + ttlMillis })
          return Option.some({ position, epoch: epoch + 1 })
        }),
      renew: (key, epoch, ttlMillis) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const lease = leases.get(keyOf(key)) ?? none
          if (lease.epoch !== epoch) return Effect.fail(new Fenced({ epoch: lease.epoch }))
          leases.set(keyOf(key), { ...lease, until: now + ttlMillis })
          return Effect.void
        }),
      read: (key) => Effect.sync(() => view.checkpoint(key).position),
    }),
    snapshots: Snapshots.of({
      read: (stream) => Effect.sync(() => Option.fromUndefinedOr(snapshots.get(StreamName.format(stream)))),
      write: (snapshot) => Effect.sync(() => void snapshots.set(StreamName.format(snapshot.stream), snapshot)),
    }),
  }
}
