/**
 * What examples have in common: how a model is called so that what it throws says where, and how what comes out is
 * compared.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import type { View } from "../../core/domain/View.ts"
import type { Sides } from "../Difference.ts"
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
export class Unlike extends TaggedError("Unlike")<Sides & { readonly message: string }> {}

const frames = (cause: unknown): ReadonlyArray<string> =>
  (cause instanceof Error ? (cause.stack ?? "") : "")
    .split("\n")
    .filter(
      (frame) => frame.trimStart().startsWith("at ") && !frame.includes("node_modules") && !frame.includes("node:"),
    )
    .slice(0, 3)

/** What the engine says where something frozen is changed. */
const changes = /read only|not extensible|Cannot delete/

const hint = (cause: unknown): ReadonlyArray<string> =>
  cause instanceof TypeError && changes.test(cause.message)
    ? ["  States, events and commands are frozen here: answer with a new value instead of changing one."]
    : []

/**
 * A function of the model threw.
 *
 * @category errors
 * @since 0.1.0
 */
export class Threw extends TaggedError("Threw")<{ readonly what: string; readonly cause: unknown }> {
  override get message(): string {
    return [`${this.what} threw:`, indent(show(this.cause)), ...hint(this.cause), ...frames(this.cause)].join("\n")
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

/**
 * Calls a function of the model.
 *
 * @category running
 * @since 0.1.0
 */
export const attempt = <A>(what: () => string, call: () => A): Effect.Effect<A, Threw> =>
  Effect.try({ try: call, catch: (cause) => new Threw({ what: what(), cause }) })

/**
 * Folds events one by one. States are frozen, so that a model that changes one in place is seen where it does.
 *
 * @category running
 * @since 0.1.0
 */
export const fold = Effect.fnUntraced(function* <S, E>(
  { evolve }: View<S, E>,
  from: S,
  { events, which, trace }: { readonly events: ReadonlyArray<E>; readonly which: string; readonly trace: Trace },
): Effect.fn.Return<S, Threw> {
  let state = from
  for (const [i, event] of events.entries()) {
    freeze(event)
    const before = state
    const after = yield* attempt(
      () => `evolve, on ${which} ${i + 1}, ${line(event)},`,
      () => evolve(before, event),
    )
    freeze(after)
    trace.push(() => `evolve(…, ${label(event)}) = ${line(after)}`)
    state = after
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
): Effect.Effect<S, Threw> => {
  freeze(view.initial)
  trace.push(() => `initial = ${line(view.initial)}`)
  return fold(view, view.initial, { events: given, which: "given event", trace })
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
    return Effect.fail(new Unlike({ expected, actual, message }))
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
    return message === undefined ? Effect.void : Effect.fail(new Unlike({ expected, actual, message }))
  })

/**
 * Succeeds where the state, and whether it is terminal, are what an example says of them; it may say nothing.
 *
 * @category comparing
 * @since 0.1.0
 */
export const exactlyState = Effect.fnUntraced(function* <S>(
  example: Example,
  state: S,
  isTerminal: (state: S) => boolean,
): Effect.fn.Return<void, unknown> {
  if ("state" in example) yield* exactly("the state", { expected: example.state, actual: state })
  if (example.isTerminal === undefined) return
  const actual = yield* attempt(
    () => `isTerminal, of ${line(state)},`,
    () => isTerminal(state),
  )
  yield* exactly("isTerminal", { expected: example.isTerminal, actual })
})
