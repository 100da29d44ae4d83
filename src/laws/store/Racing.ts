/**
 * Laws of concurrent writers: who wins, and who may not lose.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as World from "./World.ts"

const [contested, , other] = Commits.streams

const writers = program(
  fc.record({ events: fc.array(Commits.content, { minLength: 1, maxLength: 2 }), besides: fc.boolean() }),
  { minLength: 2, maxLength: 5 },
)

const race = Effect.fnUntraced(function* (
  { store, next }: World.World,
  racers: typeof writers extends fc.Arbitrary<infer A> ? A : never,
  expected: Commit.ExpectedVersion,
) {
  return yield* World.atOnce(
    "writer",
    racers,
    Effect.fnUntraced(function* ({ events, besides }) {
      const write = { stream: contested, expected, events }
      // Some write to a second stream first, which nobody contests: it must not keep what the contested one loses.
      const also = { stream: other, expected: Commit.any, events }
      const commit = Commits.commit(next, besides ? [also, write] : [write])
      const outcome = yield* World.outcome(store.commit(commit))
      return { ids: commit.writes.flatMap((written) => written.events.map(World.numberOf)), outcome }
    }),
  )
})

/**
 * @category laws
 * @since 0.1.0
 */
export const S7: World.StoreLaw = World.concurrentLaw({
  name: "S7",
  title: "a single winner",
  equation: "k concurrent commits expecting version v: one succeeds, k-1 are VersionConflicts that leave no trace",
  given: fc.record({ before: fc.nat(2), writers, noStream: fc.boolean() }),
  holds: Effect.fnUntraced(function* ({ before, writers, noStream }, world) {
    for (let i = 0; i < before; i++) {
      yield* World.record(world, [{ stream: contested, expected: Commit.any, events: [{ type: "Added", tags: [] }] }])
    }
    const recorded = (yield* World.log(world.store)).map(World.numberOf)
    const expected = before === 0 && noStream ? Commit.noStream : Commit.exact(before)
    const ran = yield* race(world, writers, expected)
    const won = ran.filter(({ outcome }) => Result.isSuccess(outcome))
    yield* agree("how many commits succeeded", { expected: 1, actual: won.length })
    const events = yield* world.store.readStream(contested)
    for (const { outcome } of ran) {
      if (Result.isSuccess(outcome)) continue
      yield* agree("the answer to a loser", {
        expected: { _tag: "VersionConflict", stream: contested, expected, actual: events.length },
        actual: World.plain(outcome),
      })
    }
    yield* agree("what was recorded", {
      expected: [...recorded, ...won.flatMap(({ ids }) => ids)],
      actual: (yield* World.log(world.store)).map(World.numberOf),
    })
  }),
})

/**
 * @category laws
 * @since 0.1.0
 */
export const S8: World.StoreLaw = World.concurrentLaw({
  name: "S8",
  title: "Any never conflicts",
  equation: "k concurrent commits expecting Any: k succeed, each event is there once",
  given: writers,
  holds: Effect.fnUntraced(function* (writers, world) {
    const ran = yield* race(world, writers, Commit.any)
    yield* agree("the answers", {
      expected: ran.map(() => "Committed"),
      actual: ran.map(({ outcome }) => World.tagOf(outcome)),
    })
    yield* agree("what was recorded", {
      expected: ran.flatMap(({ ids }) => ids).toSorted((a, b) => a - b),
      actual: (yield* World.log(world.store)).map(World.numberOf).toSorted((a, b) => a - b),
    })
  }),
})
