/**
 * What a sealed body is bound to: ciphertext that is moved to another event, stream or encoding does not open.
 *
 * ```
 * "everfold/seal/1", "event",    category, id, type,   schemaVersion, eventId, encoding
 * "everfold/seal/1", "snapshot", category, id, absent, codecVersion,  version, encoding
 * ```
 *
 * Fields are written as `Canonical` says.
 *
 * @since 0.1.0
 */
import * as Canonical from "./Canonical.ts"
import type { StoredSnapshot } from "./Snapshot.ts"
import type { NewEvent } from "./StoredEvent.ts"
import type { StreamName } from "./StreamName.ts"

/**
 * Additional authenticated data of an event. Its own bytes, not a shared buffer.
 *
 * @example
 * ```ts
 * import { Seal } from "everfold"
 *
 * const id = "01890a5d-ac96-774b-bcce-b302099a8057"
 * const sealed = { id, type: "Opened", schemaVersion: 1, encoding: "json+aes256gcm:2026" }
 * const ada = Seal.event({ category: "Account", id: "ada" }, sealed)
 * const bob = Seal.event({ category: "Account", id: "bob" }, sealed)
 * // So what was sealed for Ada does not open as Bob's.
 * console.log(Buffer.compare(ada, bob) === 0) // false
 * ```
 * @category sealing
 * @since 0.1.0
 */
export const event = (
  stream: StreamName,
  sealed: Pick<NewEvent, "id" | "type" | "schemaVersion" | "encoding">,
): Uint8Array =>
  Uint8Array.from(
    Canonical.encode(() => {
      Canonical.text("everfold/seal/1")
      Canonical.text("event")
      Canonical.text(stream.category)
      Canonical.text(stream.id)
      Canonical.text(sealed.type)
      Canonical.integer(sealed.schemaVersion)
      Canonical.text(sealed.id)
      Canonical.text(sealed.encoding)
    }),
  )

/**
 * Additional authenticated data of a snapshot. Its own bytes, not a shared buffer.
 *
 * @example
 * ```ts
 * import { Seal } from "everfold"
 *
 * const stream = { category: "Account", id: "ada" }
 * const at = (version: number) => Seal.snapshot({ stream, version, codecVersion: 1, encoding: "json+aes256gcm:2026" })
 * console.log(Buffer.compare(at(100), at(200)) === 0) // false
 * ```
 * @category sealing
 * @since 0.1.0
 */
export const snapshot = (
  sealed: Pick<StoredSnapshot, "stream" | "version" | "codecVersion" | "encoding">,
): Uint8Array =>
  Uint8Array.from(
    Canonical.encode(() => {
      Canonical.text("everfold/seal/1")
      Canonical.text("snapshot")
      Canonical.text(sealed.stream.category)
      Canonical.text(sealed.stream.id)
      Canonical.nothing()
      Canonical.integer(sealed.codecVersion)
      Canonical.integer(sealed.version)
      Canonical.text(sealed.encoding)
    }),
  )
