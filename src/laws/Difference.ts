/**
 * Two sides of an equation that should be the same and are not.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import { same } from "./Same.ts"
import { indent, show } from "./Show.ts"

/**
 * What the law asks for, and what there is instead.
 *
 * @example
 * ```ts
 * import { Difference } from "everfold/laws"
 *
 * const sides: Difference.Sides = { expected: [1, 2], actual: [2, 1] }
 * console.log(new Difference.Difference({ what: "the list", ...sides }).message.split("\n")[0]) // the list differs.
 * ```
 *
 * @category model
 * @since 0.1.0
 */
export interface Sides {
  readonly expected: unknown
  readonly actual: unknown
}

/** More lines than this are too many to compare by eye. */
const glance = 12

const lines = (value: unknown): number => show(value).split("\n").length

const children = (value: unknown): ReadonlyMap<string, unknown> | undefined =>
  typeof value !== "object" ||
  value === null ||
  value instanceof Uint8Array ||
  value instanceof Date ||
  value instanceof Set
    ? undefined
    : new Map(value instanceof Map ? value : Object.entries(value))

/** The first place where two values differ, and both sides of it. */
const narrow = (sides: Sides, path = ""): Sides & { readonly path: string } => {
  const expected = children(sides.expected)
  const actual = children(sides.actual)
  if (expected === undefined || actual === undefined) return { ...sides, path }
  for (const key of new Set([...expected.keys(), ...actual.keys()])) {
    const inner = { expected: expected.get(key), actual: actual.get(key) }
    if (!same(inner.expected, inner.actual)) return narrow(inner, path === "" ? key : `${path}.${key}`)
  }
  return { ...sides, path }
}

/**
 * What fails a law: which value differs, and both sides of it. Its message shows both, or, where they are long, only the
 * first place where they differ.
 *
 * @example
 * ```ts
 * import { Difference } from "everfold/laws"
 *
 * const difference = new Difference.Difference({ what: "the sum", expected: 4, actual: 5 })
 * console.log(difference.message.split("\n")) // [ 'the sum differs.', 'expected:', '  4', 'actual:', '  5' ]
 * ```
 * @category errors
 * @since 0.1.0
 */
export class Difference extends TaggedError("Difference")<Sides & { readonly what: string }> {
  override get message(): string {
    const large = lines(this.expected) > glance || lines(this.actual) > glance
    const { path, expected, actual } = large ? narrow(this) : { ...this, path: "" }
    const where = path === "" ? "" : ` at ${path}`
    const left = indent(show(expected))
    const right = indent(show(actual))
    const alike =
      left === right ? ["Both read alike: they differ in what is not shown, as in a key that is an object."] : []
    return [`${this.what} differs${where}.`, "expected:", left, "actual:", right, ...alike].join("\n")
  }
}

/**
 * What is wrong with a subject, in words that say all of it.
 *
 * @example
 * ```ts
 * import { Difference } from "everfold/laws"
 *
 * const mistake = new Difference.Mistake({ says: "Close is accepted in a terminal state." })
 * console.log(Difference.explain(mistake)) // Close is accepted in a terminal state.
 * ```
 * @category errors
 * @since 0.1.0
 */
export class Mistake extends TaggedError("Mistake")<{ readonly says: string }> {
  override get message(): string {
    return this.says
  }
}

/** Where in the user's own files an error was thrown. */
const placeOf = ({ stack }: Error): ReadonlyArray<string> =>
  String(stack ?? "")
    .split("\n")
    .filter((line) => line.trimStart().startsWith("at "))
    .filter((line) => !["node_modules", "node:", "<anonymous>"].some((foreign) => line.includes(foreign)))
    .slice(0, 3)

/**
 * Why a law failed, to be read: what differs, or what was thrown and where.
 *
 * @example
 * ```ts
 * import { Difference } from "everfold/laws"
 *
 * console.log(Difference.explain(new TypeError("no such thing")).split("\n")[0]) // It failed with TypeError: no such thing
 * ```
 * @category conversions
 * @since 0.1.0
 */
export const explain = (reason: unknown): string => {
  if (!(reason instanceof Error)) return `It failed with ${show(reason)}`
  if (reason instanceof Difference || reason instanceof Mistake || reason instanceof Traced) return reason.message
  return [`It failed with ${show(reason)}`, ...placeOf(reason)].join("\n")
}

/**
 * What one run did before it failed, a line a step, and how it failed.
 *
 * @example
 * ```ts
 * import { Difference } from "everfold/laws"
 *
 * const reason = new Difference.Difference({ what: "the head", expected: 2, actual: 1 })
 * const traced = new Difference.Traced({ reason, trace: ["commit Order-a: recorded, position 1"] })
 * console.log(traced.message.split("\n")[1]) //   commit Order-a: recorded, position 1
 * ```
 * @category errors
 * @since 0.1.0
 */
export class Traced extends TaggedError("Traced")<{
  readonly reason: unknown
  readonly trace: ReadonlyArray<string>
  /** Whether the trace tells all that the law was given, so that nobody has to read it twice. */
  readonly isWhole?: boolean
}> {
  override get message(): string {
    const reason = explain(this.reason)
    return this.trace.length === 0 ? reason : `what happened:\n${indent(this.trace.join("\n"))}\n${reason}`
  }
}

/**
 * Succeeds where both sides are the same, structurally.
 *
 * @example
 * ```ts
 * import { Difference } from "everfold/laws"
 * import * as Effect from "effect/Effect"
 *
 * const check = Difference.agree("the sum", { expected: 4, actual: 2 + 2 })
 * console.log(Effect.runSync(check)) // undefined
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const agree = (what: string, sides: Sides): Effect.Effect<void, Difference> =>
  Effect.suspend(() =>
    same(sides.expected, sides.actual) ? Effect.void : Effect.fail(new Difference({ what, ...sides })),
  )
