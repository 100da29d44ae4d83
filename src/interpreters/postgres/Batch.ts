/**
 * Which of the commits that wait share a statement. The server decides all of a statement on the state before it, and
 * records them in their order; so two that clash never share one:
 *
 * ```
 * a and b clash  iff  they have a stream, an event id, a command id, a checkpoint, or not the hash in common,
 *                     or a came first, and b's condition could match an event of a
 * ```
 *
 * The same holds for two statements that are out at once, but for the conditions: where there are any, one is out.
 *
 * Whoever clashes with somebody who came first waits, and holds up nobody else; and nobody overtakes a commit that
 * waits, if they clash, or if its condition could match an event of theirs. So whoever came first is in the next batch.
 *
 * What a batch costs does not grow with how many wait: each key has a queue of its own, of which only the first can be
 * taken. And whoever is recorded takes with it those behind that cannot be recorded any more.
 *
 * @since 0.1.0
 */
import type { CheckpointKey, Commit, Committed, Version } from "../../core/event/Commit.ts"
import * as Query from "../../core/event/Query.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { isOver } from "./Verdict.ts"

/**
 * A commit that waits, and whoever waits for it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Place<W> {
  readonly waiting: W
  readonly commit: Commit
  /** Who came first has the lower one. */
  readonly ticket: number
  /** What no other commit of a batch may touch. */
  readonly keys: ReadonlyArray<string>
  /** Events, and the bytes of their bodies. */
  readonly events: number
  readonly bytes: number
  /** Whether its condition could match an event; `undefined` where it has none. */
  readonly means: Means | undefined
  /** Of how many of its keys somebody else is the first. */
  blocked: number
  /** Whose condition one of its events matches, and who was passed over for it. */
  readonly barred: Array<Place<W>>
}

type Means = (event: Query.Matchable) => boolean

/**
 * The commits that wait, in the order in which they came.
 *
 * @category model
 * @since 0.1.0
 */
export interface Line<W> {
  /** Queues up. */
  readonly enter: (waiting: W, commit: Commit) => Place<W>
  /**
   * Leaves, taken or not, and lets go first whoever was behind. Where it was recorded, those behind leave with it who are
   * certain to be refused now, and are the answer.
   */
  readonly leave: (place: Place<W>, committed?: Committed) => ReadonlyArray<W>
  /** The next batch, of so many at most, empty only where nobody is ready. Nobody in it clashes with who has not left. */
  readonly take: (most: number) => ReadonlyArray<W>
  /** How many could be taken. Beside a batch that has not left nobody could where a condition is in either. */
  readonly ready: (isBeside: boolean) => number
}

/** A statement takes this much at most, or one commit that is larger. */
const most = { commits: 256, events: 2_000, bytes: 4_000_000 }

/** So many comparisons of a condition with an event are a batch's worth: the rest waits for the next. */
const patience = 16_384

/** Of the conditions that wait, so many of the oldest are not overtaken: enough, for each comes to be one of them. */
const guarded = 64

const streamKey = (stream: StreamName.StreamName): string => `stream ${StreamName.format(stream)}`

const checkpointKey = ({ consumer, upstream, partition }: CheckpointKey): string =>
  `checkpoint ${JSON.stringify([consumer, upstream, partition])}`

/** Event ids are UUIDs, and no other key is. */
const keysOf = ({ writes, commands, checkpoint }: Commit): ReadonlyArray<string> => {
  const keys: Array<string> = []
  for (const { stream, events } of writes) {
    keys.push(streamKey(stream))
    for (const { id } of events) keys.push(id)
  }
  if (commands !== undefined) for (const { id } of commands) keys.push(`command ${id}`)
  if (checkpoint !== undefined) keys.push(checkpointKey(checkpoint))
  return keys
}

/** Whether a commit expects a stream where it is no more. */
const isLate = ({ writes }: Commit, stream: StreamName.StreamName, version: Version): boolean =>
  writes.some((write) => isOver(write.expected, version) && StreamName.equals(write.stream, stream))

const bytesOf = ({ writes }: Commit): number => {
  let bytes = 0
  for (const { events } of writes) for (const { body } of events) bytes += body.length
  return bytes
}

const nobody: ReadonlyArray<never> = []

