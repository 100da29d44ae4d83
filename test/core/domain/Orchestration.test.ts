import { left, right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import * as Decider from "../../../src/core/domain/Decider.ts"
import * as ProcessManager from "../../../src/core/domain/ProcessManager.ts"
import { type Command, type Event, tally } from "./tally.ts"

describe("batch", () => {
  const batch = Decider.batch(tally)

  it("decides each command on what the ones before it left", () => {
    expect(batch.decide([{ _tag: "Close" }, { _tag: "Add", by: 1 }], batch.initial)).toEqual(left("closed"))
    expect(batch.decide([{ _tag: "Add", by: 1 }, { _tag: "Close" }], batch.initial)).toEqual(
      right([{ _tag: "Added", by: 1 }, { _tag: "Added", by: 1 }, { _tag: "Closed" }]),
    )
  })

  it("of no commands decides nothing", () => {
    expect(batch.decide([], batch.initial)).toEqual(right([]))
  })

  it("takes as many as there are", () => {
    const many = Array.from({ length: 100_000 }, (): Command => ({ _tag: "Add", by: 1 }))
    const decision = batch.decide(many, batch.initial)
    expect(decision._tag === "Right" && decision.right.length).toBe(200_000)
  })
})

describe("orchestrate", () => {
  /** Every addition of more than 1 asks for one of 1 less, and the last closes. */
  const countdown = ProcessManager.make({
    initial: 0,
    evolve: (_last: number, event: Event) => (event._tag === "Added" ? event.by : 0),
    react: (last, event): ReadonlyArray<Command> =>
      event._tag === "Closed" || last === 1 ? [] : last === 2 ? [{ _tag: "Close" }] : [{ _tag: "Add", by: last - 1 }],
    pending: (last): ReadonlyArray<Command> =>
      last < 2 ? [] : last === 2 ? [{ _tag: "Close" }] : [{ _tag: "Add", by: last - 1 }],
  })

  it("decides what the process manager asks for, each command on what the ones before it left", () => {
    const driven = Decider.orchestrate(countdown, 10)(tally)
    expect(driven.decide({ _tag: "Add", by: 4 }, driven.initial)).toEqual(
      right([...[4, 1, 3, 1, 2, 1].map((by) => ({ _tag: "Added", by })), { _tag: "Closed" }]),
    )
  })

  it("remembers in its state what the process manager remembers", () => {
    const driven = Decider.orchestrate(countdown, 10)(tally)
    expect(Decider.fold(driven)([{ _tag: "Added", by: 7 }])).toEqual({ decider: { total: 7, open: true }, process: 7 })
  })

  it("records nothing where something asked for is rejected", () => {
    const asking = ProcessManager.make({
      initial: 0,
      evolve: (n: number, _event: Event) => n + 1,
      react: (): ReadonlyArray<Command> => [{ _tag: "Add", by: -1 }],
      pending: (): ReadonlyArray<Command> => [{ _tag: "Add", by: -1 }],
    })
    const driven = Decider.orchestrate(asking, 10)(tally)
    expect(driven.decide({ _tag: "Close" }, driven.initial)).toEqual(left("closed"))
    expect(driven.decide({ _tag: "Add", by: 5 }, driven.initial)).toEqual(left({ negative: -1 }))
  })

  it("ends where the fuel does, and says what would have come next", () => {
    const endless = ProcessManager.make({
      initial: 0,
      evolve: (n: number, _event: Event) => n + 1,
      react: (): ReadonlyArray<Command> => [{ _tag: "Add", by: 1 }],
      pending: (): ReadonlyArray<Command> => [{ _tag: "Add", by: 1 }],
    })
    const driven = Decider.orchestrate(endless, 1000)(tally)
    expect(driven.decide({ _tag: "Add", by: 2 }, driven.initial)).toEqual(
      left({ _tag: "OutOfFuel", fuel: 1000, next: { _tag: "Add", by: 1 } }),
    )
    expect(Decider.orchestrate(endless, 0)(tally).decide({ _tag: "Add", by: 0 }, driven.initial)).toEqual(right([]))
  })

  it("refuses fuel that is no number of commands", () => {
    for (const fuel of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => Decider.orchestrate(countdown, fuel)).toThrow(`fuel is an integer from 0, not ${fuel}`)
    }
  })
})
