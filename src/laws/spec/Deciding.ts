/**
 * What a decider decides, beside what an example says that it does.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import type { Decider } from "../../core/domain/Decider.ts"
import { indent, show } from "../Show.ts"
import { line } from "./Exact.ts"
import type { Commanded } from "./Example.ts"
import { label } from "./Lists.ts"
import { attempt, exactly, exactlyAll, type Trace, Unlike } from "./Playing.ts"

type Decision<R, E> = Either<R, ReadonlyArray<E>>

/** What is no decision comes of a case that was forgotten, or of a promise. */
const isDecision = (answer: unknown): answer is Decision<unknown, unknown> =>
  typeof answer === "object" &&
  answer !== null &&
  "_tag" in answer &&
  (answer._tag === "Left" || (answer._tag === "Right" && "right" in answer && Array.isArray(answer.right)))

/** On a line. */
const brief = (answer: unknown): string => {
  if (!isDecision(answer)) return line(answer)
  return isLeft(answer) ? `rejection ${line(answer.left)}` : `[${answer.right.map(label).join(", ")}]`
}

const told = (decision: Decision<unknown, unknown>): string => {
  if (isLeft(decision)) return `rejection: ${show(decision.left)}`
  return decision.right.length === 0 ? "nothing" : decision.right.map((event) => line(event)).join("\n")
}

const did = (decision: Decision<unknown, unknown>): string => (isLeft(decision) ? "rejected" : "accepted")

const agree = (expected: Decision<unknown, unknown>, actual: unknown): Effect.Effect<void, Unlike> => {
  if (!isDecision(actual)) {
    const message = `decide answers with Decider.accept(…) or Decider.reject(…), and not with ${line(actual)}.`
    return Effect.fail(new Unlike(message, { what: "the decision", expected, actual }))
  }
  if (isLeft(expected) && isLeft(actual))
    return exactly("the rejection", { expected: expected.left, actual: actual.left })
  if (!isLeft(expected) && !isLeft(actual))
    return exactlyAll("event", { expected: expected.right, actual: actual.right })
  const sentence = `the command is ${did(actual)}, and should be ${did(expected)}.`
  const message = `${sentence}\nexpected:\n${indent(told(expected))}\nactual:\n${indent(told(actual))}`
  return Effect.fail(new Unlike(message, { what: "the decision", expected, actual }))
}

/**
 * What the command of an example is decided into, which is what the example says: no events, where it is rejected.
 *
 * @category running
 * @since 0.1.0
 */
export const decided = Effect.fnUntraced(function* <C, S, E, R>(
  decider: Decider<C, S, E, R>,
  example: Commanded<C, S, E, R>,
  { state, trace }: { readonly state: S; readonly trace: Trace },
): Effect.fn.Return<ReadonlyArray<E>, unknown> {
  const { when } = example
  const actual = yield* attempt(trace, {
    what: (name) => `decide(${name(when)}, …)`,
    run: () => decider.decide(when, state),
    told: brief,
  })
  const expected = example.events === undefined ? left(example.rejection) : right(example.events)
  yield* agree(expected, actual)
  return isLeft(actual) ? [] : actual.right
})
