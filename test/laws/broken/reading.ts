/** Stores whose reads, positions or wake-ups are flawed. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import type { Case } from "./caught.ts"
import { flawed, reading, type Store, type StoreLayer } from "./Flawed.ts"

/** Reads go by turns to the store and to a replica that lags by one event. */
export const staleReplica = flawed(({ store }) => {
  let reads = 0
  return { store: reading(store, (events) => (reads++ % 12 < 11 ? events : events.slice(0, -1))) }
})

/** Old events are rewritten: from the third on, the first has lost its tags. */
export const historyRewritten = flawed(({ store }) => ({
  store: reading(store, (events) => {
    const end = events.at(-1)?.position ?? 0
    return events.map((event) => (event.position + 2 < end ? { ...event, tags: [] } : event))
  }),
}))

/** Whoever asks for what follows NaN gets nothing, and goes on from there. */
export const stopsAtNaN = flawed(({ store }) => ({
  store: {
    readAll: (range) =>
      Number.isNaN(range.after) ? Effect.succeed({ events: [], scannedTo: range.after }) : store.readAll(range),
  },
}))

/** Positions from a table instead of the store's own; events without one are not visible. */
export const positioned = (
  store: Store,
  positions: ReadonlyMap<string, number>,
): Pick<Store, "head" | "readStream" | "readAll"> => {
  const placed = Effect.map(store.readAll({ after: 0, limit: 100_000 }), ({ events }) =>
    events
      .flatMap((event): ReadonlyArray<StoredEvent> => {
        const position = positions.get(event.id)
        return position === undefined ? [] : [{ ...event, position }]
      })
      .toSorted((a, b) => a.position - b.position),
  )
  return {
    head: Effect.map(placed, (events) => events.at(-1)?.position ?? 0),
    readStream: (...args) =>
      Effect.map(store.readStream(...args), (events) =>
        events.flatMap((event) => {
          const position = positions.get(event.id)
          return position === undefined ? [] : [{ ...event, position }]
        }),
      ),
    readAll: Effect.fnUntraced(function* ({ after, upTo = Infinity, filter, limit }) {
      const matching = yield* store.readAll({ after: 0, limit: 100_000, ...(filter && { filter }) })
      const ids = new Set(matching.events.map(({ id }) => id))
      const all = (yield* placed).filter(({ position }) => position > after && position <= upTo)
      const events = all.filter(({ id }) => ids.has(id)).slice(0, Math.max(0, limit))
      const scannedTo = events.length < limit ? all.at(-1)?.position : events.at(-1)?.position
      return { events, scannedTo: scannedTo ?? after }
    }),
  }
}

/** `bigserial`: a position is taken at the start, and visible when its transaction ends, later or never. */
export const serialPositions = flawed(({ store }) => {
  const positions = new Map<string, number>()
  let serial = 0
  return {
    store: {
      ...positioned(store, positions),
      commit: Effect.fnUntraced(function* (commit) {
        const taken = commit.writes.flatMap(({ events }) => events.map(({ id }) => [id, ++serial] as const))
        if (taken.length % 2 === 0) yield* Effect.yieldNow
        const committed = yield* store.commit(commit)
        for (const [id, position] of taken) if (!positions.has(id)) positions.set(id, position)
        return { ...committed, position: taken.at(-1)?.[1] ?? committed.position }
      }),
    },
  }
})

/** A sequence does not roll back: what a refused commit took is a hole. */
export const holesInPositions = flawed(({ store }) => {
  const positions = new Map<string, number>()
  let serial = 0
  return {
    store: {
      ...positioned(store, positions),
      commit: (commit) => {
        const taken = commit.writes.flatMap(({ events }) => events.map(({ id }) => [id, ++serial] as const))
        return Effect.map(store.commit(commit), (committed) => {
          for (const [id, position] of taken) positions.set(id, position)
          return { ...committed, position: taken.at(-1)?.[1] ?? committed.position }
        })
      },
    },
  }
})

