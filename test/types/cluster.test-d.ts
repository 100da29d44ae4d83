// What must not compile stands under @ts-expect-error: the checker of Effects would report it once more.
// @effect-diagnostics floatingEffect:off missingEffectContext:off
/** What a user of a cluster writes, and what must not compile. */
import type { Sharding } from "effect/cluster/Sharding"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as t from "io-ts"
import { expectTypeOf } from "vitest"
import { Aggregate, Decider, EventCodec, type Job, Repository } from "../../src/core/index.ts"
import { Cluster } from "../../src/interpreters/cluster/index.ts"
import { Workers } from "../../src/interpreters/workers/index.ts"

const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
type CounterEvent = EventCodec.TypeOf<typeof CounterEvent>
const counters = Repository.make(
  Aggregate.make({
    category: "Counter",
    events: CounterEvent,
    decider: Decider.make({
      initial: 0,
      decide: (by: number, total: number) =>
        total + by > 9 ? Decider.reject("too much") : Decider.accept(CounterEvent.Added({ by })),
      evolve: (total: number, event: CounterEvent) => total + event.by,
    }),
  }),
)
const Counters = Cluster.entity(counters, { command: t.number, rejection: t.literal("too much") })

expectTypeOf(Counters.execute("a", 1)).toEqualTypeOf<
  Effect.Effect<
    Cluster.Answer<CounterEvent>,
    "too much" | Repository.ExecuteError | Cluster.CommandUnanswered,
    Sharding
  >
>()
expectTypeOf(Counters.layer).toEqualTypeOf<Layer.Layer<never, never, Sharding | Repository.Needs>>()

// @ts-expect-error a command of another type
Counters.execute("a", "one")

// @ts-expect-error a type that does not read all that is rejected
Cluster.entity(counters, { command: t.number, rejection: t.literal("too little") })

declare const jobs: ReadonlyArray<Job.Job<"no luck", "a service">>
expectTypeOf(Workers.work(jobs)).toExtend<Effect.Effect<void, unknown, "a service">>()
expectTypeOf(Cluster.singletons(jobs)).toEqualTypeOf<Layer.Layer<never, never, Sharding | "a service">>()
