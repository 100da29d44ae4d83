import * as fc from "fast-check"
import { left, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import type * as Json from "../../../src/core/event/Json.ts"
import { leftOf, rightOf } from "../support.ts"

const AccountEvent = EventCodec.make(
  {
    Opened: EventCodec.version(t.type({ owner: t.string })).pipe(
      EventCodec.upcast(t.type({ owner: t.string, currency: t.string }), (v1) => ({ ...v1, currency: "EUR" })),
    ),
    Deposited: t.intersection([t.type({ amount: t.number }), t.partial({ note: t.string })]),
    Moved: t.union([t.type({ by: t.literal("foot") }), t.type({ by: t.literal("car"), plate: t.string })]),
    Closed: t.type({}),
  },
  {
    tags: (event) => (event._tag === "Opened" ? [`owner:${event.owner}`, "new", "new", "a"] : []),
  },
)
type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>

describe("constructors", () => {
  it("tag a payload", () => {
    expect(AccountEvent.Deposited({ amount: 10 })).toEqual({ _tag: "Deposited", amount: 10 })
    expect(AccountEvent.Moved({ by: "car", plate: "X 1" })).toEqual({ _tag: "Moved", by: "car", plate: "X 1" })
    expect(AccountEvent.Closed()).toEqual({ _tag: "Closed" })
    expect(AccountEvent.Closed({})).toEqual({ _tag: "Closed" })
  })

  it("keep their tag where the payload is a command with a tag of its own", () => {
    // A command is assignable to the payload, so this compiles: it is how one would write `decide`.
    const command = { _tag: "Deposit", amount: 10 } as const
    expect(AccountEvent.Deposited(command)).toEqual({ _tag: "Deposited", amount: 10 })
  })
})

describe("encoding an event", () => {
  it("names its type and latest version, and leaves the tag out of the payload", () => {
    expect(EventCodec.encode(AccountEvent, AccountEvent.Deposited({ amount: 10 }))).toEqual(
      right({ type: "Deposited", schemaVersion: 1, data: { amount: 10 }, tags: [] }),
    )
    expect(EventCodec.encode(AccountEvent, AccountEvent.Closed())).toEqual(
      right({ type: "Closed", schemaVersion: 1, data: {}, tags: [] }),
    )
  })

  it("sorts tags and leaves out repeats", () => {
    const { tags, schemaVersion } = rightOf(
      EventCodec.encode(AccountEvent, AccountEvent.Opened({ owner: "Ada", currency: "EUR" })),
    )
    expect(tags).toEqual(["a", "new", "owner:Ada"])
    expect(schemaVersion).toBe(2)
  })

  it("keeps optional fields as they are, there or not", () => {
    const data = (event: AccountEvent) => rightOf(EventCodec.encode(AccountEvent, event)).data
    expect(data(AccountEvent.Deposited({ amount: 1, note: "rent" }))).toEqual({ amount: 1, note: "rent" })
    expect(Object.keys(data(AccountEvent.Deposited({ amount: 1 })))).toEqual(["amount"])
  })

  it("refuses an event whose type it does not know, and says which it knows", () => {
    const stranger = JSON.parse('{"_tag":"Stolen"}')
    expect(EventCodec.encode(AccountEvent, stranger)).toEqual(
      left({ path: "", reason: "type Stolen is unknown here (known: Opened, Deposited, Moved, Closed)" }),
    )
  })

  it("does not take what objects inherit for a type", () => {
    for (const _tag of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      expect(leftOf(EventCodec.encode(AccountEvent, JSON.parse(`{"_tag":"${_tag}"}`))).reason).toContain("unknown")
      expect(leftOf(EventCodec.decode(AccountEvent, _tag, 1, {})).reason).toContain("unknown")
    }
  })

  it("refuses a payload that is not what its codec says, with the path", () => {
    const wrong = JSON.parse('{"_tag":"Opened","owner":1,"currency":"EUR"}')
    expect(EventCodec.encode(AccountEvent, wrong)).toEqual(left({ path: "owner", reason: "1 is not string" }))
  })

  it("refuses a codec that writes _tag into the payload", () => {
    const tagging = new t.Type<{ readonly a: number }, { readonly _tag: string }>(
      "Tagging",
      (u): u is { readonly a: number } => typeof u === "object" && u !== null && "a" in u,
      () => t.success({ a: 1 }),
      () => ({ _tag: "mine" }),
    )
    const Event = EventCodec.make({ Tagged: tagging })
    expect(EventCodec.encode(Event, Event.Tagged({ a: 1 }))).toEqual(
      left({ path: "_tag", reason: "the key is reserved" }),
    )
  })

  it("refuses a codec that writes no object", () => {
    for (const text of ["[]", "null", "1"]) {
      const careless = new t.Type<object, Json.JsonObject>(
        "Careless",
        (u): u is object => typeof u === "object",
        () => t.success({}),
        () => JSON.parse(text),
      )
      const Event = EventCodec.make({ Careless: careless })
      const fault = leftOf(EventCodec.encode(Event, Event.Careless()))
      expect(fault.reason).toBe("its codec does not write a JSON object")
    }
  })

  it("says what is wrong with a codec whose payload has a tag of its own", () => {
    const Event = EventCodec.make({ Tagged: t.type({ _tag: t.literal("Tagged"), a: t.number }) })
    const fault = { path: "_tag", reason: "the key is reserved: leave it out of the payload's codec" }
    expect(EventCodec.encode(Event, Event.Tagged({ _tag: "Tagged", a: 1 }))).toEqual(left(fault))
  })

  it("is a fault and not an exception where the event is hostile", () => {
    const reason = (event: object) => {
      const hostile = Object.assign(JSON.parse("{}"), {})
      Object.defineProperties(hostile, Object.getOwnPropertyDescriptors(event))
      return leftOf(EventCodec.encode(AccountEvent, hostile)).reason
    }
    const throwing = () => {
      throw new Error("hostile")
    }
    expect(reason({ _tag: Symbol("s") })).toContain("type Symbol(s) is unknown here")
    expect(reason({ _tag: { toString: throwing } })).toContain("type a value of type object is unknown here")
    expect(
      reason({
        _tag: "Closed",
        get more() {
          return throwing()
        },
      }),
    ).toBe("reading it threw hostile")
    expect(
      reason({
        get _tag() {
          return throwing()
        },
      }),
    ).toBe("reading it threw hostile")
    for (const text of ["null", "1", "[]"]) {
      expect(leftOf(EventCodec.encode(AccountEvent, JSON.parse(text))).reason).toBe("it is not an object")
    }
  })

  it("is a fault and not an exception where the tags throw", () => {
    const Event = EventCodec.make(
      { Named: t.type({ name: t.string }) },
      {
        tags: () => {
          throw new Error("no tags")
        },
      },
    )
    expect(EventCodec.encode(Event, Event.Named({ name: "a" }))._tag).toBe("Left")
  })
})

describe("decoding a stored payload", () => {
  it("goes by the type's name and never by trying", () => {
    expect(EventCodec.decode(AccountEvent, "Closed", 1, { amount: 1 })).toEqual(right([{ _tag: "Closed", amount: 1 }]))
    expect(EventCodec.decode(AccountEvent, "Deposited", 1, { amount: 1 })).toEqual(
      right([{ _tag: "Deposited", amount: 1 }]),
    )
  })

  it("lifts older versions", () => {
    expect(EventCodec.decode(AccountEvent, "Opened", 1, { owner: "Ada" })).toEqual(
      right([{ _tag: "Opened", owner: "Ada", currency: "EUR" }]),
    )
  })

  it("refuses unknown types, unknown versions, what is no object, and _tag in a payload", () => {
    const fault = (type: string, version: number, data: unknown) =>
      leftOf(EventCodec.decode(AccountEvent, type, version, data))
    expect(fault("Stolen", 1, {}).reason).toContain("the type is unknown here")
    expect(fault("Opened", 3, {}).reason).toContain("schema version 3 is unknown here")
    expect(fault("Closed", 0, {}).reason).toContain("schema version 0 is unknown here")
    for (const data of [undefined, null, 1, "a", [], [{}]]) {
      expect(fault("Closed", 1, data)).toEqual({ path: "", reason: "it is not a JSON object" })
    }
    expect(fault("Closed", 1, { _tag: "Opened" })).toEqual({ path: "_tag", reason: "the key is reserved" })
    expect(fault("Moved", 1, { by: "car" }).reason).not.toBe("")
  })

  it("is a fault and not an exception where what is read is hostile", () => {
    const throwing = (): never => {
      throw new Error("hostile")
    }
    const lazy = new t.Type<object, Json.JsonObject>(
      "Lazy",
      (u): u is object => typeof u === "object",
      () => t.success(Object.defineProperty({}, "a", { get: throwing, enumerable: true })),
      () => ({}),
    )
    const Event = EventCodec.make({ Lazy: lazy, Closed: t.type({}) })
    expect(leftOf(EventCodec.decode(Event, "Lazy", 1, {})).reason).toBe("reading it threw hostile")
    const data = new Proxy({}, { has: throwing })
    expect(leftOf(EventCodec.decode(Event, "Closed", 1, data)).reason).toBe("reading it threw hostile")
  })

  it("keeps the tag of the stored type where an upcast answers one of its own", () => {
    const Event = EventCodec.make({
      Opened: EventCodec.version(t.type({})).pipe(EventCodec.upcast(t.type({}), () => ({ _tag: "Closed" }))),
      Closed: t.type({}),
    })
    expect(EventCodec.decode(Event, "Opened", 1, {})).toEqual(right([{ _tag: "Opened" }]))
  })

  it("reads back every event that it wrote", () => {
    const events: fc.Arbitrary<AccountEvent> = fc.oneof(
      fc.record({ owner: fc.string(), currency: fc.string() }).map(AccountEvent.Opened),
      fc.record({ amount: fc.integer(), note: fc.string() }, { requiredKeys: ["amount"] }).map(AccountEvent.Deposited),
      fc.constantFrom(AccountEvent.Moved({ by: "foot" }), AccountEvent.Moved({ by: "car", plate: "X" })),
      fc.constant(AccountEvent.Closed()),
    )
    fc.assert(
      fc.property(events, (event) => {
        const { type, schemaVersion, data } = rightOf(EventCodec.encode(AccountEvent, event))
        const wire: unknown = JSON.parse(JSON.stringify(data))
        expect(EventCodec.decode(AccountEvent, type, schemaVersion, wire)).toEqual(right([event]))
      }),
    )
  })
})

describe("making a codec", () => {
  it.each(["", "a".repeat(129), "half\ud800", "a\0b"])("throws where the tag is %j", (tag) => {
    expect(() => EventCodec.make({ [tag]: t.type({}) })).toThrow("cannot name a stored type")
  })

  it("takes tags of 128 characters of any alphabet", () => {
    const tag = "Ω".repeat(128)
    const Event = EventCodec.make({ [tag]: t.type({}) })
    expect(rightOf(EventCodec.decode(Event, tag, 1, {}))).toEqual([{ _tag: tag }])
  })
})
