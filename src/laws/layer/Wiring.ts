/**
 * The law that no plaintext is stored by accident (L2): whichever way the layers are put together, with a cipher among
 * them what is stored is sealed.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { Cipher } from "../../core/port/Cipher.ts"
import { Compression } from "../../core/port/Compression.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { Hash } from "../../core/port/Hash.ts"
import { Snapshots } from "../../core/port/Snapshots.ts"
import * as CommandContext from "../../core/program/CommandContext.ts"
import { EventMapper } from "../../core/program/EventMapper.ts"
import * as Repository from "../../core/program/Repository.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import type { StoreServices } from "../store/World.ts"
import { SnapshottedJars } from "./Model.ts"

/**
 * A store and a cipher, to be put together in every way.
 *
 * @example
 * ```ts
 * import { AesGcm, KeyRing } from "everfold/crypto"
 * import { type LayerLaws } from "everfold/laws"
 * import { Memory } from "everfold/memory"
 * import * as Layer from "effect/Layer"
 *
 * const subject: LayerLaws.WiringSubject = {
 *   store: Memory.layer,
 *   cipher: AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("2026"))))
 * }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface WiringSubject {
  readonly store: Layer.Layer<StoreServices, unknown>
  /** A cipher that seals events and snapshots. */
  readonly cipher: Layer.Layer<Cipher, unknown>
  /** Other bytes that the store keeps, its files for example, to look into as well. */
  readonly files?: Effect.Effect<ReadonlyArray<Uint8Array>, unknown, EventStore>
  /** Another mapper than the library's own. */
  readonly mapper?: Layer.Layer<EventMapper, never, Cipher | Compression | Hash>
  /** How often each way is tried; 10 times, if left out. */
  readonly runs?: number | undefined
}

type Wired = Layer.Layer<EventStore | Snapshots | EventMapper, unknown>

const plain = Layer.mergeAll(Compression.none, Hash.sha256)

type Mapper = NonNullable<WiringSubject["mapper"]>
type Wire = (store: WiringSubject["store"], cipher: WiringSubject["cipher"], mapper: Mapper) => Wired

/** Every way that comes to mind; that each of them type-checks is part of the law. */
const wirings: { readonly [way: string]: Wire } = {
  "the mapper merged with the store": (store, cipher, mapper) =>
    Layer.mergeAll(store, mapper.pipe(Layer.provide([cipher, plain]))),
  "the store built before the cipher": (store, cipher, mapper) =>
    mapper.pipe(Layer.provide(cipher), Layer.provide(plain), Layer.provideMerge(store)),
  "the store built after the cipher": (store, cipher, mapper) =>
    store.pipe(Layer.provideMerge(mapper), Layer.provide(cipher), Layer.provide(plain)),
  "everything merged under the mapper": (store, cipher, mapper) =>
    mapper.pipe(Layer.provideMerge(Layer.mergeAll(store, cipher, plain))),
  "the store given the cipher too": (store, cipher, mapper) =>
    Layer.mergeAll(store, mapper).pipe(Layer.provide(Layer.mergeAll(cipher, plain))),
  "a plain mapper built before it for another part": (store, cipher, mapper) =>
    Layer.mergeAll(store, mapper.pipe(Layer.provide([cipher, plain]))).pipe(
      Layer.provide(Layer.effectDiscard(EventMapper).pipe(Layer.provide(mapper), Layer.provide([Cipher.none, plain]))),
    ),
}

const canary = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("hex"))

/** The snapshot is taken in the background. */
const snapshotted = Effect.gen(function* () {
  const snapshots = yield* Snapshots
  for (let tries = 0; tries < 200; tries++) {
    const found = yield* snapshots.read({ category: "Jar", id: "a" })
    if (Option.isSome(found)) return found.value
    yield* tries < 20 ? Effect.yieldNow : Effect.sleep(5)
  }
  return undefined
})

interface Canaries {
  readonly payload: string
  readonly metadata: string
}

const shown = ({ payload, metadata }: Canaries, bytes: Uint8Array) => {
  const text = Buffer.from(bytes)
  return { payload: text.includes(payload), metadata: text.includes(metadata) }
}

const look = Effect.fnUntraced(function* (way: string, canaries: Canaries, files: WiringSubject["files"]) {
  const jars = Repository.make(SnapshottedJars)
  const putting = jars.execute("a", { _tag: "Put", notes: [canaries.payload, "milk"] })
  yield* putting.pipe(CommandContext.annotate({ who: canaries.metadata }))
  const { events } = yield* (yield* EventStore).readAll({ after: 0, limit: 10 })
  const snapshot = yield* snapshotted
  yield* agree(`with ${way}, what is stored`, {
    expected: { events: 2, snapshot: true },
    actual: { events: events.length, snapshot: snapshot !== undefined },
  })
  const kept: ReadonlyArray<readonly [string, Uint8Array]> = [
    ...events.map((event): readonly [string, Uint8Array] => [`the body of version ${event.version}`, event.body]),
    ["the body of the snapshot", snapshot?.body ?? new Uint8Array(0)],
    ["what is stored beside the bodies", Buffer.from(JSON.stringify([events, snapshot]))],
    ...(files === undefined ? [] : yield* files).map((bytes): readonly [string, Uint8Array] => ["a file", bytes]),
  ]
  for (const [where, bytes] of kept) {
    yield* agree(`with ${way}, whether ${where} shows the canaries`, {
      expected: { payload: false, metadata: false },
      actual: shown(canaries, bytes),
    })
  }
})

/**
 * L2
 *
 * @category laws
 * @since 0.1.0
 */
export const wiring = ({ store, cipher, files, mapper = EventMapper.layer, runs = 10 }: WiringSubject): Law.Law =>
  Law.make({
    name: "L2",
    title: "no plaintext by accident",
    equation:
      "every way of wiring that type-checks with a cipher seals: a canary in payload or metadata is nowhere in what is stored",
    given: fc.record({ payload: canary, metadata: canary }),
    runs,
    holds: Effect.fnUntraced(function* (canaries) {
      for (const [way, wire] of Object.entries(wirings)) {
        yield* Effect.provide(look(way, canaries, files), Layer.fresh(wire(store, cipher, mapper)))
      }
    }),
  })
