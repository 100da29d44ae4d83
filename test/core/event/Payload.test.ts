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
