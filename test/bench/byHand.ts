/**
 * What the driver can do: the least table that an event store on SQLite can have, written to and read by hand with the
 * settings that Everfold uses. No digests, no links, no metadata, no event loop in between.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite"

const settings = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -65536;
CREATE TABLE event (
  position  INTEGER PRIMARY KEY,
  stream    TEXT NOT NULL,
  version   INTEGER NOT NULL,
  id        TEXT NOT NULL,
  body      BLOB NOT NULL,
  UNIQUE (stream, version),
  UNIQUE (id)
) STRICT;
`

/** Ids of a UUID's size that rise, as UUIDv7 does: random ones would cost the limit more than it would by hand. */
const idOf = (n: number): string => `01890000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`

/** A table on a new file, and what can be done with it. */
export const open = (filename: string) => {
  const database = new DatabaseSync(filename, { timeout: 0 })
  database.exec(settings)
  const prepared = (sql: string): StatementSync => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  const begin = prepared("BEGIN IMMEDIATE")
  const insert = prepared("INSERT INTO event (position, stream, version, id, body) VALUES (?, ?, ?, ?, ?)")
  const commit = prepared("COMMIT")
  const select = prepared("SELECT version, body FROM event WHERE stream = ? ORDER BY version")
  let position = 0
  return {
    /** Adds rows in one transaction, flushed when it answers. */
    append: (rows: number, rowOf: (position: number) => readonly [string, number, Buffer]): void => {
      begin.run()
      for (let i = 0; i < rows; i++) {
        position++
        const [stream, version, body] = rowOf(position)
        insert.run(position, stream, version, idOf(position), body)
      }
      commit.run()
    },
    /** Reads a stream and parses each body; answers how many there were. */
    parseAll: (stream: string): number => {
      let objects = 0
      for (const row of select.all(stream)) {
        const { 1: body } = row
        if (!(body instanceof Uint8Array)) throw new Error("a body that is not bytes")
        const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
        const parsed: unknown = JSON.parse(bytes.toString("utf8"))
        if (typeof parsed === "object") objects++
      }
      return objects
    },
    close: (): void => database.close(),
  }
}
