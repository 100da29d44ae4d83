/**
 * A naive store in PostgreSQL: positions are a sequence's, the version is looked up, and then event after event inserted,
 * in a transaction; readers go on after the position that they saw last. The checks must catch it.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import {
  Checkpoints,
  Commit,
  ConditionFailed,
  EventStore,
  HashChain,
  Query,
  Snapshots,
  type StoredEvent,
  StoreUnavailable,
  VersionConflict,
} from "everfold"
import postgres from "postgres"

/** Makes its tables. */
export const prepare = async (url: string): Promise<void> => {
  const sql = postgres(url, { max: 1 })
  await sql`CREATE TABLE event (
    position bigserial PRIMARY KEY, category text, id text, version bigint, content text, body bytea, digest bytea,
    link bytea, UNIQUE (category, id, version)
  )`
  await sql`CREATE TABLE checkpoint (consumer text PRIMARY KEY, position bigint, epoch bigint, until float8)`
  await sql.end()
}

type Row = Pick<StoredEvent, "body" | "digest" | "link"> & { readonly position: string; readonly content: string }

const read = ({ position, content, body, digest, link }: Row): StoredEvent => ({
  ...JSON.parse(content),
  position: Number(position),
  body,
  digest,
  link,
})

const isConflict = (error: unknown): boolean => error instanceof postgres.PostgresError && error.code === "23505"

