/**
 * Values as a person reads them in a counterexample: like the literals that would make them, bytes in hex, errors by
 * tag and fields.
 *
 * @since 0.1.0
 */

import { describe } from "../core/event/thrown.ts"

const width = 100
const identifier = /^[A-Za-z_$][\w$]*$/

const bytes = (value: Uint8Array): string => {
  const hex = Buffer.from(value.subarray(0, 24)).toString("hex")
  return `bytes(${value.length <= 24 ? hex : `${hex}… ${value.length} in all`})`
}

const block = (open: string, parts: ReadonlyArray<string>, close: string): string => {
  if (parts.length === 0) return `${open}${close}`
  const pad = open.endsWith("[") || open.endsWith("(") ? "" : " "
  const line = `${open}${pad}${parts.join(", ")}${pad}${close}`
  if (line.length <= width && !line.includes("\n")) return line
  return `${open}\n${parts.map((part) => indent(part)).join(",\n")}\n${close}`
}

/** More than this nobody reads: so many characters in all, so many of one text, things within things. */
const room = 50_000
const long = 4_000
const deep = 60

/** What there is room for yet, of one value that is shown. */
interface Paper {
  left: number
}

const text = (value: string): string =>
  value.length <= long
    ? JSON.stringify(value)
    : `${JSON.stringify(value.slice(0, long / 2))}…${JSON.stringify(value.slice(-long / 2))} (${value.length} characters)`

/** The parts of a value, as far as there is room for them. */
const parts = <A>(all: Iterable<A>, size: number, paper: Paper, one: (part: A) => string): ReadonlyArray<string> => {
  const shown: Array<string> = []
  for (const part of all) {
    if (paper.left <= 0) return [...shown, `… ${size - shown.length} more`]
    shown.push(one(part))
  }
  return shown
}

const tagOf = (error: Error): string => ("_tag" in error ? String(error._tag) : error.name)

/** A class, which may have no name, or none that is a text. */
const classOf = (prototype: object): string =>
  "constructor" in prototype && typeof prototype.constructor === "function"
    ? String(prototype.constructor.name)
    : "an object"

const printed = (value: object, seen: ReadonlyArray<object>, paper: Paper): string => {
  const inner = [...seen, value]
  const one = (item: unknown): string => print(item, inner, paper)
  if (value instanceof Uint8Array) return bytes(value)
  if (Array.isArray(value)) return block("[", parts(value, value.length, paper, one), "]")
  if (value instanceof Date) return `new Date(${Number.isNaN(value.getTime()) ? "NaN" : JSON.stringify(value)})`
  if (value instanceof Map || value instanceof Set)
    return block(`new ${value.constructor.name}([`, parts<unknown>(value, value.size, paper, one), "])")
  const properties = Object.entries(value)
    .filter(([, property]) => property !== undefined)
    // What it is comes first, wherever its constructor put that.
    .sort(([a], [b]) => Number(b === "_tag") - Number(a === "_tag"))
  const fields = (some: ReadonlyArray<readonly [string, unknown]>): ReadonlyArray<string> =>
    parts(some, some.length, paper, ([key, property]) => {
      paper.left -= key.length
      return `${identifier.test(key) ? key : JSON.stringify(key)}: ${one(property)}`
    })
  if (value instanceof Error) {
    const shown = fields(properties.filter(([key]) => !["_tag", "name", "message", "stack"].includes(key)))
    return shown.length === 0 ? `${tagOf(value)}: ${value.message}` : block(`${tagOf(value)} {`, shown, "}")
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  const plain = prototype === Object.prototype || typeof prototype !== "object" || prototype === null
  return block(plain ? "{" : `${classOf(prototype)} {`, fields(properties), "}")
}

const leaf = (value: unknown): string => {
  if (typeof value === "string") return text(value)
  if (typeof value === "bigint") return `${value}n`
  if (Object.is(value, -0)) return "-0"
  if (typeof value === "function") return value.name === "" ? "a function" : `function ${value.name}`
  return String(value)
}

const print = (value: unknown, seen: ReadonlyArray<object>, paper: Paper): string => {
  // A line of its own, perhaps, moved to the right.
  paper.left -= 2 + 2 * seen.length
  if (typeof value !== "object" || value === null) {
    const shown = leaf(value)
    paper.left -= shown.length
    return shown
  }
  if (seen.includes(value)) return "(itself again)"
  if (seen.length >= deep) return "(deeper still)"
  try {
    return printed(value, seen, paper)
  } catch (error) {
    // A getter that throws, a proxy.
    return `(not to be shown: ${describe(error)})`
  }
}

/**
 * A value as text, on one line where it fits; of what is very large, its beginning.
 *
 * @category conversions
 * @since 0.1.0
 */
export const show = (value: unknown): string => print(value, [], { left: room })

/**
 * Every line moved to the right by two columns.
 *
 * @category conversions
 * @since 0.1.0
 */
export const indent = (text: string): string => text.replaceAll(/^/gm, "  ")
