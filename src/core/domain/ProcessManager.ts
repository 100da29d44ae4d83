/**
 * A process manager follows events, keeps what it must remember of them, and asks for commands until its process is
 * over. What it has asked for and not seen done is owed; after a restart the state alone says what that is.
 *
 * ```
 * ProcessManager<E, C, S> = View<S, E> & { react: (S, E) → C[], pending: S → C[], isTerminal: S → boolean }
 * ```
 *
 * Laws (`ProcessLaws`), where `s' = evolve(s, e)`:
 *
 * - what is asked for is owed: `react(s', e) ⊆ pending(s')`
 * - nothing else becomes owed: `pending(s') ⊆ pending(s) ∪ react(s', e)`, and `pending(initial) = []`; so where what is
 *   owed changes its content, it is asked for again
 * - a process that is over owes nothing: `isTerminal(s) ⇒ pending(s) = []`, and stays over
 * - a restart resumes exactly what is owed: stopped anywhere and driven on with `pending`, it comes to the same events, perhaps
 *   in another order
 *
 * @since 0.1.0
 */
import { isNone, type Option } from "fp-ts/lib/Option.js"
import type { Profunctor3 } from "fp-ts/lib/Profunctor.js"
import * as View from "./View.ts"

/**
 * Follows events `E` and asks for commands `C`, remembering `S`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProcessManager<in E, out C, in out S> extends View.View<S, E> {
  /** What an event asks for, in order; `state` includes the event already. */
  readonly react: (state: S, event: E) => ReadonlyArray<C>
  /** What was asked for and is not done: what to do after a restart, in this order. */
  readonly pending: (state: S) => ReadonlyArray<C>
  readonly isTerminal: (state: S) => boolean
}

/**
 * What `make` takes: a process manager whose `isTerminal` may be left out (never over).
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 *
 * const definition: ProcessManager.Definition<string, ReadonlyArray<string>, ReadonlyArray<string>> = {
 *   initial: [],
 *   evolve: (waiting, event) => (event === "greeted" ? [] : [...waiting, event]),
 *   react: (_waiting, event) => (event === "greeted" ? [] : [event]),
 *   pending: (waiting) => waiting
 * }
 * console.log(ProcessManager.make(definition).isTerminal([])) // false
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Definition<in E, in out Asked extends ReadonlyArray<unknown>, in out S> extends View.View<S, E> {
  readonly react: (state: S, event: E) => Asked
  /** Of the commands that `react` asks for. */
  readonly pending: (state: S) => ReadonlyArray<NoInfer<Asked>[number]>
  readonly isTerminal?: (state: S) => boolean
}

const never = (): boolean => false

/**
 * Makes a process manager. Events and state come from the annotation of `evolve`, commands from what `react` asks for.
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 *
 * type Event = { readonly _tag: "Ordered"; readonly order: string } | { readonly _tag: "Shipped"; readonly order: string }
 * const ship = (order: string) => ({ _tag: "Ship" as const, order })
 *
 * const shipping = ProcessManager.make({
 *   initial: [],
 *   evolve: (open: ReadonlyArray<string>, event: Event): ReadonlyArray<string> =>
 *     event._tag === "Ordered" ? [...open, event.order] : open.filter((order) => order !== event.order),
 *   react: (_open, event) => (event._tag === "Ordered" ? [ship(event.order)] : []),
 *   pending: (open) => open.map(ship)
 * })
 * console.log(ProcessManager.owed(shipping)([{ _tag: "Ordered", order: "7" }])) // [ { _tag: 'Ship', order: '7' } ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = <E, S, const Asked extends ReadonlyArray<unknown>>({
  initial,
  evolve,
  react,
  pending,
  isTerminal = never,
}: Definition<E, Asked, S>): ProcessManager<E, Asked[number], S> => ({ initial, evolve, react, pending, isTerminal })

/**
 * The process manager that asks for nothing: the unit of `product`.
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 *
 * console.log(ProcessManager.owed(ProcessManager.unit)(["whatever", "happened"])) // []
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const unit: ProcessManager<unknown, never, Readonly<Record<never, never>>> = {
  ...View.unit,
  react: () => [],
  pending: () => [],
  isTerminal: () => true,
}

/**
 * What is owed after these events: what to do first after a restart.
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 *
 * const greeting = ProcessManager.make({
 *   initial: "",
 *   evolve: (_name: string, event: string): string => (event === "greeted" ? "" : event),
 *   react: (name) => (name === "" ? [] : [`greet ${name}`]),
 *   pending: (name) => (name === "" ? [] : [`greet ${name}`])
 * })
 * console.log(ProcessManager.owed(greeting)(["Ada"])) // [ 'greet Ada' ]
 * console.log(ProcessManager.owed(greeting)(["Ada", "greeted"])) // []
 * ```
 * @category folding
 * @since 0.1.0
 */
