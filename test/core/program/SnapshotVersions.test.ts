/** Snapshots over the life of a model: its state is written in new versions, and its `evolve` changes. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import * as SchemaType from "../../../src/core/event/SchemaType.ts"
import {
  Aggregate,
  Decider,
  EventCodec,
  EventMapper,
  EventStore,
  Payload,
  Repository,
  Snapshots,
} from "../../../src/core/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"
import { sqlite } from "../../laws/subjects.ts"
import { counted } from "./support.ts"

const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) })

interface Count {
  readonly total: number
  readonly times: number
}
const initial: Count = { total: 0, times: 0 }
const counter = Decider.make({
  initial,
  decide: (by: number, _: Count) => Decider.accept(Counted.Counted({ by })),
  evolve: ({ total, times }: Count, { by }: EventCodec.TypeOf<typeof Counted>): Count => ({
    total: total + by,
    times: times + 1,
  }),
})

/** The state in its three versions: only the last knows how often. As a lie it shows whether a snapshot was used. */
const first = Payload.version(t.type({ total: t.number }))
const second = first.pipe(Payload.upcast(t.type({ sum: t.number }), ({ total }) => ({ sum: total })))
const third = second.pipe(
  Payload.upcast(t.type({ total: t.number, times: t.number }), ({ sum }) => ({ total: sum, times: 1000 })),
)
const fourth = third.pipe(
  Payload.upcast(t.type({ total: t.number, times: t.number, more: t.null }), (v) => ({ ...v, more: null })),
)

const Counters = Aggregate.make({
  category: "Counter",
  decider: counter,
  events: Counted,
  snapshot: { state: third, every: 4, modelVersion: 2 },
})
const stream = { category: "Counter", id: "a" }

describe.each<[string, Layer.Layer<EventStore | Snapshots, unknown>]>([
  ["in memory", Memory.layer],
  ["on SQLite", sqlite],
])("a snapshot of another version, %s,", (_, store) => {
  const play = <A, E>(effect: Effect.Effect<A, E, EventStore | Snapshots | EventMapper>): Promise<A> =>
    Effect.runPromise(Effect.provide(effect, Layer.fresh(Layer.merge(store, EventMapper.plain))))

  const counts = (n: number) =>
    Effect.forEach(Array.from({ length: n }), () => Repository.make(Counters).execute("a", 1), { discard: true })
  const settle = Effect.sleep(20)

  /** Loads with a repository that knows nothing: the state, and how many events that read. */
  const load = Effect.gen(function* () {
    const { calls, store } = counted(yield* EventStore)
    const loaded = yield* Effect.provideService(Repository.make(Counters).load("a"), EventStore, store)
    return { ...Option.getOrThrow(loaded).state, read: calls.read }
  })

  /** Five events with this snapshot after the fourth; then four more, which lead to the next snapshot. */
  const life =
    <S>(versions: Payload.Versions<S>, modelVersion: number, state: S) =>
    () =>
      play(
        Effect.gen(function* () {
          const store = yield* EventStore
          const snapshots = yield* Snapshots
          const mapper = yield* EventMapper
          yield* counts(5)
          yield* settle
          const [event] = yield* store.readStream(stream, { after: 3, upTo: 4 })
          if (event === undefined) throw new Error("nothing was recorded")
          const taken = { stream, version: 4, link: event.link }
          yield* snapshots.write(
            yield* mapper.encodeSnapshot({ state: versions, modelVersion, every: 1 }, taken, state),
          )
          const before = yield* load
          yield* counts(4)
          yield* settle
          return { before, next: Option.getOrThrow(yield* snapshots.read(stream)), after: yield* load }
        }),
      )
  const next = { version: 8, codecVersion: 3, modelVersion: 2 }

  it.each([
    ["first", life(first, 2, { total: 40 })],
    ["second", life(second, 2, { sum: 40 })],
  ])("of its state's %s version, is lifted, and replaced by the next", async (_, live) => {
    const lived = await live()
    expect(lived.before).toEqual({ total: 41, times: 1001, read: 2 })
    expect(lived.next).toMatchObject(next)
    expect(lived.after.read).toBe(2)
  })

  it.each([
    ["a newer state", life(fourth, 2, { total: 40, times: 4, more: null })],
    ["an older model", life(third, 1, { total: 40, times: 4 })],
    ["a newer model", life(third, 3, { total: 40, times: 4 })],
    ["a state that is none", life(Payload.version(t.string), 2, "forty")],
  ])("of %s, is ignored, and replaced by the next", async (_, live) => {
    const lived = await live()
    expect(lived.before).toEqual({ total: 5, times: 5, read: expect.any(Number) })
    expect(lived.before.read).toBeGreaterThanOrEqual(5)
    expect(lived.next).toMatchObject(next)
    expect(lived.after).toEqual({ total: 9, times: 9, read: 2 })
  })

  it("of this very version, is used", async () => {
    const lived = await life(third, 2, { total: 40, times: 4 })()
    expect(lived.before).toEqual({ total: 41, times: 5, read: 2 })
  })
})

describe("a state of an Effect schema", () => {
  class Tally extends Schema.Class<Tally>("Tally")({
    total: Schema.BigIntFromString,
    last: Schema.OptionFromNullOr(Schema.DateFromString),
  }) {
    get even() {
      return this.total % 2n === 0n
    }
  }
  const states = Payload.version(SchemaType.make(Schema.Struct({ total: Schema.Number }))).pipe(
    Payload.upcast(SchemaType.make(Tally), ({ total }) => new Tally({ total: BigInt(total), last: Option.none() })),
  )
  const Tallies = Aggregate.make({
    category: "Tally",
    events: Counted,
    decider: Decider.make({
      initial: new Tally({ total: 0n, last: Option.none() }),
      decide: (by: number, _: Tally) => Decider.accept(Counted.Counted({ by })),
      evolve: ({ total }: Tally, { by }: EventCodec.TypeOf<typeof Counted>) =>
        new Tally({ total: total + BigInt(by), last: Option.some(new Date(by)) }),
    }),
    snapshot: { state: states, every: 2 },
  })

  it("is an instance of its class again, with events folded onto it", async () => {
    const [snapshot, loaded] = await Effect.runPromise(
      Effect.gen(function* () {
        for (const by of [1, 2, 4]) yield* Repository.make(Tallies).execute("a", by)
        yield* Effect.sleep(5)
        const snapshot = yield* Effect.flatMap(Snapshots, (all) => all.read({ category: "Tally", id: "a" }))
        return [Option.getOrThrow(snapshot), Option.getOrThrow(yield* Repository.make(Tallies).load("a"))] as const
      }).pipe(Effect.provide(Layer.mergeAll(Memory.layer, EventMapper.plain))),
    )
    expect(snapshot).toMatchObject({ version: 2, codecVersion: 2 })
    expect(Buffer.from(snapshot.body).toString()).toBe('{"data":{"total":"3","last":"1970-01-01T00:00:00.002Z"}}')
    expect(loaded.state).toEqual(new Tally({ total: 7n, last: Option.some(new Date(4)) }))
    expect(loaded.state.even).toBe(false)
  })

  it("is lifted from its first version", () => {
    expect(states.decode(1, { total: 3 })).toMatchObject({ right: { total: 3n, even: false } })
  })
})
