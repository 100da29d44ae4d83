/**
 * How laws call a model's functions: with arguments that cannot be changed, in a world that is the same in every run. What
 * goes wrong is data.
 *
 * @since 0.1.0
 */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import { same } from "../Same.ts"
import { copy, freeze, shifted, type World } from "./Purity.ts"

/** What a pure function does not depend on. */
export type Outside = "the time" | "random numbers" | "something else that changes"

/**
 * What no function of a model may do.
 *
 * @category model
 * @since 0.1.0
 */
export type Misdeed =
  | { readonly _tag: "Threw"; readonly cause: unknown }
  /** It answered with what is no answer. */
  | { readonly _tag: "Strayed"; readonly answer: unknown }
  /** It changed an argument, the first or the second; the cause, if there is one, is what changing it threw. */
  | {
      readonly _tag: "Changed"
      readonly argument: 0 | 1
      readonly before: unknown
      readonly after: unknown
      readonly cause?: unknown
    }
  /** It answered otherwise when it was asked again. */
  | { readonly _tag: "Wavered"; readonly first: unknown; readonly second: unknown; readonly follows: Outside }

/**
 * A way to call a function of two arguments.
 *
 * @category model
 * @since 0.1.0
 */
export type Call = <A, B, Out>(f: (a: A, b: B) => Out, a: A, b: B) => Either<Misdeed, Out>

const here: World = { clock: 0, dice: 0 }
const elsewhere: World = { clock: 1, dice: 1 }

const changed = (
  before: readonly [unknown, unknown],
  after: readonly [unknown, unknown],
  cause?: unknown,
): Misdeed | undefined => {
  const argument = ([0, 1] as const).find((i) => !same(before[i], after[i]))
  return argument === undefined
    ? undefined
    : { _tag: "Changed", argument, before: before[argument], after: after[argument], cause }
}

/** What threw because its arguments are frozen changes copies of them that are not. */
const whyItThrew = <A, B>(f: (a: A, b: B) => unknown, a: A, b: B, cause: unknown): Misdeed => {
  const loose: readonly [A, B] = [copy(a), copy(b)]
  try {
    shifted(here, () => f(...loose))
  } catch {}
  return changed([a, b], loose, cause) ?? { _tag: "Threw", cause }
}

const callIn = <A, B, Out>(world: World, f: (a: A, b: B) => Out, a: A, b: B): Either<Misdeed, Out> => {
  freeze(a)
  freeze(b)
  try {
    return right(shifted(world, () => f(a, b)))
  } catch (cause) {
    return left(whyItThrew(f, a, b, cause))
  }
}

/**
 * Calls a function once.
 *
 * @category running
 * @since 0.1.0
 */
export const once: Call = (f, a, b) => callIn(here, f, a, b)

/** What it is that an answer follows: asked in a world where only that is otherwise. */
const followed = <A, B>(f: (a: A, b: B) => unknown, a: A, b: B, first: unknown): Outside => {
  const follows = (world: World): boolean => {
    const answer = callIn(world, f, a, b)
    return isLeft(answer) || !same(first, answer.right)
  }
  if (follows(here)) return "something else that changes"
  return follows({ clock: 1, dice: 0 }) ? "the time" : "random numbers"
}

/**
 * Calls a function twice, the second time with the clock and the dice elsewhere, and compares its arguments with copies
 * that were made before.
 *
 * @category running
 * @since 0.1.0
 */
export const twice: Call = (f, a, b) => {
  const before = [copy(a), copy(b)] as const
  const first = once(f, a, b)
  if (isLeft(first)) return first
  const misdeed = changed(before, [a, b])
  if (misdeed !== undefined) return left(misdeed)
  const second = callIn(elsewhere, f, a, b)
  if (isLeft(second)) return second
  if (same(first.right, second.right)) return first
  const follows = followed(f, a, b, first.right)
  return left({ _tag: "Wavered", first: first.right, second: second.right, follows })
}
