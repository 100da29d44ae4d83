/**
 * What the laws of projections are tried on.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import { any } from "../../core/event/Commit.ts"
import type { Cause } from "../../core/event/StoredEvent.ts"
import type { StreamName } from "../../core/event/StreamName.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { EventMapper } from "../../core/program/EventMapper.ts"
import * as Projection from "../../core/program/Projection.ts"
import { program } from "../arbitrary/Programs.ts"

/** What every projection works with. @category model @since 0.1.0 */
export type Around = EventStore | EventMapper

/**
 * A projection, where it works, and what can be read of its model.
 *
 * @example
 * ```ts
 * import { type ProjectionLaws } from "everfold/laws"
 *
 * type Streams = NonNullable<ProjectionLaws.Subject<never, never, never, never, never, never>["streams"]>
 * const streams: Streams = [{ category: "Counter", id: "visits" }]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Subject<Id, Tx, E, Err, A, LayerError> {
  /** The projection as any of its versions. */
  readonly projection: (version: number) => Projection.Projection<Id | Around, Tx, E, Err, never, EventStore>
  /** A store without events, a mapper and a read model without anything, anew whenever it is built. */
  readonly layer: Layer.Layer<Id | Around, LayerError>
  /** What the model of this version says: a value that can be compared, and in which no positions are. */
  readonly read: (version: number) => Effect.Effect<A, unknown, Id | Around>
  /** Events as they may be recorded: the projection has to take them in any order. */
  readonly events: fc.Arbitrary<E>
  /** What they are recorded in; a few, if left out. */
  readonly streams?: ReadonlyArray<StreamName>
  /** How often each law is tried; 50 times, if left out. */
  readonly runs?: number
}

const origin = { correlationId: undefined, metadata: {} }

const few: ReadonlyArray<StreamName> = ["1", "2", "3"].map((id) => ({ category: "Projected", id }))

/** In a process of its own: what others hold in memory, and have locked there, is not theirs. @category combinators @since 0.1.0 */
export const inProcess = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | EventStore> =>
  Effect.updateService(effect, EventStore, (store) => ({ ...store }))

/** An event, and by its number the stream that it goes to. @category model @since 0.1.0 */
export interface Recording<E> {
  readonly event: E
  readonly to: number
}

/**
 * A subject at work.
 *
 * @category model
 * @since 0.1.0
 */
export type Trial<Id, Tx, E, Err, A, LayerError> = ReturnType<typeof trial<Id, Tx, E, Err, A, LayerError>>

/**
 * @category constructors
 * @since 0.1.0
 */
export const trial = <Id, Tx, E, Err, A, LayerError>(subject: Subject<Id, Tx, E, Err, A, LayerError>) => {
  const { layer, read, events, streams = few, runs = 50 } = subject
  const projection = subject.projection(1)
  const { partitions } = projection
  type World = Context.Context<Id | Around>

  const recording = fc.record({ event: events, to: fc.nat(streams.length - 1) }, { noNullPrototype: true })
  const history = program(recording, { maxLength: 8 })

  const built: Effect.Effect<World, LayerError, Scope> = Layer.build(Layer.fresh(layer))

  const record = Effect.fnUntraced(function* ({ event, to }: Recording<E>, causation: Cause | null = null) {
    const [store, mapper] = [yield* EventStore, yield* EventMapper]
    const stream = streams[to] ?? few[0]
    if (stream === undefined) return yield* Effect.die("there are no streams")
    const drafts = [{ events: [event], origin: { ...origin, causation } }]
    const [encoded] = yield* mapper.encode(projection.events, stream, drafts)
    if (encoded === undefined || isLeft(encoded)) return yield* Effect.die(encoded?.left ?? "nothing was encoded")
    yield* store.commit({ hash: mapper.hash, writes: [{ stream, expected: any, events: encoded.right }] })
  })

  /** Works until the model includes all that is recorded. */
  const caughtUp = Effect.fnUntraced(function* (
    running: Projection.Running,
    of: Projection.Projection<Id | Around, Tx, E, Err, never, EventStore> = projection,
  ) {
    const { head } = yield* EventStore
    const working = yield* Effect.forkChild(Projection.run(of, running))
    yield* Effect.raceFirst(
      Projection.waitFor(of, yield* head, { timeout: "10 minutes" }),
      Effect.andThen(Fiber.join(working), Effect.never),
    )
    yield* Fiber.interrupt(working)
    return yield* read(of.version)
  })

  /** What the model is after some events, one by one. */
  const expected = (some: ReadonlyArray<Recording<E>>) =>
    Effect.scoped(
      Effect.flatMap(built, (world) =>
        Effect.gen(function* () {
          for (const each of some) yield* record(each)
          return yield* caughtUp({ batch: 1 })
        }).pipe(Effect.provide(world)),
      ),
    )

  const version = subject.projection
  return { projection, partitions, streams, runs, read, recording, history, built, record, caughtUp, expected, version }
}
