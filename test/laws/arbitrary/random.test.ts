/** The deriver itself, tried on codecs and schemas that nobody wrote: nested types of all kinds. */
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { isRight } from "fp-ts/lib/Either.js"
import * as Str from "fp-ts/lib/string.js"
import * as t from "io-ts"
import { DateFromISOString } from "io-ts-types/lib/DateFromISOString.js"
import { either } from "io-ts-types/lib/either.js"
import { NonEmptyString } from "io-ts-types/lib/NonEmptyString.js"
import { NumberFromString } from "io-ts-types/lib/NumberFromString.js"
import { nonEmptyArray } from "io-ts-types/lib/nonEmptyArray.js"
import { option } from "io-ts-types/lib/option.js"
import { optionFromNullable } from "io-ts-types/lib/optionFromNullable.js"
import { setFromArray } from "io-ts-types/lib/setFromArray.js"
import { UUID } from "io-ts-types/lib/UUID.js"
import { withFallback } from "io-ts-types/lib/withFallback.js"
import { expect, it } from "vitest"
import * as Json from "../../../src/core/event/Json.ts"
import * as SchemaType from "../../../src/core/event/SchemaType.ts"
import * as Arbitrary from "../../../src/laws/Arbitrary.ts"

const keys = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "a.b", ""), { maxLength: 4 })

const props = <A>(inner: fc.Arbitrary<A>): fc.Arbitrary<{ readonly [key: string]: A }> =>
  keys.chain((keys) =>
    fc.array(inner, { minLength: keys.length, maxLength: keys.length }).map((all) => zipped(keys, all)),
  )

const zipped = <A>(keys: ReadonlyArray<string>, all: ReadonlyArray<A>): { [key: string]: A } =>
  Object.fromEntries(keys.flatMap((key, i) => all.slice(i, i + 1).map((each) => [key, each] as const)))

const leaves: ReadonlyArray<t.Mixed> = [
  ...[t.string, t.number, t.boolean, t.null, t.unknown, t.UnknownRecord, t.UnknownArray, t.Int, t.literal("x")],
  ...[t.keyof({ a: null, b: null }), NonEmptyString, UUID, DateFromISOString, NumberFromString],
  t.refinement(t.string, (s) => /^[a-z]{2,5}$/.test(s), "Slug"),
  t.refinement(t.number, (n) => n >= 1 && n <= 12, "Month"),
  SchemaType.make(Schema.Struct({ at: Schema.OptionFromNullOr(Schema.DateFromString), n: Schema.Finite })),
]

/** A union of members that overlap writes some values as another member would: a flaw of its own. */
const tagged = (kind: string, item: t.Mixed): t.Mixed => t.type({ kind: t.literal(kind), item })

interface Item {
  readonly item: unknown
  readonly more: ReadonlyArray<Item>
}

const { codec } = fc.letrec<{ readonly codec: t.Mixed; readonly node: t.Mixed }>((tie) => ({
  codec: fc.oneof({ maxDepth: 3, depthIdentifier: "codec" }, fc.constantFrom(...leaves), tie("node")),
  node: fc.oneof(
    props(tie("codec")).map((props) => t.type(props)),
    props(tie("codec")).map((props) => t.partial(props)),
    props(tie("codec")).map((props) => t.strict(props)),
    props(tie("codec")).map((props) => t.exact(t.partial(props))),
    tie("codec").map((item) => t.array(item)),
    tie("codec").map((item) => t.readonlyArray(item)),
    tie("codec").map((item) => t.readonly(item)),
    tie("codec").map((item) => t.record(t.string, item)),
    tie("codec").map((item) => t.record(t.keyof({ a: null, b: null }), item)),
    tie("codec").map((item) => nonEmptyArray(item)),
    tie("codec").map((item) => option(item)),
    tie("codec").map((item) => optionFromNullable(item)),
    tie("codec").map((item) => withFallback(item, fc.sample(Arbitrary.fromCodec(item), { numRuns: 1, seed: 1 })[0])),
    tie("codec").map((item) => t.union([item, t.undefined])),
    tie("codec").map((item) =>
      t.recursion<Item, unknown>("Self", (self) => t.type({ item, more: t.readonlyArray(self) })),
    ),
    tie("codec").map((item) =>
      t.recursion<unknown, unknown>("Self", (self) =>
        t.union([tagged("item", item), tagged("next", optionFromNullable(self))]),
      ),
    ),
    fc.tuple(tie("codec"), tie("codec")).map(([a, b]) => t.tuple([a, b])),
    fc.tuple(tie("codec"), tie("codec")).map(([a, b]) => t.union([tagged("a", a), tagged("b", b)])),
    fc.tuple(tie("codec"), tie("codec")).map(([a, b]) => either(a, b)),
    fc
      .tuple(props(tie("codec")), props(tie("codec")))
      .map(([a, b]) => t.intersection([t.type(prefixed("left ", a)), t.partial(prefixed("right ", b))])),
    fc.constant(setFromArray(t.string, Str.Ord)),
  ),
}))

