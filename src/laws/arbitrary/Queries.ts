/**
 * Queries over the small universe of `Commits`, and what they mean, said a second time and another way than `Query`.
 *
 * @since 0.1.0
 */
import * as fc from "fast-check"
import type { Matchable, Query, QueryItem } from "../../core/event/Query.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { stream, tags, types } from "./Commits.ts"

const item: fc.Arbitrary<QueryItem> = fc.record(
  {
    category: fc.constantFrom("Order", "Cart", "Nothing"),
    stream,
    types: fc.subarray([...types, "Unheard"]),
    tags: fc.subarray([...tags, "z"]),
  },
  { requiredKeys: [], noNullPrototype: true },
)

/**
 * Queries of none, one or several items, each with some of its parts.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export const query: fc.Arbitrary<Query> = fc.record(
  { items: fc.array(item, { maxLength: 3 }) },
  { noNullPrototype: true },
)

/**
 * Whether a query means an event, by set algebra: an item's parts each leave something over, or they do not.
 *
 * @category elimination
 * @since 0.1.0
 */
export const means = ({ items }: Query, event: Matchable): boolean => {
  const name = StreamName.format(event.stream)
  const eventTags = new Set(event.tags)
  return (
    items.filter(
      (item) =>
        (item.category ?? event.stream.category) === event.stream.category &&
        StreamName.format(item.stream ?? event.stream) === name &&
        new Set(item.types ?? [event.type]).has(event.type) &&
        (item.tags ?? []).filter((tag) => !eventTags.has(tag)).length === 0,
    ).length > 0
  )
}
