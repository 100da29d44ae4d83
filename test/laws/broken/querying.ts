/** Stores that understand queries and conditions in their own way. */
import * as Effect from "effect/Effect"
import type * as Commit from "../../../src/core/event/Commit.ts"
import * as Query from "../../../src/core/event/Query.ts"
import * as StoreLaws from "../../../src/laws/StoreLaws.ts"
import type { Case } from "./caught.ts"
import { flawed, type StoreLayer } from "./Flawed.ts"

/** Queries are understood otherwise, and where a condition begins. */
const understood = (
  change: (query: Query.Query) => Query.Query,
  begin: (after: number) => number = (after) => after,
): StoreLayer =>
  flawed(({ store }) => ({
    store: {
      readAll: (range) =>
        store.readAll(range.filter === undefined ? range : { ...range, filter: change(range.filter) }),
      commit: (commit) => {
        const { condition } = commit
        if (condition === undefined) return store.commit(commit)
        const understood = { failIfMatch: change(condition.failIfMatch), after: begin(condition.after) }
        return store.commit({ ...commit, condition: understood })
      },
    },
  }))

const eventsOf = (commit: Commit.Commit) => commit.writes.flatMap(({ events }) => events)

/** A query of no items is a WHERE of nothing: it matches everything. */
export const nothingMatchesAll = understood((query) => (query.items.length === 0 ? Query.all : query))

/** The tags of an item are alternatives. */
export const tagsAsAlternatives = understood(({ items }) => ({
  items: items.flatMap(({ tags = [], ...item }) =>
    tags.length < 2 ? [{ ...item, tags }] : tags.map((tag) => ({ ...item, tags: [tag] })),
  ),
}))

/** A condition looks at its own position too: what was decided on is in its own way. */
export const conditionInclusive = understood(
  (query) => query,
  (after) => Math.max(0, after - 1),
)

/** The condition is checked without the lock that appends take: two commits pass at once. */
export const conditionWithoutLock = flawed(({ store }) => ({
  store: {
    commit: Effect.fnUntraced(function* (commit) {
      const { condition, ...unconditional } = commit
      if (condition === undefined || eventsOf(commit).length === 0) return yield* store.commit(commit)
      const found = yield* store.readAll({ after: condition.after, filter: condition.failIfMatch, limit: 1 })
      if (found.events.length > 0) return yield* store.commit(commit)
      yield* Effect.yieldNow
      return yield* store.commit(unconditional)
    }),
  },
}))

/** Only the first item of a condition's query is looked at. */
export const conditionOfOneItem = flawed(({ store }) => ({
  store: {
    commit: (commit) => {
      const [item] = commit.condition?.failIfMatch.items ?? []
      return commit.condition === undefined || item === undefined
        ? store.commit(commit)
        : store.commit({ ...commit, condition: { ...commit.condition, failIfMatch: { items: [item] } } })
    },
  },
}))

const broken = (layer: StoreLayer) => StoreLaws.suite({ layer })

export const cases: ReadonlyArray<Case> = [
  { law: "S12", flaw: "a store with a condition without the lock", suite: broken(conditionWithoutLock) },
  { law: "S12", flaw: "a store with a condition of one item", suite: broken(conditionOfOneItem) },
  { law: "S12", flaw: "a store with a query of nothing for everything", suite: broken(nothingMatchesAll) },
  { law: "S12", flaw: "a store with tags taken for alternatives", suite: broken(tagsAsAlternatives) },
  { law: "S12", flaw: "a store with a condition on its own position", suite: broken(conditionInclusive) },
]
