/** A state from the 10,000 events of its stream, checked, decoded and folded, against reading and parsing alone. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import { EventMapper, Hash, Repository } from "everfold"
import { Zstd } from "everfold/compression"
import { AesGcm, KeyRing } from "everfold/crypto"
import { Sqlite } from "everfold/sqlite"
import * as byHand from "./byHand.ts"
import { inFolder } from "./folder.ts"
import { compare, type Subject, sample, stopwatch, type Work } from "./measure.ts"
import { Orders, payload } from "./model.ts"

const name = "rehydrate"
const events = 10_000
const written = 1000
/** In a round: several where one is short. */
const loads = 3

const sealed = EventMapper.layer.pipe(
  Layer.provide([AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("bench")))), Zstd.layer, Hash.sha256]),
)

const timed = async (loads: number, load: () => number | Promise<number>) => {
  const watch = stopwatch(loads)
  const start = performance.now()
  for (let i = 0; i < loads; i++) {
    const before = performance.now()
    const found = await load()
    if (found !== events) throw new Error(`${found} events were found, not ${events}`)
    watch.lap(before)
  }
  return sample(loads * events, start, watch.latencies)
}

/** A store whose one stream is full, and how it is loaded by version: past the repository's cache. */
const everfold = async <E>(
  subject: string,
  filename: string,
  mapper: Layer.Layer<EventMapper, E>,
  loadsOfRound = loads,
) => {
  const runtime = ManagedRuntime.make(Layer.mergeAll(Sqlite.layer({ filename }), mapper))
  const orders = Repository.make(Orders, { cache: 0 })
  for (let i = 0; i < events; i += written) {
    await runtime.runPromise(orders.execute("full", { lines: written, quantity: i }))
  }
  const load = Effect.map(orders.load("full", { version: events }), (loaded) =>
    Option.isSome(loaded) ? loaded.value.state.lines : 0,
  )
  const round: Subject["round"] = () => timed(loadsOfRound, () => runtime.runPromise(load))
  return { subject: { name: subject, writers: 1, round }, close: () => runtime.dispose() }
}

const limit = (filename: string) => {
  const table = byHand.open(filename)
  table.append(events, (position) => ["Order-full", position, payload(position)])
  const round: Subject["round"] = () => timed(loads, () => table.parseAll("Order-full"))
  return { subject: { name: "rows and JSON.parse by hand", writers: 1, round }, close: () => table.close() }
}

export const work: Work = {
  about: `events a second: a state from the ${events} of its stream on SQLite, against rows and JSON.parse by hand`,
  goals: [{ subject: "everfold, plain", writers: 1, atLeast: 0.3, of: "rows and JSON.parse by hand" }],
  run: () =>
    inFolder(async (folder) => {
      const all = [
        limit(join(folder, "limit.db")),
        await everfold("everfold, plain", join(folder, "plain.db"), EventMapper.plain),
        await everfold("everfold, sealed and zstd", join(folder, "sealed.db"), sealed, 1),
      ]
      try {
        return await compare(
          name,
          all.map(({ subject }) => subject),
          { rounds: 5, warmUp: 1 },
        )
      } finally {
        for (const { close } of all) await close()
      }
    }),
}
