/**
 * Runners of systems in this process: step by step in an order that is given, and all at once. Both begin with what is
 * there already. Whichever runs a system, each event is handled once by each job.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import type { Position } from "../event/Commit.ts"
import type { InvalidInput } from "../event/Errors.ts"
import * as StreamName from "../event/StreamName.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import type * as Projection from "./Projection.ts"
import type { ProjectionStopped } from "./ProjectionErrors.ts"
import type { Deployment } from "./SystemDeployment.ts"
import type { Job, Place, Step } from "./SystemJob.ts"

/**
 * A system came to no end within so many steps. What was recorded until then is recorded: taken up again, it goes on.
 *
 * @example
 * ```ts
 * import { SystemRunner } from "everfold"
 *
 * const busy = new SystemRunner.SystemBusy({ system: "sales", steps: 9, busy: ["shop.returning < depot"] })
 * console.log(busy.message.slice(0, 46)) // System sales came to no end in 9 steps: shop.r
 * ```
 * @category errors
 * @since 0.1.0
 */
export class SystemBusy extends TaggedError("SystemBusy")<{
  readonly system: string
  readonly steps: number
  /** Who has events left, as `application.processor < upstream`. */
  readonly busy: ReadonlyArray<string>
}> {
  override get message(): string {
    const who = this.busy.join(", ")
    return `System ${this.system} came to no end in ${this.steps} steps: ${who} are still at work. Give it more fuel, or see whether they answer one another for ever.`
  }
}

/**
 * How steps are taken.
 *
 * @example
 * ```ts
 * import { SystemRunner } from "everfold"
 *
 * const stepping: SystemRunner.Stepping = { choices: SystemRunner.seeded(7), fuel: 1000 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Stepping extends Omit<Projection.Running, "partitions"> {
  /**
   * Who has the next turn, step by step: of those who may have something to do, in the order of the system's jobs, the one
   * of this number, counted round. The first of them, where nothing is left of it.
   */
  readonly choices?: Iterable<number>
  /** Steps in which an event is handled, at most; 100,000, if left out. */
  readonly fuel?: number
}

/**
 * Choices that follow from a seed, without end: the same ones for the same seed.
 *
 * @example
 * ```ts
 * import { SystemRunner } from "everfold"
 *
 * const [first] = SystemRunner.seeded(7)
 * const [again] = SystemRunner.seeded(7)
 * console.log(first === again) // true
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const seeded = (seed: number): Iterable<number> => ({
  *[Symbol.iterator]() {
    let state = seed >>> 0
    while (true) {
      // Mulberry32.
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      yield (mixed ^ (mixed >>> 14)) >>> 0
    }
  },
})

const nameOf = ({ application, processor, upstream }: Pick<Job, "application" | "processor" | "upstream">): string =>
  `${application}.${processor} < ${upstream}`

/**
 * Has one job after another handle one event, until nobody has anything left to do, and tells who handled what and what
 * came of it.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Aggregate, Decider, EventCodec, EventMapper, Processor, Repository, System, SystemRunner } from "everfold"
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
 *   const trace = yield* SystemRunner.step(deployment)
 *   console.log(trace.map(SystemRunner.tell)) // [ 'depot.sending < shop: Sale-17 Sold => Parcel-17 Sent' ]
 * })
 * await Effect.runPromise(Effect.scoped(program))
 * ```
 * @category running
 * @since 0.1.0
 */
export const step = Effect.fnUntraced(function* (
  { system, jobs }: Deployment,
  { choices = [], fuel = 100_000, ...running }: Stepping = {},
): Effect.fn.Return<ReadonlyArray<Step>, Projection.StepError | SystemBusy> {
  const turns = choices[Symbol.iterator]()
  const trace: Array<Step> = []
  let able = jobs
  for (;;) {
    if (able.length === 0) {
      able = yield* Effect.filter(jobs, hasMore)
      if (able.length === 0) return trace
      // Somebody else has a lease, who may be dead.
      yield* Effect.sleep(patience)
    }
    const { value = 0, done = false } = turns.next()
    const job = able.at(done ? 0 : value % able.length)
    if (job === undefined) continue
    const taken = yield* job.step(running)
    if (taken._tag === "None") {
      able = able.filter((one) => one !== job)
      continue
    }
    const { handled, recorded } = taken.value
    if (recorded.length > 0) able = jobs
    if (handled.length === 0) continue
    trace.push(taken.value)
    if (trace.length < fuel) continue
    const busy = yield* Effect.filter(jobs, hasMore)
    if (busy.length > 0) return yield* new SystemBusy({ system, steps: trace.length, busy: busy.map(nameOf) })
  }
})

