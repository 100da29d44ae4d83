import type * as Brand from "effect/Brand"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as t from "io-ts"
import { expectTypeOf } from "vitest"
import * as Aggregate from "../../src/core/event/Aggregate.ts"
import * as EventCodec from "../../src/core/event/EventCodec.ts"
import * as SchemaType from "../../src/core/event/SchemaType.ts"
import { Decider } from "../../src/core/index.ts"

const OrderEvent = EventCodec.make({
  Placed: SchemaType.make(
    Schema.Struct({
      item: Schema.String,
      note: Schema.optionalKey(Schema.String),
      hint: Schema.optional(Schema.String),
      due: Schema.DateFromString,
      at: Schema.DateTimeUtcFromString,
      by: Schema.OptionFromNullOr(Schema.Number),
      id: Schema.String.pipe(Schema.brand("OrderId")),
    }),
  ),
  Moved: SchemaType.make(
    Schema.Union([
      Schema.Struct({ by: Schema.Literal("foot") }),
      Schema.Struct({ by: Schema.Literal("car"), plate: Schema.String }),
    ]),
  ),
  Closed: SchemaType.make(Schema.Struct({})),
})
type OrderEvent = EventCodec.TypeOf<typeof OrderEvent>
expectTypeOf<Extract<OrderEvent, { _tag: "Placed" }>>().toEqualTypeOf<{
  readonly _tag: "Placed"
  readonly item: string
  readonly note?: string
  readonly hint?: string | undefined
  readonly due: Date
  readonly at: DateTime.Utc
  readonly by: Option.Option<number>
  readonly id: string & Brand.Brand<"OrderId">
}>()
expectTypeOf<Extract<OrderEvent, { _tag: "Moved" }>>().toEqualTypeOf<
  | { readonly _tag: "Moved"; readonly by: "foot" }
  | { readonly _tag: "Moved"; readonly by: "car"; readonly plate: string }
>()
expectTypeOf(OrderEvent.Closed()).toEqualTypeOf<{ readonly _tag: "Closed" }>()

// What JSON cannot hold.
// @ts-expect-error a Date stays one
SchemaType.make(Schema.Struct({ at: Schema.Date }))
// @ts-expect-error a bigint stays one
SchemaType.make(Schema.Struct({ n: Schema.BigInt }))
// @ts-expect-error an Option stays one
SchemaType.make(Schema.Struct({ o: Schema.Option(Schema.String) }))
// @ts-expect-error anything may be written
SchemaType.make(Schema.Struct({ u: Schema.Unknown }))
// @ts-expect-error nothing is no JSON
SchemaType.make(Schema.Undefined)
// @ts-expect-error a payload is a JSON object
EventCodec.make({ Bad: SchemaType.make(Schema.String) })

// What needs services.
class Rates extends Context.Service<Rates, { readonly rate: number }>()("test/Rates") {}
const rated = Schema.Number.pipe(
  Schema.decodeTo(Schema.Number, {
    decode: SchemaGetter.transformEffect((n: number) => Effect.map(Rates, ({ rate }) => n * rate)),
    encode: SchemaGetter.transform((n: number) => n),
  }),
)
// @ts-expect-error it needs a service to read
SchemaType.make(rated)
// @ts-expect-error it needs a service to write
SchemaType.make(Schema.flip(rated))

// A recursive payload, as a type.
type Category = { readonly name: string; readonly inner: ReadonlyArray<Category> }
const Category = Schema.Struct({
  name: Schema.String,
  inner: Schema.Array(Schema.suspend((): Schema.Codec<Category> => Category)),
})
const CategoryEvent = EventCodec.make({ Sorted: SchemaType.make(Category) })
expectTypeOf(CategoryEvent.Sorted({ name: "", inner: [] }).inner).toEqualTypeOf<ReadonlyArray<Category>>()

// States of snapshots: of any JSON, and by way of `toCodecJson` of any schema.
const Numbers = EventCodec.make({ Counted: t.type({ n: t.number }) })
const clock = Decider.make({
  initial: new Date(0),
  decide: (n: number, _: Date) => Decider.accept(Numbers.Counted({ n })),
  evolve: (at: Date, { n }: EventCodec.TypeOf<typeof Numbers>) => new Date(at.getTime() + n),
})
Aggregate.make({
  category: "Clock",
  decider: clock,
  events: Numbers,
  snapshot: { state: SchemaType.make(Schema.DateFromString), every: 1 },
})
Aggregate.make({
  category: "Clock",
  decider: clock,
  events: Numbers,
  snapshot: { state: SchemaType.make(Schema.toCodecJson(Schema.Date)), every: 1 },
})
Aggregate.make({
  category: "Clock",
  decider: clock,
  events: Numbers,
  // @ts-expect-error another state than the decider's
  snapshot: { state: SchemaType.make(Schema.String), every: 1 },
})
