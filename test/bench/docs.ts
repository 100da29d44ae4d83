/** The figures of a run as a page of the documentation, and its picture. */
import { mkdirSync, writeFileSync } from "node:fs"
import { availableParallelism, totalmem } from "node:os"
import { join } from "node:path"
import type { Figure, Work } from "./measure.ts"
import { groups, svg } from "./plot.ts"
import { versions } from "./postgres/server.ts"
import { cells, type Verdict } from "./report.ts"

export interface Result {
  readonly name: string
  readonly work: Work
  readonly figures: ReadonlyArray<Figure>
  readonly verdicts: ReadonlyArray<Verdict>
}

const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

const table = (figures: ReadonlyArray<Figure>): string => {
  const [titles = [], ...rows] = cells(figures)
  const aligned = titles.map((_, column) => (column === 0 ? ":--" : "--:"))
  return [titles, aligned, ...rows].map(row).join("\n")
}

const heading = ({ name, work }: Result): string => (work.title === undefined ? name : `${name}, ${work.title}`)

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

const section = (result: Result): string =>
  `## ${heading(result)}\n\n${sentence(result.work.about)}\n\n${table(result.figures)}\n`

const goals = (results: ReadonlyArray<Result>): string => {
  const verdicts = results.flatMap(({ verdicts }) => verdicts)
  const told = (met: boolean): string =>
    verdicts
      .filter((verdict) => verdict.met === met)
      .map(({ text, goal }) => `- ${text}${met || goal.because === undefined ? "" : `. ${goal.because}`}`)
      .join("\n")
  return `## Goals\n\nMissed:\n\n${told(false) || "- none"}\n\nMet:\n\n${told(true) || "- none"}\n`
}

const page = (results: ReadonlyArray<Result>): string => {
  const machine = `${availableParallelism()} cores and ${Math.round(totalmem() / 2 ** 30)} GB that client and server share`
  return `# Speed on PostgreSQL

Made by \`npm run bench:docs\`. Everybody ran in turns, round by round, on one server that flushes every commit: PostgreSQL
${[...versions].join(", ")}, Node ${process.versions.node}, a virtual machine of ${machine}. Figures are of that
machine; the ratios, medians of those within a round, are what to look at. Everfold has all its safety on: ids that make
commands idempotent, digests and links, one order of all events. What is written by hand has none of that, and is the limit.

![How near everybody comes to the limit by hand](speed.svg)

${goals(results)}
${results.map(section).join("\n")}`
}

/** Writes `speed.md` and `speed.svg` into a folder. */
export const write = (folder: string, results: ReadonlyArray<Result>): void => {
  mkdirSync(folder, { recursive: true })
  const shown = results.flatMap((result) =>
    groups(
      heading(result),
      result.figures.filter(({ bytes }) => bytes === undefined),
    ),
  )
  writeFileSync(join(folder, "speed.svg"), svg(shown, "Of the limit by hand"))
  writeFileSync(join(folder, "speed.md"), page(results))
}
