/** Laws of committers: of whatever queues commits, and sends several in one statement. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as fc from "fast-check"
import * as Commit from "../../../src/core/event/Commit.ts"
import type { Committer, Recorder } from "../../../src/interpreters/postgres/Committer.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"
import { program } from "../../../src/laws/arbitrary/Programs.ts"
import { agree } from "../../../src/laws/Difference.ts"
import * as Faults from "../../../src/laws/Faults.ts"
import * as Interleaving from "../../../src/laws/Interleaving.ts"
import type * as Law from "../../../src/laws/Law.ts"
import * as Calls from "./calls.ts"
import * as Wire from "./wire.ts"

export type Make = (recorder: Recorder) => Effect.Effect<Committer, never, Scope.Scope>

/** Longer than any statement goes on. */
const afterwards = Effect.sleep("1 hour")

const within = <A, E>(
  make: Make,
  wire: Wire.Wire,
  use: (committer: Committer) => Effect.Effect<A, E>,
): Effect.Effect<A, E> => Effect.scoped(Effect.flatMap(make(wire.recorder), use))

const oneByOne = (make: Make): Law.Law =>
  Interleaving.law({
    name: "K1",
    title: "as if one by one",
    equation:
      "commits sent together, over a bad connection = the same commits one by one: each answer was true between asking and answering, and what failed is not recorded",
    given: fc.record({
      callers: Calls.callers,
      send: fc.array(Faults.fault, { maxLength: 12, size: "max" }),
      look: fc.array(Faults.slowness, { maxLength: 4, size: "max" }),
      slow: fc.constantFrom(0, 0, 5, 200, 5_000),
    }),
    runs: 500,
    must: [
      ...["a commit", "a repeat", "an interruption", "several together"],
      ...["VersionConflict", "ConditionFailed", "CheckpointConflict", "CommandRepeated", "EventIdReused"],
      ...["InvalidInput", "CommitUnknown"],
    ],
    holds: Effect.fnUntraced(function* ({ callers, send, look, slow }, seen) {
      const wire = Wire.make({ send: Faults.script(send), look: Faults.script(look), slow })
      const asked = Calls.callsOf(Commits.ids(), callers)
      const calls = yield* within(make, wire, (committer) => Calls.callAll(committer, wire, asked))
      yield* afterwards
      if (wire.batches.some((batch) => batch.length > 1)) seen("several together")
      yield* Calls.judge(wire, calls, seen)
    }),
  })

const fresh = (next: Commits.Ids): Commit.Commit => {
  const stream = { category: "Order", id: `o-${next()}` }
  return Commits.commit(next, [{ stream, expected: Commit.noStream, events: [{ type: "Added", tags: [] }] }])
}

/** What becomes of a statement that has such a commit in it, whoever is with it. */
const poisons = ["Refused", "Unavailable", "LostBefore", "Dies"] as const

const failsAlone = (make: Make): Law.Law =>
  Interleaving.law({
    name: "K2",
    title: "a commit fails alone",
    equation: "statements with a poisoned commit fail: it fails in the end, and the others are recorded soon",
    given: program(fc.record({ poison: fc.option(fc.constantFrom(...poisons), { nil: undefined, freq: 2 }) }), {
      minLength: 2,
      maxLength: 8,
    }),
    holds: Effect.fnUntraced(function* (callers) {
      const next = Commits.ids()
      const poisoned = new Map<Commit.Commit, (typeof poisons)[number]>()
      const commits = callers.map(({ poison }) => {
        const commit = fresh(next)
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
          commits.map((commit) => [{ commit, interrupted: undefined }]),
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

const outage = (make: Make): Law.Law =>
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
                Effect.map(Calls.calling(committer, wire, { commit: fresh(next), interrupted: undefined }), (over) => ({
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

const closing = (make: Make): Law.Law =>
  Interleaving.law({
    name: "K4",
    title: "the end",
    equation: "when its scope closes, whatever was asked for is answered first, and later commits are refused",
    given: fc.record({
      callers: Calls.callers,
      send: fc.array(Faults.fault, { maxLength: 4, size: "max" }),
      turns: fc.nat(12),
    }),
    holds: Effect.fnUntraced(function* ({ callers, send, turns }, seen) {
      const wire = Wire.make({ send: Faults.script(send), look: () => "None", slow: 5 })
      const asked = Calls.callsOf(Commits.ids(), callers).map((calls) => calls.slice(0, 1))
      const scope = yield* Scope.make()
      const committer = yield* Scope.provide(make(wire.recorder), scope)
      const calling = yield* Effect.forkChild(Calls.callAll(committer, wire, asked), { startImmediately: true })
      for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow
      yield* Scope.close(scope, Exit.void)
      const sent = wire.batches.length
      const late = yield* Effect.flip(committer.commit(fresh(Commits.ids())))
      yield* agree("the answer to a commit after the end", {
        expected: { _tag: "StoreUnavailable", retryable: false, cause: "the layer of the store is closed" },
        actual: late._tag === "StoreUnavailable" && {
          _tag: late._tag,
          retryable: late.retryable,
          cause: late.cause instanceof Error && late.cause.message,
        },
      })
      const calls = yield* Fiber.join(calling)
      yield* afterwards
      yield* agree("how many statements were sent", { expected: sent, actual: wire.batches.length })
      const isLate = (call: Calls.Over): boolean => {
        const error = Calls.errorOf(call)
        return error?._tag === "StoreUnavailable" && error.cause instanceof Error && /closed/.test(error.cause.message)
      }
      yield* Calls.judge(
        wire,
        calls.filter((call) => !isLate(call)),
        seen,
      )
    }),
  })

export const suite = (make: Make): Law.Suite => ({
  name: "a committer",
  laws: [oneByOne(make), failsAlone(make), outage(make), closing(make)],
})
