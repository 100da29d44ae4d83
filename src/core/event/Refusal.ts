/**
 * Where and why an io-ts codec does not read or write a value. Reading, it says so itself; writing, `is` says no more
 * than no, so its parts are asked.
 *
 * @since 0.1.0
 */
import { type Either, isLeft, left } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import type { Fault } from "./Json.ts"

/**
 * A codec that says itself what it does not write and where.
 *
 * @category model
 * @since 0.1.0
 */
export interface Refusing<A, O> extends t.Type<A, O> {
  readonly tryEncode: (value: unknown) => t.Validation<O>
}

/**
 * @category guards
 * @since 0.1.0
 */
export const isRefusing = <A, O>(codec: t.Type<A, O>): codec is Refusing<A, O> => "tryEncode" in codec

/**
 * The deepest of io-ts's complaints, as a path and an expectation.
 *
 * @category elimination
 * @since 0.1.0
 */
export const toFault = (errors: t.Errors): Fault => {
  let deepest = errors[0]
  for (const error of errors) if (error.context.length > (deepest?.context.length ?? 0)) deepest = error
  if (deepest === undefined) return { path: "", reason: "it does not decode" }
  // The key of a member of a union or an intersection is its number there, and no place in the value.
  const { context } = deepest
  const path = context
    .filter(({ key }, i) => key !== "" && !isCombined(context[i - 1]?.type))
    .map(({ key }) => key)
    .join(".")
  const expected = deepest.context.at(-1)?.type.name ?? "another type"
  return { path, reason: deepest.message ?? `${show(deepest.value)} is not ${expected}` }
}

type Wrapped = t.ExactType<t.HasProps> | t.ReadonlyType<t.Mixed> | t.RefinementType<t.Mixed> | t.RecursiveType<t.Mixed>

const isWrapped = (codec: object): codec is Wrapped =>
  codec instanceof t.ExactType ||
  codec instanceof t.ReadonlyType ||
  codec instanceof t.RefinementType ||
  codec instanceof t.RecursiveType

const isCombined = (codec: object | undefined): boolean => {
  if (codec === undefined) return false
  if (isWrapped(codec)) return isCombined(codec.type)
  return codec instanceof t.UnionType || codec instanceof t.IntersectionType
}

const show = (value: unknown): string => {
  if (value === undefined) return "nothing"
  try {
    const text = JSON.stringify(value) ?? String(value)
    return text.length > 80 ? `${text.slice(0, 80)}…` : text
  } catch {
    return typeof value
  }
}

/**
 * What is said of a version that the chain does not have.
 *
 * @category errors
 * @since 0.1.0
 */
export const unknownVersion = (version: number): Either<Fault, never> =>
  left({ path: "", reason: `schema version ${version} is unknown here; a newer model wrote it` })

/** What a refusal asks of a codec; the codecs of parts are found in it. */
interface Codec {
  readonly name: string
  readonly is: (value: unknown) => boolean
}

/** A part of a codec, what it is to write, and under which key; a member of a union or an intersection has none. */
type Part = readonly [codec: Codec, value: unknown, key?: string]

const get = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined

const isRecord = (value: unknown): value is object => typeof value === "object" && value !== null

const properties = (props: { readonly [key: string]: Codec }, value: unknown): ReadonlyArray<Part> =>
  Object.entries(props).map(([key, codec]) => [codec, get(value, key), key])

const partsOf = (codec: Codec, value: unknown): ReadonlyArray<Part> => {
  if (codec instanceof t.InterfaceType) return isRecord(value) ? properties(codec.props, value) : []
  if (codec instanceof t.PartialType) {
    return isRecord(value) ? properties(codec.props, value).filter(([, part]) => part !== undefined) : []
  }
  if (codec instanceof t.ArrayType || codec instanceof t.ReadonlyArrayType) {
    return Array.isArray(value) ? value.map((item: unknown, i) => [codec.type, item, String(i)]) : []
  }
  if (codec instanceof t.TupleType) {
    const types: ReadonlyArray<Codec> = codec.types
    return Array.isArray(value) ? types.map((type, i) => [type, value[i], String(i)]) : []
  }
  if (codec instanceof t.DictionaryType) {
    return isRecord(value) ? Object.entries(value).map(([key, item]) => [codec.codomain, item, key]) : []
  }
  if (codec instanceof t.UnionType || codec instanceof t.IntersectionType) {
    const types: ReadonlyArray<Codec> = codec.types
    return types.map((type) => [type, value])
  }
  return isWrapped(codec) ? [[codec.type, value]] : []
}

/** The refused value that lies deepest, and the way to it. */
interface Refused {
  readonly path: ReadonlyArray<string>
  readonly value: unknown
  readonly codec: Codec
}

/** What was found is kept: each recursive member of a union would ask about all that lies below again. */
const deepest = (codec: Codec, value: unknown, known: Map<Codec, Map<unknown, Refused>>): Refused => {
  const before = known.get(codec)?.get(value)
  if (before !== undefined) return before
  let found: Refused = { path: [], value, codec }
  for (const [part, inner, key] of partsOf(codec, value)) {
    if (part.is(inner)) continue
    const refused = deepest(part, inner, known)
    const path = key === undefined ? refused.path : [key, ...refused.path]
    if (path.length > found.path.length || found.codec === codec) found = { ...refused, path }
  }
  known.set(codec, (known.get(codec) ?? new Map<unknown, Refused>()).set(value, found))
  return found
}

/** Whether a complaint about reading is none about writing: the value is what its codec writes. */
const isWritten = ({ context }: t.ValidationError): boolean => {
  const { type, actual } = context.at(-1) ?? {}
  return type instanceof t.Type && type.is(actual)
}

/** What a codec says of a value that it does not write; of its parts, where they cannot be asked, by reading it. */
const complaints = (codec: Codec, value: unknown): t.Errors => {
  if (!(codec instanceof t.Type)) return []
  const answer: t.Validation<unknown> = isRefusing(codec) ? codec.tryEncode(value) : codec.decode(value)
  return isLeft(answer) ? answer.left.filter((error) => !isWritten(error)) : []
}

/**
 * Where and why a codec refuses a value that it does not write.
 *
 * @category elimination
 * @since 0.1.0
 */
export const refusal = (codec: Codec, value: unknown): Fault => {
  const refused = deepest(codec, value, new Map())
  const errors = complaints(refused.codec, refused.value)
  const inner =
    errors.length > 0 ? toFault(errors) : { path: "", reason: `${show(refused.value)} is not ${refused.codec.name}` }
  return { path: [...refused.path, inner.path].filter((step) => step !== "").join("."), reason: inner.reason }
}
