/**
 * Laws of when a commit is refused, and of what a refusal leaves behind: nothing.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import * as Query from "../../core/event/Query.ts"
import type { NewEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as World from "./World.ts"

/** The expected-version table, spelled out: which of the versions 0, 1, 2, 3, 4 an expectation meets. */
const table = (expected: Commit.ExpectedVersion): readonly [boolean, boolean, boolean, boolean, boolean] => {
  switch (expected._tag) {
    case "Any":
      return [true, true, true, true, true]
    case "NoStream":
      return [true, false, false, false, false]
    case "StreamExists":
      return [false, true, true, true, true]
    case "Exact":
      return [
        expected.version === 0,
        expected.version === 1,
        expected.version === 2,
        expected.version === 3,
        expected.version === 4,
      ]
  }
}

/**
 * @category laws
 * @since 0.1.0
 */
export const S2: World.StoreLaw = World.storeLaw({
  name: "S2",
  title: "the expected-version table",
  equation: "commit succeeds iff every expected version holds; else VersionConflict of the first that does not",
  given: program(
    Commits.writes({ expected: fc.oneof({ withCrossShrink: true }, Commits.expected, Commits.mostlyMet) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
  must: ["a commit", "VersionConflict"],
  holds: Effect.fnUntraced(function* (program, { store, next }) {
    const versions = new Map<string, number>()
    const at = (stream: StreamName.StreamName): number => versions.get(StreamName.format(stream)) ?? 0
    for (const writes of program) {
      for (const { stream, expected } of writes) {
        const actual = at(stream)
        if (actual > 4) continue
        yield* agree(`the pure decision, expecting ${expected._tag} at ${actual}`, {
          expected: table(expected)[actual],
          actual: Commit.meets(expected, actual),
        })
      }
      const failing = writes.find(({ stream, expected }) => !Commit.meets(expected, at(stream)))
      const outcome = yield* World.outcome(store.commit(Commits.commit(next, writes)))
      if (failing === undefined) {
        yield* agree("the answer", { expected: "Committed", actual: World.tagOf(outcome) })
        for (const { stream, events } of writes) versions.set(StreamName.format(stream), at(stream) + events.length)
      } else {
        const { stream, expected } = failing
        yield* agree("the answer", {
          expected: { _tag: "VersionConflict", stream, expected, actual: at(stream) },
          actual: World.plain(outcome),
        })
      }
    }
  }),
})

/** Why a commit can be refused: what comes first is told first. @category universe @since 0.1.0 */
export const faults = [
  "InvalidInput",
  "InvalidInput by another hash",
  "EventIdReused",
  "CommandRepeated",
  "Fenced",
  "CheckpointConflict",
  "VersionConflict",
  "ConditionFailed",
] as const

/** @category model @since 0.1.0 */
export type Fault = (typeof faults)[number]

/** What is told of a commit with these faults. @category conversions @since 0.1.0 */
export const toldOf = (spoiling: ReadonlyArray<Fault>): string =>
  faults.find((fault) => spoiling.includes(fault))?.split(" ")[0] ?? "Committed"

/** The good commit, spoiled at its end, in one way or several. @category constructors @since 0.1.0 */
export const spoil = (
  good: Commit.Commit,
  spoiling: ReadonlyArray<Fault>,
  known: NewEvent,
  fresh: NewEvent,
): Commit.Commit => {
  const has = (fault: Fault): boolean => spoiling.includes(fault)
  const last: Commit.Write = {
    stream: { category: "Last", id: "last" },
    expected: has("VersionConflict") ? Commit.exact(7) : Commit.any,
    events: [
      fresh,
      ...(has("EventIdReused") ? [known] : []),
      ...(has("InvalidInput") ? [{ ...fresh, id: "no-uuid" }] : []),
    ],
  }
  const move = { ...World.consumer, epoch: has("Fenced") ? 7 : 0, from: 0, to: 1 }
  return {
    ...good,
    ...(has("InvalidInput by another hash") && { hash: "sha512" }),
    writes: [...good.writes, last],
    ...(has("CommandRepeated") && { commands: [{ id: "known", events: [fresh.id] }] }),
    ...(has("CheckpointConflict")
      ? { checkpoint: { ...move, from: 5, to: 6 } }
      : has("Fenced") && { checkpoint: move }),
    ...(has("ConditionFailed") && { condition: { failIfMatch: Query.all, after: 0 } }),
  }
}

/**
 * @category laws
 * @since 0.1.0
 */
export const S4: World.StoreLaw = World.storeLaw({
  name: "S4",
  title: "a failed commit leaves nothing",
  equation:
    "commit fails, for the first of its faults in the order of the decision ⇒ every read is as before, and the same commit without them succeeds",
  given: fc.record({
    history: program(Commits.writes(), { maxLength: 2 }),
    good: Commits.writes(),
    spoiling: fc
      .tuple(fc.nat(faults.length - 1), fc.subarray([...faults]))
      .map(([first, besides]) => faults.filter((fault, i) => i === first || (i > first && besides.includes(fault)))),
  }),
  holds: Effect.fnUntraced(function* ({ history, good, spoiling }, world) {
    const { store, next } = world
    const first: Commits.WriteSpec = {
      stream: { category: "First", id: "first" },
      expected: Commit.any,
      events: [{ type: "Added", tags: [] }],
    }
    const opening = Commits.commit(next, [first])
    const known = opening.writes[0]?.events[0] ?? Commits.event(next(), first.stream, { type: "Added", tags: [] })
    yield* store.commit({ ...opening, commands: [{ id: "known", events: [known.id] }] })
    for (const writes of history) yield* World.record(world, writes)

    const before = yield* World.observe(world)
    const commit = Commits.commit(next, good)
    const fresh = Commits.event(next(), { category: "Last", id: "last" }, { type: "Removed", tags: [] })
    const refused = yield* World.outcome(store.commit(spoil(commit, spoiling, known, fresh)))
    yield* agree("the answer", { expected: toldOf(spoiling), actual: World.tagOf(refused) })
    yield* agree("everything that can be read", { expected: before, actual: yield* World.observe(world) })

    const accepted = yield* World.outcome(store.commit(commit))
    const added = commit.writes.reduce((n, { events }) => n + events.length, 0)
    yield* agree("the same commit without its faults", {
      expected: { _tag: "Committed", repeated: false, position: before.head + added },
      actual: { ...World.plain(accepted), streams: undefined },
    })
  }),
})
