/**
 * Reading events. A read is one statement and so one snapshot, unless a filter makes it long. Rows are decoded as they
 * come, so that the largest answer leaves other fibers their turns.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Position, Version } from "../../core/event/Commit.ts"
import { textFault } from "../../core/event/CommitShape.ts"
import * as Query from "../../core/event/Query.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { bound } from "../../core/port/bound.ts"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import type { LogPage, LogRange, StreamsRange } from "../../core/port/EventStore.ts"
import type { Database } from "./Database.ts"
import * as Reading from "./Reading.ts"
import { type Kind, limited, most } from "./Reading.ts"
import { Damaged, event, eventColumns, integer, type Row, text } from "./rows.ts"
import * as StreamReads from "./StreamReads.ts"

interface StreamAt {
  readonly stream: StreamName.StreamName
  readonly version: Version
}

/**
 * How many positions are looked through for a filter in one statement, so that none takes long: fewer where that takes
 * more than `millis`.
 */
const window = { least: 1_000, first: 100_000, millis: 250 }

/** The items of a query that can match anything stored: others the server may not even hear of. */
const possible = ({ items }: Query.Query): ReadonlyArray<Query.QueryItem> =>
  items.flatMap((item) => {
    const { category, stream, types, tags = [] } = item
    if (category !== undefined && StreamName.categoryFault(category) !== undefined) return []
    if (stream !== undefined && StreamName.fault(stream) !== undefined) return []
    if (tags.some((tag) => textFault("tag", tag) !== undefined)) return []
    const possible = types?.filter((type) => textFault("event type", type) === undefined)
    return possible === undefined ? [item] : possible.length === 0 ? [] : [{ ...item, types: possible }]
  })

const meansAll = (items: ReadonlyArray<Query.QueryItem>): boolean =>
  items.some(
    ({ category, stream, types, tags = [] }) =>
      category === undefined && stream === undefined && types === undefined && tags.length === 0,
  )

/** A stream of a category, from `category-id`. */
const streamIn = (category: string, written: string): StreamName.StreamName => {
  if (written.startsWith(category) && written[category.length] === "-") {
    return { category, id: written.slice(category.length + 1) }
  }
  throw new Damaged(`a stream of category ${category} was expected and ${JSON.stringify(written)} was found`)
}

const inLog = (row: Row, { category, type }: Kind): StoredEvent => event(row, streamIn(category, text(row[13])), type)

/** As the server has them in practice, and promises nowhere. */
const inOrder = (events: Array<StoredEvent>): ReadonlyArray<StoredEvent> =>
  events.every(({ position }, i) => i === 0 || position > (events[i - 1]?.position ?? 0))
    ? events
    : events.sort((a, b) => a.position - b.position)

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (database: Database) => {
  const { schema } = database
  const reading = Reading.make(database)

  const statements = {
    all: `
      SELECT ${eventColumns} FROM ${schema}.event e WHERE e.position > $1 AND e.position <= $2
      ORDER BY e.position LIMIT $3`,
    /**
     * How far it looked beside each event, or beside none. Unsorted, so that the first event leaves the server before the
     * last is read: the positions are in order, and one event after the other is looked up by them.
     */
    filtered: `
      SELECT f.*, h.upto FROM (SELECT least($3::bigint, coalesce(max(position), 0)) AS upto FROM ${schema}.event) h
      LEFT JOIN LATERAL (
        SELECT ${eventColumns} FROM ${schema}.matching($1::text::jsonb, $2, h.upto, $4) m(position)
        CROSS JOIN LATERAL (SELECT * FROM ${schema}.event WHERE position = m.position LIMIT 1) e) f ON true`,
    /** Leaps from each stream to the next: an index has them in order, all their events beside them. */
    streams: `
      WITH RECURSIVE s(stream) AS (
        (SELECT stream FROM ${schema}.event WHERE stream > $1 AND stream < $2 ORDER BY stream LIMIT 1)
        UNION ALL
        SELECT n.stream FROM s CROSS JOIN LATERAL (
          SELECT stream FROM ${schema}.event WHERE stream > s.stream AND stream < $2 ORDER BY stream LIMIT 1) n)
      SELECT stream, (SELECT max(version) FROM ${schema}.event e WHERE e.stream = s.stream) FROM s LIMIT $3`,
    head: `SELECT coalesce(max(position), 0) FROM ${schema}.event`,
  }

  /** All positions of a range, the first `limit` of them. */
  const everything = (from: Position, upTo: number, limit: number): Effect.Effect<LogPage, StoreUnavailable> =>
    reading("reading the log", statements.all, [limited(from), limited(upTo), limited(limit)], () => {
      const events: Array<StoredEvent> = []
      return {
        event: (row, kind) => void events.push(inLog(row, kind)),
        // Positions have no holes: a page that is not full ends where the log does.
        end: () => ({ events, scannedTo: events.at(-1)?.position ?? from }),
      }
    })

  /** The positions of a range that a filter means, the first `limit` of them. */
  const filtered = Effect.fnUntraced(function* (
    from: Position,
    upTo: number,
    limit: number,
    items: ReadonlyArray<Query.QueryItem>,
  ): Effect.fn.Return<LogPage, StoreUnavailable> {
    const query = JSON.stringify(items)
    const found: Array<StoredEvent> = []
    let at = from
    let size = window.first
    for (;;) {
      const start = performance.now()
      const end = Math.min(at + size, upTo)
      const parameters = [query, at, end, limited(limit - found.length)]
      const { events, reached } = yield* reading("reading the log", statements.filtered, parameters, () => {
        const events: Array<StoredEvent> = []
        let reached = 0
        return {
          row: (row) => {
            reached = integer(row[14])
          },
          event: (row, kind) => void events.push(inLog(row, kind)),
          end: () => ({ events: inOrder(events), reached }),
        }
      })
      for (const event of events) found.push(event)
      const last = found.at(-1)
      if (last !== undefined && found.length >= limit) return { events: found, scannedTo: last.position }
      at = Math.max(at, reached)
      if (reached < end || at >= upTo) return { events: found, scannedTo: at }
      size = performance.now() - start < window.millis ? size * 2 : Math.max(Math.floor(size / 2), window.least)
    }
  })

  const readAll = ({
    after,
    upTo = most,
    filter = Query.all,
    limit,
  }: LogRange): Effect.Effect<LogPage, StoreUnavailable> => {
    const [from, to, count] = [bound(after), limited(upTo), limited(limit)]
    if (from >= to || count === 0) return Effect.succeed({ events: [], scannedTo: from })
    const items = possible(filter)
    return meansAll(items) ? everything(from, to, count) : filtered(from, to, count, items)
  }

  const streams = ({
    category,
    after = "",
    limit,
  }: StreamsRange): Effect.Effect<ReadonlyArray<StreamAt>, StoreUnavailable> => {
    if (StreamName.categoryFault(category) !== undefined) return Effect.succeed([])
    // No id has a NUL: those that follow a text with one are those that follow what is before it.
    const start = after.split("\0", 1)[0] ?? ""
    // "." comes right after "-".
    const parameters = [`${category}-${start}`, `${category}.`, limited(limit)]
    return database.each("reading the streams", statements.streams, parameters, () => {
      const found: Array<StreamAt> = []
      return {
        row: (row) => void found.push({ stream: streamIn(category, text(row[0])), version: integer(row[1]) }),
        end: () => found,
      }
    })
  }

  const head = database.read("reading the head", statements.head, [], (rows) => integer(rows[0]?.[0]))

  return { readStream: StreamReads.make(database, reading), readAll, streams, head }
}
