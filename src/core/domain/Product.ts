/**
 * Deciders side by side: `Decider.product`, where each command and event names its part, and `Decider.combine`, where
 * its tag says which part it belongs to.
 *
 * @since 0.1.0
 */
import { type Either, isLeft, right } from "fp-ts/lib/Either.js"
import type { CommandOf, Decider, EventOf, RejectionOf, StateOf } from "./Decider.ts"

/**
 * Any decider, as a part of others.
 *
 * @category type-level
 * @since 0.1.0
 */
export interface AnyDecider<out E> {
  readonly initial: unknown
  readonly decide: (command: never, state: never) => Either<unknown, ReadonlyArray<E>>
  readonly evolve: (state: never, event: never) => unknown
  readonly isTerminal: (state: never) => boolean
}

/**
 * A command for one part of a product, tagged with the part's name.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * const counter = Decider.make({
 *   initial: 0,
 *   decide: (by: number, n: number) => (n + by < 0 ? Decider.reject("too little") : Decider.accept(by)),
 *   evolve: (n: number, by: number) => n + by
 * })
 * const parts = { home: counter, away: counter }
 * const state: Decider.ProductState<typeof parts> = { home: 2, away: 1 }
 * const command: Decider.ProductCommand<typeof parts> = { _tag: "away", command: -2 }
 * const event: Decider.ProductEvent<typeof parts> = { _tag: "home", event: 3 }
 * const rejection: Decider.ProductRejection<typeof parts> = "too little"
 * console.log(Decider.product(parts).decide(command, state)) // { _tag: 'Left', left: 'too little' }
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type ProductCommand<P> = {
  readonly [K in keyof P]: { readonly _tag: K; readonly command: CommandOf<P[K]> }
}[keyof P]

/**
 * An event of one part of a product, tagged with the part's name.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ProductEvent<P> = {
  readonly [K in keyof P]: { readonly _tag: K; readonly event: EventOf<P[K]> }
}[keyof P]

/**
 * The states of a product's parts, by name.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ProductState<P> = { readonly [K in keyof P]: StateOf<P[K]> }

/**
 * What any part of a product may reject with.
 *
 * @category type-level
 * @since 0.1.0
 */
export type ProductRejection<P> = {
  [K in keyof P]: P[K] extends { readonly decide: (command: never, state: never) => infer Out }
    ? RejectionOf<Out>
    : never
}[keyof P]

/** Parts whose types only the caller knows, but for their events'. */
interface Parts<in out E> {
  readonly [name: string]: Decider<unknown, unknown, E, unknown>
}
interface States {
  readonly [name: string]: unknown
}
type Decision<E> = Either<unknown, ReadonlyArray<E>>
interface Tagged {
  readonly _tag: string
}
interface TaggedEvent extends Tagged {
  readonly event: unknown
}

/** Where all parts start, and when all are over. */
const together = <E>(parts: Parts<E>) => {
  const all = Object.entries(parts)
  return {
    initial: Object.fromEntries(all.map(([name, { initial }]) => [name, initial])),
    isTerminal: (states: States) => all.every(([name, part]) => part.isTerminal(states[name])),
  }
}

const unknownPart = (name: string, parts: object): never => {
  throw new Error(`There is no part ${JSON.stringify(name)} (there are ${Object.keys(parts).join(", ")}).`)
}

/**
 * Decides and evolves at the part of a name. The first four parts have a line of their own: the engine learns the one
 * name and the one decider that it meets there, and is about twice as fast as on a line that meets all.
 */
const byName = <E>(parts: Parts<E>) => {
  const [[a, A] = [], [b, B] = [], [c, C] = [], [d, D] = []] = Object.entries(parts)
  const partOf = (name: string): Parts<E>[string] =>
    (Object.hasOwn(parts, name) ? parts[name] : undefined) ?? unknownPart(name, parts)
  return {
    decide: (name: string, command: unknown, states: States): Decision<E> => {
      if (name === a && A !== undefined) return A.decide(command, states[a])
      if (name === b && B !== undefined) return B.decide(command, states[b])
      if (name === c && C !== undefined) return C.decide(command, states[c])
      if (name === d && D !== undefined) return D.decide(command, states[d])
      return partOf(name).decide(command, states[name])
    },
    evolve: (states: States, name: string, event: E): States => {
      // A copy and then the one property: nearly twice as fast as one literal with a computed key.
      const next: { [name: string]: unknown } = { ...states }
      if (name === a && A !== undefined) next[a] = A.evolve(states[a], event)
      else if (name === b && B !== undefined) next[b] = B.evolve(states[b], event)
      else if (name === c && C !== undefined) next[c] = C.evolve(states[c], event)
      else if (name === d && D !== undefined) next[d] = D.evolve(states[d], event)
      else next[name] = partOf(name).evolve(states[name], event)
      return next
    },
  }
}

/** What a part decides, each event tagged with the part's name. */
const tagged = (_tag: string, decision: Decision<unknown>): Decision<TaggedEvent> =>
  isLeft(decision) ? decision : right(decision.right.map((event) => ({ _tag, event })))

