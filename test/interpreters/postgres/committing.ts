/** Laws of committers: of whatever queues commits, and sends several in one statement. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { Scope } from "effect/Scope"
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import type { Commit, Committed } from "../../../src/core/event/Commit.ts"
import { decide } from "../../../src/core/event/Decision.ts"
import type { CommitError } from "../../../src/core/port/EventStore.ts"
import type { Committer, Recorder } from "../../../src/interpreters/postgres/Committer.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"
import { program } from "../../../src/laws/arbitrary/Programs.ts"
import { query } from "../../../src/laws/arbitrary/Queries.ts"
import { agree } from "../../../src/laws/Difference.ts"
import * as Faults from "../../../src/laws/Faults.ts"
import * as Interleaving from "../../../src/laws/Interleaving.ts"
import type * as Law from "../../../src/laws/Law.ts"
import { same } from "../../../src/laws/Same.ts"
import { show } from "../../../src/laws/Show.ts"
import * as Trace from "../../../src/laws/Trace.ts"
import * as Simulated from "./simulated.ts"
import * as Wire from "./wire.ts"

export type Make = (recorder: Recorder) => Effect.Effect<Committer, never, Scope>

const sometimes = <A>(arbitrary: fc.Arbitrary<A>, weight = 1): fc.Arbitrary<A | undefined> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight, arbitrary })

/** What is committed, and after how many turns its caller is interrupted, if at all. */
const call = fc.record(
  {
    writes: Commits.writes({ expected: Commits.mostlyMet, minEvents: 0 }),
    condition: sometimes(fc.record({ failIfMatch: query, after: fc.nat(6) }), 2),
    command: sometimes(fc.nat(3), 2),
    move: sometimes(fc.record({ from: fc.nat(2), by: fc.nat(2), epoch: fc.constantFrom(0, 0, 0, 1) }), 2),
    /** Without events: what else there is, or nothing but assertions. */
    bare: fc.constantFrom(false, false, false, true),
    /** The call whose very commit it is instead. */
    again: sometimes(fc.nat(8), 2),
    interrupted: sometimes(fc.nat(12), 2),
  },
  { noNullPrototype: true },
)
type Call = typeof call extends fc.Arbitrary<infer A> ? A : never

const callers = program(program(call, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 })

const commitOf = (next: Commits.Ids, { writes, condition, command, move, bare }: Call): Commit => {
  const plain = Commits.commit(next, bare ? writes.map((write) => ({ ...write, events: [] })) : writes)
  const ids = plain.writes.flatMap(({ events }) => events.map(({ id }) => id))
  return {
    ...plain,
    ...(condition && { condition }),
    ...(command !== undefined && { commands: [{ id: `c${command}`, events: ids }] }),
    ...(move && {
      checkpoint: {
        consumer: "reader",
        upstream: "log",
        partition: 0,
        epoch: move.epoch,
        from: move.from,
        to: move.from + move.by,
      },
    }),
  }
}

/** A call that is over: between which states of the server, counted in recorded commits. */
interface Over {
  readonly commit: Commit
  readonly since: number
  readonly until: number
  readonly millis: number
  readonly exit: Exit.Exit<Committed, CommitError>
}

const plain = (error: CommitError): object => {
  const { _tag, ...fields } = error
  return { _tag, ...fields }
}

/** The states that the server went through, and what a commit would have come to in each. */
const replayed = Effect.fnUntraced(function* (recorded: ReadonlyArray<Wire.Recorded>) {
  const states: Array<(commit: Commit) => ReturnType<typeof decide>> = []
  for (let count = 0; count <= recorded.length; count++) {
    const server = Simulated.make()
    for (const [i, { commit, committed }] of recorded.slice(0, count).entries()) {
      const [answer] = server.run([commit])
      yield* agree(`the answer to the commit that was recorded as number ${i + 1}, had they come one by one,`, {
        expected: answer,
        actual: committed,
      })
    }
    states.push((commit) => decide(server.view, commit))
  }
  return states
})

