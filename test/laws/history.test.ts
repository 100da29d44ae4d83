import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as History from "../../src/laws/History.ts"

const at = (stream: string, ...versions: ReadonlyArray<number>): ReadonlyArray<History.Access> =>
  versions.map((version) => ({ stream, version }))

/** An operation: from when to when, what it read, what it wrote. */
const op = (
  caller: string,
  [start, end]: readonly [number, number],
  reads: ReadonlyArray<History.Access>,
  writes: ReadonlyArray<History.Access> = [],
): History.Operation => ({ caller, what: writes.length > 0 ? "write" : "read", start, end, reads, writes })

const explained = (...history: ReadonlyArray<History.Operation>): string => {
  const violation = History.violation(history)
  return violation === undefined ? "fine" : History.explain(violation)
}

const circle = (...steps: ReadonlyArray<string>): string =>
  ["No order explains this:", ...steps.map((step) => `  ${step};`)].join("\n")

describe("a history that some order explains", () => {
  it("is empty, or of one caller", () => {
    expect(explained()).toBe("fine")
    expect(explained(op("a", [1, 2], at("x", 0), at("x", 1, 2)), op("a", [3, 4], at("x", 2)))).toBe("fine")
  })

  it("reads what is being written before that is answered, or what was there before", () => {
    const writer = op("a", [1, 10], at("x", 0), at("x", 1))
    expect(explained(writer, op("b", [2, 3], at("x", 1)), op("c", [4, 5], at("x", 1)))).toBe("fine")
    expect(explained(writer, op("b", [2, 3], at("x", 0)), op("c", [4, 5], at("x", 1)))).toBe("fine")
  })

  it("has operations without an answer that happened late, or never", () => {
    const late = op("a", [1, Number.POSITIVE_INFINITY], [], at("x", 2))
    const never = op("b", [1, Number.POSITIVE_INFINITY], [])
    const history = [late, never, op("c", [2, 3], at("x", 0), at("x", 1)), op("d", [4, 5], at("x", 1))]
    expect(explained(...history, op("d", [6, 7], at("x", 2)))).toBe("fine")
  })

  it("was made one after another, each at some moment between its question and its answer", () => {
    const operation = fc.record({
      reads: fc.subarray(["x", "y", "z"]),
      writes: fc.subarray(["x", "y", "z"]),
      begun: fc.nat(9),
      lasted: fc.oneof(fc.nat(9), fc.constant(Number.POSITIVE_INFINITY)),
    })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        const versions = new Map<string, number>()
        const version = (stream: string) => versions.get(stream) ?? 0
        const history = operations.map(({ reads, writes, begun, lasted }, moment) => {
          const read = reads.flatMap((stream) => at(stream, version(stream)))
          for (const stream of writes) versions.set(stream, version(stream) + 1)
          const written = writes.flatMap((stream) => at(stream, version(stream)))
          return op(`c${moment}`, [moment - begun, moment + lasted], read, written)
        })
        expect(explained(...history)).toBe("fine")
      }),
    )
  })
})

describe("a violation is told as a circle that a person can follow", () => {
  const first = op("a", [0, 1], at("x", 0), at("x", 1))
  const both = op("a", [0, 1], [], [...at("x", 1), ...at("y", 1)])

  it.each([
    [
      "a lost update",
      [first, op("b", [2, 4], at("x", 1), at("x", 2)), op("c", [2, 5], at("x", 1), at("x", 3))],
      circle(
        "c (write) read version 1 of x, which b (write) overwrote with version 2",
        "c (write) wrote version 3 of x, on top of 2 by b (write)",
      ),
    ],
    [
      "a stale read",
      [first, op("b", [2, 3], at("x", 0))],
      circle(
        "b (read) read version 0 of x, which a (write) overwrote with version 1",
        "a (write) was answered before b (read) was asked",
      ),
    ],
    [
      "a fractured read",
      [both, op("b", [2, 9], [], [...at("x", 2), ...at("y", 2)]), op("c", [3, 4], [...at("x", 1), ...at("y", 2)])],
      circle(
        "c (read) read version 1 of x, which b (write) overwrote with version 2",
        "c (read) read version 2 of y, which b (write) wrote",
      ),
    ],
    [
      "a write that was seen and then not seen",
      [first, op("b", [2, 9], [], at("x", 2)), op("c", [3, 4], at("x", 2)), op("d", [5, 6], at("x", 1))],
      circle(
        "d (read) read version 1 of x, which b (write) overwrote with version 2",
        "c (read) read version 2 of x, which b (write) wrote",
        "c (read) was answered before d (read) was asked",
      ),
    ],
    [
      "a write skew",
      [
        both,
        op("b", [2, 5], [...at("x", 1), ...at("y", 1)], at("x", 2)),
        op("c", [2, 5], [...at("x", 1), ...at("y", 1)], at("y", 2)),
      ],
      circle(
        "b (write) read version 1 of y, which c (write) overwrote with version 2",
        "c (write) read version 1 of x, which b (write) overwrote with version 2",
      ),
    ],
    [
      "a version given twice",
      [first, op("b", [2, 3], [], at("x", 1))],
      "a (write) and b (write) both wrote version 1 of x.",
    ],
    [
      "a read of what nobody wrote",
      [first, op("b", [2, 3], at("x", 2))],
      "b (read) saw version 2 of x, which nobody wrote.",
    ],
    [
      "a write on top of what nobody wrote",
      [first, op("b", [2, 3], [], at("x", 3))],
      "b (write) saw version 2 of x, which nobody wrote.",
    ],
  ])("%s", (_, history, explanation) => {
    expect(explained(...history)).toBe(explanation)
  })

  it("of which only the ends are shown where it is long", () => {
    const ring = Array.from({ length: 500 }, (_, i) => op(`c${i}`, [0, 9], at(`s${i}`, 0), at(`s${(i + 1) % 500}`, 1)))
    expect(explained(...ring).split("\n").length).toBe(21)
  })
})

