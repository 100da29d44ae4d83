/** Every kind of Effect schema: what is derived is accepted; the variety is there; it shrinks well. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import * as SchemaType from "../../../src/core/event/SchemaType.ts"
import * as Arbitrary from "../../../src/laws/Arbitrary.ts"
import { sample, smallest, storable } from "./support.ts"

class Money extends Schema.Class<Money>("Money")({ amount: Schema.Int, currency: Schema.NonEmptyString }) {}
class Point extends Schema.TaggedClass<Point>()("Point", { x: Schema.Number, y: Schema.Number }) {}
const Colour = { Red: "red", Blue: "blue" } as const
type Category = { readonly name: string; readonly inner: ReadonlyArray<Category> }
const Category = Schema.Struct({
  name: Schema.String,
  inner: Schema.Array(Schema.suspend((): Schema.Codec<Category> => Category)),
})
type Sum = { readonly n: number } | { readonly of: Product }
type Product = { readonly left: Sum; readonly right: Sum }
const Sum: Schema.Codec<Sum> = Schema.Union([
  Schema.Struct({ of: Schema.suspend((): Schema.Codec<Product> => Product) }),
  Schema.Struct({ n: Schema.Number }),
])
const Product: Schema.Codec<Product> = Schema.Struct({ left: Sum, right: Sum })

const schemas: { readonly [name: string]: Schema.Top } = {
  String: Schema.String,
  Number: Schema.Number,
  Finite: Schema.Finite,
  Int: Schema.Int,
  Boolean: Schema.Boolean,
  BigInt: Schema.BigInt,
  Symbol: Schema.Symbol,
  Null: Schema.Null,
  Undefined: Schema.Undefined,
  Void: Schema.Void,
  Unknown: Schema.Unknown,
  Any: Schema.Any,
  ObjectKeyword: Schema.ObjectKeyword,
  Json: Schema.Json,
  Literal: Schema.Literal("a"),
  Literals: Schema.Literals(["a", 1, true]),
  Enum: Schema.Enum(Colour),
  TemplateLiteral: Schema.TemplateLiteral(["order-", Schema.Int, "-", Schema.Literals(["a", "b"])]),
  "TemplateLiteral of texts": Schema.TemplateLiteral([Schema.String, "@", Schema.NonEmptyString]),
  Struct: Schema.Struct({ a: Schema.String, b: Schema.Struct({ c: Schema.Number }) }),
  optionalKey: Schema.Struct({ a: Schema.optionalKey(Schema.String), b: Schema.optional(Schema.Number) }),
  "optionalKey that is inherited": Schema.Struct({ constructor: Schema.optionalKey(Schema.String) }),
  Record: Schema.Record(Schema.String, Schema.Number),
  "Record of literals": Schema.Record(Schema.Literals(["a", "b"]), Schema.Number),
  "Record of refined keys": Schema.Record(Schema.String.check(Schema.isPattern(/^[a-z]{3}$/)), Schema.Number),
  "Record of templates": Schema.Record(Schema.TemplateLiteral(["a-", Schema.String]), Schema.Number),
  StructWithRest: Schema.StructWithRest(Schema.Struct({ a: Schema.Number }), [
    Schema.Record(Schema.String, Schema.Number),
  ]),
  Array: Schema.Array(Schema.String),
  NonEmptyArray: Schema.NonEmptyArray(Schema.Number),
  Tuple: Schema.Tuple([Schema.String, Schema.Number]),
  "Tuple with optional elements": Schema.Tuple([Schema.String, Schema.optionalKey(Schema.Number)]),
  TupleWithRest: Schema.TupleWithRest(Schema.Tuple([Schema.String]), [Schema.Number, Schema.Boolean]),
  "Array of a length": Schema.Array(Schema.Number).check(Schema.isBetweenLength(12, 14)),
  "Array of what differs": Schema.Array(Schema.Boolean).check(Schema.isUnique()),
  Union: Schema.Union([Schema.String, Schema.Number]),
  "Union, one of": Schema.Union([Schema.Struct({ a: Schema.String }), Schema.Struct({ b: Schema.Number })], {
    mode: "oneOf",
  }),
  NullOr: Schema.NullOr(Schema.String),
  suspend: Category,
  "mutual suspend": Sum,
  brand: Schema.String.pipe(Schema.brand("Id")),
  UUID: Schema.String.check(Schema.isUUID()),
  ULID: Schema.String.check(Schema.isULID()),
  pattern: Schema.String.check(Schema.isPattern(/^[A-Z]{3}-\d{4}$/)),
  "pattern and length": Schema.String.check(Schema.isPattern(/^[a-z]*$/), Schema.isMinLength(5), Schema.isMaxLength(7)),
  isStartingWith: Schema.String.check(Schema.isStartingWith("order-")),
  isLowercased: Schema.String.check(Schema.isLowercased()),
  Trimmed: Schema.Trimmed,
  Char: Schema.Char,
  "a long text": Schema.String.check(Schema.isMinLength(200)),
  Between: Schema.Number.check(Schema.isBetween({ minimum: 1, maximum: 3, exclusiveMaximum: true })),
  "Int between": Schema.Int.check(Schema.isBetween({ minimum: 1000, maximum: 1003 })),
  positive: Schema.Number.check(Schema.isGreaterThan(0)),
  multiple: Schema.Int.check(Schema.isMultipleOf(100), Schema.isGreaterThan(0)),
  "BigInt between": Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: 2n ** 70n, maximum: 2n ** 70n + 3n })),
  filter: Schema.Struct({ from: Schema.Number, to: Schema.Number }).check(
    Schema.makeFilter(({ from, to }) => from <= to),
  ),
  Date: Schema.Date,
  "Date between": Schema.Date.check(
    Schema.isBetweenDate({ minimum: new Date("2020-01-01"), maximum: new Date("2020-01-31") }),
  ),
  DateFromString: Schema.DateFromString,
  DateTimeUtc: Schema.DateTimeUtc,
  DateTimeZoned: Schema.DateTimeZoned,
  Duration: Schema.Duration,
  URL: Schema.URL,
  RegExp: Schema.RegExp,
  Uint8Array: Schema.Uint8Array,
  BigDecimal: Schema.BigDecimal,
  Option: Schema.Option(Schema.String),
  OptionFromNullOr: Schema.OptionFromNullOr(Schema.Number),
  Result: Schema.Result(Schema.String, Schema.Number),
  Redacted: Schema.Redacted(Schema.String),
  ReadonlyMap: Schema.ReadonlyMap(Schema.String, Schema.Number),
  ReadonlySet: Schema.ReadonlySet(Schema.String),
  Chunk: Schema.Chunk(Schema.String),
  HashMap: Schema.HashMap(Schema.String, Schema.Number),
  Class: Money,
  TaggedClass: Point,
  "Class in a Struct": Schema.Struct({ price: Schema.Array(Money), where: Schema.Option(Point) }),
  NumberFromString: Schema.NumberFromString,
  BigIntFromString: Schema.BigIntFromString,
  toCodecJson: Schema.toCodecJson(Schema.Struct({ at: Schema.Date, n: Schema.BigInt })),
}

describe("what is derived of each kind is accepted", () => {
  it.each(Object.entries(schemas))("%s", (_, schema) => {
    const values = sample(Arbitrary.fromSchema(schema))
    expect(values.filter((value) => !Schema.is(schema)(value))).toEqual([])
    expect(values).toHaveLength(1000)
  })
})

describe("a codec of a schema", () => {
  it.each<[string, t.Mixed]>([
    ["a struct", SchemaType.make(Schema.Struct({ a: Schema.String, b: Schema.optional(Schema.DateFromString) }))],
    ["a class", SchemaType.make(Money)],
    ["recursion", SchemaType.make(Category)],
    ["an option", SchemaType.make(Schema.Struct({ a: Schema.OptionFromNullOr(Schema.DateTimeUtcFromString) }))],
    // What is none cannot be written there, and so it is not generated.
    ["what writes undefined", SchemaType.make(Schema.Struct({ a: Schema.OptionFromUndefinedOr(Schema.String) }))],
    ["a list of what may be undefined", SchemaType.make(Schema.Array(Schema.UndefinedOr(Schema.String)).pipe(list))],
    ["one in io-ts", t.type({ price: SchemaType.make(Money), n: t.number })],
  ])("is walked, and its values are stored and read again: %s", (_, codec) => {
    storable(codec, sample(Arbitrary.fromCodec(codec)))
  })

  it("has paths, also inside of io-ts", () => {
    const codec = t.type({ items: t.array(SchemaType.make(Schema.Struct({ price: Schema.Number }))) })
    const derived = Arbitrary.fromCodec(codec, { at: { "items.*.price": fc.constant(3) } })
    expect(sample(derived).every(({ items }) => items.every(({ price }) => price === 3))).toBe(true)
  })
})

/** The compiler knows that JSON has no `undefined` there; values of other places come here too. */
function list(schema: Schema.Codec<ReadonlyArray<string | undefined>>): Schema.Codec<ReadonlyArray<string>> {
  return schema as unknown as Schema.Codec<ReadonlyArray<string>>
}

