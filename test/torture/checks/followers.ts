/** What followers saw is what is recorded: all of it, each once, in order. */
import type { StoredEvent } from "everfold"
import type { Saw, Told } from "../report.ts"
import type { Verdict } from "./verdict.ts"

export const sawAll = (
  who: string,
  saw: ReadonlyArray<Saw>,
  stored: ReadonlyArray<StoredEvent>,
  { skipped, reordered, untrue }: Verdict,
): void => {
  const ids = new Map(stored.map(({ position, id }) => [position, id]))
  const seen = new Set<number>()
  let last = 0
  for (const { position, id } of saw) {
    if (position <= last) reordered.push(`${who} saw ${position} after ${last}`)
    if (ids.get(position) !== id) untrue.push(`${who} saw ${id} at ${position}`)
    seen.add(position)
    last = Math.max(last, position)
  }
  for (const { position } of stored) if (!seen.has(position)) skipped.push(`${who} did not see ${position}`)
}

/** How many milliseconds after a writer was told of a position a follower saw it: the median, and the most. */
export const lag = (
  saw: ReadonlyArray<Saw>,
  told: ReadonlyArray<Told>,
): { readonly p50: number; readonly most: number } => {
  const at = new Map(saw.map(({ position, at }) => [position, at]))
  const lags = told
    .flatMap((line) => {
      const seen = "position" in line && !("repeated" in line && line.repeated) ? at.get(line.position) : undefined
      return seen === undefined ? [] : [Math.max(0, seen - line.end)]
    })
    .toSorted((a, b) => a - b)
  return { p50: Math.round(lags[lags.length >> 1] ?? 0), most: Math.round(lags.at(-1) ?? 0) }
}
