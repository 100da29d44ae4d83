import * as fs from "node:fs"
import { deflateRawSync, inflateRawSync, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { describe, expect, it } from "vitest"
import {
  Audit,
  Compression,
  EventMapper,
  EventStore,
  Hash,
  HashChain,
  Repository,
  Snapshot,
  Snapshots,
  type StoredEvent,
} from "../../src/core/index.ts"
import { AesGcm, KeyRing } from "../../src/interpreters/crypto/index.ts"
import { Memory } from "../../src/interpreters/memory/index.ts"
import { at, hex, sha256 } from "../core/support.ts"
import { Ledger, type LedgerEvent, LedgerEvent as LedgerEvents, type LedgerState, ring } from "./model.ts"

type InHex<A> = { readonly [K in keyof A]: A[K] extends Uint8Array ? string : A[K] }
interface Corpus {
  readonly format: number
  readonly events: ReadonlyArray<{
    readonly stored: InHex<StoredEvent>
    readonly preimage: string
    readonly event: LedgerEvent
    readonly metadata: object
  }>
  readonly state: LedgerState
  readonly snapshots: ReadonlyArray<{ readonly stored: InHex<Snapshot.StoredSnapshot>; readonly state: LedgerState }>
}

const corpus: Corpus = JSON.parse(fs.readFileSync(new URL("format-1.json", import.meta.url), "utf8"))
const bytes = (text: string): Uint8Array => Buffer.from(text, "hex")
const events: ReadonlyArray<StoredEvent> = corpus.events.map(({ stored }) => ({
  ...stored,
  body: bytes(stored.body),
  digest: bytes(stored.digest),
  link: bytes(stored.link),
}))
const snapshots: ReadonlyArray<Snapshot.StoredSnapshot> = corpus.snapshots.map(({ stored }) => ({
  ...stored,
  body: bytes(stored.body),
  digest: bytes(stored.digest),
  link: bytes(stored.link),
}))
const { stream } = at(events, 0)

const mapper = EventMapper.layer.pipe(
  Layer.provide([AesGcm.layer.pipe(Layer.provide(KeyRing.layer(ring))), Compression.none, Hash.sha256]),
)
const world = Layer.mergeAll(Memory.layer, mapper, Hash.sha256)

describe("the golden corpus of format 1", () => {
  it("holds what it says that it holds", () => {
    expect(corpus.format).toBe(1)
    expect(new Set(events.map(({ encoding }) => encoding))).toEqual(
      new Set(["json", "json+deflate", "json+zstd", "json+aes256gcm:k", "json+zstd+aes256gcm:k"]),
    )
    expect(events.some(({ type, schemaVersion }) => type === "Opened" && schemaVersion === 1)).toBe(true)
    expect(events.some(({ type, schemaVersion }) => type === "Opened" && schemaVersion === 2)).toBe(true)
    expect(events.some(({ causation }) => causation !== null)).toBe(true)
    expect(events.some(({ tags }) => tags.length === 2)).toBe(true)
    expect(stream.id).toBe("Büro-🚀 7")
    expect(snapshots.map(({ encoding }) => encoding)).toEqual(["json", "json+aes256gcm:k"])
  })

  it("decodes, every event to what it meant", async () => {
    const recorded = await Effect.runPromise(
      Effect.flatMap(EventMapper, (mapper) => mapper.decode(LedgerEvents, events)).pipe(Effect.provide(world)),
    )
    expect(recorded.map(({ event, metadata }) => ({ event, metadata }))).toEqual(
      corpus.events.map(({ event, metadata }) => ({ event, metadata })),
    )
  })

  it("verifies, as one chain from its first link to its last", () => {
    expect(HashChain.verify(sha256)(stream, events)).toMatchObject({ _tag: "Right", right: { version: events.length } })
  })

  it("has the preimages, digests and links that the same fields have today", () => {
    let link: Uint8Array = new Uint8Array(32)
    for (const [i, event] of events.entries()) {
      expect(hex(HashChain.preimage(stream, event))).toBe(at(corpus.events, i).preimage)
      expect(hex(sha256(bytes(at(corpus.events, i).preimage)))).toBe(hex(event.digest))
      link = HashChain.link(link, event.version, event.digest)
      expect(hex(link)).toBe(hex(event.link))
    }
  })

  it("has the plain bodies that the same events are encoded to today", async () => {
    for (const [i, { event, metadata, stored }] of corpus.events.entries()) {
      if (stored.encoding !== "json" || stored.schemaVersion !== (stored.type === "Opened" ? 2 : 1)) continue
      const origin = { correlationId: undefined, causation: null, metadata: { ...metadata } }
      const drafts = await Effect.runPromise(
        Effect.flatMap(EventMapper, (mapper) =>
          mapper.encode(LedgerEvents, stream, [{ events: [event], origin }]),
        ).pipe(Effect.provide(EventMapper.plain)),
      )
      expect(drafts).toMatchObject([{ right: [{ type: stored.type, tags: stored.tags, encoding: "json" }] }])
      const draft = at(drafts, 0)
      if (draft._tag === "Right") expect(hex(at(draft.right, 0).body)).toBe(hex(at(events, i).body))
    }
  })

  it("has compressed bodies that today's compression, decoded, equals", () => {
    for (const { encoding, body } of events) {
      if (encoding === "json+deflate") {
        const plain = inflateRawSync(body)
        expect(inflateRawSync(deflateRawSync(plain)).equals(plain)).toBe(true)
        expect(JSON.parse(plain.toString())).toHaveProperty("data")
      }
      if (encoding === "json+zstd") {
        const plain = zstdDecompressSync(body)
        expect(zstdDecompressSync(zstdCompressSync(plain)).equals(plain)).toBe(true)
        expect(JSON.parse(plain.toString())).toHaveProperty("data")
      }
    }
  })

  it("can be recorded in a store of today, which gives it the same links, and folds to the state that it had", async () => {
    const result = await Effect.runPromise(
      Effect.gen(function* () {
        const store = yield* EventStore
        yield* store.commit({ hash: "sha256", writes: [{ stream, expected: { _tag: "NoStream" }, events }] })
        const loaded = Option.getOrThrow(
          yield* Repository.make(Ledger).load(stream.id).pipe(Effect.provide(Snapshots.none)),
        )
        return { loaded, head: yield* Audit.stream(stream) }
      }).pipe(Effect.provide(world)),
    )
    expect(result.loaded.state).toEqual(corpus.state)
    expect(hex(result.head.link)).toBe(at(corpus.events, -1).stored.link)
  })

  it("has snapshots that still stand for the states that they were taken of", async () => {
    for (const [i, snapshot] of snapshots.entries()) {
      const { state } = at(corpus.snapshots, i)
      expect(hex(sha256(Snapshot.preimage(snapshot)))).toBe(hex(snapshot.digest))
      expect(hex(at(events, snapshot.version - 1).link)).toBe(hex(snapshot.link))
      const policy = Ledger.snapshot
      if (policy === undefined) throw new Error("the model has no snapshots")
      const read = await Effect.runPromise(
        Effect.flatMap(EventMapper, (mapper) => mapper.decodeSnapshot(policy, snapshot)).pipe(
          // A mapper that seals trusts no plain snapshot.
          Effect.provide(snapshot.encoding === "json" ? EventMapper.plain : world),
        ),
      )
      expect(read).toEqual(Option.some(state))
    }
  })
})
