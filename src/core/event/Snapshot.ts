/**
 * A snapshot as a store keeps it: a state, and where in its stream it was.
 *
 * @since 0.1.0
 */
import * as Canonical from "./Canonical.ts"
import type { Version } from "./Commit.ts"
import type { StreamName } from "./StreamName.ts"

/**
 * A snapshot as a store keeps it: the latest of its stream.
 *
 * @example
 * ```ts
 * import { type Snapshot } from "everfold"
 *
 * const latest = new Map<string, Snapshot.StoredSnapshot>()
 * const keep = (snapshot: Snapshot.StoredSnapshot) => latest.set(snapshot.stream.id, snapshot)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface StoredSnapshot {
  readonly stream: StreamName
  /** Of the last event that the state includes. */
  readonly version: Version
  /** That event's link: it ties the snapshot to the history that it came from. */
  readonly link: Uint8Array
  readonly codecVersion: number
  readonly modelVersion: number
  /** See `Encoding`. */
  readonly encoding: string
  readonly body: Uint8Array
  /** The `Hash` of the preimage. */
  readonly digest: Uint8Array
}

/**
 * What is digested. The bytes are a view of a shared buffer, good until the next call.
 *
 * ```
 * "everfold/snapshot/1", category, id, version, link, codecVersion, modelVersion, encoding, body
 * ```
 *
 * @example
 * ```ts
 * import { HashChain, Snapshot } from "everfold"
 *
 * const isIntact = (snapshot: Snapshot.StoredSnapshot): boolean =>
 *   HashChain.equals(HashChain.sha256(Snapshot.preimage(snapshot)), snapshot.digest)
 * ```
 * @category hashing
 * @since 0.1.0
 */
export const preimage = (snapshot: Omit<StoredSnapshot, "digest">): Uint8Array =>
  Canonical.encode(() => {
    Canonical.text("everfold/snapshot/1")
    Canonical.text(snapshot.stream.category)
    Canonical.text(snapshot.stream.id)
    Canonical.integer(snapshot.version)
    Canonical.bytes(snapshot.link)
    Canonical.integer(snapshot.codecVersion)
    Canonical.integer(snapshot.modelVersion)
    Canonical.text(snapshot.encoding)
    Canonical.bytes(snapshot.body)
  })
