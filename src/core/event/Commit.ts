/**
 * A commit is the one write operation of a store, atomic in all its parts.
 *
 * @since 0.1.0
 */
import type { Query } from "./Query.ts"
import type { NewEvent } from "./StoredEvent.ts"
import type { StreamName } from "./StreamName.ts"

/**
 * Counts a stream's events from 1, without holes; 0 means no stream.
 *
 * @example
 * ```ts
 * import { type Commit } from "everfold"
 *
 * const isNew = (version: Commit.Version): boolean => version === 0
 * console.log(isNew(0)) // true
 * ```
 * @category model
 * @since 0.1.0
 */
export type Version = number

/**
 * Counts a store's events from 1, without holes, in the order in which they became visible; 0 means none yet.
 *
 * @example
 * ```ts
 * import { type Commit } from "everfold"
 *
 * const lag = (head: Commit.Position, seen: Commit.Position): number => head - seen
 * console.log(lag(120, 100)) // 20
 * ```
 * @category model
 * @since 0.1.0
 */
export type Position = number

/**
 * What a writer knows of a stream, and the store checks before it records: nothing, that there is none, that there is one,
 * or its exact version.
 *
 * @example
 * ```ts
 * import { Commit } from "everfold"
 *
 * const show = (expected: Commit.ExpectedVersion): string =>
 *   expected._tag === "Exact" ? `version ${expected.version}` : expected._tag
 * console.log([Commit.any, Commit.noStream, Commit.exact(3)].map(show)) // [ 'Any', 'NoStream', 'version 3' ]
 * ```
 * @category model
 * @since 0.1.0
 */
export type ExpectedVersion =
  | { readonly _tag: "Any" }
  | { readonly _tag: "NoStream" }
  | { readonly _tag: "StreamExists" }
  | { readonly _tag: "Exact"; readonly version: Version }

/**
 * Events for one stream. Without events it asserts the expected version and changes nothing.
 *
 * @example
 * ```ts
 * import { Commit } from "everfold"
 *
 * const stillAtThree: Commit.Write = { stream: { category: "Account", id: "ada" }, expected: Commit.exact(3), events: [] }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Write {
  readonly stream: StreamName
  readonly expected: ExpectedVersion
  readonly events: ReadonlyArray<NewEvent>
}

/**
 * Fails the commit where an event after `after` matches (a dynamic consistency boundary).
 *
 * @example
 * ```ts
 * import { type Commit, Query } from "everfold"
 *
 * // The name is free, as far as the log was read: up to position 1200.
 * const free: Commit.Condition = { failIfMatch: Query.make({ tags: ["name:ada"] }), after: 1200 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Condition {
  readonly failIfMatch: Query
  /** From 0: how far the log was read before deciding. */
  readonly after: Position
}

/**
 * Makes a command idempotent: its id, and the ids of the events that it recorded, perhaps none.
 *
 * @example
 * ```ts
 * import { type Commit } from "everfold"
 *
 * const nothingToDo: Commit.CommandRecord = { id: "close-ada-2026", events: [] }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface CommandRecord {
  /** 1 to 512 bytes of text. */
  readonly id: string
  readonly events: ReadonlyArray<string>
}

/**
 * Whose progress through what: a consumer, the upstream that it reads, and the partition of it.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Checkpoints, type Commit } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const billing: Commit.CheckpointKey = { consumer: "billing", upstream: "log", partition: 0 }
 * const position = Checkpoints.use((checkpoints) => checkpoints.read(billing))
 * console.log(await Effect.runPromise(position.pipe(Effect.provide(Memory.layer)))) // 0
 * ```
 * @category model
 * @since 0.1.0
 */
export interface CheckpointKey {
  /** 1 to 512 bytes of text, as is `upstream`. */
  readonly consumer: string
  readonly upstream: string
  /** From 0. */
  readonly partition: number
}

/**
 * Moves a consumer's checkpoint with the events, under the epoch of its lease (0 where there never was one).
 *
 * @example
 * ```ts
 * import { type Commit } from "everfold"
 *
 * const move: Commit.CheckpointMove = { consumer: "billing", upstream: "log", partition: 0, epoch: 1, from: 16, to: 17 }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface CheckpointMove extends CheckpointKey {
  readonly epoch: number
  /** Where the checkpoint stands; 0 where there is none yet. */
  readonly from: Position
  /** Where it is to stand, not before `from`. */
  readonly to: Position
}

