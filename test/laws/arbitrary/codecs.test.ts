/** Every kind of io-ts codec: what is derived is accepted, stored and read again; the variety is there; it shrinks well. */
import * as fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import * as Num from "fp-ts/lib/number.js"
import * as Option from "fp-ts/lib/Option.js"
import * as Str from "fp-ts/lib/string.js"
import * as t from "io-ts"
import { BigIntFromString } from "io-ts-types/lib/BigIntFromString.js"
import { BooleanFromNumber } from "io-ts-types/lib/BooleanFromNumber.js"
import { BooleanFromString } from "io-ts-types/lib/BooleanFromString.js"
import { DateFromISOString } from "io-ts-types/lib/DateFromISOString.js"
import { DateFromNumber } from "io-ts-types/lib/DateFromNumber.js"
import { DateFromUnixTime } from "io-ts-types/lib/DateFromUnixTime.js"
import { date } from "io-ts-types/lib/date.js"
import { either } from "io-ts-types/lib/either.js"
import { fromNewtype } from "io-ts-types/lib/fromNewtype.js"
import { fromNullable } from "io-ts-types/lib/fromNullable.js"
import { IntFromString } from "io-ts-types/lib/IntFromString.js"
import { Json, JsonFromString } from "io-ts-types/lib/JsonFromString.js"
import { mapFromEntries } from "io-ts-types/lib/mapFromEntries.js"
import { mapOutput } from "io-ts-types/lib/mapOutput.js"
import { NonEmptyString } from "io-ts-types/lib/NonEmptyString.js"
import { NumberFromString } from "io-ts-types/lib/NumberFromString.js"
import { nonEmptyArray } from "io-ts-types/lib/nonEmptyArray.js"
import { option } from "io-ts-types/lib/option.js"
import { optionFromNullable } from "io-ts-types/lib/optionFromNullable.js"
import { readonlyMapFromEntries } from "io-ts-types/lib/readonlyMapFromEntries.js"
import { readonlyNonEmptyArray } from "io-ts-types/lib/readonlyNonEmptyArray.js"
import { readonlySetFromArray } from "io-ts-types/lib/readonlySetFromArray.js"
import { regexp } from "io-ts-types/lib/regexp.js"
import { setFromArray } from "io-ts-types/lib/setFromArray.js"
import { UUID } from "io-ts-types/lib/UUID.js"
import { withEncode } from "io-ts-types/lib/withEncode.js"
import { withFallback } from "io-ts-types/lib/withFallback.js"
import { withMessage } from "io-ts-types/lib/withMessage.js"
import type { Newtype } from "newtype-ts"
import { describe, expect, it } from "vitest"
import * as Arbitrary from "../../../src/laws/Arbitrary.ts"
import { sample, smallest, storable } from "./support.ts"

interface Category {
  readonly name: string
  readonly inner: ReadonlyArray<Category>
}
const Category: t.Type<Category> = t.recursion("Category", () =>
  t.type({ name: t.string, inner: t.readonlyArray(Category) }),
)

type Sum = { readonly _tag: "Number"; readonly n: number } | { readonly _tag: "Plus"; readonly of: Product }
type Product = { readonly left: Sum; readonly right: Sum }
const Sum: t.Type<Sum> = t.recursion("Sum", () =>
  t.union([t.type({ _tag: t.literal("Plus"), of: Product }), t.type({ _tag: t.literal("Number"), n: t.number })]),
)
const Product: t.Type<Product> = t.recursion("Product", () => t.type({ left: Sum, right: Sum }))

interface Tree {
  readonly [key: string]: Tree
}
interface List {
  readonly rest: Option.Option<List>
}
interface Endless {
  readonly self: Endless
}
const Endless: t.Type<Endless> = t.recursion("Endless", (self) => t.type({ self }))

interface Token extends Newtype<{ readonly Token: unique symbol }, string> {}
interface Skus {
  readonly Sku: unique symbol
}
const Sku = t.brand(t.string, (s): s is t.Branded<string, Skus> => /^[A-Z]{3}-\d{4}$/.test(s), "Sku")

