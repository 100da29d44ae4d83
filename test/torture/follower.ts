/** A follower: prints each event as it sees it, after a position, until it is killed. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Subscription } from "everfold"
import { Sqlite } from "everfold/sqlite"
import { print } from "./report.ts"

const [filename = "", after = "0"] = process.argv.slice(2)

await Effect.runPromise(
  Subscription.stored({ after: Number(after) }).pipe(
    Stream.runForEach(({ position, id }) => Effect.sync(() => print({ told: "saw", position, id }))),
    Effect.provide(Sqlite.layer({ filename })),
  ),
)
