import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Aggregate from "../../src/core/event/Aggregate.ts"
import * as CodecLaws from "../../src/laws/CodecLaws.ts"
import * as DeciderLaws from "../../src/laws/DeciderLaws.ts"
import * as SnapshotLaws from "../../src/laws/SnapshotLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catches } from "./broken/caught.ts"
import * as models from "./broken/models.ts"

const { commands, events } = models

describe("a lamp", () => {
  laws(DeciderLaws.suite({ decider: models.lamp, commands, events }))
  laws(DeciderLaws.suite({ decider: models.count, commands: fc.integer() }))
  laws(CodecLaws.suite({ codec: models.LampEvent, events }))
  laws(SnapshotLaws.suite({ aggregate: models.Lamps, commands }))
})

describe("broken", () => {
  const count = { decider: models.count, commands: fc.integer({ min: -2, max: 2 }) }
  catches(
    "D1",
    "a resumed fold that takes a falsy state for none",
    DeciderLaws.suite({ ...count, fold: models.foldFromFalsy }),
  )
  catches("D1", "a fold that loses the end of a page", DeciderLaws.suite({ ...count, fold: models.foldLosingPages }))

  const decider = <S, R>(decider: DeciderLaws.Subject<models.LampCommand, S, models.LampEvent, R>["decider"]) =>
    DeciderLaws.suite({ decider, commands, events })
  catches("D2", "an evolve that changes the state it was given", decider(models.mutating))
  catches("D2", "a decide that asks the clock", decider(models.asksTheClock))
  catches("D2", "an evolve that rolls the dice", decider(models.rollsTheDice))
  catches("D2", "an evolve that changes a Map in place", decider(models.mutatesAMap))
  catches("D3", "a decide that throws", decider(models.throwsWhenFull))
  catches("D3", "an evolve that refuses history", decider(models.refusesHistory))

  catches("C1", "a codec that rounds", CodecLaws.suite({ codec: models.Rounding, events }))
  catches("C1", "a codec that drops a property", CodecLaws.suite({ codec: models.Dropping, events }))
  catches("C1", "a codec that cannot write what the model emits", CodecLaws.suite({ codec: models.Narrow, events }))

  catches("SN1", "a snapshot without a field", SnapshotLaws.suite({ aggregate: models.ForgetfulLamps, commands }))
  catches(
    "SN1",
    "a snapshot of the beginning of a list",
    SnapshotLaws.suite({ aggregate: models.ShortLamps, commands }),
  )

  it("needs a snapshot policy", () => {
    const aggregate = Aggregate.make({ category: "Lamp", decider: models.lamp, events: models.LampEvent })
    expect(() => SnapshotLaws.suite({ aggregate, commands })).toThrow("Lamp has no snapshot policy")
  })
})
