/** Everfold with all its safety: ids, digests, links, one order. In fibers, as a program that is written with it. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Commit, EventMapper, EventStore, Projection, Query, Repository, Subscription } from "everfold"
import { Postgres } from "everfold/postgres"
import { PostgresModel } from "everfold/postgres/model"
import postgres from "postgres"
import { sample } from "../measure.ts"
import { line, OrderEvent, Orders } from "../model.ts"
import type { Contender, Follower, Load } from "./load.ts"
import * as Totals from "./totals.ts"

export const connect = (url: string) =>
  ManagedRuntime.make(
    Layer.mergeAll(Postgres.layer({ url, schema: "everfold" }), PostgresModel.layer({ url }), EventMapper.plain),
  )

/** So that events of one kind can be written into an empty store by the database itself. */
export const prepare = async (sql: postgres.Sql, category: string, type: string): Promise<void> => {
  await sql`INSERT INTO everfold.kind (kind, category, type) VALUES (1, ${category}, ${type})`
  await sql`INSERT INTO everfold.hash (algorithm) VALUES ('sha256')`
}

/** Runs a load on fibers. */
export const loops = <E, R>(
  { writers, seconds, order }: Load,
  operation: (order: string, quantity: number) => Effect.Effect<unknown, E, R>,
) =>
  Effect.gen(function* () {
    const latencies: Array<number> = []
    const start = performance.now()
    const end = start + seconds * 1000
    const loop = Effect.fnUntraced(function* (writer: number) {
      for (let n = 0; performance.now() < end; n++) {
        const before = performance.now()
        yield* operation(order(writer, n), n)
        latencies.push(performance.now() - before)
      }
    })
    yield* Effect.forEach(Array(writers).keys(), loop, { concurrency: "unbounded", discard: true })
    return sample(latencies.length, start, Float64Array.from(latencies))
  })

/** Commands through a repository; `cache` says how many states it keeps. */
const repository =
  (cache: number) =>
  async (url: string): Promise<Contender> => {
    const runtime = connect(url)
    const orders = Repository.make(Orders, { cache })
    const afresh = Repository.make(Orders, { cache: 0 })
    const execute = (order: string, quantity: number) => orders.execute(order, { lines: 1, quantity })
    const fill = (order: string, events: number) =>
      Effect.forEach(Array(Math.ceil(events / 1000)).keys(), (some) =>
        orders.execute(order, { lines: Math.min(1000, events - some * 1000), quantity: 1 }),
      )
    return {
      append: (load) =>
        runtime.runPromise(
          loops(load, (order, quantity) => orders.execute(order, { lines: 1, quantity }, { expected: 0 })),
        ),
      fill: (ids, events) =>
        runtime.runPromise(Effect.forEach(ids, (id) => fill(id, events), { concurrency: 16, discard: true })),
      execute: (load) => runtime.runPromise(loops(load, execute)),
      rehydrate: (order) =>
        runtime.runPromise(
          Effect.map(afresh.load(order), (loaded) => (Option.isSome(loaded) ? loaded.value.state.lines : 0)),
        ),
      send: (order, quantity) => runtime.runPromise(execute(order, quantity)),
      close: () => runtime.dispose(),
    }
  }

/** As it comes. */
export const open = repository(1024)
/** Each command reads its stream. */
export const uncached = repository(0)

/** The store alone: events encoded and committed to streams that must be new. */
export const commits = async (url: string): Promise<Contender> => {
  const runtime = connect(url)
  const through = await repository(0)(url)
  const origin = { correlationId: undefined, causation: null, metadata: {} }
  const commit = Effect.fnUntraced(function* (order: string, quantity: number) {
    const [mapper, store] = [yield* EventMapper, yield* EventStore]
    const stream = { category: Orders.category, id: order }
    const drafts = [{ events: [OrderEvent.LineAdded(line(quantity))], origin }]
    const [encoded] = yield* mapper.encode(OrderEvent, stream, drafts)
    if (encoded?._tag !== "Right") return yield* Effect.die("a line that cannot be encoded")
    yield* store.commit({ hash: mapper.hash, writes: [{ stream, expected: Commit.noStream, events: encoded.right }] })
  })
  return {
    ...through,
    append: (load) => runtime.runPromise(loops(load, commit)),
    close: async () => {
      await through.close()
      await runtime.dispose()
    },
  }
}

/** Those of one category, as where a store has several. */
export const ordersOnly = Query.make({ category: Orders.category })

/** Each has a name of its own, and so begins with the first event. */
let projections = 0

/** By a subscription, of all events or those that a filter means; a read model by a projection, page by page or event by event. */
export const follower = async (url: string, filter = Query.all, isBatched = true): Promise<Follower> => {
  const runtime = connect(url)
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  return {
    follow: (events) =>
      runtime.runPromise(
        Subscription.events(OrderEvent, { filter }).pipe(
          Stream.take(events),
          Stream.runFold(
            () => 0,
            (seen) => seen + 1,
          ),
        ),
      ),
    project: async (events, milliseconds) => {
      const totals = await Totals.make(sql)
      const name = `totals-${process.pid}-${projections++}`
      const common = { name, version: 1, model: PostgresModel, events: OrderEvent, filter }
      const projection = isBatched
        ? Projection.batched({
            ...common,
            handle: (recorded, run) =>
              run((sql) =>
                Totals.added(
                  sql,
                  recorded.map(({ stream, event }) => ({ stream: stream.id, event })),
                ),
              ),
          })
        : Projection.make({
            ...common,
            key: ({ stream }) => stream.id,
            handle: ({ stream, event }, run) => run((sql) => Totals.addedOne(sql, { stream: stream.id, event })),
          })
      const seen = await runtime.runPromise(
        Effect.gen(function* () {
          yield* Effect.forkScoped(Projection.run(projection, { batch: 1000 }))
          yield* Effect.ignore(Projection.waitFor(projection, events, { timeout: milliseconds }))
          return (yield* Projection.status(projection)).position
        }).pipe(Effect.scoped),
      )
      if (seen >= events) await totals.check(events)
      return Math.min(seen, events)
    },
    live: async (seen) => {
      const { head } = await runtime.runPromise(EventStore)
      const after = await runtime.runPromise(head)
      runtime.runFork(
        Subscription.events(OrderEvent, { after, filter }).pipe(
          Stream.runForEach(({ event }) => Effect.sync(() => seen(event.quantity))),
        ),
      )
    },
    close: async () => {
      await runtime.dispose()
      await sql.end()
    },
  }
}
