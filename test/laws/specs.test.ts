import { isDeepStrictEqual } from "node:util"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Decider from "../../src/core/domain/Decider.ts"
import * as Policy from "../../src/core/domain/Policy.ts"
import * as Law from "../../src/laws/Law.ts"
import * as Spec from "../../src/laws/Spec.ts"
import { difference, isExactly } from "../../src/laws/spec/Exact.ts"
import { differenceOfLists } from "../../src/laws/spec/Lists.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as specs from "./broken/specs.ts"

describe("true", () => {
  for (const spec of specs.held) laws(spec)
})
describe("broken", () => catchesAll(specs.cases))

/** What a report says of why the first example does not hold. */
const why = async ({ laws: [law] }: Spec.Spec): Promise<string> => {
  if (law === undefined) throw new Error("There is no example.")
  const result = await Effect.runPromise(Law.check(law))
  if (result._tag !== "Counterexample") return result._tag
  return result.reason instanceof Error ? result.reason.message : String(result.reason)
}

describe("two values are exactly the same", () => {
  it("where Node, too, says so of anything", () => {
    const values = fc.anything({
      withDate: true,
      withMap: true,
      withSet: true,
      withBigInt: true,
      withSparseArray: true,
    })
    const few = fc.array(
      fc.constantFrom("", "a", "b").map((key) => (key === "" ? {} : { [key]: [1] })),
      { maxLength: 4 },
    )
    const objects = fc.oneof(
      few.map((items): unknown => new Set(items)),
      few.map((items): unknown => new Map(items.map((item, i) => [item, i % 2]))),
    )
    const ugly = fc.constantFrom<unknown>(undefined, -0, 0, Number.NaN, null, "", [], {}, new Date(0), new Set([1]))
    const pair = fc.oneof(
      fc.tuple(values, values),
      fc.clone(values, 2),
      fc.clone(objects, 2),
      fc.tuple(objects, objects),
      fc.tuple(ugly, ugly).map(([a, b]): [unknown, unknown] => [{ a }, b === undefined ? {} : { a: b }]),
      fc.tuple(fc.array(ugly, { maxLength: 2 }), fc.array(ugly, { maxLength: 2 })),
    )
    let [alike, unlike] = [0, 0]
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const isAlike = isDeepStrictEqual(a, b)
        if (isAlike) alike++
        else unlike++
        expect(isExactly(a, b)).toBe(isAlike)
      }),
      { numRuns: 3000 },
    )
    expect(Math.min(alike, unlike)).toBeGreaterThan(300)
  })

  it.each([
    ["times", () => DateTime.makeUnsafe("2026-01-01")],
    ["maps", () => HashMap.make(["a", 1], ["b", 2])],
    ["options", () => Option.some({ a: [1] })],
    ["addresses", () => new URL("https://a.example")],
    ["errors", () => new specs.Closed({ until: "May" })],
    ["maps by objects", () => new Map([[{ a: 1 }, new Set([[1]])]])],
    ["sets of objects", () => new Set([{}, {}, { a: 1 }, { a: 1 }])],
  ])("or where they are %s that say so", (_, make) => {
    expect(difference(make(), make())).toBeUndefined()
  })

  it.each([
    ["a time", DateTime.makeUnsafe(0), DateTime.makeUnsafe(1)],
    ["a map of effect's", HashMap.make(["a", 1]), HashMap.make(["a", 2])],
    ["an option", Option.some(1), Option.some(2)],
    ["none", Option.some(1), Option.none()],
    ["an address", new URL("https://a.example"), new URL("https://b.example")],
    ["an error's cause", new Error("a", { cause: 1 }), new Error("a", { cause: 2 })],
    ["a function", () => 1, () => 1],
    ["a symbol", Symbol("a"), Symbol("a")],
    ["a property by a symbol", { [Symbol.iterator]: 1 }, { [Symbol.iterator]: 2 }],
    ["bytes", Uint8Array.of(1), Uint8Array.of(2)],
  ])("and not where %s is another", (_, a, b) => {
    expect(isExactly(a, b)).toBe(false)
    expect(isExactly(b, a)).toBe(false)
  })

  it("in sets and maps of objects in whatever order, as often each", () => {
    const first = new Map([
      [{}, 1],
      [{}, 2],
    ])
    const second = new Map([
      [{}, 2],
      [{}, 1],
    ])
    expect(isExactly(first, second)).toBe(true)
    expect(isExactly(new Set([{ a: 1 }, { a: 1 }, {}]), new Set([{}, { a: 1 }, { a: 1 }]))).toBe(true)
    expect(isExactly(new Set([{ a: 1 }, { a: 1 }, {}]), new Set([{}, {}, { a: 1 }]))).toBe(false)
  })

  it("also where they go round in a circle", () => {
    const circle = (length: number) => {
      const around: { length: number; self?: unknown } = { length }
      around.self = { around }
      return around
    }
    expect(isExactly(circle(1), circle(1))).toBe(true)
    expect(difference(circle(1), { length: 1, self: { around: circle(2) } })).toEqual({
      path: "self.around.length",
      expected: "1",
      actual: "2",
    })
  })
})

