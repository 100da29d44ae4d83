/**
 * Examples as text: a line of what one says, for lists of tests, and all of it, for a page.
 *
 * @since 0.1.0
 */
import { show } from "../Show.ts"
import type { Example } from "./Example.ts"
import { label } from "./Lists.ts"

/** More names than this make no line. */
const most = 6

/** Names in a row; those that follow themselves once, with how often. */
const names = (values: ReadonlyArray<unknown>): string => {
  const runs: Array<{ readonly name: string; readonly times: number }> = []
  for (const name of values.map(label)) {
    const last = runs.at(-1)
    if (last?.name === name) runs.splice(-1, 1, { name, times: last.times + 1 })
    else runs.push({ name, times: 1 })
  }
  const texts = runs.map(({ name, times }) => (times === 1 ? name : `${times} × ${name}`))
  const [few, more] = [texts.slice(0, most), runs.slice(most).reduce((sum, { times }) => sum + times, 0)]
  return values.length === 0 ? "nothing" : [...few, ...(more === 0 ? [] : [`${more} more`])].join(", ")
}

/**
 * What an example says, on a line: `given Opened, Deposited; when Withdraw; then Withdrawn`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const sentence = (example: Example): string => {
  const { given = [], when, events, rejection, commands, pending, state, isTerminal } = example
  const outcomes = [
    events && names(events),
    "rejection" in example && `rejection ${label(rejection)}`,
    commands && names(commands),
    pending && `pending ${names(pending)}`,
    "state" in example && `state ${label(state)}`,
    isTerminal !== undefined && (isTerminal ? "terminal" : "not terminal"),
  ].filter((outcome) => typeof outcome === "string")
  return [
    ...(given.length === 0 ? [] : [`given ${names(given)}`]),
    ...("when" in example ? [`when ${label(when)}`] : []),
    `then ${outcomes.join(", ")}`,
  ].join("; ")
}

/** A word, and what belongs to it beside it. */
const beside = (word: string, texts: ReadonlyArray<string>): string =>
  texts
    .join("\n")
    .split("\n")
    .map((text, i) => `${(i === 0 ? word : "").padEnd(7)}${text}`)
    .join("\n")

const each = (values: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  values.length === 0 ? ["nothing"] : values.map(show)

const block = (example: Example): string => {
  const { given = [], when, events, commands } = example
  const others = (["rejection", "pending", "state", "isTerminal"] as const).filter((key) => key in example)
  const outcomes = [
    ...(events === undefined ? [] : each(events)),
    ...(commands === undefined ? [] : each(commands)),
    ...others.map((key) => `${key}: ${show(example[key])}`),
  ]
  return [
    ...(given.length === 0 ? [] : [beside("given", each(given))]),
    ...("when" in example ? [beside("when", [show(when)])] : []),
    beside("then", outcomes),
  ].join("\n")
}

/** Text as it is, also where Markdown would see more in it. */
const plain = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_<>[\]&]/g, String.raw`\$&`)

/**
 * Examples as a chapter in Markdown: a heading, and each example with its title, and with its values as the reports of
 * laws show them. The same examples make the same text, so that a project can keep it in a file.
 *
 * @example
 * ```ts
 * import { Decider } from "everfold"
 * import { Spec } from "everfold/laws"
 *
 * const purse = Decider.make({
 *   initial: 0,
 *   decide: (by: number, money: number) => (money + by < 0 ? Decider.reject(money) : Decider.accept(by)),
 *   evolve: (money: number, by: number) => money + by
 * })
 * const spec = Spec.decider("A purse", purse, {
 *   "holds what is put in": { given: [5], when: 3, events: [3], state: 8 }
 * })
 * console.log(Spec.markdown(spec).split("\n").slice(0, 3)) // [ '## A purse', '', '### holds what is put in' ]
 * ```
 * @category documentation
 * @since 0.1.0
 */
export const markdown = ({
  name,
  examples,
}: {
  readonly name: string
  readonly examples: { readonly [title: string]: Example }
}): string =>
  [
    `## ${plain(name)}\n`,
    ...Object.entries(examples).map(([title, example]) => `### ${plain(title)}\n\n\`\`\`\n${block(example)}\n\`\`\`\n`),
  ].join("\n")
