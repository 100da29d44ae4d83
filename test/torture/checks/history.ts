/** What writers were told, as a history of operations that some order must explain. */
import type { Recorded } from "everfold"
import type { History } from "everfold/laws"
import type { AccountEvent } from "../model.ts"
import { nameOf, parts } from "../operations.ts"
import type { Told } from "../report.ts"

type Access = History.Access

const keyOf = ({ stream, version }: Access): string => `${version} ${stream}`

/** What an answer says that the operation read and wrote; `undefined` where it says nothing, or tells of an earlier time. */
const told = (line: Told): Pick<History.Operation, "reads" | "writes"> | undefined => {
  switch (line.told) {
    case "recorded": {
      const { stream, version, amounts, repeated } = line
      if (repeated) return undefined
      const before = version - amounts.length
      return {
        reads: [{ stream, version: before }],
        writes: amounts.map((_, i) => ({ stream, version: before + i + 1 })),
      }
    }
    case "moved":
      return { reads: line.seen, writes: line.seen.map(({ stream, version }) => ({ stream, version: version + 1 })) }
    case "spread":
      return line.repeated ? undefined : { reads: [], writes: line.streams }
    case "refused":
      return { reads: [{ stream: line.stream, version: line.seen.count }], writes: [] }
    case "loaded":
      return { reads: [{ stream: line.stream, version: line.version }], writes: [] }
    default:
      return undefined
  }
}

/**
 * The history of all that was told, and of what was recorded though nobody was told: the process was killed or the caller
 * interrupted. That was asked for after its lane's answer before, and has happened when a repeat is told of it.
 */
export const historyOf = (
  lines: ReadonlyArray<Told>,
  byOp: ReadonlyMap<string, ReadonlyArray<Recorded<AccountEvent>>>,
): ReadonlyArray<History.Operation> => {
  const history: Array<History.Operation> = []
  const owned = new Set<string>()
  /** By operation: when first a repeat of it was told. */
  const known = new Map<string, number>()
  const answers = new Map<string, Array<{ readonly serial: number; readonly end: number }>>()
  for (const line of lines) {
    const { lane, serial, start, end } = line
    const op = nameOf(lane, serial)
    if ((line.told === "recorded" || line.told === "spread") && line.repeated)
      known.set(op, Math.min(end, known.get(op) ?? end))
    const access = told(line)
    if (access !== undefined) {
      history.push({ caller: op, what: line.told, start, end, ...access })
      for (const write of access.writes) owned.add(keyOf(write))
    }
    const given = answers.get(lane) ?? []
    answers.set(lane, given)
    given.push({ serial, end })
  }
  for (const [op, events] of byOp) {
    const writes = events.map(({ stream, version }) => ({ stream: stream.id, version }))
    const untold = writes.filter((write) => !owned.has(keyOf(write)))
    if (untold.length === 0) continue
    const [lane, serial] = parts(op)
    const start = answers.get(lane)?.findLast((answer) => answer.serial < serial)?.end ?? 0
    history.push({
      caller: op,
      what: "untold",
      start,
      end: known.get(op) ?? Number.POSITIVE_INFINITY,
      reads: [],
      writes: untold,
    })
  }
  return history
}
