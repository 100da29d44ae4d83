import { createHash } from "node:crypto"
import * as fc from "fast-check"
import { left, right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import * as HashChain from "../../../src/core/event/HashChain.ts"
import type { NewEvent, StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import { ada, at, bob, hex, leftOf, newEvent, rightOf, sha256, stored, uuid } from "../support.ts"

const verify = HashChain.verify(sha256)

const chain = stored(
  ada,
  [1, 2, 3, 4, 5].map((n) => newEvent(n)),
)

/** A chain with one event replaced; its digest is made anew or left as it was. */
const edited = (index: number, content: Partial<StoredEvent>, redigest = false): ReadonlyArray<StoredEvent> =>
  chain.map((event, i) => {
    if (i !== index) return event
    const changed = { ...event, ...content }
    return redigest ? { ...changed, digest: sha256(HashChain.preimage(ada, changed)) } : changed
  })

/** The preimage by hand: a field is its length in four bytes and its content. */
const byHand = (...fields: ReadonlyArray<string | number | Uint8Array | null | { readonly count: number }>): string =>
  fields
    .map((field) => {
      const length = Buffer.alloc(4)
      if (field === null) return "ffffffff"
      if (typeof field === "object" && "count" in field) {
        length.writeUInt32BE(field.count)
        return length.toString("hex")
      }
      const number = Buffer.alloc(8)
      if (typeof field === "number") number.writeBigInt64BE(BigInt(field))
      const content = typeof field === "number" ? number : Buffer.from(field as string)
      length.writeUInt32BE(content.length)
      return length.toString("hex") + content.toString("hex")
    })
    .join("")

describe("the preimage of a digest", () => {
  it("is every field of the stored form, in the order of the format", () => {
    const event = newEvent(1, ada, {
      type: "Öffnung",
      schemaVersion: 3,
      tags: ["a:1", "b:2"],
      recordedAt: -5,
      correlationId: "corr",
      causation: { eventId: uuid(9), stream: bob, position: 77 },
      encoding: "json+zstd",
      body: Uint8Array.of(0, 255),
    })
    expect(hex(HashChain.preimage({ category: "Account", id: "Ω" }, event))).toBe(
      byHand(
        "everfold/event/1",
        "Account",
        "Ω",
        uuid(1),
        "Öffnung",
        3,
        "json+zstd",
        -5,
        "corr",
        uuid(9),
        "Account",
        "bob",
        77,
        { count: 2 },
        "a:1",
        "b:2",
        Uint8Array.of(0, 255),
      ),
    )
  })

  it("writes no causation as absent and no tags as none", () => {
    expect(hex(HashChain.preimage(ada, newEvent(1)))).toBe(
      byHand(
        "everfold/event/1",
        "Account",
        "ada",
        uuid(1),
        "Deposited",
        1,
        "json",
        1_800_000_000_001,
        "c",
        null,
        { count: 0 },
        '{"data":{"amount":1}}',
      ),
    )
  })

  it.each<[string, Partial<NewEvent>]>([
    ["id", { id: uuid(2) }],
    ["type", { type: "Deposite" }],
    ["schema version", { schemaVersion: 2 }],
    ["encoding", { encoding: "json+zstd" }],
    ["time", { recordedAt: 0 }],
    ["correlation", { correlationId: "d" }],
    ["causation", { causation: { eventId: uuid(2), stream: bob, position: 1 } }],
    ["tags", { tags: ["a"] }],
    ["body", { body: Buffer.from('{"data":{"amount":2}}') }],
  ])("is another for another %s", (_, content) => {
    const event = newEvent(1)
    const before = hex(HashChain.preimage(ada, event))
    expect(hex(HashChain.preimage(ada, { ...event, ...content }))).not.toBe(before)
    expect(hex(HashChain.preimage(bob, event))).not.toBe(before)
    expect(hex(HashChain.preimage({ category: "Accounta", id: "da" }, event))).not.toBe(before)
  })

  it("is injective where text moves from one field to the next", () => {
    const one = fc.constantFrom("", "a", "aa", "aaa", "b")
    const texts = fc.tuple(one, one, one)
    fc.assert(
      fc.property(texts, texts, ([t1, c1, g1], [t2, c2, g2]) => {
        const one = hex(HashChain.preimage(ada, newEvent(1, ada, { type: t1, correlationId: c1, tags: [g1] })))
        const two = hex(HashChain.preimage(ada, newEvent(1, ada, { type: t2, correlationId: c2, tags: [g2] })))
        expect(one === two).toBe(t1 === t2 && c1 === c2 && g1 === g2)
      }),
    )
  })
})

describe("a link", () => {
  it.each([1, 2, 2 ** 32, 2 ** 40 + 3, Number.MAX_SAFE_INTEGER])("at version %d is what the format says", (version) => {
    const previous = sha256(Buffer.from("before"))
    const digest = sha256(Buffer.from("event"))
    const number = Buffer.alloc(8)
    number.writeBigUInt64BE(BigInt(version))
    const hash = createHash("sha256").update(previous).update(number).update(digest).digest("hex")
    expect(hex(HashChain.link(previous, version, digest))).toBe(hash)
  })

  it("starts from 32 zero bytes", () => {
    expect(HashChain.empty).toEqual({ version: 0, link: new Uint8Array(32) })
    expect(hex(HashChain.link(HashChain.empty.link, 1, at(chain, 0).digest))).toBe(hex(at(chain, 0).link))
  })

  it.each([16, 20, 48, 64])("is made of digests of %d bytes too, whatever was linked before", (length) => {
    const digest = new Uint8Array(length).fill(length)
    HashChain.link(HashChain.empty.link, 1, new Uint8Array(64).fill(9))
    const number = Buffer.alloc(8)
    number.writeBigUInt64BE(2n)
    expect(hex(HashChain.link(HashChain.empty.link, 2, digest))).toBe(hex(sha256(new Uint8Array(32), number, digest)))
  })

  it("is its own bytes, which later links do not change", () => {
    const first = HashChain.link(HashChain.empty.link, 1, at(chain, 0).digest)
    const before = hex(first)
    HashChain.link(first, 2, at(chain, 1).digest)
    expect(hex(first)).toBe(before)
  })
})

describe("verifying", () => {
  it("answers the head of a whole chain", () => {
    expect(verify(ada, chain)).toEqual(right({ version: 5, link: at(chain, 4).link }))
    expect(verify(ada, [])).toEqual(right(HashChain.empty))
  })

  it("goes on from where it stopped, at every cut", () => {
    for (let cut = 0; cut <= chain.length; cut++) {
      const head = rightOf(verify(ada, chain.slice(0, cut)))
      expect(verify(ada, chain.slice(cut), head)).toEqual(verify(ada, chain))
    }
  })

  it.each([0, 1, 2, 3, 4])("reports an edit of event %d there, whatever was edited", (index) => {
    const edits: ReadonlyArray<Partial<StoredEvent>> = [
      { body: Buffer.from('{"data":{"amount":1000}}') },
      { type: "Withdrawn" },
      { recordedAt: 0 },
      { correlationId: "x" },
      { tags: ["x"] },
      { schemaVersion: 2 },
      { id: uuid(99) },
      { digest: sha256(Buffer.from("forged")) },
      { link: sha256(Buffer.from("forged")) },
      { stream: bob },
      { version: 9 },
    ]
    for (const content of edits) expect(leftOf(verify(ada, edited(index, content))).index).toBe(index)
  })

  it("reports an edit whose digest was made anew by its link", () => {
    expect(verify(ada, edited(2, { body: Buffer.from("{}") }, true))).toEqual(
      left({ index: 2, reason: "its link does not match the events before it" }),
    )
  })

  it("says what is wrong", () => {
    const reason = (events: ReadonlyArray<StoredEvent>) => leftOf(verify(ada, events)).reason
    expect(reason(edited(0, { stream: bob }))).toBe("it belongs to another stream")
    expect(reason(edited(0, { body: Buffer.from("{}") }))).toBe("its digest does not match its content")
    expect(reason(chain.slice(1))).toBe("version 1 is missing before it")
  })

  it("reports a drop, a swap and an insertion at their least index", () => {
    for (let i = 0; i < chain.length - 1; i++) {
      expect(leftOf(verify(ada, chain.toSpliced(i, 1))).index).toBe(i)
      const swapped = chain.toSpliced(i, 2, at(chain, i + 1), at(chain, i))
      expect(leftOf(verify(ada, swapped)).index).toBe(i)
      expect(leftOf(verify(ada, chain.toSpliced(i + 1, 0, at(chain, i)))).index).toBe(i + 1)
    }
  })

  it("reports events that were renumbered to hide a drop", () => {
    const renumbered = chain.toSpliced(1, 1).map((event, i) => ({ ...event, version: i + 1 }))
    expect(leftOf(verify(ada, renumbered))).toEqual({
      index: 1,
      reason: "its link does not match the events before it",
    })
  })

  it("cannot see a truncated tail, which its head does", () => {
    expect(rightOf(verify(ada, chain.slice(0, 3))).version).toBe(3)
    const head = rightOf(verify(ada, chain))
    expect(verify(ada, chain.slice(3), head)).toEqual(left({ index: 0, reason: "version 6 is missing before it" }))
  })

  it("does not go on from a head of the same version and another link", () => {
    const elsewhere = { version: 3, link: sha256(Buffer.from("another history")) }
    expect(leftOf(verify(ada, chain.slice(3), elsewhere)).index).toBe(0)
  })
})

describe("equality of bytes", () => {
  it("looks at content and length only", () => {
    expect(HashChain.equals(Uint8Array.of(1, 2), Buffer.from([1, 2]))).toBe(true)
    expect(HashChain.equals(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false)
    expect(HashChain.equals(Uint8Array.of(1), Uint8Array.of(2))).toBe(false)
    expect(HashChain.equals(new Uint8Array(), new Uint8Array())).toBe(true)
  })
})
