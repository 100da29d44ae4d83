/** Whatever is composed is a decider: the laws of deciders hold for it, and a repository takes it like any other. */

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as t from "io-ts"
import { DateFromISOString } from "io-ts-types"
import { describe, expect, it } from "vitest"
import * as Decider from "../../src/core/domain/Decider.ts"
import * as Prism from "../../src/core/domain/Prism.ts"
import * as ProcessManager from "../../src/core/domain/ProcessManager.ts"
import * as Aggregate from "../../src/core/event/Aggregate.ts"
import * as EventCodec from "../../src/core/event/EventCodec.ts"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import * as Repository from "../../src/core/program/Repository.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as CodecLaws from "../../src/laws/CodecLaws.ts"
import * as DeciderLaws from "../../src/laws/DeciderLaws.ts"
import * as SnapshotLaws from "../../src/laws/SnapshotLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import * as models from "./broken/models.ts"
import { sqlite } from "./subjects.ts"

const { lamp, LampEvent } = models
type LampEvent = models.LampEvent

const MeterEvent = EventCodec.make(
  { Measured: t.type({ at: DateFromISOString, watts: t.number }) },
  { past: { Read: EventCodec.renamed("Measured") } },
)
type MeterEvent = EventCodec.TypeOf<typeof MeterEvent>
type MeterCommand = { readonly _tag: "Measure"; readonly watts: number }

const meter = Decider.make({
  initial: 0,
  decide: ({ watts }: MeterCommand, total: number) =>
    total > 1000
      ? Decider.reject("full")
      : Decider.accept(MeterEvent.Measured({ at: new Date(1_700_000_000_000 + total), watts })),
  evolve: (total: number, { watts }: MeterEvent): number => total + watts,
})
const measure: fc.Arbitrary<MeterCommand> = fc.record({ _tag: fc.constant("Measure" as const), watts: fc.nat(300) })

const metered = Decider.combine(
  { lamp, meter },
  {
    commands: { Switch: "lamp", Name: "lamp", Measure: "meter" },
    events: { Switched: "lamp", Named: "lamp", Measured: "meter" },
  },
)
const commands = fc.oneof(models.commands, measure)

/** Whoever switches is measured, once. */
const measuring = ProcessManager.make({
  initial: 0,
  evolve: (due: number, event: LampEvent | MeterEvent): number =>
    event._tag === "Switched" ? due + 1 : event._tag === "Measured" ? Math.max(0, due - 1) : due,
  react: (_due, event) => (event._tag === "Switched" ? [{ _tag: "Measure", watts: 1 }] : []),
  pending: (due) => Array.from({ length: due }, () => ({ _tag: "Measure", watts: 1 }) as const),
})
const driven = Decider.orchestrate(measuring, 20)(metered)

const LampOrMeterEvent = EventCodec.union(LampEvent, MeterEvent)
const Driven = Aggregate.make({
  category: "House",
  decider: driven,
  events: LampOrMeterEvent,
  snapshot: {
    state: t.type({
      decider: t.type({
        lamp: t.type({ on: t.boolean, switched: t.number, names: t.readonlyArray(t.string) }),
        meter: t.number,
      }),
      process: t.number,
    }),
    every: 2,
  },
})

describe("composed", () => {
  const both = Decider.product({ lamp, meter })
  const either: fc.Arbitrary<Decider.CommandOf<typeof both>> = fc.oneof(
    models.commands.map((command) => ({ _tag: "lamp" as const, command })),
    measure.map((command) => ({ _tag: "meter" as const, command })),
  )
  laws(DeciderLaws.suite({ decider: both, commands: either }))
  laws(DeciderLaws.suite({ decider: metered, commands }))
  laws(DeciderLaws.suite({ decider: Decider.batch(metered), commands: fc.array(commands, { maxLength: 3 }) }))
  laws(DeciderLaws.suite({ decider: driven, commands }))
  laws(
    DeciderLaws.suite({
      decider: Decider.many<string>()(lamp),
      commands: fc.record({ key: fc.constantFrom("hall", "attic"), command: models.commands }),
    }),
  )
  type Wide = models.LampCommand | MeterCommand
  laws(
    DeciderLaws.suite({
      decider: Decider.adapt(
        Prism.tagged<Wide>()("Measure"),
        Prism.tagged<LampEvent | MeterEvent>()("Measured"),
      )(meter),
      commands,
    }),
  )
  laws(SnapshotLaws.suite({ aggregate: Driven, commands }))
  laws(
    CodecLaws.suite({
      codec: LampOrMeterEvent,
      events: fc.oneof(
        models.events,
        fc
          .record({ at: fc.date({ noInvalidDate: true }), watts: fc.nat() })
          .map((payload) => MeterEvent.Measured(payload)),
      ),
      stored: fc.record({
        type: fc.constantFrom("Measured", "Read"),
        schemaVersion: fc.constant(1),
        data: fc.record({ at: fc.constant("2026-11-25T00:00:00.000Z"), watts: fc.nat() }),
      }),
    }),
  )
})

describe.each([
  ["memory", Memory.layer],
  ["SQLite", sqlite],
])("a composed model in a repository on %s", (_, store) => {
  it("records what follows in one commit, and comes back from snapshots and from the beginning", async () => {
    const program = Effect.gen(function* () {
      const houses = Repository.make(Driven)
      const switched = yield* houses.execute("1", { _tag: "Switch", times: 1 })
      yield* houses.execute("1", { _tag: "Measure", watts: 900 })
      yield* houses.execute("1", { _tag: "Name", name: "hall" })
      const refused = yield* Effect.flip(
        Effect.andThen(
          houses.execute("1", { _tag: "Measure", watts: 200 }),
          houses.execute("1", { _tag: "Switch", times: 1 }),
        ),
      )
      const elsewhere = yield* Repository.make(Driven, { cache: 0 }).load("1")
      return { switched, refused, loaded: Option.getOrThrow(elsewhere) }
    })
    const { switched, refused, loaded } = await Effect.runPromise(
      Effect.provide(program, Layer.merge(store, EventMapper.plain)),
    )
    expect(switched.events.map(({ _tag }) => _tag)).toEqual(["Switched", "Measured"])
    // The lamp would have been switched; that its measuring is refused refuses all.
    expect(refused).toBe("full")
    expect(loaded).toMatchObject({
      version: 5,
      state: { decider: { lamp: { on: true, switched: 1, names: ["hall"] }, meter: 1101 }, process: 0 },
    })
  })
})
