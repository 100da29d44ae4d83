/**
 * Many instances of one decider, by key.
 *
 * @since 0.1.0
 */
import { map } from "fp-ts/lib/Either.js"
import type { Decider } from "./Decider.ts"

/**
 * A command for one instance.
 *
 * @example
 * ```ts
 * import type { Decider } from "everfold"
 *
 * const sit: Decider.ManyCommand<string, "sit"> = { key: "A1", command: "sit" }
 * const sat: Decider.ManyEvent<string, "sat"> = { key: "A1", event: "sat" }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface ManyCommand<out K, out C> {
  readonly key: K
  readonly command: C
}

/**
 * An event of one instance.
 *
 * @category model
 * @since 0.1.0
 */
export interface ManyEvent<out K, out E> {
  readonly key: K
  readonly event: E
}

/** The state at a key; that of an instance which nothing has happened to is the initial one. */
function at<K, S>(states: ReadonlyMap<K, S>, key: K, initial: S): S
function at(states: ReadonlyMap<unknown, unknown>, key: unknown, initial: unknown): unknown {
  return states.has(key) ? states.get(key) : initial
}

/**
 * One decider for each key, all in one state: the lines of an order, the seats of a hall. A key that nothing has happened
 * to is at the initial state. Keys are texts, numbers or other values that a `Map` tells apart. Each event copies the map,
 * so this is for thousands of instances, not for millions; those are streams of their own.
 *
 * Terminal when every key is, those that nothing has happened to among them: so only where the initial state is terminal.
 *
 * locality: `decide({ key, command }, fold(es)) = decide(command, fold(es at key))`, its events tagged with the key
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * const seat = Decider.make({
 *   initial: "",
 *   decide: (who: string, taken: string) => (taken === "" ? Decider.accept(who) : Decider.reject(`taken by ${taken}`)),
 *   evolve: (_taken: string, who: string) => who
 * })
 * const hall = Decider.many<string>()(seat)
 * const state = Decider.fold(hall)([{ key: "A1", event: "Ada" }])
 * console.log(hall.decide({ key: "A1", command: "Grace" }, state)) // { _tag: 'Left', left: 'taken by Ada' }
 * console.log(hall.decide({ key: "A2", command: "Grace" }, state)._tag) // Right
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const many =
  <K>() =>
  <C, S, E, R>(self: Decider<C, S, E, R>): Decider<ManyCommand<K, C>, ReadonlyMap<K, S>, ManyEvent<K, E>, R> => ({
    initial: new Map(),
    decide: ({ key, command }, states) =>
      map((events: ReadonlyArray<E>) => events.map((event) => ({ key, event })))(
        self.decide(command, at(states, key, self.initial)),
      ),
    evolve: (states, { key, event }) => new Map(states).set(key, self.evolve(at(states, key, self.initial), event)),
    isTerminal: (states) => self.isTerminal(self.initial) && [...states.values()].every(self.isTerminal),
  })
