/** Calls of a committer: what several callers commit at once, and whether each answer is right. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import type { Commit, Committed } from "../../../src/core/event/Commit.ts"
import { decide } from "../../../src/core/event/Decision.ts"
import type { CommitError } from "../../../src/core/port/EventStore.ts"
import type { Committer } from "../../../src/interpreters/postgres/Committer.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"
import { program } from "../../../src/laws/arbitrary/Programs.ts"
import { query } from "../../../src/laws/arbitrary/Queries.ts"
import { agree } from "../../../src/laws/Difference.ts"
import * as Interleaving from "../../../src/laws/Interleaving.ts"
import type * as Law from "../../../src/laws/Law.ts"
import { same } from "../../../src/laws/Same.ts"
import { show } from "../../../src/laws/Show.ts"
import * as Trace from "../../../src/laws/Trace.ts"
import * as Simulated from "./simulated.ts"
import type * as Wire from "./wire.ts"

const sometimes = <A>(arbitrary: fc.Arbitrary<A>, weight: number): fc.Arbitrary<A | undefined> =>
  fc.oneof({ weight: 10 - weight, arbitrary: fc.constant(undefined) }, { weight, arbitrary })

export const spec = fc.record(
  {
    writes: Commits.writes({ expected: Commits.mostlyMet, minEvents: 0 }),
    /** Writes to streams that no other call writes to. */
    apart: fc.boolean(),
    /** Its first event has an id that others use too. */
    id: sometimes(fc.nat(2), 1),
    condition: sometimes(fc.record({ failIfMatch: query, after: fc.nat(4) }), 3),
    command: sometimes(fc.nat(3), 2),
    move: sometimes(fc.record({ from: fc.nat(2), by: fc.nat(2), epoch: fc.constantFrom(0, 0, 0, 1) }), 2),
    hash: sometimes(fc.constant("sha512"), 1),
    /** Without events: what else there is, or nothing but assertions. */
    bare: fc.constantFrom(false, false, false, true),
    /** It is the very commit of that call instead. */
    again: sometimes(fc.nat(8), 1),
    /** After so many turns its caller is interrupted. */
    interrupted: sometimes(fc.nat(12), 2),
  },
  { noNullPrototype: true },
)
export type Spec = typeof spec extends fc.Arbitrary<infer A> ? A : never

export const callers = program(program(spec, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 })

