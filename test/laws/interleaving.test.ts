import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as Difference from "../../src/laws/Difference.ts"
import * as Interleaving from "../../src/laws/Interleaving.ts"
import * as Law from "../../src/laws/Law.ts"
import * as RepositoryLaws from "../../src/laws/RepositoryLaws.ts"
import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import { checkThenWait, lockAskedOnce, lostUpdate } from "./broken/interleavings.ts"
import { loadsOnce } from "./broken/repositories.ts"

const under = <A, E>(choices: Interleaving.Choices, effect: Effect.Effect<A, E>) =>
  Effect.runPromise(Interleaving.run(choices)(effect))
const exitOf = <A, E>(effect: Effect.Effect<A, E>) => Effect.runPromise(Effect.exit(Interleaving.run([])(effect)))

/** Three fibers that do two things each, and wait for the others between the second and a third. */
const order = (choices: Interleaving.Choices) =>
  under(
    choices,
    Effect.gen(function* () {
      const done: Array<string> = []
      const fiber = Effect.fnUntraced(function* (name: string) {
        yield* Effect.sync(() => done.push(`${name}1`))
        yield* Effect.sync(() => done.push(`${name}2`))
        yield* Effect.yieldNow
        yield* Effect.sync(() => done.push(`${name}3`))
      })
      yield* Effect.forEach(["a", "b", "c"], fiber, { concurrency: "unbounded" })
      return done.join(" ")
    }),
  )

describe("whose turn it is", () => {
  it("goes on until it waits, and then whoever came first", async () => {
    expect(await order([])).toBe("a1 a2 b1 b2 c1 c2 a3 b3 c3")
  })

  it("goes behind as many others as a choice says, between any two operations", async () => {
    expect(await order([{ at: 1, behind: 1 }])).toBe("b1 b2 a1 a2 c1 c2 b3 a3 c3")
    expect(await order([{ at: 2, behind: 1 }])).toBe("a1 b1 b2 a2 c1 c2 b3 a3 c3")
    expect(await order([{ at: 2, behind: 2 }])).toBe("a1 b1 b2 c1 c2 a2 b3 c3 a3")
    expect(await order([{ at: 2, behind: 99 }])).toBe("a1 b1 b2 c1 c2 b3 c3 a2 a3")
  })

  it("is the same under the same choices", async () => {
    const each = fc.sample(Interleaving.choices, { numRuns: 50, seed: 1 })
    const first = await Promise.all(each.map(order))
    expect(await Promise.all(each.map(order))).toEqual(first)
    expect(new Set(first).size).toBeGreaterThan(20)
  })

  it("is not lost where a fiber is interrupted before it has begun", async () => {
    const interrupted = Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.never)
      yield* Fiber.interrupt(fiber)
      return yield* Fiber.await(fiber)
    })
    for (let at = 0; at < 20; at++) {
      const exit = await under([{ at, behind: 1 }], interrupted)
      expect(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)).toBe(true)
    }
  })
})

