/**
 * The law that a commit fails alone (S19), whatever its fault: what is recorded together with it is recorded all the same.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import type { NewEvent } from "../../core/event/StoredEvent.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import { type Fault, faults, spoil, toldOf } from "./Deciding.ts"
import * as World from "./World.ts"

const bug = new Error("it cannot be read")

/** A commit that throws when it is looked at. */
const unreadable = (commit: Commit.Commit, event: NewEvent): Commit.Commit => ({
  ...commit,
  writes: [
    ...commit.writes,
    {
      stream: { category: "Last", id: "last" },
      expected: Commit.any,
      events: [
        {
          ...event,
          get body(): Uint8Array {
            throw bug
          },
        },
      ],
    },
  ],
})

const committer = fc.record({
  writes: Commits.writes(),
  fault: fc.option(fc.constantFrom<Array<Fault | "a defect">>(...faults, "a defect"), { nil: undefined, freq: 2 }),
})

/** The tag of an answer, of an error, or that it died. */
const tagOf = (exit: Exit.Exit<unknown, { readonly _tag: string }>): string =>
  Exit.isSuccess(exit)
    ? "Committed"
    : Option.match(Cause.findErrorOption(exit.cause), { onNone: () => "a defect", onSome: ({ _tag }) => _tag })

/**
 * @category laws
 * @since 0.1.0
 */
export const S19: World.StoreLaw = World.concurrentLaw({
  name: "S19",
  title: "a commit fails alone",
  equation: "k concurrent commits, some faulty: each faulty one fails for its own fault, the others succeed",
  given: program(committer, { minLength: 1, maxLength: 8 }),
  holds: Effect.fnUntraced(function* (committers, { store, next }) {
    const added = { type: "Added", tags: [] }
    const known = Commits.event(next(), { category: "First", id: "first" }, added)
    yield* store.commit({
      hash: Commits.algorithm,
      writes: [{ stream: { category: "First", id: "first" }, expected: Commit.any, events: [known] }],
      commands: [{ id: "known", events: [known.id] }],
    })
    const last = { category: "Last", id: "last" }
    const commits = committers.map(({ writes, fault }) => {
      const good = Commits.commit(next, writes)
      const fresh = Commits.event(next(), last, added)
      const spoilt = fault === "a defect" ? unreadable(good, fresh) : fault && spoil(good, [fault], known, fresh)
      return { fault, commit: spoilt ?? good }
    })
    const answers = yield* World.atOnce("writer", commits, ({ commit }) => Effect.exit(store.commit(commit)))
    yield* agree("the answers", {
      expected: commits.map(({ fault }) =>
        fault === undefined || fault === "a defect" ? (fault ?? "Committed") : toldOf([fault]),
      ),
      actual: answers.map(tagOf),
    })
    const recorded = commits.flatMap(({ commit, fault }) =>
      fault === undefined ? commit.writes.flatMap(({ events }) => events.map(World.numberOf)) : [],
    )
    yield* agree("what was recorded", {
      expected: [World.numberOf(known), ...recorded],
      actual: (yield* World.log(store)).map(World.numberOf).toSorted((a, b) => a - b),
    })
  }),
})
