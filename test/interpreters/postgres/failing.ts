/** Laws of committers whose statements fail. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import * as Commit from "../../../src/core/event/Commit.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"
import { program } from "../../../src/laws/arbitrary/Programs.ts"
import { agree } from "../../../src/laws/Difference.ts"
import * as Faults from "../../../src/laws/Faults.ts"
import * as Interleaving from "../../../src/laws/Interleaving.ts"
import type * as Law from "../../../src/laws/Law.ts"
import { afterwards, ask, fresh, type Make, onto, within } from "./asking.ts"
import * as Calls from "./calls.ts"
import * as Wire from "./wire.ts"

/** What becomes of a statement that has such a commit in it, whoever is with it. */
const poisons = ["Refused", "Unavailable", "LostBefore", "Dies"] as const

export const failsAlone = (make: Make): Law.Law =>
  Interleaving.law({
    name: "K2",
    title: "a commit fails alone",
    equation: "statements with a poisoned commit fail: it fails in the end, and the others are recorded soon",
    given: program(
      fc.record({
        poison: fc.option(fc.constantFrom(...poisons), { nil: undefined, freq: 2 }),
        shared: fc.boolean(),
      }),
      { minLength: 2, maxLength: 8 },
    ),
    holds: Effect.fnUntraced(function* (callers) {
      const next = Commits.ids()
      const poisoned = new Map<Commit.Commit, (typeof poisons)[number]>()
      const commits = callers.map(({ poison, shared }) => {
        const commit = onto(next, shared ? "shared" : `own-${next()}`)
        if (poison !== undefined) poisoned.set(commit, poison)
        return commit
      })
      const wire = Wire.make({
        send: (batch) => batch.map((commit) => poisoned.get(commit)).find((poison) => poison !== undefined) ?? "None",
        look: () => "None",
        slow: 0,
      })
      const calls = yield* within(make, wire, (committer) =>
        Calls.callAll(
          committer,
          wire,
          commits.map((commit) => [ask(commit)]),
        ),
      )
      for (const call of calls) {
        const poison = poisoned.get(call.commit)
        const { exit, begun, ended } = call
        const tag = Exit.isSuccess(exit) ? "recorded" : Cause.hasDies(exit.cause) ? "died" : Calls.errorOf(call)?._tag
        const expected = {
          Refused: "StoreUnavailable",
          Unavailable: "StoreUnavailable",
          // The first time in company it may have been somebody else's connection that was lost.
          LostBefore: "CommitUnknown",
          Dies: "died",
        }
        const inCompany = wire.lost.has(call.commit) && poison !== "Dies"
        yield* agree(`the answer to a commit, ${poison ?? "not poisoned"},`, {
          expected: poison === undefined ? "recorded" : inCompany ? "CommitUnknown" : expected[poison],
          actual: tag,
        })
        const late = poison === "Unavailable" || poison === "LostBefore" ? [30_000, 45_000] : [0, 10_000]
        yield* agree(`whether the answer to a commit, ${poison ?? "not poisoned"}, came in time`, {
          expected: true,
          actual: ended - begun >= (late[0] ?? 0) && ended - begun < (late[1] ?? 0),
        })
      }
      yield* agree("how many are recorded", {
        expected: commits.length - poisoned.size,
        actual: wire.server.log.length,
      })
    }),
  })

