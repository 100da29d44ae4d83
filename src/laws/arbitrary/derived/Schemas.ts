/**
 * Arbitraries of what Effect schemas decode to: their type side.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaParser from "effect/SchemaParser"
import * as fc from "fast-check"
import * as Declared from "./Declared.ts"
import * as Guesses from "./Guesses.ts"
import { again, below, inside, longest, override, type Place, remembered, Underivable } from "./Place.ts"
import * as Plain from "./Plain.ts"
import { among, either } from "./Sieve.ts"

type Arbitrary = fc.Arbitrary<unknown>

/** What has no value has no arbitrary. */
type Derived = Arbitrary | undefined

type Constraint = Schema.Annotations.ToArbitrary.FilterConstraint
type Check = SchemaAST.Check<unknown>

const filtersOf = (check: Check): ReadonlyArray<SchemaAST.Filter<unknown>> =>
  check._tag === "Filter" ? [check] : check.checks.flatMap(filtersOf)

const annotated = (check: Check): ReadonlyArray<Constraint> => [
  ...(check.annotations?.arbitraryConstraint === undefined ? [] : [check.annotations.arbitraryConstraint]),
  ...(check._tag === "Filter" ? [] : check.checks.flatMap(annotated)),
]

const checksOf = (ast: SchemaAST.AST): ReadonlyArray<Check> => ast.checks ?? []

const nameOf = (ast: SchemaAST.AST): string => {
  const identifier = ast.annotations?.identifier
  return typeof identifier === "string" ? identifier : `a schema (${ast._tag})`
}

const isOf = (ast: SchemaAST.AST): ((value: unknown) => boolean) => SchemaParser.is(Schema.make<Schema.Top>(ast))

const numbersIn = (
  constraints: ReadonlyArray<Constraint>,
  keys: ReadonlyArray<keyof Constraint>,
): ReadonlyArray<number> =>
  constraints.flatMap((constraint) =>
    keys.flatMap((key) => {
      const bound: unknown = constraint[key]
      return typeof bound === "number" ? [bound] : []
    }),
  )

/** What the checks say of themselves. */
const hintsOf = (constraints: ReadonlyArray<Constraint>): Guesses.Hints => ({
  patterns: constraints.flatMap(({ patterns = [] }) => patterns.flatMap(({ source, flags }) => pattern(source, flags))),
  numbers: numbersIn(constraints, [
    ...(["minimum", "maximum", "minLength", "maxLength"] as const),
    ...(["minCodePoints", "maxCodePoints", "minSize", "maxSize"] as const),
  ]),
  texts: [],
})

const pattern = (source: string, flags: string): ReadonlyArray<RegExp> => {
  try {
    return [new RegExp(source, flags.replaceAll(/[gy]/g, ""))]
  } catch {
    return []
  }
}

const items = (ast: SchemaAST.AST, place: Place): Derived => {
  const derived = walk(ast, place)
  // JSON has no `undefined` in lists.
  return derived !== undefined && isOf(ast)(undefined) ? among([derived], (value) => value !== undefined) : derived
}

/** Of all of them, or of the first ones where the others are optional. */
const tuples = (
  elements: ReadonlyArray<SchemaAST.AST>,
  place: Place,
): ReadonlyArray<fc.Arbitrary<ReadonlyArray<unknown>>> => {
  const derived = elements.map((ast, i) => items(ast, below(place, String(i))))
  const required = elements.filter((ast) => !SchemaAST.isOptional(ast)).length
  return Array.from({ length: elements.length - required + 1 }, (_, i) => derived.slice(0, required + i)).flatMap(
    (some) => {
      const there = some.filter((each) => each !== undefined)
      return there.length < some.length ? [] : [fc.tuple(...there)]
    },
  )
}

const joined = (parts: ReadonlyArray<fc.Arbitrary<ReadonlyArray<unknown>>>): fc.Arbitrary<ReadonlyArray<unknown>> =>
  fc.tuple(...parts).map((lists) => lists.flat(1))

const lists = (
  ast: SchemaAST.Arrays,
  place: Place,
  constraints: ReadonlyArray<Constraint>,
): ReadonlyArray<Arbitrary> => {
  const { elements } = ast
  const [rest, ...tail] = ast.rest
  const first = tuples(elements, place)
  if (first.length === 0) return []
  const derived = rest === undefined ? undefined : items(rest, below(place, "*"))
  const last = tuples(tail, place)
  if (derived === undefined || last.length === 0) return rest === undefined || tail.length === 0 ? [either(first)] : []
  const all = first.at(-1) ?? fc.constant([])
  const fixed = elements.length + tail.length
  const least = Math.max(0, ...numbersIn(constraints, ["minLength"]).map((n) => n - fixed))
  const maximum = Math.min(Number.POSITIVE_INFINITY, ...numbersIn(constraints, ["maxLength"]).map((n) => n - fixed))
  const maxLength = Math.max(least, Math.min(maximum, Math.max(longest(place), least)))
  const uniqueBy = constraints.find((constraint) => constraint.uniqueBy !== undefined)?.uniqueBy
  const many =
    uniqueBy === undefined
      ? fc.array(derived, { minLength: least, maxLength })
      : fc.uniqueArray(derived, { minLength: least, maxLength, selector: (item): unknown => uniqueBy(item) })
  return [
    elements.length + tail.length === 0 ? many : joined([all, many, ...last]),
    ...(fixed === 0 ? [] : first),
  ].slice(0, tail.length === 0 ? undefined : 1)
}

const nameOfKey = (key: PropertyKey, ast: SchemaAST.AST, { path }: Place): string => {
  if (typeof key !== "symbol") return String(key)
  throw new Underivable({ path, of: nameOf(ast), reason: `JSON has no ${String(key)} as a key` })
}

