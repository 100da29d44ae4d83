import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Canonical from "../../../src/core/event/Canonical.ts"
import { hex } from "../support.ts"

type Field =
  | { readonly _tag: "text"; readonly value: string }
  | { readonly _tag: "integer"; readonly value: number }
  | { readonly _tag: "bytes"; readonly value: Uint8Array }
  | { readonly _tag: "nothing" }

const write = (field: Field): void => {
  if (field._tag === "text") Canonical.text(field.value)
  else if (field._tag === "integer") Canonical.integer(field.value)
  else if (field._tag === "bytes") Canonical.bytes(field.value)
  else Canonical.nothing()
}

const encoded = (...fields: ReadonlyArray<Field>): string => hex(Canonical.encode(() => fields.forEach(write)))

/** The same by other means: Node's own conversions, nothing shared. */
const expected = (...fields: ReadonlyArray<Field>): string =>
  fields
    .map((field) => {
      if (field._tag === "nothing") return "ffffffff"
      const content = Buffer.alloc(field._tag === "integer" ? 8 : 0)
      if (field._tag === "integer") content.writeBigInt64BE(BigInt(field.value))
      const bytes = field._tag === "integer" ? content : Buffer.from(field._tag === "text" ? field.value : field.value)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return length.toString("hex") + bytes.toString("hex")
    })
    .join("")

const wellFormed = fc.string({ unit: "binary", maxLength: 120 }).filter((text) => text.isWellFormed())
const fields: fc.Arbitrary<ReadonlyArray<Field>> = fc.array(
  fc.oneof(
    fc.record({ _tag: fc.constant("text" as const), value: wellFormed }),
    fc.record({ _tag: fc.constant("integer" as const), value: fc.maxSafeInteger() }),
    fc.record({ _tag: fc.constant("bytes" as const), value: fc.uint8Array({ maxLength: 80 }) }),
    fc.constant({ _tag: "nothing" } as const),
  ),
  { maxLength: 6 },
)

describe("the canonical encoding", () => {
  it("prefixes text with its length in bytes", () => {
    expect(encoded({ _tag: "text", value: "" })).toBe("00000000")
    expect(encoded({ _tag: "text", value: "ab" })).toBe("000000026162")
    expect(encoded({ _tag: "text", value: "é" })).toBe("00000002c3a9")
    expect(encoded({ _tag: "text", value: "🚀" })).toBe("00000004f09f9a80")
  })

  it.each([
    [0, "0000000800000000" + "00000000"],
    [1, "0000000800000000" + "00000001"],
    [-1, "00000008ffffffff" + "ffffffff"],
    [-2, "00000008ffffffff" + "fffffffe"],
    [2 ** 31, "0000000800000000" + "80000000"],
    [2 ** 32 - 1, "0000000800000000" + "ffffffff"],
    [2 ** 32, "0000000800000001" + "00000000"],
    [-(2 ** 32), "00000008ffffffff" + "00000000"],
    [Number.MAX_SAFE_INTEGER, "00000008001fffff" + "ffffffff"],
    [Number.MIN_SAFE_INTEGER, "00000008ffe00000" + "00000001"],
    [-0, "0000000800000000" + "00000000"],
  ])("writes %d in 8 bytes, two's complement", (value, bytes) => {
    expect(encoded({ _tag: "integer", value })).toBe(bytes)
  })

  it("writes an absent field as a length that nothing has", () => {
    expect(encoded({ _tag: "nothing" })).toBe("ffffffff")
  })

  it("writes a count in four bytes", () => {
    expect(hex(Canonical.encode(() => Canonical.count(258)))).toBe("00000102")
  })

  it.each([47, 48, 49, 1364, 4092, 4096, 4097, 10_000])("writes text of %d characters, plain or not", (length) => {
    for (const value of [
      "a".repeat(length),
      `${"a".repeat(length - 1)}é`,
      `é${"a".repeat(length - 1)}`,
      "🚀".repeat(length),
    ]) {
      const field = { _tag: "text", value } as const
      expect(encoded({ _tag: "text", value: "before" }, field, { _tag: "integer", value: 7 })).toBe(
        expected({ _tag: "text", value: "before" }, field, { _tag: "integer", value: 7 }),
      )
    }
  })

  it("writes a body of megabytes, and small ones after it", () => {
    const body = new Uint8Array(3_000_000).fill(7)
    expect(Canonical.encode(() => Canonical.bytes(body)).length).toBe(3_000_004)
    expect(encoded({ _tag: "text", value: "a" })).toBe("0000000161")
  })

  it("starts anew after an encoding that threw in the middle", () => {
    expect(() =>
      Canonical.encode(() => {
        Canonical.text("half")
        throw new Error("in the middle")
      }),
    ).toThrow("in the middle")
    expect(encoded({ _tag: "text", value: "a" })).toBe("0000000161")
  })

  it("keeps no more room than usual events need, after one that was large", () => {
    const large = Canonical.encode(() => Canonical.bytes(new Uint8Array(8 * 1024 * 1024)))
    expect(large.length).toBe(8 * 1024 * 1024 + 4)
    const small = Canonical.encode(() => Canonical.text("a"))
    expect(small.buffer.byteLength).toBeLessThanOrEqual(1024 * 1024)
    expect(hex(small)).toBe("0000000161")
  })

  it("is what the fields are by Node's own conversions", () => {
    fc.assert(
      fc.property(fields, (list) => {
        expect(encoded(...list)).toBe(expected(...list))
      }),
    )
  })

  it("is injective: the fields can be read back from their lengths", () => {
    fc.assert(
      fc.property(fields, (list) => {
        const bytes = Buffer.from(encoded(...list), "hex")
        const contents: Array<string | undefined> = []
        for (let i = 0; i < bytes.length; ) {
          const length = bytes.readUInt32BE(i)
          i += 4
          if (length === 0xffffffff) {
            contents.push(undefined)
            continue
          }
          contents.push(bytes.toString("hex", i, i + length))
          i += length
        }
        expect(contents).toEqual(list.map((field) => (field._tag === "nothing" ? undefined : expected(field).slice(8))))
      }),
    )
  })

  it("tells apart what would run together without lengths", () => {
    const text = (value: string): Field => ({ _tag: "text", value })
    expect(encoded(text("ab"), text("c"))).not.toBe(encoded(text("a"), text("bc")))
    expect(encoded(text(""), text("a"))).not.toBe(encoded(text("a"), text("")))
    expect(encoded(text(""))).not.toBe(encoded({ _tag: "nothing" }))
  })
})
