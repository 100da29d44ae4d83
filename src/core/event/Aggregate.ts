/**
 * An aggregate is a decider with a place in the store: its streams' category, the codec of its events, and whether its
 * state is snapshotted.
 *
 * @since 0.1.0
 */
import type * as t from "io-ts"
import type { Decider } from "../domain/Decider.ts"
import type { EventCodec } from "./EventCodec.ts"
import type { Json } from "./Json.ts"
import * as Payload from "./Payload.ts"
import { categoryFault } from "./StreamName.ts"

/**
 * How states are snapshotted. A snapshot only saves time: one that cannot be read is ignored.
 *
 * @example
 * ```ts
 * import { Aggregate, Payload } from "everfold"
 * import * as t from "io-ts"
 *
 * const balances: Aggregate.SnapshotPolicy<number> = { state: Payload.version(t.number), every: 100, modelVersion: 1 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface SnapshotPolicy<S> {
  /** How a state is written, in all its versions. */
  readonly state: Payload.Versions<S>
  /** From 1. A snapshot is taken whenever the version reaches or passes a multiple of it. */
  readonly every: number
  /**
   * Of the decider, from 1. Raise it when `evolve` changes, or what stored events stand for (an upcast, a split, a name
   * that is retired): only then are older snapshots ignored.
   */
  readonly modelVersion: number
}

/**
 * A decider with a place in the store. It is plain data: `make` checks it, and `Repository.make` runs it.
 *
 * @example
 * ```ts
 * import { type Aggregate, Repository } from "everfold"
 *
 * const withoutCache = <C, S, E, R>(aggregate: Aggregate.Aggregate<C, S, E, R>) =>
 *   Repository.make(aggregate, { cache: 0 })
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Aggregate<in C, in out S, in out E, out R = never> {
  /** Of its streams' names: a letter followed by up to 63 letters, digits, `_` or `.`. */
  readonly category: string
  readonly decider: Decider<C, S, E, R>
  /** How its events are stored. */
  readonly events: EventCodec<E>
  /** If left out, none is taken, and what is not cached is folded from its first event. */
  readonly snapshot?: SnapshotPolicy<S>
}

/**
 * Makes an aggregate. Throws where the category is outside the grammar of stream names or the snapshot policy is not
 * of positive integers: both are mistakes in the program, not in its input.
 *
 * @example
 * ```ts
 * import { Aggregate, Decider, EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
 * type CounterEvent = EventCodec.TypeOf<typeof CounterEvent>
 *
 * const counter = Decider.make({
 *   initial: 0,
 *   decide: (by: number, _total: number) => Decider.accept(CounterEvent.Added({ by })),
 *   evolve: (total: number, event: CounterEvent) => total + event.by
 * })
 * const Counter = Aggregate.make({
 *   category: "Counter",
 *   decider: counter,
 *   events: CounterEvent,
 *   snapshot: { state: t.number, every: 100 }
 * })
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = <C, S, E, R, O extends Json = Json>(definition: {
  readonly category: string
  readonly decider: Decider<C, S, E, R>
  readonly events: EventCodec<E>
  readonly snapshot?: {
    readonly state: t.Type<S, O> | Payload.Versions<S, O>
    readonly every: number
    readonly modelVersion?: number
  }
}): Aggregate<C, S, E, R> => {
  const { category, decider, events, snapshot } = definition
  const fault = categoryFault(category)
  if (fault !== undefined) throw new Error(`Aggregate: ${fault}.`)
  if (snapshot === undefined) return { category, decider, events }
  const { every, modelVersion = 1 } = snapshot
  for (const [what, n] of Object.entries({ every, modelVersion })) {
    if (!(Number.isSafeInteger(n) && n >= 1))
      throw new Error(`Aggregate ${category}: snapshot.${what} is an integer from 1, not ${n}.`)
  }
  const state = Payload.isVersions(snapshot.state) ? snapshot.state : Payload.version(snapshot.state)
  return { category, decider, events, snapshot: { state, every, modelVersion } }
}
