/**
 * The law that a crash loses nothing that was acknowledged (S18): a process is killed between any two of its steps, with
 * or without the power of its disk, and the store is opened again on what is left.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import * as HashChain from "../../core/event/HashChain.ts"
import type { NewEvent, StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree, Difference } from "../Difference.ts"
import * as Interleaving from "../Interleaving.ts"
import * as Law from "../Law.ts"
import { show } from "../Show.ts"
import * as SimulatedDisk from "../SimulatedDisk.ts"
import * as Trace from "../Trace.ts"
import * as World from "./World.ts"

/**
 * A store that keeps files.
 *
 * @category model
 * @since 0.1.0
 */
export interface CrashSubject {
  /** Built anew, on what is left, after each crash. */
  readonly layer: Layer.Layer<World.StoreServices, unknown, FileSystem.FileSystem>
  /** How often the law is tried; 200 times, if left out. */
  readonly runs?: number | undefined
}

/** What one process does until it is killed, and what becomes of what it had not synced. */
interface Life {
  readonly writers: ReadonlyArray<ReadonlyArray<ReadonlyArray<Commits.WriteSpec>>>
  /** How often a consumer moves its checkpoint. */
  readonly moves: number
  readonly reads: number
  readonly faults: ReadonlyArray<SimulatedDisk.Fault>
  readonly choices: Interleaving.Choices
  /** After how many operations it is killed. */
  readonly killedAfter: number
  readonly fates: ReadonlyArray<SimulatedDisk.Fate>
}

