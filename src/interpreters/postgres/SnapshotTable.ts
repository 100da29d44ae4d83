/**
 * The latest snapshot of each stream. Writing one waits for no commit, and none for it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoredSnapshot } from "../../core/event/Snapshot.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { Snapshots } from "../../core/port/Snapshots.ts"
import type { Database } from "./Database.ts"
import { bytes, hex, integer, type Row, text } from "./rows.ts"

const snapshot = (stream: StreamName.StreamName, row: Row): StoredSnapshot => ({
  stream,
  version: integer(row[0]),
  link: bytes(row[1]),
  codecVersion: integer(row[2]),
  modelVersion: integer(row[3]),
  encoding: text(row[4]),
  body: bytes(row[5]),
  digest: bytes(row[6]),
})

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (database: Database): typeof Snapshots.Service => {
  const { schema } = database
  const columns = "version, link, codec_version, model_version, encoding, body, digest"
  const statements = {
    read: `SELECT ${columns} FROM ${schema}.snapshot WHERE stream = $1`,
    keep: `
      INSERT INTO ${schema}.snapshot (stream, ${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (stream) DO UPDATE SET (${columns}) = ROW (${columns.replaceAll(/\w+/g, "excluded.$&")})`,
  }
  return Snapshots.of({
    read: (stream) =>
      StreamName.fault(stream) === undefined
        ? database.read("reading a snapshot", statements.read, [StreamName.format(stream)], ([row]) =>
            row === undefined ? Option.none() : Option.some(snapshot(stream, row)),
          )
        : Effect.succeedNone,
    write: ({ stream, ...kept }) =>
      database.read(
        "keeping a snapshot",
        statements.keep,
        [
          StreamName.format(stream),
          kept.version,
          hex(kept.link),
          kept.codecVersion,
          kept.modelVersion,
          kept.encoding,
          hex(kept.body),
          hex(kept.digest),
        ],
        () => undefined,
      ),
  })
}
