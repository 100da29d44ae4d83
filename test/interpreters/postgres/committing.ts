/** Laws of committers: of whatever queues commits, and sends several in one statement. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Scope from "effect/Scope"
import * as fc from "fast-check"
import * as Commit from "../../../src/core/event/Commit.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"
import { agree } from "../../../src/laws/Difference.ts"
import * as Faults from "../../../src/laws/Faults.ts"
import * as Interleaving from "../../../src/laws/Interleaving.ts"
import * as Law from "../../../src/laws/Law.ts"
import { afterwards, ask, fresh, type Make, onto, within } from "./asking.ts"
import * as Calls from "./calls.ts"
import { failsAlone, outage, patience, tooEarly } from "./failing.ts"
import * as Wire from "./wire.ts"

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
      const allAsked = Latch.makeUnsafe(false)
      const send: Wire.Wire["recorder"]["send"] = (commits) =>
        Effect.andThen(Latch.await(allAsked), wire.recorder.send(commits))
      yield* within(make, { ...wire, recorder: { ...wire.recorder, send } }, (committer) =>
        Effect.gen(function* () {
          const fibers = yield* Effect.forEach([...hot, ...others], (commit) =>
            Effect.forkChild(Effect.exit(committer.commit(commit)), { startImmediately: true }),
          )
          yield* Latch.open(allAsked)
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
  laws: [oneByOne, failsAlone, outage, closing, order, pressure, tooEarly, patience].map((law) => law(make)),
})