const operations = fc.oneof({ withCrossShrink: true }, fc.nat(100), fc.nat(400), fc.nat(2_000))
const life: fc.Arbitrary<Life> = fc.record(
  {
    writers: program(program(Commits.writes({ maxStreams: 2 }), { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
    moves: fc.nat(2),
    reads: fc.nat(2),
    faults: fc.oneof(
      { withCrossShrink: true },
      { weight: 3, arbitrary: fc.constant<ReadonlyArray<SimulatedDisk.Fault>>([]) },
      { weight: 1, arbitrary: program(SimulatedDisk.fault, { maxLength: 20 }) },
    ),
    choices: Interleaving.choices,
    killedAfter: operations,
    fates: program(SimulatedDisk.fate, { maxLength: 8 }),
  },
  { noNullPrototype: true },
)

/** A commit that was sent, and what its sender was told. */
interface Sent {
  readonly commit: Commit.Commit
  readonly sentAt: number
  answer: Commit.Committed | undefined
  answeredAt: number
  /** It was told that nothing was recorded. */
  isRefused: boolean
}

/** What is known outside of the processes. */
interface Known {
  readonly next: Commits.Ids
  readonly sent: Array<Sent>
  readonly epochs: Array<number>
  /** The longest log that anybody has read. */
  read: ReadonlyArray<StoredEvent>
  tick: number
}

const eventsOf = ({ writes }: Commit.Commit): ReadonlyArray<NewEvent> => writes.flatMap(({ events }) => events)

/** Sends a commit, and takes down that it was sent and what was answered. */
const send = (known: Known, store: World.Store, commit: Commit.Commit) =>
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

/** A later read has what an earlier one had, also after a crash. */
const read = Effect.fnUntraced(function* (known: Known, store: World.Store) {
  const before = known.read
  const log = yield* World.log(store)
  yield* agree("what was read once, read again", { expected: before, actual: log.slice(0, before.length) })
  if (log.length > known.read.length) known.read = log
  return log
})

/** Moves the checkpoint, an event a move, for as long as the lease holds. */
const consume = Effect.fnUntraced(function* (known: Known, { store, checkpoints }: World.World, moves: number) {
  const lease = Option.getOrUndefined(yield* checkpoints.acquire(World.consumer, 0))
  if (lease === undefined) return
  known.epochs.push(lease.epoch)
  for (let from = lease.position; from < lease.position + moves; from++) {
    const write = { stream: Commits.streams[2], expected: Commit.any, events: [{ type: "Added", tags: [] }] }
    const checkpoint = { ...World.consumer, epoch: lease.epoch, from, to: from + 1 }
    yield* send(known, store, { ...Commits.commit(known.next, [write]), checkpoint })
  }
})

/** What a process does; where its disk has faults, its calls may fail. */
const live = Effect.fnUntraced(function* ({ writers, moves, reads }: Life, world: World.World, known: Known) {
  const writing = writers.map((commits, i) =>
    Effect.forEach(commits, (writes) =>
      Effect.ignore(send(known, world.store, Commits.commit(known.next, writes))),
    ).pipe(Interleaving.named(`writer ${i + 1}`)),
  )
  const consuming = Effect.ignore(consume(known, world, moves)).pipe(Interleaving.named("consumer"))
  const reading = Effect.forEach(Array.from({ length: reads }), () =>
    Effect.andThen(
      Effect.yieldNow,
      Effect.catchTag(read(known, world.store), "StoreUnavailable", () => Effect.void),
    ),
  ).pipe(Interleaving.named("reader"))
  yield* Effect.all([...writing, reading, ...(moves > 0 ? [consuming] : [])], { concurrency: "unbounded" })
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
    yield* agree(`what there is of #${numbers}`, {
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
  yield* agree("whether the next lease has an epoch of its own", {
    expected: true,
    actual: lease !== undefined && lease.epoch > Math.max(0, ...known.epochs),
  })
  known.epochs.push(lease?.epoch ?? 0)
})

const judge = Effect.fnUntraced(function* (known: Known, { store, checkpoints }: World.World) {
  const log = yield* read(known, store)
  yield* judgeLog(store, log)
  const placed = yield* judgeCommits(known, log)
  yield* judgeConsumer(known, checkpoints, log)
  return placed
})

/** Whoever sends a commit again is told what became of it; or it is recorded now. */
const repeat = Effect.fnUntraced(function* (known: Known, world: World.World) {
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

/** What a process does with the store that it opens on the disk. */
const opened = <A, E>(
  layer: CrashSubject["layer"],
  disk: Layer.Layer<FileSystem.FileSystem>,
  known: Known,
  use: (world: World.World) => Effect.Effect<A, E>,
) =>
  Effect.gen(function* () {
    const { store, checkpoints } = World.traced(yield* EventStore, yield* Checkpoints)
    return yield* use({ store, checkpoints, next: known.next })
  }).pipe(Effect.provide(Layer.fresh(layer.pipe(Layer.provide(disk)))))

/** Time goes on from one process to the next. */
const later = <A, E, R>(hours: number, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.delay(effect, `${hours} hours`)

const isFound = (cause: Cause.Cause<unknown>): boolean =>
  Option.exists(Cause.findErrorOption(cause), (error) => error instanceof Difference)

/**
 * S18
 *
 * @category laws
 * @since 0.1.0
 */
export const S18 = ({ layer, runs = 200 }: CrashSubject): Law.Law =>
  Law.make({
    name: "S18",
    title: "a crash loses nothing",
    equation:
      "a process is killed between any two steps, the power fails: what was acknowledged or read is there, the rest whole or not at all, and sent again it is answered",
    given: program(life, { minLength: 1, maxLength: 3 }),
    runs,
    holds: (lives) =>
      Trace.traced(
        Effect.gen(function* () {
          const disk = SimulatedDisk.make()
          const known: Known = { next: Commits.ids(), sent: [], epochs: [], read: [], tick: 0 }
          for (const [i, life] of lives.entries()) {
            const living = opened(layer, disk.faulty(life.faults), known, (world) => live(life, world, known))
            const exit = yield* Interleaving.killed(life.choices, life.killedAfter)(later(i, living))
            yield* Trace.say(`${Option.isNone(exit) ? "(killed) " : ""}the power fails: ${show(life.fates)}`)
            yield* disk.crash(life.fates)
            if (Option.isNone(exit) || Exit.isSuccess(exit.value)) continue
            if (life.faults.length === 0 || isFound(exit.value.cause)) return yield* exit.value
          }
          yield* Interleaving.run([])(
            later(
              8,
              opened(layer, disk.layer, known, (world) => repeat(known, world)),
            ),
          )
          yield* Trace.say("the power fails: all is lost that was not synced")
          yield* disk.crash(Array.from({ length: yield* disk.unsynced }, () => ({ _tag: "Lost" as const })))
          yield* Interleaving.run([])(
            later(
              9,
              opened(layer, disk.layer, known, (world) => judge(known, world)),
            ),
          )
        }),
      ),
  })
