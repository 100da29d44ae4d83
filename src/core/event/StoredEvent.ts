/**
 * Events as a store keeps them: system metadata readable beside a body of bytes.
 *
 * @since 0.1.0
 */
import type { Position, Version } from "./Commit.ts"
import type { StreamName } from "./StreamName.ts"

/**
 * The event that caused another; stream and position let the order across partitions be checked from stored data alone.
 *
 * @category model
 * @since 0.1.0
 */
export interface Cause {
  readonly eventId: string
  readonly stream: StreamName
  readonly position: Position
}

/**
 * An event on its way into a store.
 *
 * @category model
 * @since 0.1.0
 */
export interface NewEvent {
  /** A UUID (version 7 by the library's own programs), lowercase. */
  readonly id: string
  /** The tag that it was written under; what it stands for today is for the codec to say. */
  readonly type: string
  /** Of the type's payload, from 1. */
  readonly schemaVersion: number
  /** Sorted, without repeats. */
  readonly tags: ReadonlyArray<string>
  /** Milliseconds since 1970 by the client's clock, an integer; never corrected by the store. */
  readonly recordedAt: number
  readonly correlationId: string
  readonly causation: Cause | null
  /** How `body` was made: see `Encoding`. */
  readonly encoding: string
  readonly body: Uint8Array
  /** See `HashChain.digest`. */
  readonly digest: Uint8Array
}

/**
 * An event in a store.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoredEvent extends NewEvent {
  readonly stream: StreamName
  readonly version: Version
  readonly position: Position
  /** See `HashChain.link`. */
  readonly link: Uint8Array
}
