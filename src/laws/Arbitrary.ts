/**
 * Arbitraries that derive from codecs: of what an io-ts codec or an Effect schema decodes to, of a model's events, and
 * of the payloads that its older versions wrote.
 *
 * Law (`CodecLaws`): every value is accepted by its codec, and can be stored.
 *
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { isLeft } from "fp-ts/lib/Either.js"
import type * as t from "io-ts"
import * as EventCodec from "../core/event/EventCodec.ts"
import * as Json from "../core/event/Json.ts"
import type { Versions } from "../core/event/Payload.ts"
import * as Codecs from "./arbitrary/derived/Codecs.ts"
import type { At, Path } from "./arbitrary/derived/Paths.ts"
import { derive, type Place, Underivable } from "./arbitrary/derived/Place.ts"
import * as Plain from "./arbitrary/derived/Plain.ts"
import * as Schemas from "./arbitrary/derived/Schemas.ts"
import { among, either } from "./arbitrary/derived/Sieve.ts"
import { nameOf, type StoredPayload } from "./codec/Subject.ts"

export type { At, Path } from "./arbitrary/derived/Paths.ts"
export { Underivable } from "./arbitrary/derived/Place.ts"

/**
 * Arbitraries to take in place of derived ones, by path: `items.*.price`, `owner`. What one gives has to be accepted by
 * the codec there. A path that matches nothing is an error, which lists the paths that there are.
 *
 * @example
 * ```ts
 * import { Arbitrary } from "everfold/laws"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Order = t.type({ owner: t.string, lines: t.array(t.type({ price: t.number })) })
 * const overrides: Arbitrary.Overrides<t.TypeOf<typeof Order>> = { at: { "lines.*.price": fc.nat() } }
 * const orders = Arbitrary.fromCodec(Order, overrides)
 * console.log(fc.sample(orders, 100).every(({ lines }) => lines.every(({ price }) => price >= 0))) // true
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Overrides<A> {
  readonly at?: { readonly [P in Path<A>]?: fc.Arbitrary<At<A, P>> }
}

/**
 * The payloads of events by their tags: what the paths of their overrides begin with.
 *
 * @example
 * ```ts
 * import type { Arbitrary } from "everfold/laws"
 *
 * type Event = { readonly _tag: "Opened"; readonly owner: string } | { readonly _tag: "Closed" }
 * const path: Arbitrary.Path<Arbitrary.ByTag<Event>> = "Opened.owner"
 * ```
 * @category type-level
 * @since 0.1.0
 */
export type ByTag<E extends { readonly _tag: string }> = {
  readonly [Tag in E["_tag"]]: Payload<Extract<E, { readonly _tag: Tag }>>
}

type Payload<E> = E extends unknown ? { readonly [K in keyof E as K extends "_tag" ? never : K]: E[K] } : never

/** Overrides where the compiler knows no paths. */
interface AnyOverrides {
  readonly at?: object
}

