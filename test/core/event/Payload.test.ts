import { left, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import type { Json } from "../../../src/core/event/Json.ts"
import * as Payload from "../../../src/core/event/Payload.ts"
import { leftOf } from "../support.ts"

const V1 = t.type({ owner: t.string })
const V2 = t.type({ owner: t.string, currency: t.string })
const V3 = t.type({ owners: t.array(t.string), currency: t.string })

const opened = Payload.version(V1)
  .pipe(Payload.upcast(V2, (v1) => ({ ...v1, currency: "EUR" })))
  .pipe(Payload.upcast(V3, ({ owner, currency }) => ({ owners: [owner], currency })))

/** A codec that throws, as a careless `decode` or `encode` does. */
const throwing = new t.Type<{ readonly at: number }, { readonly at: number }>(
  "Throwing",
  (u): u is { readonly at: number } => typeof u === "object",
  () => {
    throw new Error("no reading")
  },
  () => {
    throw new Error("no writing")
  },
)

describe("a payload of several versions", () => {
  it("counts its versions from 1", () => {
    expect(Payload.version(V1).latest).toBe(1)
    expect(opened.latest).toBe(3)
  })

  it("lifts every older version step by step", () => {
    const now = right({ owners: ["Ada"], currency: "EUR" })
    expect(opened.decode(1, { owner: "Ada" })).toEqual(now)
    expect(opened.decode(2, { owner: "Ada", currency: "EUR" })).toEqual(now)
    expect(opened.decode(3, { owners: ["Ada"], currency: "EUR" })).toEqual(now)
  })

  it("writes the latest version only", () => {
    expect(opened.encode({ owners: ["Ada"], currency: "EUR" })).toEqual(right({ owners: ["Ada"], currency: "EUR" }))
    expect(leftOf(opened.encode({ owner: "Ada", currency: "EUR" })).path).toBe("owners")
  })

  it("does not take one version for another", () => {
    expect(leftOf(opened.decode(2, { owner: "Ada" })).path).toBe("currency")
    expect(leftOf(opened.decode(3, { owner: "Ada" })).path).toMatch(/owners|currency/)
  })

  it.each([0, 4, -1, 1.5, Number.NaN])("says that version %d is unknown here", (version) => {
    expect(leftOf(opened.decode(version, { owner: "Ada" })).reason).toContain(`schema version ${version} is unknown`)
  })
})

describe("a chain of ten thousand versions", () => {
  const count = t.type({ n: t.number })
  let long = Payload.version(count)
  for (let i = 1; i < 10_000; i++) long = long.pipe(Payload.upcast(count, ({ n }) => ({ n: n + 1 })))

  it("is lifted step by step, without running out of stack", () => {
    expect(long.latest).toBe(10_000)
    expect(long.decode(1, { n: 0 })).toEqual(right({ n: 9_999 }))
    expect(long.decode(9_999, { n: 0 })).toEqual(right({ n: 1 }))
    expect(long.decode(10_000, { n: 0 })).toEqual(right({ n: 0 }))
    expect(leftOf(long.decode(10_001, { n: 0 })).reason).toContain("schema version 10001 is unknown here")
  })

  it("says where its first version does not decode", () => {
    expect(leftOf(long.decode(1, { n: "0" }))).toEqual({ path: "n", reason: '"0" is not number' })
  })
})

describe("an upcast that changes what it is given", () => {
  it("shows in nothing that is read later", () => {
    const careless = Payload.version(t.type({ items: t.array(t.string) })).pipe(
      Payload.upcast(t.type({ items: t.array(t.string), count: t.number }), (v1) => {
        v1.items.push("more")
        return Object.assign(v1, { count: v1.items.length })
      }),
    )
    const text = '{"items":["a"]}'
    const expected = right({ items: ["a", "more"], count: 2 })
    for (let i = 0; i < 3; i++) expect(careless.decode(1, JSON.parse(text))).toEqual(expected)
  })
})

describe("what a codec complains about", () => {
  const Order = t.type({ items: t.array(t.type({ price: t.number, name: t.string })) })

  it("is shown by path, value and expectation, reading and writing", () => {
    const wrong = {
      items: [
        { price: 1, name: "a" },
        { price: "2", name: "b" },
      ],
    }
    const fault = { path: "items.1.price", reason: '"2" is not number' }
    expect(Payload.version(Order).decode(1, wrong)).toEqual(left(fault))
    expect(Payload.version(Order).encode(wrong)).toEqual(left(fault))
  })

  it("says that nothing is there where a property is missing", () => {
    expect(Payload.version(V1).decode(1, {})).toEqual(left({ path: "owner", reason: "nothing is not string" }))
  })

  it("shows long values in short", () => {
    const { reason } = leftOf(Payload.version(V1).decode(1, { owner: Array.from({ length: 99 }, () => "long") }))
    expect(reason.length).toBeLessThan(110)
    expect(reason).toContain("…")
  })

  it("shows what has no JSON by its kind", () => {
    expect(leftOf(Payload.version(V1).encode({ owner: 1n })).reason).toBe("bigint is not string")
  })

  it("is of the deepest complaint where there are several", () => {
    expect(leftOf(Payload.version(Order).decode(1, { items: [{ price: 1 }] })).path).toBe("items.0.name")
  })

  const Deposited = t.intersection([t.type({ amount: t.number }), t.partial({ note: t.string })])

  it("has the path in the payload, also inside an intersection", () => {
    expect(leftOf(Payload.version(Deposited).decode(1, { amount: "1" })).path).toBe("amount")
    expect(leftOf(Payload.version(Deposited).decode(1, { amount: 1, note: 2 })).path).toBe("note")
  })

  it("is of the place that cannot be written, not of one whose written form is another", () => {
    const Day = new t.Type<Date, string>(
      "Day",
      (u): u is Date => u instanceof Date,
      (u, context) => (typeof u === "string" ? t.success(new Date(u)) : t.failure(u, context)),
      (date) => date.toISOString(),
    )
    const Plan = Payload.version(
      t.type({
        at: Day,
        days: t.readonlyArray(t.tuple([Day, t.string])),
        rest: t.exact(t.partial({ note: t.string, by: t.record(t.string, Day) })),
        way: t.union([t.type({ feet: t.number }), t.type({ car: t.type({ plate: t.string }) })]),
        some: t.readonly(
          t.intersection([t.type({ a: Day }), t.type({ b: t.refinement(t.number, (n) => n > 0, "Positive") })]),
        ),
      }),
    )
    const at = new Date(0)
    const plan = { at, days: [[at, "a"]], rest: {}, way: { feet: 2 }, some: { a: at, b: 1 } }
    const path = (change: object) => leftOf(Plan.encode({ ...plan, ...change })).path
    expect(Plan.encode(plan)._tag).toBe("Right")
    expect(path({ at: "1970" })).toBe("at")
    expect(
      path({
        days: [
          [at, "a"],
          [at, 1],
        ],
      }),
    ).toBe("days.1.1")
    expect(path({ days: [["1970", "a"]] })).toBe("days.0.0")
    expect(path({ days: at })).toBe("days")
    expect(path({ rest: { note: 1 } })).toBe("rest.note")
    expect(path({ rest: { by: { x: at, y: "1970" } } })).toBe("rest.by.y")
    expect(path({ way: { car: { plate: 1 } } })).toBe("way.car.plate")
    expect(path({ some: { a: at, b: -1 } })).toBe("some.b")
    expect(path({ some: { a: null, b: 1 } })).toBe("some.a")
    expect(leftOf(Plan.encode({ ...plan, some: { a: at, b: "1" } })).reason).toBe('"1" is not number')
  })

  it("has the path in the payload, also where a union or an intersection is wrapped", () => {
    const wrapped = {
      exact: t.exact(Deposited),
      readonly: t.readonly(Deposited),
      refined: t.refinement(Deposited, ({ amount }) => amount > 0, "Positive"),
      recursive: t.recursion<t.TypeOf<typeof Deposited>>("Recursive", () => Deposited),
    }
    for (const [key, codec] of Object.entries(wrapped)) {
      const { path } = leftOf(Payload.version(t.type({ [key]: codec })).decode(1, { [key]: { amount: 1, note: 2 } }))
      expect(path).toBe(`${key}.note`)
    }
  })

  it("is found in time in a union of members that are recursive", () => {
    type Sum = { readonly of: "n"; readonly n: number } | { readonly of: "+" | "-"; readonly l: Sum; readonly r: Sum }
    const Sum: t.Type<Sum> = t.recursion("Sum", () =>
      t.union([
        t.type({ of: t.literal("n"), n: t.number }),
        t.type({ of: t.literal("+"), l: Sum, r: Sum }),
        t.type({ of: t.literal("-"), l: Sum, r: Sum }),
      ]),
    )
    const steps = 40
    let sum: object = { of: "n", n: "two" }
    for (let i = 0; i < steps; i++) sum = { of: i % 2 === 0 ? "+" : "-", l: sum, r: { of: "n", n: 1 } }
    const fault = { path: `sum${".l".repeat(steps)}.n`, reason: '"two" is not number' }
    expect(Payload.version(t.type({ sum: Sum })).encode({ sum })).toEqual(left(fault))
    expect(Payload.version(t.type({ sum: Sum })).decode(1, { sum })).toEqual(left(fault))
  })

  it("has the path in the payload, also inside a union", () => {
    const Moved = t.type({ way: t.union([t.type({ feet: t.number }), t.type({ plate: t.string })]) })
    expect(leftOf(Payload.version(Moved).decode(1, { way: { feet: "2" } })).path).toMatch(/^way\.(feet|plate)$/)
  })
})

describe("a codec that throws", () => {
  it("is a fault and not an exception", () => {
    expect(Payload.version(throwing).encode({ at: 1 })).toEqual(
      left({ path: "", reason: "its codec threw no writing" }),
    )
    expect(Payload.version(throwing).decode(1, { at: 1 })).toEqual(
      left({ path: "", reason: "its codec threw no reading" }),
    )
  })

  it("is a fault too where an upcast throws", () => {
    const lifted = Payload.version(V1).pipe(
      Payload.upcast(V2, () => {
        throw new Error("no lifting")
      }),
    )
    expect(lifted.decode(1, { owner: "Ada" })).toEqual(left({ path: "", reason: "its upcast threw no lifting" }))
    expect(lifted.decode(2, { owner: "Ada", currency: "EUR" })).toEqual(right({ owner: "Ada", currency: "EUR" }))
  })

  it("is a fault too where it throws something that is no error", () => {
    const careless = new t.Type<Json, Json>(
      "Careless",
      (u): u is Json => u !== undefined,
      () => {
        throw "a text"
      },
      t.identity,
    )
    expect(leftOf(Payload.version(careless).decode(1, 1)).reason).toBe("its codec threw a text")
  })
})

describe("isVersions", () => {
  it("knows versions from plain codecs", () => {
    expect(Payload.isVersions(opened)).toBe(true)
    expect(Payload.isVersions(V1)).toBe(false)
  })
})
