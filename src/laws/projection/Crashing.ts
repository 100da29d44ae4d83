/**
 * Instances that die, or are too slow.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { EventStore } from "../../core/port/EventStore.ts"
import * as Projection from "../../core/program/Projection.ts"
import { standing } from "../../core/program/ProjectionStatus.ts"
import { agree } from "../Difference.ts"
import * as Interleaving from "../Interleaving.ts"
import * as Law from "../Law.ts"
import { inProcess, type Trial } from "./Trial.ts"

/** @category laws @since 0.1.0 */
export const P2 = <Id, Tx, E, Err, A, LayerError>({
  projection,
  runs,
  history,
  built,
  record,
  caughtUp,
  expected,
}: Trial<Id, Tx, E, Err, A, LayerError>) =>
  Law.make({
    name: "P2",
    title: "a crash between any two steps",
    equation: "an instance is killed after so many operations, others go on: the model = that of one that never was",
    given: fc.record({
      history,
      // Some while it begins, some in the middle: what is written in a transaction takes many operations.
      kills: fc.array(fc.oneof(fc.nat(600), fc.nat(5000)), { minLength: 1, maxLength: 3 }),
      batch: fc.integer({ min: 1, max: 4 }),
      choices: Interleaving.choices,
    }),
    runs,
    must: ["killed", "killed in the middle"],
    holds: Effect.fnUntraced(function* ({ history, kills, batch, choices }, seen) {
      const world = yield* built
      const actual = yield* Effect.gen(function* () {
        for (const each of history) yield* record(each)
        for (const after of kills) {
          const instance = Projection.run(projection, { batch, lease: 1000 }).pipe(inProcess)
          if (Option.isNone(yield* Interleaving.killed(choices, after)(instance))) seen("killed")
          const { keys } = yield* standing(yield* projection.model, projection)
          const positions = yield* Effect.forEach(keys, (yield* projection.model).read)
          if (Math.max(...positions) > 0 && Math.min(...positions) < history.length) seen("killed in the middle")
        }
        return yield* Interleaving.run(choices)(caughtUp({ batch, lease: 1000 }).pipe(inProcess))
      }).pipe(Effect.provide(world))
      yield* agree("the model in the end", { expected: yield* expected(history), actual })
    }, Effect.scoped),
  })

/** @category laws @since 0.1.0 */
export const P3 = <Id, Tx, E, Err, A, LayerError>({
  projection,
  runs,
  read,
  history,
  built,
  record,
  expected,
}: Trial<Id, Tx, E, Err, A, LayerError>) =>
  Interleaving.law({
    name: "P3",
    title: "redelivery",
    equation:
      "instances are slower than their leases, and others are given the same events: the model = that of one instance",
    given: fc.record({
      history,
      // Where all were too slow each time, nobody would ever come any further.
      slow: fc
        .array(fc.constantFrom(0, 0, 200, 3000), { minLength: 1, maxLength: 8 })
        .map((slow) => (slow.every((millis) => millis > 1000) ? [...slow, 0] : slow)),
      batch: fc.integer({ min: 1, max: 4 }),
    }),
    runs,
    must: ["another instance took over"],
    holds: Effect.fnUntraced(function* ({ history, slow, batch }, seen) {
      const world = yield* built
      let handled = 0
      const slowed: typeof projection = {
        ...projection,
        handle: (events, transaction) =>
          Effect.suspend(() => {
            const millis = slow[handled++ % slow.length] ?? 0
            const wait = Effect.sleep(millis)
            const work = projection.handle(events, transaction)
            return handled % 2 === 0 ? Effect.andThen(wait, work) : Effect.andThen(work, wait)
          }),
      }
      const actual = yield* Effect.gen(function* () {
        for (const each of history) yield* record(each)
        const { head } = yield* EventStore
        const model = yield* projection.model
        // Held up as a whole: it comes too late to keep its lease.
        const late: typeof model = {
          ...model,
          acquire: (key, ttl) =>
            Effect.tap(model.acquire(key, ttl), (mine) =>
              Effect.sync(() => {
                if (Option.isSome(mine) && mine.value.epoch > 1) seen("another instance took over")
              }),
            ),
          renew: (key, epoch, ttl) => Effect.andThen(Effect.sleep(2000), model.renew(key, epoch, ttl)),
        }
        const instances = yield* Effect.forEach([1, 2, 3], () =>
          Effect.forkChild(Projection.run({ ...slowed, model: Effect.succeed(late) }, { batch, lease: 1000 })),
        )
        yield* Projection.waitFor(projection, yield* head, { timeout: "10 minutes" })
        for (const instance of instances) yield* Fiber.interrupt(instance)
        return yield* read(projection.version)
      }).pipe(Effect.provide(world))
      yield* agree("the model in the end", { expected: yield* expected(history), actual })
    }, Effect.scoped),
  })
