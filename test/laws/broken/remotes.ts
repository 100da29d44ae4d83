/** Servers that say what a log must not, and clients that believe what they should not. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { InvalidInput } from "../../../src/core/event/Errors.ts"
import { StoreUnavailable } from "../../../src/core/port/Errors.ts"
import { NotificationLog, type Section } from "../../../src/core/program/NotificationLog.ts"
import * as Wire from "../../../src/interpreters/http/Wire.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as NotificationLaws from "../../../src/laws/NotificationLaws.ts"
import * as faults from "../../interpreters/http/faults.ts"
import { type Handler, handlerOf, listening, remote, type Serve } from "../../interpreters/http/servers.ts"
import type { Case } from "./caught.ts"

/** A server whose answers to questions about sections are changed. */
const answering = (change: (request: Request, handler: Handler) => Promise<Response>) =>
  remote((handler) => listening((request) => change(request, handler)))

/** Every state of a section has the same tag. */
export const sameTag = answering(async (request, handler) => {
  const tag = `"${new URL(request.url).pathname}"`
  if (request.headers.get("if-none-match") === tag) return new Response(null, { status: 304 })
  const response = await handler(new Request(request.url))
  if (response.headers.has("etag")) response.headers.set("etag", tag)
  return response
})

/** What was current once is answered for ever. */
export const cachedCurrent = remote((handler) => {
  const first = new Map<string, string>()
  return listening(async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname !== "/sections/current") return handler(request)
    const body = first.get(pathname) ?? (await (await handler(new Request(request.url))).text())
    first.set(pathname, body)
    return new Response(body, { headers: { "content-type": "application/json" } })
  })
})

/** A section is archived as soon as it holds anything. */
export const archivedEarly = answering(async (request, handler) => {
  const response = await handler(new Request(request.url))
  if (!new URL(request.url).pathname.startsWith("/sections/1")) return response
  const section = await response.json()
  if (section.items?.length > 0) section.archived = true
  return Response.json(section, { status: response.status })
})

const unavailable = (cause: unknown) => new StoreUnavailable({ what: "reading", retryable: false, cause })

/** A client that is made by hand. */
interface Naive {
  readonly parse?: (text: string) => unknown
  /** Where it resumes, after a position and on its n-th connection. */
  readonly resume?: (last: number, n: number) => number
}

const decodeSection = Schema.decodeUnknownSync(Wire.Section)
const decodeEvent = Schema.decodeUnknownSync(Schema.fromJsonString(Wire.Event))

const naive = (serve: Serve, { parse = JSON.parse, resume = (last) => last }: Naive) =>
  Layer.effect(
    NotificationLog,
    Effect.gen(function* () {
      const { url } = yield* serve(yield* handlerOf())
      const get = async (path: string): Promise<Response> => {
        for (;;) {
          const response = await fetch(`${url}${path}`).catch(() => undefined)
          if (response !== undefined && response.status < 500) return response
        }
      }
      const section = (id: string) =>
        Effect.tryPromise({
          try: async (): Promise<Section> => {
            for (;;) {
              const response = await get(`/sections/${id}`)
              const text = await response.text().catch(() => undefined)
              if (text === undefined) continue
              if (response.status !== 200) throw new InvalidInput({ what: text })
              const { previous, next, ...rest } = decodeSection(parse(text))
              return { ...rest, previous: previous ?? undefined, next: next ?? undefined }
            }
          },
          catch: (error) => (error instanceof InvalidInput ? error : unavailable(error)),
        })
      const told = async function* (after: number) {
        let last = after
        for (let n = 0; ; n++) {
          const { body } = await get(`/events?after=${resume(last, n)}`)
          let text = ""
          try {
            for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
              text += chunk
              const blocks = text.split("\n\n")
              text = blocks.pop() ?? ""
              for (const block of blocks) {
                const [, data] = /^data: (\{.*\})$/m.exec(block) ?? []
                if (data === undefined) continue
                const event = decodeEvent(data)
                last = event.position
                yield event
              }
            }
          } catch {}
        }
      }
      const follow = (after: number) => Stream.fromAsyncIterable(told(after), unavailable)
      return NotificationLog.of({ sectionSize: 3, section, follow })
    }),
  ).pipe(Layer.provide(NotificationLog.layer(3)), Layer.provideMerge(Memory.layer))

/** What is missing of a section's text is made up, so that it can be read. */
const patched = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    const [, id = "1,3"] = /"id":"(\d+,\d+)"/.exec(text) ?? []
    const items = [...text.matchAll(/\{"position".*?"link":"[^"]*"\}/g)].map(([item]) => JSON.parse(item))
    return { id, archived: false, previous: null, next: null, items }
  }
}

export const sound = naive((handler) => listening(handler), {})
export const halfSections = naive(faults.halved, { parse: patched })
export const believesAll = naive(faults.twice, {})
export const believesTheOrder = naive(faults.reordered, {})
export const believesTheGaps = naive(faults.leftOut, {})
export const skips = naive(faults.cut, { resume: (last, n) => (n === 0 ? last : last + 1) })
export const repeats = naive(faults.cut, {
  resume: (last, n) => (n === 0 ? last : Math.max(0, last - 1)),
})

const broken = (layer: NotificationLaws.Subject["layer"]) => NotificationLaws.suite({ layer, patience: 300 })

export const cases: ReadonlyArray<Case> = [
  { law: "S16", flaw: "a server whose sections keep their tag when they change", suite: broken(sameTag), runs: 50 },
  { law: "S16", flaw: "a cache that keeps the current section", suite: broken(cachedCurrent), runs: 50 },
  { law: "S16", flaw: "a server that archives sections before they are full", suite: broken(archivedEarly), runs: 50 },
  { law: "S16", flaw: "a client that takes half a section for a whole one", suite: broken(halfSections), runs: 50 },
  { law: "S16.2", flaw: "a client that is told twice", suite: broken(believesAll), runs: 50 },
  { law: "S16.2", flaw: "a client that is told in another order", suite: broken(believesTheOrder), runs: 50 },
  { law: "S16.2", flaw: "a client that is not told everything", suite: broken(believesTheGaps), runs: 50 },
  { law: "S16.2", flaw: "a client that skips an event where it connects anew", suite: broken(skips), runs: 50 },
  { law: "S16.2", flaw: "a client that repeats an event where it connects anew", suite: broken(repeats), runs: 50 },
]
