/**
 * Reading events. A read is one statement and so one snapshot, unless a filter makes it long. Rows are decoded as they
 * come, so that the largest answer leaves other fibers their turns.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Position, Version } from "../../core/event/Commit.ts"
import * as Query from "../../core/event/Query.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { bound } from "../../core/port/bound.ts"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import type { LogPage, LogRange, StreamRange, StreamsRange } from "../../core/port/EventStore.ts"
import type { Database } from "./Database.ts"
import type { Parameter } from "./parameters.ts"
import { Damaged, event, eventColumns, integer, type Row, text } from "./rows.ts"

interface Kind {
  readonly category: string
  readonly type: string
}

interface StreamAt {
  readonly stream: StreamName.StreamName
  readonly version: Version
}

/** Where no position, version or number of rows can be beyond. */
const most = Number.MAX_SAFE_INTEGER
const limited = (n: number): number => Math.min(bound(n), most)

/** What the server refuses to hear of, and so cannot store. */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes("\0")

/**
 * How many positions are looked through for a filter in one statement, so that none takes long: fewer where that takes
 * more than `millis`.
 */
const window = { least: 1_000, first: 100_000, millis: 250 }

/** The items of a query that can match anything stored. */
const possible = ({ items }: Query.Query): ReadonlyArray<Query.QueryItem> =>
  items.flatMap((item) => {
    const { category, stream, types, tags } = item
    const texts = [category, stream?.category, stream?.id, ...(tags ?? [])]
    if (!texts.every((text) => text === undefined || isStorable(text))) return []
    const storable = types?.filter(isStorable)
    return storable === undefined ? [item] : storable.length === 0 ? [] : [{ ...item, types: storable }]
  })

const meansAll = (items: ReadonlyArray<Query.QueryItem>): boolean =>
  items.some(
    ({ category, stream, types, tags = [] }) =>
      category === undefined && stream === undefined && types === undefined && tags.length === 0,
  )

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (database: Database) => {
  const { schema } = database
  const kinds = new Map<number, Kind>()
  let lastKind = 0

  const inStream = (order: "ASC" | "DESC"): string => `
    SELECT ${eventColumns} FROM ${schema}.event e
    WHERE e.stream = (SELECT stream FROM ${schema}.stream WHERE category = $1 AND name = $2)
      AND e.version > $3 AND e.version <= $4
    ORDER BY e.stream ${order}, e.version ${order} LIMIT $5`
  const statements = {
    forwards: inStream("ASC"),
    backwards: inStream("DESC"),
    all: `
      SELECT ${eventColumns}, (SELECT name FROM ${schema}.stream s WHERE s.stream = e.stream) FROM ${schema}.event e
      WHERE e.position > $1 AND e.position <= $2 ORDER BY e.position LIMIT $3`,
    filtered: `
      SELECT f.*, h.upto FROM (SELECT least($3::bigint, coalesce(max(position), 0)) AS upto FROM ${schema}.event) h
      LEFT JOIN LATERAL (
        SELECT ${eventColumns}, (SELECT name FROM ${schema}.stream s WHERE s.stream = e.stream)
        FROM ${schema}.matching($1::text::jsonb, $2, h.upto, $4) m(position)
        CROSS JOIN LATERAL (SELECT * FROM ${schema}.event WHERE position = m.position LIMIT 1) e) f ON true
      ORDER BY f.position`,
    kinds: `SELECT kind, category, type FROM ${schema}.kind WHERE kind > $1 ORDER BY kind`,
    streams: `
      SELECT s.name, (SELECT max(version) FROM ${schema}.event e WHERE e.stream = s.stream) FROM ${schema}.stream s
      WHERE s.category = $1 AND s.name > $2 ORDER BY s.name LIMIT $3`,
    head: `SELECT max(position) FROM ${schema}.event`,
  }

  /** Kinds never change, and no new one has a number before a known one. */
  const learnKinds = Effect.suspend(() =>
    database.read("reading the kinds of events", statements.kinds, [lastKind], (rows) => {
      for (const row of rows) {
        lastKind = integer(row[0])
        kinds.set(text(row[0]), { category: text(row[1]), type: text(row[2]) })
      }
    }),
  )

  /** Reads events, and again where one was of a kind that was not known. */
  const reading = <A>(
    what: string,
    statement: string,
    parameters: ReadonlyArray<Parameter>,
    begin: () => { readonly event: (row: Row, kind: Kind) => void; readonly end: () => A },
  ): Effect.Effect<A, StoreUnavailable> => {
    const once = database.each(what, statement, parameters, () => {
      const { event, end } = begin()
      let strange: string | undefined
      return {
        row: (row) => {
          const kind = row[14] ?? ""
          const known = kinds.get(kind)
          if (known !== undefined) event(row, known)
          else if (row[0] !== null) strange = kind
        },
        end: () => (strange === undefined ? Option.some(end()) : Option.none<A>()),
      }
    })
    const learned = Effect.andThen(learnKinds, once)
    return Effect.suspend(() => {
      const answer = kinds.size === 0 ? learned : Effect.flatMap(once, (a) => Option.isSome(a) ? Effect.succeed(a) : learned)
    })
  }

  return { learnKinds }
}