const struct = (ast: SchemaAST.Objects, place: Place): Derived => {
  const model: Array<[string, Arbitrary]> = []
  const requiredKeys: Array<string> = []
  for (const { name: key, type } of ast.propertySignatures) {
    const name = nameOfKey(key, ast, place)
    const derived = walk(type, below(place, name))
    if (!SchemaAST.isOptional(type) || Plain.isInherited(name)) {
      if (derived === undefined) return undefined
      requiredKeys.push(name)
    }
    if (derived !== undefined) model.push([name, derived])
  }
  return fc.record(Object.fromEntries(model), { requiredKeys, noNullPrototype: true })
}

const objects = (ast: SchemaAST.Objects, place: Place): Derived => {
  const own = struct(ast, place)
  if (own === undefined || ast.indexSignatures.length === 0) return own
  const named = new Set(ast.propertySignatures.map(({ name }) => name))
  const parts = ast.indexSignatures.map(({ parameter, type }) => {
    const values = walk(type, below(place, "*"))
    const derived = walk(parameter, place) ?? Plain.key
    const accepts = (key: unknown) => typeof key !== "symbol" && String(key) !== "__proto__" && !named.has(String(key))
    const keys = parameter._tag === "String" ? [Plain.key, derived] : [derived]
    const names = found(
      among(keys, (key) => accepts(key) && isOf(parameter)(key)),
      ast,
      place,
    ).map(String)
    return values === undefined ? fc.constant({}) : Plain.dictionary(names, values, longest(place))
  })
  const all = fc.tuple(own, ...parts).map((each) => Object.assign({}, ...each))
  // A key may be one of several index signatures.
  return found(among([all, own], isOf(ast)), ast, place)
}

const found = (derived: Derived, ast: SchemaAST.AST, { path }: Place): Arbitrary => {
  if (derived !== undefined) return derived
  throw new Underivable({ path, of: nameOf(ast), reason: "hardly anything that was tried is accepted" })
}

const template = (ast: SchemaAST.TemplateLiteral, place: Place): Derived => {
  const parts = ast.parts.map((part) => walk(part, place))
  const there = parts.filter((part) => part !== undefined)
  if (there.length < parts.length) return undefined
  return found(among([fc.tuple(...there).map((texts) => texts.map(String).join(""))], isOf(ast)), ast, place)
}

const union = (ast: SchemaAST.Union, place: Place): Derived => {
  const members = ast.types.flatMap((type) => walk(type, place) ?? [])
  if (members.length === 0) return undefined
  return ast.options?.mode === "oneOf" ? found(among([either(members)], isOf(ast)), ast, place) : either(members)
}

/** The simplest first; each is tried in turn, until enough of one is accepted. */
function* candidates(ast: SchemaAST.AST, place: Place, constraints: ReadonlyArray<Constraint>): Generator<Arbitrary> {
  const one = (derived: Derived): ReadonlyArray<Arbitrary> => (derived === undefined ? [] : [derived])
  const hints = hintsOf(constraints)
  switch (ast._tag) {
    case "Never":
      return
    case "Null":
      return yield fc.constant(null)
    case "Undefined":
    case "Void":
      return yield fc.constant(undefined)
    case "Literal":
      return yield fc.constant(ast.literal)
    case "UniqueSymbol":
      return yield fc.constant(ast.symbol)
    case "Boolean":
      return yield fc.boolean()
    case "Symbol":
      return yield Plain.text.map((name) => Symbol.for(name))
    case "BigInt":
      return yield* Guesses.bigints(constraints.flatMap(({ minimum, maximum }) => [minimum, maximum]))
    case "String":
      yield Plain.text
      return yield* Guesses.texts(hints)
    case "Number":
      yield Plain.number
      return yield* Guesses.numbers(hints)
    case "Unknown":
    case "Any":
      return yield Plain.json
    case "ObjectKeyword":
      yield Plain.object
      return yield fc.array(Plain.json)
    case "Enum":
      return yield fc.constantFrom(...ast.enums.map(([, value]) => value))
    case "TemplateLiteral":
      return yield* one(template(ast, place))
    case "Union":
      return yield* one(union(ast, place))
    case "Arrays":
      return yield* lists(ast, place, constraints)
    case "Objects":
      return yield* one(objects(ast, place))
    case "Declaration":
      return yield* Declared.candidates(ast, constraints, (to) => walk(to, place))
    case "Suspend": {
      const body = ast.thunk()
      const next = again(place, body)
      return yield* one(next === undefined ? undefined : walk(body, next))
    }
  }
}

const made = (ast: SchemaAST.AST, place: Place): Derived => {
  const checks = checksOf(ast)
  const all = candidates(ast, place, checks.flatMap(annotated))
  const first = all.next()
  if (first.done === true) {
    if (ast._tag !== "Declaration") return undefined
    throw new Underivable({ path: place.path, of: nameOf(ast), reason: "it does not say what it is made of" })
  }
  if (checks.length === 0) return first.value
  const filters = checks.flatMap(filtersOf)
  const accepts = (value: unknown) => filters.every((filter) => filter.run(value, ast, {}) === undefined)
  const chosen = among(
    (function* () {
      yield first.value
      yield* all
    })(),
    accepts,
  )
  return found(chosen, ast, place)
}

/**
 * The values of a schema's type side at a place; `undefined` where there are none with so little recursion left. Throws
 * where none can be derived.
 *
 * @category walking
 * @since 0.1.0
 */
export const walk = (ast: SchemaAST.AST, place: Place): Derived => {
  const type = SchemaAST.toType(ast)
  const here = inside(place, type)
  return override(place, nameOf(type), isOf(type)) ?? remembered(here, type, () => made(type, here))
}
