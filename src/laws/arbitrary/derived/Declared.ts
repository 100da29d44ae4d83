/**
 * Arbitraries of what Effect's schemas only declare: dates, options, maps, classes. Those that JSON holds in another form
 * say how they are made of it.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaParser from "effect/SchemaParser"
import * as fc from "fast-check"
import * as Guesses from "./Guesses.ts"
import * as Plain from "./Plain.ts"
import { among } from "./Sieve.ts"

type Arbitrary = fc.Arbitrary<unknown>
type Constraint = Schema.Annotations.ToArbitrary.FilterConstraint

const idOf = ({ annotations }: SchemaAST.Declaration): unknown => {
  const representation: unknown = annotations?.representation
  return typeof representation === "object" && representation !== null ? Reflect.get(representation, "id") : undefined
}

const flags = fc.subarray(["i", "m", "s"]).map((some) => some.join(""))
const sources = fc.constantFrom("", "a", ".*", "^[a-z]+$", "\\d+")

const times = (constraints: ReadonlyArray<Constraint>): ReadonlyArray<number> =>
  constraints.flatMap(({ minimum, maximum }) =>
    [minimum, maximum].flatMap((bound) => (bound instanceof Date ? [bound.getTime()] : [])),
  )

/** What there is in JavaScript itself. */
function* native(id: unknown, constraints: ReadonlyArray<Constraint>): Generator<Arbitrary> {
  switch (id) {
    case "effect/schema/Date": {
      yield Plain.date
      for (const time of Guesses.numbers({ patterns: [], texts: [], numbers: times(constraints) })) {
        yield time.map((time) => new Date(time))
      }
      return
    }
    case "effect/schema/RegExp":
      return yield fc.tuple(sources, flags).map(([source, flags]) => new RegExp(source, flags))
    case "effect/schema/URL":
      return yield fc.webUrl().map((url) => new URL(url))
    case "effect/schema/Uint8Array":
      return yield fc.uint8Array()
    case "effect/schema/Json":
    case "effect/schema/MutableJson":
      return yield Plain.json
  }
}

const isLink = (link: unknown): link is SchemaAST.Link =>
  typeof link === "object" && link !== null && "to" in link && "transformation" in link

const call = (f: unknown, argument: unknown): ReadonlyArray<SchemaAST.Link> => {
  const answer: unknown = typeof f === "function" ? f(argument) : undefined
  return isLink(answer) ? [answer] : []
}

/** How a declaration says that it is made: for generating, or else for storing. */
const linksOf = ({ annotations = {}, typeParameters }: SchemaAST.Declaration): ReadonlyArray<SchemaAST.Link> => {
  const parameters = typeParameters.map((parameter) => Schema.make<Schema.Top>(SchemaAST.toType(parameter)))
  return [
    ...call(annotations.toCodecArbitrary, { typeParameters: parameters, constraint: undefined }),
    ...call(annotations.toCodec, parameters),
    ...call(annotations.toCodecJson, parameters),
  ]
}

interface Made {
  readonly value: unknown
}

const isMade = (made: unknown): made is Made => made !== undefined

/** What is made of the values of another schema. */
function* linked(ast: SchemaAST.Declaration, link: SchemaAST.Link, walk: (to: SchemaAST.AST) => Arbitrary | undefined) {
  const to = SchemaAST.toType(link.to)
  const { typeParameters, run, annotations } = ast
  const through = new SchemaAST.Link(to, link.transformation)
  const made = new SchemaAST.Declaration(typeParameters, run, annotations, undefined, [through])
  const read = SchemaParser.decodeUnknownResult(Schema.make<Schema.Codec<unknown, unknown>>(made))
  const decode = (value: unknown): Made | undefined => {
    const result = read(value)
    return result._tag === "Success" ? { value: result.success } : undefined
  }
  const derived = walk(to)
  if (derived === undefined) return
  yield derived.map(decode)
  if (to._tag === "String") {
    for (const text of Guesses.texts({ patterns: [], texts: [], numbers: [] })) yield text.map(decode)
  }
}

/**
 * What a declaration may be made of, one after another.
 *
 * @category arbitraries
 * @since 0.1.0
 */
export function* candidates(
  ast: SchemaAST.Declaration,
  constraints: ReadonlyArray<Constraint>,
  walk: (to: SchemaAST.AST) => Arbitrary | undefined,
): Generator<Arbitrary> {
  let known = false
  for (const arbitrary of native(idOf(ast), constraints)) {
    known = true
    yield arbitrary
  }
  if (known) return
  for (const link of linksOf(ast)) {
    const derived = among(linked(ast, link, walk), isMade)
    if (derived !== undefined) return yield derived.map((made) => made?.value)
  }
}
