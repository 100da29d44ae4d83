import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { texts as literal } from "../../../src/interpreters/postgres/parameters.ts"
import { bytes, Damaged, hex, integer, link, streamName, text, texts } from "../../../src/interpreters/postgres/rows.ts"
import { raw } from "./raw.ts"

const awkward = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', "\\", "{", "}", ",", "NULL", "null", " ", "\n", "\t", "\u2028", "😀"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 2 }).filter((text) => !text.includes("\0")),
  ),
  minLength: 1,
})
const lists = fc.array(awkward)

describe("a list of texts", () => {
  it("is read as it was written", () => {
    const property = fc.property(lists, (list) => {
      expect(texts(literal(list))).toEqual(list)
    })
    fc.assert(property)
  })

  it("is read as the server writes it, which quotes only where it must", async () => {
    await raw(async ({ query }) => {
      const property = fc.asyncProperty(lists, async (list) => {
        const [row] = await query("SELECT $1::text[]::text AS list", [literal(list)])
        expect(texts(String(row?.list))).toEqual(list)
      })
      await fc.assert(property)
    })
  })

  it("is none where there is nothing", () => {
    expect(texts(null)).toEqual([])
  })

  it.each([
    "",
    "{",
    "}",
    "a",
    "{a",
    "a}",
    "{a}b",
    "{a,}",
    "{,a}",
    "{NULL}",
    "{{a},{b}}",
    '{"a}',
    '{"a"b}',
    "[0:0]={a}",
  ])("is none of ours where it is %j", (written) => {
    expect(() => texts(written)).toThrow(Damaged)
  })
})

describe("a cell", () => {
  it.each(["0", "-1", "9007199254740991", "-9007199254740991"])("of the integer %s is that number", (written) => {
    expect(integer(written)).toBe(Number(written))
  })

  it.each(["9007199254740992", "9223372036854775807", "", "1.5", "a", "NaN", "Infinity", null, undefined])(
    "of %j is no integer of ours",
    (written) => {
      expect(() => integer(written)).toThrow(Damaged)
    },
  )

  it("of bytes is those bytes", () => {
    const property = fc.property(fc.uint8Array({ maxLength: 600 }), (some) => {
      expect(new Uint8Array(bytes(hex(some)))).toEqual(some)
      // Also where they are a part of others.
      expect(new Uint8Array(bytes(hex(some.subarray(1))))).toEqual(some.subarray(1))
    })
    fc.assert(property)
  })

  it.each(["", "\\x0", "\\x0g", "00", "\\001", null, undefined])("of %j is no bytes", (written) => {
    expect(() => bytes(written)).toThrow(Damaged)
  })

  it("of too many bytes is no link, and of nothing no text; a name without a category is no stream", () => {
    expect(link(hex(new Uint8Array(64)))).toHaveLength(64)
    expect(() => link(hex(new Uint8Array(65)))).toThrow(Damaged)
    expect(() => text(null)).toThrow(Damaged)
    expect(() => streamName("ada")).toThrow(Damaged)
  })
})
