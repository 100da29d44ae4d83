/**
 * Partitions that are worked at at the same time.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { Position } from "../../core/event/Commit.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import * as Partition from "../../core/program/Partition.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Interleaving from "../Interleaving.ts"
import type { Trial } from "./Trial.ts"

/** @category laws @since 0.1.0 */
export const P8 = <Id, Tx, E, Err, A, LayerError>({
  projection,
  partitions,
  streams,
  runs,
  recording,
  built,
  record,
  caughtUp,
}: Trial<Id, Tx, E, Err, A, LayerError>) =>
  Interleaving.law({
    name: "P8",
    title: "causes first",
    equation: "partitions are worked at at the same time: no event is handled before the one that caused it",
    given: fc.record({
      history: program(fc.record({ of: recording, cause: fc.nat(7) }, { noNullPrototype: true }), { maxLength: 8 }),
      batch: fc.integer({ min: 1, max: 4 }),
    }),
    runs,
    must: ["a cause in another partition"],
    holds: Effect.fnUntraced(function* ({ history, batch }, seen) {
      const handled: Array<Position> = []
      // What is retried is begun again by a transaction before it: the last time counts.
      const noting: typeof projection = {
        ...projection,
        handle: (events, transaction) =>
          Effect.andThen(
            Effect.sync(() => handled.push(...events.map(({ position }) => position))),
            projection.handle(events, transaction),
          ),
      }
      yield* Effect.gen(function* () {
        const store = yield* EventStore
        const causes = new Map<Position, Position>()
        for (const { of, cause } of history) {
          const { events } = yield* store.readAll({ after: 0, limit: history.length })
          const by = events.length === 0 || cause === 7 ? undefined : events[cause % events.length]
          yield* record(of, by ? { eventId: by.id, stream: by.stream, position: by.position } : null)
          if (by === undefined) continue
          causes.set(yield* store.head, by.position)
          const stream = streams[of.to] ?? by.stream
          if (Partition.of(stream, partitions) !== Partition.of(by.stream, partitions)) {
            seen("a cause in another partition")
          }
        }
        yield* caughtUp({ batch, lease: 1000 }, noting)
        for (const [event, cause] of causes) {
          const early = handled.indexOf(event) < handled.indexOf(cause)
          yield* agree(`whether ${event} was handled before ${cause}, which caused it`, {
            expected: false,
            actual: early && handled.includes(event),
          })
        }
      }).pipe(Effect.provide(yield* built))
    }, Effect.scoped),
  })
