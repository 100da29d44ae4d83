/** A stream whose events were renamed, split and retired since, read and gone on with by the model of today. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import {
  Aggregate,
  Audit,
  Decider,
  EventCodec,
  EventMapper,
  EventStore,
  Hash,
  Query,
  Repository,
  Snapshots,
  Subscription,
} from "../../../src/core/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"
import { sqlite } from "../../laws/subjects.ts"
import { at } from "../support.ts"
import { atTime, counted } from "./support.ts"

const item = t.type({ item: t.string })
const sale = t.type({ item: t.string, price: t.number })
const noted = t.type({ text: t.string })

/** The model as it was once. */
const OldEvent = EventCodec.make({ OrderPlaced: item, PlacedAndPaid: sale, Paid: sale, Noted: noted, Shipped: noted })
type OldEvent = EventCodec.TypeOf<typeof OldEvent>
const OldOrders = Aggregate.make({
  category: "Order",
  events: OldEvent,
  decider: Decider.make({
    initial: 0,
    decide: (event: OldEvent, _: number) => Decider.accept(event),
    evolve: (n: number, _: OldEvent) => n + 1,
  }),
})

const OrderEvent = EventCodec.make(
  { Placed: item, Paid: t.type({ amount: t.number }), Shipped: t.type({}) },
  {
    past: {
      OrderPlaced: EventCodec.renamed("Placed"),
      PlacedAndPaid: EventCodec.split(sale, ["Placed", "Paid"], ({ item, price }) => [
        { _tag: "Placed", item },
        { _tag: "Paid", amount: price },
      ]),
      Paid: EventCodec.split(sale, ["Paid"], ({ price }) => [{ _tag: "Paid", amount: price }]),
      Noted: EventCodec.retired,
      Shipped: EventCodec.split(noted, ["Shipped"], ({ text }) => (text === "" ? [] : [{ _tag: "Shipped" }])),
    },
  },
)
type OrderEvent = EventCodec.TypeOf<typeof OrderEvent>

const OrderState = t.type({ items: t.readonlyArray(t.string), paid: t.number, shipped: t.boolean })
type OrderState = t.TypeOf<typeof OrderState>
const initial: OrderState = { items: [], paid: 0, shipped: false }

const order = Decider.make({
  initial,
  decide: (event: OrderEvent, _: OrderState) => Decider.accept(event),
  evolve: (state: OrderState, event: OrderEvent): OrderState => {
    switch (event._tag) {
      case "Placed":
        return { ...state, items: [...state.items, event.item] }
      case "Paid":
        return { ...state, paid: state.paid + event.amount }
      case "Shipped":
        return { ...state, shipped: true }
    }
  },
})
const Orders = Aggregate.make({ category: "Order", decider: order, events: OrderEvent })
const Snapshotted = Aggregate.make({ ...Orders, snapshot: { state: OrderState, every: 2 } })

/** Seven stored events: a second each, the last two stand for nothing. */
const history: ReadonlyArray<OldEvent> = [
  OldEvent.OrderPlaced({ item: "tea" }),
  OldEvent.PlacedAndPaid({ item: "jam", price: 3 }),
  OldEvent.Noted({ text: "call back" }),
  OldEvent.Paid({ item: "tea", price: 4 }),
  OldEvent.PlacedAndPaid({ item: "rye", price: 5 }),
  OldEvent.Shipped({ text: "" }),
  OldEvent.Noted({ text: "called" }),
]
const states: ReadonlyArray<OrderState> = [
  { items: ["tea"], paid: 0, shipped: false },
  { items: ["tea", "jam"], paid: 3, shipped: false },
  { items: ["tea", "jam"], paid: 3, shipped: false },
  { items: ["tea", "jam"], paid: 7, shipped: false },
  { items: ["tea", "jam", "rye"], paid: 12, shipped: false },
  { items: ["tea", "jam", "rye"], paid: 12, shipped: false },
  { items: ["tea", "jam", "rye"], paid: 12, shipped: false },
]
const latest = at(states, 6)
const stream = { category: "Order", id: "1" }

const once = Effect.gen(function* () {
  const old = Repository.make(OldOrders)
  for (const [i, event] of history.entries()) {
    yield* old.execute("1", event, { commandId: `old-${i + 1}` }).pipe(atTime((i + 1) * 1000))
  }
})

