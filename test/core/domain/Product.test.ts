import * as fc from "fast-check"
import { isLeft, left, right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import * as Decider from "../../../src/core/domain/Decider.ts"
import { commands, replay, type State, tally } from "./tally.ts"

describe("product", () => {
  const words = Decider.make({
    initial: "",
    decide: (word: string, text: string) => (text.length > 20 ? Decider.reject("long") : Decider.accept(word)),
    evolve: (text: string, word: string): string => text + word,
    isTerminal: (text) => text.endsWith("."),
  })
  const both = Decider.product({ tally, words })
  type BothCommand = Decider.CommandOf<typeof both>
  type BothEvent = Decider.EventOf<typeof both>

  it("decides as two models written side by side by hand", () => {
    const byHand: Decider.Decider<
      BothCommand,
      { readonly tally: State; readonly words: string },
      BothEvent,
      "closed" | "long" | { readonly negative: number }
    > = {
      initial: { tally: { total: 0, open: true }, words: "" },
      decide: (command, state) => {
        if (command._tag === "words") {
          return state.words.length > 20 ? left("long") : right([{ _tag: "words", event: command.command }])
        }
        const decision = tally.decide(command.command, state.tally)
        return isLeft(decision) ? decision : right(decision.right.map((event) => ({ _tag: "tally", event })))
      },
      evolve: (state, event) =>
        event._tag === "words"
          ? { tally: state.tally, words: state.words + event.event }
          : { tally: tally.evolve(state.tally, event.event), words: state.words },
      isTerminal: (state) => !state.tally.open && state.words.endsWith("."),
    }
    const either: fc.Arbitrary<BothCommand> = fc.oneof(
      fc.record({ _tag: fc.constant("tally" as const), command: commands }),
      fc.record({ _tag: fc.constant("words" as const), command: fc.constantFrom("a", "bee", ".") }),
    )
    fc.assert(
      fc.property(fc.array(either, { maxLength: 20 }), (given) => {
        expect(replay(both, given)).toEqual(replay(byHand, given))
      }),
    )
  })

  it("keeps its parts independent: each folds its own events only", () => {
    const events: fc.Arbitrary<BothEvent> = fc.oneof(
      fc.record({
        _tag: fc.constant("tally" as const),
        event: fc.record({ _tag: fc.constant("Added" as const), by: fc.nat(9) }),
      }),
      fc.record({ _tag: fc.constant("words" as const), event: fc.constantFrom("a", "bee") }),
    )
    fc.assert(
      fc.property(fc.array(events), (history) => {
        const folded = Decider.fold(both)(history)
        expect(folded.tally).toEqual(
          Decider.fold(tally)(history.flatMap((event) => (event._tag === "tally" ? [event.event] : []))),
        )
        expect(folded.words).toEqual(
          Decider.fold(words)(history.flatMap((event) => (event._tag === "words" ? [event.event] : []))),
        )
      }),
    )
  })

  it("shares no state between parts that are the same decider", () => {
    const pair = Decider.product({ home: tally, away: tally })
    expect(Decider.fold(pair)([{ _tag: "home", event: { _tag: "Added", by: 2 } }])).toEqual({
      home: { total: 2, open: true },
      away: { total: 0, open: true },
    })
    expect(pair.initial).toEqual({ home: { total: 0, open: true }, away: { total: 0, open: true } })
  })

  it("does not change the state that it evolves", () => {
    const before = both.initial
    both.evolve(before, { _tag: "words", event: "a" })
    expect(before).toEqual({ tally: { total: 0, open: true }, words: "" })
  })

  it("is terminal when every part is", () => {
    expect(both.isTerminal({ tally: { total: 0, open: false }, words: "." })).toBe(true)
    expect(both.isTerminal({ tally: { total: 0, open: true }, words: "." })).toBe(false)
    expect(both.isTerminal({ tally: { total: 0, open: false }, words: "" })).toBe(false)
  })

  it("has parts of any name, also of those that objects inherit", () => {
    const odd = Decider.product({ constructor: words, toString: words })
    expect(Object.keys(odd.initial)).toEqual(["constructor", "toString"])
    expect(Decider.fold(odd)([{ _tag: "toString", event: "a" }])).toEqual({ constructor: "", toString: "a" })
  })

  it("has any number of parts", () => {
    const six = Decider.product({ a: words, b: words, c: words, d: words, e: words, f: words })
    const state = Decider.fold(six)((["a", "d", "e", "f"] as const).map((_tag) => ({ _tag, event: _tag })))
    expect(state).toEqual({ a: "a", b: "", c: "", d: "d", e: "e", f: "f" })
    expect(six.decide({ _tag: "f", command: "x" }, state)).toEqual(right([{ _tag: "f", event: "x" }]))
    expect(six.decide({ _tag: "e", command: "x" }, { ...state, e: "x".repeat(21) })).toEqual(left("long"))
  })

  it("of nothing has nothing, and is over", () => {
    const nothing = Decider.product({})
    expect(nothing.initial).toEqual({})
    expect(nothing.isTerminal({})).toBe(true)
  })
})

describe("combine", () => {
  type Ring = { readonly _tag: "Ring"; readonly times: number }
  type Rang = { readonly _tag: "Rang"; readonly times: number }
  const bell = Decider.make({
    initial: 0,
    decide: (command: Ring, rung: number) =>
      rung > 9 ? Decider.reject("worn out") : Decider.accept({ _tag: "Rang", times: command.times }),
    evolve: (rung: number, event: Rang): number => rung + event.times,
    isTerminal: (rung) => rung > 20,
  })
  const both = Decider.combine(
    { tally, bell },
    {
      commands: { Add: "tally", Close: "tally", Ring: "bell" },
      events: { Added: "tally", Closed: "tally", Rang: "bell" },
    },
  )

  it("sends commands and events to the part that their tag belongs to, without wrapping", () => {
    expect(both.decide({ _tag: "Ring", times: 2 }, both.initial)).toEqual(right([{ _tag: "Rang", times: 2 }]))
    expect(both.decide({ _tag: "Add", by: -2 }, both.initial)).toEqual(left({ negative: -2 }))
    expect(Decider.fold(both)([{ _tag: "Rang", times: 2 }, { _tag: "Closed" }])).toEqual({
      tally: { total: 0, open: false },
      bell: 2,
    })
  })

  it("is over when every part is", () => {
    expect(both.isTerminal({ tally: { total: 0, open: false }, bell: 21 })).toBe(true)
    expect(both.isTerminal({ tally: { total: 0, open: false }, bell: 20 })).toBe(false)
  })

  it("refuses a route to no part when it is made", () => {
    const routing = { commands: { Ring: "bell" }, events: { Rang: "gong" } } as const
    // @ts-expect-error there is no gong
    expect(() => Decider.combine({ bell }, routing)).toThrow("The event Rang is routed to gong, which is no part.")
  })

  it("says so where a tag comes that the types did not allow", () => {
    const alien: Ring = JSON.parse('{"_tag":"toString","times":1}')
    expect(() => both.decide(alien, both.initial)).toThrow('The command "toString" is routed to no part.')
  })
})
