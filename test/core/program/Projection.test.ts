import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import { EventMapper, Projection, Query, Repository } from "../../../src/core/index.ts"
import { Memory, MemoryModel } from "../../../src/interpreters/memory/index.ts"
import { AccountEvent, Accounts, deposit, open, through } from "./support.ts"

type Totals = ReadonlyMap<string, number>

const totals = MemoryModel.make("test/Totals", new Map() as Totals)
const accounts = Repository.make(Accounts)

const added =
  (version: number, broken: (amount: number) => boolean = () => false) =>
  (name = "totals") =>
    Projection.make({
      name,
      version,
      model: totals.model,
      events: AccountEvent,
      filter: Query.make({ category: "Account" }),
      handle: ({ stream, event }, cell) =>
        Effect.suspend(() => {
          if (event._tag !== "Deposited") return Effect.void
          if (broken(event.amount)) return Effect.fail("no such amount")
          const sum = (cell.get().get(stream.id) ?? 0) + event.amount * version
          cell.set(new Map(cell.get()).set(stream.id, sum))
          return Effect.void
        }),
    })

const live = Layer.mergeAll(Memory.layer, EventMapper.plain, totals.layer)
const run = <A, E>(effect: Effect.Effect<A, E, Layer.Success<typeof live>>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, live))

const log = { upstream: "log", partition: 0 }

const soon = { retry: Schedule.recurs(1) }

