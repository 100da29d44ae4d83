/**
 * Rows as values: what the server answers is checked to be what was written. Every cell is text, as PostgreSQL writes it.
 *
 * @since 0.1.0
 */
import { isLeft } from "fp-ts/lib/Either.js"
import type { Cause, StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"

/** @category model @since 0.1.0 */
export type Cell = string | null

/**
 * A row, column by column.
 *
 * @category model
 * @since 0.1.0
 */
export type Row = ReadonlyArray<Cell>

/**
 * A value that this library never writes: the tables were changed behind its back.
 *
 * @category errors
 * @since 0.1.0
 */
export class Damaged extends Error {}

const kindOf = (value: Cell | undefined): string => (value === undefined ? "no column" : "NULL")

/** An integer that a number holds exactly. @category readers @since 0.1.0 */
export const integer = (value: Cell | undefined): number => {
  if (typeof value !== "string") throw new Damaged(`a number was expected and ${kindOf(value)} was found`)
  const number = Number(value)
  if (Number.isSafeInteger(number) && value !== "") return number
  throw new Damaged(`an integer was expected and ${JSON.stringify(value.slice(0, 64))} was found`)
}

/** @category readers @since 0.1.0 */
export const text = (value: Cell | undefined): string => {
  if (typeof value === "string") return value
  throw new Damaged(`a text was expected and ${kindOf(value)} was found`)
}

/** A `bytea`. @category readers @since 0.1.0 */
export const bytes = (value: Cell | undefined): Uint8Array => {
  const written = text(value)
  const read = Buffer.from(written.slice(2), "hex")
  // `Buffer.from` stops where hexadecimal digits end.
  if (written.startsWith("\\x") && read.length * 2 + 2 === written.length) return read
  throw new Damaged(`bytes were expected and ${JSON.stringify(written.slice(0, 64))} was found`)
}

/** A `bytea` as a parameter. @category conversions @since 0.1.0 */
export const hex = (bytes: Uint8Array): string =>
  `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`

/** A stream's name, written `category-id`. @category readers @since 0.1.0 */
export const streamName = (written: string): StreamName.StreamName => {
  const stream = StreamName.parse(written)
  if (isLeft(stream)) throw new Damaged(stream.left.what)
  return stream.right
}

const none: ReadonlyArray<string> = []

/** An element in quotes, or one without, which is neither empty nor holds what would need quotes. */
const element = /"((?:[^"\\]|\\.)*)"|[^"\\{},]+/suy

/** A list of texts, from an array literal of PostgreSQL. @category readers @since 0.1.0 */
export const texts = (value: Cell | undefined): ReadonlyArray<string> => {
  if (value === null || value === "{}") return none
  const written = text(value)
  const found: Array<string> = []
  let at = 0
  do {
    element.lastIndex = at + 1
    const match = element.exec(written)
    if (match === null || match[0] === "NULL") break
    found.push(match[1] === undefined ? match[0] : match[1].replaceAll(/\\(.)/gsu, "$1"))
    at = element.lastIndex
  } while (written[at] === ",")
  if (written.startsWith("{") && written[at] === "}" && at === written.length - 1) return found
  throw new Damaged(`a list of texts was expected and ${JSON.stringify(written.slice(0, 64))} was found`)
}

const cause = (row: Row): Cause | null =>
  row[7] === null ? null : { eventId: text(row[7]), stream: streamName(text(row[8])), position: integer(row[9]) }

/** All bytes of an event in one cell, for each cell costs, and hexadecimal digits twice as much as Base64: two lengths first. */
const bytesColumn =
  "encode(set_byte(set_byte('\\x0000', 0, least(octet_length(e.link), 255)), 1, least(octet_length(e.digest), 255)) " +
  "|| e.link || e.digest || e.body, 'base64')"

/**
 * What `event` reads, in this order.
 *
 * @category readers
 * @since 0.1.0
 */
export const eventColumns =
  "e.position, e.version, e.id, e.schema_version, e.tags, e.recorded_at, e.correlation_id, e.cause_id, e.cause_stream, " +
  `e.cause_position, e.encoding, ${bytesColumn}, e.kind, e.stream`

/** @category readers @since 0.1.0 */
export const event = (row: Row, stream: StreamName.StreamName, type: string): StoredEvent => {
  const packed = Buffer.from(text(row[11]), "base64")
  if (packed.length < 2) throw new Damaged("bytes were expected and none were found")
  const [links = 0, digests = 0] = packed
  if (links > 64) throw new Damaged(`a link was expected and ${links} bytes were found`)
  const linked = 2 + links
  const digested = linked + digests
  if (digested > packed.length) throw new Damaged(`${digested} bytes were expected and ${packed.length} were found`)
  return {
    stream,
    version: integer(row[1]),
    position: integer(row[0]),
    id: text(row[2]),
    type,
    schemaVersion: integer(row[3]),
    tags: texts(row[4]),
    recordedAt: integer(row[5]),
    correlationId: text(row[6]),
    causation: cause(row),
    encoding: text(row[10]),
    body: packed.subarray(digested),
    digest: packed.subarray(linked, digested),
    link: packed.subarray(2, linked),
  }
}
