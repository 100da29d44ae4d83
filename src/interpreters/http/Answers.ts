/**
 * What a client makes of answers: nothing is believed that a notification log would not say, and what may pass is told
 * from what will not.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import type { HttpClientError } from "effect/http/HttpClientError"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { StoreUnavailable } from "../../core/port/Errors.ts"
import * as Wire from "./Wire.ts"

/**
 * Whoever answered is no notification log, or not the one that it was, or the answer was spoilt on its way. It is the
 * `cause` of the `StoreUnavailable` that a remote log fails with.
 *
 * @example
 * ```ts
 * import { UnexpectedAnswer } from "everfold/http"
 *
 * const url = "https://bank.example/sections/current"
 * const page = new UnexpectedAnswer({ url, status: 200, what: "text/html instead of application/json" })
 * console.log(page.message) // https://bank.example/sections/current answered 200: text/html instead of application/json
 * ```
 * @category errors
 * @since 0.1.0
 */
export class UnexpectedAnswer extends TaggedError("UnexpectedAnswer")<{
  readonly url: string
  readonly status: number
  readonly what: string
  /** What it says in `Retry-After`, where it says so: seconds, or a date. */
  readonly retryAfter?: string
}> {
  override get message(): string {
    return `${this.url} answered ${this.status}: ${this.what}`
  }
}

const reading = "reading a remote notification log"

/**
 * The peer cannot be reached, or its answer ended before its end: passing, as far as anybody knows.
 *
 * @category errors
 * @since 0.1.0
 */
export const interrupted = (cause: unknown): StoreUnavailable =>
  new StoreUnavailable({ what: reading, retryable: true, cause })

/** How long an answer may take; of one that lasts, its beginning. */
const patience = "30 seconds"

/**
 * An answer that takes too long is none.
 *
 * @category reading
 * @since 0.1.0
 */
export const inTime = <A, E, R>(answer: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreUnavailable, R> =>
  Effect.timeoutOrElse(answer, {
    duration: patience,
    orElse: () => Effect.fail(interrupted(new Error(`no answer within ${patience}`))),
  })

/**
 * The answer is not one of a notification log.
 *
 * @category errors
 * @since 0.1.0
 */
export const unexpected = (
  { request: { url }, status, headers }: HttpClientResponse,
  what: string,
  retryable = false,
): StoreUnavailable => {
  const retryAfter = headers["retry-after"]
  const cause = new UnexpectedAnswer({ url, status, what, ...(retryAfter === undefined ? {} : { retryAfter }) })
  return new StoreUnavailable({ what: reading, retryable, cause })
}

/** What may be over soon: whoever answers is starting, stopping, or has too much to do. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

const refusal = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Union([Wire.InvalidInput, Wire.Unauthorized, Wire.StoreUnavailable])),
)

/** In bytes. A section that is larger is told in smaller ones: the text of JSON ends soon after. */
const largest = 2 ** 28

const tooLarge = (response: HttpClientResponse): StoreUnavailable =>
  unexpected(response, `more than ${largest} bytes; let the log have smaller sections`)

/** Where a length is told, and is that of the text, no more than that is read. */
const lengthOf = ({ headers }: HttpClientResponse): number =>
  headers["content-encoding"] === undefined ? Number(headers["content-length"] ?? Number.NaN) : Number.NaN

const measured = (response: HttpClientResponse): Effect.Effect<string, StoreUnavailable | HttpClientError> =>
  Effect.suspend(() => {
    let length = 0
    return response.stream.pipe(
      Stream.tap((bytes) => {
        length += bytes.length
        return length > largest ? Effect.fail(tooLarge(response)) : Effect.void
      }),
      Stream.decodeText,
      Stream.mkString,
    )
  })

/**
 * The whole text of an answer. Where it is cut, it fails as passing.
 *
 * @category reading
 * @since 0.1.0
 */
export const text = (response: HttpClientResponse): Effect.Effect<string, StoreUnavailable> => {
  const length = lengthOf(response)
  if (length > largest) return Effect.fail(tooLarge(response))
  const read: Effect.Effect<string, StoreUnavailable | HttpClientError> = Number.isNaN(length)
    ? measured(response)
    : response.text
  return Effect.mapError(read, (error) => (error instanceof StoreUnavailable ? error : interrupted(error)))
}

/**
 * Why a request was refused, by an answer of another status than 200.
 *
 * @category reading
 * @since 0.1.0
 */
export const refused = Effect.fnUntraced(function* (response: HttpClientResponse) {
  const { status, headers } = response
  if (status >= 300 && status < 400) {
    return yield* unexpected(
      response,
      `it sends on to ${headers.location ?? "nowhere"}; give that as url if it is right`,
    )
  }
  const told = refusal(yield* text(response))
  if (Result.isFailure(told)) {
    const why = status === 401 || status === 403 ? "it lets nobody in with these headers" : "it does not say why"
    return yield* unexpected(response, why, passing.has(status))
  }
  const error = told.success
  return yield* unexpected(response, error.what, error._tag === "StoreUnavailable" && error.retryable)
})

/**
 * The media type of an answer, without its parameters.
 *
 * @category reading
 * @since 0.1.0
 */
export const typeOf = ({ headers }: HttpClientResponse): string =>
  headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "no content type"
