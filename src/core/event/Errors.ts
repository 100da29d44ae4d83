/**
 * What can be wrong with what was asked or with what is stored. Each error has a `_tag` to match on, fields for
 * programs, and a message for people that says what happened, where, and what to do.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import type { Committed, ExpectedVersion, Position, Version } from "./Commit.ts"
import type { StreamName } from "./StreamName.ts"
import { describe } from "./thrown.ts"

const show = (stream: StreamName): string => `${stream.category}-${stream.id}`

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
 * @example
 * ```ts
 * import { InvalidInput, StreamName } from "everfold"
 * import { isLeft } from "fp-ts/lib/Either.js"
 *
 * const name = StreamName.make("Account", "")
 * if (isLeft(name)) console.log(name.left instanceof InvalidInput, name.left.message) // true Invalid input: a stream id is empty.
 * ```
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
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Commit, EventStore, type VersionConflict } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const stream = { category: "Account", id: "ada" }
 * const stale: Commit.Commit = { hash: "sha256", writes: [{ stream, expected: Commit.exact(3), events: [] }] }
 * const winner = ({ actual }: VersionConflict) => Effect.succeed(actual)
 * const version = EventStore.use((store) => Effect.as(store.commit(stale), 3)).pipe(
 *   Effect.catchTag("VersionConflict", winner)
 * )
 * console.log(await Effect.runPromise(version.pipe(Effect.provide(Memory.layer)))) // 0
 * ```
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
 * @example
 * ```ts
 * import { ConditionFailed } from "everfold"
 *
 * const taken = new ConditionFailed({ position: 1207 })
 * console.log(taken.message) // The event at position 1207 matches the commit's condition. Read it and decide again.
 * ```
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
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type CheckpointConflict, type Commit, EventStore } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const billing = { consumer: "billing", upstream: "log", partition: 0, epoch: 0 }
 * const moved: Commit.Commit = { hash: "sha256", writes: [], checkpoint: { ...billing, from: 16, to: 17 } }
 * const goOnAfter = ({ stored }: CheckpointConflict) => Effect.succeed(stored)
 * const position = EventStore.use((store) => Effect.as(store.commit(moved), 17)).pipe(
 *   Effect.catchTag("CheckpointConflict", goOnAfter)
 * )
 * console.log(await Effect.runPromise(position.pipe(Effect.provide(Memory.layer)))) // 0
 * ```
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
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Checkpoints, type Fenced } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const billing = { consumer: "billing", upstream: "log", partition: 0 }
 * const stop = ({ epoch }: Fenced) => Effect.succeed(`stopped: epoch ${epoch} is in force`)
 * const renewed = Checkpoints.use((checkpoints) => checkpoints.renew(billing, 7, 10_000)).pipe(
 *   Effect.as("goes on"),
 *   Effect.catchTag("Fenced", stop)
 * )
 * console.log(await Effect.runPromise(renewed.pipe(Effect.provide(Memory.layer)))) // stopped: epoch 0 is in force
 * ```
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
 * @example
 * ```ts
 * import { EventIdReused } from "everfold"
 *
 * const reused = new EventIdReused({ id: "01890a5d-ac96-774b-bcce-b302099a8057" })
 * console.log(reused._tag, reused.id) // EventIdReused 01890a5d-ac96-774b-bcce-b302099a8057
 * ```
 * @category errors
 * @since 0.1.0
 */
export class EventIdReused extends TaggedError("EventIdReused")<{ readonly id: string }> {
  override get message(): string {
    return `Event id ${this.id} is stored already, and not by this commit. Nothing was recorded. Give the events new ids.`
  }
}

/**
 * A command id of the commit was recorded before, with what the error shows. Nothing new was recorded. Take that for the
 * answer, or use a new id.
 *
 * @example
 * ```ts
 * import { type CommandRepeated } from "everfold"
 *
 * const isDone = ({ committed }: CommandRepeated): string => `done before, at position ${committed.position}`
 * ```
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
    const what = `${this.events.length} event(s), at position ${this.committed.position}`
    return `Command ${this.id} was recorded before, with ${what}. Take that for its answer, or give the command an id of its own.`
  }
}

/**
 * A value cannot be written as the stored form. Nothing was recorded. Correct the value, the codec, or the cipher's
 * choice of what to seal.
 *
 * @example
 * ```ts
 * import { EncodeFailed } from "everfold"
 *
 * const stream = { category: "Account", id: "ada" }
 * const failed = new EncodeFailed({ stream, type: "Deposited", path: "data.amount", reason: "NaN has no JSON" })
 * console.log(failed.message) // Deposited of Account-ada cannot be encoded at data.amount: NaN has no JSON. Correct the value or its codec.
 * ```
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
    const where = `${this.type} of ${show(this.stream)} cannot be encoded at ${this.path || "its root"}`
    return `${where}: ${this.reason}. Correct the value or its codec.`
  }
}

/**
 * A stored event cannot be read by this model. Nothing is lost: read it with a codec that knows its type and version.
 *
 * @example
 * ```ts
 * import { DecodeFailed } from "everfold"
 *
 * const place = { stream: { category: "Account", id: "ada" }, version: 3, position: 17 }
 * const what = { type: "Deposited", schemaVersion: 1, path: "data.amount", reason: '"ten" is not number' }
 * const failed = new DecodeFailed({ ...place, ...what })
 * console.log(failed.path, failed.reason) // data.amount "ten" is not number
 * ```
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
    const what = `${this.type} v${this.schemaVersion} at ${where} cannot be decoded${this.path && ` at ${this.path}`}`
    return `${what}: ${this.reason}. Read it with a codec that knows it as it is stored.`
  }
}

/**
 * What is stored is not what was recorded: bytes or order were changed behind the library's back. Restore a backup.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Audit, Hash, type IntegrityViolation } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const alarm = (violation: IntegrityViolation) => Effect.logError(violation.message)
 * const nightly = Audit.store.pipe(
 *   Effect.tapError((error) => (error._tag === "IntegrityViolation" ? alarm(error) : Effect.void)),
 *   Effect.provide([Memory.layer, Hash.sha256])
 * )
 * console.log(await Effect.runPromise(nightly)) // { position: 0, streams: 0 }
 * ```
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
 * A version was asked for that the stream has not reached. Ask for one up to its latest.
 *
 * @example
 * ```ts
 * import { NotFound } from "everfold"
 *
 * const early = new NotFound({ stream: { category: "Account", id: "ada" }, version: 9, latest: 4 })
 * console.log(early.message) // Account-ada has no version 9 yet. Ask for one up to 4.
 * ```
 * @category errors
 * @since 0.1.0
 */
export class NotFound extends TaggedError("NotFound")<{
  readonly stream: StreamName
  readonly version: Version
  readonly latest: Version
}> {
  override get message(): string {
    return `${show(this.stream)} has no version ${this.version} yet. Ask for one up to ${this.latest}.`
  }
}

/**
 * The model threw, which a pure model never does. Nothing was recorded. Mend the decider; `DeciderLaws` D3 finds such.
 *
 * @example
 * ```ts
 * import { DeciderThrew } from "everfold"
 *
 * const stream = { category: "Account", id: "ada" }
 * const threw = new DeciderThrew({ stream, version: 3, during: "decide", cause: new Error("no rate for EUR") })
 * console.log(threw.message) // The decider of Account-ada threw in decide at version 3: no rate for EUR. Mend it: a model never throws.
 * ```
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
