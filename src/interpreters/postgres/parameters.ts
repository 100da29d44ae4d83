/**
 * A batch of commits as the parameters of `append_1`, and its answer as what became of each. A parameter is text: an
 * array is a literal of PostgreSQL's, written here, because that is several times faster than by the driver.
 *
 * @since 0.1.0
 */
import type { Commit, Committed, ExpectedVersion } from "../../core/event/Commit.ts"
import type { NewEvent } from "../../core/event/StoredEvent.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { type Cell, integer, type Row } from "./rows.ts"

/**
 * @category model
 * @since 0.1.0
 */
export type Parameter = string | number | null

/** A value for each parameter of a function, by name. */
type Named = Readonly<Record<string, Parameter>>

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

const mapped = (columns: Readonly<Record<string, Column>>, of: (column: Column) => Parameter): Named =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, of(column)]))

const literals = (columns: Readonly<Record<string, Column>>): Named => mapped(columns, literal)

/** Nothing at all where no commit has such a part: the function then passes it over. */
const optional = (columns: Readonly<Record<string, Column>>): Named =>
  mapped(columns, (of) => (of.written === "" ? null : literal(of)))

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
export const append = (commits: ReadonlyArray<Commit>): Named => {
  const writes = { w_commit: column(), w_stream: column(), w_expected: column() }
  const events = {
    e_write: column(),
    e_kind: column(),
    e_id: column(),
    e_schema_version: column(),
    e_recorded_at: column(),
    e_correlation_id: column(),
    e_encoding: column(),
    e_digest: column(),
    e_body: column(),
  }
  const causes = { e_cause_id: column(), e_cause_stream: column(), e_cause_position: column() }
  const tags = column()
  const kinds = { n_category: column(), n_type: column() }
  const known = new Map<string, number>()
  const commands = { c_commit: column(), c_id: column(), c_events: column(), c_streams: column(), c_last: column() }
  const checkpoints = {
    k_commit: column(),
    k_consumer: column(),
    k_upstream: column(),
    k_partition: column(),
    k_epoch: column(),
    k_from: column(),
    k_to: column(),
  }
  const conditions = { q_commit: column(), q_query: column(), q_after: column() }
  let write = 0
  let event = 0
  let caused = false
  let tagged = false

  const kindOf = (category: string, type: string): number => {
    // A category has no hyphen.
    const name = `${category}-${type}`
    const before = known.get(name)
    if (before !== undefined) return before
    const kind = known.size + 1
    known.set(name, kind)
    addText(kinds.n_category, category)
    addText(kinds.n_type, type)
    return kind
  }

  const addEvent = (category: string, item: NewEvent): void => {
    const { causation } = item
    event++
    add(events.e_write, String(write))
    add(events.e_kind, String(kindOf(category, item.type)))
    add(events.e_id, item.id)
    add(events.e_schema_version, String(item.schemaVersion))
    add(events.e_recorded_at, String(item.recordedAt))
    addText(events.e_correlation_id, item.correlationId)
    if (causation !== null) caused = true
    add(causes.e_cause_id, causation === null ? "NULL" : causation.eventId)
    addText(causes.e_cause_stream, causation === null ? undefined : StreamName.format(causation.stream))
    add(causes.e_cause_position, causation === null ? "NULL" : String(causation.position))
    addText(events.e_encoding, item.encoding)
    if (item.tags.length > 0) tagged = true
    addText(tags, item.tags.length === 0 ? undefined : texts(item.tags))
    addBytes(events.e_digest, item.digest)
    addBytes(events.e_body, item.body)
  }

  for (let i = 0; i < commits.length; i++) {
    const commit = commits[i]
    if (commit === undefined) continue
    const number = String(i + 1)
    for (const { stream, expected, events: written } of commit.writes) {
      write++
      add(writes.w_commit, number)
      addText(writes.w_stream, StreamName.format(stream))
      add(writes.w_expected, expectedOf(expected))
      for (const item of written) addEvent(stream.category, item)
    }
    for (const command of commit.commands ?? []) {
      add(commands.c_commit, number)
      addText(commands.c_id, command.id)
      addText(commands.c_events, texts(command.events))
      addText(commands.c_streams, texts(commit.writes.map(({ stream }) => StreamName.format(stream))))
      add(commands.c_last, String(event))
    }
    if (commit.checkpoint !== undefined) {
      const { consumer, upstream, partition, epoch, from, to } = commit.checkpoint
      add(checkpoints.k_commit, number)
      addText(checkpoints.k_consumer, consumer)
      addText(checkpoints.k_upstream, upstream)
      add(checkpoints.k_partition, String(partition))
      add(checkpoints.k_epoch, String(epoch))
      add(checkpoints.k_from, String(from))
      add(checkpoints.k_to, String(to))
    }
    if (commit.condition !== undefined) {
      add(conditions.q_commit, number)
      addText(conditions.q_query, JSON.stringify(commit.condition.failIfMatch.items))
      add(conditions.q_after, String(commit.condition.after))
    }
  }
  return {
    p_hash: commits[0]?.hash ?? "",
    ...literals(writes),
    ...literals(events),
    ...mapped(causes, (of) => (caused ? literal(of) : null)),
    e_tags: tagged ? literal(tags) : null,
    ...literals(kinds),
    ...optional(commands),
    ...optional(checkpoints),
    ...optional(conditions),
  }
}

/**
 * The statement that `append` makes the parameters of.
 *
 * @category statements
 * @since 0.1.0
 */
export const appendStatement = (schema: string): string => {
  const named = Object.keys(append([])).map((name, i) => `${name} => $${i + 1}`)
  return `SELECT base, refused, versions, links FROM ${schema}.append_1(${named.join(", ")})`
}

/** The numbers of an array, as text. */
const listed = (array: Cell | undefined): ReadonlyArray<string> =>
  array && array !== "{}" ? array.slice(1, -1).split(",") : []

/** The nth of links one after another, each as \\x and 64 digits. */
const linkIn = (links: Cell | undefined, n: number): Uint8Array =>
  Buffer.from((links ?? "").slice(66 * n + 2, 66 * n + 66), "hex")

/**
 * What became of each commit of a batch; `undefined` where it was refused.
 *
 * @category elimination
 * @since 0.1.0
 */
export const answered = (commits: ReadonlyArray<Commit>, row: Row): ReadonlyArray<Committed | undefined> => {
  const refused = new Set(listed(row[1]))
  const versions = listed(row[2])
  let position = integer(row[0])
  let write = 0
  return commits.map(({ writes }, i) => {
    const first = write
    write += writes.length
    if (refused.has(String(i + 1))) return undefined
    for (const { events } of writes) position += events.length
    const streams = writes.map(({ stream }, at) => ({
      stream,
      version: integer(versions[first + at]),
      link: linkIn(row[3], first + at),
    }))
    return { repeated: false, position, streams }
  })
}
