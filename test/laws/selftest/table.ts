/** The self-test as text: a table a suite, laws across, subjects down. */
import type { Outcome } from "./trials.ts"

const marks = {
  own: "●",
  other: "○",
  holds: "·",
  wrong: "✗",
} as const

export const legend = [
  `${marks.own} caught by the law that has to`,
  `${marks.other} caught by another law too`,
  `${marks.holds} the law holds`,
  `${marks.wrong} not as it has to be`,
].join("   ")

const mark = ({ expected, caught, report }: Outcome): string => {
  if (expected === true) return caught ? marks.own : marks.wrong
  if (expected === false) return report === undefined ? marks.holds : marks.wrong
  return caught ? marks.other : marks.holds
}

/** What does not fit ends in an ellipsis. */
const fitted = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)

/** Empty where a subject is without a law. */
export const table = (
  how: string,
  laws: ReadonlyArray<string>,
  outcomes: ReadonlyArray<Outcome>,
  width: number,
): string => {
  const rows = [...Map.groupBy(outcomes, ({ subject }) => subject)]
  const cells = laws.reduce((sum, law) => sum + law.length + 1, 0)
  const longest = Math.max(how.length, ...rows.map(([subject]) => subject.length))
  const names = Math.max(20, Math.min(longest, width - cells))
  const line = (name: string, cell: (law: string) => string): string =>
    `${fitted(name, names)}${laws.map((law) => ` ${cell(law).padEnd(law.length)}`).join("")}`.trimEnd()
  return [
    line(how, (law) => law),
    ...rows.map(([subject, tried]) =>
      line(subject, (name) =>
        tried
          .filter(({ law }) => law.name === name)
          .map(mark)
          .join(""),
      ),
    ),
  ].join("\n")
}

/** What it came to, in a line, after the flaws that a law finds late. */
export const summary = (rounds: ReadonlyArray<ReadonlyArray<Outcome>>, faults: number, millis: number): string => {
  const outcomes = rounds.flat()
  const own = outcomes.filter(({ expected }) => expected)
  const caught = own.filter(({ caught }) => caught)
  const subjects = rounds.map(
    (tried) => new Set(tried.filter((one) => one.expected !== false).map((one) => one.subject)),
  )
  const alone = rounds.flatMap((tried) =>
    tried.filter(
      (one) =>
        one.expected &&
        one.caught &&
        tried.every((other) => other === one || !other.caught || other.subject !== one.subject),
    ),
  )
  const late = caught.filter((one) => one.late)
  return [
    ...(late.length > 0
      ? ["Found only after more runs than the law's own measure, so that its users may miss the like:"]
      : []),
    ...late.map(({ law, subject, runs }) => `  ${law.name} ${subject}: ${runs} runs, of ${law.runs}`),
    [
      `${new Set(outcomes.map(({ law }) => law.name)).size} laws`,
      `${subjects.reduce((sum, { size }) => sum + size, 0)} broken subjects`,
      `${caught.length} of ${own.length} flaws caught by the law that has to`,
      `${alone.length} by no other of those tried`,
      `${outcomes.length} trials in ${Math.round(millis / 1000)} s`,
      `${faults} faults`,
    ].join(", "),
  ].join("\n")
}