const made = (url: string) =>
  Effect.gen(function* () {
    const sql = yield* Effect.acquireRelease(
      Effect.sync(() => postgres(url, { max: 8, fetch_types: false, backoff: () => 0.1 })),
      (sql) => Effect.promise(() => sql.end({ timeout: 0 })),
    )
    const attempt = <A>(what: string, work: () => Promise<A>) =>
      Effect.tryPromise({
        try: work,
        // It takes a commit whose connection was lost for one that was not recorded.
        catch: (cause) => new StoreUnavailable({ what, retryable: true, cause }),
      })
    const patiently = <A>(what: string, work: () => Promise<A>) =>
      Effect.retry(attempt(what, work), Schedule.max([Schedule.spaced(100), Schedule.recurs(200)]))

    /** Its categories are for the database to find, the rest of a filter is not. */
    const log = async (after: number, upTo: number, limit: number, filter: Query.Query) => {
      const categories = filter.items.map(({ category }) => category ?? "")
      const some = categories.includes("") ? sql`` : sql`AND category IN ${sql(categories)}`
      const rows = await sql<Row[]>`SELECT * FROM event WHERE position > ${after} AND position <= ${upTo} ${some}
        ORDER BY position LIMIT ${limit}`
      return rows.map(read).filter(Query.matches(filter))
    }

    /** In a transaction: what was refused, or what the streams are at. */
    const record = async (tx: postgres.ReservedSql, { writes, condition, checkpoint }: Commit.Commit) => {
      if (checkpoint !== undefined) {
        const { consumer, from, to } = checkpoint
        const [stored] = await tx<{ position: string }[]>`SELECT position FROM checkpoint WHERE consumer = ${consumer}`
        if (Number(stored?.position ?? 0) !== from) throw new Error("the checkpoint is elsewhere")
        await tx`UPDATE checkpoint SET position = ${to} WHERE consumer = ${consumer}`
      }
      if (condition !== undefined) {
        const { failIfMatch, after } = condition
        const [match] = await log(after, 1e15, 1e15, failIfMatch)
        if (match !== undefined) return new ConditionFailed({ position: match.position })
      }
      let position = 0
      const streams = []
      for (const { stream, expected, events } of writes) {
        const [last] = await tx<Row[]>`SELECT * FROM event
          WHERE category = ${stream.category} AND id = ${stream.id} ORDER BY version DESC LIMIT 1`
        let { version, link } = last === undefined ? HashChain.empty : read(last)
        if (!Commit.meets(expected, version)) return new VersionConflict({ stream, expected, actual: version })
        for (const { body, digest, ...rest } of events) {
          version++
          link = HashChain.link(link, version, digest)
          const content = JSON.stringify({ ...rest, stream, version })
          const [row] = await tx<{ position: string }[]>`
            INSERT INTO event (category, id, version, content, body, digest, link) VALUES
              (${stream.category}, ${stream.id}, ${version}, ${content}, ${body}, ${digest}, ${link})
            RETURNING position`
          position = Number(row?.position)
        }
        streams.push({ stream, version, link })
      }
      return { repeated: false, position, streams }
    }

    const transact = async (commit: Commit.Commit) => {
      const tx = await sql.reserve()
      try {
        await tx`BEGIN`
        const answer = await record(tx, commit)
        await tx.unsafe("streams" in answer ? "COMMIT" : "ROLLBACK")
        return answer
      } catch (error) {
        await tx`ROLLBACK`.catch(() => {})
        const [write] = commit.writes
        if (write === undefined || !isConflict(error)) throw error
        return new VersionConflict({ stream: write.stream, expected: write.expected, actual: 0 })
      } finally {
        tx.release()
      }
    }

    const head = patiently("the head", async () => {
      const [row] = await sql<{ head: string | null }[]>`SELECT max(position) AS head FROM event`
      return Number(row?.head ?? 0)
    })

    const store = EventStore.of({
      commit: (commit) =>
        Effect.flatMap(
          attempt("recording", () => transact(commit)),
          (answer) => ("streams" in answer ? Effect.succeed(answer) : Effect.fail(answer)),
        ),
      readStream: ({ category, id }, { after = 0, upTo = 1e15, direction = "forwards", limit = 1e15 } = {}) =>
        patiently("reading a stream", async () => {
          const order = sql.unsafe(direction === "forwards" ? "ASC" : "DESC")
          const rows = await sql<Row[]>`SELECT * FROM event WHERE category = ${category} AND id = ${id}
            AND version > ${after} AND version <= ${upTo} ORDER BY version ${order} LIMIT ${limit}`
          return rows.map(read)
        }),
      readAll: ({ after, upTo = 1e15, filter = Query.all, limit }) =>
        patiently("reading the log", async () => {
          const events = await log(after, upTo, limit, filter)
          return { events, scannedTo: events.at(-1)?.position ?? after }
        }),
      streams: ({ category, after = "", limit }) =>
        patiently("reading the streams", async () => {
          const rows = await sql<{ id: string; version: string }[]>`SELECT id, max(version) AS version FROM event
            WHERE category = ${category} AND id COLLATE "C" > ${after} GROUP BY id ORDER BY id COLLATE "C" LIMIT ${limit}`
          return rows.map(({ id, version }) => ({ stream: { category, id }, version: Number(version) }))
        }),
      command: () => Effect.succeedNone,
      head,
      changes: Stream.mapEffect(Stream.tick("20 millis"), () => Effect.orDie(head)),
    })

    const checkpoints = Checkpoints.of({
      acquire: ({ consumer }, ttl) =>
        attempt("acquiring", async () => {
          const now = Date.now()
          await sql`INSERT INTO checkpoint VALUES (${consumer}, 0, 0, 0) ON CONFLICT DO NOTHING`
          const [row] = await sql<{ position: string; epoch: string; until: number }[]>`SELECT position, epoch, until
            FROM checkpoint WHERE consumer = ${consumer}`
          if (row === undefined || row.until > now) return Option.none()
          const epoch = Number(row.epoch) + 1
          await sql`UPDATE checkpoint SET epoch = ${epoch}, until = ${now + ttl} WHERE consumer = ${consumer}`
          return Option.some({ position: Number(row.position), epoch })
        }),
      renew: ({ consumer }, _, ttl) =>
        attempt("renewing", () => sql`UPDATE checkpoint SET until = ${Date.now() + ttl} WHERE consumer = ${consumer}`),
      read: ({ consumer }) =>
        attempt("reading a checkpoint", async () => {
          const [row] = await sql<{ position: string }[]>`SELECT position FROM checkpoint WHERE consumer = ${consumer}`
          return Number(row?.position ?? 0)
        }),
    })
    return Layer.mergeAll(Layer.succeed(EventStore, store), Layer.succeed(Checkpoints, checkpoints), Snapshots.none)
  })

export const layer = (url: string): Layer.Layer<EventStore | Checkpoints | Snapshots> => Layer.unwrap(made(url))
