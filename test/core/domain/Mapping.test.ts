import * as fc from "fast-check"
import { left, right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import * as Decider from "../../../src/core/domain/Decider.ts"
import * as Prism from "../../../src/core/domain/Prism.ts"
import { type Command, commands, type Event, replay, type State, tally } from "./tally.ts"

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

describe("mapRejection", () => {
  const said = Decider.mapRejection((why: "closed" | { readonly negative: number }) => `no: ${JSON.stringify(why)}`)(
    tally,
  )

  it("translates rejections and nothing else", () => {
    expect(said.decide({ _tag: "Add", by: -2 }, said.initial)).toEqual(left('no: {"negative":-2}'))
    expect(said.decide({ _tag: "Add", by: 0 }, said.initial)).toEqual(right([]))
    expect(said.isTerminal({ total: 0, open: false })).toBe(true)
  })
})

describe("adapt", () => {
  type Wide = Command | { readonly _tag: "Look" }
  type WideEvent = Event | { readonly _tag: "Looked" }
  const wide = Decider.adapt(Prism.tagged<Wide>()("Add", "Close"), Prism.tagged<WideEvent>()("Added", "Closed"))(tally)

  it("decides its own commands, and nothing on those of others", () => {
    expect(wide.decide({ _tag: "Look" }, wide.initial)).toEqual(right([]))
    expect(wide.decide({ _tag: "Close" }, wide.initial)).toEqual(right([{ _tag: "Closed" }]))
    expect(wide.decide({ _tag: "Add", by: -1 }, wide.initial)).toEqual(left({ negative: -1 }))
  })

  it("is not changed by the events of others: not even copied", () => {
    const before = { total: 3, open: true }
    expect(wide.evolve(before, { _tag: "Looked" })).toBe(before)
    expect(wide.evolve(before, { _tag: "Closed" })).toEqual({ total: 3, open: false })
    expect(wide.isTerminal({ total: 3, open: false })).toBe(true)
  })
})
