import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import * as Law from "../../src/laws/Law.ts"
import * as StoreLaws from "../../src/laws/StoreLaws.ts"

it("tries programs that come to every kind of answer, and to something", async () => {
  const [law] = StoreLaws.differential({ left: Memory.layer, right: Memory.layer }).laws
  const result = law && (await Effect.runPromise(Law.check(law, { seed: 42 })))
  const seen = result?.seen ?? new Map<string, number>()
  const refusals = ["VersionConflict", "ConditionFailed", "EventIdReused", "CommandRepeated", "CheckpointConflict"]
  for (const tag of [...refusals, "Fenced", "InvalidInput"]) expect(seen.keys(), tag).toContain(`Commit: ${tag}`)
  expect(seen.get("Commit: Committed")).toBeGreaterThan(60)
})