/** Cents, that are written as a text with two decimals. */
const Money = new t.Type<number, string>(
  "Money",
  (u): u is number => Number.isInteger(u),
  (u, context) =>
    typeof u === "string" && /^\d+\.\d\d$/.test(u) && Number(u) < 1e12
      ? t.success(Math.round(Number(u) * 100))
      : t.failure(u, context),
  (cents) => (cents / 100).toFixed(2),
)
class Point {
  readonly x: number
  readonly y: number
  constructor(x: number, y: number) {
    this.x = x
    this.y = y
  }
}
const Coordinates = t.type({ x: t.Int, y: t.Int })
const PointFromObject = new t.Type<Point, { readonly x: number; readonly y: number }>(
  "Point",
  (u): u is Point => u instanceof Point,
  (u, context) => Either.either.map(Coordinates.validate(u, context), ({ x, y }) => new Point(x, y)),
  ({ x, y }) => ({ x, y }),
)
const Shape = t.union([
  t.type({ kind: t.literal("circle"), radius: t.number }),
  t.type({ kind: t.literal("square"), side: t.number }),
])

/** A custom type that is made of itself. */
const Folders: t.Type<Tree> = t.recursion("Folders", () => t.record(t.string, Folder))
const Folder = new t.Type<Tree>("Folder", Folders.is, Folders.validate, t.identity)

