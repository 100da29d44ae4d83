/**
 * The laws of projections, tried on a user's own projection and on whatever keeps its read model.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Scope } from "effect/Scope"
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import { any, type Position } from "../core/event/Commit.ts"
import type { Cause } from "../core/event/StoredEvent.ts"
import type { StreamName } from "../core/event/StreamName.ts"
import { EventStore } from "../core/port/EventStore.ts"
import { EventMapper, type Recorded } from "../core/program/EventMapper.ts"
import * as Partition from "../core/program/Partition.ts"
import * as Projection from "../core/program/Projection.ts"
import type * as StoreModel from "../core/program/StoreModel.ts"
import type { Unit } from "../core/program/UnitOfWork.ts"
import { program } from "./arbitrary/Programs.ts"
import { agree } from "./Difference.ts"
import * as Interleaving from "./Interleaving.ts"
import * as Law from "./Law.ts"

/**
 * A projection, where it works, and what can be read of its model.
 *
 * @example
 * ```ts
 * import { type ProjectionLaws } from "everfold/laws"
 *
 * type Streams = NonNullable<ProjectionLaws.Subject<never, never, never, never, never, never>["streams"]>
 * const streams: Streams = [{ category: "Counter", id: "visits" }]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Subject<Id, Tx, E, Err, A, LayerError> {
  /** The projection as any of its versions. */
  readonly projection: (version: number) => Projection.Projection<Id, Tx, E, Err, never, EventStore>
  /** A store without events, a mapper and a read model without anything, anew whenever it is built. */
  readonly layer: Layer.Layer<EventStore | EventMapper | Id, LayerError>
  /** What the model of this version says: a value that can be compared, and in which no positions are. */
  readonly read: (version: number) => Effect.Effect<A, unknown, Id>
  /** Events as they may be recorded: the projection has to take them in any order. */
  readonly events: fc.Arbitrary<E>
  /** What they are recorded in; a few, if left out. */
  readonly streams?: ReadonlyArray<StreamName>
  /** How often each law is tried; 50 times, if left out. */
  readonly runs?: number
}

const origin = { correlationId: undefined, metadata: {} }

const few: ReadonlyArray<StreamName> = ["1", "2", "3"].map((id) => ({ category: "Projected", id }))

/** In a process of its own: what others hold in memory, and have locked there, is not theirs. */
const inProcess = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | EventStore> =>
  Effect.updateService(effect, EventStore, (store) => ({ ...store }))

/** An event, and by its number the stream that it goes to. */
interface Recording<E> {
  readonly event: E
  readonly to: number
}

