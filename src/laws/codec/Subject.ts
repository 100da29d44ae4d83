/**
 * What the laws of codecs are tried on, and how they write and read.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as fc from "fast-check"
import { type Either, isLeft } from "fp-ts/lib/Either.js"
import type { View } from "../../core/domain/View.ts"
import * as EventCodec from "../../core/event/EventCodec.ts"
import * as Json from "../../core/event/Json.ts"
import type { EventStore } from "../../core/port/EventStore.ts"
import * as Arbitrary from "../Arbitrary.ts"
import { Mistake } from "../Difference.ts"
import { tagOf, under } from "../domain/Telling.ts"

/**
 * A payload as some version of the model wrote it.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoredPayload {
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json.JsonObject
}

/**
 * A payload that was stored once, and the events that it means for ever.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import { CodecLaws } from "everfold/laws"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Counted = EventCodec.make({ Counted: t.type({ by: t.number }) })
 * type Counted = EventCodec.TypeOf<typeof Counted>
 *
 * const payload: CodecLaws.StoredPayload = { type: "Counted", schemaVersion: 1, data: { by: 2 } }
 * const fixture: CodecLaws.Fixture<Counted> = { ...payload, events: [Counted.Counted({ by: 2 })] }
 * const subject: CodecLaws.Subject<Counted> = {
 *   codec: Counted,
 *   events: fc.integer().map((by) => Counted.Counted({ by })),
 *   golden: [fixture]
 * }
 * console.log(CodecLaws.suite(subject).laws.map(({ name }) => name)) // [ 'C1', 'C2', 'C3', 'C4', 'C5', 'C6' ]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Fixture<out E> extends StoredPayload {
  readonly events: ReadonlyArray<E>
}

/**
 * A codec, and what it is tried with.
 *
 * @category model
 * @since 0.1.0
 */
export interface Subject<E extends { readonly _tag: string }, S = unknown> {
  readonly codec: EventCodec.EventCodec<E>
  /** Derived from the codec, if left out: `Arbitrary.events`. */
  readonly events?: fc.Arbitrary<E>
  /** Payloads under every name and version that was ever written. Derived, if left out: `Arbitrary.stored`. */
  readonly stored?: fc.Arbitrary<StoredPayload>
  /** One of each name and version at least. C4 needs them. */
  readonly golden?: ReadonlyArray<Fixture<E>>
  /** What folds the events, a decider or a view: C4 tries it on the fixtures. */
  readonly view?: Pick<View<S, E>, "initial" | "evolve">
  /** The store that C6 asks; the one in memory, if left out. It is built anew for each run. */
  readonly layer?: Layer.Layer<EventStore, unknown>
  /** How often each law is tried; 100 times, if left out. */
  readonly runs?: number
}

/**
 * With what was derived.
 *
 * @category model
 * @since 0.1.0
 */
export interface Tried<E extends { readonly _tag: string }, S> extends Subject<E, S> {
  readonly events: fc.Arbitrary<E>
  readonly stored: fc.Arbitrary<StoredPayload>
}

/**
 * What derives; where it cannot, the error says what to give.
 *
 * @category constructors
 * @since 0.1.0
 */
export const derived = <A>(laws: string, what: "events" | "stored", derive: () => A): A => {
  try {
    return derive()
  } catch (error) {
    if (!(error instanceof Arbitrary.Underivable)) throw error
    throw new Error(`${laws}: ${error.message} As here: { ${what}: Arbitrary.${what}(codec, { at: … }) }.`)
  }
}

/**
 * What should succeed: a fault is a mistake.
 *
 * @category running
 * @since 0.1.0
 */
export const succeeds = <A>(what: string, result: Either<Json.Fault, A>): Effect.Effect<A, Mistake> => {
  if (!isLeft(result)) return Effect.succeed(result.right)
  const { path, reason } = result.left
  return Effect.fail(new Mistake({ says: `${what} failed${path === "" ? "" : ` at ${path}`}: ${reason}.` }))
}

/**
 * A value as it comes out of the text of its JSON: nothing is shared with what went in.
 *
 * @category running
 * @since 0.1.0
 */
export const throughText = Effect.fnUntraced(function* (data: unknown) {
  const text = yield* succeeds("writing what it is encoded as", Json.stringify(data))
  return yield* succeeds("reading its text back", Json.parse(text))
})

/**
 * An event as it is stored.
 *
 * @category running
 * @since 0.1.0
 */
export const write = Effect.fnUntraced(function* <E>(codec: EventCodec.EventCodec<E>, event: E) {
  const encoded = yield* succeeds(`encoding ${tagOf(event) ?? "the event"}`, EventCodec.encode(codec, event))
  return { ...encoded, data: yield* throughText(encoded.data) }
})

/**
 * What is stored, read.
 *
 * @category running
 * @since 0.1.0
 */
export const read = <E>(
  codec: EventCodec.EventCodec<E>,
  { type, schemaVersion, data }: { readonly type: string; readonly schemaVersion: number; readonly data: unknown },
): Effect.Effect<ReadonlyArray<E>, Mistake> =>
  succeeds(`decoding ${nameOf({ type, schemaVersion })}`, EventCodec.decode(codec, type, schemaVersion, data))

/** More of a text is too much to read. */
const longest = 500

/**
 * A payload as it is stored, for people.
 *
 * @category messages
 * @since 0.1.0
 */
export const storedAs = ({
  type,
  schemaVersion,
  data,
}: Omit<StoredPayload, "data"> & { readonly data: unknown }): string => {
  const text = JSON.stringify(data)
  return `${nameOf({ type, schemaVersion })} ${text.length <= longest ? text : `${text.slice(0, longest)}…`}`
}

/**
 * Fails with a sentence and what belongs to it, each under its heading.
 *
 * @category messages
 * @since 0.1.0
 */
export const mistaken = (
  says: string,
  ...parts: ReadonlyArray<readonly [heading: string, text: string]>
): Effect.Effect<never, Mistake> =>
  Effect.fail(new Mistake({ says: [says, ...parts.map(([heading, text]) => under(heading, text))].join("\n") }))

/**
 * A stored type and its version, for people.
 *
 * @category messages
 * @since 0.1.0
 */
export const nameOf = ({ type, schemaVersion }: Omit<StoredPayload, "data">): string => `${type} v${schemaVersion}`
