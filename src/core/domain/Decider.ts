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
 * @since 0.1.0
 */
import type { Contravariant4 } from "fp-ts/lib/Contravariant.js"
import { type Either, type Left, left, map, mapLeft, right } from "fp-ts/lib/Either.js"
import { isNone } from "fp-ts/lib/Option.js"
import type { Prism } from "./Prism.ts"
import * as View from "./View.ts"

/**
 * Commands `C` are decided on a state `S` into events `E` or a rejection `R`.
 *
 * @category model
 * @since 0.1.0
 */
export interface Decider<in C, in out S, in out E, out R = never> extends View.View<S, E> {
  readonly decide: (command: C, state: S) => Either<R, ReadonlyArray<E>>
  /** In a terminal state the story is over: a repository no longer finds it. */
  readonly isTerminal: (state: S) => boolean
}

/**
 * What a decision function may return: rejections are the types of its `Left`s.
 *
 * @category type-level
 * @since 0.1.0
 */
export type RejectionOf<Out> = Out extends Left<infer R> ? R : never

/**
 * @category type-level
 * @since 0.1.0
 */
export type CommandOf<D> = D extends { readonly decide: (command: infer C, state: never) => unknown } ? C : never

/**
 * @category type-level
 * @since 0.1.0
 */
export type StateOf<D> = D extends { readonly initial: infer S } ? S : never

/**
 * @category type-level
 * @since 0.1.0
 */
export type EventOf<D> = D extends { readonly evolve: (state: never, event: infer E) => unknown } ? E : never

/**
 * What `make` takes: a decider whose `isTerminal` may be left out (never terminal).
 *
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
 * @category decisions
 * @since 0.1.0
 */
export const accept = <const E = never>(...events: ReadonlyArray<E>): Either<never, ReadonlyArray<E>> => right(events)

/**
 * The decision that the command is refused. A rejection is the model's own value, not an exception.
 *
 * @category decisions
 * @since 0.1.0
 */
export const reject = <const R>(rejection: R): Either<R, never> => left(rejection)

/**
 * The state after these events, from `state`. `fold(d)(events)` starts at the initial state.
 *
 * @category folding
 * @since 0.1.0
 */
export const fold: typeof View.fold = View.fold

/**
 * Commands of another type, each translated before it is decided.
 *
 * `mapCommand(identity) = identity`, `mapCommand(f) ∘ mapCommand(g) = mapCommand(g ∘ f)`
 *
 * @category combinators
 * @since 0.1.0
 */
export const mapCommand =
  <C2, C>(f: (command: C2) => C) =>
  <S, E, R>(self: Decider<C, S, E, R>): Decider<C2, S, E, R> => ({
    initial: self.initial,
    decide: (command, state) => self.decide(f(command), state),
    evolve: self.evolve,
    isTerminal: self.isTerminal,
  })

const translated =
  <E, E2>(f: (event: E) => E2) =>
  (events: ReadonlyArray<E>): ReadonlyArray<E2> =>
    events.map((event) => f(event))

/**
 * Events of another type. Behaviour is kept where `from(to(e)) = e`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const imapEvent =
  <E, E2>(to: (event: E) => E2, from: (event: E2) => E) =>
  <C, S, R>(self: Decider<C, S, E, R>): Decider<C, S, E2, R> => ({
    initial: self.initial,
    decide: (command, state) => map(translated(to))(self.decide(command, state)),
    evolve: (state, event) => self.evolve(state, from(event)),
    isTerminal: self.isTerminal,
  })

/**
 * A state of another type. Behaviour is kept where `from(to(s)) = s`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const imapState =
  <S, S2>(to: (state: S) => S2, from: (state: S2) => S) =>
  <C, E, R>(self: Decider<C, S, E, R>): Decider<C, S2, E, R> => ({
    ...View.imap(to, from)(self),
    decide: (command, state) => self.decide(command, from(state)),
    isTerminal: (state) => self.isTerminal(from(state)),
  })

/**
 * Rejections of another type.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * const door = Decider.make({
 *   initial: true,
 *   decide: (_: "open", locked: boolean) => (locked ? Decider.reject("locked") : Decider.accept("opened")),
 *   evolve: (_locked: boolean, _: "opened"): boolean => false
 * })
 * const said = Decider.mapRejection((why: string) => `The door is ${why}.`)(door)
 * console.log(said.decide("open", true)) // { _tag: 'Left', left: 'The door is locked.' }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const mapRejection =
  <R, R2>(f: (rejection: R) => R2) =>
  <C, S, E>(self: Decider<C, S, E, R>): Decider<C, S, E, R2> => ({
    ...self,
    decide: (command, state) => mapLeft(f)(self.decide(command, state)),
  })

/**
 * A decider in a larger world: it decides the commands that it picks and follows the events that it picks; whatever else
 * is commanded decides nothing, and whatever else happens changes nothing.
 *
 * `getOption(e) = none ⇒ evolve(s, e) = s`, `adapt(p) ∘ adapt(q) = adapt(p then q)`
 *
 * @example
 * ```ts
 * import { Decider, Prism } from "everfold"
 *
 * type Command = { readonly _tag: "Ring" } | { readonly _tag: "Knock" }
 * type Event = { readonly _tag: "Rang" } | { readonly _tag: "Knocked" }
 * const bell = Decider.make({
 *   initial: 0,
 *   decide: (_: { readonly _tag: "Ring" }, _times: number) => Decider.accept({ _tag: "Rang" }),
 *   evolve: (times: number, _: { readonly _tag: "Rang" }): number => times + 1
 * })
 * const door = Decider.adapt(Prism.tagged<Command>()("Ring"), Prism.tagged<Event>()("Rang"))(bell)
 * console.log(Decider.fold(door)([{ _tag: "Rang" }, { _tag: "Knocked" }])) // 1
 * ```
 * @category combinators
 * @since 0.1.0
 */
export const adapt =
  <C2, C, E2, E>(command: Pick<Prism<C2, C>, "getOption">, event: Prism<E2, E>) =>
  <S, R>(self: Decider<C, S, E, R>): Decider<C2, S, E2, R> => ({
    ...View.adapt(event.getOption)(self),
    decide: (larger, state) => {
      const own = command.getOption(larger)
      return isNone(own) ? accept() : map(translated(event.reverseGet))(self.decide(own.value, state))
    },
    isTerminal: self.isTerminal,
  })

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
 * @category instances
 * @since 0.1.0
 */
export const URI = "everfold/Decider"

/**
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
