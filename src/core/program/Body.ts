/**
 * Bodies: what an event or a snapshot holds, as JSON, compressed where it helps, sealed where the cipher says so.
 *
 * ```
 * body = seal(compress({"data": payload, "meta": user metadata, if any}))
 * ```
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import * as Encoding from "../event/Encoding.ts"
import * as Json from "../event/Json.ts"
import * as StreamName from "../event/StreamName.ts"
import { describe } from "../event/thrown.ts"
import type { Cipher, Sealable } from "../port/Cipher.ts"
import type { Compression } from "../port/Compression.ts"
import { KeyMissing, OpenFailed } from "../port/Errors.ts"

/**
 * A body as it is stored.
 *
 * @category model
 * @since 0.1.0
 */
export interface Packed {
  readonly encoding: string
  readonly body: Uint8Array
}

/**
 * What a body holds.
 *
 * @category model
 * @since 0.1.0
 */
export interface Content {
  readonly data: unknown
  readonly metadata: Json.JsonObject
}

/**
 * How a body that is written is told about: what it is of, what it is bound to, what a fault means.
 *
 * @category model
 * @since 0.1.0
 */
export interface Writing<E> {
  readonly sealable: Sealable
  readonly aad: (encoding: string) => Uint8Array
  readonly failed: (fault: Json.Fault) => E
}

/**
 * How a body that is read is told about: what it is bound to, what a fault means, and where it is.
 *
 * @category model
 * @since 0.1.0
 */
export interface Reading<E> {
  readonly aad: () => Uint8Array
  readonly failed: (fault: Json.Fault) => E
  readonly where: () => string
  /** What is read, where a plain body is to be refused if the cipher would seal it now. */
  readonly guarded?: Sealable
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Bodies {
  readonly pack: <E>(text: string, writing: Writing<E>) => Effect.Effect<Packed, E | KeyMissing>
  readonly unpack: <E>(packed: Packed, reading: Reading<E>) => Effect.Effect<Content, E | KeyMissing | OpenFailed>
}

/**
 * The JSON of a body, or where it cannot be written. `metadata` is JSON already.
 *
 * @category conversions
 * @since 0.1.0
 */
export const text = (data: unknown, metadata?: string): Either<Json.Fault, string> => {
  const json = Json.stringify(data)
  if (isLeft(json)) return left(inData(json.left))
  return right(metadata === undefined ? `{"data":${json.right}}` : `{"data":${json.right},"meta":${metadata}}`)
}

/**
 * A fault of the payload, as a fault of the body.
 *
 * @category conversions
 * @since 0.1.0
 */
export const inData = ({ path, reason }: Json.Fault): Json.Fault => ({ path: path && `data.${path}`, reason })

const utf8 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")

const isJsonObject = (value: unknown): value is Json.JsonObject => Json.isObject(value)

const noMetadata: Json.JsonObject = {}

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (cipher: Cipher["Service"], compression: Compression["Service"]): Bodies => {
  const pack: Bodies["pack"] = (text, { sealable, aad, failed }) => {
    let keyId: string | undefined
    try {
      keyId = cipher.keyFor(sealable)
    } catch (error) {
      return Effect.fail(failed({ path: "", reason: `choosing whether to seal it threw ${describe(error)}` }))
    }
    const bytes = Buffer.from(text)
    const compressed = compression.compress(bytes) ?? { encoding: Encoding.json, bytes }
    if (keyId === undefined) {
      return Effect.succeed({ encoding: Encoding.format(compressed.encoding), body: compressed.bytes })
    }
    const encoding = Encoding.format({ ...compressed.encoding, keyId })
    return cipher.seal(keyId, compressed.bytes, aad(encoding)).pipe(
      Effect.mapBoth({
        onSuccess: (body) => ({ encoding, body }),
        onFailure: () => new KeyMissing({ keyId, where: `what is new in ${StreamName.format(sealable.stream)}` }),
      }),
    )
  }

  const seals = (sealable: Sealable): boolean => {
    try {
      return cipher.keyFor(sealable) !== undefined
    } catch {
      return true
    }
  }

  const content = <E>(
    encoding: Encoding.Encoding,
    compressed: Uint8Array,
    { failed }: Reading<E>,
  ): Effect.Effect<Content, E> => {
    const bytes = compression.decompress(encoding, compressed)
    if (isLeft(bytes)) return Effect.fail(failed({ path: "", reason: bytes.left }))
    const body = Json.parse(utf8(bytes.right))
    if (isLeft(body)) return Effect.fail(failed(body.left))
    if (!Json.isObject(body.right)) return Effect.fail(failed({ path: "", reason: "its body is not an object" }))
    const { data, meta } = body.right
    return Effect.succeed({ data, metadata: isJsonObject(meta) ? meta : noMetadata })
  }

  const unpack: Bodies["unpack"] = (packed, reading) => {
    const encoding = Encoding.parse(packed.encoding)
    if (encoding._tag === "None") {
      const reason = `encoding ${JSON.stringify(packed.encoding)} is unknown here`
      return Effect.fail(reading.failed({ path: "", reason }))
    }
    const { keyId } = encoding.value
    if (keyId === undefined) {
      return reading.guarded !== undefined && seals(reading.guarded)
        ? Effect.fail(reading.failed({ path: "", reason: "it is plain" }))
        : content(encoding.value, packed.body, reading)
    }
    const opened = Effect.mapError(cipher.open(keyId, packed.body, reading.aad()), (error) => {
      const where = reading.where()
      return error._tag === "KeyMissing" ? new KeyMissing({ keyId, where }) : new OpenFailed({ keyId, where })
    })
    return Effect.flatMap(opened, (bytes) => content(encoding.value, bytes, reading))
  }

  return { pack, unpack }
}
