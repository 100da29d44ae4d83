/**
 * The logs that projections and processors follow: of the store that they are with, or of another application.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Position } from "../event/Commit.ts"
import { textFault } from "../event/CommitShape.ts"
import { InvalidInput } from "../event/Errors.ts"
import * as Query from "../event/Query.ts"
import type { StoreUnavailable } from "../port/Errors.ts"
import { EventStore, type LogPage, type LogRange } from "../port/EventStore.ts"
import type { NotificationLog } from "./NotificationLog.ts"
import * as Pages from "./Pages.ts"

/**
 * A log as it is followed.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Upstream } from "everfold"
 *
 * const isEmpty = ({ head }: Upstream.Source) => Effect.map(head, (head) => head === 0)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Source {
  readonly head: Effect.Effect<Position, InvalidInput | StoreUnavailable>
  /**
   * Page by page without end: what is there, and what comes. A page without events tells how far was looked. Of `limit`
   * events at most; `upTo` is for stores.
   */
  readonly pages: (range: LogRange) => Stream.Stream<LogPage, StoreUnavailable>
}

/**
 * A log by the name that checkpoints know it by.
 *
 * @example
 * ```ts
 * import { Upstream } from "everfold"
 *
 * const nameOf = <R>({ name }: Upstream.Upstream<R>): string => name
 * console.log(nameOf(Upstream.local)) // log
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Upstream<out R> {
  /** 1 to 512 bytes of text. */
  readonly name: string
  readonly source: Effect.Effect<Source, never, R>
}

const sourceOf = (store: EventStore["Service"]): Source => ({
  head: store.head,
  pages: (range) =>
    Stream.suspend(() => {
      let after = range.after
      return Stream.flatMap(store.changes, () =>
        Stream.suspend(() => Pages.make(store, { ...range, after })).pipe(
          Stream.tap((page) =>
            Effect.sync(() => {
              after = Math.max(after, page.scannedTo)
            }),
          ),
        ),
      )
    }),
})

/**
 * The log of the store that is provided.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Upstream } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const head = Effect.flatMap(Upstream.local.source, ({ head }) => head)
 * console.log(await Effect.runPromise(head.pipe(Effect.provide(Memory.layer)))) // 0
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const local: Upstream<EventStore> = { name: "log", source: Effect.map(EventStore, sourceOf) }

const named = (name: string): string => {
  const what = textFault("name of an upstream", name)
  if (what !== undefined) throw new InvalidInput({ what })
  return name
}

/**
 * The log of a store that is at hand: that of another application in this process, say.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventStore, Upstream } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const store = await Effect.runPromise(Effect.provide(EventStore, Memory.layer))
 * console.log(Upstream.ofStore("orders", store).name) // orders
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const ofStore = (name: string, store: EventStore["Service"]): Upstream<never> => ({
  name: named(name),
  source: Effect.succeed(sourceOf(store)),
})

const ofLog = (log: NotificationLog["Service"]): Source => ({
  head: Effect.map(log.section("current"), ({ id, items }) => items.at(-1)?.position ?? Number(id.split(",")[0]) - 1),
  pages: ({ after, filter = Query.all, limit }) => {
    const matches = Query.matches(filter)
    return log.follow(after).pipe(
      Stream.chunks,
      // A chunk is whatever came at once: to wait for a full page could take for ever.
      Stream.map(Arr.chunksOf(limit)),
      Stream.flattenArray,
      Stream.map((events) => ({ events: events.filter(matches), scannedTo: Arr.lastNonEmpty(events).position })),
    )
  },
})

/**
 * The log of another application: one over HTTP, say. Its name must stay, for the checkpoints are kept by it.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { NotificationLog, Upstream } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * // Where the other application is in this process, its log is a service like one over HTTP.
 * const log = NotificationLog.layer().pipe(Layer.provide(Memory.layer))
 * const orders = Upstream.of("orders", NotificationLog)
 * const head = Effect.flatMap(orders.source, ({ head }) => head)
 * console.log(await Effect.runPromise(head.pipe(Effect.provide(log)))) // 0
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const of = <R>(name: string, log: Effect.Effect<NotificationLog["Service"], never, R>): Upstream<R> => ({
  name: named(name),
  source: Effect.map(log, ofLog),
})
