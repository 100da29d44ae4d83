/** What a read model says is the fold of the log up to its checkpoint, whenever one looks. */
import { type Digest, next } from "../projections/digests.ts"
import type { Look } from "../projections/look.ts"
import type { Projected } from "../report.ts"
import type { Log } from "./log.ts"
import type { Verdict } from "./verdict.ts"

/** What an account's digest is from a position on. */
interface Folded extends Digest {
  readonly position: number
}

const foldOf = ({ histories }: Pick<Log, "histories">): ReadonlyMap<string, ReadonlyArray<Folded>> =>
  new Map(
    [...histories].map(([id, history]) => {
      const folded: Array<Folded> = []
      for (const event of history) folded.push({ ...next(folded.at(-1), event), position: event.position })
      return [id, folded]
    }),
  )

/** Each event has its row, and no other event has one. */
const eachOnce = (
  { version, checkpoint, positions = [] }: Look,
  events: ReadonlyArray<number>,
  { projectedTwice, projectedNever }: Verdict,
): void => {
  const counts = new Map<number, number>()
  for (const position of positions) counts.set(position, (counts.get(position) ?? 0) + 1)
  for (const position of events) {
    const count = counts.get(position) ?? 0
    counts.delete(position)
    if (count === 0) projectedNever.push(`version ${version} is past ${position}, and does not have it`)
    if (count > 1) projectedTwice.push(`version ${version} has ${position} ${count} times`)
  }
  for (const position of counts.keys()) {
    projectedTwice.push(`version ${version} has ${position}, and its checkpoint is at ${checkpoint}`)
  }
}

export const projectedOnce = (
  log: Pick<Log, "histories">,
  looks: ReadonlyArray<Look>,
  told: ReadonlyArray<Projected>,
  verdict: Verdict,
): void => {
  const { projectedTwice, projectedNever, projectedWrong, faults, lost } = verdict
  const folds = foldOf(log)
  const positions = [...folds.values()].flatMap((folded) => folded.map(({ position }) => position))
  const reached = new Map<number, number>()
  let active = 0
  for (const look of looks) {
    const { version, checkpoint } = look
    const at = `version ${version} at ${checkpoint}`
    const events = positions.filter((position) => position <= checkpoint)
    if (look.positions !== undefined) eachOnce(look, events, verdict)
    else if (look.rows > events.length) projectedTwice.push(`${at} has ${look.rows} of ${events.length} events`)
    else if (look.rows < events.length) projectedNever.push(`${at} has ${look.rows} of ${events.length} events`)

    const digests = new Map(look.digests.map((row) => [row.stream, row]))
    for (const [stream, folded] of folds) {
      const expected = folded.findLast(({ position }) => position <= checkpoint)
      const found = digests.get(stream)
      if (found?.digest === expected?.digest && found?.events === expected?.events) continue
      projectedWrong.push(`${at} has ${stream} after ${found?.events ?? 0} events, not ${expected?.events ?? 0}`)
    }

    if (checkpoint < (reached.get(version) ?? 0)) projectedWrong.push(`${at} was at ${reached.get(version)} before`)
    reached.set(version, checkpoint)
    if (look.active < active) projectedWrong.push(`version ${look.active} is shown after ${active}`)
    active = look.active
    const isInOrder = look.shown.every((shown, i) => shown > (look.shown[i - 1] ?? 0))
    if (!isInOrder || (look.shown.at(-1) ?? 0) !== active)
      projectedWrong.push(`${look.shown} were activated, and ${active} is active`)
  }
  for (const line of told) {
    if (line.told === "wrong") faults.push(`a projection: ${line.why}`)
    const checkpoint = reached.get(line.version) ?? 0
    if (line.told === "projected" && line.to > checkpoint)
      lost.push(`version ${line.version} was told to be at ${line.to}, and is at ${checkpoint}`)
  }
}

/** How much was projected, and how often somebody went on with what another one had begun. */
export const projections = (told: ReadonlyArray<Projected>, looks: ReadonlyArray<Look>) => {
  const last = new Map(looks.map((look) => [look.version, look]))
  const instances = new Map<number, number>()
  let takeovers = 0
  for (const line of told.toSorted((a, b) => a.end - b.end)) {
    if (line.told !== "began") continue
    const before = instances.get(line.version)
    if (before !== undefined && before !== line.instance) takeovers++
    instances.set(line.version, line.instance)
  }
  return {
    projected: [...last.values()].reduce((n, { rows }) => n + rows, 0),
    activated: Math.max(0, ...looks.map(({ active }) => active)),
    takeovers,
    overtaken: told.filter((line) => line.told === "overtaken").length,
  }
}
