/** Stores that do not keep checkpoints and events together. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Commit from "../../../src/core/event/Commit.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import type { Case } from "./caught.ts"
import { flawed, type Store, type StoreLayer } from "./Flawed.ts"

/** Whatever the epoch, the commit counts as that of the lease in force. */
export const epochUnchecked = flawed(({ store, checkpoints }) => {
  const epochs = new Map<string, number>()
  const keyOf = (key: Commit.CheckpointKey): string => JSON.stringify([key.consumer, key.upstream, key.partition])
  return {
    checkpoints: {
      acquire: (key, ttl) =>
        Effect.tap(checkpoints.acquire(key, ttl), (lease) =>
          Effect.sync(() => {
            if (Option.isSome(lease)) epochs.set(keyOf(key), lease.value.epoch)
          }),
        ),
    },
    store: {
      commit: (commit) => {
        const { checkpoint } = commit
        const epoch = checkpoint && (epochs.get(keyOf(checkpoint)) ?? 0)
        return store.commit(
          checkpoint === undefined ? commit : { ...commit, checkpoint: { ...checkpoint, epoch: epoch ?? 0 } },
        )
      },
    },
  }
})

/** A checkpoint only has to grow: where it was is not asked. */
export const anyFrom = flawed(({ store, checkpoints }) => ({
  store: {
    commit: Effect.fnUntraced(function* (commit: Parameters<Store["commit"]>[0]) {
      const { checkpoint } = commit
      if (checkpoint === undefined) return yield* store.commit(commit)
      const from = yield* checkpoints.read(checkpoint)
      return yield* store.commit({ ...commit, checkpoint: { ...checkpoint, from: Math.min(from, checkpoint.to) } })
    }),
  },
}))

/** Reads a checkpoint of any key, also of one that no commit could move. */
export const keysUnchecked = flawed(({ checkpoints }) => ({
  checkpoints: {
    read: (key) => Effect.catchTag(checkpoints.read(key), "InvalidInput", () => Effect.succeed(0)),
  },
}))

/** The tracking record is dropped where the commit writes events. */
export const checkpointDropped = flawed(({ store }) => ({
  store: {
    commit: (commit) => {
      const { checkpoint: _, ...rest } = commit
      return store.commit(commit.writes.some(({ events }) => events.length > 0) ? rest : commit)
    },
  },
}))

/** The checkpoint moves first, in a transaction of its own. */
export const checkpointApart = flawed(({ store }) => ({
  store: {
    commit: Effect.fnUntraced(function* (commit: Parameters<Store["commit"]>[0]) {
      const { checkpoint, ...rest } = commit
      if (checkpoint === undefined || commit.writes.length === 0) return yield* store.commit(commit)
      yield* store.commit({ hash: commit.hash, writes: [], checkpoint })
      return yield* store.commit(rest)
    }),
  },
}))

const broken = (layer: StoreLayer) => StoreLaws.suite({ layer })

export const cases: ReadonlyArray<Case> = [
  { law: "S15", flaw: "a store with epochs unchecked", suite: broken(epochUnchecked) },
  { law: "S15", flaw: "a store with keys of checkpoints unchecked", suite: broken(keysUnchecked) },
  { law: "S15", flaw: "a store with checkpoints that only have to grow", suite: broken(anyFrom) },
  { law: "S15", flaw: "a mode that drops the tracking record", suite: broken(checkpointDropped) },
  { law: "S15", flaw: "a store with the checkpoint apart", suite: broken(checkpointApart) },
]
