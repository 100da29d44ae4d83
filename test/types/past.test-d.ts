import * as t from "io-ts"
import { expectTypeOf } from "vitest"
import * as EventCodec from "../../src/core/event/EventCodec.ts"

const payloads = {
  Placed: EventCodec.version(t.type({ item: t.string })).pipe(
    EventCodec.upcast(t.type({ item: t.string, count: t.number }), (v1) => ({ ...v1, count: 1 })),
  ),
  Paid: t.type({ amount: t.number }),
  Shipped: t.type({}),
}

const OrderEvent = EventCodec.make(payloads, {
  tags: (event) => (event._tag === "Paid" ? [`amount:${event.amount}`] : []),
  past: {
    OrderPlaced: EventCodec.renamed("Placed"),
    PlacedAndPaid: EventCodec.split(t.type({ item: t.string, price: t.number }), ["Placed", "Paid"], (old) => {
      expectTypeOf(old).toEqualTypeOf<{ item: string; price: number }>()
      return [
        { _tag: "Placed", item: old.item, count: 1 },
        { _tag: "Paid", amount: old.price },
      ]
    }),
    Sent: EventCodec.split(
      EventCodec.version(t.type({ by: t.string })).pipe(
        EventCodec.upcast(t.type({ carrier: t.string }), ({ by }) => ({ carrier: by })),
      ),
      ["Shipped"],
      ({ carrier }) => (carrier === "" ? [] : [{ _tag: "Shipped" }]),
    ),
    Shipped: EventCodec.split(t.type({ paid: t.union([t.number, t.null]) }), ["Paid", "Shipped"], ({ paid }) =>
      paid === null ? [{ _tag: "Shipped" }] : [{ _tag: "Paid", amount: paid }, { _tag: "Shipped" }],
    ),
    Sold: EventCodec.split(t.type({ prices: t.array(t.number) }), ["Paid"], ({ prices }) =>
      prices.map((amount) => ({ _tag: "Paid", amount })),
    ),
    Dropped: EventCodec.split(t.type({}), [], () => []),
    Noted: EventCodec.retired,
  },
})

// The past changes nothing about the codec's type.
const Bare = EventCodec.make(payloads)
expectTypeOf(OrderEvent).toEqualTypeOf(Bare)
expectTypeOf(EventCodec.make(payloads, { past: { Noted: EventCodec.retired } })).toEqualTypeOf(Bare)
expectTypeOf<EventCodec.TypeOf<typeof OrderEvent>>().toEqualTypeOf<
  | { readonly _tag: "Placed"; readonly item: string; readonly count: number }
  | { readonly _tag: "Paid"; readonly amount: number }
  | { readonly _tag: "Shipped" }
>()

EventCodec.make(payloads, {
  past: {
    // @ts-expect-error a tag that the codec does not have
    OrderPlaced: EventCodec.renamed("Plced"),
  },
})
EventCodec.make(payloads, {
  past: {
    // @ts-expect-error declares a tag that the codec does not have
    Bought: EventCodec.split(t.type({}), ["Bght"], () => [{ _tag: "Bght" }]),
  },
})
EventCodec.make(payloads, {
  past: {
    // @ts-expect-error answers a tag that it does not declare
    Bought: EventCodec.split(t.type({}), ["Shipped"], () => [{ _tag: "Paid", amount: 1 }]),
  },
})
EventCodec.make(payloads, {
  past: {
    // @ts-expect-error answers an event without its payload
    Bought: EventCodec.split(t.type({}), ["Paid", "Shipped"], () => [{ _tag: "Paid" }]),
  },
})
EventCodec.make(payloads, {
  past: {
    // @ts-expect-error answers an event with another payload
    Bought: EventCodec.split(t.type({}), ["Paid"], () => [{ _tag: "Paid", amount: "1" }]),
  },
})
EventCodec.make(payloads, {
  past: {
    // @ts-expect-error a payload that is no JSON object
    Bought: EventCodec.split(t.string, ["Shipped"], () => [{ _tag: "Shipped" }]),
  },
})
EventCodec.make(payloads, {
  // @ts-expect-error a name stands for something
  past: { Noted: undefined },
})

expectTypeOf(EventCodec.storedTypes(OrderEvent, "Placed")).toEqualTypeOf<ReadonlyArray<string>>()
// @ts-expect-error an old name is no tag
EventCodec.storedTypes(OrderEvent, "OrderPlaced")
// @ts-expect-error a tag that the codec does not have
EventCodec.storedTypes(OrderEvent, "Plced")

const StockEvent = EventCodec.make(
  { Counted: t.type({ n: t.number }) },
  { past: { StockTaken: EventCodec.renamed("Counted") } },
)
const ShopEvent = EventCodec.union(OrderEvent, StockEvent)
expectTypeOf<EventCodec.TypeOf<typeof ShopEvent>>().toEqualTypeOf<
  EventCodec.TypeOf<typeof OrderEvent> | EventCodec.TypeOf<typeof StockEvent>
>()
expectTypeOf(ShopEvent.Counted({ n: 1 })).toEqualTypeOf<{ readonly _tag: "Counted"; readonly n: number }>()
expectTypeOf(ShopEvent.Shipped()).toEqualTypeOf<{ readonly _tag: "Shipped" }>()
// @ts-expect-error a payload is needed
ShopEvent.Counted()
// @ts-expect-error a tag that neither has
ShopEvent.Plced({})
EventCodec.storedTypes(ShopEvent, "Counted")
const Third = EventCodec.make({ Closed: t.type({}) })
const AllEvent = EventCodec.union(ShopEvent, Third)
expectTypeOf<EventCodec.TypeOf<typeof AllEvent>["_tag"]>().toEqualTypeOf<
  "Placed" | "Paid" | "Shipped" | "Counted" | "Closed"
>()
const Shipping = EventCodec.make({ Shipped: t.type({ by: t.string }), Arrived: t.type({}) })
// @ts-expect-error both have the tag Shipped
EventCodec.union(OrderEvent, Shipping)
