/** The way to a simulated server, with faults, and all that was seen of it. */
import * as Effect from "effect/Effect"
import type { Commit, Committed } from "../../../src/core/event/Commit.ts"
import { decide } from "../../../src/core/event/Decision.ts"
import { CommitUnknown, StoreUnavailable } from "../../../src/core/port/Errors.ts"
import type { Recorder } from "../../../src/interpreters/postgres/Committer.ts"
import type { Fault } from "../../../src/laws/Faults.ts"
import * as Trace from "../../../src/laws/Trace.ts"
import * as Simulated from "./simulated.ts"

/** A commit in the order in which the server recorded it. */
export interface Recorded {
  readonly commit: Commit
  readonly committed: Committed
}

export interface Wire {
  readonly server: Simulated.Simulated
  readonly recorder: Recorder
  readonly recorded: ReadonlyArray<Recorded>
  /** The commits of statements that were lost. */
  readonly lost: ReadonlySet<Commit>
  /** The batches that were sent. */
  readonly batches: ReadonlyArray<ReadonlyArray<Commit>>
  /** The last position that followers were told. */
  readonly told: () => number
}

export interface Faulty {
  /** What the next statement meets; one that is refused is not available, whoever tries again. */
  readonly send: (commits: ReadonlyArray<Commit>) => Fault | "Refused"
  /** Looking takes time at most: it tries again by itself. */
  readonly look: () => Fault
  /** How long what is slow takes, and a statement that goes on after its connection is lost: milliseconds. */
  readonly slow: number
}

const cause = new Error("the connection ended")

export const make = ({ send, look, slow }: Faulty): Wire => {
  const server = Simulated.make()
  const recorded: Array<Recorded> = []
  const lost = new Set<Commit>()
  const batches: Array<ReadonlyArray<Commit>> = []
  let told = 0
  let out = 0

  const run = (commits: ReadonlyArray<Commit>) => {
    const answers = server.run(commits)
    for (const [i, committed] of answers.entries()) {
      const commit = commits[i]
      if (commit !== undefined && committed !== undefined) recorded.push({ commit, committed })
    }
    return answers
  }
  const moment = Effect.yieldNow
  const unavailable = (retryable: boolean) => new StoreUnavailable({ what: "sending a statement", retryable, cause })

  const meeting = (fault: Fault | "Refused", commits: ReadonlyArray<Commit>): ReturnType<Recorder["send"]> => {
    const done = Effect.sync(() => run(commits))
    const later = Effect.andThen(Effect.sleep(slow), done)
    const losing = <A>(effect: Effect.Effect<A>) =>
      Effect.tap(effect, () =>
        Effect.sync(() => {
          for (const commit of commits) lost.add(commit)
        }),
      )
    const unknown = Effect.fail(new CommitUnknown({ cause }))
    switch (fault) {
      case "None":
        return Effect.flatMap(Effect.andThen(moment, done), (answers) => Effect.as(moment, answers))
      case "Slow":
        return later
      case "Unavailable":
      case "Refused":
        return Effect.andThen(moment, Effect.fail(unavailable(fault === "Unavailable")))
      case "LostBefore":
        return Effect.andThen(losing(moment), unknown)
      case "LostWhile":
        return Effect.andThen(losing(Effect.forkDetach(later)), unknown)
      case "LostAfter":
        return Effect.andThen(losing(Effect.andThen(moment, done)), unknown)
      case "Dies":
        return Effect.andThen(losing(moment), Effect.die(new Error("a defect")))
    }
  }

  return {
    server,
    recorded,
    lost,
    batches,
    told: () => told,
    recorder: {
      send: (commits) =>
        Effect.withFiber((fiber) => {
          batches.push(commits)
          if (++out > 2) return Effect.die(new Error("three statements are out"))
          const fault = send(commits)
          Trace.tell(fiber, `(sends ${commits.length}: ${fault})`)
          return Effect.ensuring(
            meeting(fault, commits),
            Effect.sync(() => out--),
          )
        }),
      look: (commit) =>
        Effect.suspend(() => {
          const fault = look()
          const looked = Effect.sync(() => decide(server.view, commit))
          return Effect.andThen(fault === "Slow" ? Effect.sleep(slow) : moment, looked)
        }),
      recorded: (position) => {
        told = Math.max(told, position)
      },
    },
  }
}
