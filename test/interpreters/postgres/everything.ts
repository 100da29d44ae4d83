/** One of each thing that a store does, on a store that may hold anything already. */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { exact, noStream } from "../../../src/core/event/Commit.ts"
import type { Query } from "../../../src/core/event/Query.ts"
import { Checkpoints } from "../../../src/core/port/Checkpoints.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { Snapshots } from "../../../src/core/port/Snapshots.ts"
import { account, event, sha256, write } from "../commits.ts"

/** Filters of each form. */
const queries: ReadonlyArray<Query> = [
  { items: [{}] },
  { items: [{ category: "Account" }] },
  { items: [{ types: ["Type1", "Type2", "Deposited"] }] },
  { items: [{ tags: ["common1"] }] },
  { items: [{ tags: ["common1", "rare41"] }] },
  { items: [{ tags: ["common1"], category: "Order", types: ["Type1"] }] },
  { items: [{ stream: account("3") }] },
  { items: [{ stream: account("3"), types: ["Type1"] }, { tags: ["rare3"] }] },
  { items: [{ tags: ["nowhere"] }, { types: ["Nowhere"] }, { stream: account("none") }] },
]

export const reading = Effect.gen(function* () {
  const store = yield* EventStore
  const head = yield* store.head
  for (const direction of ["forwards", "backwards"] as const) {
    yield* store.readStream(account("3"), { direction })
    yield* store.readStream(account("3"), { direction, after: 2, upTo: 4, limit: 1 })
  }
  for (const after of [0, Math.max(0, head - 100)]) {
    yield* store.readAll({ after, limit: 20 })
    for (const filter of queries) yield* store.readAll({ after, upTo: after + 100_000, filter, limit: 20 })
  }
  yield* store.streams({ category: "Account", limit: 20 })
  yield* store.streams({ category: "Account", after: "3", limit: 20 })
  yield* store.command("command 2")
  yield* Checkpoints.use((checkpoints) => checkpoints.read({ consumer: "c", upstream: "u", partition: 0 }))
  yield* Snapshots.use((snapshots) => snapshots.read(account("3")))
  return head
})

/** A commit with all that it can have; answers what became of others after it. */
export const writing = Effect.gen(function* () {
  const store = yield* EventStore
  const name = `x${randomUUID()}`
  const stream = account(name)
  const [first, second] = [randomUUID(), randomUUID()]
  const key = { consumer: name, upstream: "u", partition: 0 }
  const lease = Option.getOrThrow(yield* Checkpoints.use((checkpoints) => checkpoints.acquire(key, 1000)))
  const commit = {
    ...write(stream, [event(stream, first, { tags: ["common1", name] }), event(stream, second)], noStream),
    commands: [{ id: name, events: [first, second] }],
    checkpoint: { ...key, epoch: lease.epoch, from: 0, to: 5 },
    condition: { failIfMatch: { items: [{ tags: ["nowhere", name] }] }, after: 0 },
  }
  const committed = yield* store.commit(commit)
  const tags = yield* Effect.forEach(
    [
      commit,
      write(stream, [event(stream, randomUUID())], exact(7)),
      {
        ...write(stream, [event(stream, randomUUID())]),
        condition: { failIfMatch: { items: [{ tags: [name] }] }, after: 0 },
      },
      { ...write(stream, [event(stream, randomUUID())]), checkpoint: { ...commit.checkpoint, epoch: 0 } },
      write(stream, [event(stream, randomUUID())], exact(2)),
    ],
    (again) =>
      Effect.match(store.commit(again), {
        onSuccess: ({ repeated }) => (repeated ? "repeated" : "recorded"),
        onFailure: ({ _tag }) => _tag,
      }),
  )
  yield* Checkpoints.use((checkpoints) => checkpoints.renew(key, lease.epoch, 1000))
  const link = committed.streams[0]?.link ?? new Uint8Array(32)
  const body = Buffer.from("{}")
  const snapshot = { stream, version: 2, link, codecVersion: 1, modelVersion: 1, encoding: "json", body }
  yield* Snapshots.use((snapshots) => snapshots.write({ ...snapshot, digest: sha256(body) }))
  return tags
})

/** Those. */
export const outcomes = ["repeated", "VersionConflict", "ConditionFailed", "Fenced", "recorded"]
