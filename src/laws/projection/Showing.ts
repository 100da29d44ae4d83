/**
 * What readers are shown, and when.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { EventStore } from "../../core/port/EventStore.ts"
import * as Projection from "../../core/program/Projection.ts"
import { agree } from "../Difference.ts"
import * as Interleaving from "../Interleaving.ts"
import type { Trial } from "./Trial.ts"

/** @category laws @since 0.1.0 */
export const P5 = <Id, Tx, E, Err, A, LayerError>({
  projection,
  runs,
  read,
  history,
  built,
  record,
  caughtUp,
  expected,
  version,
}: Trial<Id, Tx, E, Err, A, LayerError>) =>
  Interleaving.law({
    name: "P5",
    title: "a rebuild",
    equation: "a model that is built anew beside the one that follows, and takes its place = that one",
    given: fc.record({ history, later: history, batch: fc.integer({ min: 1, max: 4 }) }),
    runs,
    holds: Effect.fnUntraced(function* ({ history, later, batch }) {
      const world = yield* built
      const next = version(2)
      yield* Effect.gen(function* () {
        for (const each of history) yield* record(each)
        yield* caughtUp({ batch })
        const running = yield* Effect.forkChild(Projection.run(projection, { batch, lease: 1000 }))
        const rebuilt = yield* Effect.forkChild(Projection.run(next, { batch, lease: 1000 }))
        for (const each of later) yield* record(each)
        const { head } = yield* EventStore
        yield* Projection.waitFor(next, yield* head, { timeout: "10 minutes" })
        yield* agree("how the version before ends", { expected: undefined, actual: yield* Fiber.join(running) })
        yield* Fiber.interrupt(rebuilt)
        yield* agree("the active version", {
          expected: Option.some(next.version),
          actual: (yield* Projection.status(next)).active,
        })
        yield* agree("the model of the new version", {
          expected: yield* expected([...history, ...later]),
          actual: yield* read(next.version),
        })
      }).pipe(Effect.provide(world))
    }, Effect.scoped),
  })

/** @category laws @since 0.1.0 */
export const P6 = <Id, Tx, E, Err, A, LayerError>({
  projection,
  runs,
  read,
  history,
  built,
  record,
  expected,
}: Trial<Id, Tx, E, Err, A, LayerError>) =>
  Interleaving.law({
    name: "P6",
    title: "waiting",
    equation: "waitFor(p) returns: the model is that after p or a later position",
    given: fc.record({ history, batch: fc.integer({ min: 1, max: 4 }) }),
    runs,
    holds: Effect.fnUntraced(function* ({ history, batch }) {
      const world = yield* built
      const prefixes = yield* Effect.forEach([...history, undefined], (_, i) => expected(history.slice(0, i)))
      yield* Effect.gen(function* () {
        const { head } = yield* EventStore
        const working = yield* Effect.forkChild(Projection.run(projection, { batch }))
        for (const [i, each] of history.entries()) {
          yield* record(each)
          const position = yield* head
          yield* Projection.waitFor(projection, position, { timeout: "10 minutes" })
          const actual = yield* read(projection.version)
          // Nobody else records: it can only be this one.
          yield* agree(`the model, where position ${position} was waited for`, { expected: prefixes[i + 1], actual })
        }
        yield* Fiber.interrupt(working)
      }).pipe(Effect.provide(world))
    }, Effect.scoped),
  })