const storables: { readonly [name: string]: t.Mixed } = {
  "a text": t.string,
  "a number": t.number,
  "a boolean": t.boolean,
  null: t.null,
  unknown: t.unknown,
  any: t.any,
  "an unknown record": t.UnknownRecord,
  "an unknown array": t.UnknownArray,
  "an integer": t.Int,
  "a literal": t.literal("a"),
  "one of keys": t.keyof({ a: null, b: null }),
  "a type": t.type({ a: t.string, b: t.type({ c: t.number }) }),
  "a type with what may be undefined": t.type({ a: t.union([t.string, t.undefined]) }),
  "a partial": t.partial({ a: t.string, b: t.number }),
  "a partial with an inherited key": t.partial({ constructor: t.string, toString: t.number }),
  "a strict one": t.strict({ a: t.string }),
  "an exact one": t.exact(t.intersection([t.type({ a: t.string }), t.partial({ b: t.number })])),
  "an array": t.array(t.number),
  "an array of what may be undefined": t.array(t.union([t.undefined, t.string])),
  "a readonly array": t.readonlyArray(t.string),
  "a tuple": t.tuple([t.string, t.number, t.boolean]),
  "an empty tuple": t.tuple([t.string]),
  "a record": t.record(t.string, t.number),
  "a record of keys": t.record(t.keyof({ a: null, b: null }), t.string),
  "a record of literals": t.record(t.union([t.literal("a"), t.literal("b")]), t.string),
  "a record of refined keys": t.record(Sku, t.number),
  "a union": t.union([t.string, t.number, t.null]),
  "a tagged union": Shape,
  "a readonly one": t.readonly(t.type({ a: t.array(t.string) })),
  "an intersection of types": t.intersection([
    t.type({ a: t.string }),
    t.partial({ b: t.number }),
    t.strict({ c: t.null }),
  ]),
  "an intersection that shares a key": t.intersection([
    t.type({ a: t.Int, kind: t.literal("x") }),
    t.type({ a: t.number, kind: t.string }),
  ]),
  "an intersection of refinements": t.intersection([
    t.refinement(t.number, (n) => n >= 10, "AtLeast10"),
    t.refinement(t.number, (n) => n <= 20, "AtMost20"),
  ]),
  "an intersection with a tagged union": t.intersection([Shape, t.type({ id: UUID })]),
  "an intersection with a record": t.intersection([t.type({ id: t.string }), t.record(t.string, t.unknown)]),
  "an intersection with a refined type": t.intersection([
    t.refinement(t.type({ from: t.number, to: t.number }), ({ from, to }) => from <= to, "Range"),
    t.type({ unit: t.string }),
  ]),
  "a refinement of a type": t.refinement(t.type({ a: t.number, b: t.number }), ({ a, b }) => a <= b),
  "a refinement of a text by a pattern": Sku,
  "a refinement of a text by its length": t.refinement(t.string, (s) => s.length === 22),
  "a refinement of a text by its beginning": t.refinement(t.string, (s) => s.startsWith("order-") && s.length > 8),
  "a refinement of a text by a format": t.refinement(t.string, (s) => s.includes("@") && s.includes(".")),
  "a refinement of a number by bounds": t.refinement(t.number, (n) => n >= 1000 && n < 1010),
  "a refinement of a refinement": t.refinement(t.Int, (n) => n > 0 && n <= 100),
  "a refinement of a multiple": t.refinement(t.number, (n) => n > 0 && n % 100 === 0),
  "a refinement of an array": t.refinement(t.array(t.number), (ns) => ns.length >= 12),
  "a refinement of an array of what differs": t.refinement(t.array(t.boolean), (bs) => new Set(bs).size === bs.length),
  "a percentage": t.refinement(t.number, (n) => n >= 0 && n <= 1),
  recursion: Category,
  "mutual recursion": Sum,
  "recursion in a record": t.recursion<Tree>("Tree", (self) => t.record(t.string, self)),
  "recursion behind an option": t.recursion<List, unknown>("List", (self) =>
    t.type({ rest: optionFromNullable(self) }),
  ),
  NonEmptyString,
  UUID,
  DateFromISOString,
  DateFromNumber,
  DateFromUnixTime,
  NumberFromString,
  IntFromString,
  BooleanFromNumber,
  BooleanFromString,
  BigIntFromString,
  Json,
  option: option(t.string),
  optionFromNullable: optionFromNullable(NonEmptyString),
  "optionFromNullable of a type": optionFromNullable(t.type({ a: UUID, b: t.array(t.Int) })),
  "optionFromNullable of a partial": optionFromNullable(t.partial({ a: DateFromISOString })),
  "optionFromNullable of a record": optionFromNullable(t.record(t.string, t.number)),
  "optionFromNullable of a tuple": optionFromNullable(t.tuple([t.string, t.number])),
  "optionFromNullable of a union": optionFromNullable(t.union([Sku, t.type({ a: t.number })])),
  "optionFromNullable of a tagged union": optionFromNullable(Shape),
  "optionFromNullable of an intersection": optionFromNullable(
    t.intersection([t.type({ a: t.string }), t.type({ b: t.number })]),
  ),
  either: either(t.string, NumberFromString),
  nonEmptyArray: nonEmptyArray(t.string),
  readonlyNonEmptyArray: readonlyNonEmptyArray(DateFromISOString),
  setFromArray: setFromArray(t.string, Str.Ord),
  "setFromArray of few": setFromArray(t.keyof({ a: null, b: null }), Str.Ord),
  readonlySetFromArray: readonlySetFromArray(t.number, Num.Ord),
  mapFromEntries: mapFromEntries(t.string, Str.Ord, NumberFromString),
  readonlyMapFromEntries: readonlyMapFromEntries(UUID, Str.Ord, t.type({ a: t.number })),
  fromNewtype: fromNewtype<Token>(t.string),
  fromNullable: fromNullable(t.number, 0),
  withFallback: withFallback(t.union([t.literal("red"), t.literal("blue")]), "red"),
  withMessage: withMessage(t.type({ a: NonEmptyString }), () => "no"),
  withEncode: withEncode(t.number, (n) => n),
  mapOutput: mapOutput(t.string, (s) => s),
  pipe: t.string.pipe(NumberFromString),
  "pipe of refinements": t.string.pipe(NonEmptyString),
  "an array of what may be written as undefined": t.array(
    mapOutput(optionFromNullable(t.string), (s) => s ?? undefined),
  ),
  "a custom type of itself": Folder,
  "a custom type of texts": Money,
  "a custom type of objects": PointFromObject,
}

describe("what is derived of each kind is accepted, written as JSON, and read again as it was", () => {
  it.each(Object.entries(storables))("%s", (_, codec) => {
    const values = sample(Arbitrary.fromCodec(codec))
    storable(codec, values)
  })
})

describe("what no JSON holds is accepted all the same", () => {
  it.each<[string, t.Mixed]>([
    ["undefined", t.undefined],
    ["void", t.void],
    ["a bigint", t.bigint],
    ["a Date", date],
    ["a pattern", regexp],
    ["a type of them", t.type({ at: date, n: t.bigint, nothing: t.void })],
  ])("%s", (_, codec) => {
    expect(sample(Arbitrary.fromCodec(codec)).every((value) => codec.is(value))).toBe(true)
  })

  it("JSON in a text may be anything that JSON is", () => {
    const values = sample(Arbitrary.fromCodec(JsonFromString))
    expect(values.every(JsonFromString.is)).toBe(true)
    expect(new Set(values.map((value) => (Array.isArray(value) ? "array" : typeof value))).size).toBeGreaterThan(3)
  })
})

