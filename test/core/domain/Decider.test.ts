import { left, right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import * as Decider from "../../../src/core/domain/Decider.ts"
import { type Command, type Event, tally } from "./tally.ts"

describe("a decider", () => {
  it("accepts with events in their order, also with none", () => {
    expect(tally.decide({ _tag: "Add", by: 2 }, tally.initial)).toEqual(
      right([
        { _tag: "Added", by: 2 },
        { _tag: "Added", by: 1 },
      ]),
    )
    expect(tally.decide({ _tag: "Add", by: 0 }, tally.initial)).toEqual(right([]))
    expect(Decider.accept()).toEqual(right([]))
    expect(Decider.accept(1, 2)).toEqual(right([1, 2]))
  })

  it("rejects with a value of the model's own", () => {
    expect(tally.decide({ _tag: "Add", by: -2 }, tally.initial)).toEqual(left({ negative: -2 }))
    expect(tally.decide({ _tag: "Close" }, { total: 0, open: false })).toEqual(left("closed"))
    expect(Decider.reject(undefined)).toEqual(left(undefined))
  })

  it("is never terminal where it does not say when", () => {
    const endless = Decider.make({
      initial: 0,
      decide: (by: number, _n: number) => Decider.accept(by),
      evolve: (n: number, by: number) => n + by,
    })
    expect(endless.isTerminal(0)).toBe(false)
    expect(endless.isTerminal(Number.NaN)).toBe(false)
  })

  it("keeps the functions that it was made of", () => {
    const definition = {
      initial: 1,
      decide: (by: number, _n: number) => Decider.accept(by),
      evolve: (n: number, by: number) => n + by,
      isTerminal: (n: number) => n > 9,
    }
    expect(Decider.make(definition)).toEqual(definition)
  })

  it("folds events from its initial state or from a later one", () => {
    const events: ReadonlyArray<Event> = [{ _tag: "Added", by: 2 }, { _tag: "Closed" }]
    expect(Decider.fold(tally)(events)).toEqual({ total: 2, open: false })
    expect(Decider.fold(tally)(events, { total: 40, open: true })).toEqual({ total: 42, open: false })
    expect(Decider.fold(tally)([])).toBe(tally.initial)
  })
})

describe("neutral", () => {
  it("decides nothing, follows nothing, and is over", () => {
    const neutral = Decider.neutral<string, number>()
    expect(neutral.decide("anything", null)).toEqual(right([]))
    expect(Decider.fold(neutral)([1, 2])).toBe(null)
    expect(neutral.isTerminal(null)).toBe(true)
  })
})

describe("the fp-ts instance", () => {
  it("is contravariant in commands", () => {
    const sized = Decider.Contravariant.contramap(tally, (text: string): Command => ({ _tag: "Add", by: text.length }))
    expect(sized.decide("ab", sized.initial)).toEqual(
      right([
        { _tag: "Added", by: 2 },
        { _tag: "Added", by: 1 },
      ]),
    )
  })
})
