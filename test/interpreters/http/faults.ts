/** What happens to answers between a server and a client. Each goes by numbers alone, so that a run can be repeated. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { type Handler, type Listening, listen, listening, type Send, send } from "./servers.ts"

/** A prank that is played on all answers but every third one, so that whoever asks again comes through. */
const mostly = (prank: (n: number) => Send): Send => {
  let answers = 0
  return (response, out, path) => {
    const n = answers++
    return n % 3 === 2 ? send(response, out, path) : prank(n)(response, out, path)
  }
}

/** The connection is cut after so many bytes, more each time. */
export const cut = (handler: Handler) => {
  const cutting = mostly((n) => async (response, out) => {
    let left = 40 + ((n * 97) % 900)
    out.writeHead(response.status, Object.fromEntries(response.headers))
    for await (const chunk of response.body ?? []) {
      out.write(chunk.subarray(0, left))
      left -= chunk.length
      if (left <= 0) break
    }
    out.destroy()
  })
  return listening(handler, cutting)
}

/** What is cut looks whole to HTTP, as where a proxy takes the end of what it got for the end of the answer. */
export const halved = (handler: Handler) => {
  const halving = mostly(() => async (response, out, path) => {
    if (path.includes("/events")) return send(response, out, path)
    const body = await response.text()
    const headers = Object.fromEntries(response.headers)
    delete headers["content-length"]
    out.writeHead(response.status, headers)
    out.end(body.slice(0, Math.floor(body.length / 2)))
  })
  return listening(handler, halving)
}

/** The store, or the proxy before it, has no time. */
export const busy = (handler: Handler) => {
  const refusing = mostly((n) => async (response, out) => {
    await response.body?.cancel()
    out.writeHead([503, 502, 429][n % 3] ?? 503, { "content-type": "text/html", "retry-after": "0" })
    out.end("<html>come back later</html>")
  })
  return listening(handler, refusing)
}

/** Blocks of server-sent events, as they come, several to an answer. */
const retold = (change: (blocks: ReadonlyArray<string>) => ReadonlyArray<string>): Send =>
  mostly(() => async (response, out, path) => {
    if (!path.includes("/events") || response.body === null) return send(response, out, path)
    out.writeHead(response.status, Object.fromEntries(response.headers))
    const text = new TextDecoder()
    for await (const chunk of response.body) {
      const blocks = text.decode(chunk, { stream: true }).split(/(?<=\n\n)/)
      out.write(change(blocks).join(""))
    }
    out.end()
  })

export const twice = (handler: Handler) =>
  listening(
    handler,
    retold((blocks) => blocks.flatMap((block) => [block, block])),
  )
export const reordered = (handler: Handler) =>
  listening(
    handler,
    retold((blocks) => blocks.toReversed()),
  )
export const leftOut = (handler: Handler) =>
  listening(
    handler,
    retold((blocks) => blocks.filter((_, i) => i % 2 === 1 || i === blocks.length - 1)),
  )

/** There are sections, and nothing else. */
export const streamless = (handler: Handler) =>
  listening(async (request) => (request.url.includes("/events") ? new Response("", { status: 404 }) : handler(request)))

/** The server stops and starts again on its port, every few milliseconds, with whatever it was saying. */
export const restarting = Effect.fnUntraced(function* (handler: Handler) {
  let current: Listening = yield* Effect.promise(() => listen(handler))
  const { url } = current
  const port = Number(new URL(url).port)
  const restart = Effect.promise(async () => {
    await current.close()
    current = await listen(handler, send, port)
  })
  yield* Effect.addFinalizer(() => Effect.promise(() => current.close()))
  yield* Effect.forkScoped(Effect.repeat(Effect.uninterruptible(restart), Schedule.spaced("25 millis")))
  return { url }
})
