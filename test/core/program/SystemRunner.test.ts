import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { describe, expect, it } from "vitest"
import { EventStore, Processor, Query, System, SystemRunner } from "../../../src/core/index.ts"
import { parcels, Sent, Sold, sales, sending, shop, stateOf, stores, system } from "./sales.ts"

const sell = (within: System.Deployment["within"], id: string) =>
  within("shop")(sales.execute(id, { item: `item ${id}` }))

const headOf = EventStore.use((store) => store.head)

/** Each parcel that is sent is sold anew. */
const returning = Processor.policy({
  name: "returning",
  events: Sent,
  policy: ({ stream }) => [stream.id],
  send: (id) => Processor.send(sales, id, { item: "it again" }),
})
describe("step by step", () => {
  it("works at what is there until nobody has anything to do, and tells of it", async () => {
    const [trace, again, state] = await Effect.gen(function* () {
      const deployment = yield* System.deploy(system, stores)
      for (const id of ["1", "2"]) yield* sell(deployment.within, id)
      const trace = yield* SystemRunner.step(deployment)
      return [
        trace,
        yield* SystemRunner.step(deployment),
        yield* deployment.within("shop")(stateOf(sales, "2")),
      ] as const
    }).pipe(Effect.scoped, Effect.runPromise)
    expect(trace.map(SystemRunner.tell)).toEqual([
      "depot.sending < shop: Sale-1 Sold => Parcel-1 Sent",
      "shop.closing < depot: Parcel-1 Sent => Sale-1 Closed",
      "depot.sending < shop: Sale-2 Sold => Parcel-2 Sent",
      "shop.closing < depot: Parcel-2 Sent => Sale-2 Closed",
    ])
    expect(again).toEqual([])
    expect(state).toEqual({ sold: 1, closed: 1 })
  })

  it("goes in the order of its choices, which a seed may make", async () => {
    const traced = (choices: Iterable<number>) =>
      Effect.gen(function* () {
        const deployment = yield* System.deploy(system, stores)
        for (const id of ["1", "2", "3"]) yield* sell(deployment.within, id)
        return (yield* SystemRunner.step(deployment, { choices })).map(SystemRunner.tell)
      }).pipe(Effect.scoped, Effect.runPromise)
    const given = await traced([1, 1, 1])
    expect(given.map((line) => line.slice(0, 5))).toEqual(["depot", "depot", "depot", "shop.", "shop.", "shop."])
    const seeds = await Promise.all([1, 2, 3, 4].map((seed) => traced(SystemRunner.seeded(seed))))
    expect(new Set(seeds.map((trace) => trace.join())).size).toBeGreaterThan(1)
    expect(await traced(SystemRunner.seeded(3))).toEqual(seeds[2])
    // Whatever number it is, somebody has the turn.
    expect((await traced([-1, 2.5, Number.NaN, -7])).length).toBe(6)
  })

  it("comes to an end where applications answer one another for ever, and says who is at work", async () => {
    const back = System.application({ name: "shop", records: Sold, processors: [returning] })
    const depot = System.application({ name: "depot", records: Sent, processors: [sending()] })
    const busy = await Effect.gen(function* () {
      const deployment = yield* System.deploy(System.make("endless", back.pipe(depot, back)), stores)
      yield* sell(deployment.within, "1")
      return yield* Effect.flip(SystemRunner.step(deployment, { fuel: 9 }))
    }).pipe(Effect.scoped, Effect.runPromise)
    expect(busy).toMatchObject({ _tag: "SystemBusy", system: "endless", steps: 9, busy: ["shop.returning < depot"] })
    expect(busy.message).toContain("shop.returning < depot are still at work")
  })

  it("fails with what an event could not be handled for", async () => {
    const throwing = Processor.policy({
      name: "sending",
      events: Sold,
      policy: (): ReadonlyArray<string> => {
        throw new Error("no more parcels")
      },
      send: (item) => Processor.send(parcels, "1", item),
    })
    const depot = System.application({ name: "depot", records: Sent, processors: [throwing] })
    const stopped = await Effect.gen(function* () {
      const deployment = yield* System.deploy(System.make("sales", shop.pipe(depot, shop)), stores)
      yield* sell(deployment.within, "1")
      return yield* Effect.flip(SystemRunner.step(deployment))
    }).pipe(Effect.scoped, Effect.runPromise)
    expect(stopped).toMatchObject({ _tag: "ProjectionStopped", name: "sending", position: 1 })
  })

  it("waits for who has a lease, and for the dead", async () => {
    const closed = await Effect.gen(function* () {
      const deployment = yield* System.deploy(system, stores)
      yield* sell(deployment.within, "1")
      const running = yield* Effect.forkChild(SystemRunner.concurrent(deployment))
      yield* SystemRunner.step(deployment)
      yield* Fiber.interrupt(running)
      return yield* deployment.within("shop")(stateOf(sales, "1"))
    }).pipe(Effect.scoped, Effect.runPromise)
    expect(closed).toEqual({ sold: 1, closed: 1 })
  })
})

