/**
 * A thousand live followers in one process: how long after a command began all have seen its event, and what is asked of
 * the store for it. Against followers that each read for themselves whenever there is more.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import {
  type Commit,
  EventMapper,
  EventStore,
  Query,
  Repository,
  type Snapshots,
  type StoredEvent,
  type StoreUnavailable,
  Subscription,
} from "everfold"
import { Memory } from "everfold/memory"
import { Postgres } from "everfold/postgres"
import { compare, type Figure, type Subject, sample, stopwatch, type Work } from "./measure.ts"
import { Orders } from "./model.ts"
import { withServer } from "./postgres/server.ts"

const name = "followers"
const followers = 1000
const commands = 20

type Following = (after: Commit.Position) => Stream.Stream<StoredEvent, StoreUnavailable, EventStore>

const shared: Following = (after) => Subscription.stored({ after })

/** As one follows a store by hand: woken by `changes`, and page by page. */
const alone: Following = (after) =>
  Stream.unwrap(
    EventStore.useSync((store) => {
      let position = after
      const pages = Stream.paginate(undefined, () =>
        Effect.map(store.readAll({ after: position, filter: Query.all, limit: 500 }), ({ events, scannedTo }) => {
          position = scannedTo
          return [events, events.length < 500 ? Option.none() : Option.some(undefined)]
        }),
      )
      return Stream.flatMap(store.changes, () => pages)
    }),
  )

interface Opened extends Subject {
  readonly close: () => Promise<void>
}

/** Followers of a store, all of whom have caught up. */
const open = async (
  name: string,
  layer: Layer.Layer<EventStore | Snapshots, unknown>,
  follow: Following,
): Promise<Opened> => {
  let reads = 0
  let seen = 0
  let reached = (): void => {}
  let rounds = 0
  const runtime = ManagedRuntime.make(Layer.merge(layer, EventMapper.plain))
  const store = await runtime.runPromise(EventStore)
  const counted = EventStore.of({
    ...store,
    readAll: (range) =>
      Effect.suspend(() => {
        reads++
        return store.readAll(range)
      }),
  })
  const orders = Repository.make(Orders)
  const execute = (order: string) => runtime.runPromise(orders.execute(order, { lines: 1, quantity: 1 }))
  const all = (events: number): Promise<void> =>
    new Promise((resolve) => {
      reached = () => {
        if (seen >= events * followers) resolve()
      }
      reached()
    })
  const following = Stream.runForEach(follow(0), () =>
    Effect.sync(() => {
      seen++
      reached()
    }),
  )
  for (let i = 0; i < followers; i++) runtime.runFork(Effect.provideService(following, EventStore, counted))
  let events = 1
  await execute("first")
  await all(events)
  return {
    name,
    writers: 1,
    round: async () => {
      const watch = stopwatch(commands)
      const round = rounds++
      const before = reads
      const start = performance.now()
      for (let i = 0; i < commands; i++) {
        const begun = performance.now()
        const everybody = all(++events)
        await execute(`order-${round}-${i}`)
        await everybody
        watch.lap(begun)
      }
      return { ...sample(commands, start, watch.latencies), reads: (reads - before) / commands }
    },
    close: () => runtime.dispose(),
  }
}

const compared = async (
  store: string,
  layers: () => Promise<Layer.Layer<EventStore | Snapshots, unknown>>,
): Promise<ReadonlyArray<Figure>> => {
  const opened: Array<Opened> = []
  try {
    opened.push(await open(`${store}, each reads`, await layers(), alone))
    opened.push(await open(`${store}, one reads`, await layers(), shared))
    return await compare(name, opened, { by: "latency", rounds: 3 })
  } finally {
    for (const { close } of opened) await close()
  }
}

export const work: Work = {
  title: "a thousand followers in one process",
  about: `milliseconds from a command until ${followers} followers in its process saw its event, and reads of the log for it; ratios of medians`,
  goals: [{ subject: "PostgreSQL, one reads", writers: 1, atLeast: 5, of: "each reading for itself" }],
  run: () =>
    withServer(async (server) => {
      let databases = 0
      const postgres = async () =>
        Postgres.layer({ url: await server.database(`followers_${databases++}`), schema: "everfold" })
      return [
        ...(await compared("memory", async () => Layer.fresh(Memory.layer))),
        ...(await compared("PostgreSQL", postgres)),
      ]
    }),
}
