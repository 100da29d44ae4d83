/**
 * A notification log that is elsewhere, as if it were here: the same service, by the same laws.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type { Position } from "../../core/event/Commit.ts"
import { InvalidInput } from "../../core/event/Errors.ts"
import type { StoreUnavailable } from "../../core/port/Errors.ts"
import { NotificationLog, type Section, type SectionId } from "../../core/program/NotificationLog.ts"
import * as SectionName from "../../core/program/SectionName.ts"
import * as Answers from "./Answers.ts"
import * as Following from "./Following.ts"
import * as Retrying from "./Retrying.ts"
import * as Sections from "./Sections.ts"

/**
 * Where the log is, and how to ask for it.
 *
 * @example
 * ```ts
 * import * as Schedule from "effect/Schedule"
 * import { type NotificationLogClient } from "everfold/http"
 *
 * const options: NotificationLogClient.Options = {
 *   url: "https://bank.example/log",
 *   headers: { authorization: "Bearer a-long-secret" },
 *   retry: Schedule.spaced("1 second")
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Options {
  /** Of what the server's routes begin with: `/sections` and `/events` come after it. */
  readonly url: string
  /** Sent with every request. */
  readonly headers?: Headers.Input
  /**
   * When to ask again after what may pass: a server that restarts, an answer that was cut, a store that is busy. Soon at
   * first and every five seconds then, for a minute, if left out. It is never sooner than the server's `Retry-After` says,
   * of which a minute counts. A follower begins it anew with whatever it is told.
   */
  readonly retry?: Schedule.Schedule<unknown, StoreUnavailable>
}

const forAMinute = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ duration: "1 minute" }),
)

/** Milliseconds that a server is asked to wait for more: less than an answer may take. */
const wait = 20_000

/** How many sections are kept, to be asked for by their tag or, where they are archived, not at all. */
const kept = 10

interface Kept {
  readonly etag: string | undefined
  readonly section: Section
}

const address = Effect.fnUntraced(function* (url: string) {
  const base = URL.canParse(url) ? new URL(url) : undefined
  if (base === undefined || !/^https?:$/.test(base.protocol) || base.search !== "" || base.hash !== "") {
    return yield* new InvalidInput({ what: `${JSON.stringify(url)} is no http or https url without query` })
  }
  return base.href.replace(/\/$/, "")
})

/**
 * A remote log by an `HttpClient` of your own: one that renews tokens, say. It should not follow redirects. Making it
 * asks for the current section, whose name tells the size of all.
 *
 * It fails as a log does, with `StoreUnavailable`; the `cause` tells more: an `HttpClientError` where there was no whole
 * answer, an `UnexpectedAnswer` where there was another one than a notification log gives.
 *
 * @example
 * ```ts
 * import * as HttpClient from "effect/http/HttpClient"
 * import * as HttpClientRequest from "effect/http/HttpClientRequest"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { NotificationLog } from "everfold"
 * import { NotificationLogClient } from "everfold/http"
 *
 * const token = Effect.succeed("renewed now and again")
 * const signed = HttpClient.mapRequestEffect((request: HttpClientRequest.HttpClientRequest) =>
 *   Effect.map(token, (value) => HttpClientRequest.bearerToken(request, value))
 * )
 * const log = Layer.effect(
 *   NotificationLog,
 *   NotificationLogClient.make({ url: "https://bank.example/log" }).pipe(
 *     Effect.updateService(HttpClient.HttpClient, signed)
 *   )
 * )
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({ url, headers = {}, retry = forAMinute }: Options) {
  const base = yield* address(url)
  const client = HttpClient.mapRequest(yield* HttpClient.HttpClient, HttpClientRequest.setHeaders(headers))
  const again = Retrying.patiently(retry)

  const ask = (path: string, options: HttpClientRequest.Options.NoUrl) =>
    client.execute(HttpClientRequest.get(`${base}/${path}`, options)).pipe(Effect.mapError(Answers.interrupted))

  const sections = new Map<string, Kept>()
  const keep = (id: string, section: Kept): void => {
    sections.delete(id)
    sections.set(id, section)
    for (const oldest of sections.keys()) if (sections.size > kept) sections.delete(oldest)
  }

  /** The last position that was heard of: no answer to a later question shows less. */
  let newest = 0
  /** Of these, old answers were given: they are asked for past whatever keeps them. */
  const stale = new Set<string>()

  const answered = Effect.fnUntraced(function* (id: string, size?: number, urlParams = {}) {
    const had = sections.get(id)
    if (had?.section.archived) return had.section
    const before = newest
    const response = yield* ask(`sections/${id}`, {
      urlParams,
      headers: {
        accept: "application/json",
        ...(had?.etag === undefined ? {} : { "if-none-match": had.etag }),
        ...(stale.has(id) ? { "cache-control": "no-cache" } : {}),
      },
    })
    if (response.status !== 200 && (response.status !== 304 || had === undefined)) {
      return yield* Answers.refused(response)
    }
    const section =
      response.status === 304 && had !== undefined ? had.section : yield* Sections.section(response, id, size)
    const due = id === "current" ? before : Math.min(before, Sections.last(section))
    if (Sections.reached(section) < due) {
      stale.add(id)
      sections.delete(id)
      const what = `less than position ${before}, which was there before; let nothing between keep it`
      return yield* Answers.unexpected(response, what, true)
    }
    stale.delete(id)
    newest = Math.max(newest, Sections.reached(section))
    if (response.status === 200) keep(id, { etag: response.headers.etag, section })
    return section
  })

  const fetched = (id: string, size?: number) => Effect.retry(Answers.inTime(answered(id, size)), again)

  const { id } = yield* fetched("current")
  const sectionSize = SectionName.size(id) ?? 1

  const section = (id: SectionId | "current") =>
    id === "current" || SectionName.first(id, sectionSize) !== undefined
      ? fetched(id, sectionSize)
      : Effect.fail(new InvalidInput({ what: SectionName.fault(id, sectionSize) }))

  const remote: Following.Remote = {
    connect: (after) => ask("events", { urlParams: { after }, headers: { accept: Following.mediaType } }),
    poll: (after) => Answers.inTime(answered(SectionName.at(after + 1, sectionSize), sectionSize, { after, wait })),
  }
  const follow = (after: Position) => Following.resumed(remote, after, again)

  return NotificationLog.of({ sectionSize, section, follow })
})

/**
 * A remote log by `fetch`, without following redirects.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 * import { NotificationLog } from "everfold"
 * import { NotificationLogClient } from "everfold/http"
 *
 * const elsewhere = NotificationLogClient.layer({ url: "https://bank.example/log" })
 * const tail = NotificationLog.follow(1200).pipe(
 *   Stream.runForEach(({ position, type }) => Effect.log(`${position} ${type}`)),
 *   Effect.provide(elsewhere)
 * )
 * ```
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<NotificationLog, InvalidInput | StoreUnavailable> =>
  Layer.effect(NotificationLog, Effect.updateService(make(options), HttpClient.HttpClient, unredirected)).pipe(
    Layer.provide(FetchHttpClient.layer),
  )

const unredirected = HttpClient.transformResponse(
  Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
)
