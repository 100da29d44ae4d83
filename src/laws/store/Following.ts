/**
 * The law of following: whoever comes, goes, falls behind or fails on the way, each gets what a plain read gives.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import * as Query from "../../core/event/Query.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import * as Subscription from "../../core/program/Subscription.ts"
import * as Tail from "../../core/program/Tail.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { means, query } from "../arbitrary/Queries.ts"
import { agree } from "../Difference.ts"
import * as Faults from "../Faults.ts"
import * as Interleaving from "../Interleaving.ts"
import type * as Law from "../Law.ts"
import { pace as paceOf, until } from "./Pace.ts"
import * as World from "./World.ts"

/**
 * The subscription that the law is about, and the store that it follows.
 *
 * @example
 * ```ts
 * import { type SubscriptionLaws } from "everfold/laws"
 * import { Memory } from "everfold/memory"
 *
 * const subject: SubscriptionLaws.SubscriptionSubject = { layer: Memory.layer, runs: 500 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface SubscriptionSubject extends World.Subject {
  /** `Subscription.stored`, if left out. */
  readonly stored?: (options: Subscription.Options) => Stream.Stream<StoredEvent, StoreUnavailable, EventStore>
}

/** What a run has to come by, now and then. */
const handedOver = "a follower that caught up, and then went on"
const resumed = "a follower that left and came back"
const failed = "a follower that failed and came back"

const follower = fc.record({
  filter: fc.oneof({ withCrossShrink: true }, fc.constant(Query.all), query),
  after: fc.oneof({ withCrossShrink: true }, fc.constant(0), fc.nat(12)),
  /** How many milliseconds they come late, and how many they take for an event. */
  late: fc.nat(3),
  slow: fc.nat(2),
  /** When they leave before they come back for good: after so many events, or milliseconds. */
  visits: program(
    fc.oneof(fc.record({ events: fc.integer({ min: 1, max: 4 }) }), fc.record({ milliseconds: fc.nat(3) })),
    { maxLength: 3 },
  ),
})

type Follower = typeof follower extends fc.Arbitrary<infer A> ? A : never

/**
 * The laws of subscriptions, S21.
 *
 * @category laws
 * @since 0.1.0
 */
export const S21 = ({ stored = Subscription.stored, ...subject }: SubscriptionSubject): Law.Law => {
  const following = ({ filter, after, late, slow, visits }: Follower, got: Array<StoredEvent>, seen: Law.Seen) => {
    const follow = Stream.suspend(() => stored({ after: got.at(-1)?.position ?? after, filter }))
    const take = (event: StoredEvent) =>
      Effect.andThen(
        Effect.sync(() => got.push(event)),
        slow === 0 ? Effect.void : Effect.sleep(slow),
      )
    const stay = Stream.runForEach(follow, take)
    const visit = (end: Follower["visits"][number]) =>
      "events" in end
        ? Stream.runForEach(Stream.take(follow, end.events), take)
        : Effect.raceFirst(stay, Effect.sleep(end.milliseconds))
    const comeBack = Effect.suspend(() => {
      if (got.length > 0) seen(resumed)
      return stay
    })
    return { stay, visit, comeBack, late, visits }
  }
  const law = World.concurrentLaw({
    name: "S21",
    title: "following",
    equation:
      "whoever follows after position p gets what a read after p gives, each event once, in order, whoever else comes, goes, is slow or fails",
    given: fc.record({
      before: program(Commits.writes({ maxEvents: 3 }), { maxLength: 4 }),
      writers: program(program(Commits.writes({ maxEvents: 3 }), { minLength: 1, maxLength: 3 }), {
        minLength: 1,
        maxLength: 3,
      }),
      followers: program(follower, { minLength: 1, maxLength: 4 }),
      bounds: fc.record({
        page: fc.integer({ min: 1, max: 3 }),
        events: fc.integer({ min: 1, max: 5 }),
        bytes: fc.constantFrom(1_000_000, 100, 1),
      }),
      reads: program(Faults.fault, { maxLength: 20 }),
    }),
    must: [handedOver, resumed, failed],
    holds: Effect.fnUntraced(function* ({ before, writers, followers, bounds, reads }, world, seen) {
      const { store } = world
      for (const writes of before) yield* World.record(world, writes)
      const caughtUp = yield* store.head
      const flaky = Faults.inject(store, { commit: () => "None", read: Faults.script(reads) })
      const actors = followers.map((spec) => {
        const got: Array<StoredEvent> = []
        return { ...spec, got, ...following(spec, got, seen) }
      })
      const running = yield* Effect.forEach(actors, ({ late, visits, visit, comeBack, stay }, i) => {
        const again = <E>(effect: Effect.Effect<void, E, EventStore>) =>
          effect.pipe(
            Effect.tapError(() => Effect.sync(() => seen(failed))),
            // Each fault is met once by each who follows, at most.
            Effect.retry({ times: reads.length }),
          )
        return Effect.sleep(late).pipe(
          Effect.andThen(Effect.forEach(visits, (end) => again(visit(end)), { discard: true })),
          Effect.andThen(again(visits.length > 0 ? comeBack : stay)),
          Effect.provideService(EventStore, flaky),
          Effect.provideService(Tail.Bounds, bounds),
          Interleaving.named(`follower ${i + 1}`),
          Effect.forkChild,
        )
      })
      const pace = paceOf(writers.flat().length)
      yield* World.atOnce("writer", writers, (commits) =>
        Effect.forEach(commits, (writes) =>
          World.record(world, writes).pipe(Effect.andThen(pace.answered), Effect.andThen(Effect.sleep(1))),
        ),
      )
      const log = yield* World.log(store)
      const wanted = actors.map(({ after, filter }) =>
        log.filter((event) => event.position > after && means(filter, event)),
      )
      const reached = () => actors.reduce((n, { got }) => n + got.length, 0)
      yield* until(wanted.flat().length, reached)
      // What is too much comes late.
      yield* Effect.sleep(3)
      yield* Fiber.interruptAll(running)
      for (const [i, { got }] of actors.entries()) {
        if (got.some(({ position }) => position <= caughtUp) && got.some(({ position }) => position > caughtUp))
          seen(handedOver)
        yield* agree(`what follower ${i + 1} got`, {
          expected: wanted[i]?.map(World.numberOf),
          actual: got.map(World.numberOf),
        })
      }
    }),
  })
  return law.of(subject)
}
