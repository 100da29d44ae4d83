/**
 * The tables of a store in a SQLite file, and how a file becomes one.
 *
 * `log` is for people with a SQLite shell: events with their names spelled out, and their bodies where they are plain.
 *
 * @since 0.1.0
 */
import type { DatabaseSync } from "node:sqlite"
import { integer } from "./rows.ts"

/** "EvFd": says in the file's header whose it is. */
const applicationId = 0x45764664

/** The format that this release writes; it reads no other yet. */
const format = 1

/**
 * `kind` holds each pair of category and type once, so that one index of small integers answers queries for a category,
 * for a type, and for both. A stream's version and link are those of its last event: nothing is kept twice.
 */
const tables = `
CREATE TABLE meta (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  format  INTEGER NOT NULL,
  hash    TEXT                                  -- the algorithm of the events' digests, from the first event on
) STRICT;

CREATE TABLE stream (
  stream    INTEGER PRIMARY KEY,
  category  TEXT NOT NULL,
  name      TEXT NOT NULL,
  UNIQUE (category, name)
) STRICT;

CREATE TABLE kind (
  kind      INTEGER PRIMARY KEY,
  category  TEXT NOT NULL,
  type      TEXT NOT NULL,
  UNIQUE (type, category)
) STRICT;

CREATE TABLE event (
  position        INTEGER PRIMARY KEY,
  stream          INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  kind            INTEGER NOT NULL,
  id              TEXT NOT NULL UNIQUE,
  schema_version  INTEGER NOT NULL,
  tags            TEXT NOT NULL,                -- a JSON list
  recorded_at     INTEGER NOT NULL,             -- milliseconds since 1970
  correlation_id  TEXT NOT NULL,
  cause_id        TEXT,
  cause_stream    TEXT,                         -- category-id
  cause_position  INTEGER,
  encoding        TEXT NOT NULL,
  body            BLOB NOT NULL,
  digest          BLOB NOT NULL,
  link            BLOB NOT NULL,
  UNIQUE (stream, version)
) STRICT;

CREATE INDEX event_kind ON event (kind);

CREATE TABLE tag (
  tag       TEXT NOT NULL,
  position  INTEGER NOT NULL,
  PRIMARY KEY (tag, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE command (
  id        TEXT PRIMARY KEY,
  position  INTEGER NOT NULL,
  events    TEXT NOT NULL,                      -- a JSON list of event ids
  streams   TEXT NOT NULL                       -- a JSON list of category-id
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  consumer   TEXT NOT NULL,
  upstream   TEXT NOT NULL,
  partition  INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  epoch      INTEGER NOT NULL,
  until      REAL NOT NULL,                     -- milliseconds since 1970: when the lease ends
  PRIMARY KEY (consumer, upstream, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
  category       TEXT NOT NULL,
  name           TEXT NOT NULL,
  version        INTEGER NOT NULL,
  link           BLOB NOT NULL,
  codec_version  INTEGER NOT NULL,
  model_version  INTEGER NOT NULL,
  encoding       TEXT NOT NULL,
  body           BLOB NOT NULL,
  digest         BLOB NOT NULL,
  PRIMARY KEY (category, name)
) STRICT;

CREATE VIEW log AS
  SELECT position, stream.category || '-' || stream.name AS stream, version, type, schema_version, id, tags,
         strftime('%Y-%m-%dT%H:%M:%fZ', recorded_at / 1000.0, 'unixepoch') AS recorded_at,
         correlation_id, cause_id, cause_stream, cause_position, encoding,
         CASE WHEN encoding = 'json' THEN CAST(body AS TEXT) END AS body, lower(hex(link)) AS link
  FROM event JOIN stream USING (stream) JOIN kind USING (kind);

INSERT INTO meta (one, format) VALUES (1, ${format});
PRAGMA application_id = ${applicationId};
`

/**
 * What a file is: a store, nothing yet, or something that is not to be touched, and why.
 *
 * @category model
 * @since 0.1.0
 */
export type Found = "store" | "nothing" | { readonly foreign: string }

const number = (database: DatabaseSync, sql: string): number => {
  const statement = database.prepare(sql)
  statement.setReturnArrays(true)
  return integer(statement.get()?.[0])
}

/**
 * Looks at a file, and changes nothing.
 *
 * @category queries
 * @since 0.1.0
 */
export const look = (database: DatabaseSync): Found => {
  const id = number(database, "PRAGMA application_id")
  if (id !== applicationId) {
    const used = number(database, "SELECT count(*) FROM sqlite_schema")
    return id === 0 && used === 0 ? "nothing" : { foreign: "the file is a database of something else" }
  }
  const found = number(database, "SELECT format FROM meta")
  if (found === format) return "store"
  return {
    foreign: `the file has format ${found}, and this release of everfold knows format ${format}; use a newer release`,
  }
}

/**
 * Makes a store of an empty file, unless another process just did. Inside a transaction.
 *
 * @category commands
 * @since 0.1.0
 */
export const create = (database: DatabaseSync): Found => {
  const found = look(database)
  if (found !== "nothing") return found
  database.exec(tables)
  return "store"
}
