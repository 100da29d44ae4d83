import * as fs from "node:fs"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { left, right } from "fp-ts/lib/Either.js"
import { describe, expect, it } from "vitest"
import {
  Audit,
  Compression,
  EventCodec,
  EventMapper,
  EventStore,
  Hash,
  HashChain,
  Query,
  Repository,
  Snapshot,
  Snapshots,
  type StoredEvent,
  Subscription,
} from "../../src/core/index.ts"
import { AesGcm, KeyRing } from "../../src/interpreters/crypto/index.ts"
import { Memory } from "../../src/interpreters/memory/index.ts"
import * as CodecLaws from "../../src/laws/CodecLaws.ts"
import { laws } from "../../src/laws/vitest.ts"
import { at, hex, sha256 } from "../core/support.ts"
import { ring } from "./model.ts"
import { OrderEvent, Orders, type OrderState } from "./orders.ts"

type InHex<A> = { readonly [K in keyof A]: A[K] extends Uint8Array ? string : A[K] }
interface Corpus {
  readonly format: number
  readonly events: ReadonlyArray<{
    readonly stored: InHex<StoredEvent>
    readonly preimage: string
    readonly means: ReadonlyArray<OrderEvent>
    /** `null` where the event stands for none. */
    readonly metadata: object | null
  }>
  readonly state: OrderState
  /** `state` is `null` where the snapshot is to be ignored. */
  readonly snapshots: ReadonlyArray<{
    readonly stored: InHex<Snapshot.StoredSnapshot>
    readonly preimage: string
    readonly state: OrderState | null
  }>
  readonly unreadable: ReadonlyArray<{
    readonly stored: InHex<StoredEvent>
    readonly preimage: string
    readonly path: string
    readonly reason: string
  }>
}

const corpus: Corpus = JSON.parse(fs.readFileSync(new URL("format-1-past.json", import.meta.url), "utf8"))
const bytes = (text: string): Uint8Array => Buffer.from(text, "hex")
const unhex = <A extends { readonly body: string; readonly digest: string; readonly link: string }>(stored: A) => ({
  ...stored,
  body: bytes(stored.body),
  digest: bytes(stored.digest),
  link: bytes(stored.link),
})
const events: ReadonlyArray<StoredEvent> = corpus.events.map(({ stored }) => unhex(stored))
const { stream } = at(events, 0)

const mapper = EventMapper.layer.pipe(
  Layer.provide([AesGcm.layer.pipe(Layer.provide(KeyRing.layer(ring))), Compression.none, Hash.sha256]),
)
const world = Layer.mergeAll(Memory.layer, mapper, Hash.sha256)

/** Reads what is in a body, and asks no codec what it means. */
const bodies: EventCodec.EventCodec<{ readonly data: CodecLaws.StoredPayload["data"] }> = {
  [EventCodec.TypeId]: {
    written: new Map(),
    stored: new Map(),
    encode: () => left({ path: "", reason: "it only reads" }),
    decode: (_type, _version, data) => right([{ data: JSON.parse(JSON.stringify(data)) }]),
  },
}
const contents = await Effect.runPromise(
  Effect.flatMap(EventMapper, (mapper) => mapper.decode(bodies, events)).pipe(Effect.provide(world)),
)
const fixtures = contents.map(({ type, schemaVersion, event: { data } }, i) => ({
  type,
  schemaVersion,
  data,
  events: at(corpus.events, i).means,
}))

describe("the payloads of that corpus", () => {
  laws(
    CodecLaws.suite({
      codec: OrderEvent,
      events: fc.constantFrom(...fixtures.flatMap(({ events }) => events)),
      stored: fc.constantFrom(...fixtures),
      golden: fixtures,
      view: Orders.decider,
    }),
  )
})

