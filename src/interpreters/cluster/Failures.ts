/**
 * What a command can fail with, as JSON and back: on the other side it is the same error again. Only what was thrown
 * does not travel; what it said does.
 *
 * @since 0.1.0
 */
import { type Either, left, map } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import {
  CommandRepeated,
  DeciderThrew,
  DecodeFailed,
  EncodeFailed,
  EventIdReused,
  IntegrityViolation,
  InvalidInput,
  VersionConflict,
} from "../../core/event/Errors.ts"
import { describe } from "../../core/event/thrown.ts"
import { CommitUnknown, KeyMissing, OpenFailed, StoreUnavailable } from "../../core/port/Errors.ts"
import type { ExecuteError } from "../../core/program/Batch.ts"

const Stream = t.type({ category: t.string, id: t.string })

const Place = { stream: Stream, version: t.number, position: t.number }

const Expected = t.union([
  t.type({ _tag: t.literal("Any") }),
  t.type({ _tag: t.literal("NoStream") }),
  t.type({ _tag: t.literal("StreamExists") }),
  t.type({ _tag: t.literal("Exact"), version: t.number }),
])

const Committed = t.type({
  repeated: t.boolean,
  position: t.number,
  streams: t.readonlyArray(t.type({ stream: Stream, version: t.number, link: t.string })),
})

const During = t.keyof({ decide: null, evolve: null, isTerminal: null })

const read =
  <F, A>(fields: t.Decoder<unknown, F>, make: (fields: F) => A) =>
  (value: unknown): Either<unknown, A> =>
    map(make)(fields.decode(value))

const readers: Readonly<Record<ExecuteError["_tag"], (value: unknown) => Either<unknown, ExecuteError>>> = {
  CommandRepeated: read(
    t.type({ id: t.string, events: t.readonlyArray(t.string), committed: Committed }),
    ({ committed, ...fields }) =>
      new CommandRepeated({
        ...fields,
        committed: {
          ...committed,
          streams: committed.streams.map((one) => ({ ...one, link: new Uint8Array(Buffer.from(one.link, "base64")) })),
        },
      }),
  ),
  CommitUnknown: read(t.type({ cause: t.string }), (fields) => new CommitUnknown(fields)),
  DeciderThrew: read(
    t.type({ stream: Stream, version: t.number, during: During, cause: t.string }),
    (fields) => new DeciderThrew(fields),
  ),
  DecodeFailed: read(
    t.type({ ...Place, type: t.string, schemaVersion: t.number, path: t.string, reason: t.string }),
    (fields) => new DecodeFailed(fields),
  ),
  EncodeFailed: read(
    t.type({ stream: Stream, type: t.string, path: t.string, reason: t.string }),
    (fields) => new EncodeFailed(fields),
  ),
  EventIdReused: read(t.type({ id: t.string }), (fields) => new EventIdReused(fields)),
  IntegrityViolation: read(t.type({ ...Place, reason: t.string }), (fields) => new IntegrityViolation(fields)),
  InvalidInput: read(t.type({ what: t.string }), (fields) => new InvalidInput(fields)),
  KeyMissing: read(t.type({ keyId: t.string, where: t.string }), (fields) => new KeyMissing(fields)),
  OpenFailed: read(t.type({ keyId: t.string, where: t.string }), (fields) => new OpenFailed(fields)),
  StoreUnavailable: read(
    t.type({ what: t.string, retryable: t.boolean, cause: t.string }),
    (fields) => new StoreUnavailable(fields),
  ),
  VersionConflict: read(
    t.type({ stream: Stream, expected: Expected, actual: t.number }),
    (fields) => new VersionConflict(fields),
  ),
}

const classes = [
  CommandRepeated,
  CommitUnknown,
  DeciderThrew,
  DecodeFailed,
  EncodeFailed,
  EventIdReused,
  IntegrityViolation,
  InvalidInput,
  KeyMissing,
  OpenFailed,
  StoreUnavailable,
  VersionConflict,
]

/**
 * Whether it is one of them, and no rejection of a model.
 *
 * @category guards
 * @since 0.1.0
 */
export const is = (value: unknown): value is ExecuteError => classes.some((error) => value instanceof error)

const Tagged = t.type({ _tag: t.string })

const isKnown = (tag: string): tag is ExecuteError["_tag"] => Object.hasOwn(readers, tag)

/**
 * As JSON.
 *
 * @category conversions
 * @since 0.1.0
 */
export const encode = (error: ExecuteError): unknown => {
  if ("cause" in error) return { ...error, cause: describe(error.cause) }
  if (error._tag !== "CommandRepeated") return { ...error }
  const streams = error.committed.streams.map((one) => ({ ...one, link: Buffer.from(one.link).toString("base64") }))
  return { ...error, committed: { ...error.committed, streams } }
}

/**
 * The error again, or why it is none.
 *
 * @category conversions
 * @since 0.1.0
 */
export const decode = (value: unknown): Either<unknown, ExecuteError> =>
  Tagged.is(value) && isKnown(value._tag) ? readers[value._tag](value) : left(value)
