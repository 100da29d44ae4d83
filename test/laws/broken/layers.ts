/** Layers that can be seen from outside. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { right } from "fp-ts/lib/Either.js"
import * as HashChain from "../../../src/core/event/HashChain.ts"
import * as Snapshot from "../../../src/core/event/Snapshot.ts"
import { Cipher } from "../../../src/core/port/Cipher.ts"
import { Compression, decompress } from "../../../src/core/port/Compression.ts"
import { EventStore } from "../../../src/core/port/EventStore.ts"
import { Hash } from "../../../src/core/port/Hash.ts"
import { Snapshots } from "../../../src/core/port/Snapshots.ts"
import { EventMapper } from "../../../src/core/program/EventMapper.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import * as LayerLaws from "../../../src/laws/LayerLaws.ts"
import type { Case } from "./caught.ts"

const dressed = (mapper: Layer.Layer<EventMapper>) => Layer.merge(Memory.layer, mapper)

/** Metadata is lost on the way back. */
export const metadataLost = dressed(
  Layer.effect(
    EventMapper,
    Effect.map(EventMapper, (mapper) => ({
      ...mapper,
      decode: (codec, events) =>
        Effect.map(mapper.decode(codec, events), (recorded) => recorded.map((event) => ({ ...event, metadata: {} }))),
    })),
  ).pipe(Layer.provide(EventMapper.plain)),
)

/** Long bodies come back with what was written long ago. */
export const foldsRepeats = dressed(
  EventMapper.layer.pipe(
    Layer.provide([
      Cipher.none,
      Hash.sha256,
      Layer.succeed(Compression, {
        compress: (bytes) =>
          bytes.length > 200
            ? {
                encoding: { compression: "deflate" },
                bytes: Buffer.from(Buffer.from(bytes).toString().replace("bread and ", "")),
              }
            : undefined,
        decompress: (encoding, bytes) =>
          encoding.compression === "deflate" ? right(bytes) : decompress(encoding, bytes),
      }),
    ]),
  ),
)

/** Snapshots come back changed: a mapper that loses what no digest covers. */
export const snapshotsChanged = dressed(
  Layer.effect(
    EventMapper,
    Effect.map(EventMapper, (mapper) => ({
      ...mapper,
      decodeSnapshot: (policy, snapshot) =>
        Effect.map(mapper.decodeSnapshot(policy, snapshot), (state) =>
          Option.map(state, (kept) => (typeof kept === "object" && kept !== null ? { ...kept, weight: 0 } : kept)),
        ),
    })),
  ).pipe(Layer.provide(EventMapper.plain)),
)

const decoding = (change: (mapper: EventMapper["Service"]) => Partial<EventMapper["Service"]>) =>
  dressed(
    Layer.effect(
      EventMapper,
      Effect.map(EventMapper, (mapper) => ({ ...mapper, ...change(mapper) })),
    ).pipe(Layer.provide(EventMapper.plain)),
  )

/** Whatever the model was raised to, an older snapshot is used. */
export const modelIgnored = decoding((mapper) => ({
  decodeSnapshot: (policy, snapshot) =>
    mapper.decodeSnapshot({ ...policy, modelVersion: snapshot.modelVersion }, snapshot),
}))

/** Whatever version of its codec wrote a state, the latest reads it. */
export const codecIgnored = decoding((mapper) => ({
  decodeSnapshot: (policy, snapshot) => {
    const decode = (_: number, json: unknown) => policy.state.decode(policy.state.latest, json)
    return mapper.decodeSnapshot({ ...policy, state: { ...policy.state, decode } }, snapshot)
  },
}))

/** Damage goes unseen: the digest is made to fit. */
export const digestIgnored = decoding((mapper) => ({
  decodeSnapshot: (policy, snapshot) =>
    mapper.decodeSnapshot(policy, { ...snapshot, digest: HashChain.sha256(Snapshot.preimage(snapshot)) }),
}))

/** A snapshot that does not open stands in the way. */
export const unknownKeyFatal = decoding((mapper) => ({
  decodeSnapshot: (policy, snapshot) =>
    snapshot.encoding.includes("nobody") ? Effect.die("no such key") : mapper.decodeSnapshot(policy, snapshot),
}))

/** Digests are trusted and links are not looked at: they are made to fit. */
export const linksIgnored = Layer.merge(
  EventMapper.plain,
  Layer.effectContext(
    Effect.map(Layer.build(Layer.fresh(Memory.layer)), (context) => {
      const store = Context.get(context, EventStore)
      const snapshots = Context.get(context, Snapshots)
      return Context.add(context, Snapshots, {
        ...snapshots,
        read: Effect.fnUntraced(function* (stream) {
          const found = yield* snapshots.read(stream)
          const version = Option.match(found, { onNone: () => 0, onSome: (snapshot) => snapshot.version })
          const [event] = yield* store.readStream(stream, { after: version - 1, upTo: version })
          return Option.map(found, (snapshot) => {
            const whole = HashChain.equals(HashChain.sha256(Snapshot.preimage(snapshot)), snapshot.digest)
            if (!whole) return snapshot
            const linked = { ...snapshot, link: event?.link ?? snapshot.link }
            return { ...linked, digest: HashChain.sha256(Snapshot.preimage(linked)) }
          })
        }),
      })
    }),
  ),
)

const seen = (layer: LayerLaws.TransparencySubject["layer"]) => LayerLaws.transparency({ layer })
const snapshots = (layer: LayerLaws.TransparencySubject["layer"]) => LayerLaws.snapshots({ layer })

export const cases: ReadonlyArray<Case> = [
  { law: "L1.1", flaw: "metadata that is lost", suite: seen(metadataLost) },
  { law: "L1.1", flaw: "compression that changes long bodies", suite: seen(foldsRepeats) },
  { law: "L1.1", flaw: "snapshots that come back changed", suite: seen(snapshotsChanged) },

  { law: "SN2", flaw: "a model version that nobody looks at", suite: snapshots(modelIgnored) },
  { law: "SN2", flaw: "a codec version that nobody looks at", suite: snapshots(codecIgnored) },
  { law: "SN2", flaw: "a digest that nobody looks at", suite: snapshots(digestIgnored) },
  { law: "SN2", flaw: "a link that nobody looks at", suite: snapshots(linksIgnored) },
  { law: "SN2", flaw: "an unknown key that is fatal", suite: snapshots(unknownKeyFatal) },
]
