import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import {
  Cipher,
  Compression,
  EventCodec,
  EventMapper,
  Hash,
  HashChain,
  KeyMissing,
  Payload,
  type StoredEvent,
} from "../../../src/core/index.ts"
import type { Origin } from "../../../src/core/program/Draft.ts"
import { Zstd } from "../../../src/interpreters/compression/index.ts"
import { AesGcm, KeyRing } from "../../../src/interpreters/crypto/index.ts"
import { ada, at, bob, leftOf, rightOf, sha256, stored } from "../support.ts"
import { AccountEvent, atTime } from "./support.ts"

const root = { correlationId: undefined, causation: null, metadata: {} }
const ring = { active: "k", keys: { k: Buffer.alloc(32, 1).toString("base64") } }
const sealedWith = (keys: KeyRing.Ring) =>
  EventMapper.layer.pipe(
    Layer.provide([AesGcm.layer.pipe(Layer.provide(KeyRing.layer(keys))), Compression.none, Hash.sha256]),
    Layer.orDie,
  )

const encoded = (
  events: ReadonlyArray<AccountEvent>,
  layer: Layer.Layer<EventMapper> = EventMapper.plain,
  origin: Origin = root,
) =>
  Effect.runPromise(
    Effect.flatMap(EventMapper, (mapper) => mapper.encode(AccountEvent, ada, [{ events, origin }])).pipe(
      Effect.map((drafts) => rightOf(at(drafts, 0))),
      Effect.provide(layer),
    ),
  )
const decoded = (events: ReadonlyArray<StoredEvent>, layer: Layer.Layer<EventMapper> = EventMapper.plain) =>
  Effect.runPromise(
    Effect.flatMap(EventMapper, (mapper) => mapper.decode(AccountEvent, redigested(events))).pipe(
      Effect.provide(layer),
    ),
  )
/** As whoever wrote these would have digested them. */
const redigested = (events: ReadonlyArray<StoredEvent>) =>
  events.map((event) => ({ ...event, digest: sha256(HashChain.preimage(event.stream, event)) }))
const failure = (events: ReadonlyArray<StoredEvent>, layer: Layer.Layer<EventMapper> = EventMapper.plain) =>
  Effect.runPromise(
    Effect.flatMap(EventMapper, (mapper) => Effect.flip(mapper.decode(AccountEvent, redigested(events)))).pipe(
      Effect.provide(layer),
    ),
  )

const three = [
  AccountEvent.Opened({ owner: "Ada", currency: "EUR" }),
  AccountEvent.Deposited({ amount: 5, note: "é 🚀" }),
  AccountEvent.Closed(),
]

