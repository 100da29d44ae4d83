/**
 * Timers, as events. A processor sets one by a command in its commit, exactly once with all else that it decides; once its
 * time has come, `TimerFired` is recorded, which processors follow like any other event.
 *
 * Each timer is a stream of its own, so it lives as long as the store does. Whoever runs `Timers.run` learns from the log
 * which are pending, and asks those to fire that are due. Any number may: the stream of a timer decides, and fires once.
 * There is nothing to take over when one of them dies.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Either } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import * as Decider from "../domain/Decider.ts"
import * as Aggregate from "../event/Aggregate.ts"
import { type EncodeFailed, InvalidInput } from "../event/Errors.ts"
import * as EventCodec from "../event/EventCodec.ts"
import * as Query from "../event/Query.ts"
import { type CommitUnknown, type KeyMissing, StoreUnavailable } from "../port/Errors.ts"
import type { EventStore } from "../port/EventStore.ts"
import type { ExecuteError } from "./Batch.ts"
import * as CommandContext from "./CommandContext.ts"
import { EventMapper, type ReadError, type Recorded } from "./EventMapper.ts"
import { type Dispatch, send } from "./Processor.ts"
import * as Repository from "./Repository.ts"
import * as Upstream from "./Upstream.ts"

/**
 * What happens to a timer.
 *
 * @example
 * ```ts
 * import { Timers } from "everfold"
 *
 * const fired = Timers.events.TimerFired({ at: 1_800_000_000_000, payload: "remind" })
 * console.log(fired._tag) // TimerFired
 * ```
 * @category codecs
 * @since 0.1.0
 */
export const events = EventCodec.make({
  TimerSet: t.type({ at: t.number, payload: t.string }),
  TimerCancelled: t.type({ at: t.number }),
  TimerFired: t.type({ at: t.number, payload: t.string }),
})
type Event = EventCodec.TypeOf<typeof events>

/**
 * The category of timers' streams.
 *
 * @example
 * ```ts
 * import { Query, Timers } from "everfold"
 *
 * // What a processor follows that is only told when they fire.
 * const filter = Query.make({ category: Timers.category, types: ["TimerFired"] })
 * console.log(filter.items[0]?.category) // everfold.Timer
 * ```
 * @category constants
 * @since 0.1.0
 */
export const category = "everfold.Timer"

interface Pending {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly payload: string
}

type Command =
  | ({ readonly _tag: "Set" } & Pending)
  | { readonly _tag: "Cancel" }
  /** Where it is still set to this time. */
  | { readonly _tag: "Fire"; readonly at: number }

const idle: Pending | undefined = undefined

const decide = (command: Command, pending: Pending | undefined): Either<never, ReadonlyArray<Event>> => {
  switch (command._tag) {
    case "Set": {
      const { at, payload } = command
      return pending?.at === at && pending.payload === payload
        ? Decider.accept()
        : Decider.accept(events.TimerSet({ at, payload }))
    }
    case "Cancel":
      return pending === undefined ? Decider.accept() : Decider.accept(events.TimerCancelled({ at: pending.at }))
    case "Fire":
      return pending?.at === command.at ? Decider.accept(events.TimerFired(pending)) : Decider.accept()
  }
}

const after = (_before: Pending | undefined, event: Event): Pending | undefined =>
  event._tag === "TimerSet" ? { at: event.at, payload: event.payload } : undefined

/**
 * The timers, each by its id: its history, say.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { EventMapper, Timers } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const isKnown = Timers.timers.exists("order-17").pipe(Effect.provide(Layer.mergeAll(Memory.layer, EventMapper.plain)))
 * console.log(await Effect.runPromise(isKnown)) // false
 * ```
 * @category queries
 * @since 0.1.0
 */
export const timers: Repository.Repository<Command, Pending | undefined, Event, never> = Repository.make(
  Aggregate.make({
    category,
    events,
    decider: Decider.make({ initial: idle, decide, evolve: after }),
  }),
)

/**
 * Has a timer fire at a time, in milliseconds since 1970 or as a date; at once, where that has passed. One that is pending
 * is set to that time instead, one that has fired or was cancelled fires once more. Throws where the time is none.
 *
 * @example
 * ```ts
 * import { Timers } from "everfold"
 *
 * const remind = Timers.set("order-17", new Date("2030-01-01"), JSON.stringify({ text: "still unpaid" }))
 * console.log(Object.keys(remind)) // [ 'to' ]
 * ```
 * @category commands
 * @since 0.1.0
 */
export const set = (id: string, at: number | Date, payload = ""): Dispatch<never> => {
  const time = Number(at)
  if (!Number.isSafeInteger(time)) {
    throw new InvalidInput({ what: `the time of timer ${id} is not whole milliseconds: ${String(at)}` })
  }
  return send(timers, id, { _tag: "Set", at: time, payload })
}

/**
 * A timer that is pending does not fire.
 *
 * @example
 * ```ts
 * import { Timers } from "everfold"
 *
 * console.log(Object.keys(Timers.cancel("order-17"))) // [ 'to' ]
 * ```
 * @category commands
 * @since 0.1.0
 */
