/**
 * How a commit is decided: one pure function, in one order, for every store.
 *
 * 1. shape → `InvalidInput`
 * 2. repeat: all event and command ids known, as this very commit → the first answer; known otherwise → `EventIdReused`,
 *    `CommandRepeated`. Events of these streams, contents and order that follow one another count as this very commit:
 *    where one commit ended and the next began is not kept
 * 3. epoch → `Fenced`
 * 4. checkpoint: stored (0 where there is none) = `from`, and `to ≥ from` → `CheckpointConflict`
 * 5. expected versions, in the order of the writes → `VersionConflict`
 * 6. condition → `ConditionFailed`
 * 7. versions, positions and links are given out
 *
 * @since 0.1.0
 */
import { type Either, left, right } from "fp-ts/lib/Either.js"
import { type CheckpointKey, type CommandRecord, type Commit, type Committed, meets, type Position } from "./Commit.ts"
import * as CommitShape from "./CommitShape.ts"
import {
  CheckpointConflict,
  CommandRepeated,
  ConditionFailed,
  EventIdReused,
  Fenced,
  InvalidInput,
  VersionConflict,
} from "./Errors.ts"
import * as HashChain from "./HashChain.ts"
import type { Query } from "./Query.ts"
import type { StoredEvent } from "./StoredEvent.ts"
import { equals, type StreamName } from "./StreamName.ts"

/**
 * What a decision may ask of a store, as it is inside the commit-ordered section.
 *
 * @example
 * ```ts
 * import { type Decision, HashChain } from "everfold"
 *
 * const emptyStore: Decision.StoreView = {
 *   hash: undefined,
 *   head: 0,
 *   streamHead: () => HashChain.empty,
 *   event: () => undefined,
 *   command: () => undefined,
 *   checkpoint: () => ({ position: 0, epoch: 0 }),
 *   firstMatch: () => undefined
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface StoreView {
  /** The digest algorithm that the store keeps to; `undefined` before its first event. */
  readonly hash: string | undefined
  /** The position of the last event. */
  readonly head: Position
  /** The stream's last event at or before a position (the store's last, if left out). */
  readonly streamHead: (stream: StreamName, at?: Position) => HashChain.Head
  /** The event with an id. */
  readonly event: (id: string) => Known | undefined
  readonly command: (id: string) => KnownCommand | undefined
  /** All 0 where there is none yet. */
  readonly checkpoint: (key: CheckpointKey) => { readonly position: Position; readonly epoch: number }
  /** The first position after `after` whose event matches. */
  readonly firstMatch: (query: Query, after: Position) => Position | undefined
}

/**
 * What a decision looks at in an event that is stored already.
 *
 * @example
 * ```ts
 * import { type Decision, type StoredEvent } from "everfold"
 *
 * const index = new Map<string, Decision.Known>()
 * const remember = ({ id, stream, position, digest }: StoredEvent) => index.set(id, { stream, position, digest })
 * ```
 * @category model
 * @since 0.1.0
 */
export type Known = Pick<StoredEvent, "stream" | "position" | "digest">

/**
 * What a store keeps of a command: what it recorded, and which streams its commit wrote or asserted, at which position.
 *
 * @example
 * ```ts
 * import { type Decision } from "everfold"
 *
 * const commands = new Map<string, Decision.KnownCommand>()
 * commands.set("close-ada", { events: [], position: 17, streams: [{ category: "Account", id: "ada" }] })
 * ```
 * @category model
 * @since 0.1.0
 */
export interface KnownCommand {
  readonly events: CommandRecord["events"]
  readonly position: Position
  readonly streams: ReadonlyArray<StreamName>
}

/**
 * Why a commit is refused.
 *
 * @example
 * ```ts
 * import { type Decision, VersionConflict } from "everfold"
 *
 * const decideAgain = (refused: Decision.Refused): boolean => refused instanceof VersionConflict
 * ```
 * @category model
 * @since 0.1.0
 */
