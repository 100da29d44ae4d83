import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import { describe, expect, it } from "vitest"
import * as Turns from "../../../src/core/program/Turns.ts"
import { run } from "../support.ts"

interface Item {
  readonly key: string | undefined
  readonly n: number
}
const item = (n: number, key?: string): Item => ({ n, key })
const fork = (effect: Effect.Effect<void>): void => void Effect.runFork(effect)

/** Turns that note what is taken, each taking a moment. */
const noted = (moment: Effect.Effect<void> = Effect.sleep(1)) => {
  const taken: Array<ReadonlyArray<number>> = []
  let busy = 0
  const turns = Turns.make<Item>(
    (items) =>
      Effect.gen(function* () {
        expect(busy).toBe(0)
        busy++
        yield* moment
        taken.push(items.map(({ n }) => n))
        busy--
      }),
    fork,
  )
  return { turns, taken }
}

const settled = (turns: Turns.Turns<Item>) =>
  Effect.gen(function* () {
    for (let i = 0; i < 2000 && !turns.idle(); i++) yield* Effect.sleep(1)
    expect(turns.idle()).toBe(true)
  })

describe("turns", () => {
  it("are taken in the order in which they came, those that wait together", async () => {
    const { turns, taken } = noted()
    expect(turns.idle()).toBe(true)
    for (let n = 0; n < 5; n++) turns.enter(item(n))
    expect(turns.idle()).toBe(false)
    await run(settled(turns))
    expect(taken).toEqual([[0], [1, 2, 3, 4]])
  })

  it("are at most 256 at a time", async () => {
    const { turns, taken } = noted()
    for (let n = 0; n < 600; n++) turns.enter(item(n))
    await run(settled(turns))
    expect(taken.map((together) => together.length)).toEqual([1, 256, 256, 87])
    expect(taken.flat()).toEqual(Array.from({ length: 600 }, (_, n) => n))
  })

  it("of the same key are never taken together, and overtake nobody", async () => {
    const { turns, taken } = noted()
    turns.enter(item(0))
    for (const [n, key] of ["a", "b", "a", undefined, undefined, "a"].entries()) turns.enter(item(n + 1, key))
    await run(settled(turns))
    expect(taken).toEqual([[0], [1, 2], [3, 4, 5], [6]])
  })

  it("can be left while waiting, and no longer when taken", async () => {
    const { turns, taken } = noted()
    const first = turns.enter(item(0))
    const second = turns.enter(item(1))
    turns.enter(item(2))
    expect(second()).toBe(true)
    expect(second()).toBe(false)
    expect(first()).toBe(false)
    await run(settled(turns))
    expect(taken).toEqual([[0], [2]])
  })

  it("run somebody alone, in turn, between those before and after", async () => {
    const { turns, taken } = noted()
    const order = await run(
      Effect.gen(function* () {
        turns.enter(item(0))
        turns.enter(item(1))
        const alone = yield* Effect.forkChild(
          turns.alone(
            Effect.gen(function* () {
              const before = taken.flat()
              yield* Effect.sleep(3)
              expect(taken.flat()).toEqual(before)
              return before
            }),
          ),
        )
        yield* Effect.yieldNow
        turns.enter(item(2))
        const before = yield* Fiber.join(alone)
        yield* settled(turns)
        return before
      }),
    )
    expect(order).toEqual([0, 1])
    expect(taken).toEqual([[0], [1], [2]])
  })

  it("go on after somebody alone who failed, died or was interrupted", async () => {
    const { turns, taken } = noted()
    const exits = await run(
      Effect.gen(function* () {
        const failed = yield* Effect.exit(turns.alone(Effect.fail("no")))
        const died = yield* Effect.exit(turns.alone(Effect.die("oh")))
        const interrupted = yield* Effect.exit(turns.alone(Effect.interrupt))
        turns.enter(item(1))
        yield* settled(turns)
        return [failed, died, Exit.isFailure(interrupted)]
      }),
    )
    expect(exits).toEqual([Exit.fail("no"), Exit.die("oh"), true])
    expect(taken).toEqual([[1]])
  })

  it("pass over somebody who was interrupted while waiting to be alone", async () => {
    const { turns, taken } = noted()
    await run(
      Effect.gen(function* () {
        const latch = yield* Latch.make()
        const holder = yield* Effect.forkChild(turns.alone(latch.await))
        yield* Effect.yieldNow
        let ran = false
        const waiting = yield* Effect.forkChild(
          turns.alone(
            Effect.sync(() => {
              ran = true
            }),
          ),
        )
        yield* Effect.yieldNow
        turns.enter(item(1))
        yield* Fiber.interrupt(waiting)
        yield* latch.open
        yield* Fiber.join(holder)
        yield* settled(turns)
        expect(ran).toBe(false)
      }),
    )
    expect(taken).toEqual([[1]])
  })

  it("lose nobody, with many fibers that enter, are alone, leave and are interrupted", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      let random = seed
      const dice = (sides: number): number => {
        random = (random * 48271) % 2147483647
        return random % sides
      }
      const done = new Set<number>()
      let inside = 0
      let granted = 0
      const pause = Effect.suspend(() =>
        Effect.forEach(Array.from({ length: dice(4) }), () => Effect.yieldNow, { discard: true }),
      )
      const turns = Turns.make<Item>(
        (items) =>
          Effect.gen(function* () {
            expect(inside).toBe(0)
            inside++
            yield* pause
            for (const { n } of items) done.add(n)
            inside--
          }),
        fork,
      )
      await run(
        Effect.gen(function* () {
          const expected = new Set<number>()
          const fibers = yield* Effect.forEach(
            Array.from({ length: 400 }, (_, n) => n),
            (n) =>
              Effect.forkChild(
                Effect.gen(function* () {
                  yield* pause
                  if (dice(3) > 0) {
                    const leave = turns.enter(item(n, dice(5) === 0 ? `k${dice(3)}` : undefined))
                    yield* pause
                    if (dice(4) > 0 || !leave()) expected.add(n)
                    return
                  }
                  yield* turns.alone(
                    Effect.gen(function* () {
                      expect(inside).toBe(0)
                      inside++
                      granted++
                      yield* Effect.ensuring(
                        pause,
                        Effect.sync(() => {
                          inside--
                        }),
                      )
                    }),
                  )
                }),
              ),
          )
          for (const fiber of fibers) {
            if (dice(5) === 0) yield* Effect.forkChild(Effect.andThen(pause, Fiber.interrupt(fiber)))
          }
          yield* Effect.forEach(fibers, Fiber.await)
          yield* settled(turns)
          for (const n of expected) expect(done.has(n)).toBe(true)
          expect(granted).toBeGreaterThan(0)
          expect(inside).toBe(0)
        }),
      )
    }
  })
})
