/**
 * A system where it works: with a store for each application.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import { InvalidInput } from "../event/Errors.ts"
import { EventStore } from "../port/EventStore.ts"
import type { Needs } from "./StoreModel.ts"
import type { System } from "./System.ts"
import type { Job } from "./SystemJob.ts"
import * as Upstream from "./Upstream.ts"

/**
 * The store of each application, by the application's name. Each is built for itself: two applications that are given the
 * same layer in memory have two stores.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { EventMapper, type StoreUnavailable, type System } from "everfold"
 * import { Sqlite } from "everfold/sqlite"
 *
 * const files: System.Stores<StoreUnavailable> = (application) =>
 *   Layer.merge(Sqlite.layer({ filename: `${application}.db` }), EventMapper.plain)
 * ```
 * @category model
 * @since 0.1.0
 */
export type Stores<E = never, R = never> = (application: string) => Layer.Layer<Needs, E, R>

/**
 * A system where it works. It does nothing by itself: runners work at its jobs.
 *
 * @example
 * ```ts
 * import { EventStore, type System } from "everfold"
 *
 * const headOf = ({ within }: System.Deployment, application: string) =>
 *   within(application)(EventStore.use((store) => store.head))
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Deployment {
  readonly system: string
  /** One for each processor and each upstream that it follows. */
  readonly jobs: ReadonlyArray<Job>
  /** Does something with the store of an application. Throws `InvalidInput` where there is none of that name. */
  readonly within: (
    application: string,
  ) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, Exclude<R, Needs>>
}

/**
 * Opens the stores of a system, for as long as the scope is open.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Aggregate, Decider, EventCodec, EventMapper, Processor, Repository, System } from "everfold"
 * import { Memory } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const Sold = EventCodec.make({ Sold: t.type({ item: t.string }) })
 * const Sent = EventCodec.make({ Sent: t.type({ item: t.string }) })
 * const counted = <E>(category: string, events: EventCodec.EventCodec<E>) =>
 *   Repository.make(
 *     Aggregate.make({
 *       category,
 *       events,
 *       decider: Decider.make({
 *         initial: 0,
 *         decide: (event: E, _n: number) => Decider.accept(event),
 *         evolve: (n: number, _event: E) => n + 1
 *       })
 *     })
 *   )
 * const parcels = counted("Parcel", Sent)
 * const sending = Processor.policy({
 *   name: "sending",
 *   events: Sold,
 *   policy: ({ stream, event }) => [{ id: stream.id, item: event.item }],
 *   send: ({ id, item }) => Processor.send(parcels, id, Sent.Sent({ item }))
 * })
 * const shop = System.application({ name: "shop", records: Sold, processors: [] })
 * const depot = System.application({ name: "depot", records: Sent, processors: [sending] })
 * const sales = counted("Sale", Sold)
 * const stores = () => Layer.mergeAll(Memory.layer, EventMapper.plain)
 * const program = Effect.gen(function* () {
 *   const deployment = yield* System.deploy(System.make("sales", shop.pipe(depot)), stores)
 *   yield* deployment.within("shop")(sales.execute("17", Sold.Sold({ item: "bread" })))
 *   const { jobs } = deployment
 *   console.log(jobs.map(({ processor, upstream }) => `${processor} of ${upstream}`)) // [ 'sending of shop' ]
 * })
 * await Effect.runPromise(Effect.scoped(program))
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const deploy = Effect.fnUntraced(function* <R, E, R2>(
  { name, applications, links }: System<R>,
  stores: Stores<E, R2>,
): Effect.fn.Return<Deployment, E, Scope | R | R2> {
  const around = yield* Effect.context<R>()
  const opened = new Map<string, Context.Context<Needs>>()
  for (const { name } of applications) opened.set(name, yield* Layer.build(Layer.fresh(stores(name))))

  const storeOf = (application: string): Context.Context<Needs> => {
    const services = opened.get(application)
    if (services !== undefined) return services
    const known = [...opened.keys()].join(", ")
    throw new InvalidInput({ what: `system ${name} has no application ${application} (it has ${known})` })
  }

  const jobs = links.map(({ application, upstream: node, filter, follow }) =>
    follow({
      application,
      upstream: node.upstream ?? Upstream.ofStore(node.name, Context.get(storeOf(node.name), EventStore)),
      filter,
      services: Context.merge(around, storeOf(application)),
    }),
  )
  return { system: name, jobs, within: (application) => Effect.provideContext(storeOf(application)) }
})
