/** Servers, and what is before them, that mean ill or know no better: each is asked again, or is a fault that says what to do. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as References from "effect/References"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { describe, expect, it } from "vitest"
import { StoreUnavailable } from "../../../src/core/port/Errors.ts"
import { UnexpectedAnswer } from "../../../src/interpreters/http/index.ts"
import * as Wire from "../../../src/interpreters/http/Wire.ts"
import { client, empty, event, isSections, items, json, logged, recording, sse, told } from "./answers.ts"
import { type Handler, handlerOf, soon } from "./servers.ts"

const quiet = Effect.provideService(References.MinimumLogLevel, "None")

/** Lets time pass until the effect has ended. */
const inNoTime = <A, E>(effect: Effect.Effect<A, E>, step: "1 second" | "10 seconds" = "1 second"): Promise<A> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    while (fiber.pollUnsafe() === undefined) {
      yield* TestClock.adjust(step)
      yield* Effect.promise(() => new Promise((later) => setImmediate(later)))
    }
    return yield* Fiber.join(fiber)
  }).pipe(Effect.provide(TestClock.layer()), quiet, Effect.runPromise)

describe("a server that is busy", () => {
  /** After how many seconds it was asked again. */
  const askedAgain = async (retryAfter: string, status = 503): Promise<number> => {
    const at: Array<number> = []
    const answers = (now: number): Response => {
      at.push(now / 1000)
      return at.length === 1
        ? new Response("busy", { status, headers: { "retry-after": retryAfter } })
        : json(Wire.encodeSection(empty))
    }
    const clocked = Effect.gen(function* () {
      const clock = yield* Effect.clockWith((clock) => Effect.succeed(clock))
      return yield* client(async () => answers(clock.currentTimeMillisUnsafe()), Schedule.spaced("1 second"))
    })
    await inNoTime(clocked)
    return (at[1] ?? Number.NaN) - (at[0] ?? Number.NaN)
  }

  it.each([
    ["7", 429, 7],
    ["7", 503, 7],
    // The time of these tests begins in 1970.
    ["Thu, 01 Jan 1970 00:00:09 GMT", 503, 9],
    ["3600", 503, 60],
    ["Fri, 01 Jan 2100 00:00:00 GMT", 429, 60],
    ["0", 503, 1],
    ["-5", 503, 1],
    ["soon", 503, 1],
    ["Wed, 31 Dec 1969 00:00:00 GMT", 503, 1],
    ["9".repeat(400), 503, 60],
  ])("that says Retry-After: %s with %i is asked again after %i seconds", async (told, status, seconds) => {
    const waited = await askedAgain(told, status)
    expect(waited).toBeGreaterThanOrEqual(seconds)
    expect(waited).toBeLessThan(seconds + 2)
  })
})

