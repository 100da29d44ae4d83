/** A worker that behaves as its argument says. It prints its process id and its shares first. */
import * as Effect from "effect/Effect"
import type { Job } from "../../../src/core/program/Job.ts"
import { Workers } from "../../../src/interpreters/workers/index.ts"

const how = process.argv[2]

const behave: Effect.Effect<void, string> =
  {
    finishes: Effect.void,
    waits: Effect.onInterrupt(Effect.never, () => Effect.sync(() => console.log("stopped in order"))),
    fails: Effect.fail("no luck"),
    ignores: Effect.uninterruptible(Effect.never),
    loops: Effect.sync(() => {
      for (;;);
    }),
  }[how ?? ""] ?? Effect.die(`there is no ${how}`)

// What waits for something that is open does not end by itself.
const open = setInterval(() => {}, 1000)
const job = (name: string): Job<string, never> => ({
  name,
  partitions: 8,
  run: (partitions) =>
    Effect.andThen(
      Effect.sync(() => console.log(JSON.stringify({ pid: process.pid, name, partitions }))),
      behave,
    ),
})
try {
  await Effect.runPromise(Workers.work([job("totals"), job("mails")]))
} finally {
  clearInterval(open)
}
