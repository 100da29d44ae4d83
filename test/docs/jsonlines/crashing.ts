/** The law that a store outlives its process and the power: what was told stays true. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Difference from "../../../src/laws/Difference.ts"
import * as Interleaving from "../../../src/laws/Interleaving.ts"
import * as Law from "../../../src/laws/Law.ts"
import * as SimulatedDisk from "../../../src/laws/SimulatedDisk.ts"
import { commit, everything, numberOf, type Services } from "./support.ts"

type Store = (disk: SimulatedDisk.SimulatedDisk) => Layer.Layer<Services, unknown>

/** What callers were told: which event is at which position, what they saw, and what is not there. */
interface Told {
  readonly recorded: Array<readonly [position: number, event: number]>
  readonly seen: Array<ReadonlyArray<number>>
  readonly refused: Array<number>
}

const numbers = Effect.map(everything, (events) => events.map(numberOf))

const writing = (told: Told, n: number) =>
  commit("a", n).pipe(
    Effect.tap(({ position }) => Effect.sync(() => told.recorded.push([position, n]))),
    Effect.tapError(({ _tag }) =>
      Effect.sync(() => {
        if (_tag === "StoreUnavailable") told.refused.push(n)
      }),
    ),
    Effect.andThen(numbers),
    Effect.tap((seen) => Effect.sync(() => told.seen.push(seen))),
    Effect.ignore,
  )

/** Fails where something that was told is not so. */
const check = Effect.fnUntraced(function* (log: ReadonlyArray<number>, { recorded, seen, refused }: Told) {
  for (const [position, event] of recorded) {
    yield* Difference.agree(`what is at position ${position}`, { expected: event, actual: log[position - 1] })
  }
  for (const read of seen) {
    yield* Difference.agree("what was read before", { expected: read, actual: log.slice(0, read.length) })
  }
  const back = refused.filter((event) => log.includes(event))
  yield* Difference.agree("what was refused and is there", { expected: [], actual: back })
})

/** Faults of the disk pass: a few attempts later, it opens, or never. */
const opened = <E>(layer: Layer.Layer<Services, E>) =>
  Effect.gen(function* () {
    let exit = yield* Effect.exit(Effect.provide(numbers, Layer.fresh(layer)))
    for (let attempt = 0; attempt < 30 && Exit.isFailure(exit); attempt++) {
      exit = yield* Effect.exit(Effect.provide(numbers, Layer.fresh(layer)))
    }
    return yield* exit
  })

const fates = fc.array(SimulatedDisk.fate, { maxLength: 6 })

export const crashing = (store: Store): Law.Law =>
  Law.make({
    name: "S18",
    title: "crash",
    equation:
      "the process is killed anywhere, and the power fails: what was recorded or read is there, what was refused is not",
    given: fc.record(
      {
        commits: fc.integer({ min: 1, max: 3 }),
        atOnce: fc.boolean(),
        faults: fc.array(SimulatedDisk.fault, { maxLength: 20 }),
        killedAfter: fc.nat(2500),
        fates,
        later: fates,
      },
      { noNullPrototype: true },
    ),
    runs: 400,
    must: ["a commit that was told", "a commit that was refused"],
    holds: Effect.fnUntraced(function* ({ commits, atOnce, faults, killedAfter, fates, later }, seen) {
      const disk = SimulatedDisk.make(faults)
      const told: Told = { recorded: [], seen: [], refused: [] }
      const all = Array.from({ length: commits }, (_, i) => i + 1)
      yield* Effect.forEach(all, (n) => writing(told, n), { concurrency: atOnce ? "unbounded" : 1 }).pipe(
        Effect.provide(Layer.fresh(store(disk))),
        Interleaving.killed([], killedAfter),
      )
      if (told.recorded.length > 0) seen("a commit that was told")
      if (told.refused.length > 0) seen("a commit that was refused")
      // What the next process reads stays, too.
      for (const each of [fates, later]) {
        yield* disk.crash(each)
        const log = yield* opened(store(disk))
        yield* check(log, told)
        told.seen.push(log)
      }
    }),
  })
