/**
 * Rows as values: what SQLite answers is checked to be what was written.
 *
 * @since 0.1.0
 */
import type { SQLOutputValue } from "node:sqlite"
import { isLeft } from "fp-ts/lib/Either.js"
import type { Cause, StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"

/**
 * A row as SQLite answers it, by column number.
 *
 * @category model
 * @since 0.1.0
 */
export type Row = Readonly<Record<number, SQLOutputValue>>

/**
 * A value that this library never writes: the file was changed behind its back.
 *
 * @category errors
 * @since 0.1.0
 */
export class Damaged extends Error {}

/** @category readers @since 0.1.0 */
export const integer = (value: SQLOutputValue | undefined): number => {
  if (typeof value === "number") return value
  throw new Damaged(`a number was expected and ${typeof value} was found`)
}

/** @category readers @since 0.1.0 */
export const text = (value: SQLOutputValue | undefined): string => {
  if (typeof value === "string") return value
  throw new Damaged(`a text was expected and ${typeof value} was found`)
}

/** @category readers @since 0.1.0 */
export const bytes = (value: SQLOutputValue | undefined): Uint8Array => {
  if (value instanceof Uint8Array) return value
  throw new Damaged(`bytes were expected and ${typeof value} was found`)
}

/** A link. @category readers @since 0.1.0 */
export const link = (value: SQLOutputValue | undefined): Uint8Array => {
  const found = bytes(value)
  if (found.length <= 64) return found
  throw new Damaged(`a link was expected and ${found.length} bytes were found`)
}

const isTexts = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every((item) => typeof item === "string")

const none: ReadonlyArray<string> = []

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** A JSON list of texts. @category readers @since 0.1.0 */
export const texts = (value: SQLOutputValue | undefined): ReadonlyArray<string> => {
  if (value === "[]") return none
  const parsed = parse(text(value))
  if (isTexts(parsed)) return parsed
  throw new Damaged("a JSON list of texts was expected")
}

/** A stream's name, written `category-id`. @category readers @since 0.1.0 */
export const streamName = (written: string): StreamName.StreamName => {
  const stream = StreamName.parse(written)
  if (isLeft(stream)) throw new Damaged(stream.left.what)
  return stream.right
}

const cause = (row: Row): Cause | null =>
  row[7] === null ? null : { eventId: text(row[7]), stream: streamName(text(row[8])), position: integer(row[9]) }

/**
 * What `event` reads, in this order.
 *
 * @category readers
 * @since 0.1.0
 */
export const eventColumns =
  "position, version, id, schema_version, tags, recorded_at, correlation_id, cause_id, cause_stream, cause_position, " +
  "encoding, body, digest, link, kind"

/** @category readers @since 0.1.0 */
export const event = (row: Row, stream: StreamName.StreamName, type: string): StoredEvent => ({
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
  body: bytes(row[11]),
  digest: bytes(row[12]),
  link: link(row[13]),
})
