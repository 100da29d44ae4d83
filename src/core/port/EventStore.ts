/**
 * The port to a store of events. Stores see bytes; only programs see domain events.
 *
 * Laws (`StoreLaws`): versions are 1..n in a stream and positions 1..m in a store, without holes; position order is
 * visibility order and extends every stream's version order; a commit is atomic; a repeated commit answers the first
 * outcome; acknowledged means flushed.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import type { Effect } from "effect/Effect"
import type { Option } from "effect/Option"
import type { Stream } from "effect/Stream"
import type { Commit, Committed, Position, Version } from "../event/Commit.ts"
import type { RecordedCommand, Refused } from "../event/Decision.ts"
import type { Query } from "../event/Query.ts"
import type { StoredEvent } from "../event/StoredEvent.ts"
import type { StreamName } from "../event/StreamName.ts"
import type { CommitUnknown, StoreUnavailable } from "./Errors.ts"

/**
 * Why a commit is not recorded, or not known to be.
 *
 * @example
 * ```ts
 * import { type CommitError } from "everfold"
 *
 * // After any other, nothing was recorded.
 * const mayBeRecorded = (error: CommitError): boolean => error._tag === "CommitUnknown"
 * ```
 * @category model
 * @since 0.1.0
 */
export type CommitError = Refused | CommitUnknown | StoreUnavailable

/**
 * Events of one stream: `after < version ≤ upTo`, the first `limit` of them in the direction. Whatever lies outside a
 * stream is simply not there. The numbers of every range count as whole ones from 0: a fraction is cut off, and what is
 * less, or not a number, is 0.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventStore, type StreamRange } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const lastTen: StreamRange = { direction: "backwards", limit: 10 }
 * const events = EventStore.use((store) => store.readStream({ category: "Account", id: "ada" }, lastTen))
 * console.log(await Effect.runPromise(events.pipe(Effect.provide(Memory.layer)))) // []
 * ```
 * @category model
 * @since 0.1.0
 */
export interface StreamRange {
  readonly after?: Version
  readonly upTo?: Version
  readonly direction?: "forwards" | "backwards"
  readonly limit?: number
}

/**
 * Events of the whole store: `after < position ≤ upTo`, those that `filter` matches, the first `limit` of them.
 *
 * @example
 * ```ts
 * import { type LogRange, Query } from "everfold"
 *
 * const deposits: LogRange = { after: 1200, filter: Query.make({ types: ["Deposited"] }), limit: 100 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface LogRange {
  readonly after: Position
  readonly upTo?: Position
  readonly filter?: Query
  readonly limit: number
}

/**
 * A page of the log, and where the next one begins; a page with fewer events than the limit is the last for now.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { EventStore, type LogPage, type LogRange } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const next = ({ scannedTo }: LogPage): LogRange => ({ after: scannedTo, limit: 100 })
 * const page = EventStore.use((store) => store.readAll({ after: 0, limit: 100 }))
 * console.log(next(await Effect.runPromise(page.pipe(Effect.provide(Memory.layer))))) // { after: 0, limit: 100 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface LogPage {
  readonly events: ReadonlyArray<StoredEvent>
  /**
   * Every matching event up to here is in this page or an earlier one: where to go on, also where a filter dropped
   * all. A whole number, never before `after`.
   */
  readonly scannedTo: Position
}

/**
 * Streams of a category whose ids follow `after` in code-unit order of UTF-8, the first `limit` of them.
 *
 * @example
 * ```ts
 * import { type StreamsRange } from "everfold"
 *
 * const nextAccounts: StreamsRange = { category: "Account", after: "ada", limit: 100 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface StreamsRange {
  readonly category: string
  readonly after?: string
  readonly limit: number
}

/**
 * A store of events: one operation writes, the others read. `Memory` and `Sqlite` are two, and `StoreLaws` try any.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Commit, EventStore } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const stream = { category: "Account", id: "ada" }
 * const program = Effect.gen(function* () {
 *   const store = yield* EventStore
 *   // A write without events asserts its expected version.
 *   yield* store.commit({ hash: "sha256", writes: [{ stream, expected: Commit.noStream, events: [] }] })
 *   return yield* store.head
 * })
 * console.log(await Effect.runPromise(program.pipe(Effect.provide(Memory.layer)))) // 0
 * ```
 * @category service
 * @since 0.1.0
 */
export class EventStore extends Context.Service<
  EventStore,
  {
    /** Records a commit, or nothing of it. When it answers, the commit is flushed and visible to every reader. */
    readonly commit: (commit: Commit) => Effect<Committed, CommitError>
    /** Events of a stream in the order of their versions; none where there is no such stream. */
    readonly readStream: (
      stream: StreamName,
      range?: StreamRange,
    ) => Effect<ReadonlyArray<StoredEvent>, StoreUnavailable>
    /** Events of all streams in the order of their positions, as the log was at one moment. */
    readonly readAll: (range: LogRange) => Effect<LogPage, StoreUnavailable>
    /** The streams of a category, and how far each has come. */
    readonly streams: (
      range: StreamsRange,
    ) => Effect<ReadonlyArray<{ readonly stream: StreamName; readonly version: Version }>, StoreUnavailable>
    /** What a command recorded; `None` where its id was never recorded. */
    readonly command: (id: string) => Effect<Option<RecordedCommand>, StoreUnavailable>
    /** The position of the last event; 0 in an empty store. */
    readonly head: Effect<Position, StoreUnavailable>
    /**
     * Wakes followers: emits once when it is subscribed to, and then after new events, whichever process recorded
     * them; several may be told at once. It carries no truth: read to know.
     */
    readonly changes: Stream<Position>
  }
>()("everfold/core/port/EventStore") {}