describe("a projection", () => {
  it("handles what is there and what comes, and can be waited for", async () => {
    const projection = added(1)()
    const seen = await run(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* accounts.execute("ada", deposit(5))
        const working = yield* Effect.forkChild(Projection.run(projection))
        yield* accounts.execute("ada", deposit(2)).pipe(Projection.including(projection))
        const first = yield* totals.value
        yield* accounts.execute("bob", open("Bob"))
        yield* accounts.execute("bob", deposit(1)).pipe(Projection.including(projection))
        const status = yield* Projection.status(projection)
        yield* Fiber.interrupt(working)
        return [first, yield* totals.value, status]
      }),
    )
    expect(seen).toEqual([
      new Map([["ada", 7]]),
      new Map([
        ["ada", 7],
        ["bob", 1],
      ]),
      { position: 5, head: 5, active: Option.some(1), parked: [] },
    ])
  })

  it("works in one instance at a time, and another one takes over", async () => {
    const projection = added(1)()
    const sum = await run(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        const instances = yield* Effect.forEach(Array.from({ length: 4 }), () =>
          Effect.forkChild(Projection.run(projection, { lease: 400 })),
        )
        for (const instance of instances) {
          yield* accounts.execute("ada", deposit(1)).pipe(Projection.including(projection))
          yield* Fiber.interrupt(instance)
        }
        return (yield* totals.value).get("ada")
      }),
    )
    expect(sum).toBe(4)
  })

  it("goes on soon where the instance that worked has stopped, however long its lease was", async () => {
    const projection = added(1)()
    const instance = Effect.forkChild(Projection.run(projection, { lease: 3_600_000 }))
    const sum = await run(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        const first = yield* instance
        yield* accounts.execute("ada", deposit(1)).pipe(Projection.including(projection))
        const second = yield* instance
        yield* Effect.sleep("20 millis")
        yield* Fiber.interrupt(first)
        yield* accounts.execute("ada", deposit(1)).pipe(Projection.including(projection))
        yield* Fiber.interrupt(second)
        return (yield* totals.value).get("ada")
      }),
    )
    expect(sum).toBe(2)
  })

  it("stops at what it cannot handle, and goes on from there once that is mended", async () => {
    const [error, waiting, sum] = await run(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* accounts.execute("ada", deposit(5))
        yield* accounts.execute("ada", deposit(13))
        yield* accounts.execute("ada", deposit(2))
        const error = yield* Effect.flip(Projection.run(added(1, (amount) => amount === 13)(), soon))
        const waiting = yield* Effect.flip(Projection.waitFor(added(1)(), 4, { timeout: "20 millis" }))
        const working = yield* Effect.forkChild(Projection.run(added(1)()))
        yield* Projection.waitFor(added(1)(), 4)
        yield* Fiber.interrupt(working)
        return [error, waiting, (yield* totals.value).get("ada")] as const
      }),
    )
    expect(error).toMatchObject({ _tag: "ProjectionStopped", position: 3, cause: "no such amount" })
    expect(waiting).toMatchObject({ _tag: "ProjectionBehind", position: 2, awaited: 4 })
    expect(waiting.message).toContain("stopped at position 3: no such amount")
    expect(sum).toBe(20)
  })

  it("parks what it cannot handle, with what follows in its stream, and handles it when it begins anew", async () => {
    const [parked, awaited, before, after, left] = await run(
      Effect.gen(function* () {
        for (const id of ["ada", "bob"]) yield* accounts.execute(id, open(id))
        yield* accounts.execute("ada", deposit(13))
        yield* accounts.execute("bob", deposit(1))
        yield* accounts.execute("ada", deposit(2))
        const broken = added(1, (amount) => amount === 13)()
        const working = yield* Effect.forkChild(Projection.run(broken, { ...soon, onFailure: "park" }))
        yield* Projection.waitFor(broken, 4)
        yield* Effect.flip(Projection.waitFor(broken, 5))
        const { parked } = yield* Projection.status(broken)
        const awaited = yield* Effect.flip(Projection.waitFor(broken, 3))
        yield* Fiber.interrupt(working)
        const before = yield* totals.value
        const mended = yield* Effect.forkChild(Projection.run(added(1)()))
        while ((yield* Projection.status(broken)).parked.length > 0) yield* Effect.sleep(1)
        yield* Fiber.interrupt(mended)
        return [parked, awaited, before, yield* totals.value, (yield* Projection.status(broken)).parked] as const
      }),
    )
    expect(parked).toMatchObject([
      { position: 3, stream: "Account-ada", reason: "no such amount" },
      { position: 5, stream: "Account-ada", reason: "it follows position 3, which is parked" },
    ])
    expect(awaited.message).toContain("that event is parked (no such amount)")
    expect([before, after]).toEqual([
      new Map([["bob", 1]]),
      new Map([
        ["bob", 1],
        ["ada", 15],
      ]),
    ])
    expect(left).toEqual([])
  })

  it("tries what is parked again when it is told to", async () => {
    const [parked, sum] = await run(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* accounts.execute("ada", deposit(13))
        yield* accounts.execute("ada", deposit(2))
        let isBroken = true
        const projection = added(1, (amount) => amount === 13 && isBroken)()
        const working = yield* Effect.forkChild(Projection.run(projection, { ...soon, onFailure: "park", lease: 60 }))
        yield* Effect.flip(Projection.waitFor(projection, 3))
        yield* Projection.replay(projection)
        yield* accounts.execute("bob", open("Bob")).pipe(Projection.including(projection))
        const { parked } = yield* Projection.status(projection)
        isBroken = false
        yield* Projection.replay(projection)
        while ((yield* Projection.status(projection)).parked.length > 0) yield* Effect.sleep(1)
        yield* accounts.execute("ada", deposit(1)).pipe(Projection.including(projection))
        yield* Fiber.interrupt(working)
        return [parked.map(({ position }) => position), (yield* totals.value).get("ada")]
      }),
    )
    expect(parked).toEqual([2, 3])
    expect(sum).toBe(16)
  })

  it("tells how it comes on, and how long it will take, whichever process it goes on in", async () => {
    const advances = await run(
      Effect.gen(function* () {
        for (const id of ["ada", "bob", "eve", "joe"]) yield* accounts.execute(id, open(id))
        const projection = added(1)()
        const model = yield* totals.model
        const { epoch } = Option.getOrThrow(yield* model.acquire({ ...log, consumer: "totals:1" }, 1000))
        const move = (from: number, to: number) =>
          model.transact({ ...log, consumer: "totals:1", epoch, from, to }, () => Effect.void)
        const watching = yield* Effect.forkChild(
          Stream.runCollect(Projection.progress(projection, { every: "1 second" })),
        )
        yield* TestClock.adjust("2 seconds")
        yield* move(0, 1)
        yield* TestClock.adjust("1 second")
        yield* move(1, 4)
        yield* TestClock.adjust("1 second")
        return yield* Fiber.join(watching)
      }).pipe(Effect.provide(TestClock.layer())),
    )
    expect(advances.map(({ position, perSecond, remaining }) => [position, perSecond, remaining])).toEqual([
      [0, 0, Option.none()],
      [0, 0, Option.none()],
      [0, 0, Option.none()],
      [1, 1 / 3, Option.some(Duration.seconds(9))],
      [4, 1, Option.some(Duration.zero)],
    ])
    expect(advances[0]?.head).toBe(4)
  })

  it("stops at an event that was tampered with, also where it may park", async () => {
    const error = await run(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* accounts.execute("ada", deposit(5))
        const tampered = through((store) => ({
          ...store,
          readAll: (range) =>
            Effect.map(store.readAll(range), (page) => ({
              ...page,
              events: page.events.map((event) =>
                event.position === 2 ? { ...event, body: Buffer.from("{}") } : event,
              ),
            })),
        }))
        return yield* Effect.flip(tampered(Projection.run(added(1)(), { ...soon, onFailure: "park" })))
      }),
    )
    expect(error).toMatchObject({ _tag: "ProjectionStopped", position: 2, cause: { _tag: "IntegrityViolation" } })
  })

  it("is built anew beside the one before it, which ends when the new one is active", async () => {
    const [old, status] = await run(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        yield* accounts.execute("ada", deposit(5))
        const [one, two] = [added(1)(), added(2)()]
        const before = yield* Effect.forkChild(Projection.run(one, { lease: 30 }))
        yield* Projection.waitFor(one, 2)
        const after = yield* Effect.forkChild(Projection.run(two, { lease: 30 }))
        const old = yield* Fiber.await(before)
        const status = yield* Projection.status(two)
        yield* Fiber.interrupt(after)
        return [old._tag, status] as const
      }),
    )
    expect(old).toBe("Success")
    expect(status).toMatchObject({ active: Option.some(2), position: 2 })
  })

  it("says why it is waited for in vain", async () => {
    const error = await run(
      Effect.gen(function* () {
        yield* accounts.execute("ada", open("Ada"))
        return yield* Effect.flip(Projection.waitFor(added(1)(), 1, { timeout: "10 millis" }))
      }),
    )
    expect(error.message).toBe(
      "Projection totals, version 1, is at position 0 and not at 1: it did not come any further meanwhile (does any process run it?).",
    )
  })
})
