/** Stores whose commits are flawed. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Commit from "../../../src/core/event/Commit.ts"
import { VersionConflict } from "../../../src/core/event/Errors.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import type { Case } from "./caught.ts"
import { flawed, type Store, type StoreLayer, together, versionOf } from "./Flawed.ts"

/** A flaw in what is asked for. */
const asking = (change: (commit: Commit.Commit) => Commit.Commit): StoreLayer =>
  flawed(({ store }) => ({ store: { commit: (commit) => store.commit(change(commit)) } }))

const expecting = (change: (expected: Commit.ExpectedVersion) => Commit.ExpectedVersion): StoreLayer =>
  asking((commit) => ({
    ...commit,
    writes: commit.writes.map((write) => ({ ...write, expected: change(write.expected) })),
  }))

const eventsOf = (commit: Commit.Commit) => commit.writes.flatMap(({ events }) => events)

/** Bodies kept as text: bytes that are none are mangled. */
export const bodiesAsText = asking((commit) => ({
  ...commit,
  writes: commit.writes.map((write) => ({
    ...write,
    events: write.events.map((event) => ({ ...event, body: Buffer.from(Buffer.from(event.body).toString("utf8")) })),
  })),
}))

/** Answers with the versions that the streams had before. */
export const answersBefore = flawed(({ store }) => ({
  store: {
    commit: Effect.fnUntraced(function* (commit) {
      const before = yield* Effect.forEach(commit.writes, ({ stream }) => versionOf(store, stream))
      const committed = yield* store.commit(commit)
      const streams = committed.streams.map((head, i) => ({ ...head, version: before[i] ?? head.version }))
      return committed.repeated ? committed : { ...committed, streams }
    }),
  },
}))

/** The expected version of the first write is checked, and those of the others are not. */
export const firstWriteChecked = asking((commit) => ({
  ...commit,
  writes: commit.writes.map((write, i) => (i === 0 ? write : { ...write, expected: Commit.any })),
}))

/** As emmett's, but for its other half. */
export const streamExistsIsNoCheck = expecting((expected) => (expected._tag === "StreamExists" ? Commit.any : expected))
/** As emmett's on SQL: a stream that should not exist is opened twice. */
export const noStreamIsNoCheck = expecting((expected) => (expected._tag === "NoStream" ? Commit.any : expected))

/** Writes without events are taken for nothing to do. */
export const assertionsDropped = flawed(({ store }) => ({
  store: {
    commit: (commit) => {
      const writes = commit.writes.filter(({ events }) => events.length > 0)
      const dropped = commit.writes.map((write) =>
        write.events.length > 0 ? write : { ...write, expected: Commit.any },
      )
      return store.commit({ ...commit, writes: writes.length === 0 ? dropped : writes })
    },
  },
}))

/** A write without events is answered as if its stream had none: nothing was inserted, so no version came back. */
export const assertionsAnsweredWithNothing = flawed(({ store }) => ({
  store: {
    commit: (commit) =>
      Effect.map(store.commit(commit), (committed) => ({
        ...committed,
        streams: committed.streams.map((head, i) =>
          commit.writes[i]?.events.length === 0 ? { ...head, version: 0, link: new Uint8Array(32) } : head,
        ),
      })),
  },
}))

/** One insert per write, no transaction. */
export const noTransaction = flawed(({ store }) => ({
  store: {
    commit: (commit) => {
      const { writes, ...rest } = commit
      const last = writes.length - 1
      return writes.length < 2
        ? store.commit(commit)
        : Effect.map(
            Effect.forEach(writes, (write, i) =>
              store.commit(i === last ? { ...rest, writes: [write] } : { hash: rest.hash, writes: [write] }),
            ),
            together,
          )
    },
  },
}))

/** Ids are noted before the commit is decided, and stay noted. */
export const idsOfRefusedCommitsKept = flawed(({ store }) => {
  const noted = new Set<string>()
  return {
    store: {
      commit: (commit) => {
        const known = eventsOf(commit).find(({ id }) => noted.has(id))
        if (known !== undefined) {
          const fresh = {
            ...commit,
            writes: [],
            checkpoint: { consumer: "x", upstream: "x", partition: 0, epoch: 0, from: 9, to: 9 },
          }
          return store.commit(fresh)
        }
        return Effect.tapError(store.commit(commit), () =>
          Effect.sync(() => {
            for (const { id } of eventsOf(commit)) noted.add(id)
          }),
        )
      },
    },
  }
})