describe("the difference of two lists", () => {
  const lines = (expected: ReadonlyArray<unknown>, actual: ReadonlyArray<unknown>): ReadonlyArray<string> =>
    (differenceOfLists("item", expected, actual) ?? "").split("\n").slice(2)

  it("shows every item of both, in their order", () => {
    const item = fc.oneof(
      fc.nat(3),
      fc.record({ _tag: fc.constantFrom("A", "B"), n: fc.nat(2) }, { noNullPrototype: true }),
    )
    // Short enough for nothing to be left out.
    const list = fc.array(item, { maxLength: 3 })
    fc.assert(
      fc.property(list, list, (expected, actual) => {
        const shown = lines(expected, actual)
        const side = (sign: string) =>
          shown.filter((line) => line[2] === sign || line[2] === " ").map((line) => line.slice(4))
        const written = (items: ReadonlyArray<unknown>) =>
          items.map((item) =>
            JSON.stringify(item)
              .replaceAll(/"(\w+)":/g, "$1: ")
              .replaceAll(",", ", ")
              .replace("{", "{ ")
              .replace("}", " }"),
          )
        const isAlike = isDeepStrictEqual(expected, actual)
        expect(side("-")).toEqual(isAlike ? [] : written(expected))
        expect(side("+")).toEqual(isAlike ? [] : written(actual))
      }),
      { numRuns: 2000 },
    )
  })

  it("leaves out what is the same, far from what is not", () => {
    const many = Array.from({ length: 100_000 }, (_, i) => i)
    expect(differenceOfLists("event", many, many.toSpliced(50_000, 1))).toBe(`event 50001, 50000, is missing.
events, - expected, + actual:
    … 49998 the same
    49998
    49999
  - 50000
    50001
    50002
    … 49997 the same`)
  })

  it("stops where nobody would read on", () => {
    const many = Array.from({ length: 3000 }, (_, i) => ({ _tag: "Counted", i }))
    const shown = lines(
      many,
      many.map(({ i }) => ({ _tag: "Counted", i: i + 5000 })),
    )
    expect(shown).toHaveLength(41)
    expect(shown.at(-1)).toBe("  … and 5960 lines more")
  })

  it("puts beside each other what is alike", () => {
    const sold = (seats: number) => ({ _tag: "Sold", seats })
    expect(differenceOfLists("event", [sold(1), sold(2)], [{ _tag: "Seen" }, sold(1), sold(3)])).toBe(
      `event 1, Seen, is one too many.
events, - expected, + actual:
  + { _tag: "Seen" }
    { _tag: "Sold", seats: 1 }
  - { _tag: "Sold", seats: 2 }
  + { _tag: "Sold", seats: 3 }`,
    )
  })
})