describe("there is variety", () => {
  /** What of it there is among a thousand values. */
  const reaches = <A>(codec: t.Type<A, unknown>, what: { readonly [name: string]: (value: A) => boolean }): void => {
    const values = sample(Arbitrary.fromCodec(codec))
    expect(Object.entries(what).filter(([, is]) => !values.some(is))).toEqual([])
  }

  it("in numbers", () =>
    reaches(t.number, {
      zero: (n) => Object.is(n, 0),
      "negative zero": (n) => Object.is(n, -0),
      "a small integer": (n) => Number.isInteger(n) && n > 0 && n < 10,
      "a negative one": (n) => n < 0,
      "a fraction": (n) => !Number.isInteger(n) && Math.abs(n) < 2,
      "an integer that is not safe": (n) => Number.isInteger(n) && !Number.isSafeInteger(n),
      "a huge one": (n) => n > 1e300,
      "a tiny one": (n) => n > 0 && n < 1e-300,
    }))

  it("in texts, and none that is ill-formed", () => {
    reaches(t.string, {
      empty: (text) => text === "",
      blank: (text) => text === " ",
      long: (text) => text.length > 100,
      "of more than ASCII": (text) => /[^\p{ASCII}]/u.test(text),
      "of more than the basic plane": (text) => [...text].length < text.length,
      __proto__: (text) => text === "__proto__",
      "with a line's end": (text) => text.includes("\n"),
      "that looks like a number": (text) => text === "0",
    })
    expect(sample(Arbitrary.fromCodec(t.string), 5000).every((text) => text.isWellFormed())).toBe(true)
  })

  it("in integers and what is refined", () => {
    reaches(t.Int, { zero: (n) => Object.is(n, -0), small: (n) => n === 1, huge: (n) => n > 2 ** 53 })
    reaches(NonEmptyString, { short: (text) => text.length === 1, long: (text) => text.length > 100 })
  })

  it("in arrays", () =>
    reaches(t.array(t.string), {
      empty: (items) => items.length === 0,
      single: (items) => items.length === 1,
      long: (items) => items.length >= 10,
    }))

  it("in optional keys", () =>
    reaches(t.intersection([t.type({ a: t.number }), t.partial({ b: t.string, c: t.number })]), {
      "all absent": (value) => !("b" in value) && !("c" in value),
      "all there": (value) => value.b !== undefined && value.c !== undefined,
      one: (value) => value.b !== undefined && !("c" in value),
      undefined: (value) => "b" in value && value.b === undefined,
    }))

  it("in unions: each member alike", () => {
    const values = sample(Arbitrary.fromCodec(t.union([t.null, t.string, t.number, t.boolean])))
    for (const kind of ["object", "string", "number", "boolean"]) {
      expect(values.filter((value) => typeof value === kind).length).toBeGreaterThan(180)
    }
  })

  it("in options, eithers and sets", () => {
    reaches(optionFromNullable(t.string), { none: Option.isNone, some: Option.isSome })
    reaches(optionFromNullable(Shape), {
      none: Option.isNone,
      circle: (shape) => Option.isSome(shape) && shape.value.kind === "circle",
      square: (shape) => Option.isSome(shape) && shape.value.kind === "square",
    })
    reaches(optionFromNullable(t.partial({ a: t.string })), {
      absent: (value) => Option.isSome(value) && !("a" in value.value),
      there: (value) => Option.isSome(value) && value.value.a !== undefined,
    })
    reaches(optionFromNullable(t.record(t.string, t.number)), {
      several: (found) => Option.isSome(found) && Object.keys(found.value).length > 2,
    })
    reaches(Folder, { empty: (tree) => Object.keys(tree).length === 0, deep: (tree) => Object.keys(tree).length > 1 })
    reaches(either(t.string, t.number), { left: Either.isLeft, right: Either.isRight })
    reaches(setFromArray(t.string, Str.Ord), { empty: (set) => set.size === 0, large: (set) => set.size > 5 })
    reaches(mapFromEntries(t.string, Str.Ord, t.number), {
      empty: (map) => map.size === 0,
      large: (map) => map.size > 5,
    })
  })

  it("in keys, and none that cannot be stored", () => {
    const values = sample(Arbitrary.fromCodec(t.record(t.string, t.number)))
    const keys = new Set(values.flatMap((value) => Object.keys(value)))
    for (const key of ["", "constructor", "toString", "0"]) expect(keys).toContain(key)
    for (const key of ["__proto__", "_tag"]) expect(keys).not.toContain(key)
  })

  it("in what recurs: shallow, deep, and never without end", () => {
    const depth = ({ inner }: Category): number => Math.max(0, ...inner.map((each) => depth(each) + 1))
    const depths = sample(Arbitrary.fromCodec(Category)).map(depth)
    for (const each of [0, 1, 2, 3]) expect(depths).toContain(each)
    expect(Math.max(...depths)).toBeLessThanOrEqual(4)
  })

  it("in dates: of our days, of the whole calendar, and none that is none", () => {
    reaches(DateFromISOString, {
      "before the epoch": (date) => date.getTime() < 0,
      "of our days": (date) => date.getFullYear() >= 1970 && date.getFullYear() <= 2100,
    })
    expect(sample(Arbitrary.fromCodec(DateFromISOString)).every((date) => !Number.isNaN(date.getTime()))).toBe(true)
  })

  it("in JSON", () =>
    reaches(t.unknown, {
      null: (json) => json === null,
      list: (json) => Array.isArray(json),
      object: (json) => typeof json === "object" && json !== null && !Array.isArray(json),
      nested: (json) => Array.isArray(json) && json.some((item) => typeof item === "object" && item !== null),
    }))
})

