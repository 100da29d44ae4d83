import * as Clock from "effect/Clock"
import { expect, it } from "vitest"
import * as Patience from "../../../src/interpreters/postgres/Patience.ts"

/** Patience by a clock that the test moves, and whose time of day is set back and forth. */
const patient = () => {
  let millis = 5_000
  const clock: Clock.Clock = {
    ...Clock.Clock.defaultValue(),
    currentTimeMillisUnsafe: () => Math.random() * 1e12,
    monotonicTimeNanosUnsafe: () => BigInt(millis) * 1_000_000n,
  }
  return {
    patience: Patience.make(clock),
    pass: (more: number) => {
      millis += more
    },
  }
}

it("waits longer after each failure, and never longer than a second", () => {
  expect([1, 2, 3, 7, 8, 9, 1000].map(Patience.pause)).toEqual([10, 20, 40, 640, 1000, 1000, 1000])
})

it("is at its end after half a minute of trouble, for whoever has waited for as long", () => {
  const { patience, pass } = patient()
  const before = patience.asked()
  pass(100_000)
  expect([patience.failed(), patience.isHopeless(before)]).toEqual([1, false])
  pass(20_000)
  const amid = patience.asked()
  expect([patience.failed(), patience.isHopeless(before)]).toEqual([2, false])
  pass(10_000)
  expect([patience.isHopeless(before), patience.isHopeless(amid)]).toEqual([true, false])
  pass(20_000)
  expect(patience.isHopeless(amid)).toBe(true)
})

it("begins anew once a statement comes back", () => {
  const { patience, pass } = patient()
  patience.failed()
  pass(29_999)
  patience.well()
  expect([patience.isHopeless(0), patience.failed(), patience.isHopeless(0)]).toEqual([false, 1, false])
})