describe("time", () => {
  it("passes at once where everybody sleeps, in the order in which they are due", async () => {
    const slept = Effect.gen(function* () {
      const before = yield* Clock.currentTimeMillis
      const woken: Array<string> = []
      const sleep = (hours: number) =>
        Effect.andThen(
          Effect.sleep(`${hours} hours`),
          Effect.sync(() => woken.push(`${hours}`)),
        )
      yield* Effect.forEach([3, 1, 2], sleep, { concurrency: "unbounded" })
      return [woken.join(" "), ((yield* Clock.currentTimeMillis) - before) / 3_600_000]
    })
    expect(await under([], slept)).toEqual(["1 2 3", 3])
  })

  it("is not stopped by one that spins", async () => {
    const spun = Effect.gen(function* () {
      let done = false
      yield* Effect.forkChild(
        Effect.andThen(
          Effect.sleep("1 hour"),
          Effect.sync(() => {
            done = true
          }),
        ),
      )
      while (!done) yield* Effect.yieldNow
      return done
    })
    expect(await under([], spun)).toBe(true)
  })

  it("does not pass because somebody had many turns in the course of it", async () => {
    const busy = Effect.gen(function* () {
      yield* Effect.forkChild(Effect.sleep("1 hour"), { startImmediately: true })
      const begun = yield* Clock.currentTimeMillis
      for (let i = 0; i < 10; i++) {
        yield* Effect.sleep("1 millis")
        for (let n = 0; n < 120; n++) yield* Effect.yieldNow
      }
      return (yield* Clock.currentTimeMillis) - begun
    })
    expect(await under([], busy)).toBe(10)
  })

  it("does not leap ahead of those who have much to do", async () => {
    const much = Effect.forEach(Array(5000).keys(), () => Effect.yieldNow, { discard: true })
    expect(Option.isSome(await under([], Effect.timeoutOption(much, "1 hour")))).toBe(true)
  })

  it("waits for whoever works outside", async () => {
    const outside = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 30, "done")))
    expect(await under([], Effect.timeout(outside, "1 hour"))).toBe("done")
    const impatient = await under([], Effect.timeoutOption(outside, "5 millis"))
    expect(Option.isNone(impatient)).toBe(true)
  })

  it("waits for whoever works outside, also where something else ends there meanwhile", async () => {
    const outside = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 30, "done")))
    setTimeout(() => {}, 15)
    expect(await under([], Effect.timeout(outside, "1 hour"))).toBe("done")
  })

  it("passes once whoever works outside is through, also where nobody waits for that", async () => {
    const forgotten = Effect.sync(() => void setTimeout(() => {}, 30))
    expect(await under([], Effect.as(Effect.andThen(forgotten, Effect.sleep("1 hour")), "slept"))).toBe("slept")
  })

  it("waits for a runtime of its own, which nobody sees but by its turns of the event loop", async () => {
    const yields = Effect.forEach(Array.from({ length: 50 }), () => Effect.yieldNow, { discard: true })
    const foreign = Effect.promise(() => Effect.runPromise(Effect.as(yields, "done")))
    expect(await under([], Effect.timeout(foreign, "1 hour"))).toBe("done")
  })

  it("and chance are the same in every run", async () => {
    const seen = Effect.all([Clock.currentTimeMillis, Random.nextInt])
    expect(await under([], seen)).toEqual(await under([], seen))
  })
})

describe("a run", () => {
  it("in which nobody can go on, or that comes to no end, says so, and closes what it has open", async () => {
    let closed = 0
    const opened = <A>(effect: Effect.Effect<A>) =>
      Effect.ensuring(
        effect,
        Effect.sync(() => closed++),
      )
    const waiting = await exitOf(opened(Effect.flatMap(Deferred.make<void>(), Deferred.await)))
    expect(String(waiting)).toContain("Stuck: Nobody can go on")
    const spinning = await exitOf(opened(Effect.forever(Effect.yieldNow)))
    expect(String(spinning)).toContain("Stuck: It comes to no end")
    expect(closed).toBe(2)
    expect(String(await exitOf(Effect.uninterruptible(Effect.never)))).toContain("Stuck: Nobody can go on")
  })

  it("fails as its effect does, and gives no turns afterwards", async () => {
    let late = false
    const leaves = Effect.andThen(
      Effect.forkDetach(
        Effect.sync(() => {
          late = true
        }),
      ),
      Effect.fail("failed"),
    )
    expect(await Effect.runPromise(Effect.flip(Interleaving.run([])(leaves)))).toBe("failed")
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(late).toBe(false)
  })

  it("is interrupted with whoever waits for it", async () => {
    let closed = false
    const open = Effect.ensuring(
      Effect.andThen(
        Effect.sync(() => setTimeout(() => {}, 1000).unref()),
        Effect.promise(() => new Promise(() => {})),
      ),
      Effect.sync(() => {
        closed = true
      }),
    )
    const answer = await Effect.runPromise(Effect.timeoutOption(Interleaving.run([])(open), 500))
    expect([answer._tag, closed]).toEqual(["None", true])
  })

  it("that cannot be interrupted is given up by whoever waits for it", async () => {
    const answer = await Effect.runPromise(
      Effect.timeoutOption(Interleaving.run([])(Effect.uninterruptible(Effect.never)), 20),
    )
    expect(answer._tag).toBe("None")
  })

  it("that is killed does nothing more, not even what it does at its end", async () => {
    const steps = async (after: number) => {
      const done: Array<number> = []
      const working = Effect.ensuring(
        Effect.forEach([1, 2, 3], (n) => Effect.sync(() => done.push(n))),
        Effect.sync(() => done.push(0)),
      )
      const exit = await Effect.runPromise(Interleaving.killed([], after)(working))
      await new Promise((resolve) => setTimeout(resolve, 1))
      return [exit._tag, done.join(" ")]
    }
    const all = await Promise.all(Array.from({ length: 40 }, (_, after) => steps(after)))
    const kinds = [...new Set(all.map((each) => each.join(": ")))]
    expect(kinds).toEqual(["None: ", "None: 1", "None: 1 2", "None: 1 2 3", "None: 1 2 3 0", "Some: 1 2 3 0"])
  })
})

