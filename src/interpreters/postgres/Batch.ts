/**
 * Which of the commits that wait share a statement. The server decides all of a statement on the state before it, and
 * records them in their order; so two that clash never share one:
 *
 * ```
 * a and b clash  iff  they have a stream, an event id, a command id, a checkpoint, or not the hash in common,
 *                     or a came first, and b's condition could match an event of a
 * ```
 *
 * Whoever clashes with somebody who came first waits, and holds up nobody else; and nobody overtakes a commit that
 * waits, if they clash, or if its condition could match an event of theirs. So whoever came first is in the next batch.
 *
 * What a batch costs does not grow with how many wait: each key has a queue of its own, of which only the first can be
 * taken.
 *
 * @since 0.1.0
 */
import type { CheckpointKey, Commit } from "../../core/event/Commit.ts"
import * as Query from "../../core/event/Query.ts"
import * as StreamName from "../../core/event/StreamName.ts"

/**
 * A commit that waits, and whoever waits for it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Place<out W> {
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
  /** Leaves, taken or not, and lets go first whoever was behind. */
  readonly leave: (place: Place<W>) => void
  /** The next batch, empty only where nobody waits. It is to be asked for once all of the one before have left. */
  readonly take: () => ReadonlyArray<W>
  readonly isEmpty: () => boolean
}

/** A statement takes this much at most, or one commit that is larger. */
const most = { commits: 256, events: 2_000, bytes: 4_000_000 }

/** So many comparisons of a condition with an event are a batch's worth: the rest waits for the next. */
const patience = 16_384

/** Of the conditions that wait, so many of the oldest are not overtaken: enough, for each comes to be one of them. */
const guarded = 64

const checkpointKey = ({ consumer, upstream, partition }: CheckpointKey): string =>
  `checkpoint ${JSON.stringify([consumer, upstream, partition])}`

/** Event ids are UUIDs, and no other key is. */
const keysOf = ({ writes, commands, checkpoint }: Commit): ReadonlyArray<string> => {
  const keys: Array<string> = []
  for (const { stream, events } of writes) {
    keys.push(`stream ${StreamName.format(stream)}`)
    for (const { id } of events) keys.push(id)
  }
  if (commands !== undefined) for (const { id } of commands) keys.push(`command ${id}`)
  if (checkpoint !== undefined) keys.push(checkpointKey(checkpoint))
  return keys
}

const bytesOf = ({ writes }: Commit): number => {
  let bytes = 0
  for (const { events } of writes) for (const { body } of events) bytes += body.length
  return bytes
}

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
    if (place.means !== undefined) conditional.add(place)
    if (place.blocked === 0) ready.push(place)
    return place
  }

  /** Takes somebody out of the queue of a key; the next one is the first then. */
  const give = (key: string, place: Place<W>): void => {
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

  const leave = (place: Place<W>): void => {
    const index = indexOf(place.ticket)
    if (ready[index] === place) ready.splice(index, 1)
    conditional.delete(place)
    for (const key of place.keys) give(key, place)
  }

  const take = (): ReadonlyArray<W> => {
    const batch: Array<Place<W>> = []
    const passed: Array<Place<W>> = []
    let events = 0
    let bytes = 0
    let comparisons = 0

    /** Where comparing takes too long, it could. */
    const couldMatch = (means: Means, { commit }: Place<W>): boolean => {
      for (const { stream, events } of commit.writes) {
        for (const { type, tags } of events) {
          if (comparisons++ >= patience || means({ stream, type, tags })) return true
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
      const [head] = batch
      if (head !== undefined) {
        if (
          batch.length === most.commits ||
          events + place.events > most.events ||
          bytes + place.bytes > most.bytes ||
          place.commit.hash !== head.commit.hash ||
          comparisons >= patience
        ) {
          break
        }
        const { means } = place
        if ((means !== undefined && batch.some((earlier) => couldMatch(means, earlier))) || overtakes(place)) {
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

  return { enter, leave, take, isEmpty: () => first.size === 0 }
}