/**
 * Several deciders side by side: a command and an event go to the part that they name, and no part sees another's.
 * Terminal when every part is. Associative and commutative, with `neutral` as its unit, after relabelling.
 *
 * independence: `fold(es)[k] = foldₖ(es at k)`; events of different parts commute
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
 * const game = Decider.product({ home: counter, away: counter })
 *
 * const state = Decider.fold(game)([{ _tag: "home", event: 2 }, { _tag: "away", event: 1 }])
 * console.log(state) // { home: 2, away: 1 }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export function product<const P extends { readonly [K in keyof P]: AnyDecider<unknown> }>(
  parts: P,
): Decider<ProductCommand<P>, ProductState<P>, ProductEvent<P>, ProductRejection<P>>
export function product(
  parts: Parts<unknown>,
): Decider<Tagged & { readonly command: unknown }, States, TaggedEvent, unknown> {
  const at = byName(parts)
  return {
    ...together(parts),
    decide: ({ _tag, command }, state) => tagged(_tag, at.decide(_tag, command, state)),
    evolve: (state, { _tag, event }) => at.evolve(state, _tag, event),
  }
}

type TagOf<A> = A extends { readonly _tag: infer T extends string } ? T : never
type Only<All, One = All> = One extends unknown ? ([All] extends [One] ? One : never) : never
type NamesWith<M, T> = { readonly [K in keyof M]: T extends TagOf<M[K]> ? K : never }[keyof M]

/**
 * Which part each tag belongs to: every tag of `M`'s members once. A tag that two members have belongs to none, and so
 * they cannot be combined.
 *
 * @category type-level
 * @since 0.1.0
 */
export type Routes<M> = [M[keyof M]] extends [Tagged] ? RouteOf<M> : { readonly "each of them needs a _tag": never }

type RouteOf<M> = {
  readonly [T in TagOf<M[keyof M]>]: [Only<NamesWith<M, T>>] extends [never]
    ? `${T} is a tag of several parts`
    : Only<NamesWith<M, T>>
}

/**
 * Which part each command and each event belongs to, by tag.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * declare const parts: {
 *   readonly lamp: Decider.Decider<{ readonly _tag: "Press" }, boolean, { readonly _tag: "Pressed" }>
 *   readonly bell: Decider.Decider<{ readonly _tag: "Ring" }, number, { readonly _tag: "Rang" }>
 * }
 * const commands: Decider.Routes<{ lamp: { _tag: "Press" }; bell: { _tag: "Ring" } }> = { Press: "lamp", Ring: "bell" }
 * const routing: Decider.Routing<typeof parts> = { commands, events: { Pressed: "lamp", Rang: "bell" } }
 * const door = Decider.combine(parts, routing)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Routing<P> {
  readonly commands: Routes<{ readonly [K in keyof P]: CommandOf<P[K]> }>
  readonly events: Routes<{ readonly [K in keyof P]: EventOf<P[K]> }>
}

const routed = (what: string, routes: object, parts: object) => {
  const byTag = new Map<string, string>()
  for (const [tag, name] of Object.entries(routes)) {
    if (!Object.hasOwn(parts, name)) throw new Error(`The ${what} ${tag} is routed to ${name}, which is no part.`)
    byTag.set(tag, name)
  }
  return (tag: string): string => byTag.get(tag) ?? nowhere(what, tag)
}

const nowhere = (what: string, tag: string): never => {
  throw new Error(`The ${what} ${JSON.stringify(tag)} is routed to no part.`)
}

/**
 * Several deciders as one whose commands and events are the plain unions of theirs: each goes to the part that its tag
 * belongs to. The compiler checks that every tag is routed, and that no two parts share one. Independent and terminal
 * as a `product`. Throws where a route leads to no part.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 *
 * const lamp = Decider.make({
 *   initial: false,
 *   decide: (_: { readonly _tag: "Press" }, on: boolean) => Decider.accept({ _tag: "Pressed", on: !on }),
 *   evolve: (_on: boolean, event: { readonly _tag: "Pressed"; readonly on: boolean }): boolean => event.on
 * })
 * const bell = Decider.make({
 *   initial: 0,
 *   decide: (_: { readonly _tag: "Ring" }, _times: number) => Decider.accept({ _tag: "Rang" }),
 *   evolve: (times: number, _: { readonly _tag: "Rang" }): number => times + 1
 * })
 * const door = Decider.combine({ lamp, bell }, {
 *   commands: { Press: "lamp", Ring: "bell" },
 *   events: { Pressed: "lamp", Rang: "bell" }
 * })
 * console.log(Decider.fold(door)([{ _tag: "Rang" }, { _tag: "Pressed", on: true }])) // { lamp: true, bell: 1 }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export function combine<const P extends { readonly [K in keyof P]: AnyDecider<Tagged> }>(
  parts: P,
  routing: Routing<P>,
): Decider<CommandOf<P[keyof P]>, ProductState<P>, EventOf<P[keyof P]>, ProductRejection<P>>
export function combine<E extends Tagged>(
  parts: Parts<E>,
  { commands, events }: { readonly commands: object; readonly events: object },
): Decider<Tagged, States, E, unknown> {
  const at = byName(parts)
  const ofCommand = routed("command", commands, parts)
  const ofEvent = routed("event", events, parts)
  return {
    ...together(parts),
    decide: (command, state) => at.decide(ofCommand(command._tag), command, state),
    evolve: (state, event) => at.evolve(state, ofEvent(event._tag), event),
  }
}
