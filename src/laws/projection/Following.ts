/**
 * What comes of the log, however it is taken up: at once, piece by piece, in another order, or before one begins.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import { EventStore } from "../../core/port/EventStore.ts"
import { EventMapper, type Recorded } from "../../core/program/EventMapper.ts"
import * as Projection from "../../core/program/Projection.ts"
import { agree } from "../Difference.ts"
import * as Interleaving from "../Interleaving.ts"
import type { Recording, Trial } from "./Trial.ts"

/** @category laws @since 0.1.0 */
export const P1 = <Id, Tx, E, Err, A, LayerError>({
  runs,
  history,
  built,
  record,
  caughtUp,
  expected,
}: Trial<Id, Tx, E, Err, A, LayerError>) =>
  Interleaving.law({
    name: "P1",
    title: "chunking",
    equation: "any split of the log into transactions = one event at a time",
    given: fc.record({ history, batch: fc.integer({ min: 1, max: 9 }) }),
    runs,
    holds: Effect.fnUntraced(function* ({ history, batch }) {
      const world = yield* built
      const actual = yield* Effect.gen(function* () {
        for (const each of history) yield* record(each)
        return yield* caughtUp({ batch })
      }).pipe(Effect.provide(world))
      yield* agree(`the model, ${batch} events at a time`, { expected: yield* expected(history), actual })
    }, Effect.scoped),
  })

/** @category laws @since 0.1.0 */
export const P4 = <Id, Tx, E, Err, A, LayerError>({
  projection,
  runs,
  history,
  built,
  record,
  caughtUp,
  expected,
}: Trial<Id, Tx, E, Err, A, LayerError>) => {
  /** Another order, in which whatever has a key in common stays as it was. */
  const reordered = Effect.fnUntraced(function* (
    history: ReadonlyArray<Recording<E>>,
    picks: ReadonlyArray<number>,
    key: (event: Recorded<E>) => string,
  ) {
    const [store, mapper] = [yield* EventStore, yield* EventMapper]
    for (const each of history) yield* record(each)
    const { events } = yield* store.readAll({ after: 0, limit: history.length })
    const decoded = Map.groupBy(yield* mapper.decode(projection.events, events), ({ position }) => position)
    let left = history.map((recording, i) => ({ recording, keys: (decoded.get(i + 1) ?? []).map(key) }))
    const order: Array<Recording<E>> = []
    for (const [i] of history.entries()) {
      const free = left.filter(({ keys }, at) =>
        left.slice(0, at).every((before) => !before.keys.some((one) => keys.includes(one))),
      )
      const next = free[(picks[i] ?? 0) % free.length]
      left = left.filter((one) => one !== next)
      if (next !== undefined) order.push(next.recording)
    }
    return order
  })

  const { key } = projection
  return (
    key &&
    Interleaving.law({
      name: "P4",
      title: "order",
      equation: "events of different keys come in another order: the model is the same",
      given: fc.record({
        history,
        picks: fc.array(fc.nat(7), { maxLength: 8 }),
        batch: fc.integer({ min: 1, max: 9 }),
      }),
      runs,
      must: ["another order"],
      holds: Effect.fnUntraced(function* ({ history, picks, batch }, seen) {
        const order = yield* Effect.provide(reordered(history, picks, key), yield* built)
        if (order.some((each, i) => each !== history[i])) seen("another order")
        const actual = yield* Effect.gen(function* () {
          for (const each of order) yield* record(each)
          return yield* caughtUp({ batch })
        }).pipe(Effect.provide(yield* built))
        yield* agree("the model", { expected: yield* expected(history), actual })
      }, Effect.scoped),
    })
  )
}

/** @category laws @since 0.1.0 */
export const P9 = <Id, Tx, E, Err, A, LayerError>({
  projection,
  runs,
  read,
  history,
  built,
  record,
  caughtUp,
}: Trial<Id, Tx, E, Err, A, LayerError>) =>
  Interleaving.law({
    name: "P9",
    title: "a backlog",
    equation:
      "what was recorded before an instance begins = what is recorded while it works, though nothing follows it",
    given: fc.record({ history, batch: fc.integer({ min: 1, max: 9 }) }),
    runs,
    holds: Effect.fnUntraced(function* ({ history, batch }) {
      const actual = yield* Effect.gen(function* () {
        for (const each of history) yield* record(each)
        return yield* caughtUp({ batch })
      }).pipe(Effect.provide(yield* built))
      const expected = yield* Effect.gen(function* () {
        const { head } = yield* EventStore
        const working = yield* Effect.forkChild(Projection.run(projection, { batch }))
        yield* Projection.waitFor(projection, 0)
        for (const each of history) yield* record(each)
        yield* Projection.waitFor(projection, yield* head, { timeout: "10 minutes" })
        yield* Fiber.interrupt(working)
        return yield* read(projection.version)
      }).pipe(Effect.provide(yield* built))
      yield* agree("the model", { expected, actual })
    }, Effect.scoped),
  })
