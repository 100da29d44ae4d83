/** Writers on SQLite: Everfold through a repository, and the driver by hand. Each round has a new file. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper, Repository } from "everfold"
import { Sqlite } from "everfold/sqlite"
import * as byHand from "./byHand.ts"
import { inFolder } from "./folder.ts"
import { type Subject, sample, stopwatch } from "./measure.ts"
import { Orders, payload } from "./model.ts"

/** Writers that execute commands one after another; `streamOf` says on which stream. */
export const everfold = (
  name: string,
  writers: number,
  commands: number,
  streamOf: (writer: number, command: number) => string,
): Subject => {
  const each = Math.ceil(commands / writers)
  const program = Effect.gen(function* () {
    const orders = Repository.make(Orders)
    const watch = stopwatch(each * writers)
    const write = Effect.fnUntraced(function* (writer: number) {
      for (let i = 0; i < each; i++) {
        const before = performance.now()
        yield* orders.execute(streamOf(writer, i), { lines: 1, quantity: i })
        watch.lap(before)
      }
    })
    const start = performance.now()
    yield* Effect.forEach(Array(writers).keys(), write, { concurrency: "unbounded", discard: true })
    return sample(each * writers, start, watch.latencies)
  })
  return {
    name,
    writers,
    round: () =>
      inFolder((folder) => {
        const store = Sqlite.layer({ filename: join(folder, "everfold.db") })
        return Effect.runPromise(Effect.provide(program, Layer.mergeAll(store, EventMapper.plain)))
      }),
  }
}

/** One loop on the driver, `together` rows a transaction, on as many streams as Everfold writes to. */
export const limit = (name: string, writers: number, commands: number, streams: number, together: number): Subject => ({
  name,
  writers,
  round: () =>
    inFolder((folder) => {
      const table = byHand.open(join(folder, "limit.db"))
      try {
        const transactions = Math.ceil(commands / together)
        const watch = stopwatch(transactions)
        const start = performance.now()
        for (let i = 0; i < transactions; i++) {
          const before = performance.now()
          table.append(together, (position) => [
            `Order-${position % streams}`,
            Math.floor(position / streams) + 1,
            payload(position),
          ])
          watch.lap(before)
        }
        return sample(transactions * together, start, watch.latencies)
      } finally {
        table.close()
      }
    }),
})