export type Refused =
  | InvalidInput
  | EventIdReused
  | CommandRepeated
  | Fenced
  | CheckpointConflict
  | VersionConflict
  | ConditionFailed

/**
 * A command that is recorded already.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Option from "effect/Option"
 * import { type Decision, EventStore } from "everfold"
 * import { Memory } from "everfold/memory"
 *
 * const show = (recorded: Decision.RecordedCommand): string => `recorded at position ${recorded.committed.position}`
 * const outcome = EventStore.use((store) => store.command("close-ada")).pipe(
 *   Effect.map(Option.match({ onNone: () => "never recorded", onSome: show }))
 * )
 * console.log(await Effect.runPromise(outcome.pipe(Effect.provide(Memory.layer)))) // never recorded
 * ```
 * @category model
 * @since 0.1.0
 */
export interface RecordedCommand {
  readonly id: string
  /** The ids of the events that it recorded, perhaps none. */
  readonly events: ReadonlyArray<string>
  /** What its commit answered. */
  readonly committed: Committed
}

/**
 * What the store has to add, and what it answers then. A repeat adds nothing.
 *
 * @example
 * ```ts
 * import { type Decision } from "everfold"
 *
 * const log: Array<string> = []
 * const apply = ({ events, committed }: Decision.Accepted) => {
 *   for (const { position, type } of events) log.push(`${position} ${type}`)
 *   return committed
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Accepted {
  readonly events: ReadonlyArray<StoredEvent>
  readonly committed: Committed
}

const asOf = (view: StoreView, streams: ReadonlyArray<StreamName>, position: Position): Committed => ({
  repeated: true,
  position,
  streams: streams.map((stream) => {
    const { version, link } = view.streamHead(stream, position)
    return { stream, version, link }
  }),
})

/**
 * What a command recorded; `undefined` where its id is not known.
 *
 * @example
 * ```ts
 * import { Decision, HashChain } from "everfold"
 *
 * const view: Decision.StoreView = {
 *   hash: "sha256",
 *   head: 17,
 *   streamHead: () => ({ version: 3, link: HashChain.empty.link }),
 *   event: () => undefined,
 *   command: () => ({ events: [], position: 17, streams: [{ category: "Account", id: "ada" }] }),
 *   checkpoint: () => ({ position: 0, epoch: 0 }),
 *   firstMatch: () => undefined
 * }
 * console.log(Decision.recall(view, "close-ada")?.committed.position) // 17
 * ```
 * @category queries
 * @since 0.1.0
 */
export const recall = (view: StoreView, id: string): RecordedCommand | undefined => {
  const known = view.command(id)
  return known && { id, events: known.events, committed: asOf(view, known.streams, known.position) }
}

const sameIds = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i])

const sameStreams = (a: ReadonlyArray<StreamName>, b: ReadonlyArray<StreamName>): boolean =>
  a.length === b.length && a.every((stream, i) => equals(stream, b[i] ?? stream))

/** Step 2: `undefined` where nothing of the commit is known. */
const repeat = (view: StoreView, commit: Commit): Either<Refused, Committed> | undefined => {
  let reused: string | undefined
  let last: Position | undefined
  let same = true
  for (const { stream, events } of commit.writes) {
    for (const event of events) {
      const known = view.event(event.id)
      if (known === undefined) {
        same = false
        continue
      }
      reused ??= event.id
      same &&=
        (last === undefined || known.position === last + 1) &&
        equals(known.stream, stream) &&
        HashChain.equals(known.digest, event.digest)
      last = known.position
    }
  }
  const streams = commit.writes.map(({ stream }) => stream)
  let repeated: string | undefined
  for (const command of commit.commands ?? []) {
    const known = view.command(command.id)
    if (known !== undefined) repeated ??= command.id
    last ??= known?.position
    same &&=
      known !== undefined &&
      known.position === last &&
      sameIds(known.events, command.events) &&
      sameStreams(known.streams, streams)
  }
  if (reused === undefined && repeated === undefined) return undefined
  if (same && last !== undefined) return right(asOf(view, streams, last))
  if (reused !== undefined) return left(new EventIdReused({ id: reused }))
  const known = repeated === undefined ? undefined : recall(view, repeated)
  return known && left(new CommandRepeated(known))
}

