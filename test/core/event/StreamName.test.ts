import { left, right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import { InvalidInput } from "../../../src/core/event/Errors.ts"
import * as StreamName from "../../../src/core/event/StreamName.ts"

describe("a category", () => {
  it.each(["A", "account", "Billing.Invoice_2", `A${"b".repeat(63)}`])("may be %s", (category) => {
    expect(StreamName.categoryFault(category)).toBe(undefined)
  })

  it.each(["", "1st", "_x", ".x", "a-b", "a b", "é", "A\n", "A\u0000", `A${"b".repeat(64)}`])(
    "may not be %j",
    (category) => {
      expect(StreamName.categoryFault(category)).toContain("is not a letter followed by")
    },
  )
})

describe("an id", () => {
  it.each(["a", "-", "ada-lovelace", " ", "Ωmega 🚀", "a".repeat(512), "é".repeat(256), "🚀".repeat(128), "\u2028"])(
    "may be %j",
    (id) => {
      expect(StreamName.idFault(id)).toBe(undefined)
    },
  )

  it.each([
    ["", "is empty"],
    ["a".repeat(513), "has 513 bytes, 512 are allowed"],
    ["é".repeat(257), "has 514 bytes"],
    ["🚀".repeat(129), "has 516 bytes"],
    ["a\nb", "holds a control character"],
    ["\u0000", "holds a control character"],
    ["\u007f", "holds a control character"],
    ["\u0085", "holds a control character"],
    ["\u009f", "holds a control character"],
    ["x\ud800", "holds half a surrogate pair"],
    ["\udc00x", "holds half a surrogate pair"],
  ])("may not be %j", (id, reason) => {
    expect(StreamName.idFault(id)).toContain(reason)
  })
})

describe("a stream name", () => {
  it("is made of a category and an id that are inside the grammar", () => {
    expect(StreamName.make("Account", "ada")).toEqual(right({ category: "Account", id: "ada" }))
    expect(StreamName.make("Account", "")).toEqual(left(new InvalidInput({ what: "a stream id is empty" })))
    const fault = StreamName.make("a-b", "c")
    expect(fault._tag).toBe("Left")
  })

  it("tells the fault of its category first", () => {
    expect(StreamName.fault({ category: "-", id: "" })).toContain("category")
    expect(StreamName.fault({ category: "A", id: "" })).toContain("stream id")
    expect(StreamName.fault({ category: "A", id: "a" })).toBe(undefined)
  })

  it.each([
    ["Account-ada", { category: "Account", id: "ada" }],
    ["Account-ada-lovelace", { category: "Account", id: "ada-lovelace" }],
    ["Account--", { category: "Account", id: "-" }],
    ["A.b_c-Ω 🚀", { category: "A.b_c", id: "Ω 🚀" }],
  ])("is read from %j, where the first hyphen ends the category, and written back", (text, name) => {
    expect(StreamName.parse(text)).toEqual(right(name))
    expect(StreamName.format(name)).toBe(text)
  })

  it.each(["", "Account", "-ada", "Account-", "1-a", "Acc\u0000-a"])("is not read from %j", (text) => {
    const parsed = StreamName.parse(text)
    expect(parsed).toMatchObject({ _tag: "Left", left: { _tag: "InvalidInput" } })
  })

  it("equals one of the same category and id only", () => {
    const name = { category: "A", id: "b" }
    expect(StreamName.equals(name, { category: "A", id: "b" })).toBe(true)
    expect(StreamName.equals(name, { category: "A", id: "c" })).toBe(false)
    expect(StreamName.equals(name, { category: "B", id: "b" })).toBe(false)
    expect(StreamName.Eq.equals(name, { category: "A", id: "b" })).toBe(true)
  })
})
