/** In a cluster of this process alone. */
import * as TestRunner from "effect/cluster/TestRunner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import * as Decider from "../../../src/core/domain/Decider.ts"
import * as Aggregate from "../../../src/core/event/Aggregate.ts"
import { InvalidInput } from "../../../src/core/event/Errors.ts"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import * as CommandContext from "../../../src/core/program/CommandContext.ts"
import { EventMapper } from "../../../src/core/program/EventMapper.ts"
import * as Repository from "../../../src/core/program/Repository.ts"
import { Cluster } from "../../../src/interpreters/cluster/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"

const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
const counters = Repository.make(
  Aggregate.make({
    category: "Counter",
    events: CounterEvent,
    decider: Decider.make({
      initial: 0,
      decide: (by: number, _total: number) => {
        if (by === 13) throw new Error("bad luck")
        // It says that it rejects with texts only.
        const rejection: string | { readonly odd: number } = by < -1 ? { odd: by } : "too little"
        return by < 0 ? Decider.reject(rejection) : Decider.accept(CounterEvent.Added({ by }))
      },
      evolve: (total: number, event: EventCodec.TypeOf<typeof CounterEvent>) => total + event.by,
    }),
  }),
)
const Odd = t.type({ odd: t.refinement(t.number, (n) => n > -3, "not that odd") })
const Counters = Cluster.entity(counters, { command: t.number, rejection: t.union([t.string, Odd]) })

const run = <A, E>(program: Effect.Effect<A, E, Layer.Success<typeof Live>>) =>
  Effect.runPromise(Effect.provide(program, Live))
const Live = Counters.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(Memory.layer, EventMapper.plain)),
  Layer.provideMerge(TestRunner.layer),
)

describe("an aggregate in a cluster", () => {
  it("takes the context of the caller along", async () => {
    const [event] = await run(
      Effect.gen(function* () {
        yield* Counters.execute("a", 1).pipe(
          CommandContext.correlate("order-1"),
          CommandContext.annotate({ user: "ada" }),
        )
        return yield* Stream.runCollect(counters.history("a"))
      }),
    )
    expect(event).toMatchObject({ correlationId: "order-1", metadata: { user: "ada" } })
  })

  it("records commands that come at the same time, each on the state that the one before leaves", async () => {
    const versions = await run(
      Effect.forEach(Array.from({ length: 50 }), () => Counters.execute("a", 1), { concurrency: "unbounded" }),
    )
    expect(versions.map(({ version }) => version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    )
  })

  it("rejects and fails with the model's own values and the library's own errors", async () => {
    const refused = (by: number) => run(Effect.flip(Counters.execute("a", by)))
    expect(await refused(-1)).toBe("too little")
    expect(await refused(-2)).toEqual({ odd: -2 })
    expect(await refused(13)).toMatchObject({ _tag: "DeciderThrew", stream: { category: "Counter", id: "a" } })
    const unwritten = await refused(Number.NaN)
    expect(unwritten).toBeInstanceOf(InvalidInput)
    expect(unwritten).toHaveProperty("message", expect.stringContaining("NaN"))
    const long = await run(Effect.flip(Counters.execute("a", 1, { commandId: "x".repeat(600) })))
    expect(long).toBeInstanceOf(InvalidInput)
  })

  it("answers also where the rejection cannot be written, and with the command id", async () => {
    const open = await run(Effect.flip(Counters.execute("a", -3, { commandId: "c1" })))
    expect(open).toMatchObject({ _tag: "CommandUnanswered", commandId: "c1" })
  })

  it("counts a command id once", async () => {
    const both = await run(
      Effect.gen(function* () {
        const one = yield* Counters.execute("a", 1, { commandId: "c1" })
        const two = yield* Counters.execute("a", 1, { commandId: "c1" })
        return [one.repeated, two.repeated, yield* EventStore.use((store) => store.head)]
      }),
    )
    expect(both).toEqual([false, true, 1])
  })
})