describe("a job in partitions", () => {
  it("steps at those that it is told to", async () => {
    const parted = { ...sending(), partitions: 3 }
    const depot = System.application({ name: "depot", records: Sent, processors: [parted] })
    const ids = Array.from({ length: 12 }, (_, i) => String(i))
    const [first, rest] = await Effect.gen(function* () {
      const deployment = yield* System.deploy(System.make("sales", shop.pipe(depot, shop)), stores)
      for (const id of ids) yield* sell(deployment.within, id)
      const job = deployment.jobs.find(({ processor }) => processor === "sending")
      const stepped = Effect.map(
        job?.step({ batch: 12, partitions: [1] }) ?? Effect.die("no job"),
        Option.getOrUndefined,
      )
      const first = yield* stepped
      expect(yield* stepped).toBe(undefined)
      return [first?.handled ?? [], yield* SystemRunner.step(deployment)] as const
    }).pipe(Effect.scoped, Effect.runPromise)
    const left = rest.flatMap(({ processor, handled }) => (processor === "sending" ? handled : []))
    expect(first.length).toBeGreaterThan(0)
    expect(left.length).toBeGreaterThan(0)
    expect([...first, ...left].map(({ stream }) => stream.id).toSorted()).toEqual(ids.toSorted())
  })
})

describe("all at once", () => {
  it("works at what is there and at what comes, and is quiet when nobody has anything left to do", async () => {
    const states = await Effect.gen(function* () {
      const deployment = yield* System.deploy(system, stores)
      const ids = Array.from({ length: 20 }, (_, i) => String(i))
      for (const id of ids) yield* sell(deployment.within, id)
      yield* SystemRunner.settle(deployment)
      const running = yield* Effect.forkChild(SystemRunner.concurrent(deployment))
      yield* Effect.forEach(ids, (id) => sell(deployment.within, id), { concurrency: 5 })
      yield* SystemRunner.quiet(deployment)
      const heads = [yield* deployment.within("shop")(headOf), yield* deployment.within("depot")(headOf)]
      yield* Effect.sleep(20)
      expect([yield* deployment.within("shop")(headOf), yield* deployment.within("depot")(headOf)]).toEqual(heads)
      yield* Fiber.interrupt(running)
      return yield* Effect.forEach(ids, (id) => deployment.within("shop")(stateOf(sales, id)))
    }).pipe(Effect.scoped, Effect.runPromise)
    expect(states).toEqual(states.map(() => ({ sold: 2, closed: 2 })))
  })

  it("fails where one fails for good, also who waits for it to be quiet", async () => {
    const wrong = Processor.policy({
      name: "sending",
      events: Sold,
      filter: Query.all,
      policy: (): ReadonlyArray<string> => {
        throw new Error("no more parcels")
      },
      send: (item) => Processor.send(parcels, "1", item),
    })
    const depot = System.application({ name: "depot", records: Sent, processors: [wrong] })
    const stopped = await Effect.gen(function* () {
      const deployment = yield* System.deploy(System.make("sales", shop.pipe(depot, shop)), stores)
      yield* sell(deployment.within, "1")
      return yield* Effect.flip(SystemRunner.settle(deployment, { retry: Schedule.recurs(0) }))
    }).pipe(Effect.scoped, Effect.runPromise)
    expect(stopped).toMatchObject({ _tag: "ProjectionStopped", name: "sending", position: 1 })
  })
})
