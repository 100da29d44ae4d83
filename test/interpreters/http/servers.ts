/** Notification logs behind real servers of Node, on free ports, and what may happen between them and a client. */
import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import type { EventStore } from "../../../src/core/port/EventStore.ts"
import { NotificationLog } from "../../../src/core/program/NotificationLog.ts"
import { Access, NotificationLogClient, NotificationLogServer } from "../../../src/interpreters/http/index.ts"
import * as NodeListener from "../../../src/interpreters/http/NodeListener.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"

export type Handler = (request: Request) => Promise<Response>

/** Answers on its way out: what becomes of each, by Node's own means. */
export type Send = (response: Response, out: http.ServerResponse, path: string) => Promise<void>

export const send: Send = (response, out) => NodeListener.send(response, out)

export interface Listening {
  readonly url: string
  readonly close: () => Promise<void>
}

/** Serves a handler on a port, or on any that is free. */
export const listen = (handler: Handler, sent: Send = send, port = 0): Promise<Listening> =>
  new Promise((resolve, reject) => {
    const server = http.createServer((incoming, out) => {
      handler(NodeListener.requestOf(incoming, out))
        .then((response) => sent(response, out, incoming.url ?? ""))
        .catch(() => out.destroy())
    })
    server.on("error", reject)
    server.listen(port, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      const close = () =>
        new Promise<void>((closed) => {
          server.close(() => closed())
          server.closeAllConnections()
        })
      resolve({ url: `http://127.0.0.1:${port}`, close })
    })
  })

export const listening = (handler: Handler, sent?: Send, port?: number) =>
  Effect.acquireRelease(
    Effect.promise(() => listen(handler, sent, port)),
    ({ close }) => Effect.promise(close),
  )

/** What serves the log that there is. */
export const handlerOf = Effect.fnUntraced(function* (access: Layer.Layer<Access> = Access.open) {
  const log = Layer.succeed(NotificationLog, yield* NotificationLog)
  const { handler } = yield* Effect.acquireRelease(
    Effect.sync(() => NotificationLogServer.webHandler(Layer.merge(log, access))),
    ({ dispose }) => Effect.promise(dispose),
  )
  return handler
})

/** Soon, and often enough for whatever the tests do to a connection. */
export const soon = Schedule.spaced("2 millis").pipe(Schedule.upTo({ times: 500 }))

/** How a test has a handler listen. */
export type Serve = (handler: Handler) => Effect.Effect<{ readonly url: string }, never, Scope>

/** The log that there is, by way of a server. */
export const relayed = (serve: Serve) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { url } = yield* serve(yield* handlerOf())
      return NotificationLogClient.layer({ url, retry: soon })
    }),
  )

/** A store in memory, and its log by way of a server. */
export const remote = (serve: Serve, size = 3): Layer.Layer<EventStore | NotificationLog, unknown> =>
  relayed(serve).pipe(
    Layer.provide(NotificationLog.layer(size)),
    Layer.provideMerge(Memory.layer),
    Layer.merge(Layer.succeed(References.MinimumLogLevel, "None")),
  )

/** The same, by way of a server of what was read by way of another. */
export const twoAway: Layer.Layer<EventStore | NotificationLog, unknown> = relayed(listening).pipe(
  Layer.provide(relayed(listening)),
  Layer.provide(NotificationLog.layer(3)),
  Layer.provideMerge(Memory.layer),
)
