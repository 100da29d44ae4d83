/**
 * Laws of consumers: a checkpoint moves with the events, once, under the lease that is in force.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Interleaving from "../Interleaving.ts"
import type * as Law from "../Law.ts"
import * as World from "./World.ts"

const short = 60_000
const long = 3_600_000
const { consumer, upstream } = World.consumer
/** Whose parts, joined, may read alike: each has a lease and a checkpoint of its own. */
const keys: ReadonlyArray<Commit.CheckpointKey> = [
  World.consumer,
  { ...World.consumer, partition: 1 },
  { ...World.consumer, upstream: "queue" },
  { ...World.consumer, consumer: "another" },
  { ...World.consumer, consumer: `${consumer}-${upstream}`, upstream: consumer },
  { ...World.consumer, upstream: `${upstream}-${consumer}` },
]

type Operation =
  | { readonly _tag: "Acquire"; readonly which: number; readonly ttlMillis: number }
  | { readonly _tag: "Renew"; readonly which: number; readonly stale: boolean; readonly ttlMillis: number }
  | { readonly _tag: "Wait"; readonly millis: number }
  /** The commit that moved the checkpoint last, or before, sent again. */
  | { readonly _tag: "Repeat"; readonly which: number; readonly back: number }
  | {
      readonly _tag: "Move"
      readonly which: number
      readonly epoch: -1 | 0 | 1
      readonly from: -1 | 0 | 1
      readonly by: number
      readonly events: boolean
      readonly conflict: boolean
    }

const heldByAnother = "held by another"

const mostly = <A>(usual: A, ...seldom: ReadonlyArray<A>): fc.Arbitrary<A> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...seldom) })

const which = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(keys.length - 1) })
const ttlMillis = fc.constantFrom(0, short, long)
const acquire = fc.record({ _tag: fc.constant("Acquire" as const), which, ttlMillis })
const renew = fc.record({ _tag: fc.constant("Renew" as const), which, stale: mostly(false, true), ttlMillis })
const wait = fc.record({ _tag: fc.constant("Wait" as const), millis: fc.constantFrom(short - 1, short, long) })
const repeat = fc.record({ _tag: fc.constant("Repeat" as const), which, back: fc.nat(1) })
const move = fc.record({
  _tag: fc.constant("Move" as const),
  which,
  epoch: mostly<-1 | 0 | 1>(0, -1, 1),
  from: mostly<-1 | 0 | 1>(0, -1, 1),
  by: fc.integer({ min: -1, max: 3 }),
  events: mostly(true, false),
  conflict: mostly(false, true),
})
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: acquire },
  { weight: 1, arbitrary: renew },
  { weight: 1, arbitrary: wait },
  { weight: 2, arbitrary: repeat },
  { weight: 3, arbitrary: move },
)

interface Lease {
  position: number
  epoch: number
  /** Until when it is held: at the least, and at the most, for a store may take its time. */
  until: readonly [number, number]
  /** The commits that moved the checkpoint. */
  readonly moved: Array<Commit.Commit>
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
  operation: Exclude<Operation, { readonly _tag: "Wait" }>,
  lease: Lease,
  key: Commit.CheckpointKey,
  seen: Law.Seen,
) {
  const before = yield* Clock.currentTimeMillis
  const lasts = (ttlMillis: number) =>
    Effect.map(Clock.currentTimeMillis, (after): Lease["until"] => [before + ttlMillis, after + ttlMillis])
  switch (operation._tag) {
    case "Acquire": {
      const answer = yield* checkpoints.acquire(key, operation.ttlMillis)
      const until = yield* lasts(0)
      const isHeld = lease.until[0] > until[1] || (lease.until[1] > until[0] && Option.isNone(answer))
      yield* agree("the lease", {
        expected: isHeld ? heldByAnother : { position: lease.position, epoch: lease.epoch + 1 },
        actual: Option.getOrElse(answer, () => heldByAnother),
      })
      seen(isHeld ? "a lease that is held" : lease.epoch === 0 ? "a first lease" : "a lease that was free again")
      if (!isHeld) {
        lease.epoch++
        lease.until = yield* lasts(operation.ttlMillis)
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
      if (!operation.stale) lease.until = yield* lasts(operation.ttlMillis)
      return []
    }
    case "Repeat": {
      const commit = lease.moved.at(-1 - operation.back)
      if (commit === undefined) return []
      const outcome = yield* World.outcome(store.commit(commit))
      yield* agree("whether a commit that moved the checkpoint, sent again, is answered again", {
        expected: { _tag: "Committed", repeated: true },
        actual: Result.isSuccess(outcome)
          ? { _tag: "Committed", repeated: outcome.success.repeated }
          : World.plain(outcome),
      })
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
      const commit = { ...Commits.commit(next, written), checkpoint: move }
      const outcome = yield* World.outcome(store.commit(commit))
      const expected = judge(lease, move, operation.conflict)
      const accepted = Result.isSuccess(outcome)
      yield* agree("the answer to moving the checkpoint", {
        expected,
        actual: accepted ? { _tag: "Committed" } : World.plain(outcome),
      })
      if (!accepted) return []
      lease.position = move.to
      // One without events cannot be told from a new one.
      if (operation.events) lease.moved.push(commit)
      return commit.writes.flatMap(({ events }) => events.map(World.numberOf))
    }
  }
})

