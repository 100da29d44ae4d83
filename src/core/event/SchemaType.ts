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
import type { Json } from "./Json.ts"
import type { Refusing } from "./Refusal.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** What a schema complains about, each with its place in the value. */
const errorsOf = (issue: SchemaIssue.Issue, value: unknown, context: t.Context, type: t.Mixed): t.Errors =>
  format(issue).issues.map(({ message, path = [] }) => ({
    value,
    message,
    context: [...context, ...path.map((step) => ({ key: String(typeof step === "object" ? step.key : step), type }))],
  }))

/**
 * The io-ts codec of a schema. What the schema writes has to be JSON, and it must not need services: otherwise it does
 * not compile. One that waits for something, or dies, is a fault when it is used. Faults have the path that the schema
 * complains about, reading and writing.
 *
 * - The payload of an event is a `Struct`, or a union of them. A `Schema.Class` is none: events are plain objects, and
 *   it writes its own instances only. Take `Schema.Struct(Money.fields)`. Inside of a payload, and as a snapshot's
 *   state, a class is as good as any schema.
 * - Keys that the schema does not name are left out when it writes and when it reads.
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
export const make = <A, O extends Json>(schema: Schema.Codec<A, O>): t.Type<A, O> => {
  const reads = SchemaParser.decodeUnknownResult(schema)
  const writes = SchemaParser.encodeUnknownResult(schema)
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
      const written = writes(value)
      if (written._tag === "Success") return written.success
      throw new Error(String(written.failure))
    },
  )
  const refusing: Refusing<A, O> = Object.assign(type, {
    tryEncode: (value: unknown) => {
      const written = writes(value)
      const context = [{ key: "", type }]
      return written._tag === "Success"
        ? t.success(written.success)
        : t.failures<O>(errorsOf(written.failure, value, context, type))
    },
  })
  return refusing
}
