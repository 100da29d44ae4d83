/** Clients of what answers in this process, and answers for them. */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Commit from "../../../src/core/event/Commit.ts"
import * as HashChain from "../../../src/core/event/HashChain.ts"
import type { StoredEvent } from "../../../src/core/event/StoredEvent.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { NotificationLog, type Section } from "../../../src/core/program/NotificationLog.ts"
import { NotificationLogClient } from "../../../src/interpreters/http/index.ts"
import * as Wire from "../../../src/interpreters/http/Wire.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as Commits from "../../../src/laws/arbitrary/Commits.ts"
import { type Handler, soon } from "./servers.ts"

export const stream = Commits.streams[0]

/** Records so many events more. */
export const recording = Effect.gen(function* () {
  const store = yield* EventStore
  const next = Commits.ids()
  return (n: number) => {
    const events = Array.from({ length: n }, () => ({ type: "Added", tags: ["x"] }))
    return store.commit(Commits.commit(next, [{ stream, expected: Commit.any, events }]))
  }
})

export const logged = <A, E>(effect: Effect.Effect<A, E, NotificationLog | EventStore | Scope>) =>
  Effect.runPromise(effect.pipe(Effect.scoped, Effect.provide(NotificationLog.layer(3)), Effect.provide(Memory.layer)))

/** A client of what answers in this process. */
export const client = (answer: Handler, retry = soon) =>
  NotificationLogClient.make({ url: "http://log/", retry }).pipe(
    Effect.provide(FetchHttpClient.layer),
    Effect.map((log) => over(log, answer)),
    Effect.provideService(FetchHttpClient.Fetch, (input, init) => answer(new Request(input, init))),
  )

/** The log's requests go to what answers, whoever asks. */
const over = (log: NotificationLog["Service"], answer: Handler): NotificationLog["Service"] => {
  const fetching = (input: RequestInfo | URL, init?: RequestInit) => answer(new Request(input, init))
  return {
    ...log,
    section: (id) => Effect.provideService(log.section(id), FetchHttpClient.Fetch, fetching),
    follow: (after) => Stream.provideService(log.follow(after), FetchHttpClient.Fetch, fetching),
  }
}

export const empty: Section = { id: "1,3", items: [], archived: false, previous: undefined, next: undefined }
export const json = (body: string, status = 200) =>
  new Response(body, { status, headers: { "content-type": "application/json; charset=utf-8" } })
export const event = (position: number): StoredEvent => {
  const added = Commits.event(position, stream, { type: "Added", tags: [] })
  const before = position === 1 ? HashChain.empty.link : event(position - 1).link
  const link = HashChain.link(before, position, added.digest)
  return { ...added, stream, version: position, position, link }
}
export const items = (...positions: ReadonlyArray<number>) => positions.map(event)
export const sse = (...blocks: ReadonlyArray<string>) =>
  new Response(blocks.map((block) => `${block}\n\n`).join(""), { headers: { "content-type": "text/event-stream" } })
export const told = (position: number) => `id: ${position}\nevent: event\ndata: ${Wire.encodeEvent(event(position))}`
export const isSections = (request: Request) => new URL(request.url).pathname.startsWith("/sections/")
export const afterOf = (request: Request) => Number(new URL(request.url).searchParams.get("after"))
