import * as Effect from "effect/Effect"
import type * as Headers from "effect/http/Headers"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import * as Commit from "../../../src/core/event/Commit.ts"
import { StoreUnavailable } from "../../../src/core/port/Errors.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { NotificationLog } from "../../../src/core/program/NotificationLog.ts"
import { Access, NotificationLogApi, Unauthorized } from "../../../src/interpreters/http/index.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"
import { handlerOf, listening } from "./servers.ts"

interface Served {
  readonly get: (path: string, headers?: Record<string, string>, signal?: AbortSignal) => Promise<Response>
  readonly record: (n: number) => Promise<void>
  readonly followers: () => Promise<number>
}

/** A log in memory, in sections of three, behind a server of Node. */
const served = (test: (served: Served) => Promise<void>, access?: Layer.Layer<Access>): Promise<void> =>
  Effect.runPromise(
    Effect.gen(function* () {
      const store = yield* EventStore
      const { url } = yield* listening(yield* handlerOf(access))
      const next = Commits.ids()
      const events = (n: number) => Array.from({ length: n }, () => ({ type: "Added", tags: ["x"] }))
      yield* Effect.promise(() =>
        test({
          get: (path, headers = {}, signal = AbortSignal.timeout(10_000)) =>
            fetch(`${url}${path}`, { headers, signal }),
          record: async (n) => {
            const write = { stream: Commits.streams[0], expected: Commit.any, events: events(n) }
            await Effect.runPromise(store.commit(Commits.commit(next, [write])))
          },
          followers: async () => counted.open,
        }),
      )
    }).pipe(
      Effect.scoped,
      Effect.provide(counting),
      Effect.provide(NotificationLog.layer(3)),
      Effect.provide(Memory.layer),
    ),
  )

/** How many follow. */
const counted = { open: 0 }
const counting = Layer.effect(
  NotificationLog,
  Effect.map(NotificationLog, (log) => ({
    ...log,
    follow: (after: number) =>
      Stream.unwrap(
        Effect.acquireRelease(
          Effect.sync(() => {
            counted.open++
            return log.follow(after)
          }),
          () => Effect.sync(() => counted.open--),
        ),
      ),
  })),
)

const positions = async (response: Response): Promise<ReadonlyArray<number>> => {
  const { items } = await response.json()
  return items.map(({ position }: { readonly position: number }) => position)
}

/** Reads until the text matches. */
const until = async (reader: ReadableStreamDefaultReader<Uint8Array>, found: RegExp): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ""
  while (!found.test(text)) {
    const { done, value } = await reader.read()
    if (done) return text
    text += decoder.decode(value, { stream: true })
  }
  return text
}

const eventually = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((later) => setTimeout(later, 5))
}

