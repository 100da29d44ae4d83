import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import type * as Law from "../../../src/laws/Law.ts"
import { attempt, runsOf } from "../selftest/trials.ts"

/** Which law, of the laws about a broken subject, finds which flaw in it. */
export interface Case {
  readonly law: string
  readonly flaw: string
  readonly suite: Law.Suite
  /** How often the law is tried at most; 500 if left out. */
  readonly runs?: number
}

/** Registers a test a case: its law finds a counterexample. The seed is fixed, so that it finds the same. */
export const catchesAll = (cases: ReadonlyArray<Case>): void => {
  for (const each of cases) {
    const { law: name, flaw, suite } = each
    it(`${name} catches ${flaw}`, async () => {
      const law = suite.laws.find((one) => one.name === name)
      if (law === undefined) throw new Error(`There is no law ${name} among ${suite.name}.`)
      const trial = { law, subject: flaw, expected: true, runs: runsOf(each) }
      // To make a counterexample smaller can take a hundred times as long as to find it.
      fc.configureGlobal({ endOnFailure: process.env.SHOW_LAWS === undefined })
      const { caught, report = "It holds." } = await Effect.runPromise(attempt(trial, 42)).finally(
        fc.resetConfigureGlobal,
      )
      if (process.env.SHOW_LAWS !== undefined) console.log(report)
      expect(caught, report).toBe(true)
    })
  }
}
