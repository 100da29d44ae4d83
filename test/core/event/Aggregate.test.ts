import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import * as Decider from "../../../src/core/domain/Decider.ts"
import * as Aggregate from "../../../src/core/event/Aggregate.ts"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import * as Payload from "../../../src/core/event/Payload.ts"

const events = EventCodec.make({ Added: t.type({ by: t.number }) })
const decider = Decider.make({
  initial: 0,
  decide: (by: number, _total: number) => Decider.accept(events.Added({ by })),
  evolve: (total: number, event: EventCodec.TypeOf<typeof events>): number => total + event.by,
})

describe("an aggregate", () => {
  it("is its parts", () => {
    expect(Aggregate.make({ category: "Counter", decider, events })).toEqual({ category: "Counter", decider, events })
  })

  it.each(["", "my-counter", "1st", "a".repeat(65)])("throws where its category is %j", (category) => {
    expect(() => Aggregate.make({ category, decider, events })).toThrow(
      `Aggregate: category ${JSON.stringify(category)}`,
    )
  })

  it("takes a plain codec for the first version of its snapshots, and a model version of 1", () => {
    const { snapshot } = Aggregate.make({
      category: "Counter",
      decider,
      events,
      snapshot: { state: t.number, every: 3 },
    })
    expect(snapshot).toMatchObject({ every: 3, modelVersion: 1 })
    expect(snapshot?.state.latest).toBe(1)
    expect(snapshot?.state.decode(1, 7)).toMatchObject({ right: 7 })
  })

  it("takes a state of several versions", () => {
    const state = Payload.version(t.string).pipe(Payload.upcast(t.number, Number))
    const { snapshot } = Aggregate.make({
      category: "Counter",
      decider,
      events,
      snapshot: { state, every: 1, modelVersion: 4 },
    })
    expect(snapshot).toEqual({ state, every: 1, modelVersion: 4 })
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("throws where it snapshots every %d", (n) => {
    const snapshot = { state: t.number, every: n }
    expect(() => Aggregate.make({ category: "Counter", decider, events, snapshot })).toThrow(
      `Aggregate Counter: snapshot.every is an integer from 1, not ${n}`,
    )
    const model = { state: t.number, every: 1, modelVersion: n }
    expect(() => Aggregate.make({ category: "Counter", decider, events, snapshot: model })).toThrow(
      "snapshot.modelVersion is an integer from 1",
    )
  })
})
