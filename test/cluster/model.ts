/** Counters whose events say which operation they belong to, and a projection of who handled which. */
import * as Effect from "effect/Effect"
import { Aggregate, Decider, EventCodec, Projection, Query, Repository } from "everfold"
import { Cluster } from "everfold/cluster"
import { PostgresModel } from "everfold/postgres/model"
import * as t from "io-ts"

export const CounterEvent = EventCodec.make({ Added: t.type({ op: t.string, by: t.number }) })

export const Command = t.type({ op: t.string, by: t.number })
export type Command = t.TypeOf<typeof Command>

export const Rejection = t.type({ _tag: t.literal("TooMuch"), total: t.number })
export type Rejection = t.TypeOf<typeof Rejection>

/** More than that is too much. */
export const most = 1_000_000

export const counters = Repository.make(
  Aggregate.make({
    category: "Counter",
    events: CounterEvent,
    decider: Decider.make({
      initial: 0,
      decide: ({ op, by }: Command, total: number) => {
        const rejection: Rejection = { _tag: "TooMuch", total }
        return total + by > most ? Decider.reject(rejection) : Decider.accept(CounterEvent.Added({ op, by }))
      },
      evolve: (total: number, event: EventCodec.TypeOf<typeof CounterEvent>) => total + event.by,
    }),
  }),
)

export const Counters = Cluster.entity(counters, { command: Command, rejection: Rejection })

/** An operation that is handled twice cannot be written. */
export const table = "CREATE TABLE handled (op text PRIMARY KEY, pid integer NOT NULL)"

export const handling = (partitions: number, handled: (events: number) => void) =>
  Projection.batched({
    name: "handled",
    version: 1,
    partitions,
    model: PostgresModel,
    events: CounterEvent,
    filter: Query.make({ category: "Counter" }),
    handle: (events, run) =>
      Effect.andThen(
        run((sql) => sql`INSERT INTO handled ${sql(events.map(({ event }) => ({ op: event.op, pid: process.pid })))}`),
        Effect.sync(() => handled(events.length)),
      ),
  })
