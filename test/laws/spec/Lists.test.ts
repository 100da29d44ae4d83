import { isDeepStrictEqual } from "node:util"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { differenceOfLists } from "../../../src/laws/spec/Lists.ts"

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