/** Versions are unique and no more: every third one is left out. */
export const holesInVersions = flawed(({ store }) => ({
  store: reading(store, (events) =>
    events.map((event) => ({ ...event, version: event.version + Math.floor(event.version / 3) })),
  ),
}))

/** The events of one commit are placed stream by stream, each stream from its end. */
export const backwardsPositions = flawed(({ store }) => {
  const positions = new Map<string, number>()
  return {
    store: {
      ...positioned(store, positions),
      commit: (commit) =>
        Effect.map(store.commit(commit), (committed) => {
          const events = commit.writes.flatMap(({ events }) => events)
          for (const [i, { id }] of events.entries()) {
            if (!positions.has(id)) positions.set(id, committed.position - i)
          }
          return committed
        }),
    },
  }
})

/** A page that a filter has emptied leaves its reader where it was. */
export const filteredPageStalls = flawed(({ store }) => ({
  store: {
    readAll: (range) =>
      Effect.map(store.readAll(range), ({ events }) => ({
        events,
        scannedTo: events.at(-1)?.position ?? range.after,
      })),
  },
}))

/** A page says that it has scanned everything, though its limit stopped it. */
export const fullPageSkips = flawed(({ store }) => ({
  store: {
    readAll: (range) =>
      Effect.gen(function* () {
        const head = yield* store.head
        const page = yield* store.readAll(range)
        return { ...page, scannedTo: Math.max(page.scannedTo, Math.min(range.upTo ?? head, head)) }
      }),
  },
}))

/** A page begins with the event that the one before ended with. */
export const afterInclusive = flawed(({ store }) => ({
  store: { readAll: (range) => store.readAll({ ...range, after: range.after - 1 }) },
}))

/** Streams in the order of JavaScript's strings. */
export const streamsByUtf16 = flawed(({ store }) => ({
  store: {
    streams: ({ category, after = "", limit }) =>
      Effect.map(store.streams({ category, limit: 100_000 }), (all) =>
        all
          .filter(({ stream }) => stream.id > after)
          .toSorted((a, b) => (a.stream.id < b.stream.id ? -1 : 1))
          .slice(0, Math.max(0, limit)),
      ),
  },
}))

/** The limit is taken before the direction. */
export const limitBeforeDirection = flawed(({ store }) => ({
  store: {
    readStream: (stream, range = {}) =>
      Effect.map(store.readStream(stream, { ...range, direction: "forwards" }), (events) =>
        range.direction === "backwards" ? events.toReversed() : events,
      ),
  },
}))

/** Followers are told of what is there when they come, and never again. */
export const silentChanges = flawed(({ store }) => ({
  store: { changes: Stream.concat(Stream.take(store.changes, 1), Stream.never) },
}))

const broken = (layer: StoreLayer) => StoreLaws.suite({ layer })

export const cases: ReadonlyArray<Case> = [
  { law: "S5", flaw: "a store with holes in positions", suite: broken(holesInPositions) },
  { law: "S5", flaw: "a store with holes in versions", suite: broken(holesInVersions) },
  { law: "S6", flaw: "a store with a stale replica", suite: broken(staleReplica) },
  { law: "S6", flaw: "a store with history rewritten", suite: broken(historyRewritten) },
  { law: "S9", flaw: "a store with positions given backwards", suite: broken(backwardsPositions) },
  { law: "S9", flaw: "a bigserial for a position", suite: broken(serialPositions) },
  { law: "S10", flaw: "a bigserial for a position", suite: broken(serialPositions) },
  { law: "S10", flaw: "a store with a full page that skips", suite: broken(fullPageSkips) },
  { law: "S10", flaw: "a store with silent changes", suite: broken(silentChanges) },
  { law: "S14", flaw: "a store with pages that overlap", suite: broken(afterInclusive) },
  { law: "S14", flaw: "a filtered wait that hangs", suite: broken(filteredPageStalls) },
  { law: "S14", flaw: "a store with streams in UTF-16 order", suite: broken(streamsByUtf16) },
  { law: "S14", flaw: "a store with the limit before the direction", suite: broken(limitBeforeDirection) },
  { law: "S14", flaw: "a store with no position taken for one", suite: broken(stopsAtNaN) },
]
