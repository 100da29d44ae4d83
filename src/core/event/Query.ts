/**
 * A query says which events are meant: its items are or-ed; inside an item category, stream, types (any of them) and
 * tags (all of them) are and-ed.
 *
 * Laws (`StoreLaws`): `match(q ∪ r) = match(q) ∪ match(r)`; no items match nothing; `all` matches everything.
 *
 * @since 0.1.0
 */
import type { Monoid as Combining } from "fp-ts/lib/Monoid.js"
import { equals, type StreamName } from "./StreamName.ts"

/**
 * What all holds for the events that are meant; what is left out does not matter. No item is every event.
 *
 * @example
 * ```ts
 * import { Query } from "everfold"
 *
 * const adasDeposits: Query.QueryItem = { stream: { category: "Account", id: "ada" }, types: ["Deposited"] }
 * ```
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
 * Items, any of which may match. It is plain data, so it can be sent and stored.
 *
 * @example
 * ```ts
 * import { Query } from "everfold"
 *
 * const aboutAda: Query.Query = { items: [{ category: "Account", tags: ["owner:ada"] }, { category: "Invoice" }] }
 * console.log(Query.matches(aboutAda)({ stream: { category: "Invoice", id: "7" }, type: "Sent", tags: [] })) // true
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Query {
  readonly items: ReadonlyArray<QueryItem>
}

/**
 * What a query looks at.
 *
 * @example
 * ```ts
 * import { Query, type StoredEvent } from "everfold"
 *
 * const about = (event: Query.Matchable): boolean => event.tags.includes("owner:ada")
 * // Every stored event is one.
 * const some = (events: ReadonlyArray<StoredEvent>): boolean => events.some(about)
 * ```
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
 * @example
 * ```ts
 * import { Query } from "everfold"
 *
 * console.log(Query.matches(Query.all)({ stream: { category: "Account", id: "ada" }, type: "Opened", tags: [] })) // true
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const all: Query = { items: [{}] }

/**
 * The query of these items. Of none, it matches nothing.
 *
 * @example
 * ```ts
 * import { Query } from "everfold"
 *
 * const moves = Query.make({ category: "Account", types: ["Deposited", "Withdrawn"] }, { category: "Transfer" })
 * console.log(moves.items.length) // 2
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = (...items: ReadonlyArray<QueryItem>): Query => ({ items })

/**
 * What either query matches.
 *
 * @example
 * ```ts
 * import { Query } from "everfold"
 *
 * const accounts = Query.make({ category: "Account" })
 * const both = Query.union(accounts, Query.make({ tags: ["owner:ada"] }))
 * console.log(Query.matches(both)({ stream: { category: "Cart", id: "1" }, type: "Added", tags: ["owner:ada"] })) // true
 * ```
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

/**
 * The fp-ts `Monoid` of queries: what either matches, and nothing.
 *
 * @example
 * ```ts
 * import { Query } from "everfold"
 * import { concatAll } from "fp-ts/lib/Monoid.js"
 *
 * const any = concatAll(Query.Monoid)([Query.make({ category: "Account" }), Query.make({ category: "Cart" })])
 * console.log(any.items.length, Query.Monoid.empty) // 2 { items: [] }
 * ```
 * @category instances
 * @since 0.1.0
 */
export const Monoid: Combining<Query> = { concat: union, empty: make() }
