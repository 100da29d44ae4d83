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
import * as Law from "../../../src/laws/Law.ts"
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
      yield* agree("how many were sent that record nothing", {
        expected: 0,
        actual: wire.batches.flat().filter(Calls.isQuestion).length,
      })
      yield* agree("how long somebody was kept who was interrupted, beyond what a statement takes", {
        expected: 0,
        actual: Math.max(0, ...calls.map(({ gone, ended }) => ended - (gone ?? ended) - slow)),
      })
      yield* Calls.judge(wire, calls, seen)
    }),
  })

const onto = (next: Commits.Ids, id: string, expected: Commit.ExpectedVersion = Commit.any): Commit.Commit =>
  Commits.commit(next, [{ stream: { category: "Order", id }, expected, events: [{ type: "Added", tags: [] }] }])

const ask = (commit: Commit.Commit): Calls.Call => ({ commit, interrupted: undefined })

const fresh = (next: Commits.Ids): Commit.Commit => onto(next, `o-${next()}`)

/** What becomes of a statement that has such a commit in it, whoever is with it. */
const poisons = ["Refused", "Unavailable", "LostBefore", "Dies"] as const

const failsAlone = (make: Make): Law.Law =>
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

const tooEarly = (make: Make): Law.Law =>
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

const order = (make: Make): Law.Law =>
  Law.make({
    name: "K5",
    title: "who comes first is recorded first",
    equation: "of commits to one stream, any version expected: versions in the order in which they were asked for",
    given: fc.array(fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 20 }),
    holds: Effect.fnUntraced(function* (streams) {
      const next = Commits.ids()
      const commits = streams.map((ids) =>
        Commits.commit(
          next,
          [...new Set(ids)].map((id) => ({
            stream: { category: "Order", id: `${id}` },
            expected: Commit.any,
            events: [{ type: "Added", tags: [] }],
          })),
        ),
      )
      const wire = Wire.make({ send: () => "None", look: () => "None", slow: 0 })
      yield* within(make, wire, (committer) =>
        Calls.callAll(
          committer,
          wire,
          commits.map((commit) => [ask(commit)]),
        ),
      ).pipe(Interleaving.run([]))
      for (const stream of new Set(streams.flat())) {
        const writes = (commit: Commit.Commit) => commit.writes.filter((write) => write.stream.id === `${stream}`)
        yield* agree(`the events of stream ${stream}`, {
          expected: commits.flatMap((commit) => writes(commit).flatMap(({ events }) => events.map(({ id }) => id))),
          actual: wire.server.log.filter((event) => event.stream.id === `${stream}`).map(({ id }) => id),
        })
      }
    }),
  })

/** As many as are on their way at most. */
const room = 4096

const pressure = (make: Make): Law.Law =>
  Law.make({
    name: "K6",
    title: "back-pressure",
    equation: `of more than ${room} commits those beyond wait for room, in order; each that is settled makes some`,
    given: fc.constant(undefined),
    once: true,
    holds: Effect.fnUntraced(function* () {
      const next = Commits.ids()
      const hot = Array.from({ length: room }, () => onto(next, "hot"))
      const others = ["a", "b", "c", "d"].map((id) => onto(next, id))
      const wire = Wire.make({
        send: () => (wire.batches.length > 5 ? "Refused" : "None"),
        look: () => "None",
        slow: 0,
      })
      yield* within(make, wire, (committer) =>
        Effect.gen(function* () {
          const fibers = yield* Effect.forEach([...hot, ...others], (commit) =>
            Effect.forkChild(Effect.exit(committer.commit(commit)), { startImmediately: true }),
          )
          const [, , third] = fibers.slice(room)
          // One who waits for room goes, and nobody else waits longer for it.
          if (third !== undefined) yield* Fiber.interrupt(third)
          yield* Effect.forEach(fibers, Fiber.await)
        }),
      ).pipe(Interleaving.run([]))
      yield* agree("the first batches", {
        expected: [["hot"], ["hot", "a"], ["hot", "b", "d"], ["hot"]],
        actual: wire.batches.slice(0, 4).map((batch) => batch.map(({ writes }) => writes[0]?.stream.id)),
      })
    }),
  })

export const suite = (make: Make): Law.Suite => ({
  name: "a committer",
  laws: [oneByOne, failsAlone, outage, closing, order, pressure, tooEarly].map((law) => law(make)),
})
