import * as http from "node:http"
import type { AddressInfo } from "node:net"
import * as net from "node:net"
import { afterEach, describe, expect, it } from "vitest"
import { NotificationLogServer } from "../../../src/interpreters/http/index.ts"
import type { Handler } from "./servers.ts"

const servers: Array<http.Server> = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

const listening = (handler: Handler): Promise<number> =>
  new Promise((resolve) => {
    const server = http.createServer(NotificationLogServer.nodeListener(handler))
    servers.push(server)
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port))
  })

/** What is answered to these bytes until the connection ends. */
const raw = (port: number, request: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = ""
    net
      .connect(port, "127.0.0.1")
      .on("data", (data) => (answer += data))
      .on("close", () => resolve(answer))
      .on("error", () => {})
      .write(request)
  })

const get = (path: string, ...headers: ReadonlyArray<string>): string =>
  [`GET ${path} HTTP/1.1`, "Host: log", "Connection: close", ...headers, "", ""].join("\r\n")

describe("a handler behind Node's own server", () => {
  it("is given the path, the method and every header", async () => {
    const seen: Array<unknown> = []
    const port = await listening(async ({ url, method, headers }) => {
      const { pathname, search } = new URL(url)
      seen.push([method, pathname, search, headers.get("accept"), headers.get("x-twice")])
      return new Response("answer", { status: 203, headers: { "x-own": "1" } })
    })
    const answer = await raw(port, get("/sections/1,20?after=3", "Accept: a/b", "X-Twice: 1", "X-Twice: 2"))
    expect(seen).toEqual([["GET", "/sections/1,20", "?after=3", "a/b", "1, 2"]])
    expect(answer).toMatch(/^HTTP\/1.1 203 .*x-own: 1\r\n.*answer/s)
  })

  it.each([["*"], ["http://[/"], ["http://other.example/sections/current"]])(
    "is not asked for %s, which is no path",
    async (path) => {
      let asked = 0
      const port = await listening(async () => {
        asked++
        return new Response("")
      })
      expect(await raw(port, get(path))).toMatch(/^HTTP\/1.1 400 /)
      expect(asked).toBe(0)
    },
  )

  it.each(["//evil.example/x", "/../../x", "/%zz", "/@evil.example"])(
    "is asked for %s as for any path",
    async (path) => {
      const port = await listening(async ({ url }) => new Response(new URL(url).host))
      expect(await raw(port, get(path))).toMatch(/localhost/)
    },
  )

  it("answers 500 where the handler fails, and says nothing of why", async () => {
    const port = await listening(() => Promise.reject(new Error("password=secret")))
    const answer = await raw(port, get("/"))
    expect(answer).toMatch(/^HTTP\/1.1 500 /)
    expect(answer).not.toContain("secret")
  })

  it("cuts an answer that breaks off, so that nobody takes it for whole", async () => {
    const breaking = () =>
      new ReadableStream({
        start: (body) => body.enqueue(Buffer.from("half")),
        pull: () => Promise.reject(new Error("broken")),
      })
    const port = await listening(async () => new Response(breaking()))
    await expect(fetch(`http://127.0.0.1:${port}/`).then((response) => response.text())).rejects.toThrow()
  })

  it("is told when whoever asks is gone, while it waits and while it answers", async () => {
    const gone: Array<string> = []
    const port = await listening(async (request) => {
      const { pathname } = new URL(request.url)
      request.signal.addEventListener("abort", () => gone.push(`${pathname} aborted`))
      if (pathname === "/waiting") return new Promise(() => {})
      return new Response(
        new ReadableStream({
          start: (body) => body.enqueue(Buffer.from("begun")),
          cancel: () => void gone.push(`${pathname} cancelled`),
        }),
      )
    })
    for (const path of ["/waiting", "/answering"]) {
      const leaving = new AbortController()
      const asked = fetch(`http://127.0.0.1:${port}${path}`, { signal: leaving.signal })
      setTimeout(() => leaving.abort(), 50)
      await expect(asked.then((response) => response.text())).rejects.toThrow()
    }
    while (gone.length < 3) await new Promise((later) => setTimeout(later, 5))
    expect(gone.toSorted()).toEqual(["/answering aborted", "/answering cancelled", "/waiting aborted"])
  })

  it("pulls no more than a reader takes who reads nothing", async () => {
    let pulled = 0
    const chunk = new Uint8Array(2 ** 16)
    const port = await listening(
      async () =>
        new Response(
          new ReadableStream({
            pull: (body) => {
              pulled++
              body.enqueue(chunk)
            },
          }),
        ),
    )
    const reader = net.connect(port, "127.0.0.1").on("error", () => {})
    reader.pause()
    reader.write(get("/"))
    let before = -1
    while (pulled === 0 || pulled > before) {
      before = pulled
      await new Promise((later) => setTimeout(later, 300))
    }
    reader.destroy()
    // Sockets hold a few megabytes.
    expect(pulled).toBeLessThan(500)
  })
})
