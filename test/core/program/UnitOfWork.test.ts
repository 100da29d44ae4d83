import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import {
  Aggregate,
  CommitUnknown,
  Decider,
  EventCodec,
  EventMapper,
  EventStore,
  Processor,
  Projection,
  Query,
  Repository,
  StoreUnavailable,
} from "../../../src/core/index.ts"
import * as StoreModel from "../../../src/core/program/StoreModel.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"

const Asked = EventCodec.make({ Asked: t.type({ amount: t.number }) })
type Asked = EventCodec.TypeOf<typeof Asked>
const Counted = EventCodec.make({ Counted: t.type({ total: t.number }), Ended: t.type({}) })
type Counted = EventCodec.TypeOf<typeof Counted>

const counters = () =>
  Repository.make(
    Aggregate.make({
      category: "Counter",
      events: Counted,
      decider: Decider.make({
        initial: 0,
        decide: (amount: number, total: number) => {
          if (Number.isNaN(total)) return Decider.reject("it has ended" as const)
          return amount === 0
            ? Decider.accept(Counted.Ended({}))
            : Decider.accept(Counted.Counted({ total: total + amount }))
        },
        evolve: (_total: number, event: Counted) => (event._tag === "Ended" ? Number.NaN : event.total),
        isTerminal: Number.isNaN,
      }),
    }),
  )
const counter = counters()
const asked = Repository.make(
  Aggregate.make({
    category: "Asked",
    events: Asked,
    decider: Decider.make({
      initial: 0,
      decide: (amount: number, _times: number) => Decider.accept(Asked.Asked({ amount })),
      evolve: (times: number, _event: Asked) => times + 1,
    }),
  }),
)
const filter = Query.make({ category: "Asked" })

/** What is asked for is counted. */
const counting = Processor.policy({
  name: "counting",
  events: Asked,
  filter,
  policy: ({ event }) => [event.amount],
  send: (amount) => Processor.send(counter, "all", amount),
})

const live = Layer.mergeAll(Memory.layer, EventMapper.plain)
const run = <A, E>(effect: Effect.Effect<A, E, Layer.Success<typeof live>>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, live))

/** As another process has it: nothing that is held in memory is shared. */
const elsewhere = Effect.updateService(EventStore, (store) => ({ ...store }))

const total = (repository = counter) =>
  Effect.map(Stream.runCollect(repository.history("all")), (history) => {
    const last = history.at(-1)?.event
    return { events: history.length, total: last?._tag === "Counted" ? last.total : undefined }
  })

const once = { retry: Schedule.recurs(0) } as const

/** With a store that something is wrong with, until all is answered. */
const answered = (
  amounts: ReadonlyArray<number>,
  wrong: (store: EventStore["Service"]) => Partial<EventStore["Service"]>,
) =>
  Effect.gen(function* () {
    for (const amount of amounts) yield* asked.execute("ada", amount)
    const working = yield* Effect.forkChild(
      Effect.updateService(Projection.run(counting, { ...once, lease: 100 }), EventStore, (store) => ({
        ...store,
        ...wrong(store),
      })),
    )
    yield* Projection.waitFor(counting, amounts.length)
    yield* Fiber.interrupt(working)
    return yield* total()
  })

