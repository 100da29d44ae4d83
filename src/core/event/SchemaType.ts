/**
 * An Effect `Schema` as an io-ts codec: for the payloads of events, and for the states of snapshots.
 *
 * ```
 * Schema.Codec<A, O> → t.Type<A, O>, where O is JSON
 * ```
 *
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import * as t from "io-ts"
import * as Json from "./Json.ts"
import type { Refusing } from "./Refusal.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const Behind: unique symbol = Symbol.for("everfold/SchemaType")

/** What a schema complains about, each with its place in the value. */
const errorsOf = (issue: SchemaIssue.Issue, value: unknown, context: t.Context, type: t.Mixed): t.Errors =>
  format(issue).issues.map(({ message, path = [] }) => ({
    value,
    message,
    context: [...context, ...path.map((step) => ({ key: String(typeof step === "object" ? step.key : step), type }))],
  }))

/** Whether JSON leaves a key of it out. */
const hasUndefined = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).some((inner) => (inner === undefined ? !Array.isArray(value) : hasUndefined(inner)))

/**
 * The io-ts codec of a schema. What the schema writes has to be JSON, and it must not need services: otherwise it does
 * not compile. One that waits for something, or dies, is a fault when it is used. Faults have the path that the schema
 * complains about, reading and writing.
 *
 * - The payload of an event is a `Struct` without `_tag`, or a union of them. A `Schema.Class` is none: events are plain
 *   objects, and it writes its own instances only. Take `Schema.Struct(Money.fields)`. Inside of a payload, and as a
 *   snapshot's state, a class is as good as any schema.
 * - Keys that the schema does not name are left out when it writes and when it reads.
 * - JSON has no `undefined`: a key that is written so is left out, and its schema has to read that. `Schema.optional` and
 *   `Schema.OptionFromOptional` do; with `Schema.UndefinedOr` and `Schema.OptionFromUndefinedOr`, it is a fault to write
 *   `undefined`.
 * - `Schema.Date`, `Schema.BigInt` and their like write what is no JSON; `Schema.DateFromString` and
 *   `Schema.BigIntFromString` do. For a snapshot's state, `Schema.toCodecJson` makes JSON of any schema.
 * - What is written by a recursive schema (`Schema.suspend`) is declared by a `type`, not by an `interface`: only then
 *   does the compiler see that it is JSON.
 *
 * @example
 * ```ts
 * import * as Option from "effect/Option"
 * import * as Schema from "effect/Schema"
 * import { EventCodec } from "everfold"
 * import { SchemaType } from "everfold/schema"
 *
 * const OrderEvent = EventCodec.make({
 *   Placed: EventCodec.version(SchemaType.make(Schema.Struct({ item: Schema.String }))).pipe(
 *     EventCodec.upcast(
 *       SchemaType.make(Schema.Struct({ item: Schema.String, due: Schema.OptionFromNullOr(Schema.DateFromString) })),
 *       (v1) => ({ ...v1, due: Option.none() })
 *     )
 *   )
 * })
 * const event = OrderEvent.Placed({ item: "tea", due: Option.some(new Date(0)) })
 * console.log(EventCodec.encode(OrderEvent, event)._tag) // Right
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = <A, O extends Json.Json>(schema: Schema.Codec<A, O>): t.Type<A, O> => {
  const reads = SchemaParser.decodeUnknownResult(schema)
  const writes = SchemaParser.encodeUnknownResult(schema)

  const tryEncode = (value: unknown): t.Validation<O> => {
    const context = [{ key: "", type }]
    const written = writes(value)
    if (written._tag === "Failure") return t.failures(errorsOf(written.failure, value, context, type))
    // What has no JSON at all is refused by whoever writes that.
    const text = hasUndefined(written.success) ? Json.stringify(written.success) : undefined
    const read = text?._tag === "Right" ? reads(JSON.parse(text.right)) : written
    if (read._tag === "Success") return t.success(written.success)
    const lost = (message: string | undefined) =>
      `JSON leaves undefined out, and what is left does not decode (${message}); use Schema.optional`
    return t.failures(
      errorsOf(read.failure, value, context, type).map((error) => ({ ...error, message: lost(error.message) })),
    )
  }

  const type: t.Type<A, O> = new t.Type(
    "a schema",
    SchemaParser.is(schema),
    (value, context) => {
      const read = reads(value)
      return read._tag === "Success"
        ? t.success(read.success)
        : t.failures(errorsOf(read.failure, value, context, type))
    },
    (value) => {
      const written = tryEncode(value)
      if (written._tag === "Left") throw new Error(written.left.map(({ message }) => message).join("; "))
      return written.right
    },
  )
  const refusing: Refusing<A, O> = Object.assign(type, { tryEncode, [Behind]: schema })
  return refusing
}

interface OfSchema {
  readonly [Behind]: Schema.Top
}

const isOfSchema = (codec: object): codec is OfSchema => Behind in codec

/**
 * The schema that a codec was made of, for whoever derives from it; `undefined` where it was made otherwise.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { SchemaType } from "everfold/schema"
 * import * as t from "io-ts"
 *
 * const Item = Schema.Struct({ item: Schema.String })
 * console.log(SchemaType.schemaOf(SchemaType.make(Item)) === Item) // true
 * console.log(SchemaType.schemaOf(t.type({ item: t.string }))) // undefined
 * ```
 * @category getters
 * @since 0.1.0
 */
export const schemaOf = (codec: object): Schema.Top | undefined => (isOfSchema(codec) ? codec[Behind] : undefined)
