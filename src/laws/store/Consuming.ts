/**
 * Laws of consumers: a checkpoint moves with the events, once, under the lease that is in force.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as World from "./World.ts"

const long = 3_600_000
const keys: ReadonlyArray<Commit.CheckpointKey> = [World.consumer, { ...World.consumer, partition: 1 }]

type Operation =
  | { readonly _tag: "Acquire"; readonly partition: number; readonly ttlMillis: number }
  | { readonly _tag: "Renew"; readonly partition: number; readonly stale: boolean; readonly ttlMillis: number }
  | {
      readonly _tag: "Move"
      readonly partition: number
      readonly epoch: -1 | 0 | 1
      readonly from: -1 | 0 | 1
      readonly by: number
      readonly events: boolean
      readonly conflict: boolean
    }

const mostly = <A>(usual: A, ...seldom: ReadonlyArray<A>): fc.Arbitrary<A> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...seldom) })

const partition = fc.nat(1)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ _tag: fc.constant("Acquire" as const), partition, ttlMillis: fc.constantFrom(0, long) }),
  fc.record({
    _tag: fc.constant("Renew" as const),
    partition,
    stale: fc.boolean(),
    ttlMillis: fc.constantFrom(0, long),
  }),
  fc.record({
    _tag: fc.constant("Move" as const),
    partition,
    epoch: mostly<-1 | 0 | 1>(0, -1, 1),
    from: mostly<-1 | 0 | 1>(0, -1, 1),
    by: fc.integer({ min: -1, max: 3 }),
    events: fc.boolean(),
    conflict: mostly(false, true),
  }),
)

interface Lease {
  position: number
  epoch: number
  held: boolean
}

/** What the table of a consumer's moves says: the first thing that is wrong, in the order of the decision. */
const judge = (lease: Lease, move: Commit.CheckpointMove, conflict: boolean): object => {
  if (move.epoch !== lease.epoch) return { _tag: "Fenced", epoch: lease.epoch }
  if (move.from !== lease.position || move.to < move.from) {
    return { _tag: "CheckpointConflict", stored: lease.position }
  }
  if (!conflict) return { _tag: "Committed" }
  return { _tag: "VersionConflict", stream: Commits.streams[1], expected: Commit.exact(9), actual: 0 }
}

const run = Effect.fnUntraced(function* (
  { store, checkpoints, next }: World.World,
  operation: Operation,
  lease: Lease,
  key: Commit.CheckpointKey,
) {
  switch (operation._tag) {
    case "Acquire": {
      const answer = yield* checkpoints.acquire(key, operation.ttlMillis)
      const granted = { position: lease.position, epoch: lease.epoch + 1 }
      yield* agree("the lease", {
        expected: lease.held ? "held by another" : granted,
        actual: Option.getOrElse(answer, () => "held by another"),
      })
      if (!lease.held) {
        lease.epoch++
        lease.held = operation.ttlMillis > 0
      }
      return []
    }
    case "Renew": {
      if (lease.epoch === 0) return []
      const epoch = operation.stale ? lease.epoch - 1 : lease.epoch
      const answer = yield* Effect.result(checkpoints.renew(key, epoch, operation.ttlMillis))
      const failure = Result.isFailure(answer) ? answer.failure : undefined
      yield* agree("the answer to renewing", {
        expected: operation.stale ? { _tag: "Fenced", epoch: lease.epoch } : undefined,
        actual: failure?._tag === "Fenced" ? { _tag: "Fenced", epoch: failure.epoch } : failure,
      })
      if (!operation.stale) lease.held = operation.ttlMillis > 0
      return []
    }
    case "Move": {
      const from = Math.max(0, lease.position + operation.from)
      const epoch = Math.max(0, lease.epoch + operation.epoch)
      const move = { ...key, epoch, from, to: Math.max(0, from + operation.by) }
      const written: ReadonlyArray<Commits.WriteSpec> = [
        ...(operation.events
          ? [{ stream: Commits.streams[0], expected: Commit.any, events: [{ type: "Added", tags: [] }] }]
          : []),
        ...(operation.conflict ? [{ stream: Commits.streams[1], expected: Commit.exact(9), events: [] }] : []),
      ]
      const commit = Commits.commit(next, written)
      const outcome = yield* World.outcome(store.commit({ ...commit, checkpoint: move }))
      const expected = judge(lease, move, operation.conflict)
      const accepted = Result.isSuccess(outcome)
      yield* agree("the answer to moving the checkpoint", {
        expected,
        actual: accepted ? { _tag: "Committed" } : World.plain(outcome),
      })
      if (!accepted) return []
      lease.position = move.to
      return commit.writes.flatMap(({ events }) => events.map(World.numberOf))
    }
  }
})

