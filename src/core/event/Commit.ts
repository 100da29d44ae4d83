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
 * @category model
 * @since 0.1.0
 */
export type Version = number

/**
 * Counts a store's events from 1, without holes, in the order in which they became visible; 0 means none yet.
 *
 * @category model
 * @since 0.1.0
 */
export type Position = number

/**
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
 * @category model
 * @since 0.1.0
 */
export interface Condition {
  readonly failIfMatch: Query
  readonly after: Position
}

/**
 * Makes a command idempotent: its id, and the ids of the events that it recorded, perhaps none.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandRecord {
  readonly id: string
  readonly events: ReadonlyArray<string>
}

/**
 * Whose progress through what: a consumer, the upstream that it reads, and the partition of it.
 *
 * @category model
 * @since 0.1.0
 */
export interface CheckpointKey {
  readonly consumer: string
  readonly upstream: string
  /** From 0. */
  readonly partition: number
}

/**
 * Moves a consumer's checkpoint with the events, under the epoch of its lease (0 where there never was one).
 *
 * @category model
 * @since 0.1.0
 */
export interface CheckpointMove extends CheckpointKey {
  readonly epoch: number
  readonly from: Position
  readonly to: Position
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Commit {
  /** The algorithm of the events' digests; a store keeps to the first that it sees. */
  readonly hash: string
  readonly writes: ReadonlyArray<Write>
  readonly condition?: Condition
  readonly commands?: ReadonlyArray<CommandRecord>
  readonly checkpoint?: CheckpointMove
}

/**
 * What a store answers.
 *
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
 * @category constructors
 * @since 0.1.0
 */
export const any: ExpectedVersion = { _tag: "Any" }

/**
 * @category constructors
 * @since 0.1.0
 */
export const noStream: ExpectedVersion = { _tag: "NoStream" }

/**
 * @category constructors
 * @since 0.1.0
 */
export const streamExists: ExpectedVersion = { _tag: "StreamExists" }

/**
 * @category constructors
 * @since 0.1.0
 */
export const exact = (version: Version): ExpectedVersion => ({ _tag: "Exact", version })

/**
 * Whether a stream at `actual` is as expected.
 *
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
