import { describe, expect, it } from "vitest"
import * as Policy from "../../../src/core/domain/Policy.ts"

const greet: Policy.Policy<string, string> = (name) => [`greet ${name}`, `seat ${name}`]
const bill: Policy.Policy<string, string> = (name) => [`bill ${name}`]
const thank: Policy.Policy<string, string> = (name) => [`thank ${name}`]

describe("policies", () => {
  it("ask for nothing where they are empty", () => {
    expect(Policy.empty("Ada")).toEqual([])
  })

  it("ask for the commands of the first and then of the second", () => {
    expect(Policy.concat(greet, bill)("Ada")).toEqual(["greet Ada", "seat Ada", "bill Ada"])
    expect(Policy.concat(bill, greet)("Ada")).toEqual(["bill Ada", "greet Ada", "seat Ada"])
  })

  it("are a monoid", () => {
    const { concat, empty } = Policy.getMonoid<string, string>()
    expect(concat(empty, greet)("Ada")).toEqual(greet("Ada"))
    expect(concat(greet, empty)("Ada")).toEqual(greet("Ada"))
    expect(concat(concat(greet, bill), thank)("Ada")).toEqual(concat(greet, concat(bill, thank))("Ada"))
    expect(concat(concat(greet, bill), thank)("Ada")).toEqual(["greet Ada", "seat Ada", "bill Ada", "thank Ada"])
  })

  it("may answer the same event with the same command twice", () => {
    expect(Policy.concat(bill, bill)("Ada")).toEqual(["bill Ada", "bill Ada"])
  })

  it("translate events before and commands after", () => {
    const shout = Policy.promap(
      (guest: { readonly name: string }) => guest.name,
      (command: string) => command.toUpperCase(),
    )(greet)
    expect(shout({ name: "Ada" })).toEqual(["GREET ADA", "SEAT ADA"])
    expect(Policy.Profunctor.map(bill, (command) => command.length)("Ada")).toEqual([8])
    expect(
      Policy.Profunctor.promap(
        bill,
        (n: number) => String(n),
        (command) => [command],
      )(7),
    ).toEqual([["bill 7"]])
  })
})
