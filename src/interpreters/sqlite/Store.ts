/**
 * The services over an open connection. One connection serves all: transactions are synchronous, so no read can fall
 * into one.
 *
 * @since 0.1.0
 */
import type { DatabaseSync } from "node:sqlite"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Scope } from "effect/Scope"
import { isLeft } from "fp-ts/lib/Either.js"
import type { Commit, Committed } from "../../core/event/Commit.ts"
import { decide, recall, type StoreView } from "../../core/event/Decision.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import * as Changes from "../../core/port/Changes.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import { type CommitError, EventStore } from "../../core/port/EventStore.ts"
import { Snapshots } from "../../core/port/Snapshots.ts"
import * as Committer from "./Committer.ts"
import { attempt } from "./Connection.ts"
import * as Follow from "./Follow.ts"
import * as Leases from "./Leases.ts"
import * as Reads from "./Reads.ts"
import * as SnapshotTable from "./SnapshotTable.ts"
import { inTurns } from "./Steps.ts"
import { prepare } from "./statements.ts"
import * as View from "./View.ts"

/**
 * Works until its scope closes; the connection is the caller's to close, after that.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  database: DatabaseSync,
): Effect.fn.Return<Context.Context<EventStore | Checkpoints | Snapshots>, StoreUnavailable, Scope> {
  const statements = yield* attempt("preparing the statements", () => Effect.succeed(prepare(database)))
  const changes = Changes.make(0)
  const view = View.make(statements)
  const reads = Reads.make(statements)
  let told = 0
  let written = 0
  const committer = yield* Committer.make(database, statements, {
    begin: view.begin,
    undone: () => {
      view.undone()
      written = told
    },
    done: () => {
      if (written === told) return
      told = written
      changes.tell(told)
    },
  })

  const record = (request: Commit, seen: () => StoreView) =>
    committer.record((): Effect.Effect<Committed, CommitError> => {
      const decision = decide(seen(), request)
      if (isLeft(decision)) return Effect.fail(decision.left)
      const { events, committed } = decision.right
      if (!committed.repeated) view.write(request, decision.right)
      if (events.length > 0) written = committed.position
      return Effect.succeed(committed)
    })

  /** What is recorded stays: the first match found before the transaction is the first match inside it. */
  const knowing = (scouted: Reads.Scouted | undefined) => (): StoreView =>
    scouted === undefined
      ? view
      : {
          ...view,
          firstMatch: (query, after) => scouted.position ?? view.firstMatch(query, Math.max(after, scouted.upTo)),
        }

  const commit = (request: Commit): Effect.Effect<Committed, CommitError> => {
    const { condition } = request
    return condition === undefined
      ? record(request, () => view)
      : Effect.flatMap(
          inTurns("looking into a condition", () => reads.scout(condition)),
          (scouted) => record(request, knowing(scouted)),
        )
  }

  const store = EventStore.of({
    commit: (request) => Effect.suspend(() => commit(request)),
    readStream: (stream, range) =>
      inTurns(`reading ${StreamName.format(stream)}`, () => reads.readStream(stream, range)),
    readAll: (range) => inTurns("reading the log", () => reads.readAll(range)),
    streams: (range) => inTurns("reading the streams", () => reads.streams(range)),
    command: (id) => attempt("reading a command", () => Effect.succeed(Option.fromUndefinedOr(recall(view, id)))),
    head: attempt("reading the head", () => Effect.succeed(View.head(statements))),
    changes: yield* Follow.make(statements, changes),
  })
  return Context.make(EventStore, store).pipe(
    Context.add(Checkpoints, Leases.make(statements, committer)),
    Context.add(Snapshots, SnapshotTable.make(statements, committer)),
  )
})
