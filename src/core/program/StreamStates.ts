/**
 * What a repository holds of its streams in this process: whose turn it is, and the latest state that was seen. One set
 * for each store and mapper that it is used with; it goes when they go.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { StreamName } from "../event/StreamName.ts"
import { EventStore } from "../port/EventStore.ts"
import { Snapshots } from "../port/Snapshots.ts"
import type { Request } from "./Batch.ts"
import { EventMapper } from "./EventMapper.ts"
import type { Loaded, Ports } from "./Rehydration.ts"
import * as Turns from "./Turns.ts"

/**
 * What is held of one stream.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamState<in out S, in out E> {
  readonly stream: StreamName
  readonly turns: Turns.Turns<Request<S, E>>
  head: Loaded<S> | undefined
  /** Since the last time that states were forgotten. */
  used: boolean
}

/**
 * What is held of all streams.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamStates<in out S, in out E> {
  readonly ports: Ports
  readonly at: (stream: StreamName) => StreamState<S, E>
  /** Holds a state that was read, unless a later one is held already. */
  readonly keep: (state: StreamState<S, E>, loaded: Loaded<S>) => void
}

/**
 * @category model
 * @since 0.1.0
 */
export type Lookup<S, E> = (context: Context.Context<EventStore | EventMapper | Snapshots>) => StreamStates<S, E>

/**
 * Carries out what waits for a stream, answers it, and says which state to hold from then on.
 *
 * @category model
 * @since 0.1.0
 */
export type CarryOut<S, E> = (
  ports: Ports,
  stream: StreamName,
  known: Loaded<S> | undefined,
  requests: ReadonlyArray<Request<S, E>>,
) => Effect.Effect<Loaded<S> | undefined>

/** One value for each combination of services, as long as these live. */
const memoize = <A>(make: (ports: Ports) => A): ((ports: Ports) => A) => {
  const byStore = new WeakMap<Ports["store"], WeakMap<Ports["mapper"], WeakMap<Ports["snapshots"], A>>>()
  return (ports) => {
    const byMapper = byStore.get(ports.store) ?? new WeakMap<Ports["mapper"], WeakMap<Ports["snapshots"], A>>()
    byStore.set(ports.store, byMapper)
    const bySnapshots = byMapper.get(ports.mapper) ?? new WeakMap<Ports["snapshots"], A>()
    byMapper.set(ports.mapper, bySnapshots)
    const known = bySnapshots.get(ports.snapshots)
    if (known !== undefined) return known
    const made = make(ports)
    bySnapshots.set(ports.snapshots, made)
    return made
  }
}

/**
 * Holds the `capacity` states that were used last.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <S, E>(capacity: number, carryOut: CarryOut<S, E>): Lookup<S, E> => {
  const statesOf = memoize((ports): StreamStates<S, E> & { run: (effect: Effect.Effect<void>) => void } => {
    const byId = new Map<string, StreamState<S, E>>()

    /** Forgets states that were not used lately: each that was gets a second chance (the CLOCK algorithm). */
    const trim = (): void => {
      if (byId.size <= capacity) return
      for (const [id, state] of byId) {
        if (!state.turns.idle()) continue
        byId.delete(id)
        if (state.used && capacity > 0) {
          state.used = false
          byId.set(id, state)
        } else if (byId.size <= capacity) {
          return
        }
      }
    }

    const states = {
      ports,
      run: (effect: Effect.Effect<void>): void => void Effect.runFork(effect),
      keep: (state: StreamState<S, E>, loaded: Loaded<S>): void => {
        if (capacity > 0 && loaded.version >= (state.head?.version ?? 0)) state.head = loaded
        trim()
      },
      at: (stream: StreamName): StreamState<S, E> => {
        const known = byId.get(stream.id)
        if (known !== undefined) {
          known.used = true
          return known
        }
        const state: StreamState<S, E> = {
          stream,
          head: undefined,
          used: false,
          turns: Turns.make<Request<S, E>>(
            (requests) =>
              Effect.map(carryOut(ports, stream, state.head, requests), (head) => {
                state.head = capacity > 0 ? head : undefined
                trim()
              }),
            (effect) => states.run(effect),
          ),
        }
        byId.set(stream.id, state)
        return state
      },
    }
    return states
  })

  return (context) => {
    const states = statesOf({
      store: Context.get(context, EventStore),
      mapper: Context.get(context, EventMapper),
      snapshots: Context.get(context, Snapshots),
    })
    // The clock, scheduler and loggers of whoever came last.
    states.run = Effect.runForkWith(context)
    return states
  }
}
