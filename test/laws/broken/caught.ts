import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import * as Law from "../../../src/laws/Law.ts"

/** Which law, of the laws about a broken subject, finds which flaw in it. */
export interface Case {
  readonly law: string
  readonly flaw: string
  readonly suite: Law.Suite
  /** How often the law is tried at most; 500 if left out. */
  readonly runs?: number
}

/** Registers a test a case. */
export const catchesAll = (cases: ReadonlyArray<Case>): void => {
  for (const { law, flaw, suite, runs } of cases) catches(law, flaw, suite, runs)
}

/** Registers a test: of these laws, this one finds a counterexample. The seed is fixed, so that it finds the same. */
export const catches = (name: string, flaw: string, suite: Law.Suite, runs = 500): void => {
  it(`${name} catches ${flaw}`, async () => {
    const law = suite.laws.find((each) => each.name === name)
    if (law === undefined) throw new Error(`There is no law ${name} among ${suite.name}.`)
    const result = await Effect.runPromise(Law.check(law, { seed: 42, runs }))
    if (process.env.SHOW_LAWS !== undefined) console.log(result._tag === "Counterexample" ? result.report : "holds")
    expect(result._tag).toBe("Counterexample")
    // A slip in the broken subject itself is not the flaw that is to be caught.
    expect(result._tag === "Counterexample" && result.reason).not.toBeInstanceOf(ReferenceError)
  })
}
