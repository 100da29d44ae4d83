/**
 * Consumers' checkpoints and their leases.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CheckpointKey } from "../../core/event/Commit.ts"
import { Fenced } from "../../core/event/Errors.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import { type CommitUnknown, StoreUnavailable } from "../../core/port/Errors.ts"
import type { Committer } from "./Committer.ts"
import { attempt } from "./Connection.ts"
import type { Statements } from "./statements.ts"
import { checkpoint } from "./View.ts"

/** A lease that may have been taken is one that runs out, or that is renewed again: nothing depends on knowing. */
const unsure = (error: CommitUnknown): Effect.Effect<never, StoreUnavailable> =>
  Effect.fail(new StoreUnavailable({ what: "recording a lease", retryable: true, cause: error.cause }))

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (statements: Statements, committer: Committer): typeof Checkpoints.Service => {
  /** A lease that never began has ended. */
  const keep = ({ consumer, upstream, partition }: CheckpointKey, epoch: number, until: number): void =>
    void statements.lease.run(consumer, upstream, partition, epoch, Number.isNaN(until) ? 0 : until)

  const acquire = Effect.fnUntraced(
    function* (key: CheckpointKey, ttlMillis: number) {
      const now = yield* Clock.currentTimeMillis
      return yield* committer.record(() => {
        const { position, epoch, until } = checkpoint(statements, key)
        if (until > now) return Effect.succeed(Option.none<{ readonly position: number; readonly epoch: number }>())
        keep(key, epoch + 1, now + ttlMillis)
        return Effect.succeedSome({ position, epoch: epoch + 1 })
      })
    },
    Effect.catchTag("CommitUnknown", unsure),
  )

  const renew = Effect.fnUntraced(
    function* (key: CheckpointKey, epoch: number, ttlMillis: number) {
      const now = yield* Clock.currentTimeMillis
      return yield* committer.record(() => {
        const stored = checkpoint(statements, key)
        if (stored.epoch !== epoch) return Effect.fail(new Fenced({ epoch: stored.epoch }))
        keep(key, epoch, now + ttlMillis)
        return Effect.void
      })
    },
    Effect.catchTag("CommitUnknown", unsure),
  )

  return Checkpoints.checked({
    acquire,
    renew,
    read: (key) => attempt("reading a checkpoint", () => Effect.succeed(checkpoint(statements, key).position)),
  })
}