/** By the definition: what comes before what, for every pair, and the length of the shortest way from each to itself. */
const shortestCircle = (history: ReadonlyArray<History.Operation>): number => {
  const has = (accesses: ReadonlyArray<History.Access>, stream: string, version: number) =>
    accesses.some((access) => access.stream === stream && access.version === version)
  const precedes = (a: History.Operation, b: History.Operation) =>
    a !== b &&
    (a.end < b.start ||
      b.writes.some(({ stream, version }) => has([...a.writes, ...a.reads], stream, version - 1)) ||
      b.reads.some(({ stream, version }) => has(a.writes, stream, version)))
  const far = history.map((a) => history.map((b) => (precedes(a, b) ? 1 : Number.POSITIVE_INFINITY)))
  const length = (a: number, b: number) => far[a]?.[b] ?? Number.POSITIVE_INFINITY
  for (const [k] of history.entries()) {
    for (const [i, row] of far.entries()) {
      for (const [j] of row.entries()) row[j] = Math.min(length(i, j), length(i, k) + length(k, j))
    }
  }
  return Math.min(...history.map((_, i) => length(i, i)))
}

it("finds the shortest circle that there is, and one iff there is one", () => {
  const operation = fc.record({
    start: fc.nat(12),
    lasted: fc.nat(6),
    reads: fc.uniqueArray(fc.tuple(fc.constantFrom("x", "y"), fc.nat(4)), { maxLength: 2, selector: String }),
    writes: fc.subarray(["x", "y"]),
  })
  let found = 0
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 8 }), (operations) => {
      const versions = { x: 0, y: 0 }
      const history = operations.map(({ start, lasted, reads, writes }, i) => {
        const written = writes.map((stream) => ({ stream, version: stream === "x" ? ++versions.x : ++versions.y }))
        return { ...op(`c${i}`, [start, start + lasted], []), reads, writes: written }
      })
      const readable = history.map((each) => ({
        ...each,
        reads: each.reads.map(([stream, version]) => ({
          stream,
          version: Math.min(version, stream === "x" ? versions.x : versions.y),
        })),
      }))
      const violation = History.violation(readable)
      const steps = violation?._tag === "Circle" ? violation.steps.length : Number.POSITIVE_INFINITY
      if (violation !== undefined) found++
      expect(steps).toBe(shortestCircle(readable))
    }),
    { numRuns: 2000 },
  )
  expect(found).toBeGreaterThan(100)
})

it("takes a hundred thousand operations, and one that is wrong among them", () => {
  const versions = new Map<string, number>()
  const history = Array.from({ length: 100_000 }, (_, i) => {
    const stream = `s${(i * 7919) % 53}`
    const version = versions.get(stream) ?? 0
    const writes = i % 2 === 0 ? at(stream, version + 1) : []
    if (writes.length > 0) versions.set(stream, version + 1)
    return op(`c${i % 40}`, [i - ((i * 31) % 40), i + 0.5 + (i % 7)], at(stream, version), writes)
  })
  expect(explained(...history)).toBe("fine")
  const stale = op("late", [200_000, 200_001], at("s0", 5))
  expect(explained(...history, stale).split("\n").length).toBe(3)
})
