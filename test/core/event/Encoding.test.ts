import * as fc from "fast-check"
import { none, some } from "fp-ts/lib/Option.js"
import { describe, expect, it } from "vitest"
import * as Encoding from "../../../src/core/event/Encoding.ts"

const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/)
const encodings: fc.Arbitrary<Encoding.Encoding> = fc.oneof(
  fc.constant({}),
  fc.record({ keyId: name }),
  fc.record({ compression: fc.constant("deflate" as const), keyId: name }, { requiredKeys: ["compression"] }),
  fc.record(
    { compression: fc.constant("zstd" as const), dictionary: name, keyId: name },
    { requiredKeys: ["compression"] },
  ),
)

describe("an encoding", () => {
  it.each([
    ["json", {}],
    ["json+deflate", { compression: "deflate" }],
    ["json+zstd", { compression: "zstd" }],
    ["json+zstd:words.1", { compression: "zstd", dictionary: "words.1" }],
    ["json+aes256gcm:k", { keyId: "k" }],
    ["json+deflate+aes256gcm:2026-11", { compression: "deflate", keyId: "2026-11" }],
    ["json+zstd+aes256gcm:k", { compression: "zstd", keyId: "k" }],
    ["json+zstd:d_1+aes256gcm:k", { compression: "zstd", dictionary: "d_1", keyId: "k" }],
    [`json+aes256gcm:${"k".repeat(64)}`, { keyId: "k".repeat(64) }],
  ] as const)("is read from %s and written back", (text, encoding) => {
    expect(Encoding.parse(text)).toEqual(some(encoding))
    expect(Encoding.format(encoding)).toBe(text)
  })

  it.each([
    "",
    "JSON",
    " json",
    "json ",
    "json\n",
    "json+",
    "json+gzip",
    "json+zstd:",
    "json+zstd:a b",
    "json+zstd:a:b",
    "json+deflate:words",
    "json+zstd+deflate",
    "json+aes256gcm",
    "json+aes256gcm:",
    "json+aes256gcm:a+zstd",
    "json+aes256gcm:é",
    "json+aes256gcm:k\n",
    `json+aes256gcm:${"k".repeat(65)}`,
    "json+aes256gcm:a+aes256gcm:b",
    "json+aes128gcm:a",
    "xjson",
  ])("is not read from %j", (text) => {
    expect(Encoding.parse(text)).toEqual(none)
  })

  it("is the same after writing and reading", () => {
    fc.assert(
      fc.property(encodings, (encoding) => {
        expect(Encoding.parse(Encoding.format(encoding))).toEqual(some({ ...encoding }))
      }),
    )
  })

  it("names keys and dictionaries with 1 to 64 of A-Z a-z 0-9 . _ -", () => {
    expect(["a", "2026-11", "A.b_c", "k".repeat(64)].every(Encoding.isName)).toBe(true)
    expect(["", "a b", "a:b", "a+b", "é", "a\n", "k".repeat(65)].some(Encoding.isName)).toBe(false)
  })
})
