/**
 * What trying a law came to, and how a person reads it.
 *
 * @since 0.1.0
 */
import { explain, Traced } from "../Difference.ts"
import { indent, show } from "../Show.ts"
import type { Law } from "./Model.ts"

/**
 * How often a law was tried, and what it came upon.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const share = ({ runs, seen }: Law.Explored, what: string): number => (seen.get(what) ?? 0) / runs
 * ```
 * @category results
 * @since 0.1.0
 */
export interface Explored {
  readonly law: Law
  readonly runs: number
  /** Makes the run repeatable. */
  readonly seed: number
  /** In how many runs each thing was come upon. */
  readonly seen: ReadonlyMap<string, number>
  /** All of it, to be read. */
  readonly report: string
}

/**
 * The law was tried and no counterexample was found.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const line = ({ law, runs }: Law.Holds): string => `${law.name} holds, tried ${runs} times`
 * ```
 * @category results
 * @since 0.1.0
 */
export interface Holds extends Explored {
  readonly _tag: "Holds"
}

/**
 * No counterexample was found, but not all was come upon that the law speaks of, so that it says little.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const line = ({ law, missing }: Law.Unreached): string => `${law.name} never came upon ${missing.join(", ")}`
 * ```
 * @category results
 * @since 0.1.0
 */
export interface Unreached extends Explored {
  readonly _tag: "Unreached"
  readonly missing: ReadonlyArray<string>
}

/**
 * A value for which the law does not hold, as small as it could be made.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const replay = ({ seed, path }: Law.Counterexample): Law.CheckOptions => ({ seed, path })
 * ```
 * @category results
 * @since 0.1.0
 */
export interface Counterexample extends Explored {
  readonly _tag: "Counterexample"
  /** Where it is among all values under this seed, for a replay. */
  readonly path: string
  /** How often it was made smaller. */
  readonly shrinks: number
  readonly value: unknown
  /** What failed: a `Difference`, or whatever the subject failed with. */
  readonly reason: unknown
}

/**
 * What trying a law came to.
 *
 * @example
 * ```ts
 * import { type Law } from "everfold/laws"
 *
 * const reports = (results: ReadonlyArray<Law.Result>): ReadonlyArray<string> =>
 *   results.flatMap((result) => (result._tag === "Holds" ? [] : [result.report]))
 * ```
 * @category results
 * @since 0.1.0
 */
export type Result = Holds | Unreached | Counterexample

type Facts = Omit<Explored, "report">

const listed = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [title, indent(lines.join("\n"))]

/** What the law does not hold for: what happened where that tells all of it, else the value. */
const given = (
  { law, runs }: Facts,
  { value, shrinks, reason }: Pick<Counterexample, "value" | "shrinks" | "reason">,
) => {
  const how = law.once ? "" : ` (run ${runs}, made smaller ${shrinks === 1 ? "once" : `${shrinks} times`})`
  if (!(reason instanceof Traced && reason.isWhole)) return [...listed(`given${how}:`, [show(value)]), explain(reason)]
  const trace = reason.trace.length === 0 ? ["nothing yet"] : reason.trace
  return [...listed(`what happened${how}:`, trace), explain(reason.reason)]
}

const replay = ({ law, seed }: Facts, path?: string): string => {
  if (law.once) return `again: laws(suite, { only: ${JSON.stringify(law.name)} })`
  const place = path === undefined ? "" : `, path: ${JSON.stringify(path)}`
  return `replay: laws(suite, { only: ${JSON.stringify(law.name)}, seed: ${seed}${place} })`
}

const width = 100

/** What was come upon, the most frequent first, as many to a line as fit. */
const shares = ({ runs, seen }: Facts): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const [what, n] of [...seen].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))) {
    const share = `${what} (${((100 * n) / Math.max(1, runs)).toFixed(n === runs ? 0 : 1)} %)`
    const line = lines.at(-1)
    if (line === undefined || line.length + share.length > width) lines.push(share)
    else lines.splice(-1, 1, `${line}, ${share}`)
  }
  return lines
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const holds = (facts: Facts): Holds => ({
  ...facts,
  _tag: "Holds",
  report: [
    `${facts.law.name}, ${facts.law.title}, holds${facts.law.once ? "" : `: ${facts.runs} runs, seed ${facts.seed}`}`,
    ...listed("came upon, in so many of the runs:", shares(facts)),
  ].join("\n"),
})

/**
 * @category constructors
 * @since 0.1.0
 */
export const unreached = (facts: Facts, missing: ReadonlyArray<string>): Unreached => ({
  ...facts,
  _tag: "Unreached",
  missing,
  report: [
    `${facts.law.name}, ${facts.law.title}, is not shown to hold:`,
    indent(facts.law.equation),
    ...listed(`never come upon in ${facts.runs} runs:`, missing),
    "Either nothing can lead there, or nothing that the law was given does.",
    ...listed("come upon, in so many of the runs:", shares(facts)),
    replay(facts),
  ].join("\n"),
})

/**
 * @category constructors
 * @since 0.1.0
 */
export const counterexample = (facts: Facts, found: Omit<Counterexample, keyof Explored | "_tag">): Counterexample => ({
  ...facts,
  ...found,
  _tag: "Counterexample",
  report: [
    `${facts.law.name}, ${facts.law.title}, does not hold:`,
    indent(facts.law.equation),
    ...given(facts, found),
    replay(facts, found.path),
  ].join("\n"),
})
