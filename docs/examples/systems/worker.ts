// A process of its own that works at a system: a worker of a supervisor, or a runner of a cluster. Which system, and where
// its stores are, is in its argument; at what it works, its supervisor says.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Job, type Projection, System } from "everfold"
import { Cluster } from "everfold/cluster"
import { Workers } from "everfold/workers"
import { runnerAt } from "./cluster.ts"
import { lease } from "./runners.ts"
import { type Place, storesIn } from "./stores.ts"
import { systems } from "./systems.ts"

export interface Task {
  readonly name: string
  readonly place: Place
  /** Of the runners of a cluster, by their numbers. */
  readonly ports: ReadonlyArray<number>
}

const { name, place, ports }: Task = JSON.parse(process.argv[2] ?? "{}")

/** Processors, as what workers and clusters run. */
const jobsOf = ({ jobs }: System.Deployment) =>
  jobs.map(
    ({ application, processor, upstream, partitions, run }): Job.Job<JobError, never> => ({
      name: `${application}.${processor} of ${upstream}`,
      partitions,
      run: (some) => run({ partitions: some, lease }),
    }),
  )
type JobError = Effect.Error<ReturnType<typeof Projection.run>>

/** A runner of a cluster, as a job: its partition is its number. */
const runner = (deployment: System.Deployment, url: string): Job.Job<never, never> => ({
  name: "runner",
  partitions: ports.length,
  run: ([number = 0]) =>
    Cluster.singletons(jobsOf(deployment)).pipe(
      Layer.provide(runnerAt(url, ports[number] ?? 0)),
      Layer.orDie,
      Layer.launch,
    ),
})

const program = Effect.gen(function* () {
  const system = systems[name]
  if (system === undefined) return yield* Effect.die(new Error(`there is no system ${name}`))
  const deployment = yield* System.deploy(system.system, storesIn(place))
  const isCluster = ports.length > 0 && place.store === "postgres"
  yield* isCluster ? Workers.work([runner(deployment, place.url)]) : Workers.work(jobsOf(deployment))
})
await Effect.runPromise(Effect.scoped(program))
