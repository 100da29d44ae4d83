/**
 * Two lists side by side: what both have, what is missing, what is too many, and what is almost the same.
 *
 * @since 0.1.0
 */
import { difference, isExactly, line, type Place } from "./Exact.ts"

type Row =
  | { readonly _tag: "Kept"; readonly expected: unknown }
  | { readonly _tag: "Changed"; readonly expected: unknown; readonly actual: unknown; readonly place: Place }
  | { readonly _tag: "Missing"; readonly expected: unknown }
  | { readonly _tag: "Extra"; readonly actual: unknown }

/**
 * What a value is called where it is not shown: its tag, or else all of it.
 *
 * @category conversions
 * @since 0.1.0
 */
export const label = (value: unknown): string => {
  const tag = tagOf(value)
  return typeof tag === "string" ? tag : line(value, 40)
}

const tagOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "_tag" in value ? value._tag : undefined

/** Items of one tag are taken for one that changed; so are those that have none. */
const isLike = (a: unknown, b: unknown): boolean => tagOf(a) === tagOf(b) && typeof a === typeof b

/** More pairs than this are too many to try: then the lists are compared place by place. */
const pairs = 40_000

const beside = (expected: unknown, actual: unknown): ReadonlyArray<Row> => {
  const place = difference(expected, actual)
  if (place === undefined) return [{ _tag: "Kept", expected }]
  return isLike(expected, actual)
    ? [{ _tag: "Changed", expected, actual, place }]
    : [
        { _tag: "Missing", expected },
        { _tag: "Extra", actual },
      ]
}

const placeByPlace = (expected: ReadonlyArray<unknown>, actual: ReadonlyArray<unknown>): ReadonlyArray<Row> => [
  ...expected.flatMap((item, i) =>
    i < actual.length ? beside(item, actual[i]) : [{ _tag: "Missing" as const, expected: item }],
  ),
  ...actual.slice(expected.length).map((item) => ({ _tag: "Extra" as const, actual: item })),
]

/** The alignment that keeps most, and among those the one in which most of the rest is alike. */
const aligned = (expected: ReadonlyArray<unknown>, actual: ReadonlyArray<unknown>): ReadonlyArray<Row> => {
  const columns = actual.length + 1
  const worth = new Uint8Array(expected.length * columns)
  const best = new Uint32Array((expected.length + 1) * columns)
  const of = (table: Uint8Array | Uint32Array, i: number, j: number): number => table[i * columns + j] ?? 0
  for (let i = expected.length - 1; i >= 0; i--) {
    for (let j = actual.length - 1; j >= 0; j--) {
      const [a, b] = [expected[i], actual[j]]
      const together = isExactly(a, b) ? 3 : isLike(a, b) ? 1 : 0
      worth[i * columns + j] = together
      best[i * columns + j] = Math.max(
        together === 0 ? 0 : together + of(best, i + 1, j + 1),
        of(best, i + 1, j),
        of(best, i, j + 1),
      )
    }
  }
  const rows: Array<Row> = []
  let [i, j] = [0, 0]
  while (i < expected.length && j < actual.length) {
    const together = of(worth, i, j)
    if (together > 0 && of(best, i, j) === together + of(best, i + 1, j + 1)) {
      rows.push(...beside(expected[i++], actual[j++]))
    } else if (of(best, i, j) === of(best, i + 1, j)) {
      rows.push({ _tag: "Missing", expected: expected[i++] })
    } else {
      rows.push({ _tag: "Extra", actual: actual[j++] })
    }
  }
  return [...rows, ...placeByPlace(expected.slice(i), []), ...placeByPlace([], actual.slice(j))]
}

const kept = (expected: ReadonlyArray<unknown>): ReadonlyArray<Row> =>
  expected.map((item) => ({ _tag: "Kept", expected: item }))

