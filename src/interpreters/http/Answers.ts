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
import { StoreUnavailable } from "../../core/port/Errors.ts"
import type { Section } from "../../core/program/NotificationLog.ts"
import * as SectionName from "../../core/program/SectionName.ts"
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
  { request: { url }, status }: HttpClientResponse,
  what: string,
  retryable = false,
): StoreUnavailable =>
  new StoreUnavailable({ what: reading, retryable, cause: new UnexpectedAnswer({ url, status, what }) })

/** What may be over soon: whoever answers is starting, stopping, or has too much to do. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

const refusal = Schema.decodeUnknownResult(
  Schema.fromJsonString(Schema.Union([Wire.InvalidInput, Wire.Unauthorized, Wire.StoreUnavailable])),
)

/**
 * The whole text of an answer. Where it is cut, it fails as passing.
 *
 * @category reading
 * @since 0.1.0
 */
export const text = (response: HttpClientResponse): Effect.Effect<string, StoreUnavailable> =>
  Effect.mapError(response.text, (error: HttpClientError) => interrupted(error))

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
  if (Result.isFailure(told)) return yield* unexpected(response, "it does not say why", passing.has(status))
  const error = told.success
  return yield* unexpected(response, error.what, error._tag === "StoreUnavailable" && error.retryable)
})

/**
 * Fails where an answer is of another media type.
 *
 * @category reading
 * @since 0.1.0
 */
export const ofType = (response: HttpClientResponse, type: string): Effect.Effect<void, StoreUnavailable> => {
  const told = response.headers["content-type"] ?? "no content type"
  return told.split(";", 1)[0]?.trim().toLowerCase() === type
    ? Effect.void
    : Effect.fail(unexpected(response, `${told} instead of ${type}`))
}

const parse = (body: string): Result.Result<unknown, unknown> =>
  Result.try({ try: (): unknown => JSON.parse(body), catch: (error) => error })

const decode = Schema.decodeUnknownResult(Wire.Section)

/** Why a section is not what its name says, for a log of this size. */
const fault = ({ id, items, archived, previous, next }: Section, size: number): string | undefined => {
  const first = SectionName.first(id, size)
  if (first === undefined) return `sections had ${size} positions, and ${id} has not; the log's section size changed`
  if (items.some(({ position }, i) => position !== first + i) || items.length > size) return `${id} has other positions`
  if (archived !== (items.length === size))
    return `${id} is ${archived ? "archived before it is" : "full and not archived"}`
  const before = first === 1 ? undefined : SectionName.at(first - 1, size)
  const after = archived ? SectionName.at(first + size, size) : undefined
  return previous === before && next === after ? undefined : `${id} names other neighbours than its own`
}

/**
 * The section of an answer: checked against what its name says, so that half a section, or another one, is never taken
 * for it. What is no JSON was cut on its way, which is passing.
 *
 * @category reading
 * @since 0.1.0
 */
export const section = Effect.fnUntraced(function* (response: HttpClientResponse, asked: string, size?: number) {
  yield* ofType(response, "application/json")
  const json = parse(yield* text(response))
  if (Result.isFailure(json)) return yield* unexpected(response, "JSON that ends before its end", true)
  const decoded = decode(json.success)
  if (Result.isFailure(decoded)) return yield* unexpected(response, `no section: ${decoded.failure.message}`)
  const { previous, next, ...rest } = decoded.success
  const found: Section = { ...rest, previous: previous ?? undefined, next: next ?? undefined }
  const positions = size ?? SectionName.size(found.id)
  if (positions === undefined) return yield* unexpected(response, `${found.id} is the name of no section`)
  const wrong = fault(found, positions)
  if (wrong !== undefined) return yield* unexpected(response, wrong)
  if (asked === "current" ? found.archived : found.id !== asked) {
    return yield* unexpected(response, `section ${found.id} instead of ${asked}`)
  }
  return found
})
