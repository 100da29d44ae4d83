/**
 * Laws of queries and of commits that depend on one.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import * as Query from "../../core/event/Query.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { means, query } from "../arbitrary/Queries.ts"
import { agree } from "../Difference.ts"
import * as World from "./World.ts"

const matched = (store: World.Store, filter: Query.Query) =>
  Effect.map(store.readAll({ after: 0, limit: 1000, filter }), ({ events }) => events.map(World.numberOf))

/** Half of them on everything, so that commits at once depend on one another. */
const condition = fc.record(
  { failIfMatch: fc.oneof({ withCrossShrink: true }, fc.constant(Query.all), query), after: fc.nat(8) },
  { noNullPrototype: true },
)

/**
 * @category laws
 * @since 0.1.0
 */
export const S12: World.StoreLaw = World.concurrentLaw({
  name: "S12",
  title: "queries and conditions",
  equation:
    "match(q ∪ r) = match(q) ∪ match(r), match(∅) = ∅, match(all) = all; a conditional commit fails iff a match exists after its position",
  given: fc.record({
    history: program(Commits.writes(), { maxLength: 4 }),
    q: query,
    r: query,
    writers: program(
      fc.record({
        writes: Commits.writes({ maxStreams: 1 }),
        condition: fc.option(condition, { nil: undefined, freq: 3 }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  }),
  must: ["ConditionFailed"],
  holds: Effect.fnUntraced(function* ({ history, q, r, writers }, world) {
    const { store, next } = world
    for (const writes of history) yield* World.record(world, writes)
    const all = (yield* World.log(store)).map(World.numberOf)
    const either = new Set([...(yield* matched(store, q)), ...(yield* matched(store, r))])
    yield* agree("match(q ∪ r)", {
      expected: all.filter((id) => either.has(id)),
      actual: yield* matched(store, Query.union(q, r)),
    })
    yield* agree("match(no items)", { expected: [], actual: yield* matched(store, Query.make()) })
    yield* agree("match(all)", { expected: all, actual: yield* matched(store, Query.all) })

    const ran = yield* World.atOnce(
      "writer",
      writers,
      Effect.fnUntraced(function* ({ writes, condition }) {
        const commit = Commits.commit(next, writes)
        const outcome = yield* World.outcome(store.commit(condition === undefined ? commit : { ...commit, condition }))
        return { id: World.numberOf(commit.writes[0]?.events[0] ?? { id: "" }), condition, outcome }
      }),
    )
    const log = yield* World.log(store)
    for (const { id, condition, outcome } of ran) {
      const own = log.find((event) => World.numberOf(event) === id)?.position
      const match =
        condition &&
        log.find(
          ({ position, ...event }) =>
            position > condition.after && position < (own ?? Infinity) && means(condition.failIfMatch, event),
        )
      const answer = Result.isSuccess(outcome) ? { _tag: "Committed" } : World.plain(outcome)
      yield* agree(`the answer to the commit of event #${id}`, {
        expected: match === undefined ? { _tag: "Committed" } : { _tag: "ConditionFailed", position: match.position },
        actual: answer,
      })
    }

    // A stream's version is the special case of a query on one stream.
    const head = yield* store.head
    for (const stream of Commits.streams) {
      const version = (yield* store.readStream(stream)).length
      const last = log.findLast((event) => means(Query.make({ stream }), event))?.position ?? 0
      const write = (expected: Commit.ExpectedVersion, after: number) => ({
        ...Commits.commit(next, [{ stream, expected, events: [] }]),
        condition: { failIfMatch: Query.make({ stream }), after },
      })
      const asVersion = yield* World.outcome(store.commit(write(Commit.exact(version), head)))
      const asQuery = yield* World.outcome(store.commit(write(Commit.any, last)))
      yield* agree("a condition on one stream, against its version", {
        expected: World.plain(asVersion),
        actual: World.plain(asQuery),
      })
    }
  }),
})