describe("encoding", () => {
  it("writes the body of the format, and digests what is stored", async () => {
    const events = await encoded(three)
    expect(events.map(({ body }) => Buffer.from(body).toString())).toEqual([
      '{"data":{"owner":"Ada","currency":"EUR"}}',
      '{"data":{"amount":5,"note":"é 🚀"}}',
      '{"data":{}}',
    ])
    expect(events.map(({ type, schemaVersion, encoding }) => [type, schemaVersion, encoding])).toEqual([
      ["Opened", 2, "json"],
      ["Deposited", 1, "json"],
      ["Closed", 1, "json"],
    ])
    for (const event of events)
      expect(Buffer.from(event.digest)).toEqual(Buffer.from(sha256(HashChain.preimage(ada, event))))
  })

  it("puts user metadata beside the payload", async () => {
    const [event] = await encoded([AccountEvent.Closed()], EventMapper.plain, {
      ...root,
      metadata: { user: "u", n: [1] },
    })
    expect(Buffer.from(event?.body ?? []).toString()).toBe('{"data":{},"meta":{"user":"u","n":[1]}}')
  })

  it("gives each event a new UUID of version 7, and seeds the correlation with the first", async () => {
    const events = await encoded(three)
    expect(new Set(events.map(({ id }) => id)).size).toBe(3)
    for (const { id, correlationId } of events) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(correlationId).toBe(at(events, 0).id)
    }
  })

  it("never gives an id twice, also in great numbers", async () => {
    const ids = await Effect.runPromise(
      Effect.flatMap(EventMapper, (mapper) => Effect.all(Array.from({ length: 20_000 }, () => mapper.newId))).pipe(
        Effect.provide(EventMapper.plain),
      ),
    )
    expect(new Set(ids).size).toBe(20_000)
  })

  it("records the time of the clock, and the origin that it is given", async () => {
    const causation = { eventId: at(await encoded(three), 0).id, stream: bob, position: 9 }
    const origin = { correlationId: "c", causation, metadata: {} }
    const drafts = await Effect.runPromise(
      Effect.flatMap(EventMapper, (mapper) =>
        mapper.encode(AccountEvent, ada, [{ events: [AccountEvent.Closed()], origin }]),
      ).pipe(atTime(1234), Effect.provide(EventMapper.plain)),
    )
    expect(rightOf(at(drafts, 0))).toMatchObject([{ recordedAt: 1234, correlationId: "c", causation }])
  })

  const refused = <E>(codec: EventCodec.EventCodec<E>, event: E, metadata = {}) =>
    Effect.runPromise(
      Effect.flatMap(EventMapper, (mapper) =>
        mapper.encode(codec, ada, [{ events: [event], origin: { ...root, metadata } }]),
      ).pipe(
        Effect.map((drafts) => leftOf(at(drafts, 0))),
        Effect.provide(EventMapper.plain),
      ),
    )

  it("records whole milliseconds, also where the clock counts parts of them", async () => {
    const mapped = Effect.flatMap(EventMapper, (mapper) =>
      mapper.encode(AccountEvent, ada, [{ events: [AccountEvent.Closed()], origin: root }]),
    )
    const drafts = await Effect.runPromise(mapped.pipe(atTime(1.75), Effect.provide(EventMapper.plain)))
    expect(rightOf(at(drafts, 0)).map(({ recordedAt }) => recordedAt)).toEqual([1])
  })

  it("answers each draft for itself: what one cannot write is not the fault of others", async () => {
    const draft = (amount: number) => ({ events: [AccountEvent.Deposited({ amount })], origin: root })
    const drafts = await Effect.runPromise(
      Effect.flatMap(EventMapper, (mapper) =>
        mapper.encode(AccountEvent, ada, [draft(1), draft(Number.NaN), { events: [], origin: root }, draft(2)]),
      ).pipe(Effect.provide(EventMapper.plain)),
    )
    expect(drafts.map((each) => (each._tag === "Right" ? each.right.length : each.left._tag))).toEqual([
      1,
      "EncodeFailed",
      0,
      1,
    ])
    expect(rightOf(at(drafts, 0))[0]?.correlationId).not.toBe(rightOf(at(drafts, 3))[0]?.correlationId)
  })

  it("says what cannot be written, of which stream, type and place", async () => {
    expect(await refused(AccountEvent, AccountEvent.Deposited({ amount: Number.NaN }))).toMatchObject({
      _tag: "EncodeFailed",
      stream: ada,
      type: "Deposited",
      path: "data.amount",
      reason: "NaN has no JSON",
    })
    const Deep = EventCodec.make({ Deep: t.type({ items: t.array(t.type({ name: t.string })) }) })
    expect(await refused(Deep, Deep.Deep({ items: [{ name: "a" }, { name: "\ud800" }] }))).toMatchObject({
      path: "data.items.1.name",
    })
  })

  it("refuses events of no known type, without a tag, and none at all", async () => {
    const odd = (json: string): AccountEvent => JSON.parse(json)
    expect(await refused(AccountEvent, odd('{"_tag":"Stolen"}'))).toMatchObject({
      _tag: "EncodeFailed",
      type: "Stolen",
    })
    expect(await refused(AccountEvent, odd("{}"))).toMatchObject({ type: "an event without a _tag" })
    expect(await refused(AccountEvent, odd("null"))).toMatchObject({ _tag: "EncodeFailed" })
  })

  it("says of a payload that its codec refuses that the place is in the data, as of all others", async () => {
    const wrong: AccountEvent = JSON.parse('{"_tag":"Withdrawn","amount":"5"}')
    expect(await refused(AccountEvent, wrong)).toMatchObject({ path: "data.amount" })
  })

  it("refuses metadata that is no JSON", async () => {
    expect(await refused(AccountEvent, AccountEvent.Closed(), { at: new Date(0) })).toMatchObject({
      _tag: "EncodeFailed",
      type: "user metadata",
      path: "at",
    })
  })

  it("fails where the key to seal with is missing, and says which", async () => {
    const lost = Layer.succeed(Cipher, {
      keyFor: () => "lost",
      seal: (keyId: string) => Effect.fail(new KeyMissing({ keyId, where: "x" })),
      open: (keyId: string) => Effect.fail(new KeyMissing({ keyId, where: "x" })),
    })
    const layer = EventMapper.layer.pipe(Layer.provide([lost, Compression.none, Hash.sha256]))
    const error = await Effect.runPromise(
      Effect.flatMap(EventMapper, (mapper) =>
        Effect.flip(mapper.encode(AccountEvent, ada, [{ events: three, origin: root }])),
      ).pipe(Effect.provide(layer)),
    )
    expect(error).toMatchObject({ _tag: "KeyMissing", keyId: "lost" })
  })
})

