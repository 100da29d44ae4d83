import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { isRight } from "fp-ts/lib/Either.js"
import { afterEach, describe, expect, it, vi } from "vitest"
import * as HashChain from "../../../src/core/event/HashChain.ts"
import { StoreUnavailable } from "../../../src/core/port/Errors.ts"
import { NotificationLog } from "../../../src/core/program/NotificationLog.ts"
import { NotificationLogClient, UnexpectedAnswer } from "../../../src/interpreters/http/index.ts"
import * as Wire from "../../../src/interpreters/http/Wire.ts"
import {
  afterOf,
  client,
  empty,
  event,
  isSections,
  items,
  json,
  logged,
  recording,
  sse,
  stream,
  told,
} from "./answers.ts"
import { type Handler, handlerOf, listen, send, soon } from "./servers.ts"

afterEach(() => void vi.useRealTimers())

describe("a remote notification log", () => {
  it.each<[string, () => Response, RegExp]>([
    ["a page", () => new Response("<html>log in</html>", { headers: { "content-type": "text/html" } }), /text\/html/],
    ["no media type", () => new Response(new Uint8Array([123])), /no content type/],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "/login" } }), /sends on to \/login/],
    ["another API", () => json('{"hello":"world"}'), /no section/],
    ["a refusal", () => json('{"_tag":"Unauthorized","what":"no token"}', 401), /no token/],
    ["nothing there", () => new Response("not found", { status: 404 }), /answered 404/],
    ["a store that needs a person", () => json('{"_tag":"StoreUnavailable","what":"x","retryable":false}', 503), /x/],
    ["a name that is none", () => json(Wire.encodeSection({ ...empty, id: "2,4" })), /name of no section/],
    ["too early an archive", () => json(Wire.encodeSection({ ...empty, archived: true })), /archived before/],
    [
      "an archive as current",
      () => json(Wire.encodeSection({ ...empty, items: items(1, 2, 3), archived: true, next: "4,6" })),
      /instead of current/,
    ],
    [
      "a full section that is not archived",
      () => json(Wire.encodeSection({ ...empty, items: items(1, 2, 3) })),
      /full and not/,
    ],
    ["a hole", () => json(Wire.encodeSection({ ...empty, items: items(1, 3) })), /other positions/],
    ["another neighbour", () => json(Wire.encodeSection({ ...empty, next: "7,9" })), /other neighbours/],
    [
      "a number that is rounded",
      () =>
        json(Wire.encodeSection({ ...empty, items: items(1) }).replace('"version":1', '"version":9007199254740993')),
      /no section/,
    ],
    [
      "bytes that are none",
      () => json(Wire.encodeSection({ ...empty, items: items(1) }).replace(/"body":"[^"]*"/, '"body":"*"')),
      /no section/,
    ],
  ])("does not believe %s, and does not ask again", async (_, answer, why) => {
    let asked = 0
    const failure = await Effect.runPromise(
      Effect.flip(
        client(async () => {
          asked++
          return answer()
        }),
      ),
    )
    expect(failure).toBeInstanceOf(StoreUnavailable)
    expect(failure).toMatchObject({ retryable: false, cause: expect.any(UnexpectedAnswer) })
    expect(failure.message).toMatch(why)
    expect(asked).toBe(1)
  })

  it.each<[string, () => Response | Promise<never>]>([
    ["cannot be reached", () => Promise.reject(new TypeError("fetch failed"))],
    ["has no time", () => new Response("busy", { status: 503 })],
    ["stops in the middle", () => json('{"id":"1,3","archi')],
    ["has a store that is busy", () => json('{"_tag":"StoreUnavailable","what":"busy","retryable":true}', 503)],
  ])("asks again by the schedule, and no longer, where the server %s", async (_, answer) => {
    let asked = 0
    const failure = await Effect.runPromise(
      Effect.flip(
        client(async () => {
          asked++
          return answer()
        }, Schedule.recurs(4)),
      ),
    )
    expect(failure).toMatchObject({ _tag: "StoreUnavailable", retryable: true })
    expect(asked).toBe(5)
  })

  it.each(["", "log", "ftp://log", "http://log?x=1", "http://log#x"])("has no url %j", async (url) => {
    const made = NotificationLogClient.make({ url }).pipe(Effect.provide(FetchHttpClient.layer), Effect.flip)
    expect(await Effect.runPromise(made)).toMatchObject({ _tag: "InvalidInput" })
  })

  it("says so where the size of sections changes", () =>
    logged(
      Effect.gen(function* () {
        const record = yield* recording
        yield* record(2)
        let handler = yield* handlerOf()
        const log = yield* client((request) => handler(request))
        expect(log.sectionSize).toBe(3)
        handler = yield* Effect.provide(handlerOf(), NotificationLog.layer(5))
        for (const id of ["1,3", "current"]) {
          const failure = yield* Effect.flip(log.section(id))
          expect(failure).toMatchObject({ _tag: "StoreUnavailable", retryable: false })
          expect(failure.message).toMatch(/1,5/)
        }
      }),
    ))

  it("asks once for an archived section, and by its tag for another", () =>
    logged(
      Effect.gen(function* () {
        const record = yield* recording
        yield* record(4)
        const handler = yield* handlerOf()
        const answers: Array<string> = []
        const log = yield* client(async (request) => {
          const response = await handler(request)
          answers.push(`${new URL(request.url).pathname} ${response.status}`)
          return response
        })
        for (let i = 0; i < 2; i++) {
          expect((yield* log.section("1,3")).items.length).toBe(3)
          expect((yield* log.section("4,6")).items.length).toBe(1)
        }
        expect(answers).toEqual([
          "/sections/current 200",
          "/sections/1,3 200",
          "/sections/4,6 200",
          "/sections/4,6 304",
        ])
      }),
    ))

  it("sends its headers with every question", () =>
    logged(
      Effect.gen(function* () {
        const handler = yield* handlerOf()
        const seen: Array<string | null> = []
        const { url, close } = yield* Effect.promise(() =>
          listen((request) => {
            seen.push(request.headers.get("authorization"))
            return handler(request)
          }),
        )
        const record = yield* recording
        yield* record(1)
        const elsewhere = NotificationLogClient.layer({ url: `${url}/`, headers: { authorization: "Bearer x" } })
        yield* NotificationLog.follow().pipe(Stream.take(1), Stream.runDrain, Effect.provide(elsewhere))
        expect(seen).toEqual(["Bearer x", "Bearer x"])
        yield* Effect.promise(close)
      }),
    ))

  it("does not follow redirects with what is in its headers", () =>
    logged(
      Effect.gen(function* () {
        const { url, close } = yield* Effect.promise(() =>
          listen(async () => new Response(null, { status: 307, headers: { location: "http://127.0.0.1:9/" } })),
        )
        const failure = yield* Effect.flip(Effect.provide(NotificationLog, NotificationLogClient.layer({ url })))
        expect(failure.message).toMatch(/sends on to http:\/\/127.0.0.1:9\//)
        yield* Effect.promise(close)
      }),
    ))

  it("tells events whose digests and links verify", () =>
    logged(
      Effect.gen(function* () {
        const record = yield* recording
        yield* record(5)
        const handler = yield* handlerOf()
        const log = yield* client(handler)
        const followed = yield* log.follow(0).pipe(Stream.take(5), Stream.runCollect)
        const read = yield* NotificationLog.read().pipe(Stream.runCollect, Effect.provideService(NotificationLog, log))
        for (const events of [followed, read]) {
          expect(events.length).toBe(5)
          expect(isRight(HashChain.verify(HashChain.sha256)(stream, events))).toBe(true)
        }
      }),
    ))

  it("goes on where it was when the server comes back", () =>
    logged(
      Effect.gen(function* () {
        const record = yield* recording
        yield* record(2)
        const handler = yield* handlerOf()
        const first = yield* Effect.promise(() => listen(handler))
        const port = Number(new URL(first.url).port)
        const elsewhere = NotificationLogClient.layer({ url: first.url, retry: soon })
        const got: Array<number> = []
        let second = first
        yield* NotificationLog.follow().pipe(
          Stream.take(6),
          Stream.runForEach(
            Effect.fnUntraced(function* ({ position }) {
              got.push(position)
              if (position !== 2) return
              yield* Effect.promise(first.close)
              yield* record(4)
              second = yield* Effect.promise(() => listen(handler, send, port))
            }),
          ),
          Effect.provide(elsewhere),
        )
        expect(got).toEqual([1, 2, 3, 4, 5, 6])
        yield* Effect.promise(second.close)
      }),
    ))

  it("connects anew where it hears that it missed something", async () => {
    const asked: Array<number> = []
    const program = Effect.gen(function* () {
      const log = yield* client(async (request) => {
        if (isSections(request)) return json(Wire.encodeSection(empty))
        asked.push(afterOf(request))
        return asked.length === 1 ? sse(told(1), "event: heartbeat\ndata: 3") : sse(told(1), told(2), told(3))
      })
      return yield* log.follow(0).pipe(Stream.take(3), Stream.runCollect)
    })
    const events = await Effect.runPromise(program)
    expect(events.map(({ position }) => position)).toEqual([1, 2, 3])
    expect(asked).toEqual([0, 1])
  })

  it.each<[string, ReadonlyArray<string>]>([
    ["leaves an event out each time", [told(2)]],
    ["tells what was told, and ends", [told(1)]],
    ["tells nothing, and ends", []],
  ])("does not follow for ever a server that %s", async (_, blocks) => {
    let asked = 0
    const program = Effect.gen(function* () {
      const log = yield* client(async (request) => {
        if (isSections(request)) return json(Wire.encodeSection(empty))
        asked++
        return sse(...blocks)
      }, Schedule.recurs(3))
      const after = blocks[0]?.startsWith("id: 1") ? 1 : 0
      return yield* Effect.flip(Stream.runDrain(log.follow(after)))
    })
    expect(await Effect.runPromise(program)).toMatchObject({ _tag: "StoreUnavailable", retryable: true })
    expect(asked).toBe(4)
  })

  it("takes what is no event for what it is", async () => {
    const program = Effect.gen(function* () {
      const log = yield* client(async (request) =>
        isSections(request) ? json(Wire.encodeSection(empty)) : sse('id: 1\nevent: event\ndata: {"position":1}'),
      )
      return yield* Effect.flip(Stream.runDrain(log.follow(0)))
    })
    expect(await Effect.runPromise(program)).toMatchObject({ retryable: false, cause: expect.any(UnexpectedAnswer) })
  })

  it.each<[string, Handler]>([
    ["does not begin to answer", () => new Promise(() => {})],
    [
      "says nothing any more",
      async () => {
        const begun = new ReadableStream({ start: (body) => body.enqueue(Buffer.from(": following\n\n")) })
        return new Response(begun, { headers: { "content-type": "text/event-stream" } })
      },
    ],
  ])("gives up a server that %s", async (_, answer) => {
    const asking = Effect.gen(function* () {
      const log = yield* client(
        async (request) => (isSections(request) ? json(Wire.encodeSection(empty)) : answer(request)),
        Schedule.recurs(0),
      )
      const fiber = yield* Effect.forkChild(Effect.flip(Stream.runDrain(log.follow(0))))
      while (fiber.pollUnsafe() === undefined) {
        yield* TestClock.adjust("10 seconds")
        yield* Effect.promise(() => new Promise((later) => setImmediate(later)))
      }
      return yield* Fiber.join(fiber)
    })
    const failure = await Effect.runPromise(Effect.provide(asking, TestClock.layer()))
    expect(failure).toMatchObject({ _tag: "StoreUnavailable", retryable: true })
  })

  it("is told now and again how far it was told", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] })
    await logged(
      Effect.gen(function* () {
        const record = yield* recording
        yield* record(2)
        const handler = yield* handlerOf()
        const text = yield* Effect.promise(async () => {
          const { body } = await handler(new Request("http://log/events"))
          const reader = body?.getReader()
          let text = ""
          while (reader !== undefined && !/event: heartbeat\ndata: 2\n\n/.test(text)) {
            const read = reader.read()
            await vi.advanceTimersByTimeAsync(20_000)
            text += new TextDecoder().decode((await read).value)
          }
          await reader?.cancel()
          return text
        })
        expect(text).toMatch(/event: heartbeat\ndata: 2\n\n/)
      }),
    )
  })

  it("pulls no more from the log than its reader takes, save what is on its way", () => {
    let pulled = 0
    const body = new Uint8Array(100_000)
    const endless = Stream.iterate(1, (n) => n + 1).pipe(
      Stream.rechunk(1),
      Stream.map((position) => {
        pulled++
        return { ...event(position), body }
      }),
    )
    const log = { sectionSize: 3, section: () => Effect.succeed(empty), follow: () => endless }
    return Effect.runPromise(
      Effect.gen(function* () {
        const handler = yield* handlerOf()
        const { url, close } = yield* Effect.promise(() => listen(handler))
        yield* NotificationLog.follow().pipe(
          Stream.take(2),
          Stream.runForEach(() => Effect.sleep("200 millis")),
          Effect.provide(NotificationLogClient.layer({ url })),
        )
        expect(pulled).toBeGreaterThan(1)
        // A few megabytes, in sockets and queues.
        expect(pulled).toBeLessThan(300)
        yield* Effect.promise(close)
      }).pipe(Effect.scoped, Effect.provide(Layer.succeed(NotificationLog, log))),
    )
  })
})
