/**
 * A runner in a process of its own, for what is said in its argument. It tells when it is there, and how many events it
 * has handled; it ends in order by SIGTERM, and with its parent.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { EventStore, Job } from "everfold"
import { Cluster } from "everfold/cluster"
import { Counters, handling } from "./model.ts"
import { modelAt, runnerAt, storeAt } from "./settings.ts"

export interface Task {
  readonly url: string
  readonly port: number
  readonly partitions: number
  /** Dies as soon as something is recorded, before it can answer. */
  readonly isMortal?: boolean
}

const { url, port, partitions, isMortal = false }: Task = JSON.parse(process.argv[2] ?? "{}")
const handled = handling(partitions, (events) => process.send?.({ handled: events }))

const mortal = Layer.effect(
  EventStore,
  EventStore.useSync((store) =>
    EventStore.of({
      ...store,
      commit: (commit) =>
        Effect.tap(store.commit(commit), () => Effect.sync(() => process.kill(process.pid, "SIGKILL"))),
    }),
  ),
)
const store = isMortal ? Layer.provideMerge(mortal, storeAt(url)) : storeAt(url)

const Live = Layer.merge(Counters.layer, Cluster.singletons([Job.of(handled, { lease: 3000 })])).pipe(
  Layer.provide([store, modelAt(url), runnerAt(url, port)]),
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
