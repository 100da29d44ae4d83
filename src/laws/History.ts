/**
 * Histories of concurrent operations on streams, and whether one order explains them: strict serializability.
 *
 * A stream is a register that is only appended to, and its version says which write was read. Four things order two
 * operations; a history is strictly serializable iff nothing is ordered in a circle:
 *
 * ```
 * a wrote version v,  b wrote version v + 1   a before b
 * a wrote version v,  b read version v        a before b
 * a read version v,   b wrote version v + 1   a before b
 * a was answered before b was asked           a before b
 * ```
 *
 * @since 0.1.0
 */
import type { Version } from "../core/event/Commit.ts"
import * as Circles from "./Circles.ts"

/**
 * A version of a stream that was read or written.
 *
 * @example
 * ```ts
 * import { History } from "everfold/laws"
 *
 * const write: History.Access = { stream: "Account-1", version: 3 }
 * const read: History.Access = { ...write, version: 2 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Access {
  readonly stream: string
  readonly version: Version
}

/**
 * What a caller asked for and what it came to.
 *
 * @category model
 * @since 0.1.0
 */
export interface Operation {
  readonly caller: string
  /** What it was, for people. */
  readonly what: string
  /** When it was asked for, on one clock for all callers. */
  readonly start: number
  /** When it was answered; `Infinity` where it never was, for then it may have happened at any later time, or never. */
  readonly end: number
  /** The version of each stream that it was decided on; 0 where there was no stream. */
  readonly reads: ReadonlyArray<Access>
  /** Every version that it wrote; of an operation without an answer, those that were found afterwards. */
  readonly writes: ReadonlyArray<Access>
}

/**
 * One operation comes before another, and why.
 *
 * @example
 * ```ts
 * import type { History } from "everfold/laws"
 *
 * const reasons = (steps: ReadonlyArray<History.Step>): ReadonlyArray<string> => steps.map(({ because }) => because)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Step {
  readonly before: Operation
  readonly after: Operation
  readonly because: string
}

/**
 * Why no order explains a history.
 *
 * @category model
 * @since 0.1.0
 */
export type Violation =
  | { readonly _tag: "WrittenTwice"; readonly access: Access; readonly by: readonly [Operation, Operation] }
  /** Read, or written upon, and nobody says to have written it. */
  | { readonly _tag: "NeverWritten"; readonly access: Access; readonly seenBy: Operation }
  /** Each operation comes before the next, and the last before the first. */
  | { readonly _tag: "Circle"; readonly steps: ReadonlyArray<Step> }

/** More steps than this are too many to follow. */
const glance = 20

const nameOf = ({ caller, what }: Operation): string => `${caller} (${what})`
const show = ({ stream, version }: Access): string => `version ${version} of ${stream}`

/**
 * A violation, for people: a line a step.
 *
 * @example
 * ```ts
 * import { History } from "everfold/laws"
 *
 * const look = { caller: "Bob", what: "look", start: 1, end: 2, reads: [], writes: [] }
 * const access = { stream: "Account-1", version: 3 }
 * const unwritten: History.Violation = { _tag: "NeverWritten", access, seenBy: look }
 * console.log(History.explain(unwritten)) // Bob (look) saw version 3 of Account-1, which nobody wrote.
 * ```
 * @category conversions
 * @since 0.1.0
 */
export const explain = (violation: Violation): string => {
  switch (violation._tag) {
    case "WrittenTwice": {
      const [one, other] = violation.by
      return `${nameOf(one)} and ${nameOf(other)} both wrote ${show(violation.access)}.`
    }
    case "NeverWritten":
      return `${nameOf(violation.seenBy)} saw ${show(violation.access)}, which nobody wrote.`
    case "Circle": {
      const steps = violation.steps.map(({ because }) => `  ${because};`)
      const shown = steps.length <= glance ? steps : steps.toSpliced(glance - 2, steps.length - glance + 1, "  …")
      return ["No order explains this:", ...shown].join("\n")
    }
  }
}

/** Who wrote which version, by stream; or that this cannot be told. */
const writersOf = (
  history: ReadonlyArray<Operation>,
): ReadonlyMap<string, ReadonlyMap<Version, number>> | Violation => {
  const writers = new Map<string, Map<Version, number>>()
  for (const [i, operation] of history.entries()) {
    for (const access of operation.writes) {
      const versions = writers.get(access.stream) ?? new Map<Version, number>()
      writers.set(access.stream, versions)
      const other = history[versions.get(access.version) ?? -1]
      if (other !== undefined) return { _tag: "WrittenTwice", access, by: [other, operation] }
      versions.set(access.version, i)
    }
  }
  for (const seenBy of history) {
    const seen = [...seenBy.reads, ...seenBy.writes.map(({ stream, version }) => ({ stream, version: version - 1 }))]
    const access = seen.find(({ stream, version }) => version > 0 && !writers.get(stream)?.has(version))
    if (access !== undefined) return { _tag: "NeverWritten", access, seenBy }
  }
  return writers
}

