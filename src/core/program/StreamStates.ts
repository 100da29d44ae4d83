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
import type { Held } from "./Execution.ts"
import type { Loaded, Ports } from "./Rehydration.ts"
import * as Snapshotting from "./Snapshotting.ts"
import * as Turns from "./Turns.ts"

type Needs = EventStore | EventMapper | Snapshots

/**
 * What is held of one stream.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamState<in out S, in out E> extends Held<S> {
  readonly stream: StreamName
  readonly turns: Turns.Turns<Request<S, E>>
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
}

/**
 * @category model
 * @since 0.1.0
 */
export type Lookup<S, E> = (context: Context.Context<Needs>) => StreamStates<S, E>

/**
 * Carries out what waits for a stream, and answers it.
 *
 * @category model
 * @since 0.1.0
 */
export type CarryOut<S, E> = (
  ports: Ports,
  state: StreamState<S, E>,
  requests: ReadonlyArray<Request<S, E>>,
) => Effect.Effect<void>

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

/** A state, and whether it was used since the hand came by. */
interface Kept<S, E> {
  readonly state: StreamState<S, E>
  used: boolean
}

/**
 * Holds the `capacity` states that were used last.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <S, E>(capacity: number, carryOut: CarryOut<S, E>): Lookup<S, E> => {
  const statesOf = memoize((ports) => {
    const byId = new Map<string, Kept<S, E>>()
    let run: (effect: Effect.Effect<void>) => void = Effect.runFork

    let hand = byId.entries()

    /**
     * Makes room for one more: each state that was used lately gets a second chance (the CLOCK algorithm), and one that is
     * in use stays. It looks at a few only, so that it costs the same however many there are.
     */
    const makeRoom = (): void => {
      for (let looks = 4; looks > 0 && byId.size >= Math.max(capacity, 1); looks--) {
        const next = hand.next()
        if (next.done === true) {
          hand = byId.entries()
          continue
        }
        const [id, kept] = next.value
        if (!kept.state.turns.idle()) continue
        if (kept.used) kept.used = false
        else byId.delete(id)
      }
    }

    const begin = (stream: StreamName): StreamState<S, E> => {
      let head: Loaded<S> | undefined
      const state: StreamState<S, E> = {
        stream,
        get head() {
          return head
        },
        hold: (loaded) => {
          if (capacity > 0) head = loaded
        },
        snapshots: Snapshotting.latest(),
        turns: Turns.make(
          (requests) => carryOut(ports, state, requests),
          (effect) => run(effect),
        ),
      }
      return state
    }

    const states: StreamStates<S, E> = {
      ports,
      at: (stream) => {
        const kept = byId.get(stream.id)
        if (kept !== undefined) {
          kept.used = true
          return kept.state
        }
        makeRoom()
        const state = begin(stream)
        // Used: else the hand would let go of each new one right before it, and never come round to those that are old.
        byId.set(stream.id, { state, used: true })
        return state
      },
    }
    /** Work goes on with the clock, scheduler and loggers of whoever came last. */
    const use = (context: Context.Context<Needs>): StreamStates<S, E> => {
      run = Effect.runForkWith(context)
      return states
    }
    return use
  })

  return (context) =>
    statesOf({
      store: Context.get(context, EventStore),
      mapper: Context.get(context, EventMapper),
      snapshots: Context.get(context, Snapshots),
    })(context)
}
