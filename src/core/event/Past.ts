/**
 * The type names that a codec wrote once and writes no more, and what their stored events stand for today: an event
 * under a new name, several events, or none.
 *
 * @since 0.1.0
 */
import { type Either, left, right } from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import type { Fault, JsonObject } from "./Json.ts"
import * as Json from "./Json.ts"
import * as Payload from "./Payload.ts"
import { describe } from "./thrown.ts"

interface Tagged<out Tag = string> {
  readonly _tag: Tag
}

/**
 * A chain of versions, and what a payload of the latest stands for.
 *
 * @category model
 * @since 0.1.0
 */
export interface Chain<out E> {
  readonly versions: Payload.Versions<unknown>
  readonly events: (payload: unknown) => Either<Fault, ReadonlyArray<E>>
}

/**
 * How what is stored under one name is read.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const OrderEvent = EventCodec.make(
 *   { Placed: EventCodec.version(t.type({})).pipe(EventCodec.upcast(t.type({ by: t.string }), () => ({ by: "web" }))) },
 *   { past: { OrderPlaced: EventCodec.renamed("Placed") } }
 * )
 * type OrderEvent = EventCodec.TypeOf<typeof OrderEvent>
 *
 * const stored: EventCodec.Stored<OrderEvent> | undefined = OrderEvent[EventCodec.TypeId].stored.get("OrderPlaced")
 * const latest = (chain: EventCodec.Chain<OrderEvent>): number => chain.versions.latest
 * console.log(stored?.tags, stored?.chains.map(latest)) // [ 'Placed' ] [ 2 ]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Stored<out E> {
  /** The oldest first: what was split, then what is written today. Their schema versions are counted on. None, if retired. */
  readonly chains: ReadonlyArray<Chain<E>>
  /** The tags of the events that it may stand for. */
  readonly tags: ReadonlyArray<string>
}

/**
 * An old name of a tag: read by the whole chain of that tag, also by a split that precedes it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Renamed<out Tag> {
  readonly _tag: "Renamed"
  readonly to: Tag
}

/**
 * A name whose stored events each stand for several events (or one, or none) of the tags `into`.
 *
 * @category model
 * @since 0.1.0
 */
export interface Split<out Tag, out E> {
  readonly _tag: "Split"
  readonly into: ReadonlyArray<Tag>
  readonly payload: Payload.Versions<unknown>
  readonly events: (payload: unknown) => Either<Fault, ReadonlyArray<E>>
}

/**
 * A name whose stored events stand for no event any more.
 *
 * @category model
 * @since 0.1.0
 */
export interface Retired {
  readonly _tag: "Retired"
}

/**
 * What a name of the past may be, in a codec of these tags and events.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * type Placed = { readonly _tag: "Placed"; readonly item: string }
 * const renamed: EventCodec.Renamed<"Placed"> = EventCodec.renamed("Placed")
 * const retired: EventCodec.Retired = EventCodec.retired
 * const split: EventCodec.Split<"Placed", Placed> = EventCodec.split(
 *   t.type({ items: t.array(t.string) }),
 *   ["Placed"],
 *   ({ items }) => items.map((item) => ({ _tag: "Placed", item }))
 * )
 * const past: { readonly [name: string]: EventCodec.Past<"Placed", Placed> } = {
 *   OrderPlaced: renamed,
 *   Noted: retired,
 *   CartPlaced: split
 * }
 * console.log(Object.keys(EventCodec.make({ Placed: t.type({ item: t.string }) }, { past }))) // [ 'Placed' ]
 * ```
 * @category model
 * @since 0.1.0
 */
export type Past<Tag, E> = Renamed<Tag> | Split<Tag, E> | Retired

