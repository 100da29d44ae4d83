/**
 * Finds the events that a query means, by indexes alone. Every constraint of an item is a list of positions in ascending
 * order that can be entered anywhere: the events of some kinds, of a stream, of a tag. What all lists of an item hold is
 * found by leaping: each is asked for its next position from where the one before it stands, until all agree. So the
 * rarest constraint sets the pace.
 *
 * Law: the positions found are those of the events for which `Query.matches` holds.
 *
 * @since 0.1.0
 */
import type { Position, Version } from "../../core/event/Commit.ts"
import type { Query, QueryItem } from "../../core/event/Query.ts"
import type { StreamName } from "../../core/event/StreamName.ts"
import { integer } from "./rows.ts"
import type { Steps } from "./Steps.ts"
import type { Statements } from "./statements.ts"

const nowhere = Number.POSITIVE_INFINITY

/** The first position of a list at or after `from`, which never falls from call to call. */
type Next = (from: Position) => Position

const next = (statement: Statements["nextTagged"], key: string | number, from: Position): Position => {
  const row = statement.get(key, from)
  return row === undefined ? nowhere : integer(row[0])
}

/**
 * @category queries
 * @since 0.1.0
 */
export const streamId = (statements: Statements, stream: StreamName): number | undefined => {
  // Half a surrogate pair would be stored as another character: no stored stream has such a name.
  if (!stream.id.isWellFormed()) return undefined
  const row = statements.streamId.get(stream.category, stream.id)
  return row === undefined ? undefined : integer(row[0])
}

/**
 * The first version after `version` of a stream whose position is at or after `from`; one past the last where there is
 * none. Versions and positions rise together, so it is found in about as many steps as its distance has digits.
 *
 * @category queries
 * @since 0.1.0
 */
export const versionFrom = (statements: Statements, stream: number, from: Position, version: Version = 0): Version => {
  const before = (candidate: Version): boolean => {
    const row = statements.positionOf.get(stream, candidate)
    return row !== undefined && integer(row[0]) < from
  }
  let low = version
  let step = 1
  while (before(low + step)) {
    low += step
    step *= 2
  }
  let high = low + step
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2)
    if (before(middle)) low = middle
    else high = middle
  }
  return high
}

const inStream = (statements: Statements, stream: number): Next => {
  let version = 0
  return (from) => {
    version = versionFrom(statements, stream, from, version) - 1
    const row = statements.positionOf.get(stream, version + 1)
    return row === undefined ? nowhere : integer(row[0])
  }
}

const ofKinds = (statements: Statements, kinds: ReadonlyArray<number>): Next => {
  const at = kinds.map(() => 0)
  return (from) => {
    let lowest = nowhere
    for (let i = 0; i < kinds.length; i++) {
      let position = at[i] ?? nowhere
      if (position < from) {
        position = next(statements.nextOfKind, kinds[i] ?? 0, from)
        at[i] = position
      }
      if (position < lowest) lowest = position
    }
    return lowest
  }
}

const kindsOf = (statements: Statements, category: string | undefined, types: ReadonlyArray<string> | undefined) => {
  const rows =
    types === undefined
      ? statements.kindsOfCategory.all(category ?? "")
      : [...new Set(types)]
          .filter((type) => type.isWellFormed())
          .flatMap((type) =>
            category === undefined ? statements.kindsOfType.all(type) : statements.kindOf.all(category, type),
          )
  return rows.map((row) => integer(row[0]))
}

/** The lists that must agree; `undefined` where they never can. */
const lists = (statements: Statements, item: QueryItem): ReadonlyArray<Next> | undefined => {
  const { category, stream, types, tags = [] } = item
  const found: Array<Next> = []
  if (tags.some((tag) => !tag.isWellFormed())) return undefined
  for (const tag of tags) found.push((from) => next(statements.nextTagged, tag, from))
  if (stream !== undefined) {
    const id = streamId(statements, stream)
    if (id === undefined || (category !== undefined && category !== stream.category)) return undefined
    found.push(inStream(statements, id))
  }
  // A stream has its category: of the kinds, only the types are left to say.
  if (types !== undefined || (category !== undefined && stream === undefined)) {
    const kinds = kindsOf(statements, stream?.category ?? category, types)
    if (kinds.length === 0) return undefined
    found.push(ofKinds(statements, kinds))
  }
  return found
}

/** An item's place in the log: nothing that it means lies before `at` any more, and `at` itself if `agreed`. */
interface Place {
  readonly lists: ReadonlyArray<Next>
  at: Position
  agreed: boolean
}

/** One round over the lists of an item. */
const leap = (place: Place): void => {
  const start = place.at
  for (const list of place.lists) {
    place.at = list(place.at)
    if (place.at === nowhere) return
  }
  place.agreed = place.lists.length < 2 || place.at === start
}

const lowest = (places: ReadonlyArray<Place>): Place | undefined => {
  let found = places[0]
  for (const place of places) if (found !== undefined && place.at < found.at) found = place
  return found
}

/**
 * Whether a query means every event.
 *
 * @category queries
 * @since 0.1.0
 */
export const meansAll = (query: Query): boolean =>
  query.items.some(
    ({ category, stream, types, tags = [] }) =>
      category === undefined && stream === undefined && types === undefined && tags.length === 0,
  )

/**
 * Answers, call by call, the next position that matches, up to `upTo` (the head at most); `undefined` when there is no more. It pauses
 * while it searches.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (statements: Statements, query: Query, after: Position, upTo: Position) => {
  const places: Array<Place> = []
  for (const item of query.items) {
    const found = lists(statements, item)
    if (found !== undefined) places.push({ lists: found, at: after + 1, agreed: false })
  }
  return function* (): Steps<Position | undefined> {
    for (;;) {
      const place = lowest(places)
      if (place === undefined || place.at > upTo) return undefined
      if (place.agreed) {
        const position = place.at
        for (const other of places) {
          if (other.at > position) continue
          other.at = position + 1
          other.agreed = false
        }
        return position
      }
      leap(place)
      yield undefined
    }
  }
}