/** What begins and what ends alike is left as it is, so that long lists are compared where they differ. */
const compare = (expected: ReadonlyArray<unknown>, actual: ReadonlyArray<unknown>): ReadonlyArray<Row> => {
  const shorter = Math.min(expected.length, actual.length)
  let start = 0
  while (start < shorter && isExactly(expected[start], actual[start])) start++
  let end = 0
  while (end < shorter - start && isExactly(expected.at(-1 - end), actual.at(-1 - end))) end++
  const middle = [expected.slice(start, expected.length - end), actual.slice(start, actual.length - end)] as const
  return [
    ...kept(expected.slice(0, start)),
    ...(middle[0].length * middle[1].length > pairs ? placeByPlace(...middle) : aligned(...middle)),
    ...kept(expected.slice(expected.length - end)),
  ]
}

/** How many rows that are kept are shown around those that are not. */
const context = 2
/** More lines than this nobody reads. */
const page = 40

const shown = (row: Row): ReadonlyArray<string> => {
  switch (row._tag) {
    case "Kept":
      return [`  ${line(row.expected)}`]
    case "Missing":
      return [`- ${line(row.expected)}`]
    case "Extra":
      return [`+ ${line(row.actual)}`]
    case "Changed": {
      const [before, after] = [line(row.expected), line(row.actual)]
      // What reads alike has to be told apart.
      return [`- ${before}`, before === after ? `+ ${after} (${said(row.place)})` : `+ ${after}`]
    }
  }
}

/**
 * A place in words: `cents is 501 and should be 500`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const said = ({ path, expected, actual }: Place): string =>
  `${path === "" ? "it" : path} is ${actual} and should be ${expected}`

const listed = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => {
  const near = rows.map((_, i) =>
    rows.slice(Math.max(0, i - context), i + context + 1).some((row) => row._tag !== "Kept"),
  )
  const lines: Array<string> = []
  let skipped = 0
  for (const [i, row] of rows.entries()) {
    if (near[i] !== true) skipped++
    if (skipped > 0 && (near[i] === true || i === rows.length - 1)) {
      lines.push(`  … ${skipped} the same`)
      skipped = 0
    }
    if (near[i] === true) lines.push(...shown(row))
  }
  return lines.length <= page ? lines : [...lines.slice(0, page), `… and ${lines.length - page} lines more`]
}

/** Whether both lists have the same items, as often each. */
const isShuffled = (rows: ReadonlyArray<Row>): boolean => {
  const left = rows.flatMap((row) => (row._tag === "Extra" || row._tag === "Changed" ? [row.actual] : []))
  for (const row of rows) {
    if (row._tag !== "Missing" && row._tag !== "Changed") continue
    const found = left.findIndex((item) => isExactly(row.expected, item))
    if (found < 0) return false
    left.splice(found, 1)
  }
  return left.length === 0
}

const first = (one: string, rows: ReadonlyArray<Row>): string => {
  const i = rows.findIndex((row) => row._tag !== "Kept")
  const [row, next] = rows.slice(i)
  const which = `${one} ${i + 1}`
  if (row?._tag === "Changed") return `${which} differs: ${said(row.place)}`
  if (row?._tag === "Missing" && next?._tag === "Extra")
    return `${which} is ${label(next.actual)} and should be ${label(row.expected)}`
  if (row?._tag === "Missing") return `${which}, ${label(row.expected)}, is missing`
  return row?._tag === "Extra" ? `${which}, ${label(row.actual)}, is one too many` : `${which} differs`
}

/**
 * How two lists differ: what is first, then both of them, an item a line. None where they are exactly the same. `one`
 * is what an item is called.
 *
 * @category comparing
 * @since 0.1.0
 */
export const differenceOfLists = (
  one: string,
  expected: ReadonlyArray<unknown>,
  actual: ReadonlyArray<unknown>,
): string | undefined => {
  const rows = compare(expected, actual)
  if (rows.every((row) => row._tag === "Kept")) return undefined
  const sentence = isShuffled(rows)
    ? `the right ${one}s in another order: ${first(one, placeByPlace(expected, actual))}`
    : first(one, rows)
  return [`${sentence}.`, `${one}s, - expected, + actual:`, ...listed(rows).map((text) => `  ${text}`)].join("\n")
}
