import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import { EventMapper, EventStore, StoreUnavailable, Timers } from "../../../src/core/index.ts"
import * as StoreModel from "../../../src/core/program/StoreModel.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"

const live = Layer.mergeAll(Memory.layer, EventMapper.plain)
const run = <A, E>(effect: Effect.Effect<A, E, Layer.Success<typeof live> | Scope>): Promise<A> =>
  Effect.runPromise(effect.pipe(Effect.provide(live), Effect.provide(TestClock.layer()), Effect.scoped))

const set = (id: string, at: number, payload?: string) => StoreModel.carryOut(Timers.set(id, at, payload).to)
const cancel = (id: string) => StoreModel.carryOut(Timers.cancel(id).to)

/** As another process has it: nothing that is held in memory is shared. */
const elsewhere = Effect.updateService(EventStore, (store) => ({ ...store }))

const tagsOf = (id: string) =>
  Effect.map(Stream.runCollect(Timers.timers.history(id)), (history) => history.map(({ event }) => event._tag))

/** Lets everybody do what there is to do now. */
const settle = Effect.andThen(Effect.repeat(Effect.yieldNow, { times: 500 }), TestClock.adjust(0))
const at = (millis: number) => Effect.andThen(TestClock.setTime(millis), settle)

describe("a timer", () => {
  it("fires at its time and not before, once, and says what set it", async () => {
    const [before, after, later, history] = await run(
      Effect.gen(function* () {
        yield* Effect.forkScoped(Timers.run)
        yield* Effect.forkScoped(elsewhere(Timers.run))
        yield* settle
        yield* set("a", 5000, "remind")
        yield* at(4999)
        const before = yield* tagsOf("a")
        yield* at(5000)
        const after = yield* tagsOf("a")
        yield* at(100_000)
        return [before, after, yield* tagsOf("a"), yield* Stream.runCollect(Timers.timers.history("a"))] as const
      }),
    )
    expect([before, after, later]).toEqual([["TimerSet"], ["TimerSet", "TimerFired"], ["TimerSet", "TimerFired"]])
    expect(history[1]?.event).toEqual({ _tag: "TimerFired", at: 5000, payload: "remind" })
    expect(history[1]?.causation?.eventId).toBe(history[0]?.id)
    expect(history[1]?.recordedAt).toBe(5000)
  })

  it("that was cancelled does not fire, one that was set again does at that time, and one that fired once more", async () => {
    const found = await run(
      Effect.gen(function* () {
        yield* Effect.forkScoped(Timers.run)
        for (const id of ["cancelled", "later", "sooner", "again"]) yield* set(id, 5000)
        yield* cancel("cancelled")
        yield* set("later", 9000)
        yield* set("sooner", 1000)
        yield* at(1000)
        const first = yield* tagsOf("sooner")
        yield* at(6000)
        const second = yield* Effect.forEach(["cancelled", "later", "sooner", "again"], tagsOf)
        yield* set("again", 7000)
        yield* cancel("sooner")
        yield* at(9000)
        return [first, second, yield* Effect.forEach(["later", "sooner", "again"], tagsOf)]
      }),
    )
    expect(found).toEqual([
      ["TimerSet", "TimerSet", "TimerFired"],
      [
        ["TimerSet", "TimerCancelled"],
        ["TimerSet", "TimerSet"],
        ["TimerSet", "TimerSet", "TimerFired"],
        ["TimerSet", "TimerFired"],
      ],
      [
        ["TimerSet", "TimerSet", "TimerFired"],
        ["TimerSet", "TimerSet", "TimerFired"],
        ["TimerSet", "TimerFired", "TimerSet", "TimerFired"],
      ],
    ])
  })

  it("fires at once where its time has passed, beside many others, and though it was set before anybody looked", async () => {
    const ids = Array.from({ length: 200 }, (_, n) => `t${n}`)
    const found = await run(
      Effect.gen(function* () {
        yield* at(1_000_000)
        for (const [n, id] of ids.entries()) yield* set(id, n)
        const runners = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(elsewhere(Timers.run)))
        for (let n = 0; n < 20; n++) yield* settle
        for (const runner of runners) yield* Fiber.interrupt(runner)
        return yield* Effect.forEach(ids, tagsOf)
      }),
    )
    expect(new Set(found.map(String))).toEqual(new Set(["TimerSet,TimerFired"]))
  })

  it("waits for as long as numbers go, whichever way the clock is set meanwhile", async () => {
    const year = 365 * 86_400_000
    const far = 1e5 * year
    const found = await run(
      Effect.gen(function* () {
        yield* Effect.forkScoped(Timers.run)
        yield* set("far", far)
        yield* set("never", Number.MAX_SAFE_INTEGER)
        yield* set("near", 50_000)
        yield* at(40_000)
        yield* at(10_000)
        const first = yield* tagsOf("near")
        yield* at(49_999)
        yield* at(60_000)
        return [first, yield* tagsOf("near"), yield* tagsOf("far"), yield* tagsOf("never")]
      }),
    )
    expect(found).toEqual([["TimerSet"], ["TimerSet", "TimerFired"], ["TimerSet"], ["TimerSet"]])
  })

  it("fires though the store was not there for a while", async () => {
    let missing = 3
    const found = await run(
      Effect.gen(function* () {
        const flaky = Effect.updateService(EventStore, (store) => ({
          ...store,
          commit: (request: Parameters<typeof store.commit>[0]) =>
            missing-- > 0
              ? Effect.fail(new StoreUnavailable({ what: "committing", retryable: true, cause: "no connection" }))
              : store.commit(request),
        }))
        yield* Effect.forkScoped(flaky(Timers.run))
        yield* set("a", 100)
        for (const millis of [100, 1000, 2000, 4000, 8000]) yield* at(millis)
        return yield* tagsOf("a")
      }),
    )
    expect(missing).toBeLessThan(0)
    expect(found).toEqual(["TimerSet", "TimerFired"])
  })

  it("cannot be set to what is no time", () => {
    for (const at of [Number.NaN, 0.5, Number.POSITIVE_INFINITY, new Date("no date")]) {
      expect(() => Timers.set("a", at)).toThrow("not whole milliseconds")
    }
  })
})
