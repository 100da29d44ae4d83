/** The ways in which the codec of an order goes wrong over its long life. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { isLeft, left, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { NumberFromString } from "io-ts-types"
import * as EventCodec from "../../../src/core/event/EventCodec.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as CodecLaws from "../../../src/laws/CodecLaws.ts"
import type { Case } from "./caught.ts"
import {
  golden,
  good,
  OrderEvent,
  Paid,
  PlacedV1,
  PlacedV2,
  PlacedV3,
  past,
  placed,
  Shipped,
  times,
  word,
} from "./orders.ts"

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

/** Reads a number from text, and writes what no reader of it accepts: `NaN`. */
const FromText = EventCodec.make({ Counted: t.type({ n: NumberFromString }) })
const fromText = fc.integer().map((n) => FromText.Counted({ n }))

const broken = (flawed: Partial<CodecLaws.Subject<OrderEvent, number>>) => CodecLaws.suite({ ...good, ...flawed })
const without = (left: (fixture: (typeof golden)[number]) => boolean) =>
  broken({ golden: golden.filter((fixture) => !left(fixture)) })

export const cases: ReadonlyArray<Case> = [
  { law: "C2", flaw: "a codec that writes when it was written", suite: broken({ codec: Stamping }) },
  {
    law: "C2",
    flaw: "a codec that writes a set in another order each time",
    suite: CodecLaws.suite({ codec: Reversing, events: reversed }),
  },

  { law: "C3", flaw: "an upcast whose answer its version does not accept", suite: broken({ codec: Unacceptable }) },
  { law: "C3", flaw: "an upcast whose answer its version writes otherwise", suite: broken({ codec: Losing }) },
  { law: "C3", flaw: "an upcast that keeps what it answered, and changes it", suite: broken({ codec: Sharing }) },
  { law: "C3", flaw: "a split into what the tag's codec does not accept", suite: broken({ codec: Ill }) },
  { law: "C3", flaw: "a split that does not decode", suite: broken({ codec: Undeclared }) },

  { law: "C4", flaw: "an upcast that changed its mind", suite: broken({ codec: Reinterpreting }) },
  { law: "C4", flaw: "an old name that was forgotten", suite: broken({ codec: Forgetful }) },
  { law: "C4", flaw: "a first version that was dropped", suite: broken({ codec: Dropping }) },
  { law: "C4", flaw: "an evolve that refuses history", suite: broken({ view: refusing }) },
  { law: "C4", flaw: "an evolve that comes to nothing", suite: broken({ view: vanishing }) },
  {
    law: "C4",
    flaw: "a corpus without one version",
    suite: without(({ type, schemaVersion }) => type === "Placed" && schemaVersion === 2),
  },
  { law: "C4", flaw: "a corpus without an old name", suite: without(({ type }) => type === "OrderPlaced") },
  { law: "C4", flaw: "a corpus without a retired name", suite: without(({ type }) => type === "Noted") },
  { law: "C4", flaw: "an empty corpus", suite: without(() => true) },

  { law: "C5", flaw: "a codec that writes what it should refuse", suite: broken({ codec: Careless }) },
  { law: "C5", flaw: "a codec that refuses and does not say why", suite: broken({ codec: Silent }) },
  { law: "C5", flaw: "a codec that throws on a long text", suite: broken({ codec: Throwing }) },
  { law: "C5", flaw: "a codec that throws on a name that it does not know", suite: broken({ codec: Reading }) },
  { law: "C5", flaw: "a codec that reads what it does not write", suite: broken({ codec: OneWay }) },
  {
    law: "C5",
    flaw: "a codec of numbers of 32 bits",
    suite: CodecLaws.suite({ codec: Narrowing, events: small }),
  },
  {
    law: "C5",
    flaw: "NumberFromString, which writes NaN",
    suite: CodecLaws.suite({ codec: FromText, events: fromText }),
  },

  { law: "C6", flaw: "a codec that knows its own names only", suite: broken({ codec: OwnNames }) },
  { law: "C6", flaw: "a codec that knows the first tag of a split only", suite: broken({ codec: FirstOnly }) },
  { law: "C6", flaw: "a store that does not find old names", suite: broken({ layer: finding }) },
  { law: "C6", flaw: "a store that checks one type of a condition", suite: broken({ layer: checking }) },
]
