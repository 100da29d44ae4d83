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
  kill: fc.oneof(fc.nat(600), fc.nat(3000), fc.nat(20_000)),
})

/** @category laws @since 0.1.0 */
export const P10 = <Id, Tx, E, Err, A, LayerError>({
  projection,
  runs,
  read,
  history,
  built,
  record,
  expected,
}: Trial<Id, Tx, E, Err, A, LayerError>) =>
  Law.make({
    name: "P10",
    title: "another number of partitions",
    equation:
      "instances of other numbers of partitions work beside those there are, are slow, are killed, and park some: the model = that of one instance",
    given: fc.record({
      history,
      rounds: fc.array(round, { minLength: 1, maxLength: 4 }),
      slow: fc.array(fc.constantFrom(0, 0, 200, 3000), { minLength: 1, maxLength: 8 }),
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
      const model = yield* Effect.provide(projection.model, world)
      const of = (partitions: number): typeof projection => ({ ...projection, partitions })
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
        const whole = refusing(partitions)
        return {
          ...whole,
          model: Effect.succeed({
            ...model,
            renew: (key, epoch, ttl) => Effect.andThen(Effect.sleep(2000), model.renew(key, epoch, ttl)),
          }),
          handle: (events, transaction) =>
            Effect.suspend(() =>
              Effect.andThen(Effect.sleep(slow[handled++ % slow.length] ?? 0), whole.handle(events, transaction)),
            ),
        }
      }
      const running = { batch, lease: 1000, onFailure: "park", retry: Schedule.recurs(0) } as const

      const look = Effect.gen(function* () {
        const layout = layoutAt(yield* model.read(layoutKeyOf(projection)), projection)
        if (layout.generation > 1) seen("another number")
        if (!layout.isClosing) return
        seen("killed in the middle of a change")
        const positions = yield* Effect.forEach(keysOf(projection, layout), model.read)
        if (Math.min(...positions) < Math.max(...positions)) seen("a partition that is behind")
        const { parked } = yield* Projection.status(projection)
        if (parked.length > 0) seen("parked at a change")
      })

      const includingAll = (whole: typeof projection) =>
        Effect.gen(function* () {
          const { head } = yield* EventStore
          const until = yield* head
          const working = yield* Effect.forkChild(Projection.run(whole, running))
          yield* Projection.status(whole).pipe(
            Effect.tap(({ parked, position }) =>
              parked.length > 0 || position < until ? Effect.sleep(100) : Effect.void,
            ),
            Effect.repeat({ until: ({ parked, position }) => parked.length === 0 && position >= until }),
            Effect.raceFirst(Effect.andThen(Fiber.join(working), Effect.never)),
          )
          yield* Fiber.interrupt(working)
          return yield* read(whole.version)
        })

      const actual = yield* Effect.gen(function* () {
        let recorded = 0
        for (const { recorded: more, before, after, kill } of rounds) {
          for (const each of history.slice(recorded, recorded + more)) yield* record(each)
          recorded += more
          const instances = [late(before), refusing(after)].map((each) => Projection.run(each, running).pipe(inProcess))
          yield* Interleaving.killed(choices, kill)(Effect.all(instances, { concurrency: "unbounded", discard: true }))
          yield* look
        }
        for (const each of history.slice(recorded)) yield* record(each)
        return yield* Interleaving.run(choices)(includingAll(of(last)).pipe(inProcess))
      }).pipe(Effect.provide(world))
      yield* agree("the model in the end", { expected: yield* expected(history), actual })
    }, Effect.scoped),
  })
