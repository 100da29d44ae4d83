/**
 * The law that layers cannot be seen (L1): a program over a repository comes to the same, however events are sealed,
 * compressed and digested, whether states are snapshotted or cached.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { EventStore } from "../../core/port/EventStore.ts"
import type { Snapshots } from "../../core/port/Snapshots.ts"
import type { EventMapper } from "../../core/program/EventMapper.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { show } from "../Show.ts"
import { Jars, SnapshottedJars } from "./Model.ts"
import { observeAll, operation, plainly, repository } from "./Usage.ts"

/**
 * Layers that should not be seen: a store and a mapper, dressed as one likes.
 *
 * @example
 * ```ts
 * import { EventMapper } from "everfold"
 * import { type LayerLaws } from "everfold/laws"
 * import { Memory } from "everfold/memory"
 * import * as Layer from "effect/Layer"
 *
 * const subject: LayerLaws.TransparencySubject = { layer: Layer.merge(Memory.layer, EventMapper.plain), runs: 200 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface TransparencySubject {
  readonly layer: Layer.Layer<EventStore | EventMapper | Snapshots, unknown>
  /** How often the law is tried; 50 times, if left out. */
  readonly runs?: number | undefined
}

/**
 * L1.1
 *
 * @category laws
 * @since 0.1.0
 */
export const transparency = ({ layer, runs = 50 }: TransparencySubject): Law.Law =>
  Law.make({
    name: "L1.1",
    title: "transparency",
    equation: "the same program, the same observable result: whatever cipher, compression, hash, snapshots and cache",
    given: program(operation, { minLength: 1, maxLength: 12 }),
    runs,
    holds: Effect.fnUntraced(function* (program) {
      const expected = yield* plainly(program)
      const dressed = [
        { what: "plain states", aggregate: Jars, cache: 0 },
        { what: "snapshots", aggregate: SnapshottedJars, cache: 0 },
        { what: "snapshots and a cache", aggregate: SnapshottedJars, cache: 16 },
      ]
      for (const { what, aggregate, cache } of dressed) {
        const observed = observeAll(() => repository(aggregate, cache), program)
        const actual = yield* Effect.provide(observed, Layer.fresh(layer))
        for (const [i, operation] of program.entries()) {
          yield* agree(`with ${what}, the answer to operation ${i + 1}, ${show(operation)},`, {
            expected: expected[i],
            actual: actual[i],
          })
        }
      }
    }),
  })
