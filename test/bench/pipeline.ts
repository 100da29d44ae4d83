/**
 * A system of three stages on one store: what is recorded in the first leads to something in the second, and that to
 * something in the third; each exactly once.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import {
  Aggregate,
  Decider,
  EventCodec,
  EventMapper,
  EventStore,
  Processor,
  Projection,
  Query,
  Repository,
} from "everfold"
import { Postgres } from "everfold/postgres"
import * as t from "io-ts"
import type { Figure, Work } from "./measure.ts"
import { type Server, withServer } from "./postgres/server.ts"

const name = "pipeline"
const streams = 200
const eventsEach = 20
const events = streams * eventsEach

const Counted = EventCodec.make({ Counted: t.type({ n: t.number }) })
type Counted = EventCodec.TypeOf<typeof Counted>

const counters = (category: string) =>
  Repository.make(
    Aggregate.make({
      category,
      events: Counted,
      decider: Decider.make({
        initial: 0,
        decide: (n: number, _sum: number) => Decider.accept(Counted.Counted({ n })),
        evolve: (sum: number, { n }: Counted) => sum + n,
      }),
    }),
  )

const stages = { first: counters("First"), second: counters("Second"), third: counters("Third") }

const stage = (from: "First" | "Second", to: typeof stages.first, partitions: number) =>
  Processor.policy({
    name: `from${from}`,
    events: Counted,
    filter: Query.make({ category: from }),
    partitions,
    policy: ({ stream, event }) => [{ id: stream.id, n: event.n }],
    send: ({ id, n }) => Processor.send(to, id, n),
  })

const fill = Effect.forEach(
  Array.from({ length: streams }, (_, id) => id),
  (id) =>
    Effect.forEach(Array(eventsEach).keys(), () => stages.first.execute(`${id}`, 1), {
      discard: true,
      concurrency: "unbounded",
    }),
  { discard: true, concurrency: 32 },
)

const through = Effect.fnUntraced(function* (partitions: number, batch: number) {
  const { head } = yield* EventStore
  yield* fill
  const [second, third] = [stage("First", stages.second, partitions), stage("Second", stages.third, partitions)]
  const begun = performance.now()
  const working = [second, third].map((processor) => Projection.run(processor, { batch }))
  yield* Effect.raceFirst(
    Effect.all(working, { concurrency: "unbounded", discard: true }),
    Effect.gen(function* () {
      while ((yield* head) < events * 3) yield* Effect.sleep(5)
    }),
  )
  const millis = performance.now() - begun
  const sums = yield* Effect.forEach(Array(streams).keys(), (id) => stages.third.load(`${id}`))
  const sum = sums.reduce(
    (sum, loaded) => sum + Option.match(loaded, { onNone: () => 0, onSome: ({ state }) => state }),
    0,
  )
  if (sum !== events) return yield* Effect.die(new Error(`${sum} events came through, not ${events}`))
  return (events * 1000) / millis
})

const run = async (server: Server): Promise<ReadonlyArray<Figure>> => {
  const figures: Array<Figure> = []
  for (const [batch, partitions] of [
    [500, 1],
    [500, 2],
    [500, 4],
    [1, 1],
    [1, 4],
    [1, 16],
  ] as const) {
    const rates: Array<number> = []
    for (let round = 0; round < 3; round++) {
      const url = await server.database(`pipeline_${batch}_${partitions}_${round}`)
      const Live = Layer.merge(Postgres.layer({ url, schema: "everfold" }), EventMapper.plain)
      await server.settle(round)
      rates.push(await Effect.runPromise(through(partitions, batch).pipe(Effect.provide(Live))))
    }
    const perSecond = rates.toSorted((a, b) => a - b)[1] ?? 0
    const limit = figures[0]
    const subject = `${partitions} partitions, ${batch === 1 ? "an event" : `${batch} events`} a commit`
    figures.push({
      work: name,
      subject,
      writers: partitions,
      perSecond,
      p50ms: null,
      p99ms: null,
      limit: limit?.subject ?? subject,
      ratioToLimit: perSecond / (limit?.perSecond ?? perSecond),
      rates,
    })
  }
  return figures
}

export const work: Work = {
  title: "a system of three stages",
  about: `of ${events} events recorded at its begin, how many a second come out of the third stage`,
  goals: [],
  run: () => withServer(run),
}
