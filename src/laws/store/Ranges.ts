/**
 * Laws of partial reads: each is the whole log, filtered.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import type { LogRange, StreamRange, StreamsRange } from "../../core/port/EventStore.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { means, query } from "../arbitrary/Queries.ts"
import { agree } from "../Difference.ts"
import { show } from "../Show.ts"
import * as World from "./World.ts"

/** Ids whose order is another in UTF-16, in a language, or without regard to case. */
const awkward: ReadonlyArray<string> = ["B", "a-", "é", "～", "😀"]

const odd = fc.constantFrom(NaN, -Infinity, -0.5, 0.5, 1.5, 2.999, Infinity)
const upTo = (max: number) =>
  fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -1, max }) }, { weight: 1, arbitrary: odd })
const around = upTo(12)
const streamRange: fc.Arbitrary<StreamRange> = fc.record(
  {
    after: around,
    upTo: around,
    direction: fc.constantFrom("forwards" as const, "backwards" as const),
    limit: upTo(4),
  },
  { requiredKeys: [], noNullPrototype: true },
)
const logRange: fc.Arbitrary<LogRange> = fc.record(
  { after: around, upTo: around, filter: query, limit: upTo(6) },
  { requiredKeys: ["after", "limit"], noNullPrototype: true },
)
const streamsRange: fc.Arbitrary<StreamsRange> = fc.record(
  {
    category: fc.constantFrom("Order", "Cart", "Nothing"),
    after: fc.constantFrom("", "a", "b-1", "zz", ...awkward),
    limit: upTo(9),
  },
  { requiredKeys: ["category", "limit"], noNullPrototype: true },
)

/** What a bound counts as. */
const whole = (bound: number): number => (bound >= 1 ? Math.floor(bound) : 0)

const first = <A>(items: ReadonlyArray<A>, limit = Infinity): ReadonlyArray<A> =>
  items.filter((_, i) => i < whole(limit))

const inRange = (n: number, { after = 0, upTo = Infinity }: { readonly after?: number; readonly upTo?: number }) =>
  n > whole(after) && n <= whole(upTo)

/** UTF-8 sorts as code points do. */
const byCodePoint = (a: string, b: string): number => {
  const [left, right] = [Array.from(a), Array.from(b)]
  for (const [i, char] of left.entries()) {
    const difference = (char.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? -1)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

const checkLogRange = Effect.fnUntraced(function* (
  store: World.Store,
  log: ReadonlyArray<StoredEvent>,
  range: LogRange,
) {
  const [after, upTo, limit] = [whole(range.after), whole(range.upTo ?? Infinity), whole(range.limit)]
  const { filter } = range
  const what = `readAll(${show(range)})`
  const matching = log.filter((event) => filter === undefined || means(filter, event))
  const { events, scannedTo } = yield* store.readAll(range)
  const wanted = matching.filter((event) => inRange(event.position, range))
  yield* agree(what, { expected: first(wanted, limit), actual: events })

  yield* agree(`the matches that ${what} says to have scanned, to ${scannedTo}`, {
    expected: events.map(World.numberOf),
    actual: matching.filter(({ position }) => position > after && position <= scannedTo).map(World.numberOf),
  })
  // It stops at the last event of a full page at the least, and goes through everything if nothing stopped it.
  const end = Math.min(upTo, log.length)
  const least = limit < 1 ? after : events.length < limit ? Math.max(after, end) : (events.at(-1)?.position ?? after)
  yield* agree(`whether ${what} advances to ${least} at least, and not past ${Math.max(after, log.length)}`, {
    expected: { scannedTo, advances: true, exists: true },
    actual: { scannedTo, advances: scannedTo >= least, exists: scannedTo <= Math.max(after, log.length) },
  })
})

/**
 * @category laws
 * @since 0.1.0
 */
export const S14: World.StoreLaw = World.storeLaw({
  name: "S14",
  title: "ranges and filters",
  equation:
    "readStream, readAll and streams = the whole log, filtered, whatever numbers are asked for; scannedTo advances past what a filter drops",
  given: fc.record({
    history: program(Commits.writes(), { maxLength: 5 }),
    ids: fc.subarray([...awkward]),
    ofStream: program(fc.record({ stream: Commits.stream, range: streamRange }), { maxLength: 3 }),
    ofLog: program(logRange, { maxLength: 4 }),
    ofStreams: program(streamsRange, { maxLength: 3 }),
  }),
  holds: Effect.fnUntraced(function* ({ history, ids, ofStream, ofLog, ofStreams }, world) {
    const { store } = world
    // Asked for between commits, too: what is recorded later is in every answer from then on.
    const early = ofStreams.map((range) => store.streams(range))
    for (const writes of history) {
      yield* World.record(world, writes)
      yield* Effect.all(early)
    }
    for (const id of ids) {
      const stream = { category: "Order", id }
      yield* World.record(world, [{ stream, expected: Commit.any, events: [{ type: "Added", tags: [] }] }])
    }
    const log = yield* World.log(store)
    for (const { stream, range } of ofStream) {
      const events = log.filter((event) => StreamName.equals(event.stream, stream) && inRange(event.version, range))
      yield* agree(`readStream(${StreamName.format(stream)}, ${show(range)})`, {
        expected: first(range.direction === "backwards" ? events.toReversed() : events, range.limit),
        actual: yield* store.readStream(stream, range),
      })
    }
    for (const range of ofLog) yield* checkLogRange(store, log, range)
    for (const range of ofStreams) {
      const { category, after = "", limit } = range
      const named = log.filter(({ stream }) => stream.category === category).map(({ stream }) => stream.id)
      const expected = [...new Set(named)]
        .filter((id) => byCodePoint(id, after) > 0)
        .toSorted(byCodePoint)
        .map((id) => ({ stream: { category, id }, version: named.filter((other) => other === id).length }))
      yield* agree(`streams(${show(range)})`, { expected: first(expected, limit), actual: yield* store.streams(range) })
    }
  }),
})
