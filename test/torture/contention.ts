/**
 * Several processes execute commands on one stream of one store, each as fast as it can, and nobody is killed: how many
 * got through, and how long the slowest waited. The exit code is 1 where a process was told of a conflict, or did not get
 * through at all.
 *
 *     node test/torture/contention.ts [--store sqlite|postgres] [--seconds N] [--processes N]
 */
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper } from "everfold"
import { designs } from "./designs.ts"
import { open, type Place } from "./places.ts"
import * as Postgres from "./postgres/scene.ts"
import { start } from "./processes.ts"
import * as Sqlite from "./sqlite.ts"

interface Share {
  readonly done: number
  readonly conflicts: number
  readonly slowestMillis: number
}

/** Prints its share when the time is up, also where a command still waits, and leaves. */
const contend = Effect.fnUntraced(function* (begin: number, end: number) {
  const share = { done: 0, conflicts: 0, slowestMillis: 0 }
  let asked = performance.now()
  const lap = () => {
    share.slowestMillis = Math.max(share.slowestMillis, Math.round(performance.now() - asked))
  }
  yield* Effect.sleep(Math.max(0, begin - Date.now()))
  setTimeout(() => {
    lap()
    console.log(JSON.stringify(share))
    process.exit(0)
  }, end - Date.now())
  for (;;) {
    asked = performance.now()
    yield* designs.everfold
      .execute("hot", { _tag: "Deposit", op: "hot", amounts: [1] })
      .pipe(Effect.match({ onFailure: () => share.conflicts++, onSuccess: () => share.done++ }))
    lap()
  }
})

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "sqlite" },
    seconds: { type: "string", default: "6" },
    processes: { type: "string", default: "4" },
    /** Given to the processes: the place, and when to begin and to end. */
    task: { type: "string" },
  },
})

if (values.task !== undefined) {
  const { place, begin, end }: { place: Place; begin: number; end: number } = JSON.parse(values.task)
  const live = Layer.mergeAll(open(place), EventMapper.plain)
  await Effect.runPromise(Effect.provide(contend(begin, end), live))
} else {
  const seconds = Number(values.seconds)
  const scene = await (values.store === "postgres" ? Postgres.make("everfold", seconds) : Sqlite.make())
  try {
    const begin = Date.now() + 1500
    const task = { place: scene.inspected, begin, end: begin + seconds * 1000 }
    const processes = Array.from({ length: Number(values.processes) }, () =>
      start<Share>("contention.ts", ["--task", JSON.stringify(task)], () => {}),
    )
    for (const process of processes) await process.ends(seconds * 1000 + 10_000)
    const shares = processes.map(({ lines }) => lines[0] ?? { done: 0, conflicts: 0, slowestMillis: -1 })
    const fair = shares.every(({ done, conflicts }) => conflicts === 0 && done > 0)
    console.log(JSON.stringify({ fair, shares }))
    process.exitCode = fair ? 0 : 1
  } finally {
    await scene.close()
  }
}
