/**
 * Examples as data: what is given, what is asked, and what then comes out.
 *
 * @since 0.1.0
 */

/**
 * An example as data, whatever it is an example of. What it does not speak of has no key.
 *
 * @example
 * ```ts
 * import type { Spec } from "everfold/laws"
 *
 * const isRefusal = (example: Spec.Example): boolean => "rejection" in example
 * console.log(isRefusal({ when: -7, rejection: "too little" })) // true
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Example {
  /** The events before. */
  readonly given?: ReadonlyArray<unknown>
  /** The command, or the event, that is answered. */
  readonly when?: unknown
  readonly events?: ReadonlyArray<unknown>
  readonly rejection?: unknown
  readonly commands?: ReadonlyArray<unknown>
  readonly pending?: ReadonlyArray<unknown>
  readonly state?: unknown
  readonly isTerminal?: boolean
}

/** At least one of these. */
type SomeOf<A> = {
  readonly [K in keyof A]-?: { readonly [_ in K]: A[K] } & { readonly [O in keyof A]?: A[O] }
}[keyof A]

interface Given<E> {
  /** What has happened before; nothing, if left out. */
  readonly given?: ReadonlyArray<E>
}

/** The command is accepted with exactly these events, perhaps none. */
interface Accepted<C, S, E> extends Given<E> {
  readonly when: C
  readonly events: ReadonlyArray<E>
  readonly rejection?: never
  /** The state after them. */
  readonly state?: S
  /** Whether the story is over after them. */
  readonly isTerminal?: boolean
}

/** The command is refused with exactly this rejection. */
interface Refused<C, E, R> extends Given<E> {
  readonly when: C
  readonly rejection: R
  readonly events?: never
  readonly state?: never
  readonly isTerminal?: never
}

/** What the given events come to, without a command. */
type Folded<S, E> = Given<E> & { readonly when?: never; readonly events?: never; readonly rejection?: never } & SomeOf<{
    readonly state: S
    readonly isTerminal: boolean
  }>

/** An example with a command. */
export type Commanded<C, S, E, R> = Accepted<C, S, E> | Refused<C, E, R>

/**
 * An example of a decider: given events, when a command, then `events` (none: `[]`) or a `rejection`; where wanted the
 * `state` after them, and whether it `isTerminal`. Without a command, what the given events come to.
 *
 * @example
 * ```ts
 * import type { Spec } from "everfold/laws"
 *
 * // Commands, states, events, rejections.
 * const overdraft: Spec.DeciderExample<number, number, number, string> = {
 *   given: [5],
 *   when: -7,
 *   rejection: "too little"
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export type DeciderExample<C, S, E, R> = Commanded<C, S, E, R> | Folded<S, E>

/**
 * An example of a view: given events, then a `state`.
 *
 * @example
 * ```ts
 * import type { Spec } from "everfold/laws"
 *
 * const counted: Spec.ViewExample<number, string> = { given: ["seen", "seen"], state: 2 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface ViewExample<S, E> extends Given<E> {
  readonly state: S
}

/**
 * An example of a policy: when an event, then `commands` (none: `[]`).
 *
 * @example
 * ```ts
 * import type { Spec } from "everfold/laws"
 *
 * const greeted: Spec.PolicyExample<string, string> = { when: "Ada", commands: ["greet Ada"] }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface PolicyExample<E, C> {
  readonly when: E
  readonly commands: ReadonlyArray<C>
}

/**
 * An example of a process manager: given events, when an event, then the `commands` that it asks for; where wanted what
 * is owed after it (`pending`), the `state`, and whether it `isTerminal`. Without an event, what the given events come to.
 *
 * @example
 * ```ts
 * import type { Spec } from "everfold/laws"
 *
 * // Events, commands, states.
 * const shipped: Spec.ProcessExample<string, string, ReadonlyArray<string>> = {
 *   given: ["ordered"],
 *   when: "paid",
 *   commands: ["ship"],
 *   pending: ["ship"]
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export type ProcessExample<E, C, S> = Asked<E, C, S> | Followed<E, C, S>

interface Asked<E, C, S> extends Given<E> {
  readonly when: E
  readonly commands: ReadonlyArray<C>
  readonly pending?: ReadonlyArray<C>
  readonly state?: S
  readonly isTerminal?: boolean
}

type Followed<E, C, S> = Given<E> & { readonly when?: never; readonly commands?: never } & SomeOf<{
    readonly pending: ReadonlyArray<C>
    readonly state: S
    readonly isTerminal: boolean
  }>

/** @category guards @since 0.1.0 */
export const isCommanded = <C, S, E, R>(example: DeciderExample<C, S, E, R>): example is Commanded<C, S, E, R> =>
  "when" in example

/** @category guards @since 0.1.0 */
export const isAsked = <E, C, S>(example: ProcessExample<E, C, S>): example is Asked<E, C, S> => "when" in example
