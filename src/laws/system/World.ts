/**
 * The stores of a system under trial, which outlive whoever works at them, and in whose logs stands what every commit of a
 * processor was about: so that the order in which all happened is recorded, whatever is killed.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import { isLeft } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { any, type Commit, type Committed } from "../../core/event/Commit.ts"
import * as EventCodec from "../../core/event/EventCodec.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { EventMapper } from "../../core/program/EventMapper.ts"
import type { Needs } from "../../core/program/StoreModel.ts"
import * as System from "../../core/program/System.ts"

/**
 * What a commit of a processor was about, as the event before its own events.
 *
 * @category model
 * @since 0.1.0
 */
export const Note = EventCodec.make({
  "P7 handled": t.type({
    consumer: t.string,
    upstream: t.string,
    partition: t.number,
    from: t.number,
    to: t.number,
    events: t.number,
  }),
})

/**
 * @category model
 * @since 0.1.0
 */
export type Note = EventCodec.TypeOf<typeof Note>

const stream = { category: "P7", id: "order" }

/**
 * The store of each application.
 *
 * @category model
 * @since 0.1.0
 */
export type World = ReadonlyMap<string, Context.Context<Needs>>

/**
 * Stores without events.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = Effect.fnUntraced(function* <R, E>(
  { applications }: System.System<R>,
  stores: System.Stores<E>,
): Effect.fn.Return<World, E, Scope> {
  const world = new Map<string, Context.Context<Needs>>()
  for (const { name } of applications) world.set(name, yield* Layer.build(Layer.fresh(stores(name))))
  return world
})

/** A store that notes what a processor's commit was about: where it looked at streams, for nothing else has an order. */
const noting = (services: Context.Context<Needs>): EventStore["Service"] => {
  const [store, mapper] = [Context.get(services, EventStore), Context.get(services, EventMapper)]
  const commit = Effect.fnUntraced(function* (request: Commit) {
    const { writes, checkpoint } = request
    if (checkpoint === undefined || writes.length === 0) return yield* store.commit(request)
    const { consumer, upstream, partition, from, to } = checkpoint
    const count = writes.reduce((sum, { events }) => sum + events.length, 0)
    const read = t
      .type({ partition: t.number, from: t.number, to: t.number, events: t.number })
      .decode({ partition, from, to, events: count })
    if (isLeft(read)) return yield* Effect.die("a checkpoint is not whole")
    const note = Note["P7 handled"]({ consumer, upstream, ...read.right })
    const drafts = [{ events: [note], origin: { correlationId: undefined, causation: null, metadata: {} } }]
    const [encoded] = yield* Effect.orDie(mapper.encode(Note, stream, drafts))
    if (encoded === undefined || isLeft(encoded)) return yield* Effect.die("what was handled cannot be noted")
    const noted = { stream, expected: any, events: encoded.right }
    const committed: Committed = yield* store.commit({ ...request, writes: [noted, ...writes] })
    return { ...committed, streams: committed.streams.slice(1) }
  })
  return { ...store, commit }
}

/**
 * A process that begins to work in a world: it knows nothing of what others there have in memory.
 *
 * @category constructors
 * @since 0.1.0
 */
export const begin = (system: System.System<never>, world: World): Effect.Effect<System.Deployment, never, Scope> =>
  System.deploy(system, (application) => {
    const services = world.get(application)
    return services === undefined
      ? Layer.effectContext(Effect.die(`${application} has no store`))
      : Layer.succeedContext(Context.add(services, EventStore, noting(services)))
  })

/**
 * An event of a log, and what it notes, where it is a note.
 *
 * @category model
 * @since 0.1.0
 */
export interface Entry {
  readonly event: StoredEvent
  readonly note: Note | undefined
}

/**
 * The log of an application.
 *
 * @category queries
 * @since 0.1.0
 */
export const logOf = Effect.gen(function* () {
  const [store, mapper] = [yield* EventStore, yield* EventMapper]
  const { events } = yield* store.readAll({ after: 0, limit: Number.MAX_SAFE_INTEGER })
  return yield* Effect.forEach(events, (event) =>
    event.stream.category !== stream.category
      ? Effect.succeed<Entry>({ event, note: undefined })
      : Effect.map(mapper.decode(Note, [event]), ([recorded]): Entry => ({ event, note: recorded?.event })),
  )
})