/**
 * An old name of a tag. A tag that was renamed twice has two of them. What was split before is not renamed but split,
 * under both names.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const OrderEvent = EventCodec.make(
 *   { Placed: t.type({ item: t.string }) },
 *   { past: { OrderPlaced: EventCodec.renamed("Placed") } }
 * )
 * console.log(EventCodec.decode(OrderEvent, "OrderPlaced", 1, { item: "tea" })) // { _tag: 'Right', right: [ { item: 'tea', _tag: 'Placed' } ] }
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const renamed = <const Tag extends string>(tag: Tag): Renamed<Tag> => ({ _tag: "Renamed", to: tag })

/**
 * A name whose stored events stand for several events each, in this order: an io-ts codec of its payload or all its
 * versions, the tags of the events, and the events of a payload. What throws or answers another tag does not decode.
 *
 * The name may be a tag of today: then what was written under it up to now is split, and what is written under it from
 * now on has the next schema version.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const OrderEvent = EventCodec.make(
 *   { Placed: t.type({ item: t.string }), Paid: t.type({ amount: t.number }) },
 *   {
 *     past: {
 *       Bought: EventCodec.split(t.type({ item: t.string, price: t.number }), ["Placed", "Paid"], (old) => [
 *         { _tag: "Placed", item: old.item },
 *         { _tag: "Paid", amount: old.price }
 *       ])
 *     }
 *   }
 * )
 * const bought = EventCodec.decode(OrderEvent, "Bought", 1, { item: "tea", price: 3 })
 * console.log(bought._tag === "Right" && bought.right.map(({ _tag }) => _tag)) // [ 'Placed', 'Paid' ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export function split<A, O extends JsonObject, const Tag extends string, const E extends Tagged<Tag>>(
  payload: t.Type<A, O> | Payload.Versions<A, O>,
  into: ReadonlyArray<Tag>,
  events: (old: A) => ReadonlyArray<E>,
): Split<Tag, E>
export function split(
  payload: t.Type<unknown, JsonObject> | Payload.Versions<unknown, JsonObject>,
  into: ReadonlyArray<string>,
  events: (old: unknown) => unknown,
): Split<string, Tagged> {
  return {
    _tag: "Split",
    into,
    payload: Payload.isVersions(payload) ? payload : Payload.version(payload),
    events: (old) => {
      let answer: unknown
      try {
        answer = events(old)
      } catch (error) {
        return left({ path: "", reason: `its split threw ${describe(error)}` })
      }
      return checked(into, answer)
    },
  }
}

/** What a split answers, if it is what it declared. */
const checked = (into: ReadonlyArray<string>, answer: unknown): Either<Fault, ReadonlyArray<Tagged>> => {
  const wrong = (what: string) => left({ path: "", reason: `its split answers ${what}` })
  if (!Array.isArray(answer)) return wrong("no list of events")
  const events: Array<Tagged> = []
  for (const event of answer) {
    if (!isTagged(event)) return wrong("what is no event")
    if (!into.includes(event._tag)) return wrong(`${event._tag}, and it declares ${into.join(", ") || "no event"}`)
    events.push(event)
  }
  return right(events)
}

const isTagged = (event: unknown): event is Tagged => Json.isObject(event) && typeof event._tag === "string"

/**
 * A name whose stored events, of every schema version, stand for no event any more.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const OrderEvent = EventCodec.make({ Placed: t.type({}) }, { past: { Noted: EventCodec.retired } })
 * console.log(EventCodec.decode(OrderEvent, "Noted", 1, { text: "call back" })) // { _tag: 'Right', right: [] }
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const retired: Retired = { _tag: "Retired" }

/**
 * The stored names of a table, and what they stand for. Throws where one cannot be a stored type name. In a literal,
 * `__proto__` names no property, and would be missing.
 *
 * @category validation
 * @since 0.1.0
 */
export const names = <A>(table: { readonly [name: string]: A }): ReadonlyArray<readonly [string, A]> => {
  const prototype: unknown = Object.getPrototypeOf(table)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Error('EventCodec: a table inherits its names; write them out, and __proto__ as ["__proto__"].')
  }
  for (const name of Object.keys(table)) {
    if (name.length === 0 || name.length > 128 || !name.isWellFormed() || name.includes("\0")) {
      throw new Error(`Event tag ${JSON.stringify(name)} cannot name a stored type: use 1 to 128 characters but NUL.`)
    }
  }
  return Object.entries(table)
}

/**
 * What is stored under all names, from what is stored under the tags of today. Throws where the past contradicts them.
 *
 * @category reading
 * @since 0.1.0
 */
export const stored = (
  today: ReadonlyMap<string, Stored<Tagged>>,
  past: { readonly [name: string]: Past<string, Tagged> },
): ReadonlyMap<string, Stored<Tagged>> => {
  const all = new Map(today)
  const wrong = (name: string, what: string) =>
    new Error(`EventCodec: ${JSON.stringify(name)} of the past ${what} (the tags: ${[...today.keys()].join(", ")}).`)
  const table = names(past)
  for (const [name, was] of table) {
    if (was._tag !== "Split") continue
    const stranger = was.into.find((tag) => !today.has(tag))
    if (stranger !== undefined) throw wrong(name, `is split into ${stranger}, which is no tag`)
    const { chains = [], tags = [] } = today.get(name) ?? {}
    const split = { versions: was.payload, events: was.events }
    all.set(name, { chains: [split, ...chains], tags: [...new Set([...was.into, ...tags])] })
  }
  for (const [name, was] of table) {
    if (was._tag === "Split") continue
    if (today.has(name)) throw wrong(name, "is a tag of today: what was written under it can be split, and no more")
    const read = was._tag === "Renamed" ? all.get(was.to) : { chains: [], tags: [] }
    if (read === undefined || (was._tag === "Renamed" && !today.has(was.to))) {
      throw wrong(name, "was renamed to what is no tag")
    }
    all.set(name, read)
  }
  return all
}
