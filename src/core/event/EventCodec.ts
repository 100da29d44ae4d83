/**
 * The events of a model as they are stored: a payload codec for each tag, dispatched by tag and never by trying, and
 * what the names of the past stand for. The value that `make` answers is both the codec and the events' constructors.
 *
 * Laws (`CodecLaws`): `decode(encode(e)) = e`; what an older version wrote means what it meant, whenever it is read.
 *
 * @since 0.1.0
 */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import type { Constructors, EventsOf, Payloads } from "./Constructors.ts"
import type { Fault, JsonObject } from "./Json.ts"
import * as Json from "./Json.ts"
import * as Past from "./Past.ts"
import * as Payload from "./Payload.ts"
import { unknownVersion } from "./Refusal.ts"
import { describe } from "./thrown.ts"

export type { Constructors, Event, EventsOf, Payloads } from "./Constructors.ts"
export {
  type Chain,
  type Past,
  type Renamed,
  type Retired,
  renamed,
  retired,
  type Split,
  type Stored,
  split,
} from "./Past.ts"

/**
 * What a codec is known by: behind it is the codec, beside the constructors of its events.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) })
 * console.log(EventCodec.TypeId in Counted, Object.keys(Counted)) // true [ 'Counted' ]
 * ```
 * @category symbols
 * @since 0.1.0
 */
export const TypeId: unique symbol = Symbol.for("everfold/EventCodec")

/**
 * An event without its tag, and the name and version that it is stored under: its tag, and the number of versions that
 * were ever written under it.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 *
 * const stored: EventCodec.Encoded = { type: "Deposited", schemaVersion: 1, data: { amount: 10 }, tags: ["owner:ada"] }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Encoded {
  readonly type: string
  readonly schemaVersion: number
  readonly data: JsonObject
  /** Sorted, without repeats. */
  readonly tags: ReadonlyArray<string>
}

/**
 * How the events of a model are written and read; `make` makes one.
 *
 * @example
 * ```ts
 * import { Aggregate, Decider, type EventCodec } from "everfold"
 *
 * // An aggregate that only counts, whatever its events are.
 * const countOf = <E>(category: string, events: EventCodec.EventCodec<E>) =>
 *   Aggregate.make({
 *     category,
 *     events,
 *     decider: Decider.make({
 *       initial: 0,
 *       decide: (event: E, _n: number) => Decider.accept(event),
 *       evolve: (n: number, _event: E) => n + 1
 *     })
 *   })
 * ```
 * @category model
 * @since 0.1.0
 */
export interface EventCodec<in out E> {
  readonly [TypeId]: {
    /** How the event of each tag is written. */
    readonly written: ReadonlyMap<string, (event: E) => Either<Fault, Encoded>>
    /** How each name that is or was written is read. */
    readonly stored: ReadonlyMap<string, Past.Stored<E>>
    readonly encode: (event: E) => Either<Fault, Encoded>
    /** One stored event may stand for none, one or several events. */
    readonly decode: (type: string, schemaVersion: number, data: unknown) => Either<Fault, ReadonlyArray<E>>
  }
}

/**
 * The events of a codec, as a tagged union.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
 * const evolve = (total: number, event: EventCodec.TypeOf<typeof CounterEvent>) => total + event.by
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type TypeOf<C> = C extends EventCodec<infer E> ? E : never

/**
 * What else a codec may say of its events.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 * import { isRight } from "fp-ts/lib/Either.js"
 *
 * const payloads = { Enrolled: t.type({ student: t.string, course: t.string }) }
 * const options: EventCodec.Options<EventCodec.EventsOf<typeof payloads>, "Enrolled"> = {
 *   tags: ({ student, course }) => [`student:${student}`, `course:${course}`]
 * }
 * const Enrolment = EventCodec.make(payloads, options)
 * const encoded = EventCodec.encode(Enrolment, Enrolment.Enrolled({ student: "ada", course: "maths" }))
 * console.log(isRight(encoded) && encoded.right.tags) // [ 'course:maths', 'student:ada' ]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Options<E, Tag = string> {
  /**
   * What queries and conditions find an event by, `student:ada` for example; none, if left out. They are stored with the
   * event: what was recorded before keeps the tags of then.
   */
  readonly tags?: (event: E) => ReadonlyArray<string>
  /** The type names that were written once and are written no more: `renamed`, `split` or `retired`. */
  readonly past?: { readonly [name: string]: Past.Past<Tag, E> }
}

interface Tagged {
  readonly _tag: string
}

const fault = (reason: string, path = ""): Either<Fault, never> => left({ path, reason })

const reserved = "the key is reserved"

/** The schema version that is written today. */
const latest = (read: Past.Stored<Tagged> | undefined): number =>
  (read?.chains ?? []).reduce((sum, { versions }) => sum + versions.latest, 0)