describe("a unit of work", () => {
  it("is begun again where the store cannot be reached in the middle of a handler, and nothing is parked", async () => {
    let left = 3
    const found = await run(
      answered([1, 2, 3], ({ readStream }) => ({
        readStream: (stream, range) =>
          stream.category === "Counter" && left-- > 0
            ? Effect.fail(new StoreUnavailable({ what: "reading", retryable: true, cause: "no connection" }))
            : readStream(stream, range),
      })),
    )
    expect(left).toBeLessThan(0)
    expect(found).toEqual({ events: 3, total: 6 })
  })

  it("is recorded once, whatever became of a commit whose outcome is not known", async () => {
    let commits = 0
    const found = await run(
      answered([1, 2, 3, 4], ({ commit }) => ({
        commit: (request) => {
          if (request.checkpoint === undefined || ++commits > 6) return commit(request)
          const unknown = Effect.fail(new CommitUnknown({ cause: "the connection was lost" }))
          return commits % 2 === 0 ? unknown : Effect.andThen(commit(request), unknown)
        },
      })),
    )
    expect(found).toEqual({ events: 4, total: 10 })
  })

  it("decides on the latest state, though this process holds an older one", async () => {
    const found = await run(
      Effect.gen(function* () {
        const working = yield* Effect.forkChild(Projection.run(counting))
        for (const amount of [1, 2, 3]) {
          yield* asked.execute("ada", amount).pipe(Projection.including(counting))
          yield* elsewhere(counter.execute("all", 10))
        }
        yield* Fiber.interrupt(working)
        return yield* total()
      }),
    )
    expect(found).toEqual({ events: 6, total: 36 })
  })

  it("comes through beside many others that write to the same stream", async () => {
    const found = await run(
      Effect.gen(function* () {
        const working = yield* Effect.forkChild(Projection.run(counting, { batch: 3 }))
        const writers = yield* Effect.forEach(Array.from({ length: 8 }), () =>
          Effect.forkChild(elsewhere(Effect.repeat(counter.execute("all", 100), { times: 24 }))),
        )
        for (let n = 0; n < 30; n++) yield* asked.execute(`p${n % 3}`, 1)
        for (const writer of writers) yield* Fiber.join(writer)
        yield* asked.execute("ada", 1).pipe(Projection.including(counting))
        yield* Fiber.interrupt(working)
        return yield* total()
      }),
    )
    expect(found).toEqual({ events: 231, total: 20_031 })
  })

  it("leaves nothing of what was interrupted, and others go on", async () => {
    let begun = 0
    const slow: typeof counting = {
      ...counting,
      handle: (events, unit) =>
        Effect.andThen(counting.handle(events, unit), ++begun === 1 ? Effect.sleep("1 hour") : Effect.void),
    }
    const found = await run(
      Effect.gen(function* () {
        yield* asked.execute("ada", 5)
        const first = yield* Effect.forkChild(Projection.run(slow))
        while (begun === 0) yield* Effect.sleep(1)
        yield* Fiber.interrupt(first)
        const before = yield* total()
        const second = yield* Effect.forkChild(Projection.run(slow))
        yield* Projection.waitFor(slow, 1)
        yield* Fiber.interrupt(second)
        return [before.events, yield* total()]
      }),
    )
    expect(found).toEqual([0, { events: 1, total: 5 }])
  })

  it("decides commands one after another, also those that are asked for at the same time", async () => {
    const decided = await run(
      StoreModel.carryOut((unit) =>
        Effect.forEach([1, 2, 3], (n) => unit.decide(counter, "all", n), { concurrency: "unbounded" }),
      ).pipe(
        // One that takes its time, as a cipher does.
        Effect.updateService(EventMapper, (mapper) => ({
          ...mapper,
          encode: (codec, stream, drafts) => Effect.andThen(Effect.sleep(1), mapper.encode(codec, stream, drafts)),
        })),
        Effect.andThen(total()),
      ),
    )
    expect(decided).toEqual({ events: 3, total: 6 })
  })

  it("refuses a second repository for a stream, which would decide on something else", async () => {
    const others = counters()
    const twice = Processor.policy({
      name: "twice",
      events: Asked,
      filter,
      policy: () => [counter, others],
      send: (repository) => Processor.send(repository, "all", 1),
    })
    const stopped = await run(Effect.andThen(asked.execute("ada", 1), Effect.flip(Projection.run(twice, once))))
    expect(stopped).toMatchObject({ _tag: "ProjectionStopped", position: 1, cause: { _tag: "InvalidInput" } })
    expect(stopped.message).toContain("two repositories work at Counter-all")
  })

  it("tells a rejection of states only that stood together", async () => {
    /** Both counters always come to the same, to whoever sees them at one moment. */
    const comparing = (meanwhile: Effect.Effect<unknown, unknown, Layer.Success<typeof live>>) =>
      StoreModel.carryOut((unit) =>
        Effect.gen(function* () {
          const left = yield* unit.state(counter, "left")
          yield* Effect.orDie(meanwhile)
          const right = yield* unit.state(counter, "right")
          return left === right ? left : yield* Effect.fail(`${left} is not ${right}`)
        }),
      )
    const both = Repository.transactAll({ left: counter.stream("left"), right: counter.stream("right") }, (states) => {
      const event = Counted.Counted({ total: states.left + 1 })
      return right([undefined, { left: [event], right: [event] }] as const)
    })
    let times = 0
    const meanwhile = Effect.suspend(() => (++times <= 3 ? elsewhere(both) : Effect.void))
    expect(await run(Effect.andThen(both, comparing(meanwhile)))).toBe(4)
  })

  it("answers where a stream has come to its end", async () => {
    const ending = Processor.policy({
      name: "ending",
      events: Asked,
      filter,
      policy: ({ event }) => [{ id: "all", amount: event.amount }],
      send: ({ id, amount }) => Processor.send(counter, id, amount),
      rejected: ({ amount }, reason) => (reason === "it has ended" ? [{ id: "late", amount }] : []),
    })
    const late = await run(
      Effect.gen(function* () {
        const working = yield* Effect.forkChild(Projection.run(ending))
        for (const amount of [1, 0, 7]) yield* asked.execute("ada", amount)
        yield* Projection.waitFor(ending, 3)
        yield* Fiber.interrupt(working)
        return Option.map(yield* counter.load("late"), ({ state }) => state)
      }),
    )
    expect(late).toEqual(Option.some(7))
  })
})

