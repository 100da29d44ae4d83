/**
 * Arrays for a client of the driver's. The driver would ask the server by itself which arrays there are; where that fails,
 * it is told to nobody, and ends the process. So we ask, and teach it.
 *
 * @since 0.1.0
 */
import type postgres from "postgres"

/**
 * Of each type that has one, its array: by their numbers.
 *
 * @category queries
 * @since 0.1.0
 */
export const question = "SELECT oid::text, typarray::text FROM pg_catalog.pg_type WHERE typarray <> 0"

type Delimiter = "," | ";"

/** Of boxes only, which have commas. */
const delimiterOf = (array: number): Delimiter => (array === 1020 ? ";" : ",")

/**
 * Reads an array as PostgreSQL writes it, each element by what reads its type.
 *
 * @category readers
 * @since 0.1.0
 */
export const read = (
  literal: string,
  element: (written: string) => unknown,
  delimiter: Delimiter = ",",
): ReadonlyArray<unknown> => {
  // Bounds may be before it, where they do not begin with 1.
  let at = literal.indexOf("{") + 1
  const quoted = (): string => {
    let text = ""
    for (at++; at < literal.length && literal[at] !== '"'; at++) {
      if (literal[at] === "\\") at++
      text += literal[at] ?? ""
    }
    at++
    return text
  }
  const plain = (): string => {
    const from = at
    while (at < literal.length && literal[at] !== delimiter && literal[at] !== "}") at++
    return literal.slice(from, at)
  }
  const list = (): ReadonlyArray<unknown> => {
    const items: Array<unknown> = []
    for (;;) {
      switch (literal[at]) {
        case undefined:
        case "}":
          at++
          return items
        case delimiter:
          at++
          break
        case "{":
          at++
          items.push(list())
          break
        case '"':
          items.push(element(quoted()))
          break
        default: {
          const written = plain()
          items.push(written === "NULL" ? null : element(written))
        }
      }
    }
  }
  return list()
}

/**
 * Writes an array as PostgreSQL reads it; whatever is none, as it is.
 *
 * @category conversions
 * @since 0.1.0
 */
export const write = (value: unknown, element: (value: unknown) => unknown, delimiter: Delimiter = ","): unknown => {
  if (!Array.isArray(value)) return value
  const items = value.map((each: unknown) => {
    if (Array.isArray(each)) return write(each, element, delimiter)
    if (each === undefined) throw new Error("an element of an array is undefined; write null where there is nothing")
    return each === null ? "NULL" : `"${String(element(each)).replace(/["\\]/g, "\\$&")}"`
  })
  return `{${items.join(delimiter)}}`
}

const same = (value: unknown): unknown => value

/**
 * Lets a client read and write the arrays of a type.
 *
 * @category commands
 * @since 0.1.0
 */
export const teach = ({ options }: postgres.Sql, type: number, array: number): void => {
  const { parsers, serializers } = options
  const delimiter = delimiterOf(array)
  // Whoever named no types of their own for it.
  if (parsers[array] !== undefined && serializers[array] !== undefined) return
  parsers[array] = (literal: string) => read(literal, parsers[type] ?? same, delimiter)
  serializers[array] = (value) => write(value, serializers[type] ?? same, delimiter)
  // For `sql.array`, which looks there.
  const shared: unknown = Reflect.get(options, "shared")
  const arrays: unknown =
    typeof shared === "object" && shared !== null ? Reflect.get(shared, "typeArrayMap") : undefined
  if (typeof arrays === "object" && arrays !== null) Reflect.set(arrays, type, array)
}
