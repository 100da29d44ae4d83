/**
 * Serves by Node's own `http`, with nothing between.
 *
 * @since 0.1.0
 */
import type { IncomingMessage, ServerResponse } from "node:http"

/**
 * A request of Node's as one of the web's. It has no body, for nothing of a log is asked for by one; it is aborted when
 * whoever asks is gone.
 *
 * @category conversions
 * @since 0.1.0
 */
export const requestOf = (incoming: IncomingMessage, outgoing: ServerResponse): Request => {
  const gone = new AbortController()
  outgoing.on("close", () => gone.abort())
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  const { method = "GET", url = "/" } = incoming
  return new Request(`http://localhost${url}`, { method, headers, signal: gone.signal })
}

/** Until more may be written, or nobody reads any more. */
const drained = (outgoing: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const go = (): void => {
      outgoing.off("drain", go).off("close", go)
      resolve()
    }
    outgoing.on("drain", go).on("close", go)
  })

/**
 * Answers, no faster than is read. It fails where the answer breaks off.
 *
 * @category conversions
 * @since 0.1.0
 */
export const send = async (response: Response, outgoing: ServerResponse): Promise<void> => {
  outgoing.writeHead(response.status, [...response.headers].flat())
  const reader = response.body?.getReader()
  // Also where the next piece is still waited for, which a pipe would wait for too.
  const leave = () => reader?.cancel().catch(() => {})
  if (outgoing.closed) leave()
  else outgoing.on("close", leave)
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    if (!outgoing.write(next.value) && !outgoing.closed) await drained(outgoing)
  }
  outgoing.end()
}

/**
 * What `createServer` of `node:http` takes, of what `webHandler` makes. It answers 400 where no path is asked for, and 500
 * where the handler fails; an answer that breaks off is cut, so that nobody takes it for whole.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http"
 * import * as Layer from "effect/Layer"
 * import { NotificationLog } from "everfold"
 * import { Access, NotificationLogServer } from "everfold/http"
 * import { Memory } from "everfold/memory"
 *
 * const log = NotificationLog.layer(20).pipe(Layer.provide(Memory.layer))
 * const { handler, dispose } = NotificationLogServer.webHandler(Layer.merge(log, Access.open))
 * const server = createServer(NotificationLogServer.nodeListener(handler))
 * server.on("close", dispose)
 * // server.listen(8080)
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const nodeListener =
  (handler: (request: Request) => Promise<Response>) =>
  (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const answer = async (): Promise<void> => {
      if (incoming.url?.startsWith("/") !== true) return void outgoing.writeHead(400).end()
      await send(await handler(requestOf(incoming, outgoing)), outgoing)
    }
    answer().catch(() => {
      if (outgoing.headersSent) outgoing.destroy()
      else outgoing.writeHead(500).end()
    })
  }