const prefixed = <A>(prefix: string, props: { readonly [key: string]: A }): { [key: string]: A } =>
  Object.fromEntries(Object.entries(props).map(([key, value]) => [prefix + key, value]))

it("what is derived of any io-ts codec is accepted, and can be stored", () => {
  fc.assert(
    fc.property(codec, fc.integer(), (codec, seed) => {
      // What is `undefined` as a whole is no JSON.
      const whole = t.type({ whole: codec })
      for (const value of fc.sample(Arbitrary.fromCodec(whole), { numRuns: 20, seed })) {
        expect(whole.is(value)).toBe(true)
        const written = Json.stringify(whole.encode(value))
        expect(isRight(written) && isRight(whole.decode(JSON.parse(written.right)))).toBe(true)
      }
    }),
    { numRuns: 300, seed: 1 },
  )
})

class Money extends Schema.Class<Money>("Money")({ amount: Schema.Int, currency: Schema.NonEmptyString }) {}

const plain: ReadonlyArray<Schema.Top> = [
  ...[Schema.String, Schema.Number, Schema.Boolean, Schema.Null, Schema.Unknown, Schema.Int, Schema.NonEmptyString],
  ...[Schema.Date, Schema.DateTimeUtcFromString, Schema.NumberFromString, Schema.BigInt, Schema.Json, Money],
  Schema.Literals(["a", 1]),
  Schema.TemplateLiteral(["a-", Schema.Int]),
  Schema.String.check(Schema.isPattern(/^[a-z]{2,5}$/)),
  Schema.Number.check(Schema.isBetween({ minimum: 1, maximum: 12 })),
]

const { schema } = fc.letrec<{ readonly schema: Schema.Top; readonly node: Schema.Top }>((tie) => ({
  schema: fc.oneof({ maxDepth: 3, depthIdentifier: "schema" }, fc.constantFrom(...plain), tie("node")),
  node: fc.oneof(
    props(tie("schema")).map((fields) => Schema.Struct(fields)),
    props(fc.oneof(tie("schema"), tie("schema").map(Schema.optionalKey))).map((fields) => Schema.Struct(fields)),
    tie("schema").map((item) => Schema.Array(item)),
    tie("schema").map((item) => Schema.NonEmptyArray(item)),
    tie("schema").map((item) => Schema.Array(item).check(Schema.isBetweenLength(2, 3))),
    tie("schema").map((item) => Schema.Record(Schema.String, item)),
    tie("schema").map((item) => Schema.Option(item)),
    tie("schema").map((item) => Schema.NullOr(item)),
    tie("schema").map((item) => Schema.UndefinedOr(item)),
    tie("schema").map((item) => Schema.ReadonlySet(item)),
    tie("schema").map((item) => item.pipe(Schema.brand("Branded"))),
    tie("schema").map((item) => recurring(item)),
    fc.tuple(tie("schema"), tie("schema")).map((both) => Schema.Tuple(both)),
    fc.tuple(tie("schema"), tie("schema")).map((both) => Schema.Union(both)),
    fc.tuple(tie("schema"), tie("schema")).map(([a, b]) => Schema.ReadonlyMap(a, b)),
    fc.tuple(tie("schema"), tie("schema")).map(([a, b]) => Schema.Result(a, b)),
    fc.tuple(tie("schema"), tie("schema")).map(([a, b]) => Schema.TupleWithRest(Schema.Tuple([a]), [b])),
  ),
}))

const recurring = (item: Schema.Top): Schema.Top => {
  const self: Schema.Top = Schema.Struct({ item, more: Schema.Array(Schema.suspend((): Schema.Top => self)) })
  return self
}

it("what is derived of any Effect schema is accepted", () => {
  fc.assert(
    fc.property(schema, fc.integer(), (schema, seed) => {
      const is = Schema.is(schema)
      for (const value of fc.sample(Arbitrary.fromSchema(schema), { numRuns: 20, seed })) expect(is(value)).toBe(true)
    }),
    { numRuns: 300, seed: 1 },
  )
})
