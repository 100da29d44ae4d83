// Publishes a store's events to a broker over HTTP: each at least once, those of a stream in their order. There is no table
// of what is to be sent, for the log is that already; what is remembered is how far it was sent.
import * as Context from "effect/Context"
import { TaggedError } from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { type EventCodec, Projection, type Query, type ReadModel, type Recorded, StreamName } from "everfold"

/** What is sent of an event, as JSON. */
export interface Message {
  /** The same each time that it is sent: what to tell a duplicate by. */
  readonly id: string
  readonly stream: string
  /** Within the stream, from 1. */
  readonly version: number
  /** Milliseconds since 1970. */
  readonly recordedAt: number
  readonly event: unknown
}

const messageOf = ({ id, index, stream, version, recordedAt, event }: Recorded<unknown>): Message => ({
  // What was recorded as one event and is read as several needs an id for each.
  id: index === 0 ? id : `${id}/${index}`,
  stream: StreamName.format(stream),
  version,
  recordedAt,
  event,
})

/** The broker does not take a message, and will not later. */
export class Refused extends TaggedError("Refused")<{ readonly id: string; readonly status: number }> {
  override get message(): string {
    return `the broker answered ${this.status} to message ${this.id}`
  }
}

/** The broker cannot take a message now, as far as anybody knows. */
class Busy extends TaggedError("Busy")<{ readonly wait: Duration.Duration }> {}

/**
 * How far messages were sent. A request is no part of any transaction: it is made first, while none is open, and then the
 * checkpoint moves. Who dies between the two sends again.
 */
export class Sent extends Context.Service<Sent, ReadModel.ReadModel<void>>()("bank/Sent") {
  /** Remembered in the database of a read model. */
  static readonly in = <Id, Tx>(database: Context.Key<Id, ReadModel.ReadModel<Tx>>): Layer.Layer<Sent, never, Id> =>
    Layer.effect(
      Sent,
      Effect.map(database, (model) => ({
        ...model,
        transact: (move, send) =>
          Effect.flatMap(send(undefined), (answer) => model.transact(move, () => Effect.succeed(answer))),
      })),
    )
}

/** Of those that may be over soon; any other one refuses. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])

const longestWait = Duration.minutes(5)

/** How long a broker wants to be left alone. */
const waitOf = (header: string | undefined): Duration.Duration => {
  const told = header === undefined ? undefined : Headers.parseRetryAfter(header)
  return told === undefined || Result.isFailure(told)
    ? Duration.zero
    : Duration.min(Headers.retryAfterDelay(told.success, Date.now()), longestWait)
}

/** Without end, for what is broken is the broker; but no sooner than it says. */
const again = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("5 seconds")]).pipe(
  Schedule.jittered,
  Schedule.setInputType<Busy | Refused>(),
  Schedule.while(({ input }) => Effect.succeed(input._tag === "Busy")),
  Schedule.modifyDelay(({ input, duration }) =>
    Effect.succeed(input._tag === "Busy" ? Duration.max(duration, input.wait) : duration),
  ),
)

const send = Effect.fnUntraced(function* (url: string, message: Message) {
  const client = yield* HttpClient.HttpClient
  const request = HttpClientRequest.post(url).pipe(
    HttpClientRequest.setHeaders({ "idempotency-key": message.id, "partition-key": message.stream }),
    HttpClientRequest.bodyJsonUnsafe(message),
  )
  const answered = client.execute(request).pipe(
    // To its end, so that the connection serves the next message.
    Effect.tap(({ text }) => text),
    Effect.timeout("5 seconds"),
    Effect.mapError(() => new Busy({ wait: Duration.zero })),
    Effect.flatMap(({ status, headers }) => {
      if (status >= 200 && status < 300) return Effect.void
      return Effect.fail(
        passing.has(status)
          ? new Busy({ wait: waitOf(headers["retry-after"]) })
          : new Refused({ id: message.id, status }),
      )
    }),
  )
  yield* Effect.retry(answered, again)
})

/** The messages of a stream one after another, and those of several streams at once. */
const sendAll = (url: string, events: ReadonlyArray<Recorded<unknown>>) =>
  Effect.forEach(
    Map.groupBy(events.map(messageOf), ({ stream }) => stream).values(),
    (own) => Effect.forEach(own, (message) => send(url, message), { discard: true }),
    { concurrency: 8, discard: true },
  )

/** Run it by `Projection.run`, in as many processes as you like: one sends at a time. */
export const make = <E>({
  url,
  ...options
}: {
  readonly name: string
  readonly url: string
  readonly events: EventCodec.EventCodec<E>
  readonly filter?: Query.Query
}) => Projection.batched({ version: 1, model: Sent, handle: (events) => sendAll(url, events), ...options })
