import { left, right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import * as Decider from "../../../src/core/domain/Decider.ts"
import { tally } from "./tally.ts"

describe("many", () => {
  const tallies = Decider.many<string | number>()(tally)

  it("decides and follows each key for itself", () => {
    const state = Decider.fold(tallies)([
      { key: "a", event: { _tag: "Added", by: 2 } },
      { key: 1, event: { _tag: "Closed" } },
      { key: "a", event: { _tag: "Added", by: 3 } },
    ])
    expect(state).toEqual(
      new Map<string | number, object>([
        ["a", { total: 5, open: true }],
        [1, { total: 0, open: false }],
      ]),
    )
    expect(tallies.decide({ key: 1, command: { _tag: "Close" } }, state)).toEqual(left("closed"))
    expect(tallies.decide({ key: "1", command: { _tag: "Close" } }, state)).toEqual(
      right([{ key: "1", event: { _tag: "Closed" } }]),
    )
  })

  it("begins at the initial state, also where that is undefined or a state becomes so", () => {
    const last = Decider.many<string>()(
      Decider.make({
        initial: "none",
        decide: (command: string | undefined, state: string | undefined) => Decider.accept(command, state),
        evolve: (_state: string | undefined, event: string | undefined): string | undefined => event,
      }),
    )
    const state = Decider.fold(last)([{ key: "a", event: undefined }])
    expect(last.decide({ key: "a", command: "x" }, state)).toEqual(
      right([
        { key: "a", event: "x" },
        { key: "a", event: undefined },
      ]),
    )
    expect(last.decide({ key: "b", command: "x" }, state)).toMatchObject(right([{ event: "x" }, { event: "none" }]))
  })

  it("leaves the states before as they were", () => {
    const before = Decider.fold(tallies)([{ key: "a", event: { _tag: "Added", by: 2 } }])
    tallies.evolve(before, { key: "a", event: { _tag: "Closed" } })
    expect(before.get("a")).toEqual({ total: 2, open: true })
    expect(tallies.initial.size).toBe(0)
  })

  it("is never over while a key could still begin", () => {
    const state = Decider.fold(tallies)([{ key: "a", event: { _tag: "Closed" } }])
    expect(tallies.isTerminal(state)).toBe(false)
    const born = Decider.many<string>()({ ...tally, initial: { total: 0, open: false } })
    expect(born.isTerminal(born.initial)).toBe(true)
    expect(born.isTerminal(new Map([["a", { total: 0, open: true }]]))).toBe(false)
  })
})
