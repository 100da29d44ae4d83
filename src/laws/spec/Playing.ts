/**
 * What examples have in common: how a model is called so that what it throws says where, and how what comes out is
 * compared.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { View } from "../../core/domain/View.ts"
import { Difference, type Sides } from "../Difference.ts"
import { freeze } from "../domain/Purity.ts"
import { indent, show } from "../Show.ts"
import { difference, line } from "./Exact.ts"
import type { Example } from "./Example.ts"
import { differenceOfLists, label, said } from "./Lists.ts"

/**
 * What comes out is not exactly what the example says.
 *
 * @category errors
 * @since 0.1.0
 */
export class Unlike extends Difference {
  readonly text: string
  constructor(text: string, sides: Sides & { readonly what: string }) {
    super(sides)
    this.text = text
  }
  override get message(): string {
    return this.text
  }
}

/**
 * What happens to an example, step by step, a line a step; only a few of the lines of a long story are ever written.
 *
 * @category model
 * @since 0.1.0
 */
export type Trace = Array<() => string>

/** A trace that is longer keeps its ends. */
const longest = 12

/**
 * The lines of a trace: of a long one, its ends.
 *
 * @category conversions
 * @since 0.1.0
 */
export const written = (trace: Trace): ReadonlyArray<string> => {
  const left = trace.length - longest
  const ends = left <= 0 ? trace : [...trace.slice(0, 1), () => `… ${left + 1} steps`, ...trace.slice(1 - longest)]
  return ends.map((step) => step())
}

/** What the engine says where something frozen is changed. */
const changing = /read only|not extensible|Cannot delete/

const isChange = (thrown: unknown): boolean => thrown instanceof TypeError && changing.test(thrown.message)

/**
 * A call of a function of the model.
 *
 * @category model
 * @since 0.1.0
 */
export interface Call<A> {
  /** The call on a line, its values by `name`. */
  readonly what: (name: (value: unknown) => string) => string
  readonly run: () => A
  /** The answer on a line; as it is, if left out. */
  readonly told?: (answer: A) => string
}

/**
 * Calls a function of the model, and takes down what it answers. What it throws is what fails.
 *
 * @category running
 * @since 0.1.0
 */
export const attempt = <A>(trace: Trace, { what, run, told = line }: Call<A>): Effect.Effect<A, unknown> =>
  Effect.suspend(() => {
    try {
      const answer = run()
      trace.push(() => `${what(label)} = ${told(answer)}`)
      return Effect.succeed(answer)
    } catch (thrown) {
      const why = isChange(thrown) ? ": it changes what it is given, which is frozen here" : ""
      trace.push(() => `${what(line)} threw${why}`)
      return Effect.fail(thrown)
    }
  })

/**
 * Folds events one by one. States are frozen, so that a model that changes one in place is seen where it does.
 *
 * @category running
 * @since 0.1.0
 */
export const fold = Effect.fnUntraced(function* <S, E>(
  { evolve }: View<S, E>,
  from: S,
  { events, trace }: { readonly events: ReadonlyArray<E>; readonly trace: Trace },
): Effect.fn.Return<S, unknown> {
  let state = from
  for (const event of events) {
    const before = state
    freeze(event)
    state = yield* attempt(trace, { what: (name) => `evolve(…, ${name(event)})`, run: () => evolve(before, event) })
    freeze(state)
  }
  return state
})

/**
 * The state that is given: what the events before make of the beginning.
 *
 * @category running
 * @since 0.1.0
 */
export const history = <S, E>(
  view: View<S, E>,
  { given = [] }: { readonly given?: ReadonlyArray<E> },
  trace: Trace,
): Effect.Effect<S, unknown> => {
  freeze(view.initial)
  trace.push(() => `initial = ${line(view.initial)}`)
  return fold(view, view.initial, { events: given, trace })
}

/** Where each side has more lines than this, both say less than the place where they differ. */
const glance = 12

/**
 * Succeeds where a value is exactly the expected one.
 *
 * @category comparing
 * @since 0.1.0
 */
export const exactly = (what: string, { expected, actual }: Sides): Effect.Effect<void, Unlike> =>
  Effect.suspend(() => {
    const place = difference(expected, actual)
    if (place === undefined) return Effect.void
    const sides = `expected:\n${indent(show(expected))}\nactual:\n${indent(show(actual))}`
    const sentence = `${what} differs: ${said(place)}.`
    const isSaid = typeof expected !== "object" && typeof actual !== "object"
    const message = isSaid || sides.split("\n").length > 2 * glance ? sentence : `${sentence}\n${sides}`
    return Effect.fail(new Unlike(message, { what, expected, actual }))
  })

/**
 * Succeeds where a list has exactly the expected items, in their order. What is no list fails.
 *
 * @category comparing
 * @since 0.1.0
 */
export const exactlyAll = (
  one: string,
  { expected, actual }: { readonly expected: ReadonlyArray<unknown>; readonly actual: ReadonlyArray<unknown> },
): Effect.Effect<void, Unlike> =>
  Effect.suspend(() => {
    const message = Array.isArray(actual)
      ? differenceOfLists(one, expected, actual)
      : `${one}s are a list, and not ${line(actual)}.`
    return message === undefined ? Effect.void : Effect.fail(new Unlike(message, { what: `${one}s`, expected, actual }))
  })

/**
 * Succeeds where the state, and whether it is terminal, are what an example says of them; it may say nothing.
 *
 * @category comparing
 * @since 0.1.0
 */
export const exactlyState = Effect.fnUntraced(function* <S>(
  example: Example,
  {
    state,
    isTerminal,
    trace,
  }: { readonly state: S; readonly isTerminal?: (state: S) => boolean; readonly trace: Trace },
): Effect.fn.Return<void, unknown> {
  if ("state" in example) yield* exactly("the state", { expected: example.state, actual: state })
  if (example.isTerminal === undefined || isTerminal === undefined) return
  const actual = yield* attempt(trace, { what: () => "isTerminal(…)", run: () => isTerminal(state) })
  yield* exactly("isTerminal", { expected: example.isTerminal, actual })
})
