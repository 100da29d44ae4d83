/**
 * Laws of order: what was read stays read, positions follow versions, and nothing appears where a reader has been.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import * as Query from "../../core/event/Query.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import * as Subscription from "../../core/program/Subscription.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { means, query } from "../arbitrary/Queries.ts"
import { agree } from "../Difference.ts"
import * as Interleaving from "../Interleaving.ts"
import { pace as paceOf, until } from "./Pace.ts"
import * as World from "./World.ts"

/** A reader that saw some of what was recorded, and not all of it yet. */
const amid = "a reader amid writers"

const prefixes = Effect.fnUntraced(function* (what: string, reads: ReadonlyArray<ReadonlyArray<StoredEvent>>) {
  for (const [i, later] of reads.entries()) {
    const earlier = reads[i - 1] ?? []
    yield* agree(`${what}, as far as an earlier read went`, {
      expected: earlier,
      actual: later.slice(0, earlier.length),
    })
  }
})

/**
 * @category laws
 * @since 0.1.0
 */
export const S6: World.StoreLaw = World.concurrentLaw({
  name: "S6",
  title: "history only grows",
  equation: "a read is a prefix of every later read",
  given: fc.record({
    history: program(Commits.writes({ expected: Commits.mostlyMet }), { minLength: 1, maxLength: 5 }),
    reads: fc.integer({ min: 2, max: 5 }),
  }),
  must: [amid],
  holds: Effect.fnUntraced(function* ({ history, reads }, { store, next }, seen) {
    const pace = paceOf(history.length)
    const writing = yield* Effect.forkChild(
      Interleaving.named("writer")(
        Effect.forEach(history, (writes) =>
          World.outcome(store.commit(Commits.commit(next, writes))).pipe(
            Effect.andThen(pace.answered),
            Effect.andThen(Effect.yieldNow),
          ),
        ),
      ),
    )
    const read = Effect.all([World.log(store), ...Commits.streams.map((stream) => store.readStream(stream))]).pipe(
      // As it was when it was answered, beside what the store may still lay hands on.
      Effect.map((answers) => answers.map((answer) => ({ answer, original: [...answer] }))),
    )
    const during = yield* Effect.forEach(Array.from({ length: reads }), (_, i) => Effect.andThen(pace.before(i), read))
    yield* Fiber.join(writing)
    const all = [...during, yield* read, yield* read]
    const whole = all.at(-1)?.[0]?.original.length ?? 0
    if (all.some(([log]) => log && log.original.length > 0 && log.original.length < whole)) seen(amid)
    for (const [i, what] of ["the log", ...Commits.streams.map(StreamName.format)].entries()) {
      const reads = all.flatMap((read) => read[i] ?? [])
      yield* agree(`what was answered to reads of ${what}, later`, {
        expected: reads.map(({ original }) => original),
        actual: reads.map(({ answer }) => answer),
      })
      yield* prefixes(
        what,
        reads.map(({ original }) => original),
      )
    }
  }),
})

/** What a writer recorded, and between which ticks of the test's own clock. */
interface Acknowledged {
  readonly ids: ReadonlyArray<number>
  readonly begun: number
  readonly ended: number
}

/**
 * @category laws
 * @since 0.1.0
 */
export const S9: World.StoreLaw = World.concurrentLaw({
  name: "S9",
  title: "positions extend versions",
  equation:
    "in every stream v < w ⇒ position(v) < position(w); a commit's events are together; later commits come later",
  given: program(Commits.writes({ maxEvents: 3 }), { minLength: 1, maxLength: 5 }),
  holds: Effect.fnUntraced(function* (writers, { store, next }) {
    let tick = 0
    const acknowledged = yield* World.atOnce(
      "writer",
      writers,
      Effect.fnUntraced(function* (writes) {
        const commit = Commits.commit(next, writes)
        const begun = tick++
        yield* store.commit(commit)
        const ids = commit.writes.flatMap(({ events }) => events.map(World.numberOf))
        return { ids, begun, ended: tick++ } satisfies Acknowledged
      }),
    )
    const log = yield* World.log(store)
    const positions = new Map(log.map((event) => [World.numberOf(event), event.position]))
    for (const stream of Commits.streams) {
      const events = yield* store.readStream(stream)
      const inOrder = events.map((event) => event.position).toSorted((a, b) => a - b)
      yield* agree(`the positions of ${StreamName.format(stream)}, by version`, {
        expected: inOrder,
        actual: events.map((event) => event.position),
      })
    }
    for (const { ids } of acknowledged) {
      const first = positions.get(ids[0] ?? 0) ?? 0
      yield* agree("the positions of one commit's events", {
        expected: ids.map((_, i) => first + i),
        actual: ids.map((id) => positions.get(id)),
      })
    }
    for (const earlier of acknowledged) {
      for (const later of acknowledged.filter(({ begun }) => begun > earlier.ended)) {
        const before = positions.get(earlier.ids[0] ?? 0) ?? 0
        const after = positions.get(later.ids[0] ?? 0) ?? 0
        yield* agree("whether a commit that began after another's answer follows it", {
          expected: true,
          actual: before < after,
        })
      }
    }
  }),
})

interface Follower {
  readonly limit: number
  readonly filter: Query.Query
  readonly reads: number
}