const laws = <Id, Tx, E, Err, A, LayerError>(subject: Subject<Id, Tx, E, Err, A, LayerError>) => {
  const { layer, read, events, streams = few, runs = 50 } = subject
  const projection = subject.projection(1)
  const { partitions } = projection
  type World = Context.Context<EventStore | EventMapper | Id>

  const recording = fc.record({ event: events, to: fc.nat(streams.length - 1) }, { noNullPrototype: true })
  const history = program(recording, { maxLength: 8 })

  const built: Effect.Effect<World, LayerError, Scope> = Layer.build(Layer.fresh(layer))

  const record = Effect.fnUntraced(function* ({ event, to }: Recording<E>, causation: Cause | null = null) {
    const [store, mapper] = [yield* EventStore, yield* EventMapper]
    const stream = streams[to] ?? few[0]
    if (stream === undefined) return yield* Effect.die("there are no streams")
    const drafts = [{ events: [event], origin: { ...origin, causation } }]
    const [encoded] = yield* mapper.encode(projection.events, stream, drafts)
    if (encoded === undefined || isLeft(encoded)) return yield* Effect.die(encoded?.left ?? "nothing was encoded")
    yield* store.commit({ hash: mapper.hash, writes: [{ stream, expected: any, events: encoded.right }] })
  })

  /** Works until the model includes all that is recorded. */
  const caughtUp = Effect.fnUntraced(function* (
    running: Projection.Running,
    of: Projection.Projection<Id, Tx, E, Err, never, EventStore> = projection,
  ) {
    const { head } = yield* EventStore
    const working = yield* Effect.forkChild(Projection.run(of, running))
    yield* Effect.raceFirst(
      Projection.waitFor(of, yield* head, { timeout: "10 minutes" }),
      Effect.andThen(Fiber.join(working), Effect.never),
    )
    yield* Fiber.interrupt(working)
    return yield* read(of.version)
  })

  /** What the model is after some events, one by one. */
  const expected = (some: ReadonlyArray<Recording<E>>) =>
    Effect.scoped(
      Effect.flatMap(built, (world) =>
        Effect.gen(function* () {
          for (const each of some) yield* record(each)
          return yield* caughtUp({ batch: 1 })
        }).pipe(Effect.provide(world)),
      ),
    )

  const P1 = Interleaving.law({
    name: "P1",
    title: "chunking",
    equation: "any split of the log into transactions = one event at a time",
    given: fc.record({ history, batch: fc.integer({ min: 1, max: 9 }) }),
    runs,
    holds: Effect.fnUntraced(function* ({ history, batch }) {
      const world = yield* built
      const actual = yield* Effect.gen(function* () {
        for (const each of history) yield* record(each)
        return yield* caughtUp({ batch })
      }).pipe(Effect.provide(world))
      yield* agree(`the model, ${batch} events at a time`, { expected: yield* expected(history), actual })
    }, Effect.scoped),
  })

  const P2 = Law.make({
    name: "P2",
    title: "a crash between any two steps",
    equation: "an instance is killed after so many operations, others go on: the model = that of one that never was",
    given: fc.record({
      history,
      // Some while it begins, some in the middle: what is written in a transaction takes many operations.
      kills: fc.array(fc.oneof(fc.nat(600), fc.nat(5000)), { minLength: 1, maxLength: 3 }),
      batch: fc.integer({ min: 1, max: 4 }),
      choices: Interleaving.choices,
    }),
    runs,
    must: ["killed", "killed in the middle"],
    holds: Effect.fnUntraced(function* ({ history, kills, batch, choices }, seen) {
      const world = yield* built
      const actual = yield* Effect.gen(function* () {
        for (const each of history) yield* record(each)
        for (const after of kills) {
          const instance = Projection.run(projection, { batch, lease: 1000 }).pipe(inProcess)
          if (Option.isNone(yield* Interleaving.killed(choices, after)(instance))) seen("killed")
          const { position } = yield* Projection.status(projection)
          if (position > 0 && position < history.length) seen("killed in the middle")
        }
        return yield* Interleaving.run(choices)(caughtUp({ batch, lease: 1000 }).pipe(inProcess))
      }).pipe(Effect.provide(world))
      yield* agree("the model in the end", { expected: yield* expected(history), actual })
    }, Effect.scoped),
  })

  const P3 = Interleaving.law({
    name: "P3",
    title: "redelivery",
    equation:
      "instances are slower than their leases, and others are given the same events: the model = that of one instance",
    given: fc.record({
      history,
      slow: fc.array(fc.constantFrom(0, 0, 200, 3000), { minLength: 1, maxLength: 8 }),
      batch: fc.integer({ min: 1, max: 4 }),
    }),
    runs,
    must: ["another instance took over"],
    holds: Effect.fnUntraced(function* ({ history, slow, batch }, seen) {
      const world = yield* built
      let handled = 0
      const slowed: typeof projection = {
        ...projection,
        handle: (events, transaction) =>
          Effect.suspend(() => {
            const millis = slow[handled++ % slow.length] ?? 0
            const wait = Effect.sleep(millis)
            const work = projection.handle(events, transaction)
            return handled % 2 === 0 ? Effect.andThen(wait, work) : Effect.andThen(work, wait)
          }),
      }
      const actual = yield* Effect.gen(function* () {
        for (const each of history) yield* record(each)
        const { head } = yield* EventStore
        const model = yield* projection.model
        // Held up as a whole: it comes too late to keep its lease.
        const late: typeof model = {
          ...model,
          acquire: (key, ttl) =>
            Effect.tap(model.acquire(key, ttl), (mine) =>
              Effect.sync(() => {
                if (Option.isSome(mine) && mine.value.epoch > 1) seen("another instance took over")
              }),
            ),
          renew: (key, epoch, ttl) => Effect.andThen(Effect.sleep(2000), model.renew(key, epoch, ttl)),
        }
        const instances = yield* Effect.forEach([1, 2, 3], () =>
          Effect.forkChild(Projection.run({ ...slowed, model: Effect.succeed(late) }, { batch, lease: 1000 })),
        )
        yield* Projection.waitFor(projection, yield* head, { timeout: "10 minutes" })
        for (const instance of instances) yield* Fiber.interrupt(instance)
        return yield* read(projection.version)
      }).pipe(Effect.provide(world))
      yield* agree("the model in the end", { expected: yield* expected(history), actual })
    }, Effect.scoped),
  })

  /** Another order, in which whatever has a key in common stays as it was. */
  const reordered = Effect.fnUntraced(function* (
    history: ReadonlyArray<Recording<E>>,
    picks: ReadonlyArray<number>,
    key: (event: Recorded<E>) => string,
  ) {
    const [store, mapper] = [yield* EventStore, yield* EventMapper]
    for (const each of history) yield* record(each)
    const { events } = yield* store.readAll({ after: 0, limit: history.length })
    const decoded = Map.groupBy(yield* mapper.decode(projection.events, events), ({ position }) => position)
    let left = history.map((recording, i) => ({ recording, keys: (decoded.get(i + 1) ?? []).map(key) }))
    const order: Array<Recording<E>> = []
    for (const [i] of history.entries()) {
      const free = left.filter(({ keys }, at) =>
        left.slice(0, at).every((before) => !before.keys.some((one) => keys.includes(one))),
      )
      const next = free[(picks[i] ?? 0) % free.length]
      left = left.filter((one) => one !== next)
      if (next !== undefined) order.push(next.recording)
    }
    return order
  })

  const { key } = projection
  const P4 =
    key &&
    Interleaving.law({
      name: "P4",
      title: "order",
      equation: "events of different keys come in another order: the model is the same",
      given: fc.record({
        history,
        picks: fc.array(fc.nat(7), { maxLength: 8 }),
        batch: fc.integer({ min: 1, max: 9 }),
      }),
      runs,
      must: ["another order"],
      holds: Effect.fnUntraced(function* ({ history, picks, batch }, seen) {
        const order = yield* Effect.provide(reordered(history, picks, key), yield* built)
        if (order.some((each, i) => each !== history[i])) seen("another order")
        const actual = yield* Effect.gen(function* () {
          for (const each of order) yield* record(each)
          return yield* caughtUp({ batch })
        }).pipe(Effect.provide(yield* built))
        yield* agree("the model", { expected: yield* expected(history), actual })
      }, Effect.scoped),
    })

  const P5 = Interleaving.law({
    name: "P5",
    title: "a rebuild",
    equation: "a model that is built anew beside the one that follows, and takes its place = that one",
    given: fc.record({ history, later: history, batch: fc.integer({ min: 1, max: 4 }) }),
    runs,
    holds: Effect.fnUntraced(function* ({ history, later, batch }) {
      const world = yield* built
      const next = subject.projection(2)
      yield* Effect.gen(function* () {
        for (const each of history) yield* record(each)
        yield* caughtUp({ batch })
        const running = yield* Effect.forkChild(Projection.run(projection, { batch, lease: 1000 }))
        const rebuilt = yield* Effect.forkChild(Projection.run(next, { batch, lease: 1000 }))
        for (const each of later) yield* record(each)
        const { head } = yield* EventStore
        yield* Projection.waitFor(next, yield* head, { timeout: "10 minutes" })
        yield* agree("how the version before ends", { expected: undefined, actual: yield* Fiber.join(running) })
        yield* Fiber.interrupt(rebuilt)
        yield* agree("the active version", {
          expected: Option.some(next.version),
          actual: (yield* Projection.status(next)).active,
        })
        yield* agree("the model of the new version", {
          expected: yield* expected([...history, ...later]),
          actual: yield* read(next.version),
        })
      }).pipe(Effect.provide(world))
    }, Effect.scoped),
  })

  const P6 = Interleaving.law({
    name: "P6",
    title: "waiting",
    equation: "waitFor(p) returns: the model is that after p or a later position",
    given: fc.record({ history, batch: fc.integer({ min: 1, max: 4 }) }),
    runs,
    holds: Effect.fnUntraced(function* ({ history, batch }) {
      const world = yield* built
      const prefixes = yield* Effect.forEach([...history, undefined], (_, i) => expected(history.slice(0, i)))
      yield* Effect.gen(function* () {
        const { head } = yield* EventStore
        const working = yield* Effect.forkChild(Projection.run(projection, { batch }))
        for (const [i, each] of history.entries()) {
          yield* record(each)
          const position = yield* head
          yield* Projection.waitFor(projection, position, { timeout: "10 minutes" })
          const actual = yield* read(projection.version)
          // Nobody else records: it can only be this one.
          yield* agree(`the model, where position ${position} was waited for`, { expected: prefixes[i + 1], actual })
        }
        yield* Fiber.interrupt(working)
      }).pipe(Effect.provide(world))
    }, Effect.scoped),
  })

  const P8 = Interleaving.law({
    name: "P8",
    title: "causes first",
    equation: "partitions are worked at at the same time: no event is handled before the one that caused it",
    given: fc.record({
      history: program(fc.record({ of: recording, cause: fc.nat(7) }, { noNullPrototype: true }), { maxLength: 8 }),
      batch: fc.integer({ min: 1, max: 4 }),
    }),
    runs,
    must: ["a cause in another partition"],
    holds: Effect.fnUntraced(function* ({ history, batch }, seen) {
      const handled: Array<Position> = []
      // What is retried is begun again by a transaction before it: the last time counts.
      const noting: typeof projection = {
        ...projection,
        handle: (events, transaction) =>
          Effect.andThen(
            Effect.sync(() => handled.push(...events.map(({ position }) => position))),
            projection.handle(events, transaction),
          ),
      }
      yield* Effect.gen(function* () {
        const store = yield* EventStore
        const causes = new Map<Position, Position>()
        for (const { of, cause } of history) {
          const { events } = yield* store.readAll({ after: 0, limit: history.length })
          const by = events.length === 0 || cause === 7 ? undefined : events[cause % events.length]
          yield* record(of, by ? { eventId: by.id, stream: by.stream, position: by.position } : null)
          if (by === undefined) continue
          causes.set(yield* store.head, by.position)
          const stream = streams[of.to] ?? by.stream
          if (Partition.of(stream, partitions) !== Partition.of(by.stream, partitions)) {
            seen("a cause in another partition")
          }
        }
        yield* caughtUp({ batch, lease: 1000 }, noting)
        for (const [event, cause] of causes) {
          const early = handled.indexOf(event) < handled.indexOf(cause)
          yield* agree(`whether ${event} was handled before ${cause}, which caused it`, {
            expected: false,
            actual: early && handled.includes(event),
          })
        }
      }).pipe(Effect.provide(yield* built))
    }, Effect.scoped),
  })

  const P9 = Interleaving.law({
    name: "P9",
    title: "a backlog",
    equation:
      "what was recorded before an instance begins = what is recorded while it works, though nothing follows it",
    given: fc.record({ history, batch: fc.integer({ min: 1, max: 9 }) }),
    runs,
    holds: Effect.fnUntraced(function* ({ history, batch }) {
      const actual = yield* Effect.gen(function* () {
        for (const each of history) yield* record(each)
        return yield* caughtUp({ batch })
      }).pipe(Effect.provide(yield* built))
      const expected = yield* Effect.gen(function* () {
        const { head } = yield* EventStore
        const working = yield* Effect.forkChild(Projection.run(projection, { batch }))
        yield* Projection.waitFor(projection, 0)
        for (const each of history) yield* record(each)
        yield* Projection.waitFor(projection, yield* head, { timeout: "10 minutes" })
        yield* Fiber.interrupt(working)
        return yield* read(projection.version)
      }).pipe(Effect.provide(yield* built))
      yield* agree("the model", { expected, actual })
    }, Effect.scoped),
  })

  return { P1, P2, P3, P4, P5, P6, P8: partitions === 1 ? undefined : P8, P9 }
}