describe("decoding", () => {
  it("reads back what was encoded, with what was recorded about it", async () => {
    const events = stored(ada, await encoded(three, EventMapper.plain, { ...root, metadata: { user: "u" } }))
    const recorded = await decoded(events)
    expect(recorded.map(({ event }) => event)).toEqual(three)
    const { body: _b, digest: _d, link: _l, encoding: _e, ...rest } = at(events, 1)
    expect(recorded[1]).toEqual({ ...rest, event: three[1], index: 0, metadata: { user: "u" } })
  })

  it("lifts what an older model wrote", async () => {
    const [old] = stored(ada, await encoded([AccountEvent.Opened({ owner: "Ada", currency: "USD" })]))
    if (old === undefined) throw new Error("nothing was encoded")
    const [recorded] = await decoded([{ ...old, schemaVersion: 1, body: Buffer.from('{"data":{"owner":"Ada"}}') }])
    expect(recorded).toMatchObject({ event: { _tag: "Opened", owner: "Ada", currency: "EUR" }, schemaVersion: 1 })
  })

  it.each<[string, Partial<StoredEvent>, { readonly path: string; readonly reason: unknown }]>([
    ["an unknown type", { type: "Stolen" }, { path: "", reason: expect.stringContaining("unknown here") }],
    ["a newer version", { schemaVersion: 9 }, { path: "", reason: expect.stringContaining("schema version 9") }],
    [
      "another payload",
      { body: Buffer.from('{"data":{"owner":1,"currency":"EUR"}}') },
      { path: "data.owner", reason: "1 is not string" },
    ],
    ["no payload", { body: Buffer.from("{}") }, { path: "", reason: "it is not a JSON object" }],
    ["an unknown encoding", { encoding: "yaml" }, { path: "", reason: 'encoding "yaml" is unknown here' }],
    [
      "an unknown dictionary",
      { encoding: "json+zstd:words" },
      { path: "", reason: "the dictionary words is unknown here" },
    ],
    [
      "a body that does not decompress",
      { encoding: "json+deflate", body: Uint8Array.of(255, 255) },
      { path: "", reason: expect.stringContaining("does not decompress") },
    ],
    ["a body that is no JSON", { body: Buffer.from("{") }, { path: "", reason: expect.any(String) }],
    ["a body that is no object", { body: Buffer.from("[1]") }, { path: "", reason: "its body is not an object" }],
    [
      "_tag in the payload",
      { body: Buffer.from('{"data":{"_tag":"Closed"}}') },
      { path: "data._tag", reason: "the key is reserved" },
    ],
  ])("fails on %s, and says where", async (_, content, fault) => {
    const [first, second] = stored(ada, await encoded([three[1] ?? AccountEvent.Closed(), at(three, 0)]))
    if (first === undefined || second === undefined) throw new Error("nothing was encoded")
    const event = { ...second, position: 42, ...content }
    expect(await failure([first, event])).toMatchObject({
      _tag: "DecodeFailed",
      stream: ada,
      version: 2,
      position: 42,
      type: event.type,
      schemaVersion: event.schemaVersion,
      ...fault,
    })
  })

  it("takes metadata that is no object for none", async () => {
    const [event] = stored(ada, await encoded([AccountEvent.Closed()]))
    if (event === undefined) throw new Error("nothing was encoded")
    for (const meta of ["1", "null", "[]", '"a"']) {
      const [recorded] = await decoded([{ ...event, body: Buffer.from(`{"data":{},"meta":${meta}}`) }])
      expect(recorded?.metadata).toEqual({})
    }
  })
})