/** Reads page after page, each from where the one before had scanned to. */
const follower = (store: World.Store, { limit, filter, reads }: Follower) => {
  const seen: Array<StoredEvent> = []
  let cursor = 0
  const step = Effect.map(
    Effect.suspend(() => store.readAll({ after: cursor, filter, limit })),
    ({ events, scannedTo }) => {
      const moved = scannedTo > cursor
      seen.push(...events)
      cursor = scannedTo
      return moved
    },
  )
  const drain = Effect.gen(function* () {
    while (yield* step) yield* Effect.yieldNow
  })
  return {
    seen,
    cursor: () => cursor,
    drain,
    run: Effect.forEach(Array.from({ length: reads }), () => Effect.andThen(Effect.yieldNow, step)),
  }
}

/** Follows `changes` until it has come to the log's end, or nobody wakes it any more. */
const awoken = Effect.fnUntraced(function* (store: World.Store, written: Fiber.Fiber<unknown, unknown>) {
  const following = follower(store, { limit: 2, filter: Query.all, reads: 0 })
  const fiber = yield* Effect.forkChild(Stream.runForEach(store.changes, () => following.drain))
  yield* Fiber.join(written)
  yield* until(yield* store.head, following.cursor)
  yield* Fiber.interrupt(fiber)
  return following.seen
})

/** The library's own follower, until it has got as much as there is, or nobody wakes it any more. */
const subscriber = Effect.fnUntraced(function* (
  store: World.Store,
  written: Fiber.Fiber<unknown, unknown>,
  after: number,
  filter: Query.Query,
) {
  const got: Array<StoredEvent> = []
  const following = Subscription.stored({ after, filter }).pipe(
    Stream.runForEach((event) => Effect.sync(() => got.push(event))),
    Effect.provideService(EventStore, store),
  )
  const fiber = yield* Effect.forkChild(following)
  yield* Fiber.join(written)
  const log = yield* World.log(store)
  const all = log.filter((event) => event.position > after && means(filter, event)).length
  yield* until(all, () => got.length)
  // What is too much comes late.
  for (let turns = 0; turns < 3; turns++) yield* Effect.yieldNow
  yield* Fiber.interrupt(fiber)
  return got
})

const write = fc.record({ writes: Commits.writes({ expected: Commits.mostlyMet }), conditional: fc.boolean() })

/**
 * @category laws
 * @since 0.1.0
 */
export const S10: World.StoreLaw = World.concurrentLaw({
  name: "S10",
  title: "order is visibility order",
  equation:
    "after position p was seen nothing appears at or below p; a follower gets each event once, in order, none skipped",
  given: fc.record({
    writers: program(program(write, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
    follower: fc.record({
      limit: fc.integer({ min: 1, max: 3 }),
      filter: fc.oneof({ withCrossShrink: true }, fc.constant(Query.all), query),
      reads: fc.integer({ min: 1, max: 8 }),
    }),
    after: fc.oneof({ withCrossShrink: true }, fc.constant(0), fc.nat(4)),
    observations: fc.integer({ min: 3, max: 8 }),
  }),
  must: [amid, "a commit", "VersionConflict"],
  holds: Effect.fnUntraced(function* ({ writers, follower: spec, after, observations }, { store, next }, seen) {
    const pace = paceOf(writers.flat().length)
    const writing = yield* Effect.forkChild(
      World.atOnce("writer", writers, (commits) =>
        Effect.forEach(commits, ({ writes, conditional }) => {
          const commit = Commits.commit(next, writes)
          const condition = { failIfMatch: Query.make({ tags: ["x", "y"] }), after: 0 }
          const outcome = World.outcome(store.commit(conditional ? { ...commit, condition } : commit))
          return Effect.andThen(outcome, pace.answered)
        }),
      ),
    )
    const following = follower(store, spec)
    const followed = yield* Effect.forkChild(Interleaving.named("follower")(following.run))
    const waiting = yield* Effect.forkChild(Interleaving.named("waiting follower")(awoken(store, writing)))
    const subscribing = yield* Effect.forkChild(
      Interleaving.named("subscriber")(subscriber(store, writing, after, spec.filter)),
    )
    const observed: Array<{ readonly upTo: number; readonly ids: ReadonlyArray<number> }> = []
    for (let i = 0; i < observations; i++) {
      yield* pace.before(i)
      const head = yield* store.head
      const log = yield* World.log(store)
      const upTo = Math.max(head, log.at(-1)?.position ?? 0)
      observed.push({ upTo, ids: log.map(World.numberOf) })
    }
    yield* Fiber.join(writing)
    yield* Fiber.join(followed)
    yield* following.drain

    const log = yield* World.log(store)
    if (observed.some(({ ids }) => ids.length > 0 && ids.length < log.length)) seen(amid)
    for (const { upTo, ids } of observed) {
      yield* agree(`what there is up to position ${upTo}, which had been seen`, {
        expected: log.filter((event) => event.position <= upTo).map(World.numberOf),
        actual: ids,
      })
    }
    yield* agree("what the follower got", {
      expected: log.filter((event) => means(spec.filter, event)).map(World.numberOf),
      actual: following.seen.map(World.numberOf),
    })
    yield* agree("what a follower that waits for `changes` got", {
      expected: log.map(World.numberOf),
      actual: (yield* Fiber.join(waiting)).map(World.numberOf),
    })
    const wanted = log.filter((event) => event.position > after && means(spec.filter, event)).map(World.numberOf)
    yield* agree(`what a subscriber got after position ${after}`, {
      expected: wanted,
      actual: (yield* Fiber.join(subscribing)).map(World.numberOf),
    })
    yield* agree(`what there is to catch up with after position ${after}`, {
      expected: wanted,
      actual: (yield* Stream.runCollect(Subscription.catchUp({ after, filter: spec.filter })).pipe(
        Effect.provideService(EventStore, store),
      )).map(World.numberOf),
    })
  }),
})
