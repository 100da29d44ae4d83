// What a line of the file says, and how: JSON, bytes in base64.
import type { Commit, Decision, StoredEvent } from "everfold"
import { isLeft } from "fp-ts/lib/Either.js"
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

export const write = (line: Line): string => JSON.stringify(Line.encode(line))

/** Throws where it is no line. */
export const read = (text: string): Line => {
  const line = Line.decode(JSON.parse(text))
  if (isLeft(line)) throw new Error(PathReporter.report(line)[0])
  return line.right
}