describe.each<[string, Layer.Layer<EventStore | Snapshots, unknown>]>([
  ["in memory", Memory.layer],
  ["on SQLite", sqlite],
])("a stream of a past, %s", (_, store) => {
  const play = <A, E>(effect: Effect.Effect<A, E, EventStore | Snapshots | EventMapper>): Promise<A> =>
    Effect.runPromise(Effect.provide(Effect.andThen(once, effect), Layer.fresh(Layer.merge(store, EventMapper.plain))))

  it("loads, at every version and time", async () => {
    const orders = Repository.make(Orders)
    const loaded = await play(
      Effect.gen(function* () {
        const versions = yield* Effect.forEach(history, (_, i) => orders.load("1", { version: i + 1 }))
        const times = yield* Effect.forEach(history, (_, i) => orders.load("1", { at: (i + 1) * 1000 + 500 }))
        return [...versions, ...times, yield* orders.load("1")].map(Option.getOrThrow)
      }),
    )
    const expected = states.map((state, i) => ({ state, version: i + 1, position: i + 1 }))
    expect(loaded).toMatchObject([...expected, ...expected, { state: latest, version: 7, position: 7 }])
  })

  it("has a history in which events share versions, count on in them, or are missing", async () => {
    const [recorded, followed] = await play(
      Effect.gen(function* () {
        const recorded = yield* Stream.runCollect(Repository.make(Orders).history("1"))
        const followed = yield* Subscription.events(OrderEvent, { filter: Query.make({ category: "Order" }) }).pipe(
          Stream.take(6),
          Stream.runCollect,
        )
        return [recorded, followed]
      }),
    )
    const expected = [
      { version: 1, index: 0, type: "OrderPlaced", event: { _tag: "Placed", item: "tea" } },
      { version: 2, index: 0, type: "PlacedAndPaid", event: { _tag: "Placed", item: "jam" } },
      { version: 2, index: 1, type: "PlacedAndPaid", event: { _tag: "Paid", amount: 3 } },
      { version: 4, index: 0, type: "Paid", event: { _tag: "Paid", amount: 4 } },
      { version: 5, index: 0, type: "PlacedAndPaid", event: { _tag: "Placed", item: "rye" } },
      { version: 5, index: 1, type: "PlacedAndPaid", event: { _tag: "Paid", amount: 5 } },
    ].map((each) => ({ ...each, position: each.version }))
    expect(recorded).toMatchObject(expected)
    expect(followed).toMatchObject(expected)
  })

  it("is followed from a position whose events stand for none, to what comes later", async () => {
    const followed = await play(
      Effect.gen(function* () {
        yield* Repository.make(Orders).execute("1", OrderEvent.Shipped())
        return yield* Subscription.events(OrderEvent, { after: 5 }).pipe(Stream.take(1), Stream.runCollect)
      }),
    )
    expect(followed).toMatchObject([{ position: 8, index: 0, schemaVersion: 2, event: { _tag: "Shipped" } }])
  })

  it("is found by the stored types of a tag, and by a condition on them", async () => {
    const query = Query.make({ types: EventCodec.storedTypes(OrderEvent, "Paid") })
    const found = await play(
      Effect.gen(function* () {
        const store = yield* EventStore
        return (yield* store.readAll({ after: 0, limit: 100, filter: query })).events
      }),
    )
    expect(found.map(({ version, type }) => [version, type])).toEqual([
      [2, "PlacedAndPaid"],
      [4, "Paid"],
      [5, "PlacedAndPaid"],
    ])
  })

  it("goes on at the version after the last stored event, cached or not", async () => {
    const { first, second, reads, head } = await play(
      Effect.gen(function* () {
        const { calls, store } = counted(yield* EventStore)
        const orders = Repository.make(Orders)
        const on = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provideService(effect, EventStore, store)
        const first = yield* on(orders.execute("1", OrderEvent.Paid({ amount: 1 }), { expected: 7 }))
        const { reads } = calls
        const second = yield* on(orders.execute("1", OrderEvent.Shipped(), { expected: 8 }))
        return { first, second, reads: calls.reads - reads, head: yield* Audit.stream(stream) }
      }).pipe(Effect.provide(Hash.sha256)),
    )
    expect(first).toMatchObject({ version: 8, position: 8, state: { paid: 13, shipped: false } })
    expect(second).toMatchObject({ version: 9, position: 9, state: { paid: 13, shipped: true } })
    expect(reads).toBe(0)
    expect(head.version).toBe(9)
  })

  it("answers a command of then with its events of now", async () => {
    const answers = await play(
      Effect.gen(function* () {
        const orders = Repository.make(Orders)
        const again = (id: string) => orders.execute("1", OrderEvent.Shipped(), { commandId: id })
        return [yield* again("old-2"), yield* again("old-3"), yield* again("old-7"), yield* orders.load("1")]
      }),
    )
    expect(answers).toMatchObject([
      { repeated: true, version: 2, position: 2, events: [{ _tag: "Placed" }, { _tag: "Paid" }], state: states[1] },
      { repeated: true, version: 3, position: 3, events: [], state: states[2] },
      { repeated: true, version: 7, position: 7, events: [], state: latest },
      { value: { version: 7 } },
    ])
  })

  it("is written together with another in one commit", async () => {
    const [transacted, one, two] = await play(
      Effect.gen(function* () {
        const orders = Repository.make(Orders)
        yield* Repository.make(OldOrders).execute("2", OldEvent.Noted({ text: "only this" }))
        const transacted = yield* Repository.transactAll(
          { one: orders.stream("1"), two: orders.stream("2") },
          ({ one, two }) => right([one.paid + two.paid, { one: [OrderEvent.Shipped()], two: [OrderEvent.Shipped()] }]),
        )
        return [transacted, yield* orders.load("1"), yield* orders.load("2")]
      }),
    )
    expect(transacted).toMatchObject({ value: 12 })
    expect(one).toMatchObject({ value: { version: 8, position: 9, state: { shipped: true } } })
    expect(two).toMatchObject({ value: { version: 2, position: 10, state: { items: [], paid: 0, shipped: true } } })
  })

  it("that stands for no event at all is there all the same", async () => {
    const [loaded, exists, history] = await play(
      Effect.gen(function* () {
        const orders = Repository.make(Orders)
        yield* Repository.make(OldOrders).execute("2", OldEvent.Noted({ text: "only this" }))
        const history = yield* Stream.runCollect(orders.history("2"))
        return [yield* orders.load("2"), yield* orders.exists("2"), history]
      }),
    )
    expect(loaded).toMatchObject({ value: { state: initial, version: 1 } })
    expect([exists, history]).toEqual([true, []])
  })

  it("loads though each of its events stands for ten thousand, or is of megabytes", async () => {
    const Old = EventCodec.make({ Bulk: t.type({ count: t.number, text: t.string }) })
    const Today = EventCodec.make(
      { Placed: item },
      {
        past: {
          Bulk: EventCodec.split(t.type({ count: t.number, text: t.string }), ["Placed"], ({ count, text }) =>
            Array.from(new Array(count).keys(), (n) => ({ _tag: "Placed", item: `${n}${text.slice(0, 1)}` })),
          ),
        },
      },
    )
    const bulk = Repository.make(
      Aggregate.make({
        category: "Bulk",
        events: Old,
        decider: Decider.make({
          initial: 0,
          decide: (event: EventCodec.TypeOf<typeof Old>, _: number) => Decider.accept(event),
          evolve: (n: number, _: EventCodec.TypeOf<typeof Old>) => n + 1,
        }),
      }),
    )
    const many = Repository.make(
      Aggregate.make({
        category: "Bulk",
        events: Today,
        decider: Decider.make({
          initial: 0,
          decide: (event: EventCodec.TypeOf<typeof Today>, _: number) => Decider.accept(event),
          evolve: (n: number, _: EventCodec.TypeOf<typeof Today>) => n + 1,
        }),
      }),
    )
    const [loaded, last] = await play(
      Effect.gen(function* () {
        yield* bulk.execute("1", Old.Bulk({ count: 10_000, text: "" }))
        yield* bulk.execute("1", Old.Bulk({ count: 10_000, text: "words ".repeat(1_000_000) }))
        return [yield* many.load("1"), yield* Stream.runLast(many.history("1"))] as const
      }),
    )
    expect(loaded).toMatchObject({ value: { state: 20_000, version: 2 } })
    expect(last).toMatchObject({ value: { version: 2, index: 9_999, event: { item: "9999w" } } })
  })

  it("is snapshotted where it stands", async () => {
    const taken = await play(
      Effect.gen(function* () {
        yield* Repository.make(Snapshotted).execute("1", OrderEvent.Paid({ amount: 1 }))
        yield* Effect.sleep(20)
        return yield* Effect.flatMap(Snapshots, (snapshots) => snapshots.read(stream))
      }),
    )
    expect(taken).toMatchObject({ value: { version: 8 } })
  })

  it("is resumed from a snapshot after any stored event, also one that stands for none or for two", async () => {
    const policy = Snapshotted.snapshot
    if (policy === undefined) throw new Error("the model has no snapshots")
    const loads = await play(
      Effect.gen(function* () {
        const { calls, store } = counted(yield* EventStore)
        const mapper = yield* EventMapper
        const snapshots = yield* Snapshots
        const events = yield* store.readStream(stream)
        return yield* Effect.forEach(events, ({ version, link }, i) =>
          Effect.gen(function* () {
            yield* snapshots.write(yield* mapper.encodeSnapshot(policy, { stream, version, link }, at(states, i)))
            const before = calls.read
            const load = Effect.provideService(Repository.make(Snapshotted).load("1"), EventStore, store)
            const { state } = Option.getOrThrow(yield* load)
            return { state, read: calls.read - before }
          }),
        )
      }),
    )
    // The event of the snapshot, and those that follow it.
    expect(loads).toEqual([7, 6, 5, 4, 3, 2, 1].map((read) => ({ state: latest, read })))
  })
})
