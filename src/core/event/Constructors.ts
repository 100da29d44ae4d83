/**
 * The types of events and of their constructors, from the payloads of a codec.
 *
 * @since 0.1.0
 */
import type { Either } from "fp-ts/lib/Either.js"
import type { Fault, JsonObject } from "./Json.ts"

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
