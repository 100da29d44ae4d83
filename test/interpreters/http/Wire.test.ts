import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import type { Section } from "../../../src/core/program/NotificationLog.ts"
import * as Wire from "../../../src/interpreters/http/Wire.ts"

const text = fc.string({ unit: "binary", maxLength: 8 }).filter((each) => each.isWellFormed())
const from = (min: number) => fc.integer({ min, max: Number.MAX_SAFE_INTEGER })
const name = fc.record({ category: text, id: text }, { noNullPrototype: true })
/** Also views of larger buffers. */
const bytes = fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.nat(8)).map(([all, from]) => all.subarray(from))

const events: fc.Arbitrary<StoredEvent> = fc.record(
  {
    position: from(1),
    stream: name,
    version: from(1),
    id: text,
    type: text,
    schemaVersion: from(1),
    tags: fc.array(text, { maxLength: 3 }),
    recordedAt: from(0),
    correlationId: text,
    causation: fc.option(fc.record({ eventId: text, stream: name, position: from(0) }, { noNullPrototype: true })),
    encoding: text,
    body: bytes,
    digest: bytes,
    link: bytes,
  },
  { noNullPrototype: true },
)

const sections: fc.Arbitrary<Section> = fc.record(
  {
    id: text,
    archived: fc.boolean(),
    previous: fc.option(text, { nil: undefined }),
    next: fc.option(text, { nil: undefined }),
    items: fc.array(events, { maxLength: 3 }),
  },
  { noNullPrototype: true },
)

describe("what goes over the wire", () => {
  const event = Schema.fromJsonString(Wire.Event)
  const section = Schema.fromJsonString(Wire.Section)

  it("is the text that the schema gives of an event, which it reads as the same", () =>
    fc.assert(
      fc.property(events, (each) => {
        const told = Wire.encodeEvent(each)
        expect(told).toBe(Schema.encodeSync(event)(each))
        const read = Schema.decodeSync(event)(told)
        expect(Schema.encodeSync(event)(read)).toBe(told)
        expect(Buffer.compare(read.body, each.body)).toBe(0)
      }),
    ))

  it("is the same of a section, whose neighbours may be missing", () =>
    fc.assert(
      fc.property(sections, (each) => {
        const { previous, next, ...rest } = each
        const told = Wire.encodeSection(each)
        const read = Schema.decodeSync(section)(told)
        expect([read.previous, read.next]).toEqual([previous ?? null, next ?? null])
        expect(Schema.encodeSync(section)(read)).toBe(
          Schema.encodeSync(section)({ ...rest, previous: previous ?? null, next: next ?? null }),
        )
      }),
    ))
})
