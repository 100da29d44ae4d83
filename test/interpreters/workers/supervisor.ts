/** Starts workers that behave as its argument says, prints the events, and stops them when its input ends. */
import { once } from "node:events"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Workers } from "../../../src/interpreters/workers/index.ts"

await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const workers = yield* Workers.start({
        module: join(import.meta.dirname, "worker.ts"),
        args: process.argv.slice(2),
        jobs: [{ name: "totals", partitions: 2 }],
        workers: 2,
        grace: 500,
        output: ({ text }) => console.log(text),
      })
      yield* Effect.forkChild(
        Stream.runForEach(workers.events, (event) => Effect.sync(() => console.log(JSON.stringify(event)))),
      )
      yield* Effect.promise(() => once(process.stdin.resume(), "end"))
    }),
  ),
)