/** What the store knows a commit by; one without ids, by all of it. */
const known = (commit: Commit): unknown =>
  events(commit) === 0 && (commit.commands ?? []).length === 0
    ? commit
    : [commit.writes.map(({ stream, events }) => [stream, events]), commit.commands]
const alike = (a: Commit, b: Commit): boolean => same(known(a), known(b))

const events = ({ writes }: Commit): number => writes.reduce((n, { events }) => n + events.length, 0)
const isQuestion = (commit: Commit): boolean =>
  events(commit) === 0 && (commit.commands ?? []).length === 0 && commit.checkpoint === undefined

/** Half a minute, and what the last statement took. */
const longEnough = 30_000

/** Why an answer is not right; `undefined` where it is. */
const wrong = (
  { commit, since, until, millis, exit }: Over,
  isOnly: boolean,
  wire: Wire.Wire,
  states: ReadonlyArray<(commit: Commit) => ReturnType<typeof decide>>,
): string | undefined => {
  const during = states.slice(since, until + 1).map((state) => state(commit))
  const isLost = wire.lost.has(commit)
  // Of several who commit the same and whose statements are lost, nobody can tell whose was recorded.
  const own = wire.recorded.filter(
    (each, i) => (i >= since || (isLost && !isOnly)) && i < until && alike(each.commit, commit),
  )
  const kept = isOnly && wire.recorded.some((each) => alike(each.commit, commit))
  if (Exit.isSuccess(exit)) {
    const committed = exit.value
    if (isQuestion(commit)) {
      const found = during.some((each) => !isLeft(each) && same(each.right.committed, committed))
      return found ? undefined : "it was never true"
    }
    if (!committed.repeated) {
      if (own.length === 0) return "it was not recorded meanwhile"
      return own.some((each) => same(each.committed, committed)) ? undefined : "it was recorded otherwise"
    }
    if (isOnly && own.length > 0 && !(isLost && events(commit) === 0))
      return "it is said to be a repeat, and was sent once"
    const found = during.some((each) => !isLeft(each) && same(each.right.committed, committed))
    return found ? undefined : "it is no repeat, or one of something else"
  }
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  if (error?._tag === "CommitUnknown") return isLost ? undefined : "no statement of it was lost"
  if (Cause.hasDies(exit.cause)) return `it died: ${show(Cause.squash(exit.cause))}`
  if (error === undefined) return kept && own.length === 0 ? "it was recorded after its caller had gone" : undefined
  if (kept) return "it failed, and is recorded"
  if (error._tag === "StoreUnavailable") return millis >= longEnough ? undefined : "it was not tried for long enough"
  const found = during.some((each) => isLeft(each) && same(plain(each.left), plain(error)))
  return found ? undefined : "it was never refused for that"
}

const answered = Trace.answered(
  ({ repeated, position }: Committed) => `${repeated ? "repeated" : "recorded"}, position ${position}`,
)

const describeCommit = (commit: Commit): string =>
  show({
    writes: commit.writes.map(
      ({ stream, expected, events }) =>
        `${stream.category}-${stream.id} ${show(expected)} ${events.map(({ id, type, tags }) => `#${Number.parseInt(id.slice(-12), 16)} ${type} ${tags.join()}`).join(", ")}`,
    ),
    ...(commit.condition && { condition: commit.condition }),
    ...(commit.commands && { commands: commit.commands.map(({ id }) => id) }),
    ...(commit.checkpoint && {
      checkpoint: `${commit.checkpoint.from} → ${commit.checkpoint.to} in ${commit.checkpoint.epoch}`,
    }),
  })

