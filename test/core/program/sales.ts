/** A shop and a depot: what is sold is sent, and what is sent is closed. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as t from "io-ts"
import {
  Aggregate,
  Decider,
  EventCodec,
  EventMapper,
  Processor,
  Query,
  Repository,
  System,
} from "../../../src/core/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"

export const Sold = EventCodec.make({ Sold: t.type({ item: t.string }), Closed: t.type({}) })
export const Sent = EventCodec.make({ Sent: t.type({ item: t.string }) })
export type Sold = EventCodec.TypeOf<typeof Sold>
export type Sent = EventCodec.TypeOf<typeof Sent>

export const sales = Repository.make(
  Aggregate.make({
    category: "Sale",
    events: Sold,
    decider: Decider.make({
      initial: { sold: 0, closed: 0 },
      decide: (command: { readonly item: string } | "close", _state) =>
        Decider.accept(command === "close" ? Sold.Closed() : Sold.Sold(command)),
      evolve: ({ sold, closed }, event: Sold) =>
        event._tag === "Sold" ? { sold: sold + 1, closed } : { sold, closed: closed + 1 },
    }),
  }),
)
export const parcels = Repository.make(
  Aggregate.make({
    category: "Parcel",
    events: Sent,
    decider: Decider.make({
      initial: 0,
      decide: (item: string, _sent: number) => Decider.accept(Sent.Sent({ item })),
      evolve: (sent: number, _event: Sent) => sent + 1,
    }),
  }),
)

export const sending = (name = "sending", filter = Query.make({ types: ["Sold"] })) =>
  Processor.policy({
    name,
    events: Sold,
    filter,
    policy: ({ stream, event }) => (event._tag === "Sold" ? [{ id: stream.id, item: event.item }] : []),
    send: ({ id, item }) => Processor.send(parcels, id, item),
  })
export const closing = Processor.policy({
  name: "closing",
  events: Sent,
  policy: ({ stream }) => [stream.id],
  send: (id) => Processor.send(sales, id, "close"),
})
export const shop = System.application({ name: "shop", records: Sold, processors: [closing] })
export const depot = System.application({ name: "depot", records: Sent, processors: [sending()] })
export const system = System.make("sales", shop.pipe(depot, shop))

/** The same layer for all: each gets a store of its own. */
export const memory = Layer.mergeAll(Memory.layer, EventMapper.plain)
export const stores = () => memory

export const stateOf = <C, S, E, R>(repository: Repository.Repository<C, S, E, R>, id: string) =>
  Effect.map(repository.load(id), (loaded) => Option.getOrUndefined(Option.map(loaded, ({ state }) => state)))
