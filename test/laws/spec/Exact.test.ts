import { isDeepStrictEqual } from "node:util"
import { TaggedError } from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { difference, isExactly } from "../../../src/laws/spec/Exact.ts"

class Closed extends TaggedError("Closed")<{ readonly until: string }> {}

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
    ["errors", () => new Closed({ until: "May" })],
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
    const shared = {}
    expect(isExactly(new Set([{}, shared]), new Set([shared, {}]))).toBe(true)
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
