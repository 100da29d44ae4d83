/** Stores that are wrong only where others go on between two of their operations, and that never let others go themselves. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as Commit from "../../../src/core/event/Commit.ts"
import { VersionConflict } from "../../../src/core/event/Errors.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import type { Case } from "./caught.ts"
import { flawed, type Store, type StoreLayer, versionOf } from "./Flawed.ts"
import { positioned } from "./reading.ts"

type Request = Parameters<Store["commit"]>[0]

/** The versions are checked, and then the events appended: two operations, and nothing between them. */
const checkThenAct = (store: Store) =>
  Effect.fnUntraced(function* (commit: Request) {
    for (const { stream, expected } of commit.writes) {
      const actual = yield* versionOf(store, stream)
      if (!Commit.meets(expected, actual)) return yield* new VersionConflict({ stream, expected, actual })
    }
    return yield* store.commit({
      ...commit,
      writes: commit.writes.map((write) => ({ ...write, expected: Commit.any })),
    })
  })

export const lostUpdate: StoreLayer = flawed(({ store }) => ({ store: { commit: checkThenAct(store) } }))

/**
 * Positions from a sequence, under a lock that is asked once: whoever has waited for it goes in, with all who waited for
 * the same holder. Right for two writers, wrong for three.
 */
export const lockAskedOnce: StoreLayer = flawed(({ store }) => {
  const positions = new Map<string, number>()
  let serial = 0
  let held: Deferred.Deferred<void> | undefined
  const numbered = Effect.fnUntraced(function* (commit: Request) {
    const first = yield* Effect.sync(() => serial + 1)
    const committed = yield* store.commit(commit)
    const ids = commit.writes.flatMap(({ events }) => events.map(({ id }) => id))
    for (const [i, id] of ids.entries()) positions.set(id, first + i)
    serial = Math.max(serial, first + ids.length - 1)
    return { ...committed, position: serial }
  })
  return {
    store: {
      ...positioned(store, positions),
      commit: (commit: Request) =>
        Effect.gen(function* () {
          if (held !== undefined) yield* Deferred.await(held)
          const mine = Deferred.makeUnsafe<void>()
          held = mine
          const free = Effect.suspend(() => {
            if (held === mine) held = undefined
            return Deferred.succeed(mine, undefined)
          })
          return yield* Effect.ensuring(numbered(commit), free)
        }),
    },
  }
})

/** Followers are told where the log ends, and listen from then on: what is recorded in between they never hear of. */
export const checkThenWait: StoreLayer = flawed(({ store }) => {
  const listeners = new Set<Queue.Queue<number>>()
  const listen = Effect.gen(function* () {
    const queue = yield* Queue.unbounded<number>()
    yield* Effect.acquireRelease(
      Effect.sync(() => listeners.add(queue)),
      () => Effect.sync(() => listeners.delete(queue)),
    )
    return Stream.fromQueue(queue)
  })
  return {
    store: {
      commit: (commit) =>
        Effect.tap(store.commit(commit), ({ position }) =>
          Effect.sync(() => {
            for (const listener of listeners) Queue.offerUnsafe(listener, position)
          }),
        ),
      changes: Stream.concat(Stream.orDie(Stream.fromEffect(store.head)), Stream.unwrap(listen)),
    },
  }
})

/** The head is kept beside the store, and told before the commit is recorded, or refused. */
export const headBeforeCommit: StoreLayer = flawed(({ store }) => {
  let ahead = 0
  return {
    store: {
      commit: Effect.fnUntraced(function* (commit: Request) {
        const added = commit.writes.reduce((n, { events }) => n + events.length, 0)
        yield* Effect.sync(() => {
          ahead += added
        })
        return yield* Effect.ensuring(
          store.commit(commit),
          Effect.sync(() => {
            ahead -= added
          }),
        )
      }),
      head: Effect.map(store.head, (head) => head + ahead),
    },
  }
})

const caught = (law: string, flaw: string, layer: StoreLayer): Case => ({
  law,
  flaw: `a store with ${flaw}`,
  suite: StoreLaws.suite({ layer }),
})

export const cases: ReadonlyArray<Case> = [
  caught("S7", "a lost update between two operations", lostUpdate),
  caught("S9", "a lock that is asked once", lockAskedOnce),
  caught("S10", "a lock that is asked once", lockAskedOnce),
  caught("S10", "a wake-up lost between check and wait", checkThenWait),
  caught("S10", "a head that is told before the commit", headBeforeCommit),
]
