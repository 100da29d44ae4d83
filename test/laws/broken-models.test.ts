import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Aggregate from "../../src/core/event/Aggregate.ts"
import * as CodecLaws from "../../src/laws/CodecLaws.ts"
import * as DeciderLaws from "../../src/laws/DeciderLaws.ts"
import * as SnapshotLaws from "../../src/laws/SnapshotLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as models from "./broken/models.ts"

const { commands, events } = models

describe("a lamp", () => {
  laws(DeciderLaws.suite({ decider: models.lamp, commands, events }))
  laws(DeciderLaws.suite({ decider: models.count, commands: fc.integer() }))
  laws(CodecLaws.suite({ codec: models.LampEvent, events }))
  laws(SnapshotLaws.suite({ aggregate: models.Lamps, commands }))
})

catchesAll(models.cases)

it("needs a snapshot policy", () => {
  const aggregate = Aggregate.make({ category: "Lamp", decider: models.lamp, events: models.LampEvent })
  expect(() => SnapshotLaws.suite({ aggregate, commands })).toThrow("Lamp has no snapshot policy")
})
