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
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { Difference } from "../Difference.ts"
import * as Interleaving from "../Interleaving.ts"
import * as Law from "../Law.ts"
import { show } from "../Show.ts"
import * as SimulatedDisk from "../SimulatedDisk.ts"
import * as Trace from "../Trace.ts"
import { judge, type Known, nothing, read, repeat, send } from "./Survival.ts"
import * as World from "./World.ts"

/**
 * A store that keeps files.
 *
 * @example
 * ```ts
 * import type * as FileSystem from "effect/FileSystem"
 * import type * as Layer from "effect/Layer"
 * import type { StoreLaws } from "everfold/laws"
 *
 * declare const layer: Layer.Layer<StoreLaws.StoreServices, never, FileSystem.FileSystem>
 *
 * const subject: StoreLaws.CrashSubject = { layer, runs: 1000 }
 * ```
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

/** What a process does with the store that it opens on the disk. */
const opened = <A, E>(
  layer: CrashSubject["layer"],
  disk: Layer.Layer<FileSystem.FileSystem>,
  known: Known,
  seen: Law.Seen,
  use: (world: World.World) => Effect.Effect<A, E>,
) =>
  Effect.gen(function* () {
    const { store, checkpoints } = World.traced(yield* EventStore, yield* Checkpoints, seen)
    return yield* use({ store, checkpoints, next: known.next })
  }).pipe(Effect.provide(Layer.fresh(layer.pipe(Layer.provide(disk)))))

/** Time goes on from one process to the next. */
const later = <A, E, R>(hours: number, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.delay(effect, `${hours} hours`)

const isFound = (cause: Cause.Cause<unknown>): boolean =>
  Option.exists(Cause.findErrorOption(cause), (error) => error instanceof Difference)

const killed = "a process that is killed"
const lost = "a change that is lost, in whole or in part"

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
    must: [killed, lost],
    holds: (lives, seen) =>
      Trace.traced(
        Effect.gen(function* () {
          const disk = SimulatedDisk.make()
          const known = nothing()
          for (const [i, life] of lives.entries()) {
            const living = opened(layer, disk.faulty(life.faults), known, seen, (world) => live(life, world, known))
            const exit = yield* Interleaving.killed(life.choices, life.killedAfter)(later(i, living))
            if (Option.isNone(exit)) seen(killed)
            const unsynced = yield* disk.unsynced
            if (life.fates.slice(0, unsynced).some(({ _tag }) => _tag !== "Kept")) seen(lost)
            yield* Trace.say(`${Option.isNone(exit) ? "(killed) " : ""}the power fails: ${show(life.fates)}`)
            yield* disk.crash(life.fates)
            if (Option.isNone(exit) || Exit.isSuccess(exit.value)) continue
            if (life.faults.length === 0 || isFound(exit.value.cause)) return yield* exit.value
          }
          yield* Interleaving.run([])(
            later(
              8,
              opened(layer, disk.layer, known, seen, (world) => repeat(known, world)),
            ),
          )
          yield* Trace.say("the power fails: all is lost that was not synced")
          yield* disk.crash(Array.from({ length: yield* disk.unsynced }, () => ({ _tag: "Lost" as const })))
          yield* Interleaving.run([])(
            later(
              9,
              opened(layer, disk.layer, known, seen, (world) => judge(known, world)),
            ),
          )
        }),
      ),
  })
