/**
 * An instance of one version of a projection, beside others: it ends when a newer version has taken its place. Its clock
 * jumps, so that another one takes over while it still works.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper } from "everfold"
import { jumping } from "./clock.ts"
import { open, type Place } from "./places.ts"
import { lease, projecting } from "./projections/projecting.ts"
import { now, print } from "./report.ts"
import { watched } from "./watched.ts"

const [where = "", design = "everfold", of = "1"] = process.argv.slice(2)
const place: Place = JSON.parse(where)
const version = Number(of)

await Effect.runPromise(
  projecting(place, {
    version,
    design: design === "naive" ? "naive" : "everfold",
    batch: 20,
    around: watched(version),
  }).pipe(
    Effect.catchCause((cause) =>
      Effect.sync(() => print({ told: "wrong", version, why: Cause.pretty(cause), start: now(), end: now() })),
    ),
    Effect.provide(Layer.mergeAll(open(place), EventMapper.plain)),
    Effect.provideService(Clock.Clock, jumping(2 * lease)),
  ),
)
