/**
 * A decider is a model as data: what a command makes happen, and what events make of the state.
 *
 * ```
 * Decider<C, S, E, R> = { initial: S, decide: (C, S) → Either<R, E[]>, evolve: (S, E) → S, isTerminal: S → boolean }
 * ```
 *
 * Laws (`everfold/laws`, `DeciderLaws`):
 *
 * - fold action: `fold(s, xs ++ ys) = fold(fold(s, xs), ys)` and `fold(s, []) = s`
 * - purity: neither function changes its arguments or depends on anything else
 * - totality: neither function throws on a reachable state; `evolve` cannot refuse history
 *
 * Combinators, each with its law (`CombinatorLaws`): `mapCommand`, `imapEvent`, `imapState`, `mapRejection` and `adapt`
 * dress a decider; `product` (with `neutral`), `combine` and `many` set deciders side by side; `batch` and `orchestrate`
 * decide several commands at once. Two deciders are replay equal (`≈`) where they decide the same, and are over alike, on
 * every history.
 *
 * @since 0.1.0
 */
import type { Contravariant4 } from "fp-ts/lib/Contravariant.js"
import { type Either, type Left, left, right } from "fp-ts/lib/Either.js"
import { mapCommand } from "./Mapping.ts"
import * as View from "./View.ts"

/**
 * Commands `C` are decided on a state `S` into events `E` or a rejection `R`. A plain object: its functions are called on
 * their own and cannot count on `this`.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * const run = <C, S, E, R>(decider: Decider.Decider<C, S, E, R>, command: C, state: S): S => {
 *   const decision = decider.decide(command, state)
 *   return decision._tag === "Left" ? state : Decider.fold(decider)(decision.right, state)
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Decider<in C, in out S, in out E, out R = never> extends View.View<S, E> {
  readonly decide: (command: C, state: S) => Either<R, ReadonlyArray<E>>
  /** In a terminal state the story is over: a repository no longer finds it. */
  readonly isTerminal: (state: S) => boolean
}

/**
 * The rejections of a decision: the types of its `Left`s.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * const door = Decider.make({
 *   initial: "shut",
 *   decide: (command: "open" | "shut", state: string) =>
 *     command === state ? Decider.reject("so it is") : Decider.accept(command),
 *   evolve: (_state: string, event: "open" | "shut"): string => event
 * })
 * const command: Decider.CommandOf<typeof door> = "open"
 * const state: Decider.StateOf<typeof door> = "ajar"
 * const event: Decider.EventOf<typeof door> = "shut"
 * const rejection: Decider.RejectionOf<ReturnType<typeof door.decide>> = "so it is"
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type RejectionOf<Out> = Out extends Left<infer R> ? R : never

/**
 * What a decider is commanded.
 *
 * @category type-level
 * @since 0.1.0
 */
export type CommandOf<D> = D extends { readonly decide: (command: infer C, state: never) => unknown } ? C : never

/**
 * What a decider remembers.
 *
 * @category type-level
 * @since 0.1.0
 */
export type StateOf<D> = D extends { readonly initial: infer S } ? S : never

/**
 * What a decider says has happened.
 *
 * @category type-level
 * @since 0.1.0
 */
export type EventOf<D> = D extends { readonly evolve: (state: never, event: infer E) => unknown } ? E : never

/**
 * What `make` takes: a decider whose `isTerminal` may be left out (never terminal).
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 * import type { Either } from "fp-ts/lib/Either.js"
 *
 * const counting: Decider.Definition<number, number, number, Either<never, ReadonlyArray<number>>> = {
 *   initial: 0,
 *   decide: (by) => Decider.accept(by),
 *   evolve: (n, by) => n + by
 * }
 * console.log(Decider.make(counting).isTerminal(1_000_000)) // false
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Definition<in C, in out S, in out E, out Out> {
  readonly initial: S
  readonly decide: (command: C, state: S) => Out
  readonly evolve: (state: S, event: E) => S
  readonly isTerminal?: (state: S) => boolean
}

const never = (): boolean => false

/**
 * Makes a decider. Events and state come from the annotation of `evolve`, commands from that of `decide`, and
 * rejections from what `decide` rejects with: several kinds of rejection become a union.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * type Command = { readonly _tag: "Switch"; readonly on: boolean }
 * type Event = { readonly _tag: "SwitchedOn" } | { readonly _tag: "SwitchedOff" }
 *
 * const lamp = Decider.make({
 *   initial: false,
 *   decide: (command: Command, on: boolean) =>
 *     command.on === on
 *       ? Decider.reject("already so")
 *       : Decider.accept(command.on ? { _tag: "SwitchedOn" } : { _tag: "SwitchedOff" }),
 *   evolve: (_on: boolean, event: Event): boolean => event._tag === "SwitchedOn"
 * })
 * ```
 * @category constructors
 * @since 0.1.0
 */
