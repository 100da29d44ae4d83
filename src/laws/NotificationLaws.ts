/**
 * The laws of notification logs: of any layer that provides `NotificationLog` over an `EventStore`, near or far.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import type { StoredEvent } from "../core/event/StoredEvent.ts"
import { EventStore } from "../core/port/EventStore.ts"
import { NotificationLog, type Section } from "../core/program/NotificationLog.ts"
import * as Commits from "./arbitrary/Commits.ts"
import { program } from "./arbitrary/Programs.ts"
import { agree, Difference } from "./Difference.ts"
import * as Law from "./Law.ts"
import * as World from "./store/World.ts"

/**
 * The log that the law is about, and the store that it is over.
 *
 * @example
 * ```ts
 * import { NotificationLog } from "everfold"
 * import { type NotificationLaws } from "everfold/laws"
 * import { Memory } from "everfold/memory"
 * import * as Layer from "effect/Layer"
 *
 * const subject: NotificationLaws.Subject = { layer: NotificationLog.layer(3).pipe(Layer.provideMerge(Memory.layer)) }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Subject {
  /** Built anew, and so empty, for each run. Small sections are tried best. */
  readonly layer: Layer.Layer<EventStore | NotificationLog, unknown>
  /** How often the law is tried; 50 times, if left out. */
  readonly runs?: number
  /** How long a follower may take for what is there, in milliseconds; whoever takes longer has lost it. 5000, if left out. */
  readonly patience?: number
}

type Log = NotificationLog["Service"]

/** A section by its name is right by itself: bounds, content, links. */
const checkSection = Effect.fnUntraced(function* (store: World.Store, log: Log, first: number, section: Section) {
  const size = log.sectionSize
  const name = (from: number) => `${from},${from + size - 1}`
  const events = yield* World.log(store)
  const items = events.filter(({ position }) => position >= first && position < first + size)
  const archived = items.length === size
  yield* agree(`section ${name(first)}`, {
    expected: {
      id: name(first),
      items,
      archived,
      previous: first === 1 ? undefined : name(first - size),
      next: archived ? name(first + size) : undefined,
    },
    actual: section,
  })
})

/** All sections, from the first on by their links. */
const forwards = Effect.fnUntraced(function* (log: Log) {
  const sections: Array<Section> = []
  let id: string | undefined = `1,${log.sectionSize}`
  while (id !== undefined && sections.length < 100) {
    const section: Section = yield* log.section(id)
    sections.push(section)
    id = section.next
  }
  return sections
})

/** All sections, from the current one back by their links. */
const backwards = Effect.fnUntraced(function* (log: Log) {
  const sections: Array<Section> = []
  let id: string | undefined = "current"
  while (id !== undefined && sections.length < 100) {
    const section: Section = yield* log.section(id)
    sections.unshift(section)
    id = section.previous
  }
  return sections
})

const refused = (log: Log, id: string) =>
  log.section(id).pipe(
    Effect.flatMap((section) =>
      Effect.fail(new Difference({ what: `section ${id}`, expected: "InvalidInput", actual: section })),
    ),
    Effect.catchTag("InvalidInput", () => Effect.void),
  )

