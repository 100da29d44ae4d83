/** Ways to follow a store that lose events, or give them twice, where others come and go at the same time. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as Query from "../../../src/core/event/Query.ts"
import type { StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import * as Subscription from "../../../src/core/program/Subscription.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as SubscriptionLaws from "../../../src/laws/SubscriptionLaws.ts"
import type { Case } from "./caught.ts"
import type { Store } from "./Flawed.ts"

type Stored = NonNullable<SubscriptionLaws.SubscriptionSubject["stored"]>

/** Catches up, and then looks where the log ends: what was recorded in between is nobody's. */
export const headAfterCatchUp: Stored = (options) =>
  Stream.concat(
    Subscription.catchUp(options),
    Stream.unwrap(
      EventStore.use(({ head }) => Effect.map(head, (after) => Subscription.stored({ ...options, after }))),
    ),
  )

/** Looks where the log ends, and then catches up: what is recorded in between comes twice. */
export const headBeforeCatchUp: Stored = (options) =>
  Stream.unwrap(
    EventStore.use(({ head }) =>
      Effect.map(head, (end) =>
        Stream.concat(
          Subscription.catchUp(options),
          Subscription.stored({ ...options, after: Math.max(end, options.after ?? 0) }),
        ),
      ),
    ),
  )

/** What comes while the follower is busy goes into a window of one, and the newest stays. */
export const windowDrops: Stored = (options) =>
  Subscription.stored(options).pipe(Stream.buffer({ capacity: 1, strategy: "sliding" }))

/** Its position moves by what the filter lets through. */
export const positionOfFiltered: Stored = ({ after = 0, filter = Query.all }) =>
  Stream.unwrap(
    EventStore.useSync((store) => {
      let position = after
      return Stream.flatMap(store.changes, () =>
        Stream.paginate(position, (from) =>
          Effect.map(store.readAll({ after: from, filter, limit: 2 }), ({ events }) => {
            position = from + events.length
            return [events, events.length < 2 ? Option.none() : Option.some(position)]
          }),
        ),
      )
    }),
  )

interface Shared {
  readonly hub: PubSub.PubSub<StoredEvent>
  readonly scope: Scope.Closeable
  followers: number
}

type Flaw = "dies with the first" | "stopped for good" | "fails in silence"

const insist = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.retry(effect, { while: () => true })

/** One reader for all who follow, that tells them of each event as it comes. */
const shared = (flaw: Flaw): Stored => {
  const hubs = new WeakMap<Store, Shared>()
  const alone = Semaphore.makeUnsafe(1)
  const leave = (store: Store, one: Shared) =>
    Effect.suspend(() => {
      if (--one.followers > 0) return Effect.void
      if (flaw !== "stopped for good") hubs.delete(store)
      return Scope.close(one.scope, Exit.void)
    })
  const join = Effect.fnUntraced(function* (store: Store) {
    const known = hubs.get(store)
    const one = known ?? { hub: yield* PubSub.unbounded<StoredEvent>(), scope: yield* Scope.make(), followers: 0 }
    hubs.set(store, one)
    one.followers++
    yield* Effect.addFinalizer(() => leave(store, one))
    const subscription = yield* PubSub.subscribe(one.hub)
    if (known !== undefined) return subscription
    let after = yield* insist(store.head)
    const publish = (event: StoredEvent) => {
      after = event.position
      return PubSub.publish(one.hub, event)
    }
    const reading = Effect.suspend(() => Stream.runForEach(Subscription.stored({ after }), publish))
    // Where it fails once, nobody hears of it; what belongs to the first who follows, ends with them.
    const reader = Effect.provideService(flaw === "fails in silence" ? reading : insist(reading), EventStore, store)
    yield* flaw === "dies with the first" ? Effect.forkScoped(reader) : Effect.forkIn(reader, one.scope)
    return subscription
  })
  return ({ after = 0, filter = Query.all }) =>
    Stream.unwrap(
      Effect.gen(function* () {
        const context = yield* Effect.context<EventStore>()
        const subscription = yield* alone.withPermit(Effect.uninterruptible(join(Context.get(context, EventStore))))
        let position = after
        const all = Stream.concat(Subscription.catchUp({ after }), Stream.fromSubscription(subscription))
        return all.pipe(
          Stream.filter((event) => {
            if (event.position <= position) return false
            position = event.position
            return Query.matches(filter)(event)
          }),
        )
      }),
    )
}

export const diesWithFirst: Stored = shared("dies with the first")
export const stoppedForGood: Stored = shared("stopped for good")
export const failsInSilence: Stored = shared("fails in silence")

const caught = (flaw: string, stored: Stored): Case => ({
  law: "S21",
  flaw,
  suite: SubscriptionLaws.suite({ layer: Memory.layer, stored }),
})

export const cases: ReadonlyArray<Case> = [
  caught("a gap between catching up and following", headAfterCatchUp),
  caught("events that come twice when it has caught up", headBeforeCatchUp),
  caught("a window that drops what a slow follower has not taken", windowDrops),
  caught("a position that moves by what the filter lets through", positionOfFiltered),
  caught("a shared reader that goes with the follower who came first", diesWithFirst),
  caught("a shared reader that stops with the last follower for good", stoppedForGood),
  caught("a shared reader whose failure nobody hears of", failsInSilence),
]
