/**
 * The services over a database: what is appended goes through one queue and two connections, what is read
 * through a pool.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { Snapshots } from "../../core/port/Snapshots.ts"
import * as Committer from "./Committer.ts"
import type { Database } from "./Database.ts"
import * as Facts from "./Facts.ts"
import * as Follow from "./Follow.ts"
import * as Leases from "./Leases.ts"
import { answered, append, appendStatement } from "./parameters.ts"
import * as Reads from "./Reads.ts"
import * as SnapshotTable from "./SnapshotTable.ts"

/**
 * Works until its scope closes; the connections are the caller's to close, after that.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  database: Database,
): Effect.fn.Return<Context.Context<EventStore | Checkpoints | Snapshots>, never, Scope> {
  const follow = yield* Follow.make(database, `SELECT coalesce(max(position), 0) FROM ${database.schema}.event`)
  const facts = Facts.make(database)
  const reads = Reads.make(database)
  const statement = appendStatement(database.schema)
  const committer = yield* Committer.make({
    send: (commits) =>
      database.write("recording commits", statement, Object.values(append(commits)), ([row = []]) =>
        answered(commits, row),
      ),
    look: facts.look,
    recorded: follow.recorded,
  })
  const store = EventStore.of({
    commit: committer.commit,
    readStream: reads.readStream,
    readAll: reads.readAll,
    streams: reads.streams,
    command: facts.command,
    head: reads.head,
    changes: follow.changes,
  })
  return Context.make(EventStore, store).pipe(
    Context.add(Checkpoints, Leases.make(database)),
    Context.add(Snapshots, SnapshotTable.make(database)),
  )
})
