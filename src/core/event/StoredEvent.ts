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
 * @example
 * ```ts
 * import { type Cause, type StoredEvent } from "everfold"
 *
 * const causeOf = ({ id, stream, position }: StoredEvent): Cause => ({ eventId: id, stream, position })
 * ```
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
 * @example
 * ```ts
 * import { HashChain, type NewEvent } from "everfold"
 *
 * const stream = { category: "Account", id: "ada" }
 * const closed = {
 *   id: "01890a5d-ac96-774b-bcce-b302099a8057",
 *   type: "Closed",
 *   schemaVersion: 1,
 *   tags: [],
 *   recordedAt: 1_800_000_000_000,
 *   correlationId: "close-ada",
 *   causation: null,
 *   encoding: "json",
 *   body: Buffer.from('{"data":{}}')
 * }
 * const event: NewEvent = { ...closed, digest: HashChain.sha256(HashChain.preimage(stream, closed)) }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface NewEvent {
  /** A UUID (version 7 by the library's own programs), lowercase. */
  readonly id: string
  /**
   * The name that it was written under, 1 to 512 bytes. What it stands for today, the codec of its category says.
   */
  readonly type: string
  /** Of the type's payload, from 1. */
  readonly schemaVersion: number
  /** Sorted, without repeats. */
  readonly tags: ReadonlyArray<string>
  /** Milliseconds since 1970 by the client's clock, an integer; never corrected by the store. */
  readonly recordedAt: number
  /** What belongs together shares it: 1 to 512 bytes. */
  readonly correlationId: string
  /** `null` where no event caused it. */
  readonly causation: Cause | null
  /** How `body` was made: see `Encoding`. */
  readonly encoding: string
  readonly body: Uint8Array
  /** Of its `HashChain.preimage`, by the store's `Hash`: 16 to 64 bytes. */
  readonly digest: Uint8Array
}

/**
 * An event in a store.
 *
 * @example
 * ```ts
 * import { type StoredEvent, StreamName } from "everfold"
 *
 * const line = ({ position, stream, version, type }: StoredEvent): string =>
 *   `${position} ${StreamName.format(stream)}@${version} ${type}`
 * ```
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
