/**
 * The store's events as a log of numbered sections, for readers elsewhere: a section's bounds never change, and a full
 * section never changes at all, so it can be kept for ever by whoever read it.
 *
 * Laws (S16): bounds are fixed; a full section is the same at every later reading; all sections read in order are all
 * events; a follower gets each event once, in order, wherever it resumes.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Position } from "../event/Commit.ts"
import { InvalidInput } from "../event/Errors.ts"
import type { StoredEvent } from "../event/StoredEvent.ts"
import { bound } from "../port/bound.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import { EventStore } from "../port/EventStore.ts"
import * as SectionName from "./SectionName.ts"
import * as Subscription from "./Subscription.ts"

/**
 * A section's name: its first and last position, `1,20`.
 *
 * @example
 * ```ts
 * import { type SectionId } from "everfold"
 *
 * const first: SectionId = "1,20"
 * ```
 * @category model
 * @since 0.1.0
 */
export type SectionId = string

/**
 * A section, as far as it is filled, and the names of its neighbours.
 *
 * @example
 * ```ts
 * import { type Section } from "everfold"
 *
 * // What never changes may be kept by whoever reads it.
 * const maxAge = ({ archived }: Section): number => (archived ? 31_536_000 : 0)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Section {
  readonly id: SectionId
  /** In the order of their positions. */
  readonly items: ReadonlyArray<StoredEvent>
  /** Full, and so the same for ever. */
  readonly archived: boolean
  /** None before the first. */
  readonly previous: SectionId | undefined
  /** Only of an archived section; what follows may still be empty. */
  readonly next: SectionId | undefined
}

/**
 * Gives out sections. `layer` makes one over a store; whatever else has sections, near or far, can be read by `read` too.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Stream from "effect/Stream"
 * import { NotificationLog } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const program = Effect.gen(function* () {
 *   const log = yield* NotificationLog
 *   const { id } = yield* log.section("current")
 *   const events = yield* Stream.runCollect(NotificationLog.read(0))
 *   return [id, events.length]
 * })
 * const Live = NotificationLog.layer(20).pipe(Layer.provide(Memory.layer))
 * console.log(await Effect.runPromise(program.pipe(Effect.provide(Live)))) // [ '1,20', 0 ]
 * // Without end: what is recorded later, too.
 * const tail = NotificationLog.follow(1200).pipe(Stream.runForEach(({ position }) => Effect.log(`${position}`)))
 * ```
 * @category service
 * @since 0.1.0
 */
export class NotificationLog extends Context.Service<
  NotificationLog,
  {
    /** Positions a section. */
    readonly sectionSize: number
    /** A section by its name; `current` is the one that the next event goes to, and is never archived. */
    readonly section: (id: SectionId | "current") => Effect.Effect<Section, InvalidInput | StoreUnavailable>
    /** Every event after a position, without end: those that are there, then each as it is recorded. */
    readonly follow: (after: Position) => Stream.Stream<StoredEvent, StoreUnavailable>
  }
>()("everfold/core/program/NotificationLog") {
  /**
   * The log of the store, in sections of so many positions, from 1; 20, if left out. Readers agree on the size: it is
   * part of every section's name.
   */
  static readonly layer = (sectionSize = 20): Layer.Layer<NotificationLog, InvalidInput, EventStore> =>
    Layer.effect(NotificationLog, make(sectionSize))

  /**
   * Every notification after a position, up to the end that the log has when it is reached. To resume, start after the
   * last position that was seen.
   */
  static readonly read = (
    after: Position = 0,
  ): Stream.Stream<StoredEvent, InvalidInput | StoreUnavailable, NotificationLog> =>
    Stream.unwrap(
      Effect.map(NotificationLog, (log) =>
        Stream.paginate(SectionName.at(bound(after) + 1, log.sectionSize), (id) =>
          Effect.map(log.section(id), ({ items, next }) => {
            const unseen = items.filter(({ position }) => position > bound(after))
            return [unseen, Option.fromUndefinedOr(next)] as const
          }),
        ),
      ),
    )

  /**
   * Every notification after a position, then each as it is recorded, without end. To resume, start after the last
   * position that was seen.
   */
  static readonly follow = (after: Position = 0): Stream.Stream<StoredEvent, StoreUnavailable, NotificationLog> =>
    Stream.unwrap(Effect.map(NotificationLog, (log) => log.follow(bound(after))))
}

const make = Effect.fnUntraced(function* (size: number) {
  if (!(Number.isSafeInteger(size) && size >= 1)) {
    return yield* new InvalidInput({ what: `section size ${size} is not an integer from 1` })
  }
  const store = yield* EventStore

  const named = Effect.fnUntraced(function* (id: SectionId) {
    const first = SectionName.first(id, size)
    if (first === undefined) return yield* new InvalidInput({ what: SectionName.fault(id, size) })
    const last = first + size - 1
    const { events } = yield* store.readAll({ after: first - 1, upTo: last, limit: size })
    const archived = events.length === size
    const section: Section = {
      id,
      items: events,
      archived,
      previous: first === 1 ? undefined : SectionName.at(first - 1, size),
      next: archived ? SectionName.at(last + 1, size) : undefined,
    }
    return section
  })

  const current = Effect.gen(function* () {
    let section = yield* named(SectionName.at((yield* store.head) + 1, size))
    // Others may have filled it since the head was read.
    while (section.next !== undefined) section = yield* named(section.next)
    return section
  })

  const section = (id: SectionId | "current") => (id === "current" ? current : named(id))

  const follow = (after: Position) => Stream.provideService(Subscription.stored({ after }), EventStore, store)

  return NotificationLog.of({ sectionSize: size, section, follow })
})
