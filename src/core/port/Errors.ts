/**
 * What can go wrong between a program and the world. Like the errors of the event room, each says what happened, where,
 * and what to do.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import { describe } from "../event/thrown.ts"

/**
 * The store could not do it, and did nothing. Where it is `retryable`, the same call may succeed later.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Schedule from "effect/Schedule"
 * import { StoreUnavailable } from "everfold"
 *
 * let tries = 0
 * const busy = new StoreUnavailable({ what: "recording a commit", retryable: true, cause: "locked" })
 * const command = Effect.suspend(() => (tries++ < 2 ? Effect.fail(busy) : Effect.succeed("recorded")))
 * const retried = command.pipe(
 *   Effect.retry({ schedule: Schedule.spaced("1 millis"), while: (error) => error.retryable })
 * )
 * console.log(await Effect.runPromise(retried), tries) // recorded 3
 * ```
 * @category errors
 * @since 0.1.0
 */
export class StoreUnavailable extends TaggedError("StoreUnavailable")<{
  /** What was tried and what stood in the way. */
  readonly what: string
  readonly retryable: boolean
  readonly cause: unknown
}> {
  override get message(): string {
    return `The store is not available: ${this.what} (${describe(this.cause)}). ${
      this.retryable ? "Nothing was recorded; try again." : "Nothing was recorded; this needs a person."
    }`
  }
}

/**
 * The connection to the store ended between asking for a commit and its answer: it may be recorded or not. Repeat the
 * same commit, with the same ids: the answer says what became of it.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type Commit, type CommitUnknown, EventStore } from "everfold"
 *
 * // The same commit with the same ids: the store answers what the first one did.
 * const certain = (commit: Commit.Commit) =>
 *   EventStore.use((store) =>
 *     store.commit(commit).pipe(Effect.catchTag("CommitUnknown", (_: CommitUnknown) => store.commit(commit)))
 *   )
 * ```
 * @category errors
 * @since 0.1.0
 */
export class CommitUnknown extends TaggedError("CommitUnknown")<{ readonly cause: unknown }> {
  override get message(): string {
    const unknown = `Whether the commit was recorded is not known (${describe(this.cause)}).`
    return `${unknown} Repeat it with the same ids, or a command with its command id: the answer says what became of it.`
  }
}

/**
 * The key that seals something is not in the key ring, or there is no cipher at all. Add it; nothing is lost.
 *
 * @example
 * ```ts
 * import { KeyMissing } from "everfold"
 *
 * const missing = new KeyMissing({ keyId: "2025", where: "Account-ada version 3" })
 * console.log(missing.message) // Key "2025", which seals Account-ada version 3, is missing. Add it to the key ring of the cipher (Cipher.none has none) and try again.
 * ```
 * @category errors
 * @since 0.1.0
 */
export class KeyMissing extends TaggedError("KeyMissing")<{
  readonly keyId: string
  /** What it seals. */
  readonly where: string
}> {
  override get message(): string {
    const key = JSON.stringify(this.keyId)
    return `Key ${key}, which seals ${this.where}, is missing. Add it to the key ring of the cipher (Cipher.none has none) and try again.`
  }
}

/**
 * A key of the right name does not open what it is said to have sealed.
 *
 * @example
 * ```ts
 * import { OpenFailed } from "everfold"
 *
 * const failed = new OpenFailed({ keyId: "2025", where: "Account-ada version 3" })
 * console.log(failed.message.slice(0, 53)) // Key "2025" does not open Account-ada version 3. Eithe
 * ```
 * @category errors
 * @since 0.1.0
 */
export class OpenFailed extends TaggedError("OpenFailed")<{
  readonly keyId: string
  /** What does not open. */
  readonly where: string
}> {
  override get message(): string {
    return (
      `Key ${JSON.stringify(this.keyId)} does not open ${this.where}. ` +
      "Either another key was given this name, or the bytes were changed: check the key ring first."
    )
  }
}

/**
 * A key ring cannot be read or used.
 *
 * @example
 * ```ts
 * import { KeysInvalid } from "everfold"
 *
 * const invalid = new KeysInvalid({ where: "bank.key", reason: "key 2026 is not 32 bytes in base64" })
 * console.log(invalid.message) // The keys of bank.key cannot be used: key 2026 is not 32 bytes in base64.
 * ```
 * @category errors
 * @since 0.1.0
 */
export class KeysInvalid extends TaggedError("KeysInvalid")<{ readonly where: string; readonly reason: string }> {
  override get message(): string {
    return `The keys of ${this.where} cannot be used: ${this.reason}.`
  }
}