/** S16 */
const sections = ({ layer, runs = 50 }: Subject): Law.Law =>
  Law.make({
    name: "S16",
    title: "notification sections",
    equation:
      "bounds are fixed; current takes the next event; next and previous are inverse; archived sections never change; all sections = all events",
    given: fc.record({
      history: program(Commits.writes({ maxEvents: 3 }), { maxLength: 5 }),
      after: fc.nat(12),
    }),
    runs,
    holds: ({ history, after }) =>
      Effect.gen(function* () {
        const store = yield* EventStore
        const log = yield* NotificationLog
        const next = Commits.ids()
        const size = log.sectionSize
        const archived = new Map<string, Section>()
        for (const writes of [[], ...history]) {
          if (writes.length > 0) yield* store.commit(Commits.commit(next, writes))
          const head = yield* store.head
          const all = yield* forwards(log)
          for (const [i, section] of all.entries()) yield* checkSection(store, log, 1 + i * size, section)
          yield* agree("all sections", {
            expected: yield* World.log(store),
            actual: all.flatMap(({ items }) => items),
          })
          const current = yield* log.section("current")
          yield* checkSection(store, log, head + 1 - (head % size), current)
          yield* agree("whether current is archived", { expected: false, actual: current.archived })
          yield* agree("all sections, back from current", { expected: all, actual: yield* backwards(log) })
          for (const [id, before] of archived) {
            yield* agree(`archived section ${id}, later`, { expected: before, actual: yield* log.section(id) })
          }
          for (const section of all) if (section.archived) archived.set(section.id, section)
        }
        const read = yield* NotificationLog.read(after).pipe(Stream.runCollect)
        yield* agree(`what is read after position ${after}`, {
          expected: (yield* World.log(store)).filter(({ position }) => position > after),
          actual: read,
        })
        const strange = [
          "",
          "a",
          "0,1",
          "1",
          `1,${size + 1}`,
          `2,${size + 1}`,
          `${size},1`,
          `01,${size}`,
          `1,${size},`,
          "-1,2",
        ]
        const names = strange.filter((id) => !(size === 1 && id === `2,${size + 1}`) && !(size === 1 && id === "1,1"))
        for (const id of names) yield* refused(log, id)
      }).pipe(Effect.provide(Layer.fresh(layer))),
  })

/** Follows, by pieces of so many events, each from the last one seen, until so many positions were seen. */
const follower = (log: Log, got: Array<StoredEvent>, { after, pieces, total }: Resuming) =>
  Effect.gen(function* () {
    let last = after
    for (let i = 0; last < total; i++) {
      const piece = pieces[i % pieces.length] ?? 1
      yield* log.follow(last).pipe(
        Stream.take(piece),
        Stream.takeUntil(({ position }) => position >= total),
        Stream.runForEach((event) =>
          Effect.sync(() => {
            got.push(event)
            last = event.position
          }),
        ),
      )
      // What ends by itself would be begun for ever.
      yield* Effect.yieldNow
    }
  })

interface Resuming {
  readonly after: number
  readonly pieces: ReadonlyArray<number>
  readonly total: number
}

/** S16, for followers */
const following = ({ layer, runs = 50, patience = 5_000 }: Subject): Law.Law =>
  Law.make({
    name: "S16.2",
    title: "following a log",
    equation:
      "follow(after) = the events after that position, each once, in order, those to come too; stopped and resumed anywhere, the same",
    given: fc.record({
      history: program(Commits.writes({ maxEvents: 3 }), { maxLength: 5 }),
      after: fc.nat(4),
      pieces: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
      // Whether the follower has seen what is there before the next commit.
      live: fc.boolean(),
    }),
    runs,
    holds: ({ history, after, pieces, live }) =>
      Effect.gen(function* () {
        const store = yield* EventStore
        const log = yield* NotificationLog
        const next = Commits.ids()
        const total = history.flat().reduce((sum, { events }) => sum + events.length, 0)
        const got: Array<StoredEvent> = []
        const fiber = yield* Effect.forkChild(follower(log, got, { after, pieces, total }))
        const caughtUp = Effect.gen(function* () {
          const due = Date.now() + patience
          const all = Math.max(0, (yield* store.head) - after)
          while (got.length < all && fiber.pollUnsafe() === undefined && Date.now() < due) yield* Effect.sleep(1)
        })
        for (const writes of history) {
          yield* store.commit(Commits.commit(next, writes))
          if (live) yield* caughtUp
        }
        yield* caughtUp
        const ended = fiber.pollUnsafe()
        yield* Fiber.interrupt(fiber)
        if (ended !== undefined) yield* ended
        yield* agree(`what is told from position ${after} on, by pieces of ${pieces.join(", ")}`, {
          expected: (yield* World.log(store)).filter(({ position }) => position > after),
          actual: got,
        })
      }).pipe(Effect.provide(Layer.fresh(layer))),
  })

/**
 * The laws of a notification log (S16).
 *
 * @example
 * ```ts
 * import { NotificationLog } from "everfold"
 * import { Memory } from "everfold/memory"
 * import { NotificationLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as Layer from "effect/Layer"
 *
 * laws(NotificationLaws.suite({ layer: NotificationLog.layer(3).pipe(Layer.provideMerge(Memory.layer)) }))
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = (subject: Subject): Law.Suite => ({
  name: "a notification log",
  laws: [sections(subject), following(subject)],
})