describe("the golden corpus of a past", () => {
  it("holds what it says that it holds", () => {
    expect(corpus.format).toBe(1)
    expect(new Set(events.map(({ type, schemaVersion }) => `${type} v${schemaVersion}`))).toEqual(
      new Set([
        "OrderPlaced v1",
        "Bestellt v2",
        "Placed v1",
        "Placed v2",
        "Placed v3",
        "Paid v1",
        "PlacedAndPaid v1",
        "PlacedAndPaid v2",
        "Shipped v1",
        "Shipped v2",
        "Noted v1",
      ]),
    )
    const all = ["json", "json+deflate", "json+zstd"].flatMap((encoding) => [encoding, `${encoding}+aes256gcm:k`])
    expect(new Set(events.map(({ encoding }) => encoding))).toEqual(new Set(all))
    expect(new Set(corpus.snapshots.map(({ stored }) => stored.encoding))).toEqual(new Set(all))
    expect(new Set(corpus.snapshots.map(({ stored }) => `${stored.codecVersion} of ${stored.modelVersion}`))).toEqual(
      new Set(["2 of 3", "1 of 3", "2 of 2", "3 of 3"]),
    )
    expect(corpus.events.map(({ means }) => means.length)).toEqual([1, 1, 0, 1, 1, 2, 3, 2, 1, 1, 1, 0, 1])
  })

  it("decodes, every stored event to the events that it means, counted on in it", async () => {
    const recorded = await Effect.runPromise(
      Effect.flatMap(EventMapper, (mapper) => mapper.decode(OrderEvent, events)).pipe(Effect.provide(world)),
    )
    expect(recorded.map(({ event, metadata, version, index }) => ({ event, metadata, version, index }))).toEqual(
      corpus.events.flatMap(({ means, metadata, stored: { version } }) =>
        means.map((event, index) => ({ event, metadata, version, index })),
      ),
    )
  })

  it("has the preimages, digests and links that the same fields have today", () => {
    let link: Uint8Array = new Uint8Array(32)
    for (const [i, event] of events.entries()) {
      const { preimage } = at(corpus.events, i)
      expect(hex(HashChain.preimage(stream, event))).toBe(preimage)
      expect(hex(sha256(bytes(preimage)))).toBe(hex(event.digest))
      link = HashChain.link(link, event.version, event.digest)
      expect(hex(link)).toBe(hex(event.link))
    }
  })

  it("is written as it was where today's model still writes it", async () => {
    let written = 0
    for (const [i, { means, metadata, stored }] of corpus.events.entries()) {
      if (stored.encoding !== "json" || means.length !== 1 || at(means, 0)._tag !== stored.type) continue
      written++
      const origin = { correlationId: undefined, causation: null, metadata: { ...metadata } }
      const [draft] = await Effect.runPromise(
        Effect.flatMap(EventMapper, (mapper) => mapper.encode(OrderEvent, stream, [{ events: means, origin }])).pipe(
          Effect.provide(EventMapper.plain),
        ),
      )
      const { type, schemaVersion, tags } = stored
      expect(draft).toMatchObject({ right: [{ type, schemaVersion, tags, encoding: "json" }] })
      if (draft?._tag === "Right") expect(hex(at(draft.right, 0).body)).toBe(hex(at(events, i).body))
    }
    expect(written).toBe(2)
  })

  it("is recorded by a store of today with the same links, folds, is followed, and verifies", async () => {
    const { loaded, head, followed } = await Effect.runPromise(
      Effect.gen(function* () {
        const store = yield* EventStore
        yield* store.commit({ hash: "sha256", writes: [{ stream, expected: { _tag: "NoStream" }, events }] })
        const load = Repository.make(Orders).load(stream.id).pipe(Effect.provide(Snapshots.none))
        const followed = Subscription.events(OrderEvent, { filter: Query.make({ stream }) }).pipe(
          Stream.take(15),
          Stream.runCollect,
        )
        return { loaded: Option.getOrThrow(yield* load), head: yield* Audit.stream(stream), followed: yield* followed }
      }).pipe(Effect.provide(world)),
    )
    expect(loaded).toMatchObject({ state: corpus.state, version: events.length })
    expect(followed.map(({ event }) => event)).toEqual(corpus.events.flatMap(({ means }) => means))
    expect(hex(head.link)).toBe(at(corpus.events, -1).stored.link)
  })

  it("has snapshots that stand for their states, whichever version of the state wrote them, or are ignored", async () => {
    const policy = Orders.snapshot
    if (policy === undefined) throw new Error("the model has no snapshots")
    for (const { stored, preimage, state } of corpus.snapshots) {
      const snapshot = unhex(stored)
      expect(hex(Snapshot.preimage(snapshot))).toBe(preimage)
      expect(hex(sha256(bytes(preimage)))).toBe(hex(snapshot.digest))
      expect(hex(at(events, snapshot.version - 1).link)).toBe(hex(snapshot.link))
      const read = await Effect.runPromise(
        Effect.flatMap(EventMapper, (mapper) => mapper.decodeSnapshot(policy, snapshot)).pipe(
          // A mapper that seals trusts no plain snapshot.
          Effect.provide(snapshot.encoding.includes("aes256gcm") ? world : EventMapper.plain),
        ),
      )
      expect(read).toEqual(Option.fromNullOr(state))
    }
  })

  it("has an event that needs a dictionary, and whoever has none says which", async () => {
    for (const { stored, preimage, path, reason } of corpus.unreadable) {
      const event: StoredEvent = unhex(stored)
      expect(hex(HashChain.preimage(event.stream, event))).toBe(preimage)
      expect(hex(sha256(bytes(preimage)))).toBe(hex(event.digest))
      const { type, schemaVersion, version, position } = event
      const where = { stream: event.stream, type, schemaVersion, version, position }
      const failed = await Effect.runPromise(
        Effect.flatMap(EventMapper, (mapper) => Effect.flip(mapper.decode(OrderEvent, [event]))).pipe(
          Effect.provide(world),
        ),
      )
      expect(failed).toMatchObject({ _tag: "DecodeFailed", ...where, path, reason })
    }
    expect(corpus.unreadable.map(({ stored }) => stored.encoding)).toEqual(["json+zstd:orders-2026"])
  })
})