/**
 * An empty line.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = <W>(): Line<W> => {
  /** Who has a key, and who waits for it, if anybody does. */
  const first = new Map<string, Place<W>>()
  const behind = new Map<string, Set<Place<W>>>()
  /** Who is first in all, by ticket. */
  const ready: Array<Place<W>> = []
  /** Who has a condition, by ticket. */
  const conditional = new Set<Place<W>>()
  /** How many of all who have not left have one. */
  let conditions = 0
  let tickets = 0

  /** Where a ticket is, or belongs, among those who are ready. */
  const indexOf = (ticket: number): number => {
    let low = 0
    let high = ready.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((ready[middle]?.ticket ?? ticket) < ticket) low = middle + 1
      else high = middle
    }
    return low
  }

  const enter = (waiting: W, commit: Commit): Place<W> => {
    const { condition, writes } = commit
    const place: Place<W> = {
      waiting,
      commit,
      ticket: tickets++,
      keys: keysOf(commit),
      events: writes.reduce((events, write) => events + write.events.length, 0),
      bytes: bytesOf(commit),
      means: condition && Query.matches(condition.failIfMatch),
      blocked: 0,
      barred: [],
    }
    for (const key of place.keys) {
      if (!first.has(key)) {
        first.set(key, place)
        continue
      }
      place.blocked++
      const others = behind.get(key)
      if (others === undefined) behind.set(key, new Set([place]))
      else others.add(place)
    }
    if (place.means !== undefined) {
      conditions++
      conditional.add(place)
    }
    if (place.blocked === 0) ready.push(place)
    return place
  }

  /** Takes somebody out of the queue of a key; the next one is the first then. */
  const pass = (key: string, place: Place<W>): void => {
    const others = behind.get(key)
    if (first.get(key) !== place) {
      others?.delete(place)
    } else {
      const [next] = others ?? []
      if (next === undefined) first.delete(key)
      else {
        others?.delete(next)
        first.set(key, next)
        if (--next.blocked === 0) ready.splice(indexOf(next.ticket), 0, next)
      }
    }
    if (others?.size === 0) behind.delete(key)
  }

  const remove = (place: Place<W>): void => {
    const index = indexOf(place.ticket)
    if (ready[index] === place) ready.splice(index, 1)
    conditional.delete(place)
    if (place.means !== undefined) conditions--
    for (const key of place.keys) pass(key, place)
  }

  const leave: Line<W>["leave"] = (place, committed) => {
    const isFollowed = behind.size > 0 || conditional.size > 0
    remove(place)
    if (committed === undefined || !isFollowed) return nobody
    const late: Array<W> = []
    const give = (other: Place<W>): void => {
      remove(other)
      late.push(other.waiting)
    }
    for (const { stream, version } of committed.streams) {
      const key = streamKey(stream)
      for (let next = first.get(key); next && isLate(next.commit, stream, version); next = first.get(key)) give(next)
    }
    for (const other of place.barred) {
      const isWaiting = ready[indexOf(other.ticket)] === other
      const after = other.commit.condition?.after ?? 0
      if (isWaiting && after <= committed.position - place.events) give(other)
    }
    return late
  }

  const take = (atMost: number): ReadonlyArray<W> => {
    const batch: Array<Place<W>> = []
    const passed: Array<Place<W>> = []
    let events = 0
    let bytes = 0
    let comparisons = 0

    const isFull = (place: Place<W>): boolean =>
      batch.length >= Math.min(most.commits, atMost) ||
      events + place.events > most.events ||
      bytes + place.bytes > most.bytes ||
      place.commit.hash !== batch[0]?.commit.hash

    /** Where comparing takes too long, the batch ends before anybody asks for the answer. */
    const couldMatch = (means: Means, { commit }: Place<W>): boolean => {
      for (const { stream, events } of commit.writes) {
        for (const { type, tags } of events) {
          if (comparisons++ >= patience) return false
          if (means({ stream, type, tags })) return true
        }
      }
      return false
    }

    const overtakes = (place: Place<W>): boolean => {
      let guards = 0
      for (const { ticket, means } of conditional) {
        if (ticket >= place.ticket || guards++ === guarded) return false
        if (means !== undefined && couldMatch(means, place)) return true
      }
      return false
    }

    for (const place of ready) {
      if (batch.length > 0) {
        if (isFull(place)) break
        const { means } = place
        const bar = means && batch.find((earlier) => couldMatch(means, earlier))
        const waits = bar !== undefined || overtakes(place)
        if (comparisons >= patience) break
        if (waits) {
          bar?.barred.push(place)
          passed.push(place)
          continue
        }
      }
      batch.push(place)
      conditional.delete(place)
      events += place.events
      bytes += place.bytes
    }
    ready.splice(0, batch.length + passed.length, ...passed)
    return batch.map(({ waiting }) => waiting)
  }

  return { enter, leave, take, ready: (isBeside) => (isBeside && conditions > 0 ? 0 : ready.length) }
}
