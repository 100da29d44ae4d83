// What a line of the file says, and how: JSON, bytes in base64, and a link to the line before it.
import { type Commit, type Decision, HashChain, Json, type StoredEvent } from "everfold"
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { PathReporter } from "io-ts/lib/PathReporter.js"

/** All that one commit added. */
export interface CommitLine {
  readonly _tag: "Commit"
  readonly hash: string
  readonly events: ReadonlyArray<StoredEvent>
  readonly commands: ReadonlyArray<Decision.KnownCommand & { readonly id: string }>
  readonly checkpoint: { readonly key: Commit.CheckpointKey; readonly position: Commit.Position } | null
}

/** A lease that was taken or prolonged. */
export interface LeaseLine {
  readonly _tag: "Lease"
  readonly key: Commit.CheckpointKey
  readonly epoch: number
  readonly until: number
}

export type Line = CommitLine | LeaseLine

const Bytes = new t.Type<Uint8Array, string>(
  "Bytes",
  (u): u is Uint8Array => u instanceof Uint8Array,
  (u, context) => (typeof u === "string" ? t.success(Buffer.from(u, "base64")) : t.failure(u, context)),
  (bytes) => Buffer.from(bytes).toString("base64"),
)
const Stream = t.type({ category: t.string, id: t.string })
const Event: t.Type<StoredEvent, unknown> = t.type({
  stream: Stream,
  version: t.number,
  position: t.number,
  id: t.string,
  type: t.string,
  schemaVersion: t.number,
  tags: t.readonlyArray(t.string),
  recordedAt: t.number,
  correlationId: t.string,
  causation: t.union([t.null, t.type({ eventId: t.string, stream: Stream, position: t.number })]),
  encoding: t.string,
  body: Bytes,
  digest: Bytes,
  link: Bytes,
})
const Command = t.type({
  id: t.string,
  events: t.readonlyArray(t.string),
  position: t.number,
  streams: t.readonlyArray(Stream),
})
const Key = t.type({ consumer: t.string, upstream: t.string, partition: t.number })

const Line: t.Type<Line, unknown> = t.union([
  t.type({
    _tag: t.literal("Commit"),
    hash: t.string,
    events: t.readonlyArray(Event),
    commands: t.readonlyArray(Command),
    checkpoint: t.union([t.null, t.type({ key: Key, position: t.number })]),
  }),
  t.type({ _tag: t.literal("Lease"), key: Key, epoch: t.number, until: t.number }),
])

/** Where the lines of a file stand: how many there are, and the link of the last. */
export interface End {
  readonly count: number
  readonly link: Uint8Array
}

export const none: End = { count: 0, link: HashChain.empty.link }

const next = ({ count, link }: End, json: Uint8Array): End => ({
  count: count + 1,
  link: HashChain.link(link, count + 1, HashChain.sha256(json)),
})

const before = '{"link":"'
const between = '","line":'
const after = "}"
const start = before.length + 64 + between.length

const frame = (link: Uint8Array, json: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`${before}${Buffer.from(link).toString("hex")}${between}`), json, Buffer.from(after)])

/** A line without its newline, linked to the lines before it as the events of a stream are; and the end that it makes. */
export const write = (end: End, line: Line): { readonly bytes: Uint8Array; readonly end: End } => {
  const json = Buffer.from(JSON.stringify(Line.encode(line)))
  const written = next(end, json)
  return { bytes: frame(written.link, json), end: written }
}

/** What the bytes of a line say; or why they are not the next line, to the last bit. */
export const read = (end: End, bytes: Uint8Array): Either<string, { readonly line: Line; readonly end: End }> => {
  const json = bytes.subarray(start, -after.length)
  const read = next(end, json)
  if (Buffer.compare(frame(read.link, json), bytes) !== 0) {
    return left("it is not what was written after the line before it")
  }
  const parsed = Json.parse(Buffer.from(json).toString())
  if (isLeft(parsed)) return left(parsed.left.reason)
  const line = Line.decode(parsed.right)
  return isLeft(line) ? left(PathReporter.report(line).join(", ")) : right({ line: line.right, end: read })
}
