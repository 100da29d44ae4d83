import * as fc from "fast-check"
import { isLeft, left, right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import * as Decider from "../../../src/core/domain/Decider.ts"

type Command = { readonly _tag: "Add"; readonly by: number } | { readonly _tag: "Close" }
type Event = { readonly _tag: "Added"; readonly by: number } | { readonly _tag: "Closed" }
interface State {
  readonly total: number
  readonly open: boolean
}

const tally = Decider.make({
  initial: { total: 0, open: true },
  decide: (command: Command, state: State) => {
    if (!state.open) return Decider.reject("closed")
    if (command._tag === "Close") return Decider.accept({ _tag: "Closed" })
    if (command.by < 0) return Decider.reject({ negative: command.by })
    return command.by === 0
      ? Decider.accept()
      : Decider.accept({ _tag: "Added", by: command.by }, { _tag: "Added", by: 1 })
  },
  evolve: (state: State, event: Event): State =>
    event._tag === "Added" ? { ...state, total: state.total + event.by } : { ...state, open: false },
  isTerminal: (state) => !state.open,
})

const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ _tag: fc.constant("Add" as const), by: fc.integer({ min: -3, max: 9 }) }),
  fc.constant({ _tag: "Close" } as const),
)

/** Every decision on the way, and whether the story is over after it. */
const replay = <C, S, E, R>(decider: Decider.Decider<C, S, E, R>, given: ReadonlyArray<C>) => {
  let state = decider.initial
  return given.map((command) => {
    const decision = decider.decide(command, state)
    if (!isLeft(decision)) state = Decider.fold(decider)(decision.right, state)
    return { decision, over: decider.isTerminal(state) }
  })
}

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

describe("mapCommand", () => {
  const fromNumber = Decider.mapCommand((by: number): Command => ({ _tag: "Add", by }))

  it("translates a command before it is decided", () => {
    expect(fromNumber(tally).decide(-7, tally.initial)).toEqual(left({ negative: -7 }))
    expect(fromNumber(tally).decide(7, { total: 0, open: false })).toEqual(left("closed"))
  })

  it("of the identity changes nothing", () => {
    const same = Decider.mapCommand((command: Command) => command)(tally)
    fc.assert(
      fc.property(fc.array(commands), (given) => {
        expect(replay(same, given)).toEqual(replay(tally, given))
      }),
    )
  })

  it("of two functions composes the other way round", () => {
    const length = (text: string) => text.length
    const twice = Decider.mapCommand(length)(fromNumber(tally))
    const once = Decider.mapCommand((text: string): Command => ({ _tag: "Add", by: length(text) }))(tally)
    fc.assert(
      fc.property(fc.array(fc.string()), (given) => {
        expect(replay(twice, given)).toEqual(replay(once, given))
      }),
    )
  })
})

describe("imapEvent", () => {
  const to = (event: Event): string => (event._tag === "Added" ? `+${event.by}` : "closed")
  const from = (text: string): Event => (text === "closed" ? { _tag: "Closed" } : { _tag: "Added", by: Number(text) })
  const texts = Decider.imapEvent(to, from)(tally)

  it("translates events out of decisions and into the fold", () => {
    expect(texts.decide({ _tag: "Add", by: 2 }, texts.initial)).toEqual(right(["+2", "+1"]))
    expect(texts.decide({ _tag: "Add", by: -2 }, texts.initial)).toEqual(left({ negative: -2 }))
    expect(Decider.fold(texts)(["+2", "+1", "closed"])).toEqual({ total: 3, open: false })
    expect(texts.isTerminal({ total: 3, open: false })).toBe(true)
  })

  it("there and back is the identity", () => {
    const back = Decider.imapEvent(from, to)(texts)
    fc.assert(
      fc.property(fc.array(commands), (given) => {
        expect(replay(back, given)).toEqual(replay(tally, given))
      }),
    )
  })
})

describe("imapState", () => {
  const to = ({ total, open }: State): readonly [number, boolean] => [total, open]
  const from = ([total, open]: readonly [number, boolean]): State => ({ total, open })
  const pairs = Decider.imapState(to, from)(tally)

  it("translates the initial state, what is decided on, folded and terminal", () => {
    expect(pairs.initial).toEqual([0, true])
    expect(pairs.decide({ _tag: "Close" }, [0, false])).toEqual(left("closed"))
    expect(Decider.fold(pairs)([{ _tag: "Added", by: 2 }, { _tag: "Closed" }])).toEqual([2, false])
    expect(pairs.isTerminal([2, false])).toBe(true)
    expect(pairs.isTerminal([2, true])).toBe(false)
  })

  it("decides as before on every history", () => {
    fc.assert(
      fc.property(fc.array(commands), (given) => {
        expect(replay(pairs, given)).toEqual(replay(tally, given))
      }),
    )
  })
})

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
})
