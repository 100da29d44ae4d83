/** Layers that can be seen from outside. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { right } from "fp-ts/lib/Either.js"
import { Cipher } from "../../../src/core/port/Cipher.ts"
import { Compression, decompress } from "../../../src/core/port/Compression.ts"
import { Hash } from "../../../src/core/port/Hash.ts"
import { EventMapper } from "../../../src/core/program/EventMapper.ts"
import * as Memory from "../../../src/interpreters/memory/Memory.ts"

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
