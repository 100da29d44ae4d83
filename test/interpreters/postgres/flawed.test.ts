import * as fc from "fast-check"
import { expect, it } from "vitest"
import type * as Batch from "../../../src/interpreters/postgres/Batch.ts"
import type * as Committer from "../../../src/interpreters/postgres/Committer.ts"
import type * as Law from "../../../src/laws/Law.ts"
import * as batching from "./batching.ts"
import * as committing from "./committing.ts"
import { type Flaw, flaws, load } from "./flawed.ts"

const isModule = (module: unknown): module is object => typeof module === "object" && module !== null
const isBatch = (module: unknown): module is typeof Batch => isModule(module) && "make" in module
const isCommitter = (module: unknown): module is typeof Committer => isModule(module) && "make" in module

/** The laws about a subject that has a flaw. */
const suiteOf = async (flaw: Flaw): Promise<Law.Suite> => {
  if (flaw.law.startsWith("B")) {
    const module = await load("Batch.ts", flaw)
    if (isBatch(module)) return batching.suite(() => module.make<number>())
  } else {
    const module = await load("Committer.ts", flaw)
    if (isCommitter(module)) return committing.suite(module.make)
  }
  throw new Error("There is nothing to try.")
}

it.each(flaws.map((flaw) => [flaw.law, flaw.flaw, flaw] as const))("%s catches %s", async (name, _, flaw) => {
  const law = (await suiteOf(flaw)).laws.find((one) => one.name === name)
  if (law === undefined) throw new Error(`There is no law ${name}.`)
  const { failed, errorInstance } = await fc.check(
    law.property(() => {}),
    { seed: 42, numRuns: 5_000, endOnFailure: true },
  )
  if (process.env.SHOW_LAWS !== undefined) console.log(errorInstance)
  expect(failed).toBe(true)
})
