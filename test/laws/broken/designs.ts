/** Stores of well-known designs, each as it was published or is told in every other talk, each with its flaw. */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type * as Commit from "../../../src/core/event/Commit.ts"
import { ConditionFailed, VersionConflict } from "../../../src/core/event/Errors.ts"
import type { StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import * as StreamName from "../../../src/core/event/StreamName.ts"
import type { LogRange } from "../../../src/core/port/EventStore.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import type { Case } from "./caught.ts"
import { flawed, reading, type Store, type StoreLayer, together } from "./Flawed.ts"
import { positioned } from "./reading.ts"

const eventsOf = (commit: Commit.Commit) => commit.writes.flatMap(({ events }) => events)

/** How long an insert takes: long enough for others to go first. */
const pause = Effect.repeat(Effect.yieldNow, { times: 3 })

/** A sequence of positions: taken when the insert begins, seen when its transaction ends, a hole where it fails. */
const sequence = (store: Store) => {
  const positions = new Map<string, number>()
  let last = 0
  const take = (commit: Commit.Commit) => eventsOf(commit).map(({ id }) => [id, ++last] as const)
  /** The store's own commit, whose events are then seen where they were to be. */
  const end = (commit: Commit.Commit, taken: ReadonlyArray<readonly [id: string, position: number]>) =>
    Effect.map(store.commit(commit), (committed) => {
      for (const [id, position] of taken) if (!positions.has(id)) positions.set(id, position)
      return { ...committed, position: taken.at(-1)?.[1] ?? committed.position }
    })
  return { positions, take, end }
}

/**
 * Readers are kept behind the oldest transaction that still runs, and read in the order of transactions, but go on from
 * a position: one that was taken by a later transaction may be lower, and is passed.
 */
export const transactionOrder = flawed(({ store }) => {
  const { positions, take, end } = sequence(store)
  const transactions = new Map<string, number>()
  const running = new Set<number>()
  let begun = 0
  const placed = positioned(store, positions)
  const of = ({ id }: StoredEvent): number => transactions.get(id) ?? 0
  const visible = (range: LogRange) =>
    Effect.map(placed.readAll({ ...range, limit: 100_000 }), ({ events }) => {
      const oldest = Math.min(Number.POSITIVE_INFINITY, ...running)
      return events.filter((event) => of(event) < oldest).toSorted((a, b) => of(a) - of(b))
    })
  return {
    store: {
      ...placed,
      head: Effect.map(visible({ after: 0, limit: 0 }), (events) =>
        Math.max(0, ...events.map(({ position }) => position)),
      ),
      readAll: (range) =>
        Effect.map(visible(range), (all) => {
          const events = all.slice(0, Math.max(0, range.limit))
          return { events, scannedTo: events.at(-1)?.position ?? range.after }
        }),
      commit: Effect.fnUntraced(function* (commit) {
        const transaction = ++begun
        running.add(transaction)
        if (commit.writes.length % 2 === 0) yield* pause
        const taken = take(commit)
        for (const [id] of taken) transactions.set(id, transaction)
        return yield* Effect.ensuring(
          end(commit, taken),
          Effect.sync(() => running.delete(transaction)),
        )
      }),
    },
  }
})

/** Appends to one category wait for one another, so that each is in order; those to others do not, and all are read. */
export const categoryLock = flawed(({ store }) => {
  const { positions, take, end } = sequence(store)
  const locks = new Map<string, Semaphore.Semaphore>()
  const lockOf = (category: string): Semaphore.Semaphore => {
    const lock = locks.get(category) ?? Semaphore.makeUnsafe(1)
    locks.set(category, lock)
    return lock
  }
  return {
    store: {
      ...positioned(store, positions),
      commit: (commit) => {
        const categories = [...new Set(commit.writes.map(({ stream }) => stream.category))].toSorted()
        const insert = Effect.gen(function* () {
          const taken = take(commit)
          if (commit.writes[0]?.stream.category === "Order") yield* pause
          return yield* end(commit, taken)
        })
        return categories.reduceRight((inner, category) => lockOf(category).withPermits(1)(inner), insert)
      },
    },
  }
})

/** Readers wait at a hole for what is still to come, but not for long: then they take it for a commit that failed. */
export const holesGivenUp = flawed(({ store }) => {
  const { positions, take, end } = sequence(store)
  const placed = positioned(store, positions)
  const waited = new Map<number, number>()
  /** The highest position below which nothing is waited for any more. */
  const highWater = (): number => {
    const there = new Set(positions.values())
    let mark = 0
    for (let next = 1; next <= Math.max(0, ...there); next++) {
      const polls = waited.get(next) ?? 0
      waited.set(next, polls + 1)
      if (!there.has(next) && polls < 2) break
      mark = next
    }
    return mark
  }
  return {
    store: {
      ...placed,
      readAll: (range) =>
        Effect.suspend(() => placed.readAll({ ...range, upTo: Math.min(range.upTo ?? Infinity, highWater()) })),
      commit: Effect.fnUntraced(function* (commit) {
        const taken = take(commit)
        if (taken.length % 2 === 0) yield* pause
        return yield* end(commit, taken)
      }),
    },
  }
})

/** Only conditional commits take the lock: what others are about to add is not seen by them, and comes before them. */
export const unconditionalWithoutLock = flawed(({ store }) => {
  const { positions, take, end } = sequence(store)
  const placed = positioned(store, positions)
  const lock = Semaphore.makeUnsafe(1)
  return {
    store: {
      ...placed,
      commit: (commit) => {
        const { condition, ...rest } = commit
        if (condition === undefined) {
          return Effect.suspend(() => {
            const taken = take(commit)
            return Effect.andThen(pause, end(commit, taken))
          })
        }
        return lock.withPermits(1)(
          Effect.gen(function* () {
            const { failIfMatch, after } = condition
            const [match] = (yield* placed.readAll({ after, filter: failIfMatch, limit: 1 })).events
            if (match !== undefined) return yield* new ConditionFailed({ position: match.position })
            return yield* end(rest, take(rest))
          }),
        )
      },
    },
  }
})

/** A unique key on stream and version is the only check: 5 may come before 1. */
export const versionsOnlyUnique = flawed(({ store }) => {
  const versions = new Map<string, number>()
  const taken = new Map<string, Set<number>>()
  const of = (stream: StreamName.StreamName): Set<number> => {
    const name = StreamName.format(stream)
    const set = taken.get(name) ?? new Set()
    taken.set(name, set)
    return set
  }
  return {
    store: {
      ...reading(store, (events) =>
        events.map((event) => ({ ...event, version: versions.get(event.id) ?? event.version })),
      ),
      commit: Effect.fnUntraced(function* (commit) {
        for (const { stream, expected, events } of commit.writes) {
          const first = expected._tag === "Exact" ? expected.version + 1 : Math.max(0, ...of(stream)) + 1
          const clash = events.findIndex((_, i) => of(stream).has(first + i))
          if (clash >= 0) return yield* new VersionConflict({ stream, expected, actual: first + clash })
        }
        const unchecked = commit.writes.map((write) =>
          write.expected._tag === "Exact" ? { ...write, expected: { _tag: "Any" } as const } : write,
        )
        const committed = yield* store.commit({ ...commit, writes: unchecked })
        for (const { stream, expected, events } of commit.writes) {
          const first = expected._tag === "Exact" ? expected.version + 1 : Math.max(0, ...of(stream)) + 1
          for (const [i, { id }] of events.entries()) {
            of(stream).add(first + i)
            versions.set(id, first + i)
          }
        }
        return committed
      }),
    },
  }
})

/** One insert an event, no transaction: what went before the one that fails stays. */
export const insertPerEvent = flawed(({ store }) => ({
  store: {
    commit: (commit) => {
      const { writes, commands, checkpoint, ...rest } = commit
      const inserts = writes.flatMap((write) =>
        write.events.length < 2
          ? [write]
          : write.events.map((event, i) => ({
              ...write,
              events: [event],
              expected: i === 0 ? write.expected : ({ _tag: "Any" } as const),
            })),
      )
      return inserts.length === writes.length && writes.length < 2
        ? store.commit(commit)
        : Effect.map(
            Effect.forEach(inserts, (write) => store.commit({ ...rest, writes: [write] })),
            together,
          )
    },
  },
}))

/** Followers are woken with the events themselves, by a channel that takes 8,000 bytes, or fails the commit. */
export const wakesWithEvents = flawed(({ store }) => ({
  store: {
    commit: (commit) =>
      eventsOf(commit).reduce((bytes, { body }) => bytes + body.length, 0) > 8_000
        ? Effect.die("payload string too long")
        : store.commit(commit),
  },
}))

const broken = (layer: StoreLayer) => StoreLaws.suite({ layer })

export const cases: ReadonlyArray<Case> = [
  {
    law: "S10",
    flaw: "order by transaction, continue by position",
    suite: broken(transactionOrder),
  },
  { law: "S10", flaw: "a lock per category, read as one log", suite: broken(categoryLock) },
  { law: "S10", flaw: "holes that readers give up on", suite: broken(holesGivenUp) },
  { law: "S12", flaw: "unconditional commits without the lock", suite: broken(unconditionalWithoutLock) },
  { law: "S5", flaw: "versions that need only be unique", suite: broken(versionsOnlyUnique) },
  { law: "S4", flaw: "one insert per event, no transaction", suite: broken(insertPerEvent) },
  { law: "S1", flaw: "wake-ups that carry the events", suite: broken(wakesWithEvents) },
]
