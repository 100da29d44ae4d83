import { isLeft, isRight, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import * as Commit from "../../../src/core/event/Commit.ts"
import * as Errors from "../../../src/core/event/Errors.ts"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import * as PortErrors from "../../../src/core/port/Errors.ts"
import type { ExecuteError } from "../../../src/core/program/Batch.ts"
import * as Failures from "../../../src/interpreters/cluster/Failures.ts"
import * as Wire from "../../../src/interpreters/cluster/Wire.ts"

const stream = { category: "Account", id: "ada" }
const place = { stream, version: 3, position: 17 }
const committed = {
  repeated: false,
  position: 17,
  streams: [{ stream, version: 3, link: new Uint8Array([1, 2, 255]) }],
}

/** One of each, or it does not compile. */
const errors: Readonly<Record<ExecuteError["_tag"], ExecuteError>> = {
  CommandRepeated: new Errors.CommandRepeated({ id: "c1", events: ["e1"], committed }),
  CommitUnknown: new PortErrors.CommitUnknown({ cause: new Error("reset") }),
  DeciderThrew: new Errors.DeciderThrew({ stream, version: 3, during: "evolve", cause: new Error("no rate") }),
  DecodeFailed: new Errors.DecodeFailed({ ...place, type: "A", schemaVersion: 2, path: "data.x", reason: "odd" }),
  EncodeFailed: new Errors.EncodeFailed({ stream, type: "A", path: "", reason: "odd" }),
  EventIdReused: new Errors.EventIdReused({ id: "e1" }),
  IntegrityViolation: new Errors.IntegrityViolation({ ...place, reason: "its digest differs" }),
  InvalidInput: new Errors.InvalidInput({ what: "an id is empty" }),
  KeyMissing: new PortErrors.KeyMissing({ keyId: "2025", where: "Account-ada" }),
  OpenFailed: new PortErrors.OpenFailed({ keyId: "2025", where: "Account-ada" }),
  StoreUnavailable: new PortErrors.StoreUnavailable({ what: "reading", retryable: true, cause: { odd: true } }),
  VersionConflict: new Errors.VersionConflict({ stream, expected: Commit.exact(4), actual: 3 }),
}

const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
const Late = new t.Type<Date, string>(
  "Late",
  (value): value is Date => value instanceof Date,
  (value, context) => (typeof value === "string" ? t.success(new Date(value)) : t.failure(value, context)),
  (date) => date.toISOString(),
)
const codecs = { command: t.type({ due: Late }), rejection: t.literal("too late") }
const due = new Date("2027-01-01T00:00:00Z")
const asking = {
  command: { due },
  commandId: "c1",
  expected: 3,
  context: { correlationId: "order-1", causation: null, metadata: { user: "ada" } },
}

describe("over the wire", () => {
  it.each(Object.values(errors))("$_tag is the same error again, and tells the same", (error) => {
    expect(Failures.is(error)).toBe(true)
    const text = Wire.answer(CounterEvent, codecs, { _tag: "Failed", error })
    const outcome = Wire.answered(CounterEvent, codecs, text)
    if (isLeft(outcome) || outcome.right._tag !== "Failed") throw new Error(JSON.stringify(outcome))
    const again = outcome.right.error
    expect(again.constructor).toBe(error.constructor)
    expect(again.message).toBe(error.message)
    expect({ ...again, cause: undefined }).toEqual({ ...error, cause: undefined })
  })

  it("a rejection is none of them, also with the tag of one", () => {
    expect(Failures.is({ _tag: "InvalidInput", what: "mine" })).toBe(false)
  })

  it("a command is the same value again, with all that it was given", () => {
    const text = Wire.ask(codecs, asking)
    expect(isRight(text) && Wire.asked(codecs, text.right)).toEqual(right(asking))
    const bare = { ...asking, expected: undefined, context: { ...asking.context, correlationId: undefined } }
    const least = Wire.ask(codecs, bare)
    expect(isRight(least) && Wire.asked(codecs, least.right)).toEqual(right(bare))
  })

  it.each([
    ["{", "it is not JSON"],
    ["[]", "[] is not"],
    [JSON.stringify({ ...asking, command: { due: 7 } }), "due: 7 is not Late"],
    [JSON.stringify({ ...asking, context: { ...asking.context, metadata: [] } }), "context.metadata"],
  ])("a text that is no command is refused: %s", (text, why) => {
    const command = Wire.asked(codecs, text)
    expect(isLeft(command) && command.left).toContain(why)
  })

  it("what is done and what is rejected are the same again", () => {
    const answer = { version: 2, position: 9, repeated: true, events: [CounterEvent.Added({ by: 2 })] }
    for (const outcome of [
      { _tag: "Executed", answer } as const,
      { _tag: "Rejected", rejection: "too late" } as const,
    ]) {
      expect(Wire.answered(CounterEvent, codecs, Wire.answer(CounterEvent, codecs, outcome))).toEqual(right(outcome))
    }
  })

  it("what cannot be written is told, where it is asked for and where it is answered", () => {
    const never = { ...codecs, rejection: t.never }
    const own = Wire.ask({ command: t.number }, { ...asking, command: Number.NaN })
    expect(isLeft(own) && own.left).toContain("NaN")
    const events = [CounterEvent.Added({ by: Number.NaN })]
    const text = Wire.answer(CounterEvent, never, {
      _tag: "Executed",
      answer: { version: 1, position: 1, repeated: false, events },
    })
    expect(isLeft(Wire.answered(CounterEvent, never, text))).toBe(true)
  })

  it.each(["{", "{}", '{"_tag":"Failed","error":{"_tag":"New"}}', '{"_tag":"Rejected","rejection":"too early"}'])(
    "a text that is no answer is refused: %s",
    (text) => {
      expect(isLeft(Wire.answered(CounterEvent, codecs, text))).toBe(true)
    },
  )
})