export const owed =
  <E, C, S>(process: ProcessManager<E, C, S>) =>
  (events: Iterable<E>): ReadonlyArray<C> =>
    process.pending(View.fold(process)(events))

/**
 * A process manager of other events with other commands: each event is translated before it is followed, and each
 * command after it is asked for.
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 *
 * const greeting = ProcessManager.make({
 *   initial: "",
 *   evolve: (_name: string, event: string): string => (event === "greeted" ? "" : event),
 *   react: (name) => (name === "" ? [] : [`greet ${name}`]),
 *   pending: (name) => (name === "" ? [] : [`greet ${name}`])
 * })
 * const inTheShop = ProcessManager.promap(
 *   (event: { readonly customer: string }) => event.customer,
 *   (text: string) => ({ _tag: "Say" as const, text })
 * )(greeting)
 * console.log(ProcessManager.owed(inTheShop)([{ customer: "Ada" }])) // [ { _tag: 'Say', text: 'greet Ada' } ]
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const promap =
  <E2, E, C, C2>(f: (event: E2) => E, g: (command: C) => C2) =>
  <S>(self: ProcessManager<E, C, S>): ProcessManager<E2, C2, S> => ({
    ...View.contramap(f)(self),
    react: (state, event) => self.react(state, f(event)).map((command) => g(command)),
    pending: (state) => self.pending(state).map((command) => g(command)),
    isTerminal: self.isTerminal,
  })

/**
 * A process manager of other events, some of which are none of its own: those change nothing and ask for nothing.
 *
 * @example
 * ```ts
 * import { Prism, ProcessManager } from "everfold"
 *
 * type Event = { readonly _tag: "Ordered"; readonly order: string } | { readonly _tag: "Seen" }
 * const shipping = ProcessManager.make({
 *   initial: "",
 *   evolve: (_order: string, event: { readonly order: string }) => event.order,
 *   react: (order) => [`ship ${order}`],
 *   pending: (order) => (order === "" ? [] : [`ship ${order}`])
 * })
 * const inTheShop = ProcessManager.adapt(Prism.tagged<Event>()("Ordered").getOption)(shipping)
 * console.log(ProcessManager.owed(inTheShop)([{ _tag: "Ordered", order: "17" }, { _tag: "Seen" }])) // [ 'ship 17' ]
 * ```
 *
 * @category combinators
 * @since 0.1.0
 */
export const adapt =
  <E2, E>(getOption: (event: E2) => Option<E>) =>
  <C, S>(self: ProcessManager<E, C, S>): ProcessManager<E2, C, S> => ({
    ...View.adapt(getOption)(self),
    react: (state, event) => {
      const own = getOption(event)
      return isNone(own) ? [] : self.react(state, own.value)
    },
    pending: self.pending,
    isTerminal: self.isTerminal,
  })

