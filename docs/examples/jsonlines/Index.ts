// All that the lines of a file say, in memory: what commits are decided on, and what is read.
import {
  type Commit,
  type Decision,
  HashChain,
  type LogPage,
  type LogRange,
  Query,
  type StoredEvent,
  StreamName,
  type StreamRange,
  type StreamsRange,
} from "everfold"
import type { Line } from "./Line.ts"

export interface Lease {
  readonly position: Commit.Position
  readonly epoch: number
  readonly until: number
}

const nothing: Lease = { position: 0, epoch: 0, until: 0 }

const keyOf = ({ consumer, upstream, partition }: Commit.CheckpointKey): string =>
  JSON.stringify([consumer, upstream, partition])

/** What the number of a range counts as: a whole one from 0. */
const whole = (n: number): number => Math.max(0, Math.trunc(n) || 0)

export const make = () => {
  const log: Array<StoredEvent> = []
  const streams = new Map<string, Array<StoredEvent>>()
  const events = new Map<string, StoredEvent>()
  const commands = new Map<string, Decision.KnownCommand>()
  const leases = new Map<string, Lease>()
  let hash: string | undefined

  const streamOf = (name: StreamName.StreamName): ReadonlyArray<StoredEvent> =>
    streams.get(StreamName.format(name)) ?? []
  const leaseOf = (key: Commit.CheckpointKey): Lease => leases.get(keyOf(key)) ?? nothing

  const view: Decision.StoreView = {
    get hash() {
      return hash
    },
    get head() {
      return log.length
    },
    streamHead: (stream, at = log.length) =>
      streamOf(stream).findLast(({ position }) => position <= at) ?? HashChain.empty,
    event: (id) => events.get(id),
    command: (id) => commands.get(id),
    checkpoint: leaseOf,
    firstMatch: (query, after) => log.slice(after).find(Query.matches(query))?.position,
  }

  /** Adds what a line says: the only way in. */
  const add = (line: Line): void => {
    if (line._tag === "Lease") {
      leases.set(keyOf(line.key), { position: leaseOf(line.key).position, epoch: line.epoch, until: line.until })
      return
    }
    if (line.events.length > 0) hash = line.hash
    for (const event of line.events) {
      log.push(event)
      events.set(event.id, event)
      const name = StreamName.format(event.stream)
      const stream = streams.get(name)
      if (stream === undefined) streams.set(name, [event])
      else stream.push(event)
    }
    for (const { id, ...known } of line.commands) commands.set(id, known)
    if (line.checkpoint !== null) {
      const { key, position } = line.checkpoint
      leases.set(keyOf(key), { ...leaseOf(key), position })
    }
  }

  const readStream = (stream: StreamName.StreamName, range: StreamRange = {}): ReadonlyArray<StoredEvent> => {
    const after = whole(range.after ?? 0)
    const upTo = whole(range.upTo ?? Number.POSITIVE_INFINITY)
    const limit = whole(range.limit ?? Number.POSITIVE_INFINITY)
    const within = streamOf(stream).slice(after, upTo)
    return (range.direction === "backwards" ? within.reverse() : within).slice(0, limit)
  }

  const readAll = ({ after, upTo = log.length, filter = Query.all, limit }: LogRange): LogPage => {
    const matches = Query.matches(filter)
    const to = Math.min(whole(upTo), log.length)
    const count = whole(limit)
    const page: Array<StoredEvent> = []
    let scannedTo = whole(after)
    while (scannedTo < to && page.length < count) {
      const event = log[scannedTo]
      scannedTo++
      if (event !== undefined && matches(event)) page.push(event)
    }
    return { events: page, scannedTo }
  }

  const readStreams = ({ category, after, limit }: StreamsRange) =>
    [...streams.values()]
      .flatMap((events) => {
        const last = events.at(-1)
        return last?.stream.category === category ? [{ stream: last.stream, version: last.version }] : []
      })
      .filter(({ stream }) => after === undefined || byUtf8(stream.id, after) > 0)
      .sort((a, b) => byUtf8(a.stream.id, b.stream.id))
      .slice(0, whole(limit))

  return { view, leaseOf, add, readStream, readAll, readStreams }
}

const byUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