describe("the notification log over HTTP", () => {
  it("lets an archived section be kept for ever", () =>
    served(async ({ get, record }) => {
      await record(4)
      const response = await get("/sections/1,3")
      expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable")
      expect(response.headers.get("link")).toBe('<4,6>; rel="next"')
      expect(await positions(response)).toEqual([1, 2, 3])
      expect((await get("/sections/4,6")).headers.get("link")).toBe('<1,3>; rel="prev"')
    }))

  it.each(["4,6", "current"])(
    "has section %s asked for again while it fills, and tells by its tag whether it did",
    (id) =>
      served(async ({ get, record }) => {
        await record(4)
        const first = await get(`/sections/${id}`)
        const etag = first.headers.get("etag") ?? ""
        expect(etag).toMatch(/^"[\w-]{43}"$/)
        expect(first.headers.get("cache-control")).toBe("no-cache")
        for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
          const same = await get(`/sections/${id}`, { "if-none-match": condition })
          expect([same.status, same.headers.get("etag"), await same.text()]).toEqual([304, etag, ""])
        }
        await record(1)
        const later = await get(`/sections/${id}`, { "if-none-match": etag })
        expect([later.status, await positions(later)]).toEqual([200, [4, 5]])
        expect(later.headers.get("etag")).not.toBe(etag)
      }),
  )

  it.each([
    "/sections/1,2",
    "/sections/2,4",
    "/sections/Current",
    "/sections/9007199254740991,9007199254740993",
    "/sections/current?after=-1",
    "/sections/current?after=x",
    "/sections/current?after=9007199254740993",
    "/sections/current?wait=1.5",
    "/events?after=x",
  ])("refuses %s, and says why", (path) =>
    served(async ({ get }) => {
      const response = await get(path)
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({ _tag: "InvalidInput", what: expect.stringMatching(/.{10}/) })
    }),
  )

  it("answers a question that waits as soon as there is more, and not before", () =>
    served(async ({ get, record }) => {
      await record(1)
      let answered = false
      const waiting = get("/sections/current?after=1&wait=20000").then((response) => {
        answered = true
        return response
      })
      await eventually(async () => counted.open === 1)
      expect(answered).toBe(false)
      await record(1)
      expect(await positions(await waiting)).toEqual([1, 2])
    }))

  it.each(["/sections/current?after=1&wait=20", "/sections/1,3?after=1&wait=20"])(
    "answers %s when it has waited",
    (path) =>
      served(async ({ get, record, followers }) => {
        await record(1)
        expect(await positions(await get(path))).toEqual([1])
        expect(await followers()).toBe(0)
      }),
  )

  it.each(["/sections/current?after=2&wait=20000", "/sections/1,3?after=3&wait=20000"])(
    "does not wait for what is there: %s",
    (path) =>
      served(async ({ get, record }) => {
        await record(3)
        expect((await get(path)).status).toBe(200)
      }),
  )

  it("tells followers what is there and what comes, by ids that resume, and forgets them when they go", () =>
    served(async ({ get, record, followers }) => {
      await record(2)
      const gone = new AbortController()
      const response = await get("/events?after=1", {}, gone.signal)
      expect(response.headers.get("content-type")).toBe("text/event-stream")
      const reader = response.body?.getReader()
      if (reader === undefined) throw new Error("There is no body.")
      expect(await until(reader, /id: 2\n/)).not.toContain("id: 1\n")
      await record(1)
      expect(await until(reader, /id: 3\n/)).not.toContain("id: 2\n")
      gone.abort()
      await eventually(async () => (await followers()) === 0)
      const again = await get("/events?after=0", { "last-event-id": "2" })
      const resumed = again.body?.getReader()
      if (resumed === undefined) throw new Error("There is no body.")
      expect(await until(resumed, /\n\n.*\n\n/s)).not.toMatch(/id: [12]\n/)
      await resumed.cancel()
      await eventually(async () => (await followers()) === 0)
    }))

  it("asks who may read before anything else, and lets shared caches keep nothing", () => {
    const refused = new Unauthorized({ what: "the token is wrong", challenge: 'Bearer realm="log"' })
    const access = Access.check(({ headers }: { readonly headers: Headers.Headers }) =>
      headers.authorization === "Bearer right" ? Effect.void : Effect.fail(refused),
    )
    return served(async ({ get, record }) => {
      await record(3)
      for (const path of ["/sections/current", "/sections/1,3", "/sections/nonsense", "/events", "/events?after=x"]) {
        const response = await get(path)
        expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="log"'])
        expect(await response.json()).toEqual({ _tag: "Unauthorized", what: "the token is wrong" })
      }
      const right = { authorization: "Bearer right" }
      const kept = async (path: string) => (await get(path, right)).headers.get("cache-control")
      expect(await kept("/sections/1,3")).toBe("private, max-age=31536000, immutable")
      expect(await kept("/sections/current")).toBe("private, no-cache")
    }, access)
  })

  it.each([
    [true, "1"],
    [false, null],
  ])("says when to ask again where the store fails: may pass %s", async (retryable, retryAfter) => {
    const down = new StoreUnavailable({ what: "reading", retryable, cause: new Error("password=secret") })
    const failing = Layer.succeed(NotificationLog, {
      sectionSize: 3,
      section: () => Effect.fail(down),
      follow: () => Stream.fail(down),
    })
    await Effect.runPromise(
      Effect.gen(function* () {
        const handler = yield* handlerOf()
        const response = yield* Effect.promise(() => handler(new Request("http://log/sections/current")))
        const text = yield* Effect.promise(() => response.text())
        expect([response.status, response.headers.get("retry-after")]).toEqual([503, retryAfter])
        expect(JSON.parse(text)).toEqual({ _tag: "StoreUnavailable", what: "reading", retryable })
      }).pipe(Effect.scoped, Effect.provide(failing)),
    )
  })

  it("has an OpenAPI document, which anybody may read and which names every status", () =>
    served(async ({ get }) => {
      const document = await (await get("/openapi.json")).json()
      expect(document).toEqual(JSON.parse(JSON.stringify(OpenApi.fromApi(NotificationLogApi.api))))
      const statuses = (path: string) => Object.keys(document.paths[path].get.responses)
      expect(statuses("/sections/{id}")).toEqual(["200", "304", "400", "401", "503"])
      expect(statuses("/events")).toEqual(["200", "400", "401"])
    }))
})
