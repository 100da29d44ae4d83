// What must not compile stands under @ts-expect-error: the checker of Effects would report it once more.
// @effect-diagnostics floatingEffect:off missingEffectContext:off
/** Wirings of systems: what compiles, and what does not. */
import type * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import * as t from "io-ts"
import { expectTypeOf } from "vitest"
import {
  Aggregate,
  Decider,
  EventCodec,
  type EventStore,
  NotificationLog,
  Processor,
  Query,
  Repository,
  System,
  Upstream,
} from "../../src/core/index.ts"

const Sold = EventCodec.make({ Sold: t.type({ item: t.string }), Closed: t.type({}) })
const Sent = EventCodec.make({ Sent: t.type({ item: t.string }) })
const Paid = EventCodec.make({ Paid: t.type({ cents: t.number }) })
/** The same tag, and something else behind it. */
const SoldByNumber = EventCodec.make({ Sold: t.type({ item: t.number }) })

const counters = Repository.make(
  Aggregate.make({
    category: "Counter",
    events: Paid,
    decider: Decider.make({
      initial: 0,
      decide: (cents: number, _sum: number) => Decider.accept(Paid.Paid({ cents })),
      evolve: (sum: number, { cents }: EventCodec.TypeOf<typeof Paid>) => sum + cents,
    }),
  }),
)
const after = <E>(name: string, events: EventCodec.EventCodec<E>) =>
  Processor.policy({
    name,
    events,
    filter: Query.all,
    policy: () => [1],
    send: (cents: number) => Processor.send(counters, "1", cents),
  })

const shop = System.application({ name: "shop", records: Sold, processors: [after("closing", Paid)] })
const depot = System.application({ name: "depot", records: Sent, processors: [after("sending", Sold)] })
const bank = System.application({
  name: "bank",
  records: Paid,
  processors: [after("charging", Sold), after("refunding", Sent)],
})
const log = System.application({ name: "log", records: Paid, processors: [] })
const misled = System.application({ name: "misled", records: Paid, processors: [after("reading", SoldByNumber)] })

// An application is known by what it records and what it follows.
expectTypeOf(shop).toEqualTypeOf<System.Application<EventCodec.TypeOf<typeof Sold>, EventCodec.TypeOf<typeof Paid>>>()
expectTypeOf(bank).toEqualTypeOf<
  System.Application<EventCodec.TypeOf<typeof Paid>, EventCodec.TypeOf<typeof Sold> | EventCodec.TypeOf<typeof Sent>>
>()

// Chains, loops and joins.
const system = System.make("sales", shop.pipe(depot, bank, shop), shop.pipe(bank))
expectTypeOf(system).toEqualTypeOf<System.System<never>>()

// @ts-expect-error: nobody in the depot follows what the bank records.
shop.pipe(bank, depot)
// @ts-expect-error: nobody in the log follows anything.
shop.pipe(log)
// @ts-expect-error: it follows what is sold by another number.
shop.pipe(misled)
// @ts-expect-error: the shop does not follow itself.
shop.pipe(shop)
// @ts-expect-error: the last of a chain is looked at as well: the shop does not follow what is sent.
depot.pipe(bank, shop, depot, shop)

// What a remote log needs, the system needs.
const elsewhere = System.remote(Sold, Upstream.of("elsewhere", NotificationLog))
const remote = System.make("remote", elsewhere.pipe(depot), shop.pipe(depot))
expectTypeOf(remote).toEqualTypeOf<System.System<NotificationLog>>()
// @ts-expect-error: a remote log records what it records.
System.make("remote", System.remote(Paid, Upstream.of("elsewhere", NotificationLog)).pipe(depot))

declare const stores: System.Stores<"no disk">
expectTypeOf(System.deploy(remote, stores)).toEqualTypeOf<
  Effect.Effect<System.Deployment, "no disk", Scope | NotificationLog>
>()
declare const deployment: System.Deployment
declare const headOf: Effect.Effect<number, never, EventStore | Scope>
expectTypeOf(deployment.within("shop")(headOf)).toEqualTypeOf<Effect.Effect<number, never, Scope>>()
