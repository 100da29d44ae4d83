/**
 * Following a remote log across connections: each event once, in order, whatever becomes of those.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import type * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { Position } from "../../core/event/Commit.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import { StoreUnavailable } from "../../core/port/Errors.ts"
import type { Section } from "../../core/program/NotificationLog.ts"
import * as Answers from "./Answers.ts"
import * as Links from "./Links.ts"
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

/** There is no stream of events to be had there. */
class Unstreamed extends TaggedError("Unstreamed")<{ readonly why: string }> {}

/** Of a server, or what is before it, that knows sections and no stream. */
const without: ReadonlySet<number> = new Set([404, 405, 406, 501])

/** A server says something at once. What is not heard by then is gathered by what is between. */
const beginning = "10 seconds"

type Failed = StoreUnavailable | Unstreamed

const failure = (response: HttpClientResponse, error: { readonly _tag: string }): Failed => {
  if (error instanceof StoreUnavailable || error instanceof Unstreamed) return error
  const nonsense = error._tag === "SchemaError" || error._tag === "SseError"
  return nonsense && error instanceof Error ? Answers.unexpected(response, error.message) : Answers.interrupted(error)
}

/** The bytes of an answer, as long as they come. */
const lively = (response: HttpClientResponse) =>
  Stream.unwrap(
    Effect.map(Stream.toPull(response.stream), (pull) => {
      let heard = false
      const unheard = new Unstreamed({ why: `it said nothing within ${beginning}` })
      const silent = Answers.unexpected(response, "nothing any more", true)
      const next = Effect.suspend(() =>
        Effect.timeoutOrElse(pull, {
          duration: heard ? 3 * heartbeat : beginning,
          orElse: () => Effect.fail(heard ? silent : unheard),
        }),
      )
      const noted = Effect.sync(() => {
        heard = true
      })
      return Stream.fromPull(Effect.succeed(Effect.tap(next, () => noted)))
    }),
  )

/** What one connection tells, until it ends, which is a failure that may pass. */
const told = Effect.fnUntraced(function* (response: HttpClientResponse) {
  const { status } = response
  if (without.has(status)) return yield* new Unstreamed({ why: `it answered ${status}` })
  if (status !== 200) return yield* Answers.refused(response)
  const type = Answers.typeOf(response)
  if (type !== mediaType) return yield* new Unstreamed({ why: `it answered ${type} instead of ${mediaType}` })
  return lively(response).pipe(
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

/** Between two questions of which the first was answered at once, and by nothing: whoever answers does not wait. */
const pause = Duration.seconds(1)

/** A remote log, by its stream and by its sections. */
export interface Remote {
  readonly connect: (after: Position) => Effect.Effect<HttpClientResponse, StoreUnavailable>
  /** The section of the next position, as soon as it is there or the server has waited. */
  readonly poll: (after: Position) => Effect.Effect<Section, StoreUnavailable>
}

/**
 * Every event after a position, without end. Positions have no holes, so what was told before is left out, and where
 * something is missing the connection is given up for another one that begins after the last event. Where no stream is to
 * be had, sections are asked for one after another, and a warning is logged.
 *
 * @category streams
 * @since 0.1.0
 */
export const resumed = (
  { connect, poll }: Remote,
  after: Position,
  again: Schedule.Schedule<unknown, StoreUnavailable>,
): Stream.Stream<StoredEvent, StoreUnavailable> =>
  Stream.suspend(() => {
    let last = after
    const links = Links.make()
    let streams = true

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
        const wrong = links.fault(data)
        if (wrong !== undefined) return Effect.fail(Answers.unexpected(response, wrong))
        last = data.position
        return Effect.succeed(data)
      })

    const streamed = Stream.suspend(() => Stream.unwrap(Answers.inTime(Effect.flatMap(connect(last), told)))).pipe(
      Stream.mapEffect(([response, each]) => unseen(response, each)),
      Stream.filter((each) => each !== repeated),
    )

    const polling: Effect.Effect<ReadonlyArray<StoredEvent | typeof alive>, StoreUnavailable> = Effect.gen(
      function* () {
        const [took, { items }] = yield* Effect.timed(poll(last))
        const events = items.filter(({ position }) => position > last)
        last = events.at(-1)?.position ?? last
        if (events.length > 0) return events
        if (Duration.isLessThan(took, pause)) yield* Effect.sleep(pause)
        return [alive]
      },
    )
    const polled = Stream.flattenIterable(Stream.fromEffectRepeat(polling))

    return Stream.suspend((): Stream.Stream<StoredEvent | typeof alive, Failed> => (streams ? streamed : polled)).pipe(
      Stream.catchTag("Unstreamed", ({ why }) => {
        streams = false
        const warning = Effect.logWarning(`Following a remote notification log by long-polling, for ${why}.`)
        return Stream.unwrap(Effect.as(warning, polled))
      }),
      Stream.retry(again),
      Stream.filter((each) => each !== alive),
    )
  })
