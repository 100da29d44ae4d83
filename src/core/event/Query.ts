/**
 * A query says which events are meant: its items are or-ed; inside an item category, stream, types (any of them) and
 * tags (all of them) are and-ed.
 *
 * Laws (`StoreLaws`): `match(q ∪ r) = match(q) ∪ match(r)`; no items match nothing; `all` matches everything.
 *
 * @since 0.1.0
 */
import { equals, type StreamName } from "./StreamName.ts"

/**
 * @category model
 * @since 0.1.0
 */
export interface QueryItem {
  readonly category?: string
  readonly stream?: StreamName
  /** Stored type names: `EventCodec.storedTypes` knows those of a tag. An empty list matches no event. */
  readonly types?: ReadonlyArray<string>
  readonly tags?: ReadonlyArray<string>
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Query {
  readonly items: ReadonlyArray<QueryItem>
}

/**
 * What a query looks at.
 *
 * @category model
 * @since 0.1.0
 */
export interface Matchable {
  readonly stream: StreamName
  readonly type: string
  readonly tags: ReadonlyArray<string>
}

/**
 * Every event: one item without constraints.
 *
 * @category constructors
 * @since 0.1.0
 */
export const all: Query = { items: [{}] }

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (...items: ReadonlyArray<QueryItem>): Query => ({ items })

/**
 * What either query matches.
 *
 * @category combinators
 * @since 0.1.0
 */
export const union = (q: Query, r: Query): Query => ({ items: [...q.items, ...r.items] })

const matchesItem = (item: QueryItem, event: Matchable): boolean =>
  (item.category === undefined || item.category === event.stream.category) &&
  (item.stream === undefined || equals(item.stream, event.stream)) &&
  (item.types === undefined || item.types.includes(event.type)) &&
  (item.tags === undefined || item.tags.every((tag) => event.tags.includes(tag)))

/**
 * Whether a query means an event.
 *
 * @example
 * ```ts
 * import { Query } from "everfold"
 *
 * const deposits = Query.matches(Query.make({ category: "Account", types: ["Deposited"] }))
 * console.log(deposits({ stream: { category: "Account", id: "ada" }, type: "Opened", tags: [] })) // false
 * ```
 * @category elimination
 * @since 0.1.0
 */
export const matches =
  (query: Query) =>
  (event: Matchable): boolean =>
    query.items.some((item) => matchesItem(item, event))
