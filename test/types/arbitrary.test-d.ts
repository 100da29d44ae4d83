import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as t from "io-ts"
import { expectTypeOf } from "vitest"
import { EventCodec } from "../../src/core/index.ts"
import { Arbitrary, CodecLaws } from "../../src/laws/index.ts"

const Line = t.intersection([t.type({ price: t.number }), t.partial({ note: t.string })])
const Order = t.type({
  owner: t.string,
  lines: t.array(Line),
  pair: t.tuple([t.string, t.boolean]),
  sizes: t.record(t.string, t.number),
  by: t.union([t.type({ kind: t.literal("foot") }), t.type({ kind: t.literal("car"), plate: t.string })]),
})
type Order = t.TypeOf<typeof Order>

expectTypeOf(Arbitrary.fromCodec(Order)).toEqualTypeOf<fc.Arbitrary<Order>>()
expectTypeOf<Arbitrary.Path<Order>>().toEqualTypeOf<
  | ("owner" | "lines" | "lines.*" | "lines.*.price" | "lines.*.note" | "pair" | "pair.0" | "pair.1")
  | ("sizes" | "sizes.*" | "by" | "by.kind" | "by.plate")
>()
expectTypeOf<Arbitrary.At<Order, "lines.*.price">>().toEqualTypeOf<number>()
expectTypeOf<Arbitrary.At<Order, "by.kind">>().toEqualTypeOf<"foot" | "car">()
expectTypeOf<Arbitrary.At<Order, "pair.1">>().toEqualTypeOf<boolean>()

Arbitrary.fromCodec(Order, { at: { "lines.*.price": fc.nat(), "by.plate": fc.string(), "sizes.*": fc.integer() } })
// @ts-expect-error a path that there is not
Arbitrary.fromCodec(Order, { at: { "lines.*.prise": fc.nat() } })
// @ts-expect-error not what is at the path
Arbitrary.fromCodec(Order, { at: { owner: fc.nat() } })

// Leaves have no paths into them, whatever methods they have.
type Leaves = { readonly at: Date; readonly id: string & { readonly brand: "Id" }; readonly set: ReadonlySet<string> }
expectTypeOf<Arbitrary.Path<Leaves>>().toEqualTypeOf<"at" | "id" | "set">()

expectTypeOf<Arbitrary.At<Leaves, "id">>().toEqualTypeOf<string>()
Arbitrary.fromCodec(t.type({ pieces: t.Int }), { at: { pieces: fc.integer({ min: 1 }) } })

// Of what is recursive, the compiler follows some steps.
interface Category {
  readonly name: string
  readonly inner: ReadonlyArray<Category>
}
expectTypeOf<"name">().toExtend<Arbitrary.Path<Category>>()
expectTypeOf<"inner.*.inner.*.name">().toExtend<Arbitrary.Path<Category>>()

// Nothing is known of what is in anything.
expectTypeOf<Arbitrary.Path<unknown>>().toEqualTypeOf<string>()
const somewhere: string = "owner"
Arbitrary.fromCodec(Order, { at: { [somewhere]: fc.string() } })

const Item = Schema.Struct({ price: Schema.Number, due: Schema.OptionFromNullOr(Schema.DateFromString) })
expectTypeOf(Arbitrary.fromSchema(Item)).toEqualTypeOf<fc.Arbitrary<(typeof Item)["Type"]>>()
Arbitrary.fromSchema(Item, { at: { price: fc.nat() } })
// @ts-expect-error not what is at the path
Arbitrary.fromSchema(Item, { at: { price: fc.string() } })

const AccountEvent = EventCodec.make({
  Opened: t.type({ owner: t.string }),
  Deposited: t.type({ amount: t.number, lines: t.array(Line) }),
  Closed: t.type({}),
})
type AccountEvent = EventCodec.TypeOf<typeof AccountEvent>
expectTypeOf(Arbitrary.events(AccountEvent)).toEqualTypeOf<fc.Arbitrary<AccountEvent>>()
expectTypeOf<Arbitrary.Path<Arbitrary.ByTag<AccountEvent>>>().toEqualTypeOf<
  | ("Opened" | "Opened.owner" | "Closed")
  | ("Deposited" | "Deposited.amount" | "Deposited.lines" | "Deposited.lines.*")
  | ("Deposited.lines.*.price" | "Deposited.lines.*.note")
>()
Arbitrary.events(AccountEvent, { at: { "Deposited.amount": fc.nat(), Opened: fc.record({ owner: fc.string() }) } })
// @ts-expect-error a path needs its tag
Arbitrary.events(AccountEvent, { at: { amount: fc.nat() } })
// @ts-expect-error not what is at the path
Arbitrary.events(AccountEvent, { at: { "Deposited.amount": fc.string() } })

expectTypeOf(Arbitrary.stored(AccountEvent)).toEqualTypeOf<fc.Arbitrary<CodecLaws.StoredPayload>>()

// The codec is enough.
CodecLaws.suite({ codec: AccountEvent })
