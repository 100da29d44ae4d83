/**
 * What a decision sees of a store inside a transaction, and how what it accepts is written. What was looked up for one
 * commit is remembered for the next, until another connection writes.
 *
 * @since 0.1.0
 */
import type { CheckpointKey, Commit, Position } from "../../core/event/Commit.ts"
import type { Accepted, StoreView } from "../../core/event/Decision.ts"
import * as HashChain from "../../core/event/HashChain.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import * as Matches from "./Matches.ts"
import { bytes, integer, link, streamName, text, texts } from "./rows.ts"
import { complete } from "./Steps.ts"
import type { Statements } from "./statements.ts"

/**
 * @category model
 * @since 0.1.0
 */
export interface View extends StoreView {
  /** Writes what was accepted. */
  readonly write: (request: Commit, accepted: Accepted) => void
  /** A transaction has begun: nobody else writes until it ends. Whether somebody else has written since the last one. */
  readonly begin: () => boolean
  /** A transaction was undone, and what it wrote. */
  readonly undone: () => void
}

interface Stream extends HashChain.Head {
  /** None before its first event. */
  readonly id: number | undefined
}

/**
 * @category queries
 * @since 0.1.0
 */
export const head = (statements: Statements): Position => {
  const position = statements.head.get()?.[0]
  return position === null ? 0 : integer(position)
}

const key = ({ consumer, upstream, partition }: CheckpointKey): [string, string, number] => [
  consumer,
  upstream,
  partition,
]

/**
 * A consumer's row: all 0 where there is none.
 *
 * @category queries
 * @since 0.1.0
 */
export const checkpoint = (
  statements: Statements,
  of: CheckpointKey,
): { readonly position: Position; readonly epoch: number; readonly until: number } => {
  const row = statements.checkpoint.get(...key(of))
  return row === undefined
    ? { position: 0, epoch: 0, until: 0 }
    : { position: integer(row[0]), epoch: integer(row[1]), until: integer(row[2]) }
}

const headAt = (statements: Statements, stream: StreamName.StreamName, at: Position): HashChain.Head => {
  const id = Matches.streamId(statements, stream)
  if (id === undefined) return HashChain.empty
  const version = Matches.versionFrom(statements, id, at + 1) - 1
  return version === 0 ? HashChain.empty : { version, link: link(statements.linkOf.get(id, version)?.[0]) }
}

/** The name of a kind in the memory of a view: a category has no hyphen. */
const kindName = (category: string, type: string): string => `${category}-${type}`

/** So many streams and kinds are remembered at most. */
const remembered = 10_000

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (statements: Statements): View => {
  let known: Position | undefined
  let dataVersion: number | undefined
  let hash: string | undefined
  const streams = new Map<string, Stream>()
  const kinds = new Map<string, number>()

  const forget = (): void => {
    known = undefined
    streams.clear()
  }

  const hashKnown = (): string | undefined => {
    if (hash !== undefined) return hash
    const value = statements.hash.get()?.[0]
    if (value !== null) hash = text(value)
    return hash
  }

  const headKnown = (): Position => {
    known ??= head(statements)
    return known
  }

  const streamOf = (stream: StreamName.StreamName): Stream => {
    const name = StreamName.format(stream)
    const before = streams.get(name)
    if (before !== undefined) return before
    const row = statements.streamHead.get(stream.category, stream.id)
    const found =
      row === undefined
        ? { id: undefined, ...HashChain.empty }
        : { id: integer(row[0]), version: integer(row[1]), link: link(row[2]) }
    streams.set(name, found)
    return found
  }

  const kindOf = (category: string, type: string): number => {
    const name = kindName(category, type)
    const before = kinds.get(name)
    if (before !== undefined) return before
    const row = statements.kindOf.get(category, type) ?? statements.addKind.get(category, type)
    const kind = integer(row?.[0])
    if (kinds.size >= remembered) kinds.clear()
    kinds.set(name, kind)
    return kind
  }

  const add = (event: StoredEvent, stream: number): void => {
    const { causation, tags } = event
    statements.addEvent.run(
      event.position,
      event.version,
      event.id,
      event.schemaVersion,
      tags.length === 0 ? "[]" : JSON.stringify(tags),
      event.recordedAt,
      event.correlationId,
      causation === null ? null : causation.eventId,
      causation === null ? null : StreamName.format(causation.stream),
      causation === null ? null : causation.position,
      event.encoding,
      event.body,
      event.digest,
      event.link,
      kindOf(event.stream.category, event.type),
      stream,
    )
    for (const tag of tags) statements.addTag.run(tag, event.position)
  }

  /** A stream's events, one after another. */
  const addAll = (stream: StreamName.StreamName, events: ReadonlyArray<StoredEvent>): void => {
    const last = events.at(-1)
    if (last === undefined) return
    const id = streamOf(stream).id ?? integer(statements.addStream.get(stream.category, stream.id)?.[0])
    for (const event of events) add(event, id)
    streams.set(StreamName.format(stream), { id, version: last.version, link: last.link })
  }

  return {
    get hash() {
      return hashKnown()
    },
    get head() {
      return headKnown()
    },
    streamHead: (stream, at) => (at === undefined ? streamOf(stream) : headAt(statements, stream, at)),
    event: (id) => {
      const row = statements.eventById.get(id)
      if (row === undefined) return undefined
      const stream = { category: text(row[0]), id: text(row[1]) }
      return { stream, position: integer(row[2]), digest: bytes(row[3]) }
    },
    command: (id) => {
      const row = id.isWellFormed() ? statements.command.get(id) : undefined
      return row && { position: integer(row[0]), events: texts(row[1]), streams: texts(row[2]).map(streamName) }
    },
    checkpoint: (of) => checkpoint(statements, of),
    firstMatch: (query, after) => complete(Matches.make(statements, query, after, headKnown())()),
    write: (request, { events, committed }) => {
      if (events.length > 0) {
        if (hashKnown() === undefined) statements.setHash.run(request.hash)
        let start = 0
        for (const { stream, events: written } of request.writes) {
          addAll(stream, events.slice(start, start + written.length))
          start += written.length
        }
        known = committed.position
      }
      for (const { id, events } of request.commands ?? []) {
        const streams = request.writes.map(({ stream }) => StreamName.format(stream))
        statements.addCommand.run(id, committed.position, JSON.stringify(events), JSON.stringify(streams))
      }
      if (request.checkpoint !== undefined) {
        statements.moveCheckpoint.run(...key(request.checkpoint), request.checkpoint.to)
      }
    },
    begin: () => {
      const current = integer(statements.dataVersion.get()?.[0])
      const foreign = dataVersion !== undefined && current !== dataVersion
      if (current !== dataVersion || streams.size >= remembered) forget()
      dataVersion = current
      return foreign
    },
    undone: () => {
      forget()
      hash = undefined
      kinds.clear()
    },
  }
}
