/**
 * The latest snapshot of each stream.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { StoredSnapshot } from "../../core/event/Snapshot.ts"
import type { StreamName } from "../../core/event/StreamName.ts"
import { StoreUnavailable } from "../../core/port/Errors.ts"
import { Snapshots } from "../../core/port/Snapshots.ts"
import type { Committer } from "./Committer.ts"
import { attempt } from "./Connection.ts"
import { bytes, integer, text } from "./rows.ts"
import type { Statements } from "./statements.ts"

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (statements: Statements, committer: Committer): typeof Snapshots.Service => {
  const read = (stream: StreamName): Option.Option<StoredSnapshot> => {
    const row = statements.snapshot.get(stream.category, stream.id)
    if (row === undefined) return Option.none()
    return Option.some({
      stream,
      version: integer(row[0]),
      link: bytes(row[1]),
      codecVersion: integer(row[2]),
      modelVersion: integer(row[3]),
      encoding: text(row[4]),
      body: bytes(row[5]),
      digest: bytes(row[6]),
    })
  }

  const keep = ({ stream, ...snapshot }: StoredSnapshot): void =>
    void statements.keepSnapshot.run(
      stream.category,
      stream.id,
      snapshot.version,
      snapshot.link,
      snapshot.codecVersion,
      snapshot.modelVersion,
      snapshot.encoding,
      snapshot.body,
      snapshot.digest,
    )

  return Snapshots.of({
    read: (stream) => attempt("reading a snapshot", () => Effect.succeed(read(stream))),
    write: (snapshot) =>
      committer
        .record(() => {
          keep(snapshot)
          return Effect.void
        })
        .pipe(
          Effect.catchTag("CommitUnknown", ({ cause }) =>
            Effect.fail(new StoreUnavailable({ what: "keeping a snapshot", retryable: true, cause })),
          ),
        ),
  })
}