/** Lost update: the version is checked, and others go first before it is acted on. */
export const checkThenAct = flawed(({ store }) => ({
  store: {
    commit: Effect.fnUntraced(function* (commit) {
      for (const { stream, expected } of commit.writes) {
        const actual = yield* versionOf(store, stream)
        if (!Commit.meets(expected, actual)) return yield* new VersionConflict({ stream, expected, actual })
      }
      yield* Effect.yieldNow
      return yield* store.commit({
        ...commit,
        writes: commit.writes.map((write) => ({ ...write, expected: Commit.any })),
      })
    }),
  },
}))

/** `Any` as the version that was read a moment ago. */
export const anyConflicts = flawed(({ store }) => ({
  store: {
    commit: Effect.fnUntraced(function* (commit) {
      const writes: Array<Commit.Write> = []
      for (const write of commit.writes) {
        const version = yield* versionOf(store, write.stream)
        writes.push(write.expected._tag === "Any" ? { ...write, expected: Commit.exact(version) } : write)
      }
      yield* Effect.yieldNow
      return yield* store.commit({ ...commit, writes })
    }),
  },
}))

/** `ON CONFLICT DO NOTHING`: what is known is left out, its neighbours are appended. */
export const knownEventsSkipped = flawed(({ store }) => ({
  store: {
    commit: (commit) =>
      Effect.catchTag(
        store.commit(commit),
        "EventIdReused",
        Effect.fnUntraced(function* () {
          const log = yield* store.readAll({ after: 0, limit: 1000 })
          const known = new Set(log.events.map(({ id }) => id))
          const writes = commit.writes.map((write) => ({
            ...write,
            events: write.events.filter(({ id }) => !known.has(id)),
          }))
          return yield* store.commit({ ...commit, writes })
        }),
      ),
  },
}))

/** Event ids are not unique: a repeat is appended a second time. */
export const repeatsAppended = flawed(({ store }) => {
  let commits = 0
  const plain = new Map<string, string>()
  const salt = (id: string): string => {
    const salted = id.replace(/^.{8}/, String(commits).padStart(8, "0"))
    plain.set(salted, id)
    return salted
  }
  const unsalted = <E extends { readonly id: string }>(event: E): E => ({
    ...event,
    id: plain.get(event.id) ?? event.id,
  })
  return {
    store: {
      commit: (commit) => {
        commits++
        const ids = new Set<string>()
        const writes = commit.writes.map((write) => ({
          ...write,
          // A second use in the same commit is still seen, and what is no id at all.
          events: write.events.map((event) => {
            if (ids.has(event.id)) return { ...event, id: [...ids].map(salt)[0] ?? event.id }
            ids.add(event.id)
            return { ...event, id: salt(event.id) }
          }),
        }))
        const commands = commit.commands?.map(({ id, events }) => ({ id, events: events.map(salt) }))
        return store.commit({ ...commit, writes, ...(commands && { commands }) })
      },
      readStream: (...args) => Effect.map(store.readStream(...args), (events) => events.map(unsalted)),
      readAll: (range) => Effect.map(store.readAll(range), (page) => ({ ...page, events: page.events.map(unsalted) })),
    },
  }
})

/** A command is remembered by its events: one without events is forgotten. */
export const emptyCommandsForgotten = asking((commit) => {
  const commands = commit.commands?.filter(({ events }) => events.length > 0) ?? []
  const { commands: _, ...rest } = commit
  return commands.length > 0 ? { ...rest, commands } : commit.writes.length > 0 ? rest : commit
})

/** A command id is all that is looked at: another commit under it is answered with the outcome of the first. */
export const commandIdAlone = flawed(({ store }) => {
  const first = new Map<string, Commit.Commit>()
  return {
    store: {
      commit: (commit) => {
        const known = commit.commands?.map(({ id }) => first.get(id)).find((before) => before !== undefined)
        if (known !== undefined) return store.commit(known)
        return Effect.tap(store.commit(commit), () =>
          Effect.sync(() => {
            for (const { id } of commit.commands ?? []) first.set(id, commit)
          }),
        )
      },
    },
  }
})

