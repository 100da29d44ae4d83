/**
 * Reading events. Events never change and positions only rise, so a read that is done in several steps is one snapshot
 * as long as it ends where the log ended when it began.
 *
 * @since 0.1.0
 */
import type { Condition, Position, Version } from "../../core/event/Commit.ts"
import * as Query from "../../core/event/Query.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import type { StreamName } from "../../core/event/StreamName.ts"
import { bound } from "../../core/port/bound.ts"
import type { LogPage, LogRange, StreamRange, StreamsRange } from "../../core/port/EventStore.ts"
import * as Matches from "./Matches.ts"
import { event, integer, type Row, text } from "./rows.ts"
import type { Steps } from "./Steps.ts"
import type { Statements } from "./statements.ts"
import { head } from "./View.ts"

/** Rows of one step: fewer where they are large, so that a step takes about a millisecond. */
const pace = { least: 1, first: 64, most: 1024, millis: 1 }

/** A condition over more positions than this is looked into before its transaction, where other fibers can run. */
const longRange = 2000

interface StreamAt {
  readonly stream: StreamName
  readonly version: Version
}

/**
 * What is known of a condition before its transaction: the first match up to a position.
 *
 * @category model
 * @since 0.1.0
 */
export interface Scouted {
  readonly upTo: Position
  readonly position: Position | undefined
}

const infinity = Number.POSITIVE_INFINITY

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (statements: Statements) => {
  const kinds = new Map<number, { readonly category: string; readonly type: string }>()

  /** Kinds never change, and reads see no transaction that could still be undone. */
  const kindOf = (kind: number): { readonly category: string; readonly type: string } => {
    const known = kinds.get(kind)
    if (known !== undefined) return known
    const row = statements.kind.get(kind)
    const found = { category: text(row?.[0]), type: text(row?.[1]) }
    kinds.set(kind, found)
    return found
  }

  const inLog = (row: Row): StoredEvent => {
    const { category, type } = kindOf(integer(row[14]))
    return event(row, { category, id: text(row[15]) }, type)
  }

  /** Calls `read` for `from < n ≤ to` in pieces, upwards or downwards. */
  function* inPieces(
    from: number,
    to: number,
    upwards: boolean,
    read: (above: number, upTo: number) => void,
  ): Steps<void> {
    let size = pace.first
    let done = 0
    while (done < to - from) {
      const start = performance.now()
      const end = Math.min(done + size, to - from)
      if (upwards) read(from + done, from + end)
      else read(to - end, to - done)
      done = end
      const fast = performance.now() - start < pace.millis
      size = fast ? Math.min(size * 2, pace.most) : Math.max(size >>> 1, pace.least)
      yield undefined
    }
  }

  /**
   * Reads `count` of `from < n ≤ to`, and answers how far that went. There is one for each number, unless the file was
   * changed behind our back: then what is missing is made up from further on, for a page that is not full is taken for
   * the last.
   */
  function* filling(
    from: number,
    to: number,
    count: number,
    upwards: boolean,
    read: (above: number, upTo: number) => void,
    found: ReadonlyArray<unknown>,
  ): Steps<number> {
    let at = upwards ? from : to
    while (found.length < count && (upwards ? at < to : at > from)) {
      const missing = count - found.length
      const next = upwards ? Math.min(at + missing, to) : Math.max(at - missing, from)
      yield* upwards ? inPieces(at, next, true, read) : inPieces(next, at, false, read)
      at = next
    }
    return at
  }

  function* readStream(stream: StreamName, range: StreamRange = {}): Steps<ReadonlyArray<StoredEvent>> {
    const { after = 0, upTo = infinity, direction = "forwards", limit = infinity } = range
    const id = Matches.streamId(statements, stream)
    if (id === undefined) return []
    const last = integer(statements.lastVersion.get(id)?.[0])
    const from = Math.min(bound(after), last)
    const to = Math.max(from, Math.min(bound(upTo), last))
    const count = Math.min(bound(limit), to - from)
    const upwards = direction === "forwards"
    const events: Array<StoredEvent> = []
    const read = (above: number, upTo: number): void => {
      const rows = statements.streamEvents.all(id, above, upTo)
      if (!upwards) rows.reverse()
      for (const row of rows) events.push(event(row, stream, kindOf(integer(row[14])).type))
    }
    yield* filling(from, to, count, upwards, read, events)
    return events
  }

  /** All positions of a range, the first `limit` of them. */
  function* everything(from: Position, to: Position, limit: number): Steps<LogPage> {
    const events: Array<StoredEvent> = []
    const read = (above: number, upTo: number): void => {
      for (const row of statements.allEvents.all(above, upTo)) events.push(inLog(row))
    }
    const scannedTo = yield* filling(from, to, limit, true, read, events)
    return { events, scannedTo }
  }

  /** The positions of a range that a filter means, the first `limit` of them. */
  function* filtered(from: Position, to: Position, limit: number, filter: Query.Query): Steps<LogPage> {
    const events: Array<StoredEvent> = []
    const next = Matches.make(statements, filter, from, to)
    // Matches that follow one another are read together.
    let first = 0
    let last = 0
    const read = (): void => {
      for (const row of statements.allEvents.all(first - 1, last)) events.push(inLog(row))
    }
    let scannedTo = to
    for (let count = 0; count < limit; count++) {
      const position = yield* next()
      if (position === undefined) break
      if (count === limit - 1) scannedTo = position
      if (position === last + 1 && position - first < pace.first) {
        last = position
        continue
      }
      if (last > 0) read()
      first = position
      last = position
    }
    if (last > 0) read()
    return { events, scannedTo }
  }

  function* readAll({ after, upTo = infinity, filter = Query.all, limit }: LogRange): Steps<LogPage> {
    const from = bound(after)
    const to = Math.min(bound(upTo), head(statements))
    const count = bound(limit)
    if (from >= to || count === 0) return { events: [], scannedTo: from }
    return yield* (Matches.meansAll(filter) ? everything : filtered)(from, to, count, filter)
  }

  function* streams({ category, after = "", limit }: StreamsRange): Steps<ReadonlyArray<StreamAt>> {
    const found: Array<StreamAt> = []
    const most = bound(limit)
    let last = after
    while (found.length < most) {
      const rows = statements.streams.all(category, last, Math.min(pace.most, most - found.length))
      if (rows.length === 0) break
      for (const row of rows) {
        last = text(row[0])
        found.push({ stream: { category, id: last }, version: integer(row[1]) })
      }
      yield undefined
    }
    return found
  }

  function* scout({ failIfMatch, after }: Condition): Steps<Scouted | undefined> {
    const upTo = head(statements)
    if (!(upTo - after > longRange)) return undefined
    const position = yield* Matches.make(statements, failIfMatch, after, upTo)()
    return { upTo, position }
  }

  return { readStream, readAll, streams, scout }
}
