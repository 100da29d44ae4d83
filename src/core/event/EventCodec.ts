/**
 * The events of a model as they are stored: a payload codec for each tag, dispatched by tag and never by trying.
 * The value that `make` answers is both the codec and the events' constructors.
 *
 * Laws (`CodecLaws`): `decode(encode(e)) = e`.
 *
 * @since 0.1.0
 */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import type { Fault, JsonObject } from "./Json.ts"
import * as Json from "./Json.ts"
import * as Payload from "./Payload.ts"

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
 * An event without its tag, and the name and version that it is stored under.
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
    readonly types: ReadonlyArray<string>
    readonly encode: (event: E) => Either<Fault, Encoded>
    /** One stored event may stand for none, one or several events. */
    readonly decode: (type: string, schemaVersion: number, data: unknown) => Either<Fault, ReadonlyArray<E>>
  }
}

/** What may stand for a tag: an io-ts codec that writes JSON objects, or all versions of one. */
interface AnyPayload {
  readonly _A: object
  readonly encode: ((value: never) => JsonObject) | ((value: unknown) => Either<Fault, JsonObject>)
}

/**
 * A payload codec for each tag.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const payloads = { Opened: t.type({ owner: t.string }), Closed: t.type({}) } satisfies EventCodec.Payloads
 * const AccountEvent = EventCodec.make(payloads)
 * ```
 * @category type-level
 * @since 0.1.0
 */
export interface Payloads {
  readonly [tag: string]: AnyPayload
}

type Flat<A> = { [K in keyof A]: A[K] }

/**
 * A payload with its tag; a union of payloads becomes a union of events.
 *
 * @example
 * ```ts
 * import { type EventCodec } from "everfold"
 *
 * const opened: EventCodec.Event<"Opened", { readonly owner: string }> = { _tag: "Opened", owner: "Ada" }
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type Event<Tag, A> = A extends unknown ? Flat<{ readonly _tag: Tag } & { readonly [K in keyof A]: A[K] }> : never

/**
 * The events of payload codecs, as a tagged union.
 *
 * @example
 * ```ts
 * import { type EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const payloads = { Opened: t.type({ owner: t.string }), Closed: t.type({}) }
 * const closed: EventCodec.EventsOf<typeof payloads> = { _tag: "Closed" }
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type EventsOf<P> = {
  readonly [Tag in keyof P]: P[Tag] extends { readonly _A: infer A } ? Event<Tag, A> : never
}[keyof P]

/**
 * A constructor for each tag; that of an empty payload takes no argument.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import * as t from "io-ts"
 *
 * const payloads = { Opened: t.type({ owner: t.string }), Closed: t.type({}) }
 * const { Opened, Closed }: EventCodec.Constructors<typeof payloads> = EventCodec.make(payloads)
 * console.log(Opened({ owner: "Ada" }), Closed()) // { owner: 'Ada', _tag: 'Opened' } { _tag: 'Closed' }
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type Constructors<P> = {
  readonly [Tag in keyof P]: P[Tag] extends { readonly _A: infer A }
    ? Record<never, never> extends A
      ? (payload?: A) => Event<Tag, A>
      : (payload: A) => Event<Tag, A>
    : never
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
 * const options: EventCodec.Options<EventCodec.EventsOf<typeof payloads>> = {
 *   tags: ({ student, course }) => [`student:${student}`, `course:${course}`]
 * }
 * const Enrolment = EventCodec.make(payloads, options)
 * const encoded = EventCodec.encode(Enrolment, Enrolment.Enrolled({ student: "ada", course: "maths" }))
 * console.log(isRight(encoded) && encoded.right.tags) // [ 'course:maths', 'student:ada' ]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Options<E> {
  /** What queries and conditions find an event by, `student:ada` for example. None, if left out. */
  readonly tags: (event: E) => ReadonlyArray<string>
}

interface Tagged {
  readonly _tag: string
}

const unnamed = (what: string): Either<Fault, never> => left({ path: "", reason: what })

/**
 * Makes a codec of one payload codec a tag. Throws where a tag cannot be a stored type name.
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
  options?: Options<EventsOf<P>>,
): EventCodec<EventsOf<P>> & Constructors<P>
export function make(
  payloads: { readonly [tag: string]: t.Type<object, JsonObject> | Payload.Versions<object, JsonObject> },
  options: Options<Tagged> = { tags: () => [] },
): EventCodec<Tagged> & { readonly [tag: string]: (payload?: object) => Tagged } {
  const byType = new Map(
    Object.entries(payloads).map(([tag, payload]) => [
      tag,
      Payload.isVersions(payload) ? payload : Payload.version(payload),
    ]),
  )
  for (const tag of byType.keys()) {
    if (tag.length === 0 || tag.length > 128 || !tag.isWellFormed()) {
      throw new Error(`Event tag ${JSON.stringify(tag)} cannot name a stored type: use 1 to 128 characters.`)
    }
  }
  const types = [...byType.keys()]

  const tagsOf = (event: Tagged): Either<Fault, ReadonlyArray<string>> => {
    try {
      const tags = options.tags(event)
      return right(tags.length < 2 ? tags : [...new Set(tags)].sort())
    } catch (error) {
      return unnamed(`its tags threw ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  const encode = (event: Tagged): Either<Fault, Encoded> => {
    if (!Json.isObject(event)) return unnamed("it is not an object")
    const { _tag, ...payload } = event
    const versions = byType.get(_tag)
    if (versions === undefined) return unnamed(`type ${_tag} is unknown here (known: ${types.join(", ")})`)
    const data = versions.encode(payload)
    if (isLeft(data)) return data
    if (!Json.isObject(data.right)) return unnamed("its codec does not write a JSON object")
    if ("_tag" in data.right) return left({ path: "_tag", reason: "the key is reserved" })
    const tags = tagsOf(event)
    if (isLeft(tags)) return tags
    return right({ type: _tag, schemaVersion: versions.latest, data: data.right, tags: tags.right })
  }

  const decode = (type: string, schemaVersion: number, data: unknown): Either<Fault, ReadonlyArray<Tagged>> => {
    const versions = byType.get(type)
    if (versions === undefined) return unnamed(`the type is unknown here (known: ${types.join(", ")})`)
    if (!Json.isObject(data)) return unnamed("it is not a JSON object")
    if ("_tag" in data) return left({ path: "_tag", reason: "the key is reserved" })
    const payload = versions.decode(schemaVersion, data)
    return isLeft(payload) ? payload : right([{ ...payload.right, _tag: type }])
  }

  const constructors = Object.fromEntries(types.map((_tag) => [_tag, (payload?: object) => ({ ...payload, _tag })]))
  return Object.assign(constructors, { [TypeId]: { types, encode, decode } })
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
