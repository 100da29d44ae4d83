import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Difference from "../../src/laws/Difference.ts"
import * as Law from "../../src/laws/Law.ts"
import { same } from "../../src/laws/Same.ts"
import * as StoreLaws from "../../src/laws/StoreLaws.ts"
import { checkThenAct } from "./broken/committing.ts"

const check = (law: Law.Law, options?: Law.CheckOptions) => Effect.runPromise(Law.check(law, options))

const definition = {
  name: "X1",
  title: "lists are sorted",
  equation: "sort(xs) = xs",
  given: fc.array(fc.nat(9)),
}

const sorted = Law.make({
  ...definition,
  holds: (xs) => Difference.agree("the list", { expected: xs.toSorted(), actual: xs }),
})

describe("a law", () => {
  it("holds, and says how often it was tried", async () => {
    const law = Law.make({ ...sorted, given: fc.nat(), holds: () => Effect.void })
    expect(await check(law, { runs: 7, seed: 3 })).toMatchObject({ _tag: "Holds", runs: 7, seed: 3 })
    expect(await check(law)).toMatchObject({ _tag: "Holds", runs: 100 })
  })

  it("answers with the smallest counterexample, and how to see it again", async () => {
    const found = await check(sorted, { seed: 1 })
    expect(found).toMatchObject({ _tag: "Counterexample", value: [1, 0], seed: 1 })
    if (found._tag !== "Counterexample") return
    expect(found.report).toBe(`X1, lists are sorted, does not hold:
  sort(xs) = xs
given (run ${found.runs}, made smaller ${found.shrinks} times):
  [1, 0]
the list differs.
expected:
  [0, 1]
actual:
  [1, 0]
replay: laws(suite, { only: "X1", seed: 1, path: "${found.path}" })`)
    const again = await check(sorted, { seed: 1, path: found.path })
    expect(again).toMatchObject({ _tag: "Counterexample", value: [1, 0], shrinks: 0 })
  })

  it("makes a counterexample as small as it can be, though that takes more tries than were asked for", async () => {
    const given = fc.array(fc.nat(1000), { minLength: 20, maxLength: 40 })
    const holds = (xs: ReadonlyArray<number>) =>
      Difference.agree("whether one is large", { expected: false, actual: xs.some((x) => x >= 900) })
    const found = await check(Law.make({ ...sorted, given, holds }), { seed: 1, runs: 5 })
    expect(found).toMatchObject({ _tag: "Counterexample", seed: 1 })
    const least = found._tag === "Counterexample" && Array.isArray(found.value) ? found.value.toSorted() : []
    expect(least).toEqual([...Array(19).fill(0), 900])
  })

  it("may be any property of fast-check", async () => {
    const law = { ...sorted, property: () => fc.property(fc.nat(), fc.nat(), (a, b) => a < 5 || b < 0) }
    expect(await check(law, { seed: 1 })).toMatchObject({ _tag: "Counterexample", value: [5, 0] })
  })

  it("says what its runs came upon, once a run", async () => {
    const law = Law.make({
      ...sorted,
      given: fc.array(fc.nat(9)),
      holds: (xs, seen) => {
        for (const x of xs) seen(x > 4 ? "large" : "small")
        return Effect.void
      },
    })
    const found = await check(law, { runs: 50, seed: 1 })
    expect(found.seen.get("large")).toBeLessThanOrEqual(50)
    expect([...found.seen.keys()].sort()).toEqual(["large", "small"])
    expect(found.report).toMatch(
      /^X1, lists are sorted, holds: 50 runs, seed 1\ncame upon, in so many of the runs:\n {2}(large|small) \([\d.]+ %\), (large|small) \([\d.]+ %\)$/,
    )
  })

  it("goes on, but not for ever, until it came upon what it must", async () => {
    const rare = (n: number) =>
      Law.make({
        ...sorted,
        given: fc.nat(99),
        holds: (x, seen) => Effect.sync(() => seen(x % n === 7 ? "rare" : "frequent")),
        must: ["rare", "frequent"],
        runs: 20,
      })
    const found = await check(rare(50), { seed: 3 })
    expect(found).toMatchObject({ _tag: "Holds" })
    expect(found.runs).toBeGreaterThan(20)
    const never = await check(rare(5), { seed: 3 })
    expect(never).toMatchObject({ _tag: "Unreached", missing: ["rare"], runs: 200 })
    expect(never.report).toBe(`X1, lists are sorted, is not shown to hold:
  sort(xs) = xs
never come upon in 200 runs:
  rare
Either nothing can lead there, or nothing that the law was given does.
come upon, in so many of the runs:
  frequent (100 %)
replay: laws(suite, { only: "X1", seed: 3 })`)
  })

  it("is tried for as long as it is told, and says how far it came", async () => {
    const told: Array<Law.Progress> = []
    const law = Law.make({ ...sorted, given: fc.nat(), holds: () => Effect.void })
    const found = await check(law, { during: "2200 millis", onProgress: (progress) => told.push(progress), runs: 1 })
    expect(found._tag).toBe("Holds")
    expect(found.runs).toBeGreaterThan(100)
    expect(told.length).toBeGreaterThanOrEqual(1)
    expect(told[0]?.runs).toBeGreaterThan(1)
    expect(told[0]?.elapsed).toBeGreaterThanOrEqual(1000)
  })

  it("is tried once at least, however short the time", async () => {
    const law = Law.make({ ...sorted, given: fc.nat(), holds: () => Effect.void })
    expect(await check(law, { during: 0 })).toMatchObject({ _tag: "Holds", runs: 1 })
    expect(await check(law, { runs: 0 })).toMatchObject({ _tag: "Holds", runs: 1 })
  })

  it("finds in a thorough run what a short one misses, and replays it by its path", async () => {
    const law = Law.make({
      ...sorted,
      given: fc.nat(1_000_000),
      holds: (n) => Difference.agree("n", { expected: false, actual: n % 1_777 === 1_776 }),
    })
    expect((await check(law, { seed: 5, runs: 10 }))._tag).toBe("Holds")
    const found = await check(law, { seed: 5, during: "20 seconds" })
    if (found._tag !== "Counterexample") throw new Error(found.report)
    const again = await check(law, { seed: 5, path: found.path, during: "1 minute" })
    expect(again).toMatchObject({ _tag: "Counterexample", value: found.value, shrinks: 0 })
  })

  it("shares the time of a suite by its laws", async () => {
    const law = Law.make({ ...sorted, given: fc.nat(), holds: () => Effect.void })
    const began = performance.now()
    const results = await Effect.runPromise(Law.checkAll({ name: "two", laws: [law, law] }, { during: "400 millis" }))
    expect(results.map(({ _tag }) => _tag)).toEqual(["Holds", "Holds"])
    expect(performance.now() - began).toBeGreaterThanOrEqual(390)
  })

  it("fails by what its subject throws", async () => {
    const law = Law.make({ ...sorted, given: fc.nat(), holds: () => Effect.die(new TypeError("no such thing")) })
    const found = await check(law, { seed: 1 })
    expect(found._tag === "Counterexample" && found.report).toContain("It failed with TypeError: no such thing")
  })

  it.each([null, undefined, "a text", 5])("fails by %s, if its subject does", async (reason) => {
    const found = await check(Law.make({ ...definition, holds: () => Effect.fail(reason) }), { seed: 1 })
    expect(found).toMatchObject({ _tag: "Counterexample", reason })
    expect(found.report).toContain(`It failed with ${JSON.stringify(reason)}`)
  })

  it("says so where the values that it may be tried on hardly come", async () => {
    const law = Law.make({ ...definition, given: fc.nat(9), holds: () => Effect.sync(() => fc.pre(false)), runs: 1 })
    const found = await check(law, { seed: 1 })
    expect(found).toMatchObject({ _tag: "Unreached", runs: 0 })
    expect(found.report).toMatch(/never come upon in 0 runs:\n {2}enough values to try \(\d+ were skipped\)\n/)
  })

  it.each<Law.CheckOptions>([
    { runs: Number.NaN },
    { runs: -1 },
    { during: Number.NaN },
    { during: -1 },
    { during: "-5 seconds" },
  ])("is not tried with %o", async (options) => {
    const law = Law.make({ ...definition, holds: () => Effect.void })
    await expect(check(law, options)).rejects.toThrow("has to be a number from 0.")
  })

  it("cannot be replayed where there is nothing", async () => {
    const law = Law.make({ ...definition, given: fc.nat(9), holds: () => Effect.void })
    for (const path of ["0:1:1:1:1:1:1:1:1", "0:999", "zzz"]) {
      await expect(check(law, { seed: 1, path })).rejects.toThrow(`X1 cannot be replayed: nothing is at path "${path}"`)
    }
    await expect(check(law, { path: "0" })).rejects.toThrow("X1: a path is one under a seed; give both.")
  })

  it("is not asked, in a replay, for what one value cannot come upon", async () => {
    const law = Law.make({ ...definition, holds: () => Effect.void, must: ["something else"] })
    expect(await check(law, { seed: 1, path: "0:0" })).toMatchObject({ _tag: "Holds" })
  })

  it("leaves the event loop to others meanwhile, though it waits for nothing", async () => {
    const law = Law.make({ ...definition, given: fc.nat(), holds: () => Effect.void })
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await check(law, { during: "1500 millis" })
    clearInterval(timer)
    expect(turns).toBeGreaterThan(1)
  })

  it("is tried no more once it is interrupted", async () => {
    let runs = 0
    const law = Law.make({ ...definition, holds: () => Effect.sync(() => void runs++) })
    await Effect.runPromise(Effect.timeoutOption(Law.check(law, { during: "Infinity" }), "200 millis"))
    await Effect.runPromise(Effect.sleep("200 millis"))
    const tried = runs
    await Effect.runPromise(Effect.sleep("200 millis"))
    expect(runs).toBe(tried)
  })

  it("tells of a store what happened", async () => {
    const law = StoreLaws.suite({ layer: checkThenAct }).laws.find(({ name }) => name === "S7")
    const found = law && (await check(law, { seed: 1 }))
    expect(found?._tag === "Counterexample" && found.report).toMatch(
      /what happened:\n(?: {2}writer \d: commit Order-a .* …\n){2} {2}writer \d: commit Order-a .*: recorded, position 1\n {2}writer \d: commit Order-a .*: recorded, position 2\nhow many commits succeeded differs\.\nexpected:\n {2}1\nactual:\n {2}2\nreplay: /,
    )
  })

  it("fails where the layer cannot be built", async () => {
    const [law] = StoreLaws.suite({
      layer: Layer.effectDiscard(Effect.fail("no disk")).pipe(Layer.provideMerge(checkThenAct)),
    }).laws
    const found = law && (await check(law, { seed: 1 }))
    expect(found?._tag === "Counterexample" && found.report).toContain("no disk")
  })
})