/**
 * What any part of a product may ask for.
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 *
 * declare const parts: {
 *   readonly mail: ProcessManager.ProcessManager<string, "send", number>
 *   readonly shelf: ProcessManager.ProcessManager<string, "file", number>
 * }
 * const commands: ReadonlyArray<ProcessManager.ProductCommand<typeof parts>> = ["send", "file"]
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type ProductCommand<P> = {
  [K in keyof P]: P[K] extends { readonly pending: (state: never) => ReadonlyArray<infer C> } ? C : never
}[keyof P]

type FollowedBy<P> = P extends { readonly evolve: (state: never, event: infer E) => unknown } ? E : never
type Processes<P> = {
  readonly [K in keyof P]-?: K extends string
    ? ProcessManager<FollowedBy<P[K]>, unknown, View.ProductState<P>[K]>
    : never
}

/**
 * Several process managers that follow the same events. What the first part asks for comes first (parts whose names are
 * whole numbers come before the others, as in any object); over when every part is.
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 *
 * const reminding = (what: string) =>
 *   ProcessManager.make({
 *     initial: 0,
 *     evolve: (due: number, event: string): number => (event === what ? due + 1 : due),
 *     react: (_due, event): ReadonlyArray<string> => (event === what ? [`remind of ${what}`] : []),
 *     pending: (due) => Array.from({ length: due }, () => `remind of ${what}`)
 *   })
 * const both = ProcessManager.product({ bread: reminding("bread"), milk: reminding("milk") })
 * console.log(ProcessManager.owed(both)(["milk", "bread"])) // [ 'remind of bread', 'remind of milk' ]
 * ```
 * @category combinators
 * @since 0.1.0
 */
export function product<const P extends Processes<P>>(
  processes: P,
): ProcessManager<View.ProductEvent<P>, ProductCommand<P>, View.ProductState<P>>
export function product(processes: {
  readonly [name: string]: ProcessManager<unknown, unknown, unknown>
}): ProcessManager<unknown, unknown, { readonly [name: string]: unknown }> {
  const parts = Object.entries(processes)
  return {
    ...View.product(processes),
    react: (state, event) => parts.flatMap(([name, { react }]) => react(state[name], event)),
    pending: (state) => parts.flatMap(([name, { pending }]) => pending(state[name])),
    isTerminal: (state) => parts.every(([name, { isTerminal }]) => isTerminal(state[name])),
  }
}

/**
 * The name that fp-ts knows process managers by.
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 * import type { Kind3 } from "fp-ts/HKT.js"
 *
 * // State, events, commands.
 * const silent: Kind3<ProcessManager.URI, object, string, string> = ProcessManager.product({})
 * console.log(ProcessManager.URI, silent.pending({})) // everfold/ProcessManager []
 * ```
 * @category instances
 * @since 0.1.0
 */
export const URI = "everfold/ProcessManager"

/**
 * The type of that name.
 *
 * @category instances
 * @since 0.1.0
 */
export type URI = typeof URI

declare module "fp-ts/HKT.js" {
  interface URItoKind3<R, E, A> {
    readonly [URI]: ProcessManager<E, A, R>
  }
}

/**
 * The fp-ts `Profunctor` of process managers with the same state: contravariant in events, covariant in commands.
 *
 * @example
 * ```ts
 * import { ProcessManager } from "everfold"
 *
 * const greeting = ProcessManager.make({
 *   initial: "",
 *   evolve: (_name: string, name: string) => name,
 *   react: (name) => [`greet ${name}`],
 *   pending: (name) => (name === "" ? [] : [`greet ${name}`])
 * })
 * const loud = ProcessManager.Profunctor.map(greeting, (command) => command.toUpperCase())
 * console.log(ProcessManager.owed(loud)(["Ada"])) // [ 'GREET ADA' ]
 * ```
 *
 * @category instances
 * @since 0.1.0
 */
export const Profunctor: Profunctor3<URI> = {
  URI,
  map: (process, g) => promap((event: Parameters<typeof process.evolve>[1]) => event, g)(process),
  promap: (process, f, g) => promap(f, g)(process),
}