/**
 * All that is recorded together, or not at all: writes to streams, at most one of each; ids of the commands that they
 * answer; a consumer's progress; and what must not have happened meanwhile. At least one write, command or checkpoint.
 * `Decision` says how it is decided.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type Commit, EventStore } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const commit: Commit.Commit = {
 *   hash: "sha256",
 *   writes: [],
 *   checkpoint: { consumer: "billing", upstream: "log", partition: 0, epoch: 0, from: 0, to: 17 }
 * }
 * const answer = EventStore.use((store) => store.commit(commit))
 * console.log(await Effect.runPromise(answer.pipe(Effect.provide(Memory.layer)))) // { repeated: false, position: 0, streams: [] }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Commit {
  /** The algorithm of the events' digests. A store keeps to that of its first event; before it, any will do. */
  readonly hash: string
  /** A stream once at most. Their order is that of the positions. */
  readonly writes: ReadonlyArray<Write>
  readonly condition?: Condition
  /** An id once at most, and of this commit's events each once at most. */
  readonly commands?: ReadonlyArray<CommandRecord>
  readonly checkpoint?: CheckpointMove
}

/**
 * What a store answers.
 *
 * @example
 * ```ts
 * import { type Commit } from "everfold"
 *
 * const versions = ({ streams }: Commit.Committed) => streams.map(({ stream, version }) => `${stream.id} at ${version}`)
 * const link = new Uint8Array(32)
 * const streams = [{ stream: { category: "Account", id: "ada" }, version: 4, link }]
 * console.log(versions({ repeated: false, position: 9, streams })) // [ 'ada at 4' ]
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Committed {
  /** Whether this very commit had been recorded before. */
  readonly repeated: boolean
  /** Of the commit's last event; without events, of the store's last event at the time. */
  readonly position: Position
  /** Where each written or asserted stream stands after the commit, in the order of the writes. */
  readonly streams: ReadonlyArray<{ readonly stream: StreamName; readonly version: Version; readonly link: Uint8Array }>
}

/**
 * The stream may be at any version, or not be there at all: such a write never conflicts.
 *
 * @example
 * ```ts
 * import { Commit } from "everfold"
 *
 * console.log([0, 1, 7].map((version) => Commit.meets(Commit.any, version))) // [ true, true, true ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const any: ExpectedVersion = { _tag: "Any" }

/**
 * The stream must not be there yet.
 *
 * @example
 * ```ts
 * import { Commit } from "everfold"
 *
 * console.log([0, 1, 7].map((version) => Commit.meets(Commit.noStream, version))) // [ true, false, false ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const noStream: ExpectedVersion = { _tag: "NoStream" }

/**
 * The stream must be there, at whatever version.
 *
 * @example
 * ```ts
 * import { Commit } from "everfold"
 *
 * console.log([0, 1, 7].map((version) => Commit.meets(Commit.streamExists, version))) // [ false, true, true ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const streamExists: ExpectedVersion = { _tag: "StreamExists" }

/**
 * The stream must be at this version, an integer from 0; 0 is the same as `noStream`.
 *
 * @example
 * ```ts
 * import { Commit } from "everfold"
 *
 * console.log([0, 1, 7].map((version) => Commit.meets(Commit.exact(7), version))) // [ false, false, true ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const exact = (version: Version): ExpectedVersion => ({ _tag: "Exact", version })

/**
 * Whether a stream at `actual` is as expected.
 *
 * @example
 * ```ts
 * import { Commit } from "everfold"
 *
 * console.log(Commit.meets(Commit.noStream, 3)) // false
 * ```
 * @category elimination
 * @since 0.1.0
 */
export const meets = (expected: ExpectedVersion, actual: Version): boolean => {
  switch (expected._tag) {
    case "Any":
      return true
    case "NoStream":
      return actual === 0
    case "StreamExists":
      return actual > 0
    case "Exact":
      return actual === expected.version
  }
}