describe("there is variety", () => {
  const reaches = <S extends Schema.Top>(
    schema: S,
    what: { readonly [name: string]: (value: S["Type"]) => boolean },
  ) => {
    const values = sample(Arbitrary.fromSchema(schema))
    expect(Object.entries(what).filter(([, is]) => !values.some(is))).toEqual([])
  }

  it("in numbers and texts, within their bounds too", () => {
    reaches(Schema.Number, { "-0": (n) => Object.is(n, -0), huge: (n) => n > 1e300, fraction: (n) => n % 1 !== 0 })
    expect(sample(Arbitrary.fromSchema(Schema.Number)).every(Number.isFinite)).toBe(true)
    const day = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 31 }))
    reaches(day, { first: (n) => n === 1, last: (n) => n === 31 })
    reaches(Schema.String, {
      empty: (s) => s === "",
      long: (s) => s.length > 100,
      "non-ASCII": (s) => /[^\0-\x7f]/.test(s),
    })
  })

  it("in optional keys", () => {
    reaches(Schema.Struct({ a: Schema.optionalKey(Schema.String), b: Schema.optional(Schema.String) }), {
      absent: (value) => !("a" in value) && !("b" in value),
      there: (value) => value.a !== undefined && value.b !== undefined,
      "undefined, where it may be": (value) => "b" in value && value.b === undefined,
    })
    const values = sample(Arbitrary.fromSchema(Schema.Struct({ a: Schema.optionalKey(Schema.String) })))
    expect(values.some((value) => "a" in value && value.a === undefined)).toBe(false)
  })

  it("in unions, options, lists, and what recurs", () => {
    reaches(Schema.Union([Schema.String, Schema.Number]), {
      a: (v) => typeof v === "string",
      b: (v) => typeof v === "number",
    })
    reaches(Schema.Option(Schema.String), { none: Option.isNone, some: Option.isSome })
    reaches(Schema.Array(Schema.String), { empty: (v) => v.length === 0, long: (v) => v.length >= 10 })
    reaches(Schema.Tuple([Schema.String, Schema.optionalKey(Schema.Number)]), {
      one: (v) => v.length === 1,
      two: (v) => v.length === 2,
    })
    const depth = ({ inner }: Category): number => Math.max(0, ...inner.map((each) => depth(each) + 1))
    reaches(Category, { flat: (v) => depth(v) === 0, deep: (v) => depth(v) > 2 })
    expect(Math.max(...sample(Arbitrary.fromSchema(Category)).map(depth))).toBeLessThanOrEqual(5)
  })

  it("in times", () => {
    reaches(Schema.DateTimeUtc, { past: (at) => DateTime.toEpochMillis(at) < 0 })
    reaches(Schema.Duration, { none: Duration.isZero, some: (time) => !Duration.isZero(time) })
  })
})

