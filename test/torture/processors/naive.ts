/**
 * A naive store model: what commands decide is in one commit, and the checkpoint in the next; whoever had the lease once
 * works on. The checks must catch it.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ReadModel } from "everfold"

export const naive = Effect.fnUntraced(function* <Tx>(real: ReadModel.ReadModel<Tx>, name: string) {
  // A checkpoint that nobody else has: whatever is done under it is a commit and nothing more.
  const own = { consumer: `naive-${name}-${process.pid}-${Date.now()}`, upstream: "log", partition: 0 }
  const { epoch } = Option.getOrThrow(yield* real.acquire(own, 3_600_000))
  const model: ReadModel.ReadModel<Tx> = {
    ...real,
    transact: (move, work) =>
      Effect.tap(real.transact({ ...own, epoch, from: 0, to: 0 }, work), () => real.transact(move, () => Effect.void)),
  }
  return model
})