describe("an update that is lost between two operations, neither of which waits,", () => {
  const sums = {
    name: "X1",
    title: "no update is lost",
    equation: "n writers add 1 each: the sum is n",
    given: fc.integer({ min: 1, max: 5 }),
    holds: Effect.fnUntraced(function* (writers: number) {
      let sum = 0
      const read = Effect.sync(() => sum)
      const write = (value: number) =>
        Effect.sync(() => {
          sum = value
        })
      const add = Effect.flatMap(read, (value) => write(value + 1))
      yield* Effect.forEach(Array.from({ length: writers }), () => add, { concurrency: "unbounded" })
      yield* Difference.agree("the sum", { expected: writers, actual: sum })
    }),
  }
  const explored = Interleaving.law(sums)
  const store = StoreLaws.suite({ layer: lostUpdate }).laws.find(({ name }) => name === "S7")

  it("is not found under the default scheduler", async () => {
    const result = await Effect.runPromise(Law.check(Law.make(sums), { runs: 5000, seed: 1 }))
    expect(result._tag).toBe("Holds")
  })

  it.each(Array.from({ length: 20 }, (_, i) => i + 1))("is found within 500 runs, from seed %i", async (seed) => {
    const sum = await Effect.runPromise(Law.check(explored, { runs: 500, seed }))
    expect(sum).toMatchObject({ _tag: "Counterexample", value: { choices: [{ behind: 1 }] } })
    const found = store && (await Effect.runPromise(Law.check(store, { runs: 500, seed })))
    expect(found).toMatchObject({
      _tag: "Counterexample",
      value: { given: { before: 0, writers: [{}, {}] }, choices: [{ behind: 1 }] },
    })
    expect(found?._tag === "Counterexample" && found.report).toMatch(
      /writer 1: commit .* …\n {2}writer 1: \(waits, another one goes first\)\n {2}writer 2: commit .*: recorded, position \d\n {2}writer 1: commit .*: recorded, position \d/,
    )
  })
})

const layer = Layer.merge(Memory.layer, EventMapper.plain)

it.each([
  ["S7", StoreLaws.suite({ layer: lostUpdate })],
  ["S9", StoreLaws.suite({ layer: lockAskedOnce })],
  ["S10", StoreLaws.suite({ layer: checkThenWait })],
  ["S11", RepositoryLaws.suite({ layer, repository: loadsOnce })],
])("replays what %s found, by the line that it prints", async (name, suite) => {
  const law = suite.laws.find((each) => each.name === name)
  if (law === undefined) throw new Error(`There is no ${name}.`)
  const found = await Effect.runPromise(Law.check(law, { runs: 500, seed: 7 }))
  if (found._tag !== "Counterexample") throw new Error("It holds.")
  const [, seed, path] = /seed: (-?\d+), path: "([\d:]+)" }\)$/.exec(found.report) ?? []
  const again = await Effect.runPromise(Law.check(law, { seed: Number(seed), path: path ?? "" }))
  expect(again).toMatchObject({ _tag: "Counterexample", value: found.value, shrinks: 0 })
  expect(again._tag === "Counterexample" && String(again.reason)).toBe(String(found.reason))
})
