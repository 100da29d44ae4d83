/** Commands on memory, hash chain on, one writer, against castore's adapter in memory, which keeps what it is given. */
import { EventStore, EventType } from "@castore/core"
import adapter from "@castore/event-storage-adapter-in-memory"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper, Repository } from "everfold"
import { Memory } from "everfold/memory"
import { compare, type Figure, type Subject, sample, stopwatch, type Work } from "./measure.ts"
import { line, Orders } from "./model.ts"

const commands = 10_000
/** Fewer than a repository's cache holds. */
const streams = 500

/** Every command on a stream of its own, or on one of a few in turn. */
type StreamOf = (command: number) => string
const founding: StreamOf = (command) => `order-${command}`
const existing: StreamOf = (command) => `order-${command % streams}`

const everfold = (name: string, streamOf: StreamOf): Subject => {
  const program = Effect.gen(function* () {
    const orders = Repository.make(Orders)
    for (let i = 0; i < streams; i++) yield* orders.execute(existing(i), { lines: 1, quantity: i })
    const watch = stopwatch(commands)
    const start = performance.now()
    for (let i = 0; i < commands; i++) {
      const before = performance.now()
      yield* orders.execute(streamOf(i + streams), { lines: 1, quantity: i })
      watch.lap(before)
    }
    return sample(commands, start, watch.latencies)
  })
  return {
    name,
    writers: 1,
    round: () => Effect.runPromise(Effect.provide(program, Layer.mergeAll(Memory.layer, EventMapper.plain))),
  }
}

type Line = ReturnType<typeof line>
const lineAdded = new EventType<"LineAdded", Line>({ type: "LineAdded" })

const castore = (name: string, streamOf: StreamOf): Subject => ({
  name,
  writers: 1,
  round: async () => {
    const orders = new EventStore({
      eventStoreId: "ORDERS",
      eventTypes: [lineAdded],
      reducer: (_order: { aggregateId: string; version: number }, event) => event,
      eventStorageAdapter: new adapter.InMemoryEventStorageAdapter(),
    })
    const push = (aggregateId: string, version: number, quantity: number) =>
      orders.pushEvent({ aggregateId, version, type: "LineAdded", payload: line(quantity) })
    for (let i = 0; i < streams; i++) await push(existing(i), 1, i)
    const watch = stopwatch(commands)
    const start = performance.now()
    for (let i = 0; i < commands; i++) {
      const before = performance.now()
      const version = streamOf === founding ? 1 : Math.floor((i + streams) / streams) + 1
      await push(streamOf(i + streams), version, i)
      watch.lap(before)
    }
    return sample(commands, start, watch.latencies)
  },
})

const run = (kind: string, streamOf: StreamOf): Promise<ReadonlyArray<Figure>> =>
  compare("memory-append", [castore(`castore, ${kind}`, streamOf), everfold(`everfold, ${kind}`, streamOf)], {
    warmUp: 2,
  })

/** Where castore did 131,000 a second, the goal is 80,000. */
const atLeast = 0.61

export const work: Work = {
  about: "commands through a repository on memory, hash chain on, against castore's pushEvent",
  goals: [
    { subject: "everfold, existing streams", writers: 1, atLeast, of: "castore" },
    { subject: "everfold, new streams", writers: 1, atLeast, of: "castore" },
  ],
  run: async () => [...(await run("existing streams", existing)), ...(await run("new streams", founding))],
}
