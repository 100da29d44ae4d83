import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { CodecLaws, DeciderLaws, Law, SnapshotLaws } from "../../src/laws/index.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import { commands, OrderEvent, Orders, subject } from "./broken/mistakes/Order.ts"
import { part } from "./broken/mistakes/Parcel.ts"
import * as mistakes from "./broken/mistakes.ts"

describe("without a mistake", () => {
  laws(DeciderLaws.suite(subject))
  laws(CodecLaws.suite({ codec: OrderEvent }))
  laws(SnapshotLaws.suite({ aggregate: Orders, commands }))
  laws(DeciderLaws.part(part))
})

catchesAll(mistakes.cases)

describe("a mistake fails the laws whose promise it breaks, and no other:", () => {
  it.each([
    // Where the model breaks, nothing behind it is reached.
    ["a state that is changed", ["D2", "D7"]],
    ["an evolve that throws", ["D3"]],
    // Cancelled twice, it is cancelled twice.
    ["a case that is forgotten", ["D5", "D7"]],
    ["a version that is off by one", ["D4"]],
    ["the time in decide", ["D2"]],
    ["an event that is lost in an upcast", ["C7"]],
    ["a field that a snapshot drops", ["SN1"]],
    ["a retry that pays twice", ["D5"]],
    ["a cancelled order that is placed again", ["D6"]],
    ["two parts that share a key", ["D13"]],
  ])("%s", async (flaw, laws) => {
    const suite = mistakes.cases.find((each) => each.flaw === flaw)?.suite ?? { name: flaw, laws: [] }
    const results = await Effect.runPromise(Law.checkAll(suite, { seed: 42 }))
    expect(results.filter(({ _tag }) => _tag !== "Holds").map(({ law }) => law.name)).toEqual(laws)
  })
})
