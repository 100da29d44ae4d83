/**
 * Waiting for projections, so that whoever reads next finds what they wrote.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Position } from "../event/Commit.ts"
import type { InvalidInput } from "../event/Errors.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import type { ReadModel } from "../port/ReadModel.ts"
import * as Progress from "./Progress.ts"
import { ProjectionBehind } from "./ProjectionErrors.ts"
import { layoutKeyOf } from "./ProjectionKey.ts"
import { type Named, standing } from "./ProjectionStatus.ts"

/**
 * Waits for as long as it takes, whichever process works at the projection.
 *
 * @category queries
 * @since 0.1.0
 */
export const reached = Effect.fnUntraced(function* <Id, Tx, U>(
  model: ReadModel<Tx>,
  projection: Named<Id, Tx, U>,
  position: Position,
) {
  // Once there are other partitions, those that were waited for come no further.
  for (;;) {
    const { layout, keys } = yield* standing(model, projection)
    const included = Effect.forEach(keys, (key) => Progress.reached(model, key, position), {
      concurrency: "unbounded",
      discard: true,
    })
    const changed = Progress.reached(model, layoutKeyOf(projection), layout + 1)
    if (yield* Effect.raceFirst(Effect.as(included, true), Effect.as(changed, false))) return
  }
})

/**
 * Waits until a projection includes a position, for five seconds if nothing else is said. What works in this process
 * tells at once; of others it is asked whenever the read model says that something may have moved.
 *
 * @example
 * ```ts
 * import { EventCodec, Projection } from "everfold"
 * import { MemoryModel } from "everfold/memory"
 * import * as Effect from "effect/Effect"
 * import * as t from "io-ts"
 *
 * const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
 * const total = MemoryModel.make("app/Total", 0)
 * const totals = Projection.make({
 *   name: "totals",
 *   version: 1,
 *   model: total.model,
 *   events: CounterEvent,
 *   handle: ({ event }, cell) => Effect.sync(() => cell.set(cell.get() + event.by))
 * })
 * const waited = Projection.waitFor(totals, 1, { timeout: "10 millis" }).pipe(
 *   Effect.as("included"),
 *   Effect.catchTag("ProjectionBehind", ({ position }) => Effect.succeed(`still at ${position}`)),
 *   Effect.provide(total.layer)
 * )
 * console.log(await Effect.runPromise(waited)) // still at 0
 * ```
 * @category queries
 * @since 0.1.0
 */
export const waitFor = <Id, Tx, U>(
  projection: Named<Id, Tx, U>,
  position: Position,
  { timeout = "5 seconds" }: { readonly timeout?: Duration.Input } = {},
): Effect.Effect<void, ProjectionBehind | StoreUnavailable | InvalidInput, Id> =>
  Effect.gen(function* () {
    const { name, version } = projection
    const model = yield* projection.model
    const least = standing(model, projection).pipe(
      Effect.flatMap(({ keys }) => Effect.forEach(keys, model.read)),
      Effect.map((positions) => Math.min(...positions)),
    )
    const begun = yield* least
    const isReached =
      begun >= position
        ? Option.some(undefined)
        : yield* Effect.timeoutOption(reached(model, projection, position), timeout)
    const { keys } = yield* standing(model, projection)
    const all = keys.map((key) => Progress.of(model, key))
    const stands = Math.max(Math.min(...all.map(({ position }) => position)), yield* least)
    const ended = all.find(({ ended }) => ended !== undefined)?.ended
    const behind = (reason: string) =>
      new ProjectionBehind({ name, version, position: stands, awaited: position, reason })
    const parked = (yield* Effect.forEach(keys, model.parked)).flat().find((one) => one.position === position)
    if (parked !== undefined) return yield* behind(`that event is parked (${parked.reason})`)
    if (Option.isSome(isReached)) return
    return yield* behind(
      ended !== undefined
        ? `it works no more (${ended})`
        : stands > begun
          ? `it is at work, and came from ${begun} to ${stands} meanwhile`
          : "it did not come any further meanwhile (does any process run it?)",
    )
  })

/**
 * Does something and waits until a projection includes it: so that whoever reads next finds what they wrote.
 *
 * @example
 * ```ts
 * import { EventCodec, Projection } from "everfold"
 * import { MemoryModel } from "everfold/memory"
 * import * as Effect from "effect/Effect"
 * import * as t from "io-ts"
 *
 * const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
 * const total = MemoryModel.make("app/Total", 0)
 * const totals = Projection.make({
 *   name: "totals",
 *   version: 1,
 *   model: total.model,
 *   events: CounterEvent,
 *   handle: ({ event }, cell) => Effect.sync(() => cell.set(cell.get() + event.by))
 * })
 * // What `execute` answers has a position: whoever reads the model afterwards finds it there.
 * const recorded = Effect.succeed({ position: 0 }).pipe(Projection.including(totals), Effect.provide(total.layer))
 * console.log(await Effect.runPromise(recorded)) // { position: 0 }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const including =
  <Id, Tx, U>(projection: Named<Id, Tx, U>, options?: { readonly timeout?: Duration.Input }) =>
  <A extends { readonly position: Position }, E, R>(
    executed: Effect.Effect<A, E, R>,
  ): Effect.Effect<A, E | ProjectionBehind | StoreUnavailable | InvalidInput, R | Id> =>
    Effect.tap(executed, ({ position }) => waitFor(projection, position, options))
