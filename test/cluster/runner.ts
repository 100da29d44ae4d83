/**
 * A runner in a process of its own, for what is said in its argument. It tells when it is there, and how many events it
 * has handled; it ends in order by SIGTERM, and with its parent.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { Job } from "everfold"
import { Cluster } from "everfold/cluster"
import { Counters, handling } from "./model.ts"
import { modelAt, runnerAt, storeAt } from "./settings.ts"

export interface Task {
  readonly url: string
  readonly port: number
  readonly partitions: number
}

const { url, port, partitions }: Task = JSON.parse(process.argv[2] ?? "{}")
const handled = handling(partitions, (events) => process.send?.({ handled: events }))

const Live = Layer.merge(Counters.layer, Cluster.singletons([Job.of(handled, { lease: 3000 })])).pipe(
  Layer.provide([storeAt(url), modelAt(url), runnerAt(url, port)]),
)
const running = Effect.runFork(
  Effect.scoped(
    Effect.gen(function* () {
      yield* Layer.build(Live)
      process.send?.({ ready: port })
      return yield* Effect.never
    }),
  ),
)
const stop = () => Effect.runPromise(Fiber.interrupt(running)).then(() => process.exit())
process.on("SIGTERM", stop)
process.on("disconnect", () => process.exit())
const exit = await Effect.runPromise(Fiber.await(running))
if (exit._tag === "Failure") console.error(exit.cause)
