/** Commits that are made by hand, and sent until it is known what became of them. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { Commit, CommitUnknown, EventStore, Query } from "everfold"
import { fixed } from "./fixed.ts"

const account = (id: string) => ({ category: "Account", id })

/** One deposit on each stream, whatever its version. */
export const spread = (op: string, amount: number, streams: ReadonlyArray<string>): Commit.Commit => {
  const writes = streams.map((id) => ({
    stream: account(id),
    expected: Commit.any,
    events: [fixed(op, account(id), "Deposited", { op, amount })],
  }))
  const events = writes.flatMap((write) => write.events.map(({ id }) => id))
  return { hash: "sha256", writes, commands: [{ id: op, events }] }
}

export const nameTag = (name: string): string => `name:${name}`

/** Everything that claims a name. */
export const claims = (name: string): Query.Query => Query.make({ category: "Claim", tags: [nameTag(name)] })

/** Claims a name, if nobody has since a position. */
export const claim = (op: string, name: string, after: number): Commit.Commit => {
  const stream = { category: "Claim", id: op }
  const event = fixed(op, stream, "Claimed", { op, name }, [nameTag(name)])
  return {
    hash: "sha256",
    writes: [{ stream, expected: Commit.noStream, events: [event] }],
    commands: [{ id: op, events: [event.id] }],
    condition: { failIfMatch: claims(name), after },
  }
}

/** Nothing of this category may ever be seen. */
export const undone = "Undone"

export const consumer = { consumer: "copier", upstream: "log", partition: 0 }

/** Copies events, by their positions, and moves the checkpoint past them. */
export const copy = (epoch: number, from: number, to: number, positions: ReadonlyArray<number>): Commit.Commit => {
  const stream = { category: "Copy", id: consumer.consumer }
  const events = positions.map((of) => fixed(`${epoch} copies ${of}`, stream, "Copied", { of, epoch }))
  return {
    hash: "sha256",
    writes: events.length === 0 ? [] : [{ stream, expected: Commit.any, events }],
    checkpoint: { ...consumer, epoch, from, to },
  }
}

/** For about ten seconds. */
const again = Schedule.exponential("10 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 10 }))

/**
 * Sends a commit, and sends the same again while it is not known what became of it. Once it is not, a store that is not
 * available does not say either; nor does a checkpoint that is elsewhere, where nothing in the commit has an id.
 */
export const send = Effect.fnUntraced(function* (commit: Commit.Commit) {
  const store = yield* EventStore
  const hasIds = commit.commands !== undefined || commit.writes.some(({ events }) => events.length > 0)
  let unknown = false
  const attempt = Effect.suspend(() => store.commit(commit)).pipe(
    Effect.mapError((error) => {
      const { _tag } = error
      const says = _tag !== "StoreUnavailable" && (hasIds || _tag !== "CheckpointConflict")
      if (unknown && !says) return new CommitUnknown({ cause: error })
      unknown ||= _tag === "CommitUnknown"
      return error
    }),
  )
  return yield* Effect.retry(attempt, { schedule: again, while: (error) => error._tag === "CommitUnknown" })
})