/** The codec of what is written and what is stored, with the constructors of what is written. */
const assemble = <K extends object>(
  constructors: K,
  written: ReadonlyMap<string, (event: Tagged) => Either<Fault, Encoded>>,
  stored: ReadonlyMap<string, Past.Stored<Tagged>>,
): EventCodec<Tagged> & K => {
  const known = (names: ReadonlyMap<string, unknown>) => `is unknown here (known: ${[...names.keys()].join(", ")})`

  const encode = (event: Tagged): Either<Fault, Encoded> => {
    try {
      if (!Json.isObject(event)) return fault("it is not an object")
      const write = written.get(event._tag)
      return write === undefined ? fault(`type ${describe(event._tag)} ${known(written)}`) : write(event)
    } catch (error) {
      // A getter of the event, say.
      return fault(`reading it threw ${describe(error)}`)
    }
  }

  const decode = (type: string, schemaVersion: number, data: unknown): Either<Fault, ReadonlyArray<Tagged>> => {
    try {
      const read = stored.get(type)
      if (read === undefined) return fault(`the type ${known(stored)}`)
      if (!Json.isObject(data)) return fault("it is not a JSON object")
      if ("_tag" in data) return fault(reserved, "_tag")
      if (read.chains.length === 0) return right([])
      let before = 0
      for (const { versions, events } of read.chains) {
        const version = schemaVersion - before
        if (Number.isInteger(version) && version >= 1 && version <= versions.latest) {
          const payload = versions.decode(version, data)
          return isLeft(payload) ? payload : events(payload.right)
        }
        before += versions.latest
      }
      return unknownVersion(schemaVersion)
    } catch (error) {
      // What a codec reads may be lazy.
      return fault(`reading it threw ${describe(error)}`)
    }
  }

  return Object.assign(constructors, { [TypeId]: { written, stored, encode, decode } })
}

/**
 * Makes a codec of one payload codec a tag. Throws where a name cannot be a stored type name, and where the past
 * contradicts what is written today.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const AccountEvent = EventCodec.make({
 *   Opened: EventCodec.version(t.type({ owner: t.string })).pipe(
 *     EventCodec.upcast(t.type({ owner: t.string, currency: t.string }), (v1) => ({ ...v1, currency: "EUR" }))
 *   ),
 *   Deposited: t.type({ amount: t.number }),
 *   Closed: t.type({})
 * })
 * type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>
 *
 * const events: ReadonlyArray<AccountEvent> = [AccountEvent.Deposited({ amount: 10 }), AccountEvent.Closed()]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export function make<const P extends Payloads>(
  payloads: P,
  options?: Options<EventsOf<P>, keyof P & string>,
): EventCodec<EventsOf<P>> & Constructors<P>
export function make(
  payloads: { readonly [tag: string]: t.Type<object, JsonObject> | Payload.Versions<object, JsonObject> },
  { tags: tagsOf = () => [], past = {} }: Options<Tagged, string> = {},
): EventCodec<Tagged> & { readonly [tag: string]: (payload?: object) => Tagged } {
  const queried = (event: Tagged): Either<Fault, ReadonlyArray<string>> => {
    try {
      const tags = tagsOf(event)
      return right(tags.length < 2 ? tags : [...new Set(tags)].sort())
    } catch (error) {
      return fault(`its tags threw ${describe(error)}`)
    }
  }

  const chains = new Map(
    Past.names(payloads).map(([tag, payload]) => [
      tag,
      Payload.isVersions(payload) ? payload : Payload.version(payload),
    ]),
  )
  const tagged =
    (_tag: string) =>
    (payload: unknown): Either<Fault, ReadonlyArray<Tagged>> =>
      Json.isObject(payload) ? right([{ ...payload, _tag }]) : fault("its codec does not read an object")
  const today = new Map(
    [...chains].map(([tag, versions]) => [tag, { chains: [{ versions, events: tagged(tag) }], tags: [tag] }]),
  )
  const stored = Past.stored(today, past)

  const write = (type: string, versions: Payload.Versions<object, JsonObject>) => {
    const schemaVersion = latest(stored.get(type))
    return (event: Tagged): Either<Fault, Encoded> => {
      const { _tag, ...payload } = event
      const data = versions.encode(payload)
      if (isLeft(data)) {
        // The codec misses it, for it is the tag of the event.
        return data.left.path === "_tag" ? fault(`${reserved}: leave it out of the payload's codec`, "_tag") : data
      }
      if (!Json.isObject(data.right)) return fault("its codec does not write a JSON object")
      if ("_tag" in data.right) return fault(reserved, "_tag")
      const tags = queried(event)
      return isLeft(tags) ? tags : right({ type, schemaVersion, data: data.right, tags: tags.right })
    }
  }
  const written = new Map([...chains].map(([tag, versions]) => [tag, write(tag, versions)]))
  const constructors = Object.fromEntries(
    [...chains.keys()].map((_tag) => [_tag, (payload?: object) => ({ ...payload, _tag })]),
  )
  return assemble(constructors, written, stored)
}

/**
 * The first version of a payload: see `Payload.version`.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * // As `t.type({ amount: t.number })` alone, but that the next version can be added.
 * const AccountEvent = EventCodec.make({ Deposited: EventCodec.version(t.type({ amount: t.number })) })
 * ```
 * @category versions
 * @since 0.1.0
 */