describe("a server that has no stream of events", () => {
  const gathered = () => new Response(new ReadableStream(), { headers: { "content-type": "text/event-stream" } })

  it.each<[string, () => Response]>([
    ["knows nothing of it", () => new Response("not found", { status: 404 })],
    ["takes nothing but JSON", () => new Response("", { status: 406 })],
    ["answers a page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
  ])("is followed by its sections where it %s", (_, answer) =>
    logged(
      Effect.gen(function* () {
        const record = yield* recording
        yield* record(4)
        const handler = yield* handlerOf()
        const asked: Array<string> = []
        const log = yield* client(async (request) => {
          const { pathname, search } = new URL(request.url)
          asked.push(`${pathname}${search}`)
          return isSections(request) ? handler(request) : answer()
        })
        const seen: Array<number> = []
        yield* log.follow(1).pipe(
          Stream.take(6),
          Stream.runForEach(
            Effect.fnUntraced(function* ({ position }) {
              seen.push(position)
              if (position === 4) yield* Effect.forkChild(Effect.andThen(Effect.sleep("50 millis"), record(3)))
            }),
          ),
        )
        expect(seen).toEqual([2, 3, 4, 5, 6, 7])
        expect(asked).toEqual([
          "/sections/current",
          "/events?after=1",
          "/sections/1,3?after=1&wait=20000",
          "/sections/4,6?after=3&wait=20000",
          "/sections/4,6?after=4&wait=20000",
          "/sections/7,9?after=6&wait=20000",
        ])
      }).pipe(quiet),
    ),
  )

  it("is followed by its sections where what is between gathers the stream", async () => {
    const followed = Effect.gen(function* () {
      const section = { ...empty, items: items(1, 2) }
      const log = yield* client(async (request) =>
        isSections(request) ? json(Wire.encodeSection(section)) : gathered(),
      )
      return yield* log.follow(0).pipe(Stream.take(2), Stream.runCollect)
    })
    expect((await inNoTime(followed)).map(({ position }) => position)).toEqual([1, 2])
  })

  it("is asked once a second where it does not wait either", async () => {
    let asked = 0
    const followed = Effect.gen(function* () {
      const log = yield* client(async (request) => {
        if (!isSections(request)) return new Response("", { status: 404 })
        asked++
        return json(Wire.encodeSection(empty))
      })
      yield* Effect.timeoutOption(Stream.runDrain(log.follow(0)), "10 seconds")
    })
    await inNoTime(followed)
    expect(asked).toBeGreaterThan(5)
    expect(asked).toBeLessThan(14)
  })

  it("is a fault where it has no sections either", async () => {
    let asked = 0
    const page = () => new Response("<html>log in</html>", { headers: { "content-type": "text/html" } })
    const followed = Effect.gen(function* () {
      const log = yield* client(async () => (asked++ === 0 ? json(Wire.encodeSection(empty)) : page()))
      return yield* Effect.flip(Stream.runDrain(log.follow(0)))
    })
    const failure = await Effect.runPromise(quiet(followed))
    expect(failure).toMatchObject({ retryable: false, cause: expect.any(UnexpectedAnswer) })
    expect(failure.message).toMatch(/text\/html instead of application\/json/)
    expect(asked).toBe(3)
  })
})

describe("what keeps old answers", () => {
  /** Keeps what is current. */
  const keeping = (handler: Handler, obeys: boolean): Handler => {
    const kept = new Map<string, string>()
    return async (request) => {
      const { pathname } = new URL(request.url)
      const isAsked = obeys && request.headers.get("cache-control") === "no-cache"
      const body = isAsked ? undefined : kept.get(pathname)
      if (body !== undefined) return json(body)
      const response = await handler(new Request(request.url))
      kept.set(pathname, await response.clone().text())
      return response
    }
  }

  it.each([true, false])("is asked past, where it lets one: %s", (obeys) =>
    logged(
      Effect.gen(function* () {
        const record = yield* recording
        yield* record(2)
        const log = yield* client(keeping(yield* handlerOf(), obeys), Schedule.recurs(2))
        expect((yield* log.section("current")).items.length).toBe(2)
        yield* record(2)
        // Not even the client can know that there is more, until it hears of it.
        expect((yield* log.section("current")).items.length).toBe(2)
        expect((yield* log.section("4,6")).items.length).toBe(1)
        const current = log.section("current")
        if (obeys) return expect((yield* current).id).toBe("4,6")
        const failure = yield* Effect.flip(current)
        expect(failure).toMatchObject({ _tag: "StoreUnavailable", retryable: true })
        expect(failure.message).toMatch(/less than position 4, which was there before; let nothing between keep it/)
      }),
    ),
  )
})

describe("two who ask at once", () => {
  it("are both answered, though the first answer comes last and shows less", () =>
    logged(
      Effect.gen(function* () {
        const record = yield* recording
        yield* record(1)
        const handler = yield* handlerOf()
        let late: Promise<unknown> | undefined
        const log = yield* client(async (request) => {
          const response = await handler(new Request(request.url))
          const held = late
          late = undefined
          await held
          return response
        }, Schedule.recurs(0))
        let answered = (): void => {}
        late = new Promise<void>((resolve) => {
          answered = resolve
        })
        const first = yield* Effect.forkChild(log.section("current"))
        yield* Effect.repeat(Effect.sleep(1), { until: () => late === undefined })
        yield* record(1)
        expect((yield* log.section("current")).items.length).toBe(2)
        answered()
        expect((yield* Fiber.join(first)).items.length).toBe(1)
      }),
    ))
})

describe("an answer that was changed on its way", () => {
  it("is asked for again where its digest says so", () =>
    logged(
      Effect.gen(function* () {
        const record = yield* recording
        yield* record(3)
        const handler = yield* handlerOf()
        let spoilt = 0
        const log = yield* client(async (request) => {
          const response = await handler(request)
          if (!request.url.includes("1,3") || spoilt++ > 1) return response
          const text = (await response.text()).replace(/"recordedAt":\d/, (at) => `${at}1`)
          return new Response(text, response)
        })
        const section = yield* log.section("1,3")
        expect(spoilt).toBe(3)
        expect(section.items.every(({ recordedAt }) => recordedAt < 1e15)).toBe(true)
      }),
    ))

  const forged = { ...event(2), digest: event(3).digest }
  const skipped = { ...event(4), position: 2 }

  it.each([
    ["another digest", forged, /the link of position 2 is not made of the one before it/],
    ["another version", skipped, /position 2 is version 4 of .*, after version 1/],
  ])("is no event where it has %s, in a section and in a stream", async (_, wrong, why) => {
    let asked = 0
    const program = Effect.gen(function* () {
      const body = Wire.encodeSection({ ...empty, items: [event(1), wrong] })
      const log = yield* client(async (request) => {
        if (!isSections(request)) return sse(told(1), `id: 2\nevent: event\ndata: ${Wire.encodeEvent(wrong)}`)
        asked++
        return json(request.url.endsWith("current") ? Wire.encodeSection(empty) : body)
      })
      const followed = yield* Effect.flip(Stream.runDrain(log.follow(0)))
      return [followed, yield* Effect.flip(log.section("1,3"))]
    })
    for (const failure of await Effect.runPromise(program)) {
      expect(failure).toMatchObject({ _tag: "StoreUnavailable", retryable: false })
      expect(failure.message).toMatch(why)
    }
    expect(asked).toBe(2)
  })
})

describe("an answer of a hostile size", () => {
  const endless = () => {
    const zeros = new Uint8Array(2 ** 22)
    return new ReadableStream({ pull: (body) => body.enqueue(zeros) })
  }
  const type = { "content-type": "application/json" }

  it.each<[string, () => Response]>([
    ["says so", () => new Response("{}", { headers: { ...type, "content-length": "1000000000000000" } })],
    ["does not say so", () => new Response(endless(), { headers: type })],
    [
      "says less of what is compressed",
      () => new Response(endless(), { headers: { ...type, "content-length": "5", "content-encoding": "gzip" } }),
    ],
  ])("is not read to its end where it %s", async (_, answer) => {
    const failure = await Effect.runPromise(Effect.flip(client(async () => answer(), Schedule.recurs(0))))
    expect(failure).toMatchObject({ _tag: "StoreUnavailable", retryable: false })
    expect(failure.message).toMatch(/more than 268435456 bytes; let the log have smaller sections/)
  })

  it("is a section where the events are that large", () =>
    Effect.gen(function* () {
      const body = new Uint8Array(2 ** 20)
      const large = { ...empty, items: items(1, 2, 3).map((each) => ({ ...each, body })), archived: true, next: "4,6" }
      const log = yield* client(async (request) =>
        json(Wire.encodeSection(request.url.endsWith("current") ? { ...empty, id: "4,6", previous: "1,3" } : large)),
      )
      expect((yield* log.section("1,3")).items.map(({ body }) => body.length)).toEqual([2 ** 20, 2 ** 20, 2 ** 20])
    }).pipe(Effect.runPromise))

  it("is a name that no section has", async () => {
    for (const id of ["1,9007199254740991", "9007199254740991,9007199254740991", "1,99999999999999999999", "2,1"]) {
      const failure = await Effect.runPromise(
        Effect.flip(client(async () => json(Wire.encodeSection({ ...empty, id })), Schedule.recurs(0))),
      )
      expect(failure.message).toMatch(/is the name of no section/)
    }
  })

  it("is given up where it comes byte by byte", async () => {
    const dribble = new ReadableStream({
      pull: () => new Promise(() => {}),
      start: (body) => body.enqueue(Buffer.from("{")),
    })
    const answer = async () => new Response(dribble, { headers: { "content-type": "application/json" } })
    const failure = await inNoTime(Effect.flip(client(answer, Schedule.recurs(0))), "10 seconds")
    expect(failure).toMatchObject({ _tag: "StoreUnavailable", retryable: true })
    expect(failure.message).toMatch(/no answer within 30 seconds/)
  })
})

describe("a token that is refused", () => {
  it.each<[string, () => Response, RegExp]>([
    ["by the log", () => json('{"_tag":"Unauthorized","what":"the token has expired"}', 401), /the token has expired/],
    ["by what is before it", () => new Response("<html>", { status: 401 }), /lets nobody in with these headers/],
    ["for good", () => new Response("", { status: 403 }), /lets nobody in with these headers/],
  ])("%s ends who follows, at once and with the reason", async (_, refusal, why) => {
    let connections = 0
    const program = Effect.gen(function* () {
      const log = yield* client(async (request) => {
        if (isSections(request)) return json(Wire.encodeSection(empty))
        return connections++ === 0 ? sse(told(1)) : refusal()
      }, soon)
      const seen: Array<number> = []
      const failure = yield* log.follow(0).pipe(
        Stream.runForEach(({ position }) => Effect.sync(() => seen.push(position))),
        Effect.flip,
      )
      expect(seen).toEqual([1])
      return failure
    })
    const failure = await Effect.runPromise(program)
    expect(failure).toBeInstanceOf(StoreUnavailable)
    expect(failure.retryable).toBe(false)
    expect(failure.message).toMatch(why)
    expect(connections).toBe(2)
  })
})
