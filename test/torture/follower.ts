/** A follower: prints each event as it sees it, after a position, until it is killed. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Subscription } from "everfold"
import { open, type Place } from "./places.ts"
import { now, print } from "./report.ts"

const [place = "", after = "0"] = process.argv.slice(2)
const at: Place = JSON.parse(place)

await Effect.runPromise(
  Subscription.stored({ after: Number(after) }).pipe(
    Stream.runForEach(({ position, id }) => Effect.sync(() => print({ told: "saw", position, id, at: now() }))),
    Effect.provide(open(at)),
  ),
)
