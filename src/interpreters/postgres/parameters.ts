/**
 * A batch of commits as the parameters of `append_1`, and its answer as what became of each. A parameter is text: an
 * array is a literal of PostgreSQL's, written here, because that is several times faster than by the driver.
 *
 * @since 0.1.0
 */
import type { Commit, Committed, ExpectedVersion, Position } from "../../core/event/Commit.ts"
import type { NewEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"

/**
 * @category model
 * @since 0.1.0
 */
export type Parameter = string | number | null

/** Column by column: each item is written as it comes. */
interface Column {
  written: string
}

const column = (): Column => ({ written: "" })

const add = (to: Column, item: string): void => {
  to.written += to.written === "" ? item : `,${item}`
}

const special = /["\\]/
const everySpecial = /["\\]/g

const quoted = (text: string): string => `"${special.test(text) ? text.replace(everySpecial, "\\$&") : text}"`

const addText = (to: Column, text: string | undefined): void => add(to, text === undefined ? "NULL" : quoted(text))

const addBytes = (to: Column, bytes: Uint8Array): void => {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  add(to, `"\\\\x${buffer.toString("hex")}"`)
}

const literal = ({ written }: Column): string => `{${written}}`

/** Nothing at all where no commit has such a part: the function then passes it over. */
const optional = (of: Column): string | null => (of.written === "" ? null : literal(of))

/**
 * A list of texts as an array literal.
 *
 * @category constructors
 * @since 0.1.0
 */
export const texts = (items: Iterable<string>): string => {
  const written = column()
  for (const item of items) addText(written, item)
  return literal(written)
}

const expectedOf = (expected: ExpectedVersion): string => {
  switch (expected._tag) {
    case "Any":
      return "NULL"
    case "NoStream":
      return "0"
    case "StreamExists":
      return "-1"
    case "Exact":
      return String(expected.version)
  }
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const append = (commits: ReadonlyArray<Commit>): ReadonlyArray<Parameter> => {
  const writes = { commit: column(), stream: column(), expected: column() }
  const events = {
    write: column(),
    kind: column(),
    id: column(),
    schemaVersion: column(),
    recordedAt: column(),
    correlationId: column(),
    causeId: column(),
    causeStream: column(),
    causePosition: column(),
    encoding: column(),
    tags: column(),
    digest: column(),
    body: column(),
  }
  const kinds = { category: column(), type: column(), known: new Map<string, number>() }
  const commands = { commit: column(), id: column(), events: column(), streams: column(), last: column() }
  const checkpoints = {
    commit: column(),
    consumer: column(),
    upstream: column(),
    partition: column(),
    epoch: column(),
    from: column(),
    to: column(),
  }
  const conditions = { commit: column(), query: column(), after: column() }
  let write = 0
  let event = 0
  let tagged = false

  const kindOf = (category: string, type: string): number => {
    // A category has no hyphen.
    const name = `${category}-${type}`
    const known = kinds.known.get(name)
    if (known !== undefined) return known
    const kind = kinds.known.size + 1
    kinds.known.set(name, kind)
    addText(kinds.category, category)
    addText(kinds.type, type)
    return kind
  }

  const addEvent = (category: string, item: NewEvent): void => {
    const { causation, tags } = item
    event++
    add(events.write, String(write))
    add(events.kind, String(kindOf(category, item.type)))
    add(events.id, item.id)
    add(events.schemaVersion, String(item.schemaVersion))
    add(events.recordedAt, String(item.recordedAt))
    addText(events.correlationId, item.correlationId)
    add(events.causeId, causation === null ? "NULL" : causation.eventId)
    addText(events.causeStream, causation === null ? undefined : StreamName.format(causation.stream))
    add(events.causePosition, causation === null ? "NULL" : String(causation.position))
    addText(events.encoding, item.encoding)
    if (tags.length > 0) tagged = true
    addText(events.tags, tags.length === 0 ? undefined : texts(tags))
    addBytes(events.digest, item.digest)
    addBytes(events.body, item.body)
  }

  for (let i = 0; i < commits.length; i++) {
    const commit = commits[i]
    if (commit === undefined) continue
    const number = String(i + 1)
    for (const { stream, expected, events: written } of commit.writes) {
      write++
      add(writes.commit, number)
      addText(writes.stream, StreamName.format(stream))
      add(writes.expected, expectedOf(expected))
      for (const item of written) addEvent(stream.category, item)
    }
    for (const command of commit.commands ?? []) {
      add(commands.commit, number)
      addText(commands.id, command.id)
      addText(commands.events, texts(command.events))
      addText(commands.streams, texts(commit.writes.map(({ stream }) => StreamName.format(stream))))
      add(commands.last, String(event))
    }
    if (commit.checkpoint !== undefined) {
      const { consumer, upstream, partition, epoch, from, to } = commit.checkpoint
      add(checkpoints.commit, number)
      addText(checkpoints.consumer, consumer)
      addText(checkpoints.upstream, upstream)
      add(checkpoints.partition, String(partition))
      add(checkpoints.epoch, String(epoch))
      add(checkpoints.from, String(from))
      add(checkpoints.to, String(to))
    }
    if (commit.condition !== undefined) {
      add(conditions.commit, number)
      addText(conditions.query, JSON.stringify(commit.condition.failIfMatch.items))
      add(conditions.after, String(commit.condition.after))
    }
  }
  return [
    commits[0]?.hash ?? "",
    literal(writes.commit),
    literal(writes.stream),
    literal(writes.expected),
    literal(events.write),
    literal(events.kind),
    literal(events.id),
    literal(events.schemaVersion),
    literal(events.recordedAt),
    literal(events.correlationId),
    literal(events.causeId),
    literal(events.causeStream),
    literal(events.causePosition),
    literal(events.encoding),
    tagged ? literal(events.tags) : null,
    literal(events.digest),
    literal(events.body),
    literal(kinds.category),
    literal(kinds.type),
    optional(commands.commit),
    optional(commands.id),
    optional(commands.events),
    optional(commands.streams),
    optional(commands.last),
    optional(checkpoints.commit),
    optional(checkpoints.consumer),
    optional(checkpoints.upstream),
    optional(checkpoints.partition),
    optional(checkpoints.epoch),
    optional(checkpoints.from),
    optional(checkpoints.to),
    optional(conditions.commit),
    optional(conditions.query),
    optional(conditions.after),
  ]
}

/** How many parameters `append` makes. */
const count = append([]).length

/**
 * The statement that `append` makes the parameters of.
 *
 * @category statements
 * @since 0.1.0
 */
export const appendStatement = (schema: string): string =>
  `SELECT base, refused, versions, links FROM ${schema}.append_1(${Array.from({ length: count }, (_, i) => `$${i + 1}`).join(", ")})`

/**
 * The answer to the statement.
 *
 * @category model
 * @since 0.1.0
 */
export interface Answer {
  readonly base: Position
  readonly refused: string | null
  readonly versions: string | null
  readonly links: string | null
}

const listed = (list: string | null): ReadonlyArray<string> => (list === null || list === "" ? [] : list.split(","))

/**
 * What became of each commit of a batch; `undefined` where it was refused.
 *
 * @category elimination
 * @since 0.1.0
 */
export const answered = (commits: ReadonlyArray<Commit>, answer: Answer): ReadonlyArray<Committed | undefined> => {
  const refused = new Set(listed(answer.refused))
  const versions = listed(answer.versions)
  const links = Buffer.from(answer.links ?? "", "hex")
  let position = answer.base
  let write = 0
  return commits.map(({ writes }, i) => {
    const first = write
    write += writes.length
    if (refused.has(String(i + 1))) return undefined
    for (const { events } of writes) position += events.length
    const streams = writes.map(({ stream }, at) => ({
      stream,
      version: Number(versions[first + at]),
      link: links.subarray(32 * (first + at), 32 * (first + at + 1)),
    }))
    return { repeated: false, position, streams }
  })
}
