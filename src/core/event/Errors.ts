/**
 * What can be wrong with what was asked or with what is stored. Each error has a `_tag` to match on, fields for
 * programs, and a message for people that says what happened, where, and what to do.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import type { Committed, ExpectedVersion, Position, Version } from "./Commit.ts"
import type { StreamName } from "./StreamName.ts"

const show = (stream: StreamName): string => `${stream.category}-${stream.id}`

/**
 * Whatever was thrown, for people.
 *
 * @category messages
 * @since 0.1.0
 */
export const describe = (cause: unknown): string => {
  try {
    return cause instanceof Error ? cause.message : String(cause)
  } catch {
    return `a value of type ${typeof cause}`
  }
}

const showExpected = (expected: ExpectedVersion): string => {
  switch (expected._tag) {
    case "Any":
      return "any version"
    case "NoStream":
      return "no stream"
    case "StreamExists":
      return "an existing stream"
    case "Exact":
      return `version ${expected.version}`
  }
}

/**
 * Something was asked that is never valid. Nothing was recorded. Correct the input.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidInput extends TaggedError("InvalidInput")<{ readonly what: string }> {
  override get message(): string {
    return `Invalid input: ${this.what}.`
  }
}

/**
 * The stream is not at the expected version: somebody else wrote. Nothing was recorded. Load again and decide again.
 *
 * @category errors
 * @since 0.1.0
 */
export class VersionConflict extends TaggedError("VersionConflict")<{
  readonly stream: StreamName
  readonly expected: ExpectedVersion
  /** The version that the stream has; 0 where there is none. */
  readonly actual: Version
}> {
  override get message(): string {
    const actual = this.actual === 0 ? "does not exist" : `is at version ${this.actual}`
    return `Expected ${showExpected(this.expected)} of ${show(this.stream)}, but it ${actual}. Load it again and decide again.`
  }
}

/**
 * An event that the commit's condition excludes was recorded meanwhile. Nothing was recorded. Read it and decide again.
 *
 * @category errors
 * @since 0.1.0
 */
export class ConditionFailed extends TaggedError("ConditionFailed")<{
  /** The first position after the condition's `after` that matches. */
  readonly position: Position
}> {
  override get message(): string {
    return `The event at position ${this.position} matches the commit's condition. Read it and decide again.`
  }
}

/**
 * The consumer's checkpoint is not where the commit says. Nothing was recorded. Continue from the stored one.
 *
 * @category errors
 * @since 0.1.0
 */
export class CheckpointConflict extends TaggedError("CheckpointConflict")<{ readonly stored: Position }> {
  override get message(): string {
    return `The consumer's checkpoint is ${this.stored}, not where this commit starts from. Continue after ${this.stored}.`
  }
}

/**
 * Another instance of the consumer has taken over since. Nothing was recorded. Stop, or acquire the checkpoint anew.
 *
 * @category errors
 * @since 0.1.0
 */
export class Fenced extends TaggedError("Fenced")<{
  /** The epoch that is in force. */
  readonly epoch: number
}> {
  override get message(): string {
    return `Another instance took over in epoch ${this.epoch}. Stop, or acquire the checkpoint anew.`
  }
}

/**
 * An event id of the commit is stored already, and not as part of this same commit. Nothing was recorded. Use new ids.
 *
 * @category errors
 * @since 0.1.0
 */
export class EventIdReused extends TaggedError("EventIdReused")<{ readonly id: string }> {
  override get message(): string {
    return `Event id ${this.id} is stored already, and not by this commit. Nothing was recorded. Give the events new ids.`
  }
}

/**
 * A command id of the commit was recorded before, with what the error shows. Nothing new was recorded.
 *
 * @category errors
 * @since 0.1.0
 */
export class CommandRepeated extends TaggedError("CommandRepeated")<{
  readonly id: string
  /** The ids of the events that the command recorded, perhaps none. */
  readonly events: ReadonlyArray<string>
  /** What the first commit answered. */
  readonly committed: Committed
}> {
  override get message(): string {
    return `Command ${this.id} was recorded before, with ${this.events.length} event(s), at position ${this.committed.position}.`
  }
}

/**
 * A value cannot be written as the stored form. Nothing was recorded. Correct the value, the codec, or the cipher's
 * choice of what to seal.
 *
 * @category errors
 * @since 0.1.0
 */
export class EncodeFailed extends TaggedError("EncodeFailed")<{
  readonly stream: StreamName
  readonly type: string
  /** Where in the value, `data.items.3.price`. */
  readonly path: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.type} of ${show(this.stream)} cannot be encoded at ${this.path || "its root"}: ${this.reason}.`
  }
}

/**
 * A stored event cannot be read by this model. Nothing is lost: read it with a codec that knows its type and version.
 *
 * @category errors
 * @since 0.1.0
 */
export class DecodeFailed extends TaggedError("DecodeFailed")<{
  readonly stream: StreamName
  readonly version: Version
  readonly position: Position
  readonly type: string
  readonly schemaVersion: number
  /** Where in the stored payload, `data.items.3.price`; empty where the whole is meant. */
  readonly path: string
  readonly reason: string
}> {
  override get message(): string {
    const where = `${show(this.stream)} version ${this.version} (position ${this.position})`
    return `${this.type} v${this.schemaVersion} at ${where} cannot be decoded${this.path && ` at ${this.path}`}: ${this.reason}.`
  }
}

/**
 * What is stored is not what was recorded: bytes or order were changed behind the library's back. Restore a backup.
 *
 * @category errors
 * @since 0.1.0
 */
export class IntegrityViolation extends TaggedError("IntegrityViolation")<{
  readonly stream: StreamName
  /** The lowest version at which it shows. */
  readonly version: Version
  readonly position: Position
  readonly reason: string
}> {
  override get message(): string {
    const where = `${show(this.stream)} version ${this.version} (position ${this.position})`
    return `${where} is not what was recorded: ${this.reason}. Restore it from a backup; do not write to this stream.`
  }
}

/**
 * A version was asked for that the stream has not reached.
 *
 * @category errors
 * @since 0.1.0
 */
export class NotFound extends TaggedError("NotFound")<{
  readonly stream: StreamName
  readonly version: Version
  readonly latest: Version
}> {
  override get message(): string {
    return `${show(this.stream)} has no version ${this.version}; its latest is ${this.latest}.`
  }
}

/**
 * The model threw, which a pure model never does. Nothing was recorded. Mend the decider; `DeciderLaws` D3 finds such.
 *
 * @category errors
 * @since 0.1.0
 */
export class DeciderThrew extends TaggedError("DeciderThrew")<{
  readonly stream: StreamName
  /** Of the state that it was given. */
  readonly version: Version
  readonly during: "decide" | "evolve" | "isTerminal"
  readonly cause: unknown
}> {
  override get message(): string {
    const where = `${show(this.stream)} threw in ${this.during} at version ${this.version}`
    return `The decider of ${where}: ${describe(this.cause)}. Mend it: a model never throws.`
  }
}
