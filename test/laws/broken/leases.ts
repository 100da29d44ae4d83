/** Stores whose leases and checkpoints are kept, but not as they should be. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CheckpointKey } from "../../../src/core/event/Commit.ts"
import { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import type { Case } from "./caught.ts"
import { flawed, type Leases, type StoreLayer } from "./Flawed.ts"

const for100Years = 3_153_600_000_000

/** Whoever held it has to give it back. */
export const neverRunsOut = flawed(({ checkpoints }) => ({
  checkpoints: { acquire: (key, ttlMillis) => checkpoints.acquire(key, ttlMillis === 0 ? 0 : for100Years) },
}))

/** Seconds where milliseconds are meant. */
export const renewedTooLong = flawed(({ checkpoints }) => ({
  checkpoints: { renew: (key, epoch, ttlMillis) => checkpoints.renew(key, epoch, ttlMillis * 1000) },
}))

/** Renewed is what is in force, and it runs out as before. */
export const neverRenewed = flawed(({ checkpoints }) => ({
  checkpoints: {
    renew: (key, epoch, ttlMillis) => (ttlMillis === 0 ? checkpoints.renew(key, epoch, 0) : Effect.void),
  },
}))

/** Who asks while somebody else is given the lease is given the same one. */
export const grantedTwice = flawed(({ checkpoints }) => {
  let granted: Effect.Success<ReturnType<Leases["acquire"]>> = Option.none()
  return {
    checkpoints: {
      acquire: Effect.fnUntraced(function* (key: CheckpointKey, ttlMillis: number) {
        const meanwhile = granted
        const lease = yield* checkpoints.acquire(key, ttlMillis)
        if (Option.isNone(lease)) return ttlMillis > 0 ? meanwhile : lease
        granted = lease
        yield* Effect.yieldNow
        granted = Option.none()
        return lease
      }),
    },
  }
})

/** The parts of a key, joined by a character that they may contain. */
export const keysJoined = flawed(({ store, checkpoints }) => {
  const joined = <K extends CheckpointKey>(key: K): K => ({
    ...key,
    consumer: `${key.consumer}-${key.upstream}`,
    upstream: "joined",
  })
  const leases = Checkpoints.checked({
    acquire: (key, ttlMillis) => checkpoints.acquire(joined(key), ttlMillis),
    renew: (key, epoch, ttlMillis) => checkpoints.renew(joined(key), epoch, ttlMillis),
    read: (key) => checkpoints.read(joined(key)),
  })
  return {
    checkpoints: leases,
    store: {
      commit: (commit) =>
        store.commit(commit.checkpoint === undefined ? commit : { ...commit, checkpoint: joined(commit.checkpoint) }),
    },
  }
})

/** What is sent again moves the checkpoint to where it was then. */
export const movedBack = flawed(({ store, checkpoints }) => {
  const moved = new Map<string, number>()
  const nameOf = ({ consumer, upstream, partition }: CheckpointKey) => JSON.stringify([consumer, upstream, partition])
  return {
    store: {
      commit: (commit) =>
        Effect.tap(store.commit(commit), () =>
          Effect.sync(() => commit.checkpoint && moved.set(nameOf(commit.checkpoint), commit.checkpoint.to)),
        ),
    },
    checkpoints: {
      read: (key) => Effect.map(checkpoints.read(key), (position) => moved.get(nameOf(key)) ?? position),
    },
  }
})

const broken = (layer: StoreLayer) => StoreLaws.suite({ layer })

export const cases: ReadonlyArray<Case> = [
  { law: "S15", flaw: "a lease that never runs out by itself", suite: broken(neverRunsOut) },
  { law: "S15", flaw: "a lease that is renewed for seconds, not milliseconds", suite: broken(renewedTooLong) },
  { law: "S15", flaw: "a lease that is not prolonged", suite: broken(neverRenewed) },
  { law: "S15", flaw: "a lease for each of two who ask at once", suite: broken(grantedTwice) },
  { law: "S15", flaw: "consumers that share a lease", suite: broken(keysJoined) },
  { law: "S15", flaw: "a checkpoint that goes back when a commit is repeated", suite: broken(movedBack) },
]
