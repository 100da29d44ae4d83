/** Programs of operations for any store. */
import * as fc from "fast-check"
import type { CheckpointKey, Commit, ExpectedVersion } from "../../src/core/event/Commit.ts"
import type { Query, QueryItem } from "../../src/core/event/Query.ts"
import type { StoredSnapshot } from "../../src/core/event/Snapshot.ts"
import type { LogRange, StreamRange, StreamsRange } from "../../src/core/port/EventStore.ts"
import { event, uuid } from "./commits.ts"

export type Operation =
  | { readonly _tag: "commit"; readonly commit: Commit }
  | { readonly _tag: "together"; readonly commits: ReadonlyArray<Commit> }
  | { readonly _tag: "again"; readonly which: number }
  | { readonly _tag: "stream"; readonly id: number; readonly range: StreamRange }
  | { readonly _tag: "log"; readonly range: LogRange }
  | { readonly _tag: "streams"; readonly range: StreamsRange }
  | { readonly _tag: "acquire"; readonly key: CheckpointKey; readonly ttl: number }
  | { readonly _tag: "renew"; readonly key: CheckpointKey; readonly epoch: number; readonly ttl: number }
  | { readonly _tag: "pass"; readonly millis: number }
  | { readonly _tag: "keep"; readonly snapshot: StoredSnapshot }

export const streams = [
  { category: "A", id: "1" },
  { category: "A", id: "z-é" },
  { category: "A", id: "z-\u{1F600}" },
  { category: "A", id: "z-\uFFFD" },
  { category: "B", id: "1" },
  { category: "Never", id: "written" },
]
const types = ["Opened", "Moved", "Öffnen", 'q"x']
const tags = ["a", "a ", "b%", "%_x", "\uFFFD"]

const pick = <A>(items: ReadonlyArray<A>) => fc.constantFrom(...items)
const stream = fc.oneof(
  { weight: 60, arbitrary: pick(streams) },
  { weight: 1, arbitrary: fc.constant({ category: "A-", id: "" }) },
)
const optional = <A extends object>(model: { readonly [K in keyof A]: fc.Arbitrary<A[K]> }) =>
  fc.record(model, { requiredKeys: [] })

/** Mostly nothing. */
const seldom = <A>(arbitrary: fc.Arbitrary<A>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary })

const item: fc.Arbitrary<QueryItem> = optional<QueryItem>({
  category: pick(["A", "B", "C"]),
  stream: pick([...streams, { category: "A", id: "z-\ud800" }]),
  types: fc.uniqueArray(pick([...types, "Unknown"]), { maxLength: 2 }),
  tags: fc.uniqueArray(pick([...tags, "unknown"]), { maxLength: 2 }),
}) as fc.Arbitrary<QueryItem>
const query: fc.Arbitrary<Query> = fc.record({ items: fc.array(item, { maxLength: 3 }) })

const expected: fc.Arbitrary<ExpectedVersion> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<ExpectedVersion>({ _tag: "Any" }) },
  fc.constant<ExpectedVersion>({ _tag: "NoStream" }),
  fc.constant<ExpectedVersion>({ _tag: "StreamExists" }),
  fc.nat(4).map((version): ExpectedVersion => ({ _tag: "Exact", version })),
)
const id = fc.oneof({ weight: 20, arbitrary: fc.nat(1_000_000) }, { weight: 1, arbitrary: fc.nat(3) }).map(uuid)

const written = fc
  .record({
    stream,
    expected,
    events: fc.array(
      fc.record({
        id,
        type: pick(types),
        tags: fc.uniqueArray(pick(tags), { maxLength: 3 }).map((found) => found.toSorted()),
        schemaVersion: fc.integer({ min: 1, max: 3 }),
        recordedAt: pick([0, -1, 1_700_000_000_000, Number.MAX_SAFE_INTEGER]),
        correlationId: pick(["c", "c'c"]),
        causation: fc.option(fc.record({ eventId: id, stream: pick(streams), position: fc.nat(9) })),
        encoding: pick(["json", "json+zstd+aes256gcm:k"]),
        body: fc.uint8Array({ maxLength: 6 }),
      }),
      { maxLength: 3 },
    ),
  })
  .map((found) => ({ ...found, events: found.events.map((given) => event(found.stream, given.id, given)) }))

