/** Stores that record what they should, and do not answer as they should. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ConditionFailed, InvalidInput } from "../../../src/core/event/Errors.ts"
import type { StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import * as StreamName from "../../../src/core/event/StreamName.ts"
import type { EventStore } from "../../../src/core/port/EventStore.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import type { Case } from "./caught.ts"
import { flawed, type Store, type StoreLayer } from "./Flawed.ts"

/** Whatever commit comes first says which hash it is, also where it records nothing. */
export const hashAsserted = flawed(({ store }) => {
  let chosen: string | undefined
  return {
    store: {
      commit: (commit) =>
        chosen !== undefined && chosen !== commit.hash
          ? Effect.fail(new InvalidInput({ what: "another hash" }))
          : Effect.tap(store.commit(commit), () =>
              Effect.sync(() => {
                chosen = commit.hash
              }),
            ),
    },
  }
})

/** Conditions are looked at before versions. */
export const conditionFirst = flawed(({ store }) => ({
  store: {
    commit: Effect.fnUntraced(function* (commit: Parameters<Store["commit"]>[0]) {
      const answer = yield* Effect.result(store.commit(commit))
      if (answer._tag === "Success") return answer.success
      const { condition } = commit
      if (answer.failure._tag !== "VersionConflict" || condition === undefined) return yield* answer.failure
      const filter = condition.failIfMatch
      const [match] = (yield* store.readAll({ after: condition.after, filter, limit: 1 })).events
      return yield* match === undefined ? answer.failure : new ConditionFailed({ position: match.position })
    }),
  },
}))

/** A list that was given out grows with the stream. */
export const growingLists = flawed(({ store }) => {
  const lists = new Map<string, Array<StoredEvent>>()
  return {
    store: {
      readStream: (stream, range) => {
        if (range !== undefined) return store.readStream(stream, range)
        const list = lists.get(StreamName.format(stream)) ?? []
        lists.set(StreamName.format(stream), list)
        return Effect.map(store.readStream(stream, { after: list.length }), (later) => {
          list.push(...later)
          return list
        })
      },
    },
  }
})

/** What the names of a category were when somebody asked first. */
export const namesKept = flawed(({ store }) => {
  const kept = new Map<string, Effect.Success<ReturnType<Store["streams"]>>>()
  return {
    store: {
      streams: (range) => {
        const asked = JSON.stringify(range)
        const known = kept.get(asked)
        return known === undefined
          ? Effect.tap(store.streams(range), (names) => Effect.sync(() => kept.set(asked, names)))
          : Effect.succeed(known)
      },
    },
  }
})

type Command = Effect.Success<ReturnType<EventStore["Service"]["command"]>>

const commandsAs = (change: (command: Command) => Command) =>
  flawed(({ store }) => ({ store: { command: (id) => Effect.map(store.command(id), change) } }))

/** It says of a command that it was recorded just now. */
export const commandAsNew = commandsAs(
  Option.map((command) => ({ ...command, committed: { ...command.committed, repeated: false } })),
)

/** Only the stream with the command's events is remembered, not those that it asserted. */
export const firstStreamOnly = commandsAs(
  Option.map((command) => ({
    ...command,
    committed: { ...command.committed, streams: command.committed.streams.slice(0, 1) },
  })),
)

/** A command is known by its id and its first event, whatever else it records. */
export const commandsByEvents = flawed(({ store }) => ({
  store: {
    commit: Effect.fnUntraced(function* (commit: Parameters<Store["commit"]>[0]) {
      const answer = yield* Effect.result(store.commit(commit))
      if (answer._tag === "Success") return answer.success
      const [command] = commit.commands ?? []
      if (answer.failure._tag !== "EventIdReused" || command === undefined) return yield* answer.failure
      const known = Option.getOrUndefined(yield* store.command(command.id))
      return known !== undefined && known.events[0] === command.events[0] ? known.committed : yield* answer.failure
    }),
  },
}))

const broken = (layer: StoreLayer) => StoreLaws.suite({ layer })

export const cases: ReadonlyArray<Case> = [
  { law: "S3", flaw: "a hash that is chosen by who asserts first", suite: broken(hashAsserted) },
  { law: "S4", flaw: "a condition that is looked at before versions", suite: broken(conditionFirst) },
  { law: "S6", flaw: "lists that grow in the hands of their readers", suite: broken(growingLists) },
  { law: "S13", flaw: "a command that is told of as new", suite: broken(commandAsNew) },
  { law: "S13", flaw: "a command whose asserted streams are forgotten", suite: broken(firstStreamOnly) },
  { law: "S13", flaw: "a command that is known by its first event", suite: broken(commandsByEvents) },
  { law: "S14", flaw: "names of streams as they were first", suite: broken(namesKept) },
]
