/**
 * Reading streams. Those that are read at once, a page of each, share a statement: what a command has to read first costs
 * a server that is asked for many little.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import type { StreamRange } from "../../core/port/EventStore.ts"
import type { Database } from "./Database.ts"
import { texts } from "./parameters.ts"
import { limited, most, type Reading } from "./Reading.ts"
import { event, eventColumns, integer } from "./rows.ts"

/** A page of a stream, forwards. */
interface Page extends Request.Request<ReadonlyArray<StoredEvent>, StoreUnavailable> {
  readonly stream: StreamName.StreamName
  readonly after: number
  readonly upTo: number
  readonly limit: number
}
const Page = Request.of<Page>()

/** Whoever asks for more events than this has a statement of its own, and so many pages share one at most. */
const shared = { limit: 1000, pages: 256 }

const numbers = (items: ReadonlyArray<number>): string => `{${items.join(",")}}`

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ schema }: Database, reading: Reading) => {
  const inStream = (order: "ASC" | "DESC"): string => `
    SELECT ${eventColumns} FROM ${schema}.event e WHERE e.stream = $1 AND e.version > $2 AND e.version <= $3
    ORDER BY e.stream ${order}, e.version ${order} LIMIT $4`
  const statements = {
    forwards: inStream("ASC"),
    backwards: inStream("DESC"),
    /** The pages one after another, and beside each event the number of its page, from 1. */
    pages: `
      SELECT e.*, p.number
      FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY p(stream, after, upto, most, number)
      CROSS JOIN LATERAL (
        SELECT ${eventColumns} FROM ${schema}.event e
        WHERE e.stream = p.stream AND e.version > p.after AND e.version <= p.upto
        ORDER BY e.stream, e.version LIMIT p.most) e`,
  }

  const alone = (
    { stream, after, upTo, limit }: Pick<Page, "stream" | "after" | "upTo" | "limit">,
    direction: "forwards" | "backwards",
  ): Effect.Effect<ReadonlyArray<StoredEvent>, StoreUnavailable> => {
    const name = StreamName.format(stream)
    return reading(`reading ${name}`, statements[direction], [name, after, upTo, limit], () => {
      const events: Array<StoredEvent> = []
      return { event: (row, { type }) => void events.push(event(row, stream, type)), end: () => events }
    })
  }

  const together = (
    pages: ReadonlyArray<Page>,
  ): Effect.Effect<ReadonlyArray<ReadonlyArray<StoredEvent>>, StoreUnavailable> => {
    const parameters = [
      texts(pages.map(({ stream }) => StreamName.format(stream))),
      numbers(pages.map(({ after }) => after)),
      numbers(pages.map(({ upTo }) => upTo)),
      numbers(pages.map(({ limit }) => limit)),
    ]
    return reading(`reading ${pages.length} streams`, statements.pages, parameters, () => {
      const found = pages.map(({ stream }) => ({ stream, events: [] as StoredEvent[] }))
      return {
        event: (row, { type }) => {
          const page = found[integer(row[14]) - 1]
          page?.events.push(event(row, page.stream, type))
        },
        end: () => found.map(({ events }) => events),
      }
    })
  }

  const resolver = RequestResolver.make<Page>(
    Effect.fnUntraced(function* (entries) {
      const [first] = entries
      const read =
        entries.length === 1
          ? [yield* alone(first.request, "forwards")]
          : yield* together(entries.map(({ request }) => request))
      for (const [i, entry] of entries.entries()) entry.completeUnsafe(Exit.succeed(read[i] ?? []))
    }),
  ).pipe(RequestResolver.batchN(shared.pages))

  return (
    stream: StreamName.StreamName,
    { after = 0, upTo = most, direction = "forwards", limit = most }: StreamRange = {},
  ): Effect.Effect<ReadonlyArray<StoredEvent>, StoreUnavailable> => {
    if (StreamName.fault(stream) !== undefined) return Effect.succeed([])
    const page = { stream, after: limited(after), upTo: limited(upTo), limit: limited(limit) }
    return direction === "forwards" && page.limit <= shared.limit
      ? Effect.request(Page(page), resolver)
      : alone(page, direction)
  }
}