const key: fc.Arbitrary<CheckpointKey> = fc.record({
  consumer: pick(["p", "q"]),
  upstream: pick(["log"]),
  partition: fc.nat(1),
})

const commit: fc.Arbitrary<Commit> = fc
  .record({
    hash: fc.oneof({ weight: 60, arbitrary: fc.constant("sha256") }, { weight: 1, arbitrary: fc.constant("other") }),
    writes: fc.uniqueArray(written, { maxLength: 2, selector: (found) => found.stream.category + found.stream.id }),
    condition: seldom(fc.record({ failIfMatch: query, after: pick([0, 0, 1, 2, 3, 5, 8]) })),
    command: seldom(pick(["c1", "c2", "c;3", "c4", "c5", "c6"])),
    checkpoint: seldom(
      fc
        .record({ key, epoch: fc.nat(2), from: fc.nat(2), to: fc.nat(3) })
        .map((move) => ({ ...move.key, epoch: move.epoch, from: move.from, to: move.to })),
    ),
  })
  .map(({ hash, writes, condition, command, checkpoint }) => ({
    hash,
    writes,
    ...(condition === null ? {} : { condition }),
    ...(command === null
      ? {}
      : { commands: [{ id: command, events: writes.flatMap(({ events }) => events.map((found) => found.id)) }] }),
    ...(checkpoint === null ? {} : { checkpoint }),
  }))

const bound = fc.oneof({ weight: 4, arbitrary: fc.nat(12) }, pick([-1, -7, 0, Infinity, -Infinity, NaN, 2 ** 53 - 1]))

const snapshot: fc.Arbitrary<StoredSnapshot> = fc.record({
  stream: pick(streams),
  version: fc.nat(9),
  link: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  codecVersion: fc.nat(3),
  modelVersion: fc.nat(3),
  encoding: fc.constant("json"),
  body: fc.uint8Array({ maxLength: 4 }),
  digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
})

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: commit.map((commit): Operation => ({ _tag: "commit", commit })) },
  {
    weight: 2,
    arbitrary: fc
      .array(commit, { minLength: 2, maxLength: 5 })
      .map((commits): Operation => ({ _tag: "together", commits })),
  },
  { weight: 2, arbitrary: fc.nat(30).map((which): Operation => ({ _tag: "again", which })) },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constant("stream" as const),
      id: fc.nat(streams.length - 1),
      range: optional<StreamRange>({
        after: bound,
        upTo: bound,
        limit: bound,
        direction: pick(["forwards", "backwards"]),
      }) as fc.Arbitrary<StreamRange>,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      _tag: fc.constant("log" as const),
      range: fc.record(
        { after: bound, upTo: bound, limit: bound, filter: query },
        { requiredKeys: ["after", "limit"] },
      ) as fc.Arbitrary<LogRange>,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      _tag: fc.constant("streams" as const),
      range: fc.record(
        { category: pick(["A", "B", "C"]), after: pick(["", "1", "z-é", "z-\ud800"]), limit: bound },
        { requiredKeys: ["category", "limit"] },
      ) as fc.Arbitrary<StreamsRange>,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ _tag: fc.constant("acquire" as const), key, ttl: pick([0, 5, -1, Infinity, NaN]) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ _tag: fc.constant("renew" as const), key, epoch: fc.nat(3), ttl: pick([0, 5]) }),
  },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("pass" as const), millis: pick([1, 5, 20]) }) },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("keep" as const), snapshot }) },
)

export const program = fc.array(operation, { minLength: 1, maxLength: 60, size: "large" })
