/**
 * Every statement that a store runs, prepared once for a connection. Each is answered by an index or a primary key; the
 * tests read the query plans.
 *
 * @since 0.1.0
 */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import { eventColumns } from "./rows.ts"

/**
 * @category statements
 * @since 0.1.0
 */
export const sql = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",

  /** Changes whenever another connection has committed. */
  dataVersion: "PRAGMA data_version",
  head: "SELECT max(position) FROM event",
  hash: "SELECT hash FROM meta",
  setHash: "UPDATE meta SET hash = ?",

  streamId: "SELECT stream FROM stream WHERE category = ? AND name = ?",
  addStream: "INSERT INTO stream (category, name) VALUES (?, ?) RETURNING stream",
  /** A stream's last event. */
  streamHead: `
    SELECT stream, version, link FROM event
    WHERE stream = (SELECT stream FROM stream WHERE category = ? AND name = ?)
    ORDER BY version DESC LIMIT 1`,
  linkOf: "SELECT link FROM event WHERE stream = ? AND version = ?",
  lastVersion: "SELECT max(version) FROM event WHERE stream = ?",
  positionOf: "SELECT position FROM event WHERE stream = ? AND version = ?",
  streams: `
    SELECT name, (SELECT max(version) FROM event WHERE event.stream = stream.stream) FROM stream
    WHERE category = ? AND name > ? ORDER BY name LIMIT ?`,

  kindOf: "SELECT kind FROM kind WHERE category = ? AND type = ?",
  kindsOfType: "SELECT kind FROM kind WHERE type = ?",
  kindsOfCategory: "SELECT kind FROM kind WHERE category = ?",
  kind: "SELECT category, type FROM kind WHERE kind = ?",
  addKind: "INSERT INTO kind (category, type) VALUES (?, ?) RETURNING kind",

  eventById: `
    SELECT category, name, position, digest FROM event JOIN stream USING (stream) WHERE id = ?`,
  addEvent: `
    INSERT INTO event (${eventColumns}, stream) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  addTag: "INSERT INTO tag (tag, position) VALUES (?, ?)",
  streamEvents: `
    SELECT ${eventColumns} FROM event WHERE stream = ? AND version > ? AND version <= ? ORDER BY version`,
  allEvents: `
    SELECT ${eventColumns}, name FROM event JOIN stream USING (stream)
    WHERE position > ? AND position <= ? ORDER BY position`,

  /** The first position at or after one, of a tag or of a kind. */
  nextTagged: "SELECT position FROM tag WHERE tag = ? AND position >= ? ORDER BY position LIMIT 1",
  nextOfKind: "SELECT position FROM event WHERE kind = ? AND position >= ? ORDER BY position LIMIT 1",

  command: "SELECT position, events, streams FROM command WHERE id = ?",
  addCommand: "INSERT INTO command (id, position, events, streams) VALUES (?, ?, ?, ?)",

  checkpoint: `
    SELECT position, epoch, until FROM checkpoint WHERE consumer = ? AND upstream = ? AND partition = ?`,
  moveCheckpoint: `
    INSERT INTO checkpoint (consumer, upstream, partition, position, epoch, until) VALUES (?, ?, ?, ?, 0, 0)
    ON CONFLICT DO UPDATE SET position = excluded.position`,
  lease: `
    INSERT INTO checkpoint (consumer, upstream, partition, position, epoch, until) VALUES (?, ?, ?, 0, ?, ?)
    ON CONFLICT DO UPDATE SET epoch = excluded.epoch, until = excluded.until`,

  snapshot: `
    SELECT version, link, codec_version, model_version, encoding, body, digest FROM snapshot
    WHERE category = ? AND name = ?`,
  keepSnapshot: `
    REPLACE INTO snapshot (category, name, version, link, codec_version, model_version, encoding, body, digest)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
}

/**
 * @category model
 * @since 0.1.0
 */
export type Statements = Readonly<Record<keyof typeof sql, StatementSync>>

/**
 * Rows come as arrays: fewer objects to make, and no name to look up per column.
 *
 * @category constructors
 * @since 0.1.0
 */
export const prepare = (database: DatabaseSync): Statements => {
  const prepared = (text: string): StatementSync => {
    const statement = database.prepare(text)
    statement.setReturnArrays(true)
    return statement
  }
  return {
    begin: prepared(sql.begin),
    commit: prepared(sql.commit),
    dataVersion: prepared(sql.dataVersion),
    head: prepared(sql.head),
    hash: prepared(sql.hash),
    setHash: prepared(sql.setHash),
    streamId: prepared(sql.streamId),
    addStream: prepared(sql.addStream),
    streamHead: prepared(sql.streamHead),
    linkOf: prepared(sql.linkOf),
    lastVersion: prepared(sql.lastVersion),
    positionOf: prepared(sql.positionOf),
    streams: prepared(sql.streams),
    kindOf: prepared(sql.kindOf),
    kindsOfType: prepared(sql.kindsOfType),
    kindsOfCategory: prepared(sql.kindsOfCategory),
    kind: prepared(sql.kind),
    addKind: prepared(sql.addKind),
    eventById: prepared(sql.eventById),
    addEvent: prepared(sql.addEvent),
    addTag: prepared(sql.addTag),
    streamEvents: prepared(sql.streamEvents),
    allEvents: prepared(sql.allEvents),
    nextTagged: prepared(sql.nextTagged),
    nextOfKind: prepared(sql.nextOfKind),
    command: prepared(sql.command),
    addCommand: prepared(sql.addCommand),
    checkpoint: prepared(sql.checkpoint),
    moveCheckpoint: prepared(sql.moveCheckpoint),
    lease: prepared(sql.lease),
    snapshot: prepared(sql.snapshot),
    keepSnapshot: prepared(sql.keepSnapshot),
  }
}
