/**
 * Serves a notification log over HTTP: whichever there is, so also one that is read from elsewhere.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Router from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { Position } from "../../core/event/Commit.ts"
import type { InvalidInput } from "../../core/event/Errors.ts"
import type { StoredEvent } from "../../core/event/StoredEvent.ts"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import { NotificationLog, type Section } from "../../core/program/NotificationLog.ts"
import { type Access, Audience } from "./Access.ts"
import * as Caching from "./Caching.ts"
import { Faults } from "./Faults.ts"
import { heartbeat, mediaType } from "./Following.ts"
import { api } from "./NotificationLogApi.ts"
import { reached } from "./Sections.ts"
import * as Wire from "./Wire.ts"

export { nodeListener } from "./NodeListener.ts"

type Log = NotificationLog["Service"]

/** Events that are written at once: a page of large ones is no text of its own. */
const atOnce = 16

const invalid = ({ what }: InvalidInput) =>
  HttpServerResponse.jsonUnsafe({ _tag: "InvalidInput", what }, { status: 400, headers: Caching.none })

/** What stood in the way is the server's own affair: only what was tried is told. */
const unavailable = ({ what, retryable }: StoreUnavailable) =>
  HttpServerResponse.jsonUnsafe(
    { _tag: "StoreUnavailable", what, retryable },
    { status: 503, headers: retryable ? { ...Caching.none, "retry-after": "1" } : Caching.none },
  )

/** A section once it has more than `after`, or never will have, or the wait is over. */
const awaited = Effect.fnUntraced(function* (log: Log, id: string, after: Position, wait: number) {
  const section = yield* log.section(id)
  if (wait === 0 || section.archived || reached(section) > after) return section
  const more = Stream.take(log.follow(Math.max(after, reached(section))), 1)
  yield* Effect.timeoutOption(Stream.runDrain(more), Math.min(wait, Wire.longestWait))
  return yield* log.section(id)
})

const links = ({ previous, next }: Section): Record<string, string> => {
  const all = [
    ...(previous === undefined ? [] : [`<${previous}>; rel="prev"`]),
    ...(next === undefined ? [] : [`<${next}>; rel="next"`]),
  ]
  return all.length === 0 ? {} : { link: all.join(", ") }
}

const bytes = new TextEncoder()

const told = (event: StoredEvent) => `id: ${event.position}\nevent: event\ndata: ${Wire.encodeEvent(event)}\n\n`

/** Events as they are pulled, and between them the position that they have reached: nobody who misses one stays so. */
const following = (log: Log, after: Position): Stream.Stream<Uint8Array, StoreUnavailable> =>
  Stream.suspend(() => {
    let last = after
    const heartbeats = Stream.map(Stream.drop(Stream.tick(heartbeat), 1), () => undefined)
    return log.follow(after).pipe(
      Stream.mapArray((page) => Arr.chunksOf(page, atOnce)),
      Stream.merge(heartbeats, { haltStrategy: "left" }),
      Stream.map((events) => {
        if (events === undefined) return `event: heartbeat\ndata: ${last}\n\n`
        last = Arr.lastNonEmpty(events).position
        return events.map(told).join("")
      }),
      // A comment, so that the answer begins before there is anything to tell.
      Stream.prepend([": following\n\n"]),
      Stream.map((text) => bytes.encode(text)),
    )
  })

const answers = HttpApiBuilder.group(
  api,
  "log",
  Effect.fnUntraced(function* (handlers) {
    const log = yield* NotificationLog
    return handlers
      .handle("section", ({ params: { id }, query, headers }) =>
        awaited(log, id, query.after ?? 0, query.wait ?? 0).pipe(
          Effect.flatMap((section) =>
            Effect.map(Audience, (audience) => {
              const body = Wire.encodeSection(section)
              // `current` is another section later, whatever it was when it was asked for.
              const kept = section.archived && id !== "current" ? Caching.forEver(audience) : Caching.askAgain(audience)
              return Caching.answer(body, { ...kept, ...links(section) }, headers["if-none-match"])
            }),
          ),
          Effect.catchTags({
            InvalidInput: (error) => Effect.succeed(invalid(error)),
            StoreUnavailable: (error) => Effect.succeed(unavailable(error)),
          }),
        ),
      )
      .handle("events", ({ query, headers }) =>
        Effect.succeed(
          HttpServerResponse.stream(following(log, headers["last-event-id"] ?? query.after ?? 0), {
            contentType: mediaType,
            // The second is for proxies that would gather what they are to pass on.
            headers: { ...Caching.none, "x-accel-buffering": "no" },
          }),
        ),
      )
  }),
)

/**
 * The routes, and the OpenAPI document at `/openapi.json`, which anybody may read. Serve them by the `HttpServer` of your
 * platform, beside your own.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import { NotificationLog } from "everfold"
 * import { Access, NotificationLogServer } from "everfold/http"
 * import { Memory } from "everfold/memory"
 *
 * const routes = NotificationLogServer.layer.pipe(
 *   Layer.provide(NotificationLog.layer(20)),
 *   Layer.provide([Access.open, Memory.layer])
 * )
 * // Bring the platform: @effect/platform-node's NodeHttpServer.layer, say.
 * const server = HttpRouter.serve(routes)
 * ```
 * @category layers
 * @since 0.1.0
 */
export const layer = HttpApiBuilder.layer(api, { openapiPath: "/openapi.json" }).pipe(
  Layer.provide(answers),
  Layer.provide(Faults.layer),
)

/**
 * The same as a function from request to response, for whatever serves these; and what ends it.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { NotificationLog } from "everfold"
 * import { Access, NotificationLogServer } from "everfold/http"
 * import { Memory } from "everfold/memory"
 *
 * const log = NotificationLog.layer(20).pipe(Layer.provide(Memory.layer))
 * const { handler, dispose } = NotificationLogServer.webHandler(Layer.merge(log, Access.open))
 * const response = await handler(new Request("http://localhost/sections/current"))
 * console.log(response.status, (await response.json()).id) // 200 1,20
 * await dispose()
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const webHandler = <E>(
  live: Layer.Layer<NotificationLog | Access, E>,
): {
  readonly handler: (request: Request) => Promise<Response>
  readonly dispose: () => Promise<void>
} =>
  Router.toWebHandler(Layer.provide(layer, [live, HttpServer.layerServices]), {
    disableLogger: true,
  })
