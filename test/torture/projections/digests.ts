/**
 * The read model that processes make of accounts: a row for each event, and for each account a digest of all its events
 * that hangs on their order. What is lost, done twice or out of order shows. Each version has tables of its own.
 */
import { hash } from "node:crypto"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Projection, Query, type ReadModel, type Recorded } from "everfold"
import * as t from "io-ts"
import { AccountEvent } from "../model.ts"

/** Runs a statement, its parameters written `?`, in a transaction. */
export type Run<Err> = (
  statement: string,
  ...values: ReadonlyArray<string | number>
) => Effect.Effect<ReadonlyArray<unknown>, Err>

/** A database, as projections and the naive design need it. */
export interface Database<Id, Tx, Err> {
  readonly model: Context.Key<Id, ReadModel.ReadModel<Tx>>
  readonly run: (transaction: Tx) => Run<Err>
  /** What its tables' names begin with. */
  readonly prefix: string
}

/** Of an account: of how many events, and of what all of them were. */
export interface Digest {
  readonly events: number
  readonly digest: string
}

const none: Digest = { events: 0, digest: "" }

type Event = Recorded<AccountEvent>

export const next = ({ events, digest } = none, { position, event }: Pick<Event, "position" | "event">): Digest => ({
  events: events + 1,
  digest: hash("sha256", `${digest} ${position} ${event.amount}`),
})

export const DigestRows = t.array(t.type({ stream: t.string, events: t.number, digest: t.string }))

export const name = "digests"

/** What the tables of a version are called where their names begin so. */
export const tables = (prefix: string, version: number) => ({
  digests: `${prefix}digests_${version}`,
  seen: `${prefix}seen_${version}`,
  /** The versions that were activated, in one place for all. */
  shown: `${prefix}shown`,
})

/** As many rows of as many parameters. */
const rows = (count: number, columns: number): string =>
  Array(count)
    .fill(`(${Array(columns).fill("?")})`)
    .join(", ")

export const projection = <Id, Tx, Err>({ model, run, prefix }: Database<Id, Tx, Err>, version: number) => {
  const { digests, seen, shown } = tables(prefix, version)
  return Projection.batched({
    name,
    version,
    model,
    events: AccountEvent,
    filter: Query.make({ category: "Account" }),
    setup: (transaction) =>
      Effect.andThen(
        run(transaction)(`CREATE TABLE IF NOT EXISTS ${seen} (position integer, stream text)`),
        run(transaction)(
          `CREATE TABLE IF NOT EXISTS ${digests} (stream text PRIMARY KEY, events integer, digest text)`,
        ),
      ),
    handle: Effect.fnUntraced(function* (events, transaction) {
      const sql = run(transaction)
      const streams = [...new Set(events.map(({ stream }) => stream.id))]
      const before = yield* sql(`SELECT * FROM ${digests} WHERE stream IN ${rows(1, streams.length)}`, ...streams)
      if (!DigestRows.is(before)) return yield* Effect.die("those are no digests")
      const at = new Map<string, Digest>(before.map(({ stream, events, digest }) => [stream, { events, digest }]))
      for (const event of events) at.set(event.stream.id, next(at.get(event.stream.id), event))
      yield* sql(
        `INSERT INTO ${seen} VALUES ${rows(events.length, 2)}`,
        ...events.flatMap(({ position, stream }) => [position, stream.id]),
      )
      yield* sql(
        `INSERT INTO ${digests} VALUES ${rows(streams.length, 3)}
         ON CONFLICT (stream) DO UPDATE SET events = excluded.events, digest = excluded.digest`,
        ...streams.flatMap((stream) => {
          const { events, digest } = at.get(stream) ?? none
          return [stream, events, digest]
        }),
      )
    }),
    activate: (transaction) =>
      Effect.andThen(
        run(transaction)(`CREATE TABLE IF NOT EXISTS ${shown} (version integer)`),
        run(transaction)(`INSERT INTO ${shown} VALUES (?)`, version),
      ),
  })
}
