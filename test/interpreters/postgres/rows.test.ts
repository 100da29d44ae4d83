import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { texts as literal } from "../../../src/interpreters/postgres/parameters.ts"
import {
  bytes,
  Damaged,
  event,
  hex,
  integer,
  streamName,
  text,
  texts,
} from "../../../src/interpreters/postgres/rows.ts"
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

  it("of bytes that are fewer than it says, or a link that is too long, is no event", () => {
    const of = (...packed: ReadonlyArray<number>) =>
      event(
        ["2", "1", "id", "1", null, "0", "id", null, null, null, "json", Buffer.from(packed).toString("base64")],
        { category: "Order", id: "1" },
        "Paid",
      )
    expect(of(1, 2, 10, 20, 21, 30, 31)).toMatchObject({
      link: Buffer.of(10),
      digest: Buffer.of(20, 21),
      body: Buffer.of(30, 31),
    })
    expect(() => of(1, 2, 10, 20)).toThrow(Damaged)
    expect(() => of()).toThrow(Damaged)
    expect(() => of(65, 0, ...Array(65).fill(0))).toThrow(/a link was expected and 65 bytes were found/)
  })

  it("of nothing is no text; a name without a category is no stream", () => {
    expect(() => text(null)).toThrow(Damaged)
    expect(() => streamName("ada")).toThrow(Damaged)
  })
})