/** Rivals at work on one checkpoint, at once: first in one epoch, then for the next one. */
const contend = Effect.fnUntraced(function* (
  { store, checkpoints, next }: World.World,
  rivals: number,
  { position, epoch }: { readonly position: number; readonly epoch: number },
  before: ReadonlyArray<number>,
) {
  const recorded = [...before]
  const move = Effect.fnUntraced(function* (from: number) {
    const commit = Commits.commit(next, [
      { stream: Commits.streams[0], expected: Commit.any, events: [{ type: "Removed", tags: [] }] },
    ])
    const checkpoint = { ...World.consumer, epoch, from, to: from + 1 }
    const outcome = yield* World.outcome(store.commit({ ...commit, checkpoint }))
    if (Result.isSuccess(outcome)) recorded.push(...commit.writes.flatMap(({ events }) => events.map(World.numberOf)))
    return outcome
  })
  const judge = Effect.fnUntraced(function* (when: string, position: number) {
    const log = yield* World.log(store)
    yield* agree(`what is recorded ${when}`, { expected: recorded, actual: log.map(World.numberOf) })
    yield* agree(`the checkpoint ${when}`, { expected: position, actual: yield* checkpoints.read(World.consumer) })
  })

  const renewing = epoch === 0 ? Effect.void : Effect.asVoid(checkpoints.renew(World.consumer, epoch, 0))
  const [moved] = yield* Effect.all(
    [
      World.atOnce("consumer", Array.from({ length: rivals }), () => move(position)),
      Interleaving.named("keeper")(renewing),
    ],
    { concurrency: "unbounded" },
  )
  const won = moved.findIndex(Result.isSuccess)
  yield* agree("the answers to commits from one checkpoint at once", {
    expected: moved.map((_, i) => (i === won ? "Committed" : "CheckpointConflict")),
    actual: moved.map(World.tagOf),
  })
  yield* judge("after commits from one checkpoint at once", position + 1)

  yield* Effect.sleep(long)
  const [leases, late] = yield* Effect.all(
    [
      World.atOnce("consumer", Array.from({ length: rivals }), () => checkpoints.acquire(World.consumer, long)),
      Interleaving.named("the one before")(move(position + 1)),
    ],
    { concurrency: "unbounded" },
  )
  const isFenced = Result.isFailure(late)
  const reached = isFenced ? position + 1 : position + 2
  const granted = leases.findIndex(Option.isSome)
  yield* agree("the leases of those who ask at once", {
    expected: leases.map((_, i) => (i === granted ? { position: reached, epoch: epoch + 1 } : heldByAnother)),
    actual: leases.map(Option.getOrElse(() => heldByAnother)),
  })
  if (isFenced) {
    yield* agree("the answer to whoever had the lease before", {
      expected: { _tag: "Fenced", epoch: epoch + 1 },
      actual: World.plain(late),
    })
  }
  yield* judge("after leases were asked for at once", reached)
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
    operations: program(operation, { maxLength: 16 }),
    rivals: fc.integer({ min: 2, max: 4 }),
    odd,
  }),
  must: ["a repeat", "Fenced", "CheckpointConflict", "a lease that is held", "a lease that was free again"],
  holds: Effect.fnUntraced(function* ({ operations, rivals, odd }, world, seen) {
    const { store, checkpoints } = world
    const leases: ReadonlyArray<Lease> = keys.map(() => ({
      position: 0,
      epoch: 0,
      until: [0, 0],
      moved: [],
    }))
    const recorded: Array<number> = []
    for (const operation of operations) {
      if (operation._tag === "Wait") {
        yield* Effect.sleep(operation.millis)
        continue
      }
      const [lease, key] = [leases[operation.which], keys[operation.which]]
      if (lease === undefined || key === undefined) continue
      recorded.push(...(yield* run(world, operation, lease, key, seen)))
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

    yield* contend(world, rivals, { position: leases[0]?.position ?? 0, epoch: leases[0]?.epoch ?? 0 }, recorded)
  }),
})