describe("what a processor cannot handle", () => {
  it("is noted in events that nobody follows, also not one that follows all", async () => {
    const all = Processor.policy({
      name: "all",
      events: Asked,
      policy: ({ event }) => (event.amount < 0 ? [event.amount] : []),
      send: () => Processor.send(counter, "", 1),
    })
    const [parked, head] = await run(
      Effect.gen(function* () {
        yield* asked.execute("ada", -1)
        const working = yield* Effect.forkChild(Projection.run(all, { ...once, onFailure: "park" }))
        yield* asked.execute("bob", 1).pipe(Projection.including(all))
        yield* Effect.sleep("100 millis")
        yield* Fiber.interrupt(working)
        const { parked, head } = yield* Projection.status(all)
        return [parked.map(({ position }) => position), head]
      }),
    )
    expect([parked, head]).toEqual([[1], 3])
  })

  it("is what an upcaster throws at; the others are answered, and so is it once that is mended", async () => {
    let isMended = false
    const Both = EventCodec.make({
      Asked: EventCodec.version(t.type({ amount: t.number })).pipe(
        EventCodec.upcast(t.type({ amount: t.number, doubled: t.number }), ({ amount }) => {
          if (amount === 13 && !isMended) throw new Error("no such amount")
          return { amount, doubled: 2 * amount }
        }),
      ),
    })
    const doubling = Processor.policy({
      name: "doubling",
      events: Both,
      filter,
      policy: ({ event }) => [event.doubled],
      send: (amount) => Processor.send(counter, "all", amount),
    })
    const found = await run(
      Effect.gen(function* () {
        for (const [id, amount] of [
          ["ada", 1],
          ["bob", 13],
          ["ada", 2],
        ] as const) {
          yield* asked.execute(id, amount)
        }
        const working = yield* Effect.forkChild(
          Projection.run(doubling, { ...once, onFailure: "park", batch: 2, lease: 60 }),
        )
        yield* Projection.waitFor(doubling, 3)
        const before = yield* total()
        isMended = true
        yield* Projection.replay(doubling)
        while ((yield* Projection.status(doubling)).parked.length > 0) yield* Effect.sleep(1)
        yield* Fiber.interrupt(working)
        return [before, yield* total()]
      }),
    )
    expect(found).toEqual([
      { events: 2, total: 6 },
      { events: 3, total: 32 },
    ])
  })
})
