/**
 * The notification log over HTTP, on this machine: a log read from its begin, against the same store read directly, and
 * how long after a command another process sees its event, against who follows in the process of the store.
 */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import { EventMapper, NotificationLog, Repository, Subscription } from "everfold"
import { NotificationLogClient } from "everfold/http"
import { Memory } from "everfold/memory"
import { Sqlite } from "everfold/sqlite"
import * as t from "io-ts"
import { inFolder } from "../folder.ts"
import { compare, type Figure, type Subject, sample, type Work } from "../measure.ts"
import { OrderEvent, Orders } from "../model.ts"
import * as Child from "../postgres/child.ts"
import { now, sleep } from "../postgres/clock.ts"
import { serve } from "./serve.ts"

const name = "http"
const orders = Repository.make(Orders)

/** To read from the begin. */
const events = 20_000
const written = 100

/** To see as they come. */
const commands = 250
const perSecond = 100
const patience = 3000

const direct = "the store itself"
const here = "in its process"
const elsewhere = "in another process, over HTTP"

const text = (answer: unknown): string => {
  if (typeof answer !== "string") throw new Error("That is no answer.")
  return answer
}

/** All events, by whichever stream of them; each round begins anew, with nothing kept. */
const reading = <E>(name: string, count: () => Effect.Effect<number, E>): Subject => ({
  name,
  writers: 1,
  round: async () => {
    const start = performance.now()
    const seen = await Effect.runPromise(count())
    if (seen !== events) throw new Error(`${name} saw ${seen} events, not ${events}`)
    return sample(events, start, new Float64Array())
  },
})

const catchUp = (): Promise<ReadonlyArray<Figure>> =>
  inFolder(async (folder) => {
    const filename = join(folder, "everfold.db")
    const runtime = ManagedRuntime.make(Layer.merge(Sqlite.layer({ filename }), EventMapper.plain))
    const servers: Array<Child.Child> = []
    const remote = async (size: number) => {
      const server = await Child.start("../http/server.ts", filename, `${size}`)
      servers.push(server)
      return NotificationLogClient.layer({ url: text(await server.ask("where are you")) })
    }
    try {
      for (let i = 0; i < events / written; i++) {
        await runtime.runPromise(orders.execute(`${i}`, { lines: written, quantity: i }))
      }
      const services = await runtime.context()
      const [small, large] = [await remote(20), await remote(500)]
      const sections = Effect.suspend(() => Stream.runCount(NotificationLog.read()))
      const stream = Effect.suspend(() => Stream.runCount(Stream.take(NotificationLog.follow(), events)))
      return await compare(
        name,
        [
          reading(direct, () => Effect.provideContext(Stream.runCount(Subscription.catchUp()), services)),
          reading("over HTTP, as a stream", () => Effect.provide(stream, small)),
          reading("over HTTP, sections of 20", () => Effect.provide(sections, small)),
          reading("over HTTP, sections of 500", () => Effect.provide(sections, large)),
        ],
        { rounds: 3 },
      )
    } finally {
      for (const { close } of servers) await close()
      await runtime.dispose()
    }
  })

const Latencies = t.array(t.number)

let turns = 0

/** How late each event was seen, by whoever collects that. */
const watched = (
  name: string,
  send: (order: string, quantity: number) => Promise<unknown>,
  collect: () => Promise<ReadonlyArray<number>>,
): Subject => ({
  name,
  writers: 1,
  round: async () => {
    const turn = turns++
    const seen: Array<number> = []
    await sleep(50)
    await collect()
    const start = performance.now()
    for (let i = 0; i < commands; i++) {
      // At uneven moments, as people do.
      await sleep(Math.max(0, start + (i + Math.random()) * (1000 / perSecond) - performance.now()))
      await send(`${turn}-${i}`, now())
    }
    const end = performance.now()
    while (seen.length < commands && performance.now() < end + patience) {
      await sleep(20)
      seen.push(...(await collect()))
    }
    if (seen.length !== commands) throw new Error(`${name} saw ${seen.length} events of ${commands}`)
    return { perSecond: commands / ((end - start) / 1000), latencies: Float64Array.from(seen) }
  },
})

/** In memory, so that nothing of a disk's is in it. */
const live = async (): Promise<ReadonlyArray<Figure>> => {
  const runtime = ManagedRuntime.make(
    NotificationLog.layer(20).pipe(Layer.provideMerge(Memory.layer), Layer.merge(EventMapper.plain)),
  )
  const { url, close } = await serve(Layer.succeed(NotificationLog, await runtime.runPromise(NotificationLog)))
  const child = await Child.start("../http/follower.ts", url)
  let late: Array<number> = []
  runtime.runFork(
    Stream.runForEach(Subscription.events(OrderEvent), ({ event }) =>
      Effect.sync(() => late.push(now() - event.quantity)),
    ),
  )
  const send = (order: string, quantity: number) => runtime.runPromise(orders.execute(order, { lines: 1, quantity }))
  const taken = async () => {
    const answer = late
    late = []
    return answer
  }
  const told = async () => {
    const answer = await child.ask("what is new")
    if (!Latencies.is(answer)) throw new Error("Those are no latencies.")
    return answer
  }
  try {
    return await compare(name, [watched(here, send, taken), watched(elsewhere, send, told)], {
      rounds: 3,
      by: "latency",
    })
  } finally {
    await child.close()
    await close()
    await runtime.dispose()
  }
}

export const work: Work = {
  about: `events a second of ${events} on SQLite, read over HTTP on this machine and directly; milliseconds from a command until another process saw its event over HTTP, ${perSecond} commands a second`,
  goals: [{ subject: elsewhere, writers: 1, p50Under: 5, of: here }],
  run: async () => [...(await catchUp()), ...(await live())],
}
