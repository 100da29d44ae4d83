/** Notification logs that a reader cannot rely on. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
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

const broken = (layer: NotificationLaws.Subject["layer"]) => NotificationLaws.suite({ layer })

export const cases: ReadonlyArray<Case> = [
  { law: "S16", flaw: "sections archived early", suite: broken(archivedEarly) },
  { law: "S16", flaw: "a next link that comes late", suite: broken(nextWhenFilled) },
  { law: "S16", flaw: "previous links that skip", suite: broken(previousSkips) },
  { law: "S16", flaw: "a current section that is full", suite: broken(currentIsLast) },
  { law: "S16", flaw: "sections that slide", suite: broken(sliding) },
  { law: "S16", flaw: "bounds of any kind", suite: broken(anyBounds) },
]
