/**
 * What happened to a model, in words: a trace of commands and what came of each, and how a function broke its contract.
 *
 * @since 0.1.0
 */
import { fileURLToPath } from "node:url"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { type Either, isLeft } from "fp-ts/lib/Either.js"
import { Mistake, Traced } from "../Difference.ts"
import { indent, show } from "../Show.ts"
import type { Outside } from "./Calling.ts"
import { type Broke, isDecision, type Step, type Walk } from "./Walk.ts"

/**
 * The tag of a value that has one.
 *
 * @category conversions
 * @since 0.1.0
 */
export const tagOf = (value: unknown): string | undefined =>
  typeof value === "object" && value !== null && "_tag" in value && typeof value._tag === "string"
    ? value._tag
    : undefined

/**
 * A value of a tagged union as people speak of it: `Opened { owner: "Ada" }`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const named = (value: unknown): string => {
  const tag = tagOf(value)
  if (tag === undefined || typeof value !== "object" || value === null) return show(value)
  const message = value instanceof Error && value.message !== "" ? [["message", value.message]] : []
  const hidden = ["_tag", ...(value instanceof Error ? ["name", "stack", "message"] : [])]
  const fields = Object.entries(value).filter(([key, field]) => !hidden.includes(key) && field !== undefined)
  return fields.length + message.length === 0 ? tag : `${tag} ${show(Object.fromEntries([...message, ...fields]))}`
}

/**
 * Values of tagged unions, one after another: `Ordered, Paid { amount: 3 }`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const listed = (values: ReadonlyArray<unknown>): string =>
  values.length === 0 ? "nothing" : values.map(named).join(", ")

/**
 * Some text, under a heading.
 *
 * @category conversions
 * @since 0.1.0
 */
export const under = (heading: string, text: string): string => `${heading}:\n${indent(text)}`

const ours = fileURLToPath(new URL("..", import.meta.url))

/** Where in the user's files something was thrown. */
const place = (cause: unknown): ReadonlyArray<string> =>
  !(cause instanceof Error)
    ? []
    : String(cause.stack ?? "")
        .split("\n")
        .filter((line) => line.trimStart().startsWith("at "))
        .filter((line) => !["node_modules", "node:", "<anonymous>", ours].some((foreign) => line.includes(foreign)))
        .slice(0, 2)
        .map((line) => `  ${line.trim()}`)

const thrown = (cause: unknown): string => (cause instanceof Error ? `${cause.name}: ${cause.message}` : show(cause))

/**
 * What was thrown, and where.
 *
 * @category conversions
 * @since 0.1.0
 */
export const threw = (who: string, cause: unknown): string =>
  [`${who} threw ${thrown(cause)}`, ...place(cause)].join("\n")

const advice: { readonly [outside in Outside]: string } = {
  "the time": "It follows the clock: let the command bring the time.",
  "random numbers": "It follows random numbers: let the command bring what is random.",
  "something else that changes":
    "It follows what is neither its arguments nor the clock: a variable outside, or new ids.",
}

/**
 * What a command came to.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decided = (decision: Either<unknown, ReadonlyArray<unknown>>): string => {
  if (isLeft(decision)) return `rejected ${named(decision.left)}`
  return decision.right.length === 0 ? "no events" : decision.right.map(named).join(", ")
}

const answered = (answer: unknown): string => (isDecision(answer) ? decided(answer) : named(answer))

const argument = { decide: ["command", "state"], evolve: ["state", "event"], isTerminal: ["state", ""] } as const

const isChangedState = ({ during, misdeed }: Broke): boolean =>
  misdeed._tag === "Changed" && argument[during][misdeed.argument] === "state"

const calmly: { readonly [during in Broke["during"]]: string } = {
  decide: "To refuse a command, answer Decider.reject.",
  evolve: "What has happened cannot be refused: a rule belongs into decide, and evolve takes every event as it is.",
  isTerminal: "It has to answer for every state.",
}

const deed = ({ during, misdeed }: Broke): string => {
  switch (misdeed._tag) {
    case "Threw":
      return `${threw(during, misdeed.cause)}\n${calmly[during]}`
    case "Strayed":
      return during === "decide"
        ? `decide answered ${show(misdeed.answer)}, which is neither accepted events nor a rejection. Is there a case without a return?`
        : `evolve answered ${show(misdeed.answer)}, which is no state. Is there a case without a return?`
    case "Changed":
      return [
        `${during} changed the ${argument[during][misdeed.argument]} that it was given.`,
        ...place(misdeed.cause),
        "Others may hold it still: a cache, or a command that waits. Answer a new one.",
        under("before", named(misdeed.before)),
        under("after", named(misdeed.after)),
      ].join("\n")
    case "Wavered":
      return [
        `${during} answered otherwise when it was asked again. ${advice[misdeed.follows]}`,
        under("at first", answered(misdeed.first)),
        under("again", answered(misdeed.second)),
      ].join("\n")
  }
}

/**
 * How the model broke its contract.
 *
 * @category conversions
 * @since 0.1.0
 */
export const broken = (broke: Broke): Mistake => {
  const on =
    broke.during === "isTerminal"
      ? []
      : [under(broke.during === "decide" ? "on the command" : "on the event", named(broke.on))]
  // A state that was changed is shown as it was and as it became.
  const where = isChangedState(broke) ? [] : [under("in the state", named(broke.state))]
  return new Mistake({ says: [deed(broke), ...on, ...where].join("\n") })
}

const briefly = ({ during, misdeed }: Broke): string => {
  const who = during === "decide" ? "" : `${during} `
  switch (misdeed._tag) {
    case "Threw":
      return `${who}threw ${thrown(misdeed.cause)}`
    case "Strayed":
      return `${who}answered ${show(misdeed.answer)}`
    case "Changed":
      return `${who}changed the ${argument[during][misdeed.argument]}`
    case "Wavered":
      return `${who}answered one thing, then another`
  }
}

const came = <C, S, E, R>({ decision, broke }: Step<C, S, E, R>): string => {
  const parts = decision === undefined ? [] : [decided(decision)]
  return [...parts, ...(broke === undefined ? [] : [briefly(broke)])].join(", then ")
}

/**
 * What happened, a line a command: `Open { owner: "Ada" } → Opened { owner: "Ada" }`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const lines = <C, S, E, R>({ steps }: Walk<C, S, E, R>): ReadonlyArray<string> =>
  steps.map((step) => `${named(step.command)} → ${came(step)}`)

/**
 * A law about a walk: where it fails, it tells the walk.
 *
 * @category running
 * @since 0.1.0
 */
export const told = <C, S, E, R>(walk: Walk<C, S, E, R>, holds: Effect.Effect<void, unknown>) =>
  Effect.catchCause(holds, (cause) =>
    Effect.fail(new Traced({ reason: Cause.squash(cause), trace: lines(walk), isWhole: true })),
  )
