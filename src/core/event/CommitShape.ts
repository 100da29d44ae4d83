/**
 * Step 1 of deciding a commit: what is wrong with it whatever the store holds.
 *
 * @since 0.1.0
 */
import { isNone } from "fp-ts/lib/Option.js"
import type { CheckpointKey, CheckpointMove, CommandRecord, Commit, Condition, Write } from "./Commit.ts"
import * as Encoding from "./Encoding.ts"
import type { Query } from "./Query.ts"
import type { Cause, NewEvent } from "./StoredEvent.ts"
import * as StreamName from "./StreamName.ts"

type Fault = string | undefined

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** What nearly every text is. */
const plain = /^[\x20-\x7e]{1,512}$/
const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0

/**
 * Why a value cannot be a type, a tag, or an id of a command, a correlation or a consumer; or `undefined` where it can.
 *
 * @category validation
 * @since 0.1.0
 */
export const textFault = (what: string, value: string): Fault =>
  typeof value === "string" &&
  (plain.test(value) ||
    (value.length > 0 && value.isWellFormed() && !value.includes("\0") && Buffer.byteLength(value) <= 512))
    ? undefined
    : `${what} ${JSON.stringify(value)} is not 1 to 512 bytes of well-formed text without NUL`

const first = <A>(items: ReadonlyArray<A>, fault: (item: A) => Fault): Fault => {
  for (const item of items) {
    const found = fault(item)
    if (found !== undefined) return found
  }
  return undefined
}

const repeated = (items: ReadonlyArray<string>): string | undefined => {
  if (items.length < 2) return undefined
  const seen = new Set<string>()
  for (const item of items) {
    if (seen.has(item)) return item
    seen.add(item)
  }
  return undefined
}

/**
 * Why a value cannot be what caused an event, or `undefined` where it can.
 *
 * @category validation
 * @since 0.1.0
 */
export const causeFault = (cause: Cause | null): Fault =>
  cause === null
    ? undefined
    : uuid.test(cause.eventId) && isCount(cause.position)
      ? StreamName.fault(cause.stream)
      : `causation ${JSON.stringify(cause)} does not name an event id and a position`

const tagsFault = (tags: ReadonlyArray<string>): Fault => {
  for (let i = 0; i < tags.length; i++) {
    const tag = tags[i]
    if (tag === undefined) return "a tag is missing"
    const found = textFault("tag", tag)
    if (found !== undefined) return found
    const before = tags[i - 1]
    if (before !== undefined && before >= tag) return `tags ${JSON.stringify(tags)} are not sorted without repeats`
  }
  return undefined
}

const eventFault = (event: NewEvent): Fault => {
  if (!uuid.test(event.id)) return `event id ${JSON.stringify(event.id)} is not a lowercase UUID`
  if (!(Number.isSafeInteger(event.schemaVersion) && event.schemaVersion >= 1)) {
    return `schema version ${event.schemaVersion} of ${event.type} is not an integer from 1`
  }
  if (!Number.isSafeInteger(event.recordedAt)) return `recordedAt ${event.recordedAt} is not whole milliseconds`
  if (isNone(Encoding.parse(event.encoding))) return `encoding ${JSON.stringify(event.encoding)} is unknown`
  if (!(event.body instanceof Uint8Array)) return `the body of event ${event.id} is not bytes`
  if (!(event.digest instanceof Uint8Array && event.digest.length >= 16 && event.digest.length <= 64)) {
    return `the digest of event ${event.id} is not 16 to 64 bytes`
  }
  return (
    textFault("event type", event.type) ??
    textFault("correlation id", event.correlationId) ??
    causeFault(event.causation) ??
    tagsFault(event.tags)
  )
}

const writeFault = (write: Write): Fault =>
  StreamName.fault(write.stream) ??
  (write.expected._tag === "Exact" && !isCount(write.expected.version)
    ? `expected version ${write.expected.version} of ${StreamName.format(write.stream)} is not an integer from 0`
    : first(write.events, eventFault))

/**
 * Why a key cannot be a checkpoint's, or `undefined` where it can.
 *
 * @category validation
 * @since 0.1.0
 */
export const keyFault = ({ consumer, upstream, partition }: CheckpointKey): Fault =>
  textFault("consumer", consumer) ??
  textFault("upstream", upstream) ??
  (isCount(partition) ? undefined : `partition ${partition} of ${consumer} is not an integer from 0`)

const checkpointFault = (move: CheckpointMove): Fault =>
  keyFault(move) ??
  ([move.epoch, move.from, move.to].every(isCount)
    ? undefined
    : `checkpoint of ${move.consumer}: epoch, from and to are integers from 0`)

const queryFault = (query: Query): Fault =>
  first(
    query.items,
    ({ category, stream, types = [], tags = [] }) =>
      (category === undefined ? undefined : StreamName.categoryFault(category)) ??
      (stream === undefined ? undefined : StreamName.fault(stream)) ??
      first(types, (type) => textFault("event type", type)) ??
      first(tags, (tag) => textFault("tag", tag)),
  )

/**
 * Why a commit is never valid, or `undefined` where it may be.
 *
 * @category validation
 * @since 0.1.0
 */
export const fault = (commit: Commit): string | undefined => {
  const { writes, commands = [], checkpoint, condition } = commit
  if (writes.length === 0 && commands.length === 0 && checkpoint === undefined) {
    return "the commit has no writes, no commands and no checkpoint"
  }
  return (
    textFault("hash", commit.hash) ??
    first(writes, writeFault) ??
    first(commands, (command) => textFault("command id", command.id)) ??
    (checkpoint === undefined ? undefined : checkpointFault(checkpoint)) ??
    (condition === undefined ? undefined : conditionFault(condition)) ??
    doubleFault(writes) ??
    (commands.length === 0 ? undefined : recordFault(writes, commands))
  )
}

const conditionFault = ({ after, failIfMatch }: Condition): Fault =>
  isCount(after) ? queryFault(failIfMatch) : `condition after ${after} is not an integer from 0`

const idsOf = (writes: ReadonlyArray<Write>): ReadonlyArray<string> =>
  writes.flatMap(({ events }) => events.map(({ id }) => id))

const doubleFault = (writes: ReadonlyArray<Write>): Fault => {
  if (writes.length === 1 && (writes[0]?.events.length ?? 0) < 2) return undefined
  const stream = repeated(writes.map((write) => StreamName.format(write.stream)))
  if (stream !== undefined) return `stream ${stream} is written twice`
  const id = repeated(idsOf(writes))
  return id === undefined ? undefined : `event id ${id} is used twice`
}

const recordFault = (writes: ReadonlyArray<Write>, commands: ReadonlyArray<CommandRecord>): Fault => {
  const command = repeated(commands.map(({ id }) => id))
  if (command !== undefined) return `command id ${command} is used twice`
  const known = new Set(idsOf(writes))
  const recorded = commands.flatMap(({ events }) => events)
  const stray = recorded.find((event) => !known.has(event))
  if (stray !== undefined) return `a command records event ${stray}, which is not in the commit`
  const doubled = repeated(recorded)
  return doubled === undefined ? undefined : `event ${doubled} is recorded by two commands`
}