export const version: typeof Payload.version = Payload.version

/**
 * The next version of a payload: see `Payload.upcast`.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 * import { isRight } from "fp-ts/lib/Either.js"
 *
 * const AccountEvent = EventCodec.make({
 *   Opened: EventCodec.version(t.type({ owner: t.string })).pipe(
 *     EventCodec.upcast(t.type({ owner: t.string, currency: t.string }), (v1) => ({ ...v1, currency: "EUR" }))
 *   )
 * })
 * const old = EventCodec.decode(AccountEvent, "Opened", 1, { owner: "Ada" })
 * console.log(isRight(old) && old.right) // [ { owner: 'Ada', currency: 'EUR', _tag: 'Opened' } ]
 * ```
 * @category versions
 * @since 0.1.0
 */
export const upcast: typeof Payload.upcast = Payload.upcast

/** Nothing more to ask for where two codecs have no tag in common. */
type Apart<Tag> = [Tag] extends [never] ? unknown : { readonly inBoth: Tag }

/**
 * One codec of two that have no name in common: the events and the constructors of both, and each event has the query
 * tags that its own codec gives it. Throws where a name, of today or of the past, is stored by both.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const OrderEvent = EventCodec.make({ Placed: t.type({ item: t.string }) })
 * const StockEvent = EventCodec.make({ Counted: t.type({ n: t.number }) })
 * const ShopEvent = EventCodec.union(OrderEvent, StockEvent)
 * console.log(ShopEvent.Counted({ n: 1 })) // { n: 1, _tag: 'Counted' }
 * ```
 * @category combinators
 * @since 0.1.0
 */
export function union<E extends Tagged, E2 extends Tagged, A, B>(
  a: EventCodec<E> & A,
  b: EventCodec<E2> & B & Apart<E["_tag"] & E2["_tag"]>,
): EventCodec<E | E2> & Omit<A, typeof TypeId> & Omit<B, typeof TypeId>
export function union(a: EventCodec<Tagged>, b: EventCodec<Tagged>): EventCodec<Tagged> {
  const { [TypeId]: left, ...ofLeft } = a
  const { [TypeId]: right, ...ofRight } = b
  for (const name of right.stored.keys()) {
    if (left.stored.has(name)) throw new Error(`EventCodec: ${JSON.stringify(name)} is stored by both codecs.`)
  }
  return assemble(
    { ...ofLeft, ...ofRight },
    new Map([...left.written, ...right.written]),
    new Map([...left.stored, ...right.stored]),
  )
}

/**
 * Every name under which an event of this tag may be stored, for queries and conditions: the tag, its old names, and
 * whatever was split into it.
 *
 * Law C6: a query and a condition on them miss none.
 *
 * @example
 * ```ts
 * import { EventCodec, Query } from "everfold"
 * import * as t from "io-ts"
 *
 * const OrderEvent = EventCodec.make(
 *   { Placed: t.type({ item: t.string }) },
 *   { past: { OrderPlaced: EventCodec.renamed("Placed") } }
 * )
 * console.log(EventCodec.storedTypes(OrderEvent, "Placed")) // [ 'Placed', 'OrderPlaced' ]
 * const placed = Query.make({ category: "Order", types: EventCodec.storedTypes(OrderEvent, "Placed") })
 * ```
 * @category queries
 * @since 0.1.0
 */
export const storedTypes = <E extends Tagged>(codec: EventCodec<E>, tag: E["_tag"]): ReadonlyArray<string> =>
  [...codec[TypeId].stored].filter(([, { tags }]) => tags.includes(tag)).map(([name]) => name)

/**
 * An event in its stored form, or where it cannot be.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 * import { isRight } from "fp-ts/lib/Either.js"
 *
 * const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) })
 * const encoded = EventCodec.encode(Counted, Counted.Counted({ by: 2 }))
 * console.log(isRight(encoded) && encoded.right) // { type: 'Counted', schemaVersion: 1, data: { by: 2 }, tags: [] }
 * ```
 * @category conversions
 * @since 0.1.0
 */
export const encode = <E>(codec: EventCodec<E>, event: E): Either<Fault, Encoded> => codec[TypeId].encode(event)

/**
 * The events that a stored payload stands for, or where it does not decode.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 * import { isLeft } from "fp-ts/lib/Either.js"
 *
 * const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) })
 * const decoded = EventCodec.decode(Counted, "Counted", 1, { by: "two" })
 * console.log(isLeft(decoded) && decoded.left) // { path: 'by', reason: '"two" is not number' }
 * ```
 * @category conversions
 * @since 0.1.0
 */
export const decode = <E>(
  codec: EventCodec<E>,
  type: string,
  schemaVersion: number,
  data: unknown,
): Either<Fault, ReadonlyArray<E>> => codec[TypeId].decode(type, schemaVersion, data)