export const cancel = (id: string): Dispatch<never> => send(timers, id, { _tag: "Cancel" })

/**
 * Why nobody looks after timers here any more: a store that will not be there again, or timers that cannot be read.
 *
 * @example
 * ```ts
 * import { type Timers } from "everfold"
 *
 * const isTampered = (error: Timers.RunError): boolean => error._tag === "IntegrityViolation"
 * ```
 * @category errors
 * @since 0.1.0
 */
export type RunError = StoreUnavailable | ReadError | ExecuteError

/** Milliseconds that it sleeps at most: the clock may be set. */
const longest = 10_000

/** As many are asked to fire at the same time. */
const atOnce = 16

/** A store that is not there may soon be again. */
const patient = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("5 seconds")])

const isPassing = (error: RunError | CommitUnknown | EncodeFailed | KeyMissing): boolean =>
  error._tag === "CommitUnknown" ||
  error._tag === "VersionConflict" ||
  (error instanceof StoreUnavailable && error.retryable)

/**
 * Has timers fire when they are due, by Effect's clock, until it is interrupted or fails for good. It may run in as many
 * processes as you like.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Stream from "effect/Stream"
 * import { Aggregate, Decider, EventCodec, EventMapper, Processor, Projection, Query, Repository, Subscription, Timers } from "everfold"
 * import { Memory } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const Placed = EventCodec.make({ Placed: t.type({ due: t.number }) })
 * type Placed = EventCodec.TypeOf<typeof Placed>
 * const orders = Repository.make(
 *   Aggregate.make({
 *     category: "Order",
 *     events: Placed,
 *     decider: Decider.make({
 *       initial: 0,
 *       decide: (due: number, _orders: number) => Decider.accept(Placed.Placed({ due })),
 *       evolve: (orders: number, _event: Placed) => orders + 1
 *     })
 *   })
 * )
 * const reminding = Processor.policy({
 *   name: "reminding",
 *   events: Placed,
 *   filter: Query.make({ category: "Order" }),
 *   policy: ({ stream, event }) => [{ order: stream.id, due: event.due }],
 *   send: ({ order, due }) => Timers.set(order, due, "remind")
 * })
 * const program = Effect.gen(function* () {
 *   yield* Effect.forkScoped(Timers.run)
 *   yield* Effect.forkScoped(Projection.run(reminding))
 *   yield* orders.execute("17", 0)
 *   const [fired] = yield* Subscription.stored({ filter: Query.make({ types: ["TimerFired"] }) }).pipe(
 *     Stream.take(1),
 *     Stream.runCollect
 *   )
 *   return fired?.stream.id
 * })
 * const Live = Layer.mergeAll(Memory.layer, EventMapper.plain)
 * console.log(await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(Live)))) // 17
 * ```
 * @category running
 * @since 0.1.0
 */
export const run: Effect.Effect<never, RunError, EventStore | EventMapper | Repository.Needs> = Effect.gen(
  function* () {
    const source = yield* Upstream.local.source
    const mapper = yield* EventMapper
    /** By id, the event that set it. */
    const pending = new Map<string, Recorded<Event> & { readonly event: { readonly _tag: "TimerSet" } & Pending }>()
    const news = yield* Latch.make(false)
    let seen = 0

    const learn = (recorded: Recorded<Event>): void => {
      const { stream, event } = recorded
      if (event._tag === "TimerSet") pending.set(stream.id, { ...recorded, event })
      else pending.delete(stream.id)
    }

    const follow = Stream.suspend(() =>
      source.pages({ after: seen, filter: Query.make({ category }), limit: 500 }),
    ).pipe(
      Stream.runForEach(({ events: stored, scannedTo }) =>
        Effect.map(mapper.decode(events, stored), (recorded) => {
          recorded.forEach(learn)
          seen = Math.max(seen, scannedTo)
          news.openUnsafe()
        }),
      ),
      Effect.retry({ schedule: patient, while: isPassing }),
      Effect.andThen(Effect.never),
    )

    const fire = (set: Recorded<Event>, at: number) =>
      timers.execute(set.stream.id, { _tag: "Fire", at }).pipe(CommandContext.causedBy(set))

    const watch = Effect.gen(function* () {
      yield* news.close
      const now = yield* Clock.currentTimeMillis
      const due = [...pending.values()].filter(({ event }) => event.at <= now)
      yield* Effect.forEach(
        due.toSorted((a, b) => a.event.at - b.event.at),
        (set) =>
          Effect.andThen(
            fire(set, set.event.at),
            Effect.sync(() => {
              if (pending.get(set.stream.id) === set) pending.delete(set.stream.id)
            }),
          ),
        { concurrency: atOnce, discard: true },
      )
      let next = now + longest
      for (const { event } of pending.values()) next = Math.min(next, event.at)
      yield* Effect.raceFirst(Effect.sleep(Math.max(0, next - (yield* Clock.currentTimeMillis))), news.await)
    }).pipe(Effect.retry({ schedule: patient, while: isPassing }), Effect.forever)

    return yield* Effect.raceFirst(watch, follow)
  },
)
