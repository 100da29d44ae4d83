/**
 * What can go wrong between a program and the world. Like the errors of the event room, each says what happened, where,
 * and what to do.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import { describe } from "../event/Errors.ts"

/**
 * The store could not do it, and did nothing. Where it is `retryable`, the same call may succeed later.
 *
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
 * @category errors
 * @since 0.1.0
 */
export class CommitUnknown extends TaggedError("CommitUnknown")<{ readonly cause: unknown }> {
  override get message(): string {
    return `Whether the commit was recorded is not known (${describe(this.cause)}). Repeat it with the same ids.`
  }
}

/**
 * The key that seals something is not in the key ring, or there is no cipher at all. Add it; nothing is lost.
 *
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
 * @category errors
 * @since 0.1.0
 */
export class KeysInvalid extends TaggedError("KeysInvalid")<{ readonly where: string; readonly reason: string }> {
  override get message(): string {
    return `The keys of ${this.where} cannot be used: ${this.reason}.`
  }
}