const one = ([derived]: ReadonlyArray<fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> => derived ?? Plain.json

/**
 * What an io-ts codec decodes to: accepted by `is`, and written by `encode` as what can be stored. Small values first,
 * and the ugly ones among them: `-0`, huge and tiny numbers, empty and strange texts, empty lists, optional keys absent.
 *
 * - What is refined or branded is derived from what it refines; formats, and what the predicate's source names, are
 *   tried where hardly anything of that is accepted.
 * - What a codec is made of cannot always be seen (a custom `t.Type`, `pipe`). Such a codec is shown JSON of many kinds,
 *   and what it accepts is taken. There are no paths into it: it is overridden as a whole.
 * - Of what is recursive, a path holds at every depth.
 *
 * Throws `Underivable` where nothing is accepted. Says where, and what to override.
 *
 * @example
 * ```ts
 * import { Arbitrary } from "everfold/laws"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Sku = t.refinement(t.string, (text) => /^[A-Z]{3}-\d{4}$/.test(text), "Sku")
 * const Line = t.intersection([t.type({ sku: Sku, pieces: t.Int }), t.partial({ note: t.string })])
 *
 * const lines = Arbitrary.fromCodec(Line)
 * console.log(fc.sample(lines, 1000).every(Line.is)) // true
 *
 * const few = Arbitrary.fromCodec(t.array(Line), { at: { "*.pieces": fc.integer({ min: 1, max: 3 }) } })
 * ```
 * @category constructors
 * @since 0.1.0
 */
export function fromCodec<A, O, I>(codec: t.Type<A, O, I>, overrides?: Overrides<A>): fc.Arbitrary<A>
export function fromCodec(codec: t.Mixed, { at }: AnyOverrides = {}): fc.Arbitrary<unknown> {
  return one(derive([{ path: "", of: codec.name, walk: (place) => Codecs.walk(codec, place) }], at))
}

/**
 * What an Effect schema decodes to: its `Type`. As `fromCodec`; the checks of a schema say of themselves what they
 * accept, so that bounds, lengths and patterns are met without guessing.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Arbitrary } from "everfold/laws"
 * import * as fc from "fast-check"
 *
 * const Line = Schema.Struct({
 *   pieces: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 12 })),
 *   due: Schema.OptionFromNullOr(Schema.DateFromString)
 * })
 * console.log(fc.sample(Arbitrary.fromSchema(Line), 1000).every(Schema.is(Line))) // true
 * ```
 * @category constructors
 * @since 0.1.0
 */
export function fromSchema<S extends Schema.Top>(schema: S, overrides?: Overrides<S["Type"]>): fc.Arbitrary<S["Type"]>
export function fromSchema(schema: Schema.Top, { at }: AnyOverrides = {}): fc.Arbitrary<unknown> {
  return one(derive([{ path: "", of: "the schema", walk: (place) => Schemas.walk(schema.ast, place) }], at))
}

/** What is written under a tag today. */
const today = <E>(codec: EventCodec.EventCodec<E>, tag: string): EventCodec.Chain<E> => {
  const chain = codec[EventCodec.TypeId].stored.get(tag)?.chains.at(-1)
  if (chain === undefined) throw new Error(`Arbitrary: the codec writes ${tag}, and does not read it.`)
  return chain
}

const eventOf = <E>({ events }: EventCodec.Chain<E>, payload: unknown): E => {
  const made = events(payload)
  const [event] = isLeft(made) ? [] : made.right
  if (event === undefined) throw new Error("Arbitrary: a payload stands for no event.")
  return event
}

/**
 * Events of a codec, every tag alike. Overrides are by `Tag.path`, or by `Tag` for a whole payload.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import { Arbitrary } from "everfold/laws"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const AccountEvent = EventCodec.make({ Opened: t.type({ owner: t.string }), Deposited: t.type({ amount: t.number }) })
 *
 * const events = Arbitrary.events(AccountEvent, { at: { "Deposited.amount": fc.integer({ min: 1, max: 100 }) } })
 * const tags = new Set(fc.sample(events, 100).map(({ _tag }) => _tag))
 * console.log([...tags].sort()) // [ 'Deposited', 'Opened' ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export function events<E>(codec: EventCodec.EventCodec<E>): fc.Arbitrary<E>
export function events<E extends { readonly _tag: string }>(
  codec: EventCodec.EventCodec<E>,
  overrides?: Overrides<ByTag<E>>,
): fc.Arbitrary<E>
export function events<E>(codec: EventCodec.EventCodec<E>, { at }: AnyOverrides = {}): fc.Arbitrary<E> {
  const chains = [...codec[EventCodec.TypeId].written.keys()].map((tag) => [tag, today(codec, tag)] as const)
  const roots = chains.map(([path, { versions }]) => ({
    path,
    of: versions.codec.name,
    walk: (place: Place) => Codecs.walk(versions.codec, place),
  }))
  const payloads = derive(roots, at)
  return either(chains.flatMap(([, chain], i) => payloads[i]?.map((payload) => eventOf(chain, payload)) ?? []))
}

/** The latest version, and all before it. */
const allOf = (versions: Versions<unknown>): ReadonlyArray<Versions<unknown>> => {
  const all: Array<Versions<unknown>> = []
  for (let at: Versions<unknown> | undefined = versions; at !== undefined; at = at.older?.versions) all.push(at)
  return all.reverse()
}

/** The payload codecs under a name, with the schema versions that they wrote. */
const versionsOf = <E>({ chains }: EventCodec.Stored<E>): ReadonlyArray<readonly [number, Versions<unknown>]> =>
  chains.flatMap(({ versions }) => allOf(versions)).map((versions, i) => [i + 1, versions] as const)

/** As it comes out of the text of its JSON. */
const asJson = (data: unknown): Json.JsonObject => JSON.parse(JSON.stringify(data))

/** A payload as a version writes it; `undefined` where it refuses that. */
const written = (versions: Versions<unknown>, payload: unknown): Json.JsonObject | undefined => {
  const encoded = versions.encode(payload)
  return isLeft(encoded) || isLeft(Json.stringify(encoded.right)) ? undefined : asJson(encoded.right)
}

const under = (
  type: string,
  schemaVersion: fc.Arbitrary<number>,
  data: fc.Arbitrary<Json.JsonObject>,
): fc.Arbitrary<StoredPayload> =>
  fc.tuple(schemaVersion, data).map(([schemaVersion, data]) => ({ type, schemaVersion, data }))

const isWritten = (data: unknown): data is Json.JsonObject => data !== undefined

/**
 * Payloads as any version of a model wrote them: under every name that a codec reads, of today or of the past, in every
 * schema version, each written by that version's own codec. Under a name that is retired, any JSON object.
 *
 * Overrides are by `Name v1.path`, or by `Name.path` for every version that has it, and give what that version's codec
 * decodes to. An old name is overridden with the tag that it became.
 *
 * @example
 * ```ts
 * import { EventCodec } from "everfold"
 * import { Arbitrary } from "everfold/laws"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Counted = EventCodec.make(
 *   { Counted: EventCodec.version(t.type({ by: t.number })).pipe(EventCodec.upcast(t.type({ n: t.number }), ({ by }) => ({ n: by }))) },
 *   { past: { Added: EventCodec.renamed("Counted") } }
 * )
 * const stored = Arbitrary.stored(Counted, { at: { "Counted v1.by": fc.nat() } })
 * const names = new Set(fc.sample(stored, 200).map(({ type, schemaVersion }) => `${type} v${schemaVersion}`))
 * console.log([...names].sort()) // [ 'Added v1', 'Added v2', 'Counted v1', 'Counted v2' ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const stored = <E>(
  codec: EventCodec.EventCodec<E>,
  { at }: { readonly at?: { readonly [path: string]: fc.Arbitrary<unknown> } } = {},
): fc.Arbitrary<StoredPayload> => {
  const names = [...codec[EventCodec.TypeId].stored]
  // An old name is read as its tag is, and the tags of today come first.
  const own = names.filter(([, read], i) => names.findIndex(([, other]) => other === read) === i)
  const all = own.flatMap(([alias, read]) =>
    versionsOf(read).map(([schemaVersion, versions]) => ({
      read,
      schemaVersion,
      versions,
      path: nameOf({ type: alias, schemaVersion }),
      alias,
      of: versions.codec.name,
      walk: (place: Place) => Codecs.walk(versions.codec, place),
    })),
  )
  const payloads = derive(all, at)
  const data = all.map(({ versions, path, of }, i) => {
    const writes = (payloads[i] ?? Plain.json).map((payload) => written(versions, payload))
    const derived = among([writes], isWritten)
    if (derived !== undefined) return derived.map((data) => data ?? {})
    throw new Underivable({ path, of, reason: "hardly anything that it decodes to is written" })
  })
  return either(
    names.flatMap(([type, read]) =>
      read.chains.length === 0
        ? [under(type, fc.constantFrom(1, 2, 3), Plain.object.map(asJson))]
        : all.flatMap(({ schemaVersion, read: other }, i) => {
            const written = data[i]
            return other !== read || written === undefined ? [] : [under(type, fc.constant(schemaVersion), written)]
          }),
    ),
  )
}
