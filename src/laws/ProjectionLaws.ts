/**
 * The laws of projections, tried on a user's own projection and on whatever keeps its read model.
 *
 * @since 0.1.0
 */
import type * as StoreModel from "../core/program/StoreModel.ts"
import type { Unit } from "../core/program/UnitOfWork.ts"
import type * as Law from "./Law.ts"
import { P2, P3 } from "./projection/Crashing.ts"
import { P1, P4, P9 } from "./projection/Following.ts"
import { P8 } from "./projection/Partitioned.ts"
import { P11 } from "./projection/Repartitioned.ts"
import { P5, P6 } from "./projection/Showing.ts"
import { type Subject, trial } from "./projection/Trial.ts"

export type { Subject } from "./projection/Trial.ts"

const laws = <Id, Tx, E, Err, A, LayerError>(subject: Subject<Id, Tx, E, Err, A, LayerError>) => {
  const tried = trial(subject)
  return {
    P1: P1(tried),
    P2: P2(tried),
    P3: P3(tried),
    P4: P4(tried),
    P5: P5(tried),
    P6: P6(tried),
    P8: tried.partitions === 1 ? undefined : P8(tried),
    P9: P9(tried),
    P11: tried.partitions === 1 ? undefined : P11(tried),
  }
}

/**
 * The laws of a projection: P1–P3, P5, P6, P9, P4 where it says what depends on one another, and P8 and P11 where it
 * has partitions.
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
