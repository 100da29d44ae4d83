// Whatever runs a system, it comes to the same.
import { createServer } from "node:net"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import { type System, SystemRunner } from "everfold"
import { Workers } from "everfold/workers"
import type { Place } from "./stores.ts"
import type { Task } from "./worker.ts"

export interface Run {
  /** `orders` or `transfers`, and where its stores are: what another process has to know to work at it. */
  readonly name: string
  readonly place: Place
  /** The same, opened in this process. */
  readonly deployment: System.Deployment
  /** Gives all commands. */
  readonly commands: Effect.Effect<void, unknown>
  readonly say: (text: string) => Effect.Effect<void>
  /** Of those that work in processes of their own, one is killed so often; never, if left out. */
  readonly killEvery: Duration.Duration | undefined
}

/** Has the system work, gives the commands, and waits until it is quiet. */
export type Runner = (run: Run) => Effect.Effect<void, unknown, Scope>

/** Milliseconds until another process takes over from one that died. */
export const lease = 1000

/** Every event is handled by itself, in an order that follows from the seed. */
const step: Runner = Effect.fnUntraced(function* ({ deployment, commands, say }) {
  yield* commands
  const trace = yield* SystemRunner.step(deployment, { choices: SystemRunner.seeded(1), lease })
  for (const one of trace.slice(-5)) yield* say(`  ${SystemRunner.tell(one)}`)
  yield* say(`${trace.length} events were handled, one by one`)
})

/** All jobs at once, in this process. */
const concurrent: Runner = Effect.fnUntraced(function* ({ deployment, commands }) {
  const quiet = Effect.andThen(commands, SystemRunner.quiet(deployment))
  yield* Effect.raceFirst(quiet, Effect.andThen(SystemRunner.concurrent(deployment, { lease }), Effect.never))
})

const processes = 2

/** Lets processes work that are started again where they die, or are killed. */
const inProcesses = Effect.fnUntraced(function* (
  { name, place, deployment, commands, say, killEvery }: Run,
  jobs: ReadonlyArray<{ readonly name: string; readonly partitions: number }>,
  ports: ReadonlyArray<number>,
) {
  if (place.store === "memory")
    return yield* Effect.fail("Processes of their own need a store that all can open: not memory.")
  const task: Task = { name, place, ports }
  const workers = yield* Workers.start({
    module: new URL("worker.ts", import.meta.url),
    args: [JSON.stringify(task)],
    jobs,
    workers: processes,
    // They are killed on purpose.
    restarts: 1000,
  })
  const pids = new Map<number, number>()
  let kills = 0
  const watching = Stream.runForEach(workers.events, (event) =>
    Effect.sync(() => {
      if (event._tag === "Started") pids.set(event.worker, event.pid)
      else pids.delete(event.worker)
    }),
  )
  const killing = (every: Duration.Duration) =>
    Effect.gen(function* () {
      for (;;) {
        // Where they do not come to an end, they are given longer.
        yield* Effect.sleep(Duration.times(every, 1.3 ** kills))
        const all = [...pids.values()]
        const pid = all[kills % all.length]
        if (pid !== undefined) process.kill(pid, "SIGKILL")
        kills++
      }
    })
  yield* Effect.forkScoped(watching)
  if (killEvery !== undefined) yield* Effect.forkScoped(killing(killEvery))
  const quiet = Effect.andThen(commands, SystemRunner.quiet(deployment))
  yield* Effect.raceFirst(quiet, Effect.andThen(workers.ended, Effect.never))
  if (kills > 0) yield* say(`${kills} processes were killed`)
})

/** In processes that a supervisor starts: each has its share of the processors. */
const workers: Runner = (run) =>
  inProcesses(
    run,
    run.deployment.jobs.map(({ application, processor, upstream, partitions }) => ({
      name: `${application}.${processor} of ${upstream}`,
      partitions,
    })),
    [],
  )

const freePort = Effect.callback<number, Error>((resume) => {
  const server = createServer().once("error", (error) => resume(Effect.fail(error)))
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

/** On runners of a cluster, which agree on who works at what. */
const cluster: Runner = Effect.fnUntraced(function* (run: Run) {
  if (run.place.store !== "postgres") return yield* Effect.fail("A cluster is on PostgreSQL: --store postgres.")
  const ports = yield* Effect.replicateEffect(freePort, processes)
  yield* inProcesses(run, [{ name: "runner", partitions: processes }], ports)
})

/** By the names that they are asked for. */
export const runners: { readonly [name: string]: Runner } = { step, concurrent, workers, cluster }

/** Those that kill processes of theirs; else the whole is killed and begun again. */
export const killing: ReadonlySet<string> = new Set(["workers", "cluster"])