export const outage = (make: Make): Law.Law =>
  Interleaving.law({
    name: "K3",
    title: "a store that is gone for a while",
    equation:
      "statements fail for t: whoever asked less than half a minute before their end is answered soon after, whoever waits for longer fails",
    given: fc.record({
      callers: program(fc.constantFrom(0, 0, 0, 1, 10_000, 29_000, 31_000, 50_000), { minLength: 1, maxLength: 8 }),
      seconds: fc.constantFrom(0.05, 1, 20, 28, 33, 45, 70),
      fault: fc.constantFrom<Array<Faults.Fault>>("Unavailable", "LostBefore", "LostAfter"),
    }),
    must: ["recorded", "failed"],
    holds: Effect.fnUntraced(function* ({ callers, seconds, fault }, seen) {
      const next = Commits.ids()
      let isGone = true
      const wire = Wire.make({ send: () => (isGone ? fault : "None"), look: () => "None", slow: 0 })
      const calls = yield* within(make, wire, (committer) =>
        Effect.gen(function* () {
          const back = yield* Effect.forkChild(
            Effect.andThen(
              Effect.sleep(seconds * 1000),
              Effect.sync(() => {
                isGone = false
              }),
            ),
          )
          const calls = yield* Effect.forEach(
            callers,
            (delay) =>
              Effect.andThen(
                Effect.sleep(delay),
                Effect.map(Calls.calling(committer, wire, ask(fresh(next))), (over) => ({
                  ...over,
                  delay,
                })),
              ),
            { concurrency: "unbounded" },
          )
          yield* Fiber.join(back)
          return calls
        }),
      )
      for (const call of calls) {
        const wait = Math.max(0, seconds * 1000 - call.delay)
        const millis = call.ended - call.begun
        const failed = Exit.isFailure(call.exit)
        seen(failed ? "failed" : "recorded")
        yield* agree(`the answer to a commit ${call.delay} ms after the store was gone for ${seconds} s`, {
          expected: "right, and in time",
          actual: (
            failed
              ? wait >= 29_000 && millis >= 30_000 && millis < 33_000
              : millis < Math.min(wait, 30_000) + 3_000
          )
            ? "right, and in time"
            : `${failed ? Calls.errorOf(call)?._tag : "recorded"} after ${millis} ms`,
        })
        if (!failed) continue
        yield* agree("whether it is said to be in doubt where it is", {
          expected: wire.lost.has(call.commit) ? "CommitUnknown" : "StoreUnavailable",
          actual: Calls.errorOf(call)?._tag,
        })
      }
      const kept = new Set(wire.recorded.map(({ commit }) => commit))
      yield* agree("how many that are answered are recorded", {
        expected: calls.filter(({ exit }) => Exit.isSuccess(exit)).length,
        actual: calls.filter(({ exit, commit }) => Exit.isSuccess(exit) && kept.has(commit)).length,
      })
    }),
  })

export const patience = (make: Make): Law.Law =>
  Interleaving.law({
    name: "K8",
    title: "what is out while patience ends",
    equation: "statements fail for longer than anybody waits, and some are slower still: who fails is not recorded",
    given: program(fc.boolean(), { minLength: 2, maxLength: 6 }),
    must: ["a commit", "StoreUnavailable"],
    holds: Effect.fnUntraced(function* (callers, seen) {
      const next = Commits.ids()
      const commits = callers.map(() => fresh(next))
      const slow = new Set(commits.filter((_, i) => callers[i]))
      const wire = Wire.make({
        send: (batch) => (batch.every((commit) => slow.has(commit)) ? "Slow" : "Unavailable"),
        look: () => "None",
        slow: 40_000,
      })
      const calls = yield* within(make, wire, (committer) =>
        Calls.callAll(
          committer,
          wire,
          commits.map((commit) => [ask(commit)]),
        ),
      )
      yield* afterwards
      yield* Calls.judge(wire, calls, seen)
    }),
  })

/** What a commit may ask for that is yet to come, and what makes it true. */
const early = {
  "a stream that exists": { expected: Commit.streamExists },
  "a version": { expected: Commit.exact(1) },
  "a checkpoint": { expected: Commit.any, from: 1 },
} as const

const moving = (commit: Commit.Commit, from: number): Commit.Commit => ({
  ...commit,
  checkpoint: { consumer: "reader", upstream: "log", partition: 0, epoch: 0, from, to: from + 1 },
})

export const tooEarly = (make: Make): Law.Law =>
  Interleaving.law({
    name: "K7",
    title: "what is refused too early",
    equation: "a statement is lost and goes on later: its commit fails for good only where it cannot be recorded then",
    given: fc.record({
      asks: fc.constantFrom<Array<keyof typeof early>>("a stream that exists", "a version", "a checkpoint"),
      comes: fc.constantFrom(0, 100, 4_000, 6_000),
      isAlone: fc.boolean(),
    }),
    must: ["CommitUnknown", "a commit"],
    holds: Effect.fnUntraced(function* ({ asks, comes, isAlone }, seen) {
      const next = Commits.ids()
      const wire = Wire.make({ send: Faults.script(["LostWhile"]), look: () => "None", slow: 5_000 })
      const plan = early[asks]
      const first = moving(onto(next, "s"), 0)
      const written = onto(next, "s", plan.expected)
      const commit = "from" in plan ? moving(written, plan.from) : written
      const calls = yield* within(make, wire, (committer) =>
        Effect.all(
          [
            Calls.calling(committer, wire, ask(commit)),
            Effect.andThen(Effect.sleep(comes), Calls.calling(committer, wire, ask(first))),
            ...(isAlone ? [] : [Calls.calling(committer, wire, ask(fresh(next)))]),
          ],
          { concurrency: "unbounded" },
        ),
      )
      yield* afterwards
      yield* Calls.judge(wire, calls, seen)
    }),
  })
