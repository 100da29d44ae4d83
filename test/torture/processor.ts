/**
 * An instance of each processor, beside others. Its clock jumps, so that another one takes over while it still works. What
 * it prints of the policy is of version 1, what it prints of the process of version 2.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper, type Processor, Projection } from "everfold"
import { jumping } from "./clock.ts"
import { open, type Place } from "./places.ts"
import { moving, tallying } from "./processors/answers.ts"
import { naive } from "./processors/naive.ts"
import { lease } from "./projections/projecting.ts"
import { now, print } from "./report.ts"
import { watched } from "./watched.ts"

const [where = "", design = "everfold"] = process.argv.slice(2)
const place: Place = JSON.parse(where)

const working = <E, Err, R, U>(processor: Processor.Processor<E, Err, R, U>, version: number) =>
  Effect.gen(function* () {
    const real = yield* processor.model
    const model = watched(version)(design === "naive" ? yield* naive(real, processor.name) : real)
    yield* Projection.run({ ...processor, model: Effect.succeed(model) }, { lease, batch: 20 })
  }).pipe(
    Effect.catchCause((cause) =>
      Effect.sync(() => print({ told: "wrong", version, why: Cause.pretty(cause), start: now(), end: now() })),
    ),
  )

await Effect.runPromise(
  Effect.all([working(tallying, 1), working(moving, 2)], { concurrency: "unbounded" }).pipe(
    Effect.provide(Layer.mergeAll(open(place), EventMapper.plain)),
    Effect.provideService(Clock.Clock, jumping(2 * lease)),
  ),
)