describe("what fails is made as small as it can be", () => {
  const Order = t.type({ owner: NonEmptyString, items: t.array(t.type({ name: t.string, pieces: t.Int })) })

  it("a list of the smallest items", () => {
    const found = smallest(Arbitrary.fromCodec(Order), ({ items }) => items.length < 3)
    const item = { name: "", pieces: 0 }
    expect(found).toEqual({ owner: found.owner, items: [item, item, item] })
    expect(found.owner).toHaveLength(1)
  })

  it("a number next to the bound", () => {
    expect(smallest(Arbitrary.fromCodec(t.type({ n: t.Int })), ({ n }) => n < 10)).toEqual({ n: 10 })
  })

  it("without the optional keys that do not matter", () => {
    const codec = t.intersection([t.type({ a: t.number }), t.partial({ b: t.string, c: t.string })])
    expect(smallest(Arbitrary.fromCodec(codec), ({ b }) => b === undefined)).toEqual({ a: 0, b: "" })
  })

  it("the first member of a union, where that fails too", () => {
    expect(smallest(Arbitrary.fromCodec(t.array(t.union([t.null, Order]))), (list) => list.length < 2)).toEqual([
      null,
      null,
    ])
  })

  it("what recurs only as deep as it has to", () => {
    expect(smallest(Arbitrary.fromCodec(Category), ({ inner }) => inner.length === 0)).toEqual({
      name: "",
      inner: [{ name: "", inner: [] }],
    })
  })

  it("also behind a codec that had to be asked", () => {
    expect(smallest(Arbitrary.fromCodec(setFromArray(t.Int, Num.Ord)), (set) => set.size < 2).size).toBe(2)
    const dates = Arbitrary.fromCodec(optionFromNullable(t.array(t.Int)))
    expect(smallest(dates, (found) => Option.isNone(found) || found.value.length < 2)).toEqual(Option.some([0, 0]))
  })
})