describe("what fails is made as small as it can be", () => {
  it("a list of the smallest items", () => {
    const schema = Schema.Struct({ items: Schema.Array(Schema.Struct({ name: Schema.String, price: Schema.Int })) })
    const item = { name: "", price: 0 }
    expect(smallest(Arbitrary.fromSchema(schema), ({ items }) => items.length < 3)).toEqual({
      items: [item, item, item],
    })
  })

  it("an option, an instance, a date", () => {
    const derived = Arbitrary.fromSchema(Schema.Struct({ at: Schema.Option(Schema.Date), price: Money }))
    const found = smallest(derived, ({ at }) => Option.isNone(at))
    expect(found.at).toEqual(Option.some(new Date(0)))
    expect(found.price).toBeInstanceOf(Money)
    expect(found.price.amount).toBe(0)
  })

  it("a number next to the bound, within its own", () => {
    const schema = Schema.Int.check(Schema.isBetween({ minimum: 5, maximum: 1000 }))
    expect(smallest(Arbitrary.fromSchema(schema), () => false)).toBe(5)
    expect(smallest(Arbitrary.fromSchema(schema), (n) => n < 77)).toBe(77)
  })
})

describe("what cannot be derived", () => {
  const Opaque = Schema.declare((u): u is Map<unknown, unknown> => u instanceof Map)
  const Shouting = Schema.String.check(Schema.makeFilter((s) => s.length > 1000 && s.endsWith("!!!")))

  it("is an error that names the place", () => {
    for (const [schema, path] of [
      [Schema.Struct({ items: Schema.Array(Opaque) }), "items.*"],
      [Schema.Struct({ word: Shouting }), "word"],
      [Schema.Struct({ word: Schema.Never }), ""],
    ] as const) {
      expect(() => Arbitrary.fromSchema<Schema.Top>(schema)).toThrow(
        expect.objectContaining({ _tag: "Underivable", path }),
      )
    }
  })

  it("can be overridden", () => {
    const schema = Schema.Struct({ items: Schema.Array(Opaque), word: Shouting })
    const derived = Arbitrary.fromSchema(schema, {
      at: { "items.*": fc.constant(new Map()), word: fc.string().map((rest) => `${rest}${"a".repeat(1000)}!!!`) },
    })
    expect(sample(derived).every(Schema.is(schema))).toBe(true)
  })

  it("does not take paths that there are not, or values that are not accepted", () => {
    const at: { readonly [path: string]: fc.Arbitrary<string> } = { words: fc.string() }
    expect(() => Arbitrary.fromSchema<Schema.Top>(Schema.Struct({ word: Schema.String }), { at })).toThrow(
      'nothing at "words"; the paths are word.',
    )
    expect(() =>
      Arbitrary.fromSchema(Schema.Struct({ word: Schema.NonEmptyString }), { at: { word: fc.constant("") } }),
    ).toThrow('not accepted there, "" say')
  })
})
