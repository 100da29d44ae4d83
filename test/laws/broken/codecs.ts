/** The events of an order over a long life, and the ways in which such a codec goes wrong. */

import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { isLeft, left, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import type * as CodecLaws from "../../../src/laws/CodecLaws.ts"

const PlacedV1 = t.type({ item: t.string })
const PlacedV2 = t.type({ item: t.string, count: t.number })
const PlacedV3 = t.intersection([t.type({ items: t.readonlyArray(t.string) }), t.partial({ note: t.string })])
const Paid = t.type({ amount: t.number })
const Shipped = t.strict({ by: t.string })
const Bought = t.type({ item: t.string, price: t.number })

/** As many as were ordered, or nine. */
const times = (count: number, item: string): ReadonlyArray<string> =>
  Array.from({ length: Math.trunc(Math.min(Math.max(count, 0), 9)) }, () => item)

const placed = EventCodec.version(PlacedV1)
  .pipe(EventCodec.upcast(PlacedV2, (v1) => ({ ...v1, count: 1 })))
  .pipe(EventCodec.upcast(PlacedV3, ({ item, count }) => ({ items: times(count, item) })))

const past = {
  OrderPlaced: EventCodec.renamed("Placed"),
  Bought: EventCodec.split(Bought, ["Placed", "Paid"], ({ item, price }) => [
    { _tag: "Placed", items: [item] },
    { _tag: "Paid", amount: price },
  ]),
  // Its first version stands for another tag, and whoever asks for its own must find it all the same.
  Shipped: EventCodec.split(t.type({ cash: t.number }), ["Paid"], ({ cash }) => [{ _tag: "Paid", amount: cash }]),
  Noted: EventCodec.retired,
} as const

export const OrderEvent = EventCodec.make({ Placed: placed, Paid, Shipped }, { past })
export type OrderEvent = EventCodec.TypeOf<typeof OrderEvent>

const price = fc.double({ noNaN: true, noDefaultInfinity: true })
const word = fc.string({ maxLength: 5 })

export const events: fc.Arbitrary<OrderEvent> = fc.oneof(
  fc
    .record({ items: fc.array(word, { maxLength: 3 }), note: word }, { requiredKeys: ["items"] })
    .map((payload) => OrderEvent.Placed(payload)),
  price.map((amount) => OrderEvent.Paid({ amount })),
  word.map((by) => OrderEvent.Shipped({ by })),
)

const under = <A extends CodecLaws.StoredPayload["data"]>(
  type: string,
  schemaVersion: number,
  data: fc.Arbitrary<A>,
): fc.Arbitrary<CodecLaws.StoredPayload> => data.map((data) => ({ type, schemaVersion, data }))

const placedUnder = (type: string) => [
  under(type, 1, fc.record({ item: word }, { noNullPrototype: true })),
  under(type, 2, fc.record({ item: word, count: fc.integer({ min: 0, max: 9 }) }, { noNullPrototype: true })),
]

export const stored: fc.Arbitrary<CodecLaws.StoredPayload> = fc.oneof(
  ...placedUnder("OrderPlaced"),
  ...placedUnder("Placed"),
  under("Placed", 3, fc.record({ items: fc.array(word, { maxLength: 3 }) }, { noNullPrototype: true })),
  under("Paid", 1, fc.record({ amount: price }, { noNullPrototype: true })),
  under("Bought", 1, fc.record({ item: word, price }, { noNullPrototype: true })),
  under("Shipped", 1, fc.record({ cash: price }, { noNullPrototype: true })),
  under("Shipped", 2, fc.record({ by: word }, { noNullPrototype: true })),
  under("Noted", 1, fc.constant({ text: "call back" })),
)

export const golden: ReadonlyArray<CodecLaws.Fixture<OrderEvent>> = [
  { type: "OrderPlaced", schemaVersion: 1, data: { item: "tea" }, events: [OrderEvent.Placed({ items: ["tea"] })] },
  { type: "Placed", schemaVersion: 1, data: { item: "tea" }, events: [OrderEvent.Placed({ items: ["tea"] })] },
  {
    type: "Placed",
    schemaVersion: 2,
    data: { item: "tea", count: 2 },
    events: [OrderEvent.Placed({ items: ["tea", "tea"] })],
  },
  { type: "Placed", schemaVersion: 3, data: { items: [] }, events: [OrderEvent.Placed({ items: [] })] },
  { type: "Paid", schemaVersion: 1, data: { amount: 3 }, events: [OrderEvent.Paid({ amount: 3 })] },
  {
    type: "Bought",
    schemaVersion: 1,
    data: { item: "tea", price: 3 },
    events: [OrderEvent.Placed({ items: ["tea"] }), OrderEvent.Paid({ amount: 3 })],
  },
  {
    type: "Shipped",
    schemaVersion: 1,
    data: { cash: 5 },
    events: [OrderEvent.Paid({ amount: 5 })],
  },
  { type: "Shipped", schemaVersion: 2, data: { by: "bike" }, events: [OrderEvent.Shipped({ by: "bike" })] },
  { type: "Noted", schemaVersion: 1, data: { text: "call back" }, events: [] },
]

export const total = {
  initial: 0,
  evolve: (sum: number, event: OrderEvent): number => (event._tag === "Paid" ? sum + event.amount : sum),
}

export const good = { codec: OrderEvent, events, stored, golden, view: total }

/** A codec of numbers that is written and read by these. */
const numbers = (name: string, encode: (n: number) => number, decode: (n: number) => number = (n) => n) =>
  new t.Type<number, number>(
    name,
    t.number.is,
    (u, context) => (typeof u === "number" ? t.success(decode(u)) : t.failure(u, context)),
    encode,
  )

let written = 0
/** Writes when it was written, and reads it no more. */
export const Stamping = EventCodec.make(
  {
    Placed: placed,
    Paid: new t.Type<t.TypeOf<typeof Paid>, { readonly amount: number; readonly nth: number }>(
      "Stamping",
      Paid.is,
      (u, context) => {
        const read = Paid.validate(u, context)
        return isLeft(read) ? read : t.success({ amount: read.right.amount })
      },
      ({ amount }) => ({ amount, nth: written++ }),
    ),
    Shipped,
  },
  { past },
)

const words = t.readonlyArray(t.string)
/** Reads a set, and writes it the other way round each time. */
export const Reversing = EventCodec.make({
  Tagged: t.type({
    words: new t.Type<ReadonlySet<string>, ReadonlyArray<string>>(
      "Reversing",
      (u): u is ReadonlySet<string> => u instanceof Set,
      (u, context) => {
        const read = words.validate(u, context)
        return isLeft(read) ? read : t.success(new Set(read.right))
      },
      (set) => [...set].reverse(),
    ),
  }),
})
export const reversed = fc.uniqueArray(word, { maxLength: 4 }).map((all) => Reversing.Tagged({ words: new Set(all) }))

/** A chain of the first versions of `Placed`, lifted by this. */
const lifted = (
  second: t.Type<t.TypeOf<typeof PlacedV2>, t.OutputOf<typeof PlacedV2>>,
  lift: (v1: { item: string }) => { item: string; count: number },
) =>
  EventCodec.make(
    {
      Placed: EventCodec.version(PlacedV1)
        .pipe(EventCodec.upcast(second, lift))
        .pipe(EventCodec.upcast(PlacedV3, ({ item, count }) => ({ items: times(count, item) }))),
      Paid,
      Shipped,
    },
    { past },
  )

/** Answers what its own version's codec does not accept, and the next version does not mind. */
export const Unacceptable = lifted(
  t.type({ item: t.string, count: t.refinement(t.number, (n) => n > 0, "Positive") }),
  (v1) => ({ ...v1, count: 0 }),
)

/** Answers what its own version's codec writes otherwise. */
export const Losing = lifted(t.type({ item: t.string, count: numbers("Whole", Math.round) }), (v1) => ({
  ...v1,
  count: 1.6,
}))

/** Keeps what it answers, and changes it when it is asked again. */
const kept: Array<string> = []
export const Sharing = EventCodec.make(
  {
    Placed: EventCodec.version(PlacedV1)
      .pipe(EventCodec.upcast(PlacedV2, (v1) => ({ ...v1, count: 1 })))
      .pipe(
        EventCodec.upcast(PlacedV3, ({ item }) => {
          kept.push(item)
          return { items: kept }
        }),
      ),
    Paid,
    Shipped,
  },
  { past },
)

/** Splits into an event that its tag's codec does not accept. */
export const Ill = EventCodec.make(
  { Placed: placed, Paid: t.type({ amount: t.refinement(t.number, (n) => n >= 0, "Positive") }), Shipped },
  { past },
)

/** Splits into a tag that it did not declare. */
export const Undeclared = EventCodec.make(
  { Placed: placed, Paid, Shipped },
  {
    past: {
      ...past,
      Bought: {
        ...past.Bought,
        events: () => ({ _tag: "Left" as const, left: { path: "", reason: "its split answers Shipped" } }),
      },
    },
  },
)

/** Means today what it did not mean once. */
export const Reinterpreting = EventCodec.make(
  {
    Placed: EventCodec.version(PlacedV1)
      .pipe(EventCodec.upcast(PlacedV2, (v1) => ({ ...v1, count: 2 })))
      .pipe(EventCodec.upcast(PlacedV3, ({ item, count }) => ({ items: times(count, item) }))),
    Paid,
    Shipped,
  },
  { past },
)

/** Forgot that it once had another name. */
export const Forgetful = EventCodec.make(
  { Placed: placed, Paid, Shipped },
  { past: { ...past, OrderPlaced: EventCodec.retired } },
)

/** Dropped the version that it began with. */
export const Dropping = EventCodec.make({ Placed: EventCodec.version(PlacedV3), Paid, Shipped }, { past })

/** Refuses history. */
export const refusing = {
  initial: 0,
  evolve: (sum: number, event: OrderEvent): number => {
    if (event._tag === "Paid" && event.amount > 4) throw new Error("no more than 4")
    return sum + 1
  },
}

/** Comes to nothing. */
export const vanishing = { initial: 0, evolve: (): number => Reflect.get({}, "state") }

/** A codec with another way of writing or reading one tag. */
const through = (
  change: (at: (typeof OrderEvent)[typeof EventCodec.TypeId]) => Partial<(typeof OrderEvent)[typeof EventCodec.TypeId]>,
): EventCodec.EventCodec<OrderEvent> => {
  const at = OrderEvent[EventCodec.TypeId]
  return { [EventCodec.TypeId]: { ...at, ...change(at) } }
}

/** Writes an order whatever is in it, as JSON writes it. */
export const Careless = through((at) => ({
  encode: (event) => {
    if (typeof event !== "object" || event?._tag !== "Placed") return at.encode(event)
    try {
      const { _tag, ...data } = JSON.parse(JSON.stringify(event))
      return right({ type: "Placed", schemaVersion: 3, data, tags: [] })
    } catch {
      return at.encode(event)
    }
  },
}))

/** Throws where an item is long. */
export const Throwing = through((at) => ({
  encode: (event) => {
    const encoded = at.encode(event)
    if (!isLeft(encoded) && JSON.stringify(encoded.right.data).length > 1000) throw new Error("too long")
    return encoded
  },
}))

/** Refuses, and does not say why. */
export const Silent = through((at) => ({
  decode: (type, version, data) => {
    const decoded = at.decode(type, version, data)
    return isLeft(decoded) ? left({ path: decoded.left.path, reason: "" }) : decoded
  },
}))

/** Throws on what it does not know. */
export const Reading = through((at) => ({
  decode: (type, version, data) => {
    if (!at.stored.has(type)) throw new Error(`what is ${type}?`)
    return at.decode(type, version, data)
  },
}))

/** Reads numbers that it would not write. */
export const OneWay = EventCodec.make(
  {
    Placed: placed,
    Paid: t.type({
      amount: new t.Type<number, number>(
        "OneWay",
        (u): u is number => typeof u === "number" && Math.abs(u) < 1e300,
        t.number.validate,
        t.identity,
      ),
    }),
    Shipped,
  },
  { past },
)

/** Writes numbers as 32 bits hold them: in the model's own range that shows nothing. */
export const Narrowing = EventCodec.make({ Counted: t.type({ n: numbers("Int32", (n) => n | 0) }) })
export const small = fc.integer({ min: -9, max: 9 }).map((n) => Narrowing.Counted({ n }))

const withStored = (change: (name: string, tags: ReadonlyArray<string>) => ReadonlyArray<string>) =>
  through(({ stored }) => ({
    stored: new Map([...stored].map(([name, read]) => [name, { ...read, tags: change(name, read.tags) }])),
  }))

/** Knows its tags by their own names only. */
export const OwnNames = withStored((name, tags) => tags.filter((tag) => tag === name))

/** Knows a split by the first of its tags. */
export const FirstOnly = withStored((_, tags) => tags.slice(0, 1))

/** A store that finds events of the types of today only. */
export const finding = Layer.effect(
  EventStore,
  Effect.map(EventStore, (store) =>
    EventStore.of({
      ...store,
      readAll: (range) =>
        Effect.map(store.readAll(range), (page) => ({
          ...page,
          events: range.filter === undefined ? page.events : page.events.filter(({ type }) => type !== "OrderPlaced"),
        })),
    }),
  ),
).pipe(Layer.provide(Memory.layer))

/** A store that checks the first type of a condition only. */
export const checking = Layer.effect(
  EventStore,
  Effect.map(EventStore, (store) =>
    EventStore.of({
      ...store,
      commit: ({ condition, ...commit }) =>
        store.commit(
          condition === undefined
            ? commit
            : {
                ...commit,
                condition: {
                  ...condition,
                  failIfMatch: {
                    items: condition.failIfMatch.items.map((item) => ({
                      ...item,
                      types: item.types?.slice(0, 1) ?? [],
                    })),
                  },
                },
              },
        ),
    }),
  ),
).pipe(Layer.provide(Memory.layer))