describe("what cannot be derived", () => {
  const Never = t.refinement(t.string, (s) => s.length > 1000 && s.startsWith("!!!"), "Shouting")
  const Hidden = new t.Type<string>(
    "Hidden",
    (u): u is string => u === "sesame",
    () => t.failures([]),
    t.identity,
  )

  const errorOf = (derive: () => unknown): unknown => {
    try {
      derive()
    } catch (error) {
      return error
    }
    return undefined
  }

  it("is an error that names the codec and the place, and what to give", () => {
    const error = errorOf(() => Arbitrary.fromCodec(t.type({ lines: t.array(t.type({ word: Never })) })))
    expect(error).toBeInstanceOf(Arbitrary.Underivable)
    expect(error).toMatchObject({ path: "lines.*.word", of: "Shouting" })
    expect(String(error)).toContain('{ at: { "lines.*.word": … } }')
  })

  it("is one where a codec accepts nothing that it is shown, and inside of one that has to be asked", () => {
    expect(errorOf(() => Arbitrary.fromCodec(t.type({ a: Hidden })))).toMatchObject({ path: "a", of: "Hidden" })
    const nested = setFromArray(t.tuple([Hidden]), { equals: () => false, compare: () => 0 })
    expect(errorOf(() => Arbitrary.fromCodec(t.type({ a: t.type({ b: nested }) })))).toMatchObject({ path: "a.b" })
  })

  it("is what has no value, or none that ends", () => {
    expect(errorOf(() => Arbitrary.fromCodec(t.type({ a: Endless })))).toMatchObject({ path: "" })
    expect(errorOf(() => Arbitrary.fromCodec(Endless))).toMatchObject({ path: "", of: "Endless" })
  })

  it("is left out where there is something else", () => {
    expect(sample(Arbitrary.fromCodec(t.union([Endless, t.literal(1)])), 10)).toEqual(Array(10).fill(1))
    expect(sample(Arbitrary.fromCodec(t.array(Endless)), 1)).toEqual([[]])
    expect(sample(Arbitrary.fromCodec(t.partial({ a: Endless })), 1)).toEqual([{}])
  })

  it("can be overridden", () => {
    const codec = t.type({ lines: t.array(t.type({ word: Never })) })
    const word = fc.string().map((rest) => `!!!${"a".repeat(1000)}${rest}`)
    storable(codec, sample(Arbitrary.fromCodec(codec, { at: { "lines.*.word": word } }), 100))
  })
})

describe("overrides", () => {
  const Order = t.type({
    owner: t.string,
    lines: t.array(t.type({ price: t.number })),
    pair: t.tuple([t.string, t.number]),
    sizes: t.record(t.string, t.Int),
    by: t.union([t.type({ kind: t.literal("a"), a: t.number }), t.type({ kind: t.literal("b"), b: t.number })]),
    category: Category,
    at: DateFromISOString,
  })

  it("take the place of what is derived, wherever it is", () => {
    const values = sample(
      Arbitrary.fromCodec(Order, {
        at: {
          owner: fc.constant("Ada"),
          "lines.*.price": fc.integer({ min: 1, max: 9 }),
          "pair.1": fc.constant(7),
          "sizes.*": Arbitrary.fromCodec(t.Int).filter((n) => n > 0),
          "by.b": fc.constant(3),
          "category.name": fc.constant("x"),
          at: fc.constant(new Date(0)),
        },
      }),
      300,
    )
    storable(Order, values)
    const names = ({ name, inner }: Category): ReadonlyArray<string> => [name, ...inner.flatMap(names)]
    for (const { owner, lines, pair, sizes, by, category, at } of values) {
      expect([owner, pair[1], at.getTime()]).toEqual(["Ada", 7, 0])
      expect(lines.every(({ price }) => price >= 1 && price <= 9)).toBe(true)
      expect(Object.values(sizes).every((size) => size > 0)).toBe(true)
      if (by.kind === "b") expect(by.b).toBe(3)
      // At every depth.
      expect(new Set(names(category))).toEqual(new Set(["x"]))
    }
  })

  it("are for members of a union that accept them", () => {
    const codec = t.union([t.type({ a: t.string }), t.type({ a: t.number })])
    const either = fc.oneof(fc.constant("x"), fc.constant(1))
    expect(new Set(sample(Arbitrary.fromCodec(codec, { at: { a: either } })).map(({ a }) => a))).toEqual(
      new Set(["x", 1]),
    )
  })

  it("that match nothing are an error that lists the paths that there are", () => {
    const at: { readonly [path: string]: fc.Arbitrary<never> } = { "lines.*.prise": fc.constant(0 as never) }
    expect(() => Arbitrary.fromCodec(t.type({ lines: t.array(t.type({ price: t.number })) }), { at })).toThrow(
      'nothing at "lines.*.prise"; the paths are lines, lines.*, lines.*.price',
    )
  })

  it("that the codec does not accept are an error that shows one", () => {
    expect(() => Arbitrary.fromCodec(t.type({ n: t.Int }), { at: { n: fc.constant(1.5) } })).toThrow(
      "not accepted there, 1.5 say",
    )
  })
})