/**
 * What comes right before what: operations, and the moments of their answers. An operation comes before the moment of its
 * answer, and a moment before the next one and before whatever was asked for between the two: that orders all that did
 * not overlap, with two edges an operation.
 */
const graphOf = (
  history: ReadonlyArray<Operation>,
  writers: ReadonlyMap<string, ReadonlyMap<Version, number>>,
): Circles.Graph => {
  const from: Array<number> = []
  const to: Array<number> = []
  const edge = (a: number | undefined, b: number | undefined): void => {
    if (a === undefined || b === undefined || a === b) return
    from.push(a)
    to.push(b)
  }
  for (const [i, { reads, writes }] of history.entries()) {
    for (const { stream, version } of writes) edge(writers.get(stream)?.get(version - 1), i)
    for (const { stream, version } of reads) {
      edge(writers.get(stream)?.get(version), i)
      edge(i, writers.get(stream)?.get(version + 1))
    }
  }
  const operations = history.length
  const moments = [...new Set(history.map(({ end }) => end))].filter(Number.isFinite).sort((a, b) => a - b)
  /** How many moments are before a time. */
  const before = (time: number): number => {
    let low = 0
    let high = moments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((moments[middle] ?? 0) < time) low = middle + 1
      else high = middle
    }
    return low
  }
  for (let moment = 1; moment < moments.length; moment++) edge(operations + moment - 1, operations + moment)
  for (const [i, { start, end }] of history.entries()) {
    if (Number.isFinite(end)) edge(i, operations + before(end))
    const passed = before(start)
    if (passed > 0) edge(operations + passed - 1, i)
  }
  return Circles.graph({ inner: operations, nodes: operations + moments.length, from, to })
}

/**
 * Where circles can be entered, the most promising first: in every circle some operation comes before one that was asked
 * for earlier, and the longer ago that one had its answer, the shorter is the way back.
 */
const entrancesOf = (history: ReadonlyArray<Operation>, graph: Circles.Graph): ReadonlyArray<number> => {
  const found: Array<{ readonly node: number; readonly back: number }> = []
  for (const node of Circles.members(graph)) {
    const start = history[node]?.start ?? 0
    let back: number | undefined
    Circles.eachTarget(graph, node, (target) => {
      const later = history[target]
      if (later !== undefined && later.start <= start)
        back = Math.max(back ?? Number.NEGATIVE_INFINITY, start - later.end)
    })
    if (back !== undefined) found.push({ node, back })
  }
  return found.sort((a, b) => b.back - a.back).map(({ node }) => node)
}

/** Why one operation comes before another. */
const stepOf = (before: Operation, after: Operation): Step => {
  const [a, b] = [nameOf(before), nameOf(after)]
  const wrote = (operation: Operation, stream: string, version: Version): boolean =>
    operation.writes.some((write) => write.stream === stream && write.version === version)
  const step = (because: string): Step => ({ before, after, because })
  for (const read of before.reads) {
    const next = read.version + 1
    if (wrote(after, read.stream, next))
      return step(`${a} read ${show(read)}, which ${b} overwrote with version ${next}`)
  }
  for (const read of after.reads) {
    if (wrote(before, read.stream, read.version)) return step(`${b} read ${show(read)}, which ${a} wrote`)
  }
  for (const write of after.writes) {
    const last = write.version - 1
    if (wrote(before, write.stream, last)) return step(`${b} wrote ${show(write)}, on top of ${last} by ${a}`)
  }
  return step(`${a} was answered before ${b} was asked`)
}

/**
 * Why no order explains a history; `undefined` where one does. The time that it takes grows like that of sorting: a
 * hundred thousand operations are a second or so. A circle is as short as it can be; only of a huge one it may be longer.
 *
 * @example
 * ```ts
 * import { History } from "everfold/laws"
 *
 * const stream = "Account-1"
 * const history: ReadonlyArray<History.Operation> = [
 *   { caller: "Ada", what: "deposit", start: 1, end: 2, reads: [{ stream, version: 0 }], writes: [{ stream, version: 1 }] },
 *   { caller: "Bob", what: "look", start: 3, end: 4, reads: [{ stream, version: 0 }], writes: [] }
 * ]
 * console.log(History.violation(history)?._tag) // Circle
 * ```
 * @category checking
 * @since 0.1.0
 */
export const violation = (history: ReadonlyArray<Operation>): Violation | undefined => {
  const writers = writersOf(history)
  if ("_tag" in writers) return writers
  const graph = graphOf(history, writers)
  const circle = Circles.shortest(graph, entrancesOf(history, graph)).flatMap((node) => history[node] ?? [])
  if (circle.length === 0) return undefined
  const steps = circle.map((before, i) => stepOf(before, circle[(i + 1) % circle.length] ?? before))
  return { _tag: "Circle", steps }
}
