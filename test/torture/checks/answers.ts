/** What writers were told of accounts is what is recorded, and no older than what was known when they asked. */
import { type Account, empty } from "../model.ts"
import { nameOf } from "../operations.ts"
import type { Told } from "../report.ts"
import type { Lost } from "../scene.ts"
import { type Log, same } from "./log.ts"
import type { Verdict } from "./verdict.ts"

/** Of each operation: since when somebody asked for it who was not told what became of it. */
const openSince = (told: ReadonlyArray<Told>, lost: ReadonlyArray<Lost>): ReadonlyMap<string, number> => {
  const since = new Map<string, number>()
  const open = (op: string, at: number) => since.set(op, Math.min(at, since.get(op) ?? at))
  // Who lives is told, also where its connection was lost.
  for (const { what, op, at } of lost) if (what === "process") open(op, at)
  for (const line of told) {
    if (line.told === "interrupted" || line.told === "unknown") open(nameOf(line.lane, line.serial), line.start)
  }
  return since
}

/** The latest version of a stream that anybody was told of before a moment. */
const floors = (told: ReadonlyArray<Told>): ((stream: string, before: number) => number) => {
  const known = new Map<string, Array<readonly [end: number, version: number]>>()
  const learn = (stream: string, version: number, end: number): void => {
    const list = known.get(stream) ?? []
    known.set(stream, list)
    list.push([end, Math.max(version, list.at(-1)?.[1] ?? 0)])
  }
  for (const line of told.toSorted((a, b) => a.end - b.end)) {
    if (line.told === "recorded" || line.told === "loaded") learn(line.stream, line.version, line.end)
    if (line.told === "spread") for (const { stream, version } of line.streams) learn(stream, version, line.end)
  }
  return (stream, before) => {
    const list = known.get(stream) ?? []
    let low = 0
    let high = list.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((list[middle]?.[0] ?? 0) < before) low = middle + 1
      else high = middle
    }
    return list[low - 1]?.[1] ?? 0
  }
}

export const areTrue = (log: Log, told: ReadonlyArray<Told>, lost: ReadonlyArray<Lost>, verdict: Verdict): void => {
  const { stored, histories, states, byOp } = log
  const head = stored.at(-1)?.position ?? 0
  const open = openSince(told, lost)
  const floor = floors(told)
  const first = new Map<string, string>()

  for (const line of told) {
    const op = nameOf(line.lane, line.serial)
    const own = byOp.get(op) ?? []
    const untrue = (why: string) => verdict.untrue.push(`${op}: ${why} (${JSON.stringify(line)})`)
    /** A state that it shows must be one that was, and no older than what was known when it was asked for. */
    const showed = (stream: string, version: number, state: Account, atLeast = floor(stream, line.start)): void => {
      const was = states.get(stream)?.[version] ?? (version === 0 ? empty : undefined)
      if (was === undefined || !same(was, state)) untrue(`version ${version} was ${JSON.stringify(was)}`)
      if (version < atLeast) untrue(`version ${atLeast} had been told before`)
    }
    /** Whoever asks twice is told the same. */
    const always = (...what: ReadonlyArray<unknown>): void => {
      const summary = JSON.stringify(what)
      if ((first.get(op) ?? summary) !== summary) untrue(`it was told ${first.get(op)} before`)
      first.set(op, summary)
    }
    switch (line.told) {
      case "recorded": {
        const { stream, version, position, repeated, amounts, state } = line
        const end = histories.get(stream)?.[version - 1]
        const there = histories.get(stream)?.slice(version - amounts.length, version) ?? []
        if (own.length < amounts.length) verdict.lost.push(`${op} was told at version ${version} of ${stream}`)
        else if (String(there.map(({ event }) => event.amount)) !== String(amounts)) untrue("other events are there")
        else if (amounts.length > 0 && there.some(({ event }) => event.op !== op)) untrue("events of others are there")
        if ((end?.position ?? 0) !== position) untrue(`its position is ${end?.position}`)
        showed(stream, version, state, repeated ? 0 : floor(stream, line.start) + amounts.length)
        always(version, position, amounts, state)
        break
      }
      case "moved":
        if (own.length < 2) verdict.lost.push(`${op} was told at position ${line.position}`)
        else if (Math.max(...own.map(({ position }) => position)) !== line.position) untrue("it is elsewhere")
        if (line.position > head) untrue(`the store ends at ${head}`)
        break
      case "spread":
        if (own.length < line.streams.length) verdict.lost.push(`${op} was told at position ${line.position}`)
        else if (Math.max(...own.map(({ position }) => position)) !== line.position) untrue("it is elsewhere")
        for (const { stream, version } of line.streams) {
          const there = histories.get(stream)?.[version - 1]
          if (there?.event.op !== op) untrue(`version ${version} of ${stream} is another's`)
          if (!line.repeated && version <= floor(stream, line.start)) untrue(`a version after ${version} had been told`)
        }
        always(line.position, line.streams)
        break
      case "refused":
        // Under the same id it may be asked for again, and accepted then.
        if (own.some(({ version }) => line.done || version <= line.seen.count))
          verdict.unwanted.push(`${op} was refused`)
        showed(line.stream, line.seen.count, line.seen)
        break
      case "loaded":
        showed(line.stream, line.version, line.state)
        if ((histories.get(line.stream)?.[line.version - 1]?.position ?? 0) !== line.position) untrue("its position")
        break
      case "nothing":
        if (own.length > 0 && !((open.get(op) ?? Number.POSITIVE_INFINITY) <= line.end))
          verdict.unwanted.push(`${op} was told not to be, for ${line.why}`)
        break
      case "wrong":
        verdict.faults.push(`${op}: ${line.why}`)
        break
    }
  }
}

const certain = new Set<Told["told"]>(["recorded", "moved", "spread", "claimed", "taken", "refused"])

/** How many operations were under way when their connection or process was lost, and were answered for certain since. */
export const resolved = (told: ReadonlyArray<Told>, lost: ReadonlyArray<Lost>): number => {
  const lines = Map.groupBy(told, ({ lane, serial }) => nameOf(lane, serial))
  const ops = Map.groupBy(lost, ({ op }) => op)
  let count = 0
  for (const [op, losses] of ops) {
    const answers = lines.get(op)?.filter((line) => certain.has(line.told)) ?? []
    const known = Math.min(...answers.map(({ end }) => end))
    if (losses.some(({ at }) => at < known) && answers.length > 0) count++
  }
  return count
}