/** Lets callers commit at once, and says how each call ended. */
const calling = (
  { commit }: Committer,
  wire: Wire.Wire,
  callers: ReadonlyArray<ReadonlyArray<{ readonly commit: Commit; readonly interrupted: number | undefined }>>,
): Effect.Effect<ReadonlyArray<Over>, unknown> =>
  Effect.map(
    Effect.forEach(
      callers,
      (calls, i) =>
        Interleaving.named(`caller ${i + 1}`)(
          Effect.forEach(
            calls,
            Effect.fnUntraced(function* ({ commit: request, interrupted }) {
              const since = wire.recorded.length
              const begun = yield* Clock.currentTimeMillis
              const asked = Trace.telling(`commit ${describeCommit(request)}`, commit(request), answered)
              const fiber = yield* Effect.forkChild(asked, { startImmediately: true })
              if (interrupted !== undefined) {
                for (let turn = 0; turn < interrupted; turn++) yield* Effect.yieldNow
                fiber.interruptUnsafe()
              }
              const exit = yield* Fiber.await(fiber)
              if (Exit.isSuccess(exit) && !exit.value.repeated && events(request) > 0) {
                yield* agree("whether followers were told before the answer", {
                  expected: true,
                  actual: wire.told() >= exit.value.position,
                })
              }
              const millis = (yield* Clock.currentTimeMillis) - begun
              return { commit: request, since, until: wire.recorded.length, millis, exit } satisfies Over
            }),
          ),
        ),
      { concurrency: "unbounded" },
    ),
    (over) => over.flat(),
  )

const judged = Effect.fnUntraced(function* (wire: Wire.Wire, calls: ReadonlyArray<Over>, seen: Law.Seen) {
  const states = yield* replayed(wire.recorded)
  for (const call of calls) {
    const isOnly = calls.filter(({ commit }) => alike(commit, call.commit)).length === 1
    const error = Exit.isFailure(call.exit) ? Option.getOrUndefined(Cause.findErrorOption(call.exit.cause)) : undefined
    const tag = Exit.isSuccess(call.exit)
      ? call.exit.value.repeated
        ? "a repeat"
        : "a commit"
      : (error?._tag ?? "nothing")
    seen(tag)
    yield* agree(`what is wrong with the answer ${tag} to ${describeCommit(call.commit)}`, {
      expected: undefined,
      actual: wrong(call, isOnly, wire, states),
    })
  }
})

/** Longer than any statement goes on. */
const afterwards = Effect.sleep("1 hour")

const oneByOne = (make: Make): Law.Law =>
  Interleaving.law({
    name: "K1",
    title: "as if one by one",
    equation:
      "commits recorded together, over a bad connection = the same commits one by one; each answer was true between asking and answering, and what failed is not recorded",
    given: fc.record({
      callers,
      send: fc.array(Faults.fault, { maxLength: 12, size: "max" }),
      look: fc.array(Faults.fault, { maxLength: 4, size: "max" }),
      slow: fc.constantFrom(0, 0, 5, 200, 5_000),
    }),
    runs: 300,
    must: [
      "a commit",
      "a repeat",
      "VersionConflict",
      "ConditionFailed",
      "CommitUnknown",
      "nothing",
      "several together",
    ],
    holds: Effect.fnUntraced(function* ({ callers, send, look, slow }, seen) {
      const next = Commits.ids()
      const wire = Wire.make({ send: Faults.script(send), look: Faults.script(look.map(soft)), slow })
      const commits = callers.map((calls) => calls.map((call) => commitOf(next, call)))
      const all = commits.flat()
      const asked = callers.map((calls, i) =>
        calls.flatMap(({ again, interrupted }, j) => {
          const own = commits[i]?.[j]
          const commit = again === undefined ? own : all[again % all.length]
          return commit === undefined ? [] : [{ commit, interrupted }]
        }),
      )
      const calls = yield* Effect.scoped(
        Effect.flatMap(make(wire.recorder), (committer) => calling(committer, wire, asked)),
      )
      yield* afterwards
      if (wire.batches.some((batch) => batch.length > 1)) seen("several together")
      yield* judged(wire, calls, seen)
    }, Effect.scoped),
  })

/** A look that fails is the end of a call, after half a minute: the connection tries again by itself. */
const soft = (fault: Faults.Fault): Faults.Fault => (fault === "Slow" ? "Slow" : "None")

export const suite = (make: Make): Law.Suite => ({ name: "a committer", laws: [oneByOne(make)] })
