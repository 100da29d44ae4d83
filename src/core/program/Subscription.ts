/**
 * Following a store: what was recorded, then what is recorded from now on, as one stream. It is pulled, so a slow
 * follower slows nobody, and it starts after any position, so a follower resumes where it stopped. All who have caught up
 * with a store share one reader of its newest events, however many they are: one read for what is new, not one for each.
 *
 * Laws S10 and S21: each event once, in order, none skipped, whoever else follows.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Position } from "../event/Commit.ts"
import type { EventCodec } from "../event/EventCodec.ts"
import * as Query from "../event/Query.ts"
import type { StoredEvent } from "../event/StoredEvent.ts"
import { bound } from "../port/bound.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import { EventStore } from "../port/EventStore.ts"
import { EventMapper, type ReadError, type Recorded } from "./EventMapper.ts"
import * as Pages from "./Pages.ts"
import * as Tail from "./Tail.ts"

/**
 * Where to begin, and what to leave out.
 *
 * @example
 * ```ts
 * import { Query, Subscription } from "everfold"
 *
 * const deposits: Subscription.Options = { after: 1200, filter: Query.make({ types: ["Deposited"] }) }
 * const stream = Subscription.stored(deposits)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Options {
  /** The position that was seen last; 0, or what is no position, to begin with the first event. */
  readonly after?: Position
  /** Every event, if left out. */
  readonly filter?: Query.Query
}

/** Events until the end is reached, or it is enough. */
const upToNow = (
  store: EventStore["Service"],
  after: Position,
  filter: Query.Query,
  isEnough?: (position: Position) => boolean,
) =>
  Stream.unwrap(
    Effect.map(Tail.Bounds, ({ page: limit }) =>
      Pages.make(store, { after, filter, limit }, isEnough).pipe(
        Stream.map(({ events }) => events),
        Stream.filter(Arr.isReadonlyArrayNonEmpty),
        Stream.flattenArray,
      ),
    ),
  )

/** Pages of what the tail has, without end; where the tail begins later, of what the store has. */
const following = (store: EventStore["Service"], next: Tail.Next, from: Position, filter: Query.Query) => {
  const matches = Query.matches(filter)
  const fromStore = (after: Position) =>
    Effect.flatMap(Tail.Bounds, ({ page: limit }) => store.readAll({ after, filter, limit }))
  return Stream.paginate(from, (after) =>
    Effect.map(
      Effect.flatMap(next(after), Option.match({ onNone: () => fromStore(after), onSome: Effect.succeed })),
      ({ events, scannedTo }) => [events.filter(matches), Option.some(scannedTo)],
    ),
  )
}

/**
 * Stored events up to the end that the store has when it is reached.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 * import { Subscription } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const count = Stream.runCount(Subscription.catchUp({ after: 0 }))
 * console.log(await Effect.runPromise(count.pipe(Effect.provide(Memory.layer)))) // 0
 * ```
 * @category streams
 * @since 0.1.0
 */
export const catchUp = ({
  after = 0,
  filter = Query.all,
}: Options = {}): Stream.Stream<StoredEvent, StoreUnavailable, EventStore> =>
  Stream.unwrap(Effect.map(EventStore, (store) => upToNow(store, after, filter)))

/**
 * Stored events, without end: those that are there, then each as it is recorded, by whichever process. Where the store
 * cannot be read it fails, for all who wait; whoever follows again after the last position that they saw misses nothing.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 * import { StreamName, Subscription } from "everfold"
 *
 * const tail = Subscription.stored({ after: 1200 }).pipe(
 *   Stream.runForEach(({ position, stream, type }) => Effect.log(`${position} ${StreamName.format(stream)} ${type}`))
 * )
 * ```
 * @category streams
 * @since 0.1.0
 */
export const stored = ({
  after = 0,
  filter = Query.all,
}: Options = {}): Stream.Stream<StoredEvent, StoreUnavailable, EventStore> =>
  Stream.unwrap(
    Effect.map(EventStore, (store) => {
      const tail = Tail.of(store)
      let position = bound(after)
      const reached = (at: Position): boolean => {
        position = at
        return tail.reaches(at)
      }
      const behind = reached(position) ? Stream.empty : upToNow(store, position, filter, reached)
      const live = Effect.map(tail.join, (next) => following(store, next, position, filter))
      return Stream.concat(behind, Stream.unwrap(live))
    }),
  )

/**
 * Domain events, without end; bring a filter that matches only what the codec knows.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 * import { EventCodec, Query, Subscription } from "everfold"
 * import * as t from "io-ts"
 *
 * const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
 * const follow = Subscription.events(CounterEvent, { after: 17, filter: Query.make({ category: "Counter" }) }).pipe(
 *   Stream.runForEach(({ event, position }) => Effect.log(`${position}: added ${event.by}`))
 * )
 * ```
 * @category streams
 * @since 0.1.0
 */
export const events = <E>(
  codec: EventCodec<E>,
  options: Options = {},
): Stream.Stream<Recorded<E>, StoreUnavailable | ReadError, EventStore | EventMapper> =>
  Stream.unwrap(
    Effect.map(EventMapper, (mapper) =>
      stored(options).pipe(
        Stream.chunks,
        Stream.mapEffect((page) => mapper.decode(codec, page)),
        Stream.filter(Arr.isReadonlyArrayNonEmpty),
        Stream.flattenArray,
      ),
    ),
  )
