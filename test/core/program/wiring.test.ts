/** Law L2: every way of wiring that type-checks with a cipher seals, with the key that it was given. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "vitest"
import { Compression, EventMapper, EventStore, Hash, Repository } from "../../../src/core/index.ts"
import { AesGcm, KeyRing } from "../../../src/interpreters/crypto/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"
import { Accounts, open } from "./support.ts"

const sealedWith = (keyId: string) =>
  EventMapper.layer.pipe(
    Layer.provide([
      AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate(keyId))), Layer.orDie),
      Compression.none,
      Hash.sha256,
    ]),
  )

/** The encoding that a command's event is stored in. */
const recorded = (id: string) =>
  Effect.gen(function* () {
    yield* Repository.make(Accounts).execute(id, open("canary"))
    const store = yield* EventStore
    const [event] = yield* store.readStream({ category: "Account", id })
    return event?.encoding
  })

class Other extends Context.Service<Other, { readonly encoding: string | undefined }>()("test/Other") {
  static readonly layer = (id: string) =>
    Layer.effect(
      Other,
      Effect.map(recorded(id), (encoding) => ({ encoding })),
    )
}

describe("a mapper with a cipher", () => {
  it("seals where it is provided beside the store, before it or after it", async () => {
    const encodings = await Promise.all([
      Effect.runPromise(recorded("a").pipe(Effect.provide(Layer.mergeAll(Memory.layer, sealedWith("k"))))),
      Effect.runPromise(recorded("a").pipe(Effect.provide(Memory.layer), Effect.provide(sealedWith("k")))),
      Effect.runPromise(recorded("a").pipe(Effect.provide(sealedWith("k")), Effect.provide(Memory.layer))),
      Effect.runPromise(recorded("a").pipe(Effect.provide(Layer.provideMerge(sealedWith("k"), Memory.layer)))),
    ])
    expect(encodings).toEqual(Array.from({ length: 4 }, () => "json+aes256gcm:k"))
  })

  it("seals also inside a program that has a plain mapper", async () => {
    const encoding = await Effect.runPromise(
      recorded("a").pipe(
        Effect.provide(sealedWith("k")),
        Effect.provide(Layer.mergeAll(Memory.layer, EventMapper.plain)),
      ),
    )
    expect(encoding).toBe("json+aes256gcm:k")
  })

  it("seals with its own key beside one with another key", async () => {
    const both = Layer.mergeAll(
      Other.layer("a").pipe(Layer.provide(sealedWith("k"))),
      Layer.effectDiscard(Effect.void).pipe(Layer.provide(EventMapper.plain)),
    )
    const encodings = await Effect.runPromise(
      Effect.gen(function* () {
        const { encoding } = yield* Other
        return [encoding, yield* recorded("b")]
      }).pipe(Effect.provide(both), Effect.provide(sealedWith("l")), Effect.provide(Memory.layer)),
    )
    expect(encodings).toEqual(["json+aes256gcm:k", "json+aes256gcm:l"])
  })

  it("seals in one graph of layers that also has a plain mapper", async () => {
    const graph = Layer.mergeAll(
      Layer.effectDiscard(Effect.asVoid(recorded("plain"))).pipe(Layer.provide(EventMapper.plain)),
      Other.layer("sealed").pipe(Layer.provide(sealedWith("k"))),
    )
    const encoding = await Effect.runPromise(
      Effect.map(Other, ({ encoding }) => encoding).pipe(Effect.provide(graph.pipe(Layer.provide(Memory.layer)))),
    )
    expect(encoding).toBe("json+aes256gcm:k")
  })
})