describe("sealing", () => {
  const canary = "canary-6f1ab2"

  it("seals metadata with the payload, and reads both back", async () => {
    const layer = sealedWith(ring)
    const events = stored(
      ada,
      await encoded([AccountEvent.Opened({ owner: canary, currency: "EUR" })], layer, {
        ...root,
        metadata: { ip: canary },
      }),
    )
    expect(at(events, 0).encoding).toBe("json+aes256gcm:k")
    expect(Buffer.from(at(events, 0).body).includes(canary)).toBe(false)
    expect(JSON.stringify(at(events, 0))).not.toContain(canary)
    const [recorded] = await decoded(events, layer)
    expect(recorded).toMatchObject({ event: { owner: canary }, metadata: { ip: canary } })
  })

  it("opens with a wrong key as OpenFailed, and says what", async () => {
    const events = stored(ada, await encoded(three, sealedWith(ring)))
    const wrong = sealedWith({ active: "k", keys: { k: Buffer.alloc(32, 2).toString("base64") } })
    expect(await failure(events.slice(1), wrong)).toMatchObject({
      _tag: "OpenFailed",
      keyId: "k",
      where: "Account-ada version 2",
    })
  })

  it("opens without the key as KeyMissing, and says what", async () => {
    const events = stored(ada, await encoded(three, sealedWith(ring)))
    const rotated = sealedWith(KeyRing.generate("new"))
    for (const layer of [rotated, EventMapper.plain]) {
      expect(await failure(events, layer)).toMatchObject({
        _tag: "KeyMissing",
        keyId: "k",
        where: "Account-ada version 1",
      })
    }
  })

  it.each<[string, (event: StoredEvent) => StoredEvent]>([
    ["another stream", (event) => ({ ...event, stream: bob })],
    ["another type", (event) => ({ ...event, type: "Closed" })],
    ["another version of the type", (event) => ({ ...event, schemaVersion: 1 })],
    ["another event", (event) => ({ ...event, id: "01900000-0000-7000-8000-000000000001" })],
    ["another encoding", (event) => ({ ...event, encoding: "json+zstd+aes256gcm:k" })],
  ])("binds a body to its place: it does not open in %s", async (_, move) => {
    const layer = sealedWith(ring)
    const [event] = stored(ada, await encoded(three, layer))
    if (event === undefined) throw new Error("nothing was encoded")
    expect(await failure([move(event)], layer)).toMatchObject({ _tag: "OpenFailed" })
  })

  it("reads plain, compressed and sealed events beside each other", async () => {
    const compressed = EventMapper.layer.pipe(Layer.provide([Cipher.none, Zstd.layer, Hash.sha256]))
    const note = "words and words and words ".repeat(20)
    const events = stored(ada, [
      ...(await encoded([AccountEvent.Deposited({ amount: 1, note })])),
      ...(await encoded([AccountEvent.Deposited({ amount: 2, note })], compressed)),
      ...(await encoded([AccountEvent.Deposited({ amount: 3, note })], sealedWith(ring))),
    ])
    expect(events.map(({ encoding }) => encoding)).toEqual(["json", "json+zstd", "json+aes256gcm:k"])
    const recorded = await decoded(events, sealedWith(ring))
    expect(recorded.map(({ event }) => ("amount" in event ? event.amount : 0))).toEqual([1, 2, 3])
  })
})