describe("a newcomer reads", () => {
  it("which event is another, and where", async () => {
    expect(
      await why(specs.emitting({ _tag: "Sold", seats: 3, price: 0 }, { _tag: "Billed", cents: 2400 })),
    ).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold, Billed]
      event 1 differs: seats is 3 and should be 2.
      events, - expected, + actual:
        - { _tag: "Sold", seats: 2, price: 0 }
        + { _tag: "Sold", seats: 3, price: 0 }
          { _tag: "Billed", cents: 2400 }"
    `)
  })
  it("that the order is another", async () => {
    expect(
      await why(specs.emitting({ _tag: "Billed", cents: 2400 }, { _tag: "Sold", seats: 2, price: 0 })),
    ).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Billed, Sold]
      the right events in another order: event 1 is Billed and should be Sold.
      events, - expected, + actual:
        - { _tag: "Sold", seats: 2, price: 0 }
          { _tag: "Billed", cents: 2400 }
        + { _tag: "Sold", seats: 2, price: 0 }"
    `)
  })
  it("what is missing", async () => {
    expect(await why(specs.emitting({ _tag: "Sold", seats: 2, price: 0 }))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold]
      event 2, Billed, is missing.
      events, - expected, + actual:
          { _tag: "Sold", seats: 2, price: 0 }
        - { _tag: "Billed", cents: 2400 }"
    `)
  })
  it("that nothing is there", async () => {
    expect(await why(specs.emitting())).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = []
      event 1, Sold, is missing.
      events, - expected, + actual:
        - { _tag: "Sold", seats: 2, price: 0 }
        - { _tag: "Billed", cents: 2400 }"
    `)
  })
  it("what is one too many", async () => {
    const twice = { _tag: "Sold", seats: 2, price: 0 }
    expect(await why(specs.emitting(twice, twice, { _tag: "Billed", cents: 2400 }))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold, Sold, Billed]
      event 2, Sold, is one too many.
      events, - expected, + actual:
          { _tag: "Sold", seats: 2, price: 0 }
        + { _tag: "Sold", seats: 2, price: 0 }
          { _tag: "Billed", cents: 2400 }"
    `)
  })
  it("that {} is no event", async () => {
    expect(await why(specs.emitting({ _tag: "Sold", seats: 2, price: 0 }, {}))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold, {}]
      event 2 is {} and should be Billed.
      events, - expected, + actual:
          { _tag: "Sold", seats: 2, price: 0 }
        - { _tag: "Billed", cents: 2400 }
        + {}"
    `)
  })
  it("what cannot be seen", async () => {
    const billed = { _tag: "Billed", cents: 2400, to: undefined }
    expect(await why(specs.emitting({ _tag: "Sold", seats: 2, price: 0 }, billed))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold, Billed]
      event 2 differs: to is undefined and should be absent.
      events, - expected, + actual:
          { _tag: "Sold", seats: 2, price: 0 }
        - { _tag: "Billed", cents: 2400 }
        + { _tag: "Billed", cents: 2400 } (to is undefined and should be absent)"
    `)
  })
  it("which rejection it was", async () => {
    expect(await why(specs.refusing(new specs.SoldOut(2), new specs.SoldOut(1)))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = rejection SoldOut { _tag: "SoldOut", left: 2 }
      the rejection differs: left is 2 and should be 1.
      expected:
        SoldOut { _tag: "SoldOut", left: 1 }
      actual:
        SoldOut { _tag: "SoldOut", left: 2 }"
    `)
  })
  it("that a rejection is an instance of its class", async () => {
    const plain = { _tag: "SoldOut", left: 1 }
    expect(await why(specs.refusing(plain, new specs.SoldOut(1)))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = rejection { _tag: "SoldOut", left: 1 }
      the rejection differs: it is plain data and should be an instance of SoldOut.
      expected:
        SoldOut { _tag: "SoldOut", left: 1 }
      actual:
        { _tag: "SoldOut", left: 1 }"
    `)
  })
  it("that it was accepted, and should have been rejected", async () => {
    expect(await why(specs.acceptingAll)).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = [Sold, Billed]
      the command is accepted, and should be rejected.
      expected:
        rejection: SoldOut { _tag: "SoldOut", left: 1 }
      actual:
        { _tag: "Sold", seats: 2, price: 0 }
        { _tag: "Billed", cents: 2400 }"
    `)
  })
  it("that it was rejected, and should have been accepted", async () => {
    expect(await why(specs.refusingAll)).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = rejection SoldOut { _tag: "SoldOut", left: 0 }
      the command is rejected, and should be accepted.
      expected:
        { _tag: "Sold", seats: 2, price: 0 }
        { _tag: "Billed", cents: 2400 }
      actual:
        rejection: SoldOut { _tag: "SoldOut", left: 0 }"
    `)
  })
  it("where a state differs", async () => {
    expect(await why(specs.forgettingNames)).toMatchInlineSnapshot(`
      "what happened:
        initial = { names: [], last: "" }
        evolve(…, "Ada") = { names: ["Ada"], last: "" }
        evolve(…, "Bob") = { names: ["Bob"], last: "" }
      the state differs: names.0 is "Bob" and should be "Ada".
      expected:
        { names: ["Ada", "Bob"], last: "Bob" }
      actual:
        { names: ["Bob"], last: "" }"
    `)
  })

  const withoutPlaces = (text: string): string => text.replaceAll(/\n *at .*/g, "")
  it("what threw, and on what", async () => {
    expect(withoutPlaces(await why(specs.throwingOn(3)))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        evolve(…, Sold) = 0
        decide(Sell, …) = [Sold, Billed]
        evolve(…, Sold) = 0
        evolve(…, { _tag: "Billed", cents: 2400 }) threw
      It failed with RangeError: no such row"
    `)
    expect(withoutPlaces(await why(specs.throwing))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide({ _tag: "Sell", seats: 2 }, …) threw
      It failed with RangeError: no such row"
    `)
    expect(await why(specs.throwing)).toMatch(/^ {4}at .*throws \(.*broken\/specs\.ts:\d+:\d+\)$/m)
  })
  it("that a state was changed in place", async () => {
    expect(withoutPlaces(await why(specs.mutating))).toMatchInlineSnapshot(`
      "what happened:
        initial = { names: [""] }
        evolve(…, "Ada") threw: it changes what it is given, which is frozen here
      It failed with TypeError: Cannot add property 1, object is not extensible"
    `)
  })
  it("that a case was forgotten", async () => {
    expect(await why(specs.forgettingCase)).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        decide(Sell, …) = undefined
      decide answers with Decider.accept(…) or Decider.reject(…), and not with undefined."
    `)
  })
  it("only the ends of a long story", async () => {
    const count = Decider.make({
      initial: 0,
      decide: (by: number, _n: number) => Decider.accept(by),
      evolve: (n: number, by: number): number => n + by,
    })
    const given = Array.from({ length: 1000 }, () => 1)
    expect(await why(Spec.decider("a count", count, { counts: { given, state: 1001 } }))).toMatchInlineSnapshot(`
      "what happened:
        initial = 0
        … 990 steps
        evolve(…, 1) = 990
        evolve(…, 1) = 991
        evolve(…, 1) = 992
        evolve(…, 1) = 993
        evolve(…, 1) = 994
        evolve(…, 1) = 995
        evolve(…, 1) = 996
        evolve(…, 1) = 997
        evolve(…, 1) = 998
        evolve(…, 1) = 999
        evolve(…, 1) = 1000
      the state differs: it is 1000 and should be 1001."
    `)
  })
})

