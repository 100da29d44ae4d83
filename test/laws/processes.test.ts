import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import * as ProcessManager from "../../src/core/domain/ProcessManager.ts"
import * as Law from "../../src/laws/Law.ts"
import * as ProcessLaws from "../../src/laws/ProcessLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { catchesAll } from "./broken/caught.ts"
import * as processes from "./broken/processes.ts"

const { commands, courier, depot, events } = processes

laws(ProcessLaws.suite({ process: courier, events }))
laws(ProcessLaws.suite({ process: processes.dayCourier, events }))
laws(ProcessLaws.suite({ process: ProcessManager.product({ courier, day: processes.dayCourier }), events }))
laws(ProcessLaws.restart({ process: courier, decider: depot, commands }))
laws(ProcessLaws.restart({ process: processes.dayCourier, decider: depot, commands }))

catchesAll(processes.cases)

const reportOf = async (suite: Law.Suite) => {
  const results = await Effect.runPromise(Law.checkAll(suite, { seed: 1 }))
  return results.find(({ _tag }) => _tag === "Counterexample")?.report
}

test("a process manager that changes its state in place is told where, and the same is told again", async () => {
  const suite = ProcessLaws.suite({ process: processes.changesInPlace, events })
  const report = await reportOf(suite)
  expect(report).toMatch(/It failed with TypeError: .*not extensible\n +at .*evolve .*processes\.ts/)
  expect(await reportOf(suite)).toBe(report)
})

test("a process manager that answers with no list is told so", async () => {
  const pending = (): ReadonlyArray<processes.Command> => JSON.parse("null")
  const suite = ProcessLaws.suite({ process: { ...courier, pending }, events })
  expect(await reportOf(suite)).toContain("pending answered null, which is no list. Is there a case without a return?")
})