describe("verifying", () => {
  const verify = (events: ReadonlyArray<StoredEvent>, from = HashChain.empty) =>
    Effect.runPromise(
      Effect.flatMap(EventMapper, (mapper) => Effect.result(mapper.verify(ada, events, from))).pipe(
        Effect.provide(EventMapper.plain),
      ),
    )

  it("tells a tampered body from a tampered digest, without any key", async () => {
    const events = stored(ada, await encoded(three, sealedWith(ring)))
    expect(await verify(events)).toMatchObject({ _tag: "Success", success: { version: 3 } })
    const flipped = events.map((event, i) =>
      i === 1 ? { ...event, body: event.body.map((byte, n) => (n === 30 ? byte ^ 1 : byte)) } : event,
    )
    const decoding = Effect.flatMap(EventMapper, (mapper) => Effect.flip(mapper.decode(AccountEvent, flipped)))
    expect(await Effect.runPromise(Effect.provide(decoding, EventMapper.plain))).toMatchObject({
      _tag: "IntegrityViolation",
      version: 2,
      position: 2,
      reason: "its digest does not match its content",
    })
    expect(await verify(redigested(flipped))).toMatchObject({
      failure: { version: 2, reason: "its link does not match the events before it" },
    })
  })

  it("counts versions from where it goes on", async () => {
    const events = stored(ada, await encoded(three))
    const from = { version: 1, link: at(events, 0).link }
    expect(await verify(events.slice(1), from)).toMatchObject({ success: { version: 3 } })
    expect(await verify(events.slice(2), from)).toMatchObject({ failure: { version: 2, position: 3 } })
  })
})

describe("snapshots", () => {
  const policy = { state: Payload.version(t.type({ n: t.number })), every: 1, modelVersion: 1 }
  const place = { stream: ada, version: 3, link: sha256(Buffer.from("l")) }
  const roundTrip = (layer: Layer.Layer<EventMapper>) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const mapper = yield* EventMapper
        const snapshot = yield* mapper.encodeSnapshot(policy, place, { n: 7 })
        return { snapshot, state: yield* mapper.decodeSnapshot(policy, snapshot) }
      }).pipe(Effect.provide(layer)),
    )

  it.each([
    ["plain", EventMapper.plain, "json"],
    ["sealed", sealedWith(ring), "json+aes256gcm:k"],
  ])("come back as they were, %s", async (_, layer, encoding) => {
    const { snapshot, state } = await roundTrip(layer)
    expect(snapshot).toMatchObject({ ...place, codecVersion: 1, modelVersion: 1, encoding })
    expect(state).toMatchObject({ _tag: "Some", value: { n: 7 } })
  })

  it("are not believed plain where it cannot be told whether they are sealed", async () => {
    const undecided = Layer.succeed(Cipher, {
      keyFor: () => {
        throw new Error("which?")
      },
      seal: (_, plaintext) => Effect.succeed(plaintext),
      open: (_, sealed) => Effect.succeed(sealed),
    })
    const mapper = EventMapper.layer.pipe(Layer.provide([undecided, Compression.none, Hash.sha256]))
    const { snapshot } = await roundTrip(EventMapper.plain)
    const decoding = Effect.flatMap(EventMapper, (mapper) => mapper.decodeSnapshot(policy, snapshot))
    expect(await Effect.runPromise(Effect.provide(decoding, mapper))).toMatchObject({ _tag: "None" })
  })

  it("fail where the state cannot be written", async () => {
    const error = await Effect.runPromise(
      Effect.flatMap(EventMapper, (mapper) =>
        Effect.flip(mapper.encodeSnapshot(policy, place, { n: Number.NaN })),
      ).pipe(Effect.provide(EventMapper.plain)),
    )
    expect(error).toMatchObject({ _tag: "EncodeFailed", stream: ada, type: "snapshot", path: "data.n" })
  })
})
