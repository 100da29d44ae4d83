/**
 * What a decider makes of commands, one after another, step by step. A model that breaks its contract ends the walk; it
 * does not break the law that walks.
 *
 * @since 0.1.0
 */
import { type Either, isLeft, isRight, left, right } from "fp-ts/lib/Either.js"
import type { Decider } from "../../core/domain/Decider.ts"
import { same } from "../Same.ts"
import { type Call, type Misdeed, once } from "./Calling.ts"
import { copy } from "./Purity.ts"

/**
 * Where a history has come to.
 *
 * @category model
 * @since 0.1.0
 */
export interface Place<S> {
  readonly state: S
  readonly over: boolean
}

/**
 * An event, and where it led.
 *
 * @category model
 * @since 0.1.0
 */
export interface Evolved<S, E> extends Place<S> {
  readonly event: E
}

/**
 * How the model broke its contract: which function, on what, in which state.
 *
 * @category model
 * @since 0.1.0
 */
export interface Broke {
  readonly during: "decide" | "evolve" | "isTerminal"
  /** The command or the event. */
  readonly on?: unknown
  readonly state: unknown
  readonly misdeed: Misdeed
}

/**
 * A command, and what came of it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Step<C, S, E, R> {
  readonly command: C
  readonly before: Place<S>
  /** None where `decide` broke. */
  readonly decision?: Either<R, ReadonlyArray<E>>
  /** All that was decided, in its order, up to where `evolve` broke. */
  readonly evolved: ReadonlyArray<Evolved<S, E>>
  readonly broke?: Broke
}

/**
 * Where a history was when something was decided: between two commits, never in the middle of one.
 *
 * @category model
 * @since 0.1.0
 */
export interface Stop<S> extends Place<S> {
  /** How many events there were. */
  readonly version: number
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Walk<C, S, E, R> {
  /** The decider as it was at the beginning of the walk. */
  readonly decider: Decider<C, S, E, R>
  readonly steps: ReadonlyArray<Step<C, S, E, R>>
  /** Where it came to, after each event: first the initial state, unless it broke there. */
  readonly places: ReadonlyArray<Place<S>>
  /** Those of the places that something can be decided in, first the initial state. */
  readonly stops: ReadonlyArray<Stop<S>>
  readonly events: ReadonlyArray<E>
  /** The walk ended early, here. */
  readonly broke?: Broke
}

const pristine = new WeakMap<object, unknown>()

/**
 * A decider, or a view, as it was when it was first walked: an initial state that was changed since is replaced by a copy. That of a
 * sound model stays what it is, so that it may be compared by identity and have private fields.
 *
 * @category running
 * @since 0.1.0
 */
export function fresh<V extends { readonly initial: unknown }>(view: V): V
export function fresh(view: { readonly initial: unknown }): object {
  const { initial } = view
  const original = pristine.get(view)
  if (original === undefined) pristine.set(view, copy(initial))
  return original === undefined || same(original, initial) ? view : { ...view, initial: copy(original) }
}

/**
 * Whether this is what `decide` may answer.
 *
 * @category guards
 * @since 0.1.0
 */
export const isDecision = (answer: unknown): answer is Either<unknown, ReadonlyArray<unknown>> =>
  typeof answer === "object" &&
  answer !== null &&
  "_tag" in answer &&
  (answer._tag === "Left" || (answer._tag === "Right" && "right" in answer && Array.isArray(answer.right)))

/**
 * A state, and whether the story is over in it.
 *
 * @category running
 * @since 0.1.0
 */
export const arrive = <S>(
  { isTerminal }: { readonly isTerminal: (state: S) => boolean },
  state: S,
  call: Call = once,
): Either<Broke, Place<S>> => {
  const over = call((state: S, _) => isTerminal(state), state, undefined)
  return isLeft(over) ? left({ during: "isTerminal", state, misdeed: over.left }) : right({ state, over: over.right })
}

/**
 * One event, in one place.
 *
 * @category running
 * @since 0.1.0
 */
export const advance = <S, E>(
  decider: Omit<Decider<never, S, E, unknown>, "decide">,
  event: E,
  { state }: Place<S>,
  call: Call = once,
): Either<Broke, Evolved<S, E>> => {
  const broke = (misdeed: Misdeed): Either<Broke, never> => left({ during: "evolve", on: event, state, misdeed })
  const next = call(decider.evolve, state, event)
  if (isLeft(next)) return broke(next.left)
  if (next.right === undefined && decider.initial !== undefined) return broke({ _tag: "Strayed", answer: next.right })
  const place = arrive(decider, next.right, call)
  return isLeft(place) ? place : right({ ...place.right, event })
}

/**
 * One command, in one place.
 *
 * @category running
 * @since 0.1.0
 */
export const take = <C, S, E, R>(
  decider: Decider<C, S, E, R>,
  command: C,
  before: Place<S>,
  call: Call = once,
): Step<C, S, E, R> => {
  const broken = (misdeed: Misdeed): Step<C, S, E, R> => {
    const broke: Broke = { during: "decide", on: command, state: before.state, misdeed }
    return { command, before, evolved: [], broke }
  }
  const answer = call(decider.decide, command, before.state)
  if (isLeft(answer)) return broken(answer.left)
  const decision = answer.right
  if (!isDecision(decision)) return broken({ _tag: "Strayed", answer: decision })
  const evolved: Array<Evolved<S, E>> = []
  for (const event of isRight(decision) ? decision.right : []) {
    const place = advance(decider, event, evolved.at(-1) ?? before, call)
    if (isLeft(place)) return { command, before, decision, evolved, broke: place.left }
    evolved.push(place.right)
  }
  return { command, before, decision, evolved }
}

/**
 * All commands, one after another, from the beginning.
 *
 * @category running
 * @since 0.1.0
 */
export const walk = <C, S, E, R>(
  model: Decider<C, S, E, R>,
  commands: ReadonlyArray<C>,
  call: Call = once,
): Walk<C, S, E, R> => {
  const decider = fresh(model)
  const start = arrive(decider, decider.initial, call)
  if (isLeft(start)) return { decider, steps: [], places: [], stops: [], events: [], broke: start.left }
  const steps: Array<Step<C, S, E, R>> = []
  const places = [start.right]
  const stops = [{ ...start.right, version: 0 }]
  const events: Array<E> = []
  let place = start.right
  for (const command of commands) {
    const step = take(decider, command, place, call)
    steps.push(step)
    places.push(...step.evolved)
    events.push(...step.evolved.map(({ event }) => event))
    if (step.broke !== undefined) return { decider, steps, places, stops, events, broke: step.broke }
    place = step.evolved.at(-1) ?? place
    if (step.evolved.length > 0) stops.push({ state: place.state, over: place.over, version: events.length })
  }
  return { decider, steps, places, stops, events }
}
