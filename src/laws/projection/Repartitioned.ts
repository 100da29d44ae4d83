/**
 * Another number of partitions.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as fc from "fast-check"
import { EventStore } from "../../core/port/EventStore.ts"
import * as Projection from "../../core/program/Projection.ts"
import { keysOf, layoutAt, layoutKeyOf } from "../../core/program/ProjectionKey.ts"
import { agree } from "../Difference.ts"
import * as Interleaving from "../Interleaving.ts"
import * as Law from "../Law.ts"
import { inProcess, type Trial } from "./Trial.ts"

const number = fc.integer({ min: 1, max: 4 })

/** Instances of two numbers beside each other, all of them killed after so many operations. */
const round = fc.record({
  recorded: fc.nat(4),
  before: number,
  after: number,
  // Some are killed while they begin, some while they change the number, some once they have.
  kill: fc.oneof(fc.nat(600), fc.integer({ min: 1500, max: 4000 }), fc.nat(20_000)),
})

/** @category laws @since 0.1.0 */
export const P11 = <Id, Tx, E, Err, A, LayerError>({
  projection,
  runs,
  read,
  history,
  built,
  record,
  expected,
}: Trial<Id, Tx, E, Err, A, LayerError>) =>
  Law.make({
    name: "P11",
    title: "another number of partitions",
    equation:
      "instances of other numbers of partitions work beside those there are, are slow, are killed, and park some: the model = that of one instance",
    given: fc.record({
      history,
      rounds: fc.array(round, { minLength: 1, maxLength: 4 }),
      slow: fc.array(fc.constantFrom(0, 200, 1500), { minLength: 1, maxLength: 8 }),
      refused: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 2 }),
      batch: fc.integer({ min: 1, max: 4 }),
      last: number,
      choices: Interleaving.choices,
    }),
    runs,
    must: ["another number", "killed in the middle of a change", "a partition that is behind", "parked at a change"],
    holds: Effect.fnUntraced(function* ({ history, rounds, slow, refused, batch, last, choices }, seen) {
      const world = yield* built
      let handled = 0
      const whole = yield* Effect.provide(projection.model, world)
      const layoutKey = layoutKeyOf(projection)
      const layout = Effect.map(whole.read(layoutKey), (position) => layoutAt(position, projection))
      /** What there is when a change begins. */
      const look = Effect.gen(function* () {
        const leaving = yield* layout
        if (!leaving.isClosing) return
        const keys = keysOf(projection, leaving)
        const positions = yield* Effect.forEach(keys, whole.read)
        if (Math.min(...positions) < Math.max(...positions)) seen("a partition that is behind")
        const parked = yield* Effect.forEach(keys, whole.parked)
        if (parked.flat().length > 0) seen("parked at a change")
      })
      const model: typeof whole = {
        ...whole,
        transact: (move, work) =>
          Effect.tap(whole.transact(move, work), move.consumer === layoutKey.consumer ? look : Effect.void),
      }
      const of = (partitions: number): typeof projection => ({
        ...projection,
        partitions,
        model: Effect.succeed(model),
      })
      /** It cannot handle some events. */
      const refusing = (partitions: number): typeof projection => ({
        ...of(partitions),
        handle: (events, transaction) =>
          events.some(({ position }) => refused.includes(position))
            ? Effect.die("it is refused")
            : projection.handle(events, transaction),
      })
      /** Held up as a whole, it works though others have taken over. */
      const late = (partitions: number): typeof projection => {
        const quick = refusing(partitions)
        return {
          ...quick,
          model: Effect.succeed({
            ...model,
            renew: (key, epoch, ttl) => Effect.andThen(Effect.sleep(5000), model.renew(key, epoch, ttl)),
          }),
          handle: (events, transaction) =>
            Effect.suspend(() =>
              Effect.andThen(Effect.sleep(slow[handled++ % slow.length] ?? 0), quick.handle(events, transaction)),
            ),
        }
      }
      const running = { batch, lease: 1000, onFailure: "park", retry: Schedule.recurs(0) } as const

      const includingAll = (following: typeof projection) =>
        Effect.gen(function* () {
          const { head } = yield* EventStore
          const until = yield* head
          const working = yield* Effect.forkChild(Projection.run(following, running))
          yield* Projection.status(following).pipe(
            Effect.tap(({ parked, position }) =>
              parked.length > 0 || position < until ? Effect.sleep(100) : Effect.void,
            ),
            Effect.repeat({ until: ({ parked, position }) => parked.length === 0 && position >= until }),
            Effect.raceFirst(Effect.andThen(Fiber.join(working), Effect.never)),
          )
          yield* Fiber.interrupt(working)
          return yield* read(following.version)
        })

      const actual = yield* Effect.gen(function* () {
        let recorded = 0
        for (const { recorded: more, before, after, kill } of rounds) {
          for (const each of history.slice(recorded, recorded + more)) yield* record(each)
          recorded += more
          const instances = [late(before), refusing(after)].map((each) => Projection.run(each, running).pipe(inProcess))
          yield* Interleaving.killed(choices, kill)(Effect.all(instances, { concurrency: "unbounded", discard: true }))
          const { generation, isClosing } = yield* layout
          if (generation > 1) seen("another number")
          if (isClosing) seen("killed in the middle of a change")
        }
        for (const each of history.slice(recorded)) yield* record(each)
        return yield* Interleaving.run(choices)(includingAll(of(last)).pipe(inProcess))
      }).pipe(Effect.provide(world))
      yield* agree("the model in the end", { expected: yield* expected(history), actual })
    }, Effect.scoped),
  })
