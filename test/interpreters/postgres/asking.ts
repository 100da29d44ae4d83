/** How the laws of committers ask one: in a scope of its own, for commits of one event. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Commit from "../../../src/core/event/Commit.ts"
import type { Committer, Recorder } from "../../../src/interpreters/postgres/Committer.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"
import type * as Calls from "./calls.ts"
import type * as Wire from "./wire.ts"

export type Make = (recorder: Recorder) => Effect.Effect<Committer, never, Scope.Scope>

/** Longer than any statement goes on. */
export const afterwards = Effect.sleep("1 hour")

export const within = <A, E>(
  make: Make,
  wire: Wire.Wire,
  use: (committer: Committer) => Effect.Effect<A, E>,
): Effect.Effect<A, E> => Effect.scoped(Effect.flatMap(make(wire.recorder), use))

export const onto = (next: Commits.Ids, id: string, expected: Commit.ExpectedVersion = Commit.any): Commit.Commit =>
  Commits.commit(next, [{ stream: { category: "Order", id }, expected, events: [{ type: "Added", tags: [] }] }])

export const ask = (commit: Commit.Commit): Calls.Call => ({ commit, interrupted: undefined })

export const fresh = (next: Commits.Ids): Commit.Commit => onto(next, `o-${next()}`)