/** Between two looks for leases that others have. */
const patience = "100 millis"

const hasMore = ({ status }: Job) => Effect.map(status, ({ position, head }) => position < head)

/**
 * Works at all jobs of a system until it is interrupted, or one fails for good.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Aggregate, Decider, EventCodec, EventMapper, Processor, Repository, System, SystemRunner } from "everfold"
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
 *   yield* Effect.forkScoped(SystemRunner.concurrent(deployment))
 *   yield* SystemRunner.quiet(deployment)
 *   console.log(yield* deployment.within("depot")(parcels.exists("17"))) // true
 * })
 * await Effect.runPromise(Effect.scoped(program))
 * ```
 * @category running
 * @since 0.1.0
 */
export const concurrent = (
  { jobs }: Deployment,
  running?: Omit<Projection.Running, "partitions">,
): Effect.Effect<void, ProjectionStopped | StoreUnavailable | InvalidInput> =>
  Effect.forEach(jobs, ({ run }) => run(running), { concurrency: "unbounded", discard: true })

const headsOf = (jobs: ReadonlyArray<Job>) =>
  Effect.forEach(jobs, ({ status }) => Effect.map(status, ({ head }) => head))

/**
 * Waits until a system is quiet, whoever works at it and wherever: every job has come to the head of its upstream, and no
 * event was recorded meanwhile. Nothing more will happen then, unless somebody outside acts.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Aggregate, Decider, EventCodec, EventMapper, Processor, Repository, System, SystemRunner } from "everfold"
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
 *   yield* Effect.forkScoped(SystemRunner.concurrent(deployment))
 *   yield* deployment.within("shop")(sales.execute("18", Sold.Sold({ item: "milk" })))
 *   yield* SystemRunner.quiet(deployment)
 *   console.log(yield* deployment.within("depot")(parcels.exists("18"))) // true
 * })
 * await Effect.runPromise(Effect.scoped(program))
 * ```
 * @category queries
 * @since 0.1.0
 */
export const quiet = ({ jobs }: Deployment): Effect.Effect<void, StoreUnavailable | InvalidInput> =>
  Effect.gen(function* () {
    let before: ReadonlyArray<Position> = []
    for (;;) {
      const heads = yield* headsOf(jobs)
      if (heads.length === before.length && heads.every((head, i) => head === before[i])) return
      yield* Effect.forEach(jobs, ({ reached }, i) => reached(heads[i] ?? 0), {
        concurrency: "unbounded",
        discard: true,
      })
      before = heads
    }
  })

/**
 * Works at all jobs of a system until it is quiet.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Aggregate, Decider, EventCodec, EventMapper, Processor, Repository, System, SystemRunner } from "everfold"
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
 *   yield* SystemRunner.settle(deployment)
 *   console.log(yield* deployment.within("depot")(parcels.exists("17"))) // true
 * })
 * await Effect.runPromise(Effect.scoped(program))
 * ```
 * @category running
 * @since 0.1.0
 */
export const settle = (
  deployment: Deployment,
  running?: Omit<Projection.Running, "partitions">,
): Effect.Effect<void, ProjectionStopped | StoreUnavailable | InvalidInput> =>
  Effect.raceFirst(quiet(deployment), Effect.andThen(concurrent(deployment, running), Effect.never))

const show = ({ stream, type }: Place): string => `${StreamName.format(stream)} ${type}`

/**
 * A step as a line of text.
 *
 * @example
 * ```ts
 * import { SystemRunner } from "everfold"
 *
 * const sold = { position: 1, stream: { category: "Sale", id: "17" }, type: "Sold" }
 * const step = { application: "depot", processor: "sending", upstream: "shop", handled: [sold], recorded: [] }
 * console.log(SystemRunner.tell(step)) // depot.sending < shop: Sale-17 Sold => nothing
 * ```
 * @category elimination
 * @since 0.1.0
 */
export const tell = ({ handled, recorded, ...who }: Step): string =>
  `${nameOf(who)}: ${handled.map(show).join(", ")} => ${recorded.map(show).join(", ") || "nothing"}`