/** Steps 3 to 6. */
const refusal = (view: StoreView, commit: Commit): Refused | undefined => {
  const { checkpoint, condition } = commit
  if (checkpoint !== undefined) {
    const stored = view.checkpoint(checkpoint)
    if (stored.epoch !== checkpoint.epoch) return new Fenced({ epoch: stored.epoch })
    if (stored.position !== checkpoint.from || checkpoint.to < checkpoint.from) {
      return new CheckpointConflict({ stored: stored.position })
    }
  }
  for (const { stream, expected } of commit.writes) {
    if (expected._tag === "Any") continue
    const actual = view.streamHead(stream).version
    if (!meets(expected, actual)) return new VersionConflict({ stream, expected, actual })
  }
  if (condition !== undefined) {
    const position = view.firstMatch(condition.failIfMatch, condition.after)
    if (position !== undefined) return new ConditionFailed({ position })
  }
  return undefined
}

/** Step 7. */
const accept = (view: StoreView, commit: Commit): Accepted => {
  const stored: Array<StoredEvent> = []
  let position = view.head
  const streams = commit.writes.map(({ stream, events }) => {
    let { version, link } = view.streamHead(stream)
    for (const event of events) {
      version++
      position++
      link = HashChain.link(link, version, event.digest)
      stored.push({
        stream,
        version,
        position,
        id: event.id,
        type: event.type,
        schemaVersion: event.schemaVersion,
        tags: event.tags,
        recordedAt: event.recordedAt,
        correlationId: event.correlationId,
        causation: event.causation,
        encoding: event.encoding,
        body: event.body,
        digest: event.digest,
        link,
      })
    }
    return { stream, version, link }
  })
  return { events: stored, committed: { repeated: false, position, streams } }
}

/**
 * Decides a commit, in the order above: what is to be added, or why nothing is. It changes nothing; a store applies what
 * it answers in the same commit-ordered section.
 *
 * @example
 * ```ts
 * import { Commit, Decision, HashChain } from "everfold"
 * import { isLeft } from "fp-ts/lib/Either.js"
 *
 * const emptyStore: Decision.StoreView = {
 *   hash: undefined,
 *   head: 0,
 *   streamHead: () => HashChain.empty,
 *   event: () => undefined,
 *   command: () => undefined,
 *   checkpoint: () => ({ position: 0, epoch: 0 }),
 *   firstMatch: () => undefined
 * }
 * const stream = { category: "Account", id: "ada" }
 * const decision = Decision.decide(emptyStore, {
 *   hash: "sha256",
 *   writes: [{ stream, expected: Commit.streamExists, events: [] }]
 * })
 * console.log(isLeft(decision) && decision.left._tag) // VersionConflict
 * ```
 * @category decisions
 * @since 0.1.0
 */
export const decide = (view: StoreView, commit: Commit): Either<Refused, Accepted> => {
  const what = CommitShape.fault(commit)
  if (what !== undefined) return left(new InvalidInput({ what }))
  if (view.hash !== undefined && view.hash !== commit.hash) {
    const held = `the store's events are digested with ${view.hash}, not ${commit.hash}; provide that Hash`
    return left(new InvalidInput({ what: held }))
  }
  const known = repeat(view, commit)
  if (known !== undefined) return known._tag === "Left" ? known : right({ events: [], committed: known.right })
  const refused = refusal(view, commit)
  return refused === undefined ? right(accept(view, commit)) : left(refused)
}
