import * as fc from "fast-check"
import { expect, it } from "vitest"
import type * as Law from "../../../src/laws/Law.ts"
import * as batching from "./batching.ts"
import * as committing from "./committing.ts"
import { type Flaw, flaws, load } from "./flawed.ts"

/** The laws about a subject that has a flaw. */
const suiteOf = async (flaw: Flaw): Promise<Law.Suite> => {
  if (!flaw.law.startsWith("B")) return committing.suite((await load("Committer.ts", flaw)).make)
  const { make } = await load("Batch.ts", flaw)
  return batching.suite(() => make<number>())
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