export const commitOf = (
  next: Commits.Ids,
  { writes, apart, id, condition, command, move, hash, bare }: Spec,
): Commit => {
  const serial = next()
  const number = (index: number): number => (id !== undefined && index === 0 ? 1_000 + id : next())
  let index = 0
  const written = writes.map(({ stream, expected, events }) => {
    const target = apart ? { ...stream, id: `${stream.id}-${serial}` } : stream
    const contents = bare ? [] : events
    return { stream: target, expected, events: contents.map((each) => Commits.event(number(index++), target, each)) }
  })
  const ids = written.flatMap(({ events }) => events.map((event) => event.id))
  return {
    hash: hash ?? Commits.algorithm,
    writes: written,
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

export interface Call {
  readonly commit: Commit
  readonly interrupted: number | undefined
}

/** What each caller asks for, one after another. */
export const callsOf = (
  next: Commits.Ids,
  specs: ReadonlyArray<ReadonlyArray<Spec>>,
): ReadonlyArray<ReadonlyArray<Call>> => {
  const own = specs.map((calls) => calls.map((call) => ({ ...call, commit: commitOf(next, call) })))
  const all = own.flat()
  return own.map((calls) =>
    calls.map(({ again, commit, interrupted }) => {
      const other = again === undefined ? undefined : all[again % all.length]
      return { commit: other?.commit ?? commit, interrupted }
    }),
  )
}

/** A call that is over: between which states of the server, counted in recorded commits. */
export interface Over {
  readonly commit: Commit
  readonly since: number
  readonly until: number
  readonly begun: number
  readonly ended: number
  /** When its caller was interrupted, if it was. */
  readonly gone: number | undefined
  readonly exit: Exit.Exit<Committed, CommitError>
}

export const errorOf = ({ exit }: Over): CommitError | undefined =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Cause.findErrorOption(exit.cause)) : undefined

const told = (commit: Commit): string =>
  show({
    ...commit,
    writes: commit.writes.map(({ stream, expected, events }) => {
      const shown = events.map(({ id, type, tags }) => `#${Number.parseInt(id.slice(-12), 16)} ${type} ${tags.join()}`)
      return `${stream.category}-${stream.id} ${show(expected)} ${shown.join(", ")}`
    }),
  })

const answered = Trace.answered(
  ({ repeated, position }: Committed) => `${repeated ? "repeated" : "recorded"}, position ${position}`,
)

/** Asks once, to the end. */
export const calling = Effect.fnUntraced(function* (
  { commit }: Committer,
  wire: Wire.Wire,
  { commit: request, interrupted }: Call,
) {
  const since = wire.recorded.length
  const begun = yield* Clock.currentTimeMillis
  const asking = Trace.telling(`commit ${told(request)}`, commit(request), answered)
  const fiber = yield* Effect.forkChild(asking, { startImmediately: true })
  let gone: number | undefined
  if (interrupted !== undefined) {
    for (let turn = 0; turn < interrupted; turn++) yield* Effect.yieldNow
    gone = yield* Clock.currentTimeMillis
    fiber.interruptUnsafe()
  }
  const exit = yield* Fiber.await(fiber)
  if (Exit.isSuccess(exit) && !exit.value.repeated && events(request) > 0) {
    yield* agree("whether followers were told before the answer", {
      expected: true,
      actual: wire.told() >= exit.value.position,
    })
  }
  const ended = yield* Clock.currentTimeMillis
  return { commit: request, since, until: wire.recorded.length, begun, ended, gone, exit } satisfies Over
})

/** Lets callers ask at once, each one thing after another. */
export const callAll = (
  committer: Committer,
  wire: Wire.Wire,
  callers: ReadonlyArray<ReadonlyArray<Call>>,
): Effect.Effect<ReadonlyArray<Over>, unknown> =>
  Effect.map(
    Effect.forEach(
      callers,
      (calls, i) =>
        Interleaving.named(`caller ${i + 1}`)(Effect.forEach(calls, (call) => calling(committer, wire, call))),
      { concurrency: "unbounded" },
    ),
    (over) => over.flat(),
  )

const events = ({ writes }: Commit): number => writes.reduce((n, { events }) => n + events.length, 0)
const hasIds = (commit: Commit): boolean => events(commit) > 0 || (commit.commands ?? []).length > 0

/** Whether there is nothing to record. */
export const isQuestion = (commit: Commit): boolean => !hasIds(commit) && commit.checkpoint === undefined

/** What the store knows a commit by; one without ids, by all of it. */
const identity = (commit: Commit): unknown =>
  hasIds(commit) ? [commit.writes.map(({ stream, events }) => [stream, events]), commit.commands] : commit
const alike = (a: Commit, b: Commit): boolean => same(identity(a), identity(b))

const plain = (error: CommitError): object => {
  const { _tag, ...fields } = error
  return { _tag, ...fields }
}

type State = (commit: Commit) => ReturnType<typeof decide>

/** The states that a server goes through that records the same commits one by one. */
const statesOf = Effect.fnUntraced(function* (recorded: ReadonlyArray<Wire.Recorded>) {
  const states: Array<State> = []
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

/** Half a minute. */
const longEnough = 30_000

/** Why an answer is not right; `undefined` where it is. */
const wrong = (
  over: Over,
  isOnly: boolean,
  { recorded, lost }: Wire.Wire,
  states: ReadonlyArray<State>,
): string | undefined => {
  const { commit, since, until, exit } = over
  const during = states.slice(since, until + 1).map((state) => state(commit))
  const isLost = lost.has(commit)
  // Of several who commit the same, and whose statements are lost, nobody can tell whose was recorded.
  const from = isLost && !isOnly ? 0 : since
  const own = recorded.slice(from, until).filter((each) => alike(each.commit, commit))
  // A move from where a checkpoint stands to there leaves nothing that it could be known by.
  const isVain = !hasIds(commit) && commit.checkpoint?.from === commit.checkpoint?.to
  const kept = isOnly && !isVain && recorded.some((each) => alike(each.commit, commit))
  if (Exit.isSuccess(exit)) {
    const committed = exit.value
    if (!isQuestion(commit) && !committed.repeated) {
      if (own.length === 0) return "it was not recorded meanwhile"
      return own.some((each) => same(each.committed, committed)) ? undefined : "it was recorded otherwise"
    }
    const isInDoubt = isLost && events(commit) === 0
    if (isOnly && own.length > 0 && !isInDoubt) return "it is said to be a repeat, and was asked for once"
    const found = during.some((each) => !isLeft(each) && same(each.right.committed, committed))
    return found ? undefined : "it was never true"
  }
  const error = errorOf(over)
  if (error?._tag === "CommitUnknown") return isLost ? undefined : "no statement of it was lost"
  if (Cause.hasDies(exit.cause)) return `it died: ${show(Cause.squash(exit.cause))}`
  if (error === undefined) return kept && own.length === 0 ? "it was recorded after its caller had gone" : undefined
  if (kept) return "it failed, and is recorded"
  if (error._tag === "StoreUnavailable") {
    return over.ended - over.begun >= longEnough ? undefined : "it was not tried for long enough"
  }
  const found = during.some((each) => isLeft(each) && same(plain(each.left), plain(error)))
  return found ? undefined : "it was never refused for that"
}

/** Holds each answer against what the server recorded in the end. */
export const judge = Effect.fnUntraced(function* (wire: Wire.Wire, calls: ReadonlyArray<Over>, seen: Law.Seen) {
  const states = yield* statesOf(wire.recorded)
  for (const call of calls) {
    const { commit, exit } = call
    const isOnly = calls.filter((other) => alike(other.commit, commit)).length === 1
    const tag = Exit.isSuccess(exit) ? (exit.value.repeated ? "a repeat" : "a commit") : errorOf(call)?._tag
    seen(tag ?? "an interruption")
    yield* agree(`what is wrong with the answer to ${told(commit)}`, {
      expected: undefined,
      actual: wrong(call, isOnly, wire, states),
    })
  }
})
