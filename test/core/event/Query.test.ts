import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Query from "../../../src/core/event/Query.ts"

const event = { stream: { category: "Account", id: "ada" }, type: "Opened", tags: ["a", "b"] }

const matches = (...items: ReadonlyArray<Query.QueryItem>): boolean => Query.matches(Query.make(...items))(event)

describe("a query", () => {
  it("means every event where it has an item without constraints", () => {
    expect(Query.matches(Query.all)(event)).toBe(true)
    expect(matches({})).toBe(true)
  })

  it("means nothing without items", () => {
    expect(matches()).toBe(false)
  })

  it("asks for the category", () => {
    expect(matches({ category: "Account" })).toBe(true)
    expect(matches({ category: "Acc" })).toBe(false)
    expect(matches({ category: "account" })).toBe(false)
  })

  it("asks for the stream by category and id", () => {
    expect(matches({ stream: { category: "Account", id: "ada" } })).toBe(true)
    expect(matches({ stream: { category: "Account", id: "bob" } })).toBe(false)
    expect(matches({ stream: { category: "Cart", id: "ada" } })).toBe(false)
  })

  it("asks for any of the types, and for none of an empty list", () => {
    expect(matches({ types: ["Closed", "Opened"] })).toBe(true)
    expect(matches({ types: ["Closed"] })).toBe(false)
    expect(matches({ types: [] })).toBe(false)
  })

  it("asks for all of the tags, and for nothing by an empty list", () => {
    expect(matches({ tags: ["b", "a"] })).toBe(true)
    expect(matches({ tags: ["a"] })).toBe(true)
    expect(matches({ tags: ["a", "c"] })).toBe(false)
    expect(matches({ tags: [] })).toBe(true)
  })

  it("ands inside an item and ors between items", () => {
    expect(matches({ category: "Account", types: ["Opened"], tags: ["a"] })).toBe(true)
    expect(matches({ category: "Account", types: ["Closed"], tags: ["a"] })).toBe(false)
    expect(matches({ category: "Cart" }, { types: ["Opened"] })).toBe(true)
    expect(matches({ category: "Cart" }, { types: ["Closed"] })).toBe(false)
  })

  it("of a union matches what either matches", () => {
    const items = fc.array(
      fc.record(
        {
          category: fc.constantFrom("Account", "Cart"),
          types: fc.subarray(["Opened", "Closed"]),
          tags: fc.subarray(["a", "b", "c"]),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 2 },
    )
    fc.assert(
      fc.property(items, items, (q, r) => {
        const [left, right] = [Query.make(...q), Query.make(...r)]
        expect(Query.matches(Query.union(left, right))(event)).toBe(
          Query.matches(left)(event) || Query.matches(right)(event),
        )
      }),
    )
  })

  it("of a monoid: nothing matches nothing, and adds nothing", () => {
    const { concat, empty } = Query.Monoid
    const all = [Query.all, Query.make({ tags: ["a"] }), empty]
    expect(Query.matches(empty)(event)).toBe(false)
    for (const query of all) {
      expect(concat(empty, query)).toEqual(query)
      expect(concat(query, empty)).toEqual(query)
      for (const other of all) expect(concat(concat(query, other), query)).toEqual(concat(query, concat(other, query)))
    }
  })
})