describe("a specification", () => {
  it("needs an example", () => {
    expect(() => Spec.policy("a host", Policy.empty, {})).toThrow("Spec: a host has no examples.")
  })

  it("needs in each what then comes out, where the compiler did not see to it", () => {
    const of = (example: string) => () => Spec.decider("a count", specs.desk, { counts: JSON.parse(example) })
    expect(of('{ "when": 1 }')).toThrow(
      'Spec: of a count, the example "counts" does not say what then comes out: events, rejection, state, isTerminal.',
    )
    expect(of('{ "when": 1, "state": 2 }')).toThrow("needs one of events, rejection with its when, and none without")
    expect(of('{ "when": 1, "events": [], "rejection": 2 }')).toThrow("needs one of events, rejection with its when")
    expect(of('{ "given": [], "events": [] }')).toThrow("needs one of events, rejection with its when")
    expect(of('{ "when": 1, "events": [], "terminal": true }')).toThrow(
      "speaks of terminal, and can speak of given, when, events, rejection, state, isTerminal",
    )
  })

  it("is a suite of laws that are tried once, each with its example on a line", async () => {
    const [first] = specs.held
    expect(first?.laws.map(({ name, title, equation, runs }) => ({ name, title, equation, runs }))).toEqual([
      {
        name: "E1",
        title: "sells and bills",
        equation: "when Sell; then Sold, Billed, state 2, not terminal",
        runs: 1,
      },
    ])
  })

  it("counts what follows itself, and not all of a long list", () => {
    const given = [..."aaabcdefgh"]
    const spec = Spec.decider("a desk", specs.desk, { sells: { given, when: {}, events: [] } })
    expect(spec.laws[0]?.equation).toBe('given 3 × "a", "b", "c", "d", "e", "f", 2 more; when {}; then nothing')
  })
})