export function make<C, S, E, const Out extends Either<unknown, ReadonlyArray<NoInfer<E>>>>(
  definition: Definition<C, S, E, Out>,
): Decider<C, S, E, RejectionOf<Out>>
export function make<C, S, E, R>(definition: Definition<C, S, E, Either<R, ReadonlyArray<E>>>): Decider<C, S, E, R> {
  const { initial, decide, evolve, isTerminal = never } = definition
  return { initial, decide, evolve, isTerminal }
}

/**
 * The decision that these events happen, in this order. No events at all is a decision too.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * console.log(Decider.accept("Opened", "Entered")) // { _tag: 'Right', right: [ 'Opened', 'Entered' ] }
 * ```
 * @category decisions
 * @since 0.1.0
 */
export const accept = <const Events extends ReadonlyArray<unknown>>(
  ...events: Events
): Either<never, ReadonlyArray<Events[number]>> => right(events)

/**
 * The decision that the command is refused. A rejection is the model's own value, not an exception.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * console.log(Decider.reject({ _tag: "Locked" })) // { _tag: 'Left', left: { _tag: 'Locked' } }
 * ```
 * @category decisions
 * @since 0.1.0
 */
export const reject = <const R>(rejection: R): Either<R, never> => left(rejection)

/**
 * The state after these events, from `state`. `fold(d)(events)` starts at the initial state.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * const counter = Decider.make({
 *   initial: 0,
 *   decide: (by: number, _n: number) => Decider.accept(by),
 *   evolve: (n: number, by: number) => n + by
 * })
 * console.log(Decider.fold(counter)([1, 2, 3])) // 6
 * console.log(Decider.fold(counter)([4], 6)) // 10
 * ```
 * @category folding
 * @since 0.1.0
 */
export const fold: typeof View.fold = View.fold

/**
 * The decider that decides nothing and is always over: the unit of `product`.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * console.log(Decider.neutral().decide("anything", null)) // { _tag: 'Right', right: [] }
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const neutral = <C = unknown, E = never>(): Decider<C, null, E> => ({
  initial: null,
  decide: () => accept(),
  evolve: (state) => state,
  isTerminal: () => true,
})

export { type ManyCommand, type ManyEvent, many } from "./Many.ts"
export { adapt, imapEvent, imapState, mapCommand, mapRejection } from "./Mapping.ts"
export { batch, type Orchestrated, type OutOfFuel, orchestrate } from "./Orchestration.ts"
export {
  combine,
  type ProductCommand,
  type ProductEvent,
  type ProductRejection,
  type ProductState,
  product,
  type Routes,
  type Routing,
} from "./Product.ts"

/**
 * The name that fp-ts knows deciders by.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 * import type { Kind4 } from "fp-ts/HKT.js"
 *
 * // State, events, rejections, commands.
 * const counter: Kind4<Decider.URI, number, number, never, string> = Decider.make({
 *   initial: 0,
 *   decide: (text: string, _n: number) => Decider.accept(text.length),
 *   evolve: (n: number, by: number) => n + by
 * })
 * console.log(Decider.URI) // everfold/Decider
 * ```
 *
 * @category instances
 * @since 0.1.0
 */
export const URI = "everfold/Decider"

/**
 * The type of that name.
 *
 * @category instances
 * @since 0.1.0
 */
export type URI = typeof URI

declare module "fp-ts/HKT.js" {
  interface URItoKind4<S, R, E, A> {
    readonly [URI]: Decider<A, S, R, E>
  }
}

/**
 * The fp-ts `Contravariant` of deciders, in their commands.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * const counter = Decider.make({
 *   initial: 0,
 *   decide: (by: number, _n: number) => Decider.accept(by),
 *   evolve: (n: number, by: number) => n + by
 * })
 * const lengths = Decider.Contravariant.contramap(counter, (text: string) => text.length)
 * console.log(lengths.decide("abc", 0)) // { _tag: 'Right', right: [ 3 ] }
 * ```
 * @category instances
 * @since 0.1.0
 */
export const Contravariant: Contravariant4<URI> = { URI, contramap: (decider, f) => mapCommand(f)(decider) }