describe("a law that is no Effect that fails", () => {
  it("is a counterexample where it answers false, which the compiler lets pass", async () => {
    const found = await check(Law.make({ ...definition, holds: (xs) => Effect.succeed(xs.length < 3) }), { seed: 1 })
    expect(found).toMatchObject({ _tag: "Counterexample", value: [0, 0, 0] })
    expect(found.report).toContain("holds answered false; it has to answer an Effect that fails")
  })

  // What no compiler has seen.
  const javascript = (holds: string): Law.Law =>
    Law.make({ ...definition, holds: new Function("Effect", `return ${holds}`)(Effect) })

  it.each([
    ["(xs) => xs.length < 3", "holds answered true"],
    ["() => undefined", "holds answered undefined"],
    ["async () => {}", "holds answered Promise {}"],
  ])("fails by what it answers: %s", async (holds, says) => {
    const found = await check(javascript(holds), { seed: 1 })
    expect(found._tag).toBe("Counterexample")
    expect(found.report).toContain(`${says}; it has to answer an Effect that fails where the law does not hold`)
  })
})

describe("a report", () => {
  const reportOf = async (value: unknown): Promise<string> => {
    const holds = () => Effect.fail(new Difference.Difference({ what: "it", expected: value, actual: 1 }))
    return (await check(Law.make({ ...definition, given: fc.constant(0).map(() => value), holds }), { seed: 1 })).report
  }
  const nested = (depth: number): unknown => {
    let value: unknown = "the end"
    for (let i = 0; i < depth; i++) value = [value, value]
    return value
  }
  const evil = new Proxy(
    {},
    {
      getPrototypeOf: () => {
        throw new Error("no prototype")
      },
    },
  )
  const throwing = {
    get a(): never {
      throw new Error("no value")
    },
  }

  it.each([
    ["a getter that throws", throwing, "(not to be shown: no value)"],
    ["a proxy that throws", evil, "(not to be shown: no prototype)"],
    ["a time that is none", new Date(Number.NaN), "new Date(NaN)"],
    ["an object of no class", Object.create(Object.create(null)), "an object {}"],
    ["what holds itself twice, over and over", nested(25), "more"],
    ["what is very deep", nested(20_000), "(deeper still)"],
    ["a very long list", Array.from({ length: 300_000 }, (_, i) => ({ i })), "more"],
    ["a very long text", `${"x".repeat(5_000_000)}the end`, "the end"],
  ])("tells of %s, and is no longer than somebody may read", async (_, value, says) => {
    const report = await reportOf(value)
    expect(report).toContain(says)
    expect(report.length).toBeLessThan(1_000_000)
  })

  it("tells of an error whose stack is no text", async () => {
    const error = Object.assign(new Error("no such thing"), { stack: 5 })
    const found = await check(Law.make({ ...definition, holds: () => Effect.fail(error) }), { seed: 1 })
    expect(found.report).toContain("It failed with Error: no such thing")
  })

  it("says so where both sides read alike", () => {
    const sides = { expected: new Map([[{ a: 1 }, 1]]), actual: new Map([[{ a: 1 }, 1]]) }
    expect(new Difference.Difference({ what: "the map", ...sides }).message).toContain("Both read alike")
  })
})

describe("two values are the same", () => {
  it.each([
    [{ a: 1 }, { a: 1, b: undefined }],
    [-0, 0],
    [Number.NaN, Number.NaN],
    [new Map([[1, [2]]]), new Map([[1, [2]]])],
    [Uint8Array.of(1), Buffer.of(1)],
    [new Date(5), new Date(5)],
    [{ a: [] }, Object.assign(Object.create(null), { a: [] })],
    [new URL("https://a.example"), new URL("https://a.example")],
    [Redacted.make("a"), Redacted.make("a")],
  ])("%o and %o", (a, b) => {
    expect(same(a, b)).toBe(true)
    expect(same(b, a)).toBe(true)
  })

  it.each([
    [new Array(1), [null]],
    [{ a: 1 }, { b: 1 }],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], { 0: 1 }],
    [new Date(5), new Date(6)],
    [new Set([1]), new Set([2])],
    [{ a: null }, {}],
    [new Error("a"), new Error("b")],
    [new URL("https://a.example"), new URL("https://b.example")],
    [/a/, /b/],
    [Redacted.make("a"), Redacted.make("b")],
  ])("unlike %o and %o", (a, b) => {
    expect(same(a, b)).toBe(false)
    expect(same(b, a)).toBe(false)
  })
})
