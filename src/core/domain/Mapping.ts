/**
 * Deciders in another dress: other commands, events, states or rejections, or a larger world.
 *
 * @since 0.1.0
 */
import { map, mapLeft, right } from "fp-ts/lib/Either.js"
import { isNone } from "fp-ts/lib/Option.js"
import type { Decider } from "./Decider.ts"
import type { Prism } from "./Prism.ts"
import * as View from "./View.ts"

/**
 * Commands of another type, each translated before it is decided.
 *
 * `mapCommand(identity) = identity`, `mapCommand(f) ∘ mapCommand(g) = mapCommand(g ∘ f)`
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
 * const fromText = Decider.mapCommand((text: string) => Number(text))(counter)
 * console.log(fromText.decide("7", 0)) // { _tag: 'Right', right: [ 7 ] }
 * ```
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
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * const counter = Decider.make({
 *   initial: 0,
 *   decide: (by: number, _n: number) => Decider.accept(by),
 *   evolve: (n: number, by: number) => n + by
 * })
 * const tagged = Decider.imapEvent(
 *   (by: number) => ({ _tag: "Counted" as const, by }),
 *   ({ by }) => by
 * )(counter)
 * console.log(Decider.fold(tagged)([{ _tag: "Counted", by: 7 }])) // 7
 * ```
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
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * const counter = Decider.make({
 *   initial: 0,
 *   decide: (by: number, _n: number) => Decider.accept(by),
 *   evolve: (n: number, by: number) => n + by
 * })
 * const named = Decider.imapState(
 *   (count: number) => ({ count }),
 *   ({ count }) => count
 * )(counter)
 * console.log(named.initial) // { count: 0 }
 * ```
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
      return isNone(own) ? right([]) : map(translated(event.reverseGet))(self.decide(own.value, state))
    },
    isTerminal: self.isTerminal,
  })
