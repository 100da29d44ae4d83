/**
 * Jobs in a cluster: each partition is run by one runner, which changes when runners come and go.
 *
 * @since 0.1.0
 */
import type { Sharding } from "effect/cluster/Sharding"
import * as Singleton from "effect/cluster/Singleton"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import type { Job } from "../../core/program/Job.ts"

/** Ever more slowly, up to half a minute. */
const again = Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("30 seconds")])

/**
 * Runs jobs in a cluster, each partition as a singleton of its own: in one of the runners that build this layer, and
 * in another once that one has stopped or died. Partitions are spread by their names, so that a few of them may well
 * be at one runner. What fails is logged and begun anew after a while, for nobody else would.
 *
 * The cluster sees to it that somebody works at each partition, and the leases of a projection that only one does: where
 * two runners both believe that it is theirs, one of them waits. After a runner was killed, its leases have to end too:
 * give projections a short one, three seconds say, where they are to be handed over quickly.
 *
 * @example
 * ```ts
 * import * as TestRunner from "effect/cluster/TestRunner"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Aggregate, Decider, EventCodec, EventMapper, Job, Projection, Repository } from "everfold"
 * import { Cluster } from "everfold/cluster"
 * import { Memory, MemoryModel } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
 * const counters = Repository.make(
 *   Aggregate.make({
 *     category: "Counter",
 *     events: CounterEvent,
 *     decider: Decider.make({
 *       initial: 0,
 *       decide: (by: number, _total: number) => Decider.accept(CounterEvent.Added({ by })),
 *       evolve: (total: number, event: EventCodec.TypeOf<typeof CounterEvent>) => total + event.by
 *     })
 *   })
 * )
 * const total = MemoryModel.make("app/Total", 0)
 * const totals = Projection.make({
 *   name: "totals",
 *   version: 1,
 *   model: total.model,
 *   events: CounterEvent,
 *   handle: ({ event }, cell) => Effect.sync(() => cell.set(cell.get() + event.by))
 * })
 * const program = Effect.gen(function* () {
 *   yield* counters.execute("visits", 2)
 *   yield* counters.execute("clicks", 3).pipe(Projection.including(totals))
 *   return yield* total.value
 * })
 * const Store = Layer.mergeAll(Memory.layer, EventMapper.plain, total.layer)
 * const Live = Cluster.singletons([Job.of(totals, { lease: 3000 })]).pipe(
 *   Layer.provideMerge(Store),
 *   Layer.provide(TestRunner.layer)
 * )
 * console.log(await Effect.runPromise(program.pipe(Effect.provide(Live)))) // 5
 * ```
 * @category layers
 * @since 0.1.0
 */
export const singletons = <E, R>(
  jobs: ReadonlyArray<Job<E, R>>,
): Layer.Layer<never, never, Sharding | Exclude<R, Scope>> =>
  jobs
    .flatMap(({ name, partitions, run }) =>
      Array.from({ length: partitions }, (_, partition) => {
        const named = `everfold/${name}/${partition}`
        const running = run([partition]).pipe(
          Effect.tapCause((cause) => Effect.logError(`${named} failed, and is begun anew`, cause)),
          Effect.sandbox,
          Effect.retry(again),
        )
        return Singleton.make(named, running)
      }),
    )
    .reduce<Layer.Layer<never, never, Sharding | Exclude<R, Scope>>>((all, one) => Layer.merge(all, one), Layer.empty)
