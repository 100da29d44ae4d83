/** Notification logs that a reader cannot rely on. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { NotificationLog, type Section } from "../../../src/core/program/NotificationLog.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as NotificationLaws from "../../../src/laws/NotificationLaws.ts"
import type { Case } from "./caught.ts"

type Log = NotificationLog["Service"]
type Store = EventStore["Service"]

const size = 3

export const good = NotificationLog.layer(size).pipe(Layer.provideMerge(Memory.layer))

const flawed = (flaw: (log: Log, store: Store) => Log["section"]) =>
  Layer.effect(
    NotificationLog,
    Effect.gen(function* () {
      const log = yield* NotificationLog
      return { ...log, section: flaw(log, yield* EventStore) }
    }),
  ).pipe(Layer.provide(NotificationLog.layer(size)), Layer.provideMerge(Memory.layer))

const changed = (change: (section: Section) => Section) => flawed((log) => (id) => Effect.map(log.section(id), change))

/** A section is archived as soon as it holds anything. */
export const archivedEarly = changed((section) => ({ ...section, archived: section.items.length > 0 }))
/** The last archived section names no next one until there is something in it. */
export const nextWhenFilled = flawed((log, store) =>
  Effect.fnUntraced(function* (id) {
    const section = yield* log.section(id)
    const last = section.items.at(-1)?.position
    return last === (yield* store.head) ? { ...section, next: undefined } : section
  }),
)
/** The links back step one section too far. */
export const previousSkips = changed((section) => {
  const first = Number(section.id.split(",")[0])
  return first > size
    ? { ...section, previous: first > 2 * size ? `${first - 2 * size},${first - size - 1}` : undefined }
    : section
})
/** Current is the last section that has events, full or not. */
export const currentIsLast = flawed((log, store) =>
  Effect.fnUntraced(function* (id) {
    const head = yield* store.head
    const first = head === 0 ? 1 : head - ((head - 1) % size)
    return yield* log.section(id === "current" ? `${first},${first + size - 1}` : id)
  }),
)
/** Sections slide: what is asked for is the newest events. */
export const sliding = flawed((log, store) =>
  Effect.fnUntraced(function* (id) {
    const section = yield* log.section(id)
    const head = yield* store.head
    const page = yield* store.readAll({ after: Math.max(0, head - size), limit: section.items.length })
    return section.archived ? { ...section, items: page.events } : section
  }),
)
/** Any two numbers are a section. */
export const anyBounds = flawed(
  (log) => (id) => Effect.catchTag(log.section(id), "InvalidInput", () => log.section("current")),
)

const followed = (flaw: (log: Log, store: Store) => Log["follow"]) =>
  Layer.effect(
    NotificationLog,
    Effect.gen(function* () {
      const log = yield* NotificationLog
      return { ...log, follow: flaw(log, yield* EventStore) }
    }),
  ).pipe(Layer.provide(NotificationLog.layer(size)), Layer.provideMerge(Memory.layer))

/** What was seen last is told again. */
export const resumesWithTheLast = followed((log) => (after) => log.follow(Math.max(0, after - 1)))
/** The first event after what was seen last is left out. */
export const resumesTooLate = followed((log) => (after) => (after === 0 ? log.follow(0) : log.follow(after + 1)))
/** Where it is resumed, it begins with the section that the event is in. */
export const resumesBySection = followed((log) => (after) => log.follow(after - (after % size)))
/** What is there, and nothing that is recorded later. */
export const endsAtTheEnd = followed((log) => (after) => Stream.concat(past(log, after), Stream.never))
/** Only what is recorded from now on. */
export const liveOnly = followed(
  (log, store) => (after) =>
    Stream.unwrap(Effect.map(store.head, (head) => log.follow(Math.max(after, head)))).pipe(Stream.orDie),
)
/** The last event of a page is told before the others. */
export const lastFirst = followed(
  (log) => (after) =>
    log.follow(after).pipe(
      Stream.chunks,
      Stream.map((page) => page.toReversed()),
      Stream.flattenIterable,
    ),
)
/** The newest event is held back until there is another one. */
export const oneBehind = followed(
  (log) => (after) =>
    log.follow(after).pipe(
      Stream.zipWithNext,
      Stream.filterMap(([event, next]) => (Option.isSome(next) ? Result.succeed(event) : Result.failVoid)),
    ),
)

const past = (log: Log, after: number) =>
  NotificationLog.read(after).pipe(Stream.provideService(NotificationLog, log), Stream.orDie)

const broken = (layer: NotificationLaws.Subject["layer"]) => NotificationLaws.suite({ layer, patience: 50 })

export const cases: ReadonlyArray<Case> = [
  { law: "S16", flaw: "sections archived early", suite: broken(archivedEarly) },
  { law: "S16", flaw: "a next link that comes late", suite: broken(nextWhenFilled) },
  { law: "S16", flaw: "previous links that skip", suite: broken(previousSkips) },
  { law: "S16", flaw: "a current section that is full", suite: broken(currentIsLast) },
  { law: "S16", flaw: "sections that slide", suite: broken(sliding) },
  { law: "S16", flaw: "bounds of any kind", suite: broken(anyBounds) },
  { law: "S16.2", flaw: "a follower who is told the last event again", suite: broken(resumesWithTheLast) },
  { law: "S16.2", flaw: "a follower who misses an event where it resumes", suite: broken(resumesTooLate) },
  { law: "S16.2", flaw: "a follower who resumes by sections", suite: broken(resumesBySection) },
  { law: "S16.2", flaw: "a follower who hears of nothing new", suite: broken(endsAtTheEnd) },
  { law: "S16.2", flaw: "a follower who hears of nothing old", suite: broken(liveOnly) },
  { law: "S16.2", flaw: "a follower who is told the last event first", suite: broken(lastFirst) },
  { law: "S16.2", flaw: "a follower who is one event behind", suite: broken(oneBehind) },
]