/** Keys that no checkpoint can have. */
const odd: fc.Arbitrary<Commit.CheckpointKey> = fc.oneof(
  fc.constantFrom(-1, 0.5, Number.NaN, 2 ** 53).map((partition) => ({ ...World.consumer, partition })),
  fc.constantFrom("", "\0", "\ud800", "x".repeat(513)).map((consumer) => ({ ...World.consumer, consumer })),
  fc.constantFrom("", "\udc00").map((upstream) => ({ ...World.consumer, upstream })),
)

/**
 * @category laws
 * @since 0.1.0
 */
export const S15: World.StoreLaw = World.concurrentLaw({
  name: "S15",
  title: "exactly once",
  equation:
    "a commit with checkpoint from → to and epoch succeeds iff from is stored and epoch in force; events and checkpoint move together or not at all",
  given: fc.record({
    operations: program(operation, { maxLength: 8 }),
    rivals: fc.integer({ min: 2, max: 4 }),
    odd,
  }),
  holds: Effect.fnUntraced(function* ({ operations, rivals, odd }, world) {
    const { store, checkpoints, next } = world
    const leases: ReadonlyArray<Lease> = keys.map(() => ({ position: 0, epoch: 0, held: false }))
    const recorded: Array<number> = []
    for (const operation of operations) {
      const [lease, key] = [leases[operation.partition], keys[operation.partition]]
      if (lease === undefined || key === undefined) continue
      recorded.push(...(yield* run(world, operation, lease, key)))
      yield* agree("the checkpoints", {
        expected: leases.map(({ position }) => position),
        actual: yield* Effect.forEach(keys, (each) => checkpoints.read(each)),
      })
      yield* agree("what was recorded", {
        expected: recorded,
        actual: (yield* World.log(store)).map(World.numberOf),
      })
    }

    const refusals = {
      acquire: checkpoints.acquire(odd, 0),
      renew: checkpoints.renew(odd, 0, 0),
      read: checkpoints.read(odd),
    }
    for (const [asked, answer] of Object.entries(refusals)) {
      const failure = yield* Effect.result(answer)
      yield* agree(`the answer to ${asked} with a key that no checkpoint can have`, {
        expected: "InvalidInput",
        actual: Result.isFailure(failure) ? failure.failure._tag : failure.success,
      })
    }

    const [from, epoch] = [leases[0]?.position ?? 0, leases[0]?.epoch ?? 0]
    const ran = yield* World.atOnce(
      "consumer",
      Array.from({ length: rivals }),
      Effect.fnUntraced(function* () {
        const commit = Commits.commit(next, [
          { stream: Commits.streams[0], expected: Commit.any, events: [{ type: "Removed", tags: [] }] },
        ])
        const checkpoint = { ...World.consumer, epoch, from, to: from + 1 }
        const outcome = yield* World.outcome(store.commit({ ...commit, checkpoint }))
        return { ids: commit.writes.flatMap(({ events }) => events.map(World.numberOf)), outcome }
      }),
    )
    const won = ran.filter(({ outcome }) => Result.isSuccess(outcome))
    yield* agree("the answers to commits from one checkpoint at once", {
      expected: ran.map((rival) => (rival === won[0] ? "Committed" : "CheckpointConflict")),
      actual: ran.map(({ outcome }) => World.tagOf(outcome)),
    })
    yield* agree("what was recorded after it", {
      expected: [...recorded, ...won.flatMap(({ ids }) => ids)],
      actual: (yield* World.log(store)).map(World.numberOf),
    })
    yield* agree("the checkpoint after it", { expected: from + 1, actual: yield* checkpoints.read(World.consumer) })
  }),
})