/** A repeat is answered with how things stand now. */
export const repeatsAnswerNow = flawed(({ store }) => ({
  store: {
    commit: Effect.fnUntraced(function* (commit) {
      const committed = yield* store.commit(commit)
      if (!committed.repeated) return committed
      const streams = yield* Effect.forEach(committed.streams, (stood) =>
        Effect.map(versionOf(store, stood.stream), (version) => ({ ...stood, version })),
      )
      return { ...committed, streams }
    }),
  },
}))

/** Any hash is taken, whatever the store began with. */
export const hashUnchecked = asking((commit) => ({ ...commit, hash: "sha256" }))

/** A conflict answers with the version that was expected, not with the winner's. */
export const conflictWithoutWinner = flawed(({ store }) => ({
  store: {
    commit: (commit) =>
      Effect.flatMap(Effect.result(store.commit(commit)), (result) =>
        Result.isFailure(result) && result.failure._tag === "VersionConflict"
          ? Effect.fail(new VersionConflict({ ...result.failure, actual: 0 }))
          : Effect.fromResult(result),
      ),
  },
}))

/** Commits that come together are one transaction: the fault of one is the fault of all. */
export const failsTogether = flawed(({ store }) => {
  let waiting: Array<Commit.Commit> = []
  return {
    store: {
      commit: Effect.fnUntraced(function* (commit: Parameters<Store["commit"]>[0]) {
        waiting.push(commit)
        yield* Effect.yieldNow
        const batch = waiting
        yield* Effect.yieldNow
        waiting = []
        for (const each of batch) {
          const events = eventsOf(each)
          const known = new Set((yield* store.readAll({ after: 0, limit: 1000 })).events.map(({ id }) => id))
          if (each !== commit && !events.some(({ id }) => known.has(id))) yield* store.commit(each)
        }
        return yield* store.commit(commit)
      }),
    },
  }
})

const broken = (layer: StoreLayer) => StoreLaws.suite({ layer })

export const cases: ReadonlyArray<Case> = [
  { law: "S1", flaw: "a store with bodies kept as text", suite: broken(bodiesAsText) },
  { law: "S1", flaw: "a store with answers of how it was before", suite: broken(answersBefore) },
  { law: "S2", flaw: "a store with only the first write checked", suite: broken(firstWriteChecked) },
  { law: "S2", flaw: "a store with StreamExists as no check", suite: broken(streamExistsIsNoCheck) },
  { law: "S2", flaw: "STREAM_DOES_NOT_EXIST as no check", suite: broken(noStreamIsNoCheck) },
  { law: "S2", flaw: "a store with a conflict without the winner's version", suite: broken(conflictWithoutWinner) },
  { law: "S3", flaw: "a store with assertions taken for nothing to do", suite: broken(assertionsDropped) },
  {
    law: "S3",
    flaw: "a store with assertions answered with no version",
    suite: broken(assertionsAnsweredWithNothing),
  },
  { law: "S4", flaw: "a store with writes without a transaction", suite: broken(noTransaction) },
  { law: "S4", flaw: "a store with ids of refused commits kept", suite: broken(idsOfRefusedCommitsKept) },
  { law: "S7", flaw: "a store with check, then act", suite: broken(checkThenAct) },
  { law: "S8", flaw: "unchecked appends rejected", suite: broken(anyConflicts) },
  { law: "S13", flaw: "a store with known events skipped", suite: broken(knownEventsSkipped) },
  { law: "S13", flaw: "a store with repeats appended", suite: broken(repeatsAppended) },
  { law: "S13", flaw: "a store with empty commands forgotten", suite: broken(emptyCommandsForgotten) },
  { law: "S13", flaw: "a store with command ids and no look at the rest", suite: broken(commandIdAlone) },
  { law: "S13", flaw: "a store with repeats answered with how things stand now", suite: broken(repeatsAnswerNow) },
  { law: "S17", flaw: "a store with hashes unchecked", suite: broken(hashUnchecked) },
  { law: "S19", flaw: "a store with a batch that fails as one", suite: broken(failsTogether) },
]
