/**
 * Measures Everfold against limits written by hand, in the same run.
 *
 *     npm run bench -- [--only NAME] [--json]
 *
 * Nothing is asserted: figures are of this machine, and of this moment. Ratios are what to look at.
 */
import { availableParallelism, loadavg } from "node:os"
import { parseArgs } from "node:util"
import type { Figure, Goal, Work } from "./measure.ts"

/** Loaded when it is asked for, so that a piece of work that needs no store starts at once. */
const works: Readonly<Record<string, () => Promise<{ readonly work: Work }>>> = {
  "sqlite-append": () => import("./sqlite-append.ts"),
  "memory-append": () => import("./memory-append.ts"),
  rehydrate: () => import("./rehydrate.ts"),
  "one-stream": () => import("./one-stream.ts"),
  composition: () => import("./composition.ts"),
}

const number = (value: number | null, digits = 0): string =>
  value === null ? "–" : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })

const columns: ReadonlyArray<readonly [title: string, show: (figure: Figure) => string]> = [
  ["subject", ({ subject }) => subject],
  ["writers", ({ writers }) => number(writers)],
  ["a second", ({ perSecond }) => number(perSecond)],
  ["p50 ms", ({ p50ms }) => number(p50ms, 3)],
  ["p99 ms", ({ p99ms }) => number(p99ms, 3)],
  ["of the limit", ({ ratioToLimit }) => number(ratioToLimit, 2)],
]

/** Texts to the left, numbers to the right. */
const table = (figures: ReadonlyArray<Figure>): string => {
  const cells = [columns.map(([title]) => title), ...figures.map((figure) => columns.map(([, show]) => show(figure)))]
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const pad = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)
  return cells.map((row) => `  ${row.map(pad).join("  ")}`).join("\n")
}

const verdict = (name: string, goal: Goal, figures: ReadonlyArray<Figure>): string => {
  const figure = figures.find(({ subject, writers }) => subject === goal.subject && writers === goal.writers)
  if (figure === undefined) return `  unknown  ${name}: ${goal.subject} was not measured`
  const { ratioToLimit, perSecond, writers } = figure
  const met = ratioToLimit >= goal.atLeast ? "met    " : "NOT met"
  const who = `${name}, ${writers} writer${writers === 1 ? "" : "s"}: ${goal.subject}`
  const what = `${number(ratioToLimit, 2)} of ${goal.of} (goal ${goal.atLeast})`
  return `  ${met}  ${who} at ${number(perSecond)}/s is ${what}`
}

const help = `npm run bench -- [--only NAME ...] [--json]

  --only NAME   ${Object.keys(works).join(", ")}
  --json        one JSON object a line instead of tables
`

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  const unknown = values.only.find((name) => !(name in works))
  if (values.help || unknown !== undefined) {
    if (unknown !== undefined) process.exitCode = 1
    console.log(unknown === undefined ? help : `There is no work named ${unknown}.\n\n${help}`)
    return
  }
  const say = (text: string): void => {
    if (!values.json) console.log(text)
  }
  const load = loadavg().map((average) => average.toFixed(1))
  say(`Node ${process.versions.node}, ${availableParallelism()} cores, load ${load.join(" ")}\n`)
  const verdicts: Array<string> = []
  for (const [name, load] of Object.entries(works)) {
    if (values.only.length > 0 && !values.only.includes(name)) continue
    const { work } = await load()
    say(`${name}: ${work.about}`)
    const figures = await work.run()
    if (values.json) for (const figure of figures) console.log(JSON.stringify(figure))
    say(`${table(figures)}\n`)
    for (const goal of work.goals) verdicts.push(verdict(name, goal, figures))
  }
  say(`Goals\n${verdicts.join("\n")}`)
}

await main()
