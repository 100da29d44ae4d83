/**
 * Values as a person reads them in a counterexample: like the literals that would make them, bytes in hex, errors by
 * tag and fields.
 *
 * @since 0.1.0
 */

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

const property = ([key, value]: readonly [string, unknown], seen: ReadonlyArray<object>): string =>
  `${identifier.test(key) ? key : JSON.stringify(key)}: ${print(value, seen)}`

const tagOf = (error: Error): string => ("_tag" in error ? String(error._tag) : error.name)

const print = (value: unknown, seen: ReadonlyArray<object>): string => {
  if (typeof value === "string") return JSON.stringify(value)
  if (typeof value === "bigint") return `${value}n`
  if (Object.is(value, -0)) return "-0"
  if (typeof value === "function") return value.name === "" ? "a function" : `function ${value.name}`
  if (typeof value !== "object" || value === null) return String(value)
  if (seen.includes(value)) return "(itself again)"
  const inner = [...seen, value]
  if (value instanceof Uint8Array) return bytes(value)
  if (Array.isArray(value))
    return block(
      "[",
      value.map((item) => print(item, inner)),
      "]",
    )
  if (value instanceof Date) return `new Date(${JSON.stringify(value)})`
  if (value instanceof Map || value instanceof Set) {
    const items = [...value].map((item) => print(item, inner))
    return block(`new ${value.constructor.name}([`, items, "])")
  }
  const properties = Object.entries(value)
    .filter(([, property]) => property !== undefined)
    // What it is comes first, wherever its constructor put that.
    .sort(([a], [b]) => Number(b === "_tag") - Number(a === "_tag"))
  if (value instanceof Error) {
    const fields = properties.filter(([key]) => !["_tag", "name", "message", "stack"].includes(key))
    const shown = fields.map((field) => property(field, inner))
    return shown.length === 0 ? `${tagOf(value)}: ${value.message}` : block(`${tagOf(value)} {`, shown, "}")
  }
  const shown = properties.map((field) => property(field, inner))
  const prototype: unknown = Object.getPrototypeOf(value)
  const plain = prototype === Object.prototype || prototype === null
  return block(plain ? "{" : `${value.constructor.name} {`, shown, "}")
}

/**
 * A value as text, on one line where it fits.
 *
 * @category conversions
 * @since 0.1.0
 */
export const show = (value: unknown): string => print(value, [])

/**
 * Every line moved to the right by two columns.
 *
 * @category conversions
 * @since 0.1.0
 */
export const indent = (text: string): string => text.replaceAll(/^/gm, "  ")