/**
 * The laws of a projection: P1–P3, P5, P6, P9, P4 where it says what depends on one another, and P8 where it has
 * partitions.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { EventCodec, EventMapper, Projection } from "everfold"
 * import { ProjectionLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import { Memory, MemoryModel } from "everfold/memory"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Added = EventCodec.make({ Added: t.type({ by: t.number }) })
 * const totals = MemoryModel.make("app/Totals", new Map<number, number>())
 * const total = (version: number) =>
 *   Projection.make({
 *     name: "total",
 *     version,
 *     model: totals.model,
 *     events: Added,
 *     handle: ({ event }, cell) =>
 *       Effect.sync(() => cell.set(new Map(cell.get()).set(version, (cell.get().get(version) ?? 0) + event.by)))
 *   })
 *
 * laws(
 *   ProjectionLaws.suite({
 *     projection: total,
 *     layer: Layer.mergeAll(Memory.layer, EventMapper.plain, totals.layer),
 *     read: (version) => Effect.map(totals.value, (all) => all.get(version) ?? 0),
 *     events: fc.nat(9).map((by) => Added.Added({ by }))
 *   })
 * )
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = <Id, Tx, E, Err, A, LayerError>(subject: Subject<Id, Tx, E, Err, A, LayerError>): Law.Suite => ({
  name: "a projection",
  laws: Object.values(laws(subject)).filter((law) => law !== undefined),
})

/**
 * The laws of a processor: those of a projection, but for what is of rebuilding it. What it writes to is the store, so
 * `read` tells what its commands have come to, and its layer need not have a read model.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Option from "effect/Option"
 * import { Aggregate, Decider, EventCodec, EventMapper, Processor, Query, Repository } from "everfold"
 * import { ProjectionLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import { Memory } from "everfold/memory"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Added = EventCodec.make({ Added: t.type({ by: t.number }) })
 * type Added = EventCodec.TypeOf<typeof Added>
 * const sums = Repository.make(
 *   Aggregate.make({
 *     category: "Sum",
 *     events: Added,
 *     decider: Decider.make({
 *       initial: 0,
 *       decide: (by: number, _sum: number) => Decider.accept(Added.Added({ by })),
 *       evolve: (sum: number, { by }: Added) => sum + by
 *     })
 *   })
 * )
 * const summing = Processor.policy({
 *   name: "summing",
 *   events: Added,
 *   filter: Query.make({ category: "Projected" }),
 *   policy: ({ event }) => [event.by],
 *   send: (by) => Processor.send(sums, "all", by)
 * })
 *
 * laws(
 *   ProjectionLaws.processor({
 *     projection: () => summing,
 *     layer: Layer.mergeAll(Memory.layer, EventMapper.plain),
 *     read: () => Effect.map(sums.load("all"), Option.match({ onNone: () => 0, onSome: ({ state }) => state })),
 *     events: fc.nat(9).map((by) => Added.Added({ by }))
 *   })
 * )
 * ```
 * @category suites
 * @since 0.1.0
 */
export const processor = <E, Err, A, LayerError>(
  subject: Subject<StoreModel.Needs, Unit, E, Err, A, LayerError>,
): Law.Suite => {
  const { P5: _, ...others } = laws(subject)
  return { name: "a processor", laws: Object.values(others).filter((law) => law !== undefined) }
}
