/**
 * What is known outside of the processes that use a store, and what the store has to answer for after a crash.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Commit from "../../core/event/Commit.ts"
import * as HashChain from "../../core/event/HashChain.ts"
import type { NewEvent, StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { agree } from "../Difference.ts"
import * as World from "./World.ts"

/** A commit that was sent, and what its sender was told. */
interface Sent {
  readonly commit: Commit.Commit
  readonly sentAt: number
  answer: Commit.Committed | undefined
  answeredAt: number
  /** It was told that nothing was recorded. */
  isRefused: boolean
}

/**
 * What is known outside of the processes.
 *
 * @category model
 * @since 0.1.0
 */
export interface Known {
  readonly next: Commits.Ids
  readonly sent: Array<Sent>
  readonly epochs: Array<number>
  /** The longest log that anybody has read. */
  read: ReadonlyArray<StoredEvent>
  tick: number
}

/** @category constructors @since 0.1.0 */
export const nothing = (): Known => ({ next: Commits.ids(), sent: [], epochs: [], read: [], tick: 0 })

const eventsOf = ({ writes }: Commit.Commit): ReadonlyArray<NewEvent> => writes.flatMap(({ events }) => events)

/**
 * Sends a commit, and takes down that it was sent and what was answered.
 *
 * @category running
 * @since 0.1.0
 */
export const send = (known: Known, store: World.Store, commit: Commit.Commit) =>
  Effect.suspend(() => {
    const sent: Sent = {
      commit,
      sentAt: known.tick++,
      answer: undefined,
      answeredAt: Number.POSITIVE_INFINITY,
      isRefused: false,
    }
    known.sent.push(sent)
    return store.commit(commit).pipe(
      Effect.tap((answer) =>
        Effect.sync(() => {
          sent.answer = answer
          sent.answeredAt = known.tick++
        }),
      ),
      Effect.tapError((error) =>
        Effect.sync(() => {
          sent.isRefused = error._tag !== "CommitUnknown"
        }),
      ),
    )
  })

/**
 * A later read has what an earlier one had, also after a crash.
 *
 * @category running
 * @since 0.1.0
 */
export const read = Effect.fnUntraced(function* (known: Known, store: World.Store) {
  const before = known.read
  const log = yield* World.log(store)
  yield* agree("what was read once, read again", { expected: before, actual: log.slice(0, before.length) })
  if (log.length > known.read.length) known.read = log
  return log
})

/** Versions and positions without holes, and links that hold. */
const judgeLog = Effect.fnUntraced(function* (store: World.Store, log: ReadonlyArray<StoredEvent>) {
  yield* agree("the positions", { expected: log.map((_, i) => i + 1), actual: log.map(({ position }) => position) })
  yield* agree("the head", { expected: log.length, actual: yield* store.head })
  for (const stream of Commits.streams) {
    const events = yield* store.readStream(stream)
    const name = StreamName.format(stream)
    yield* agree(`${name}, read by itself`, {
      expected: log.filter((event) => StreamName.equals(event.stream, stream)),
      actual: events,
    })
    yield* agree(`the versions of ${name}`, {
      expected: events.map((_, i) => i + 1),
      actual: events.map(({ version }) => version),
    })
    yield* agree(`the hash chain of ${name}`, {
      expected: "Right",
      actual: HashChain.verify(Commits.sha256)(stream, events)._tag,
    })
  }
})

/** What is recorded of each commit: all of it at once, or nothing where nobody was told otherwise. */
const judgeCommits = Effect.fnUntraced(function* (known: Known, log: ReadonlyArray<StoredEvent>) {
  const positions = new Map(log.map(({ id, position }) => [id, position]))
  const placed = known.sent.map((sent) => ({ sent, at: positions.get(eventsOf(sent.commit)[0]?.id ?? "") }))
  for (const { sent, at } of placed) {
    const numbers = eventsOf(sent.commit).map(World.numberOf).join(", #")
    if (at === undefined) {
      yield* agree(`whether #${numbers} is there, of which its sender was told`, {
        expected: sent.answer,
        actual: undefined,
      })
    }
    const found = log.filter(({ id }) => eventsOf(sent.commit).some((event) => event.id === id))
    const told = sent.isRefused ? ", of which its sender was told that nothing was recorded" : ""
    yield* agree(`what there is of #${numbers}${told}`, {
      expected: at === undefined || sent.isRefused ? [] : eventsOf(sent.commit),
      actual: found.map(World.unstored),
    })
    yield* agree(`where #${numbers} is`, {
      expected: found.map((_, i) => (at ?? 0) + i),
      actual: found.map(({ position }) => position),
    })
    for (const { sent: earlier, at: before } of placed) {
      if (earlier.answeredAt > sent.sentAt || at === undefined) continue
      yield* agree(`whether #${numbers} comes after what was answered before it was sent`, {
        expected: true,
        actual: (before ?? Number.POSITIVE_INFINITY) < at,
      })
    }
  }
  const all = new Set(known.sent.flatMap(({ commit }) => eventsOf(commit).map(({ id }) => id)))
  yield* agree("what is there and nobody sent", { expected: [], actual: log.filter(({ id }) => !all.has(id)) })
  return placed
})

const consuming = ({ commit }: Sent): boolean => commit.checkpoint !== undefined

/** The checkpoint is where the commits that moved it have left it, under an epoch that nobody had before. */
const judgeConsumer = Effect.fnUntraced(function* (
  known: Known,
  checkpoints: World.World["checkpoints"],
  log: ReadonlyArray<StoredEvent>,
) {
  const ids = new Set(log.map(({ id }) => id))
  const moved = known.sent.filter((sent) => consuming(sent) && eventsOf(sent.commit).every(({ id }) => ids.has(id)))
  yield* agree("the checkpoint", { expected: moved.length, actual: yield* checkpoints.read(World.consumer) })
  const lease = Option.getOrUndefined(yield* checkpoints.acquire(World.consumer, 0))
  const latest = Math.max(0, ...known.epochs)
  const epoch = lease?.epoch ?? "held by somebody who is dead"
  yield* agree(`the epoch of the next lease, after one in epoch ${latest},`, {
    expected: lease !== undefined && lease.epoch > latest ? epoch : latest + 1,
    actual: epoch,
  })
  known.epochs.push(lease?.epoch ?? 0)
})

/**
 * What is there, and that all of it may be.
 *
 * @category judging
 * @since 0.1.0
 */
export const judge = Effect.fnUntraced(function* (known: Known, { store, checkpoints }: World.World) {
  const log = yield* read(known, store)
  yield* judgeLog(store, log)
  const placed = yield* judgeCommits(known, log)
  yield* judgeConsumer(known, checkpoints, log)
  return placed
})

/**
 * Whoever sends a commit again is told what became of it; or it is recorded now.
 *
 * @category judging
 * @since 0.1.0
 */
export const repeat = Effect.fnUntraced(function* (known: Known, world: World.World) {
  for (const { sent, at } of yield* judge(known, world)) {
    // One that is not there has lost its lease.
    if (consuming(sent) && at === undefined) continue
    const events = eventsOf(sent.commit)
    const answer = yield* world.store.commit(sent.commit)
    const { repeated, position } = answer
    yield* agree(`the answer to #${events.map(World.numberOf).join(", #")}, sent again`, {
      expected: {
        repeated: at !== undefined,
        position: at === undefined ? known.read.length + events.length : at + events.length - 1,
        streams: sent.answer?.streams ?? answer.streams,
      },
      actual: { repeated, position, streams: answer.streams },
    })
    sent.answer = answer
    sent.isRefused = false
    yield* read(known, world.store)
  }
})
