/** What is said of figures: a table, and which goals are met. */
import { type Figure, type Goal, ratio } from "./measure.ts"

export const number = (value: number | null | undefined, digits = 0): string =>
  value === null || value === undefined || Number.isNaN(value)
    ? "–"
    : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })

type Column = readonly [title: string, show: (figure: Figure) => string]

const columns: ReadonlyArray<Column> = [
  ["subject", ({ subject }) => subject],
  ["writers", ({ writers }) => number(writers)],
  ["a second", ({ perSecond }) => number(perSecond)],
  ["p50 ms", ({ p50ms }) => number(p50ms, 3)],
  ["p99 ms", ({ p99ms }) => number(p99ms, 3)],
  ["of the limit", ({ ratioToLimit }) => number(ratioToLimit, 2)],
]
const sizes: ReadonlyArray<Column> = [
  ["subject", ({ subject }) => subject],
  ["bytes an event", ({ bytes }) => number(bytes)],
  ["of the limit", ({ ratioToLimit }) => number(ratioToLimit, 2)],
]

const growing: ReadonlyArray<Column> = [
  ["subject", ({ subject }) => subject],
  ["a second", ({ perSecond }) => number(perSecond)],
  ["MB in use, first", ({ heap }) => number(heap?.[0])],
  ["last", ({ heap }) => number(heap?.at(-1))],
  ["MB of the process, first", ({ resident }) => number(resident?.[0])],
  ["last", ({ resident }) => number(resident?.at(-1))],
  ["of the limit", ({ ratioToLimit }) => number(ratioToLimit, 2)],
]

const asking: ReadonlyArray<Column> = [...columns, ["reads", ({ reads }) => number(reads, 1)]]

/** The titles, then a row for each figure. */
export const cells = (figures: ReadonlyArray<Figure>): ReadonlyArray<ReadonlyArray<string>> => {
  const have = (key: "bytes" | "heap" | "reads"): boolean => figures.some((figure) => figure[key] !== undefined)
  const shown = have("bytes") ? sizes : have("heap") ? growing : have("reads") ? asking : columns
  return [shown.map(([title]) => title), ...figures.map((figure) => shown.map(([, show]) => show(figure)))]
}

/** Texts to the left, numbers to the right. */
export const table = (figures: ReadonlyArray<Figure>): string => {
  const rows = cells(figures)
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const pad = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  return rows.map((row) => `  ${row.map(pad).join("  ")}`).join("\n")
}

/** A goal held against the figures of its work. */
export interface Verdict {
  readonly work: string
  readonly goal: Goal
  /** `undefined` where it was not measured. */
  readonly met: boolean | undefined
  readonly text: string
}

const writing = (writers: number): string => `${writers} writer${writers === 1 ? "" : "s"}`

export const verdict = (work: string, goal: Goal, figures: ReadonlyArray<Figure>): Verdict => {
  const find = (who: { readonly subject: string; readonly writers: number }) =>
    figures.find(({ subject, writers }) => subject === who.subject && writers === who.writers)
  const figure = find(goal)
  const other = goal.to === undefined ? undefined : find(goal.to)
  if (figure === undefined || (goal.to !== undefined && other === undefined)) {
    return { work, goal, met: undefined, text: `${work}: ${goal.subject} was not measured` }
  }
  const { perSecond, writers, p50ms, subject } = figure
  const who = `${work}, ${writing(writers)}: ${subject}`
  if (goal.p50Under !== undefined) {
    const met = p50ms !== null && p50ms < goal.p50Under
    return { work, goal, met, text: `${who} in ${number(p50ms, 2)} ms at the median (goal under ${goal.p50Under})` }
  }
  const reached = other === undefined ? figure.ratioToLimit : ratio(figure.rates, other.rates)
  const { atLeast = 0, of } = goal
  const text = `${who} at ${number(perSecond)}/s is ${number(reached, 2)} of ${of} (goal ${number(atLeast, Number.isInteger(atLeast) ? 0 : 2)})`
  return { work, goal, met: reached >= atLeast, text }
}
