/**
 * Following a remote log across connections: each event once, in order, whatever becomes of those.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import type * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Position } from "../../core/event/Commit.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import { StoreUnavailable } from "../../core/port/Errors.ts"
import * as Answers from "./Answers.ts"
import * as Wire from "./Wire.ts"

/**
 * Of what a follower is told by.
 *
 * @category model
 * @since 0.1.0
 */
export const mediaType = "text/event-stream"

/**
 * Milliseconds between two signs of life of a server: less than what proxies wait for the next byte.
 *
 * @category model
 * @since 0.1.0
 */
export const heartbeat = 15_000

/** In characters: no event of a store is as large. */
const largest = 2 ** 28

type Told = typeof Wire.Told.Type

const failure = (response: HttpClientResponse, error: { readonly _tag: string }): StoreUnavailable => {
  if (error instanceof StoreUnavailable) return error
  const nonsense = error._tag === "SchemaError" || error._tag === "SseError"
  return nonsense && error instanceof Error ? Answers.unexpected(response, error.message) : Answers.interrupted(error)
}

/** What one connection tells, until it ends, which is a failure that may pass. */
const told = Effect.fnUntraced(function* (response: HttpClientResponse) {
  if (response.status !== 200) return yield* Answers.refused(response)
  yield* Answers.ofType(response, mediaType)
  const silent = Answers.unexpected(response, "nothing any more", true)
  return response.stream.pipe(
    Stream.timeoutOrElse({ duration: 3 * heartbeat, orElse: () => Stream.fail(silent) }),
    Stream.decodeText,
    Stream.pipeThroughChannel(Sse.decodeSchema(Wire.Told, { maxEventSize: largest })),
    Stream.mapError((error) => failure(response, error)),
    Stream.concat(Stream.fail(Answers.unexpected(response, "it ended", true))),
    Stream.map((each) => [response, each] as const),
  )
})

/** Told in place of an event: that the server is there, which begins the schedule anew; and nothing, which does not. */
const alive = "alive" as const
const repeated = "repeated" as const

/**
 * Every event after a position, without end. Positions have no holes, so what was told before is left out, and where
 * something is missing the connection is given up for another one that begins after the last event.
 *
 * @category streams
 * @since 0.1.0
 */
export const resumed = (
  connect: (after: Position) => Effect.Effect<HttpClientResponse, StoreUnavailable>,
  after: Position,
  again: Schedule.Schedule<unknown, StoreUnavailable>,
): Stream.Stream<StoredEvent, StoreUnavailable> =>
  Stream.suspend(() => {
    let last = after

    const unseen = (response: HttpClientResponse, { event, data }: Told) =>
      Effect.suspend((): Effect.Effect<StoredEvent | typeof alive | typeof repeated, StoreUnavailable> => {
        const before = event === "heartbeat" ? data : data.position - 1
        if (before > last) {
          return Effect.fail(
            Answers.unexpected(response, `position ${last + 1} is left out before ${before + 1}`, true),
          )
        }
        if (event === "heartbeat") return Effect.succeed(alive)
        if (before < last) return Effect.succeed(repeated)
        last = data.position
        return Effect.succeed(data)
      })

    return Stream.suspend(() => Stream.unwrap(Answers.inTime(Effect.flatMap(connect(last), told)))).pipe(
      Stream.mapEffect(([response, each]) => unseen(response, each)),
      Stream.filter((each) => each !== repeated),
      Stream.retry(again),
      Stream.filter((each) => each !== alive),
    )
  })
