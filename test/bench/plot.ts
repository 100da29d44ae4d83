/** Figures as a picture: for each comparison, how near everybody comes to its limit. */
import type { Figure } from "./measure.ts"
import { number } from "./report.ts"

/** What was compared with one limit, at one number of writers. */
export interface Group {
  readonly title: string
  readonly limit: Figure
  readonly others: ReadonlyArray<Figure>
}

/** The comparisons in which the figures of a piece of work were made: each begins with its limit. */
export const groups = (title: string, figures: ReadonlyArray<Figure>): ReadonlyArray<Group> => {
  const groups: Array<{ title: string; limit: Figure; others: Array<Figure> }> = []
  for (const figure of figures) {
    const { writers, subject, limit } = figure
    if (subject === limit) {
      groups.push({ title: `${title}, ${writers} writer${writers === 1 ? "" : "s"}`, limit: figure, others: [] })
    } else groups.at(-1)?.others.push(figure)
  }
  return groups
}

const width = 760
const left = 250
const right = 90
const bar = 12
const line = 17
const gap = 14
/** Whoever is faster than the limit is drawn up to here. */
const most = 1.15

/** Middle tones, readable on white and on black. */
const style = `
  text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #6e7781 }
  .title { font-weight: 600 }
  .ours { fill: #2f81f7 }
  .other { fill: #9aa4af }
  .limit { stroke: #d29922; stroke-width: 1.5 }
  .axis { stroke: #8c959f; stroke-opacity: 0.35 }
  @media (prefers-color-scheme: dark) { text { fill: #9da7b3 } .other { fill: #6e7681 } }
`

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

/** Bars to the right, the limit as a line; a width that any page has. */
export const svg = (groups: ReadonlyArray<Group>, title: string): string => {
  const x = (ratio: number): number => left + (Math.min(ratio, most) / most) * (width - left - right)
  const parts: Array<string> = []
  let y = 44
  const top = y - 12
  for (const { title, limit, others } of groups) {
    parts.push(`<text class="title" x="0" y="${y}">${escaped(title)}</text>`)
    const what =
      limit.p50ms !== null && limit.work === "W6" ? `${number(limit.p50ms, 1)} ms` : `${number(limit.perSecond)}/s`
    parts.push(`<text x="${x(0)}" y="${y}">of ${escaped(limit.subject)}: ${what}</text>`)
    y += 8
    for (const { subject, ratioToLimit } of others) {
      const kind = subject.startsWith("everfold") ? "ours" : "other"
      const length = Math.max(1, x(ratioToLimit) - x(0)).toFixed(1)
      parts.push(`<text x="${left - 8}" y="${y + bar - 2}" text-anchor="end">${escaped(subject)}</text>`)
      parts.push(`<rect class="${kind}" x="${x(0)}" y="${y}" width="${length}" height="${bar}" rx="2"/>`)
      parts.push(
        `<text x="${(Number(length) + x(0) + 6).toFixed(1)}" y="${y + bar - 2}">${number(ratioToLimit, 2)}</text>`,
      )
      y += line
    }
    y += gap
  }
  const lines = [0, 0.25, 0.5, 0.75, 1].map((ratio) => {
    const kind = ratio === 1 ? "limit" : "axis"
    return `<line class="${kind}" x1="${x(ratio)}" x2="${x(ratio)}" y1="${top}" y2="${y - gap}"/>
<text x="${x(ratio)}" y="${top - 6}" text-anchor="middle">${ratio}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<style>${style}</style>
${lines.join("\n")}
${parts.join("\n")}
</svg>
`
}
