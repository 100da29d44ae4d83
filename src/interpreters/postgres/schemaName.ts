/**
 * The name of the schema that holds a store, in SQL.
 *
 * @since 0.1.0
 */

/**
 * The schema of a store that is given none.
 *
 * @category constants
 * @since 0.1.0
 */
export const schemaDefault = "everfold"

/** PostgreSQL cuts longer names off, in silence. */
const longest = 63

/**
 * What is wrong with a schema's name; `undefined` where nothing is.
 *
 * @category predicates
 * @since 0.1.0
 */
export const faultOf = (schema: string): string | undefined => {
  const bytes = Buffer.byteLength(schema)
  if (schema === "") return "the schema's name is empty"
  if (!schema.isWellFormed() || schema.includes("\0")) return "the schema's name is not text that PostgreSQL can hold"
  if (bytes > longest) return `the schema's name has ${bytes} bytes, and PostgreSQL's names have ${longest} at most`
  if (schema.startsWith("pg_")) return 'PostgreSQL keeps names that begin with "pg_" for itself; take another one'
  return undefined
}

/** Ends no comment, no text and no body of a function in which it stands. */
const harmless = /^[^\p{Cc}\p{Zl}\p{Zp}'"$\\]*$/u

const escaped = (char: string): string => {
  if (/[A-Za-z0-9_]/.test(char)) return char
  return `\\+${(char.codePointAt(0) ?? 0).toString(16).padStart(6, "0")}`
}

/**
 * A name as an identifier that can stand anywhere in SQL.
 *
 * @category constructors
 * @since 0.1.0
 */
export const quote = (name: string): string =>
  harmless.test(name) ? `"${name}"` : `U&"${[...name].map(escaped).join("")}"`

/**
 * SQL that is written for the schema `everfold`, for another one.
 *
 * @category combinators
 * @since 0.1.0
 */
export const within = (schema: string, sql: string): string => {
  const quoted = `${quote(schema)}.`
  return sql.replaceAll(/\beverfold\./g, () => quoted)
}
