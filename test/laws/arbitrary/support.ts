import * as fc from "fast-check"
import { isRight } from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import { expect } from "vitest"
import * as Json from "../../../src/core/event/Json.ts"
import { same } from "../../../src/laws/Same.ts"

/** Values of an arbitrary, always the same ones. */
export const sample = <A>(arbitrary: fc.Arbitrary<A>, numRuns = 1000): ReadonlyArray<A> =>
  fc.sample(arbitrary, { numRuns, seed: 42 })

/** The smallest value for which something does not hold. */
export const smallest = <A>(arbitrary: fc.Arbitrary<A>, holds: (value: A) => boolean): A => {
  const { counterexample } = fc.check(fc.property(arbitrary, holds), { seed: 42, numRuns: 2000 })
  if (counterexample === null) throw new Error("It holds for all that was tried.")
  return counterexample[0]
}

const through = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Each is accepted, written as JSON, and read again as it was. */
export const storable = <A, O>(codec: t.Type<A, O>, values: ReadonlyArray<A>): void => {
  expect(values.filter((value) => !codec.is(value))).toEqual([])
  const written = values.map((value) => codec.encode(value))
  expect(written.filter((output) => !isRight(Json.stringify(output)))).toEqual([])
  const lost = values.filter((value, i) => {
    const read = codec.decode(through(written[i]))
    return !isRight(read) || !same(read.right, value)
  })
  expect(lost).toEqual([])
}
