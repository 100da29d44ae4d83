/** Settings that cannot be changed without being seen. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { left } from "fp-ts/lib/Either.js"
import { Cipher } from "../../../src/core/port/Cipher.ts"
import { Compression } from "../../../src/core/port/Compression.ts"
import { OpenFailed } from "../../../src/core/port/Errors.ts"
import { Keys } from "../../../src/core/port/Keys.ts"
import { EventMapper } from "../../../src/core/program/EventMapper.ts"
import * as Repository from "../../../src/core/program/Repository.ts"
import * as Deflate from "../../../src/interpreters/compression/Deflate.ts"
import * as Zstd from "../../../src/interpreters/compression/Zstd.ts"
import * as AesGcm from "../../../src/interpreters/crypto/AesGcm.ts"
import * as KeyRing from "../../../src/interpreters/crypto/KeyRing.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"
import type { Stage } from "../../../src/laws/LayerLaws.ts"
import * as LayerLaws from "../../../src/laws/LayerLaws.ts"
import type { Jars } from "../../../src/laws/layer/Model.ts"
import { first, mapperOf, sealingWith, second } from "../settings.ts"
import type { Case } from "./caught.ts"

/** Reads only what is compressed as it writes. */
const ownKindOnly = (kind: "deflate" | "zstd", compression: Layer.Layer<Compression>) =>
  Layer.effect(
    Compression,
    Effect.map(Compression, ({ compress, decompress }) => ({
      compress,
      decompress: (encoding, bytes) =>
        encoding.compression === undefined || encoding.compression === kind
          ? decompress(encoding, bytes)
          : left(`it is not ${kind}`),
    })),
  ).pipe(Layer.provide(compression))
export const ownCompressionOnly: ReadonlyArray<Stage> = [
  {
    deflate: mapperOf(Cipher.none, ownKindOnly("deflate", Deflate.layer)),
    zstd: mapperOf(Cipher.none, ownKindOnly("zstd", Zstd.layer)),
  },
]

/** Opens with the key that is active, whichever sealed. */
export const activeKeyOnly = Layer.fresh(
  Layer.effect(
    Cipher,
    Effect.gen(function* () {
      const { active, get } = yield* Keys
      const { keyFor, seal, open } = AesGcm.make({ active, get }, () => active)
      return { keyFor, seal, open: (_, sealed, aad) => open(active, sealed, aad) }
    }),
  ),
)
export const opensWithTheActiveKey: ReadonlyArray<Stage> = [
  { first: mapperOf(activeKeyOnly.pipe(Layer.provide(KeyRing.layer(first)))) },
  { second: mapperOf(activeKeyOnly.pipe(Layer.provide(KeyRing.layer(second)))) },
]

/** A key that is made anew with each build. */
export const keysOfTheMoment: ReadonlyArray<Stage> = [
  {
    sealed: mapperOf(
      AesGcm.layer.pipe(Layer.provide(Layer.unwrap(Effect.sync(() => KeyRing.layer(KeyRing.generate("k")))))),
    ),
  },
]

/** Built once, and then the same for every ring. */
export const builtOnce = () => {
  let built: Cipher["Service"] | undefined
  return Layer.fresh(
    Layer.effect(
      Cipher,
      Effect.map(Keys, (keys) => {
        built ??= AesGcm.make(keys, () => keys.active)
        return built
      }),
    ),
  )
}
const once = builtOnce()
Effect.runSync(Effect.asVoid(Cipher).pipe(Effect.provide(once.pipe(Layer.provide(KeyRing.layer(first))))))
export const builtOnceForAll: ReadonlyArray<Stage> = [
  { first: mapperOf(once.pipe(Layer.provide(KeyRing.layer(first)))) },
  { second: mapperOf(once.pipe(Layer.provide(KeyRing.layer(second)))), other: mapperOf(sealingWith(second)) },
]

const changed = (mapper: Stage[string], change: (mapper: EventMapper["Service"]) => Partial<EventMapper["Service"]>) =>
  Layer.effect(
    EventMapper,
    Effect.map(EventMapper, (mapper) => ({ ...mapper, ...change(mapper) })),
  ).pipe(Layer.provide(mapper))

/** Refuses what was recorded before there was a cipher. */
export const refusesThePlain: ReadonlyArray<Stage> = [
  { plain: EventMapper.plain },
  {
    sealed: changed(mapperOf(sealingWith(first)), ({ decode }) => ({
      decode: (codec, events) =>
        events.some(({ encoding }) => !encoding.includes("aes256gcm"))
          ? Effect.fail(new OpenFailed({ keyId: "", where: "a plain body" }))
          : decode(codec, events),
    })),
  },
]

/** A snapshot that does not open fails the load. */
export const snapshotsMustOpen: ReadonlyArray<Stage> = [
  { first: mapperOf(sealingWith(first).pipe(Cipher.only(() => false))) },
  {
    plain: changed(EventMapper.plain, ({ decodeSnapshot }) => ({
      decodeSnapshot: (policy, snapshot) =>
        snapshot.encoding.includes("aes256gcm") ? Effect.die("sealed") : decodeSnapshot(policy, snapshot),
    })),
  },
]

/** Writes of a trace that it goes on. */
export const tracesInMetadata: ReadonlyArray<Stage> = [
  {
    traced: changed(EventMapper.plain, ({ encode }) => ({
      encode: (codec, stream, drafts) =>
        Effect.flatMap(Effect.option(Effect.currentSpan), (span) =>
          encode(
            codec,
            stream,
            span._tag === "None"
              ? drafts
              : drafts.map(({ origin, ...draft }) => ({
                  ...draft,
                  origin: { ...origin, metadata: { ...origin.metadata, trace: span.value.traceId } },
                })),
          ),
        ),
    })),
  },
]

/** Where there is a cache, it answers. */
export const answersFromTheCache = (aggregate: typeof Jars, cache: number) => {
  const jars = Repository.make(aggregate, { cache })
  const answers = new Map<string, Effect.Success<ReturnType<typeof jars.load>>>()
  const load: typeof jars.load = (id, asOf) => {
    const known = answers.get(id)
    if (known !== undefined && asOf === undefined) return Effect.succeed(known)
    return Effect.tap(jars.load(id, asOf), (loaded) =>
      Effect.sync(() => cache > 0 && asOf === undefined && answers.set(id, loaded)),
    )
  }
  return { ...jars, load }
}

const changing = (life: ReadonlyArray<Stage>) => LayerLaws.changing({ store: Memory.layer, life })
const plainly: ReadonlyArray<Stage> = [{ plain: EventMapper.plain }]

export const cases: ReadonlyArray<Case> = [
  { law: "L1.2", flaw: "compression that reads only its own kind", suite: changing(ownCompressionOnly) },
  { law: "L1.2", flaw: "a cipher that opens only with the active key", suite: changing(opensWithTheActiveKey) },
  { law: "L1.2", flaw: "a key that is made anew with each build", suite: changing(keysOfTheMoment) },
  { law: "L1.2", flaw: "a cipher built once for all settings", suite: changing(builtOnceForAll) },
  { law: "L1.2", flaw: "a mapper that refuses what is plain", suite: changing(refusesThePlain) },
  { law: "L1.2", flaw: "snapshots that must open", suite: changing(snapshotsMustOpen) },
  { law: "L1.2", flaw: "traces in metadata", suite: changing(tracesInMetadata) },
  {
    law: "L1.2",
    flaw: "a cache that answers",
    suite: LayerLaws.changing({ store: Memory.layer, life: plainly, repository: answersFromTheCache }),
  },
]
