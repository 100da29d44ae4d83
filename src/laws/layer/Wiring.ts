/**
 * The law that no plaintext is stored by accident (L2): whichever way the layers are put together, with a cipher among
 * them what is stored is sealed.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { Cipher } from "../../core/port/Cipher.ts"
import { Compression } from "../../core/port/Compression.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { Hash } from "../../core/port/Hash.ts"
import { Snapshots } from "../../core/port/Snapshots.ts"
import * as CommandContext from "../../core/program/CommandContext.ts"
import { EventMapper } from "../../core/program/EventMapper.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import type { StoreServices } from "../store/World.ts"
import { SnapshottedJars } from "./Model.ts"
import { type Jarring, repository } from "./Usage.ts"

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

/** Part of a program that has no cipher, and says so. */
const elsewhere = (mapper: Mapper) => mapper.pipe(Layer.provide([Cipher.none, plain]))

/** It is used before the part that has one. */
const used = Layer.effectDiscard(
  Effect.suspend(() => repository(SnapshottedJars, 0).execute("elsewhere", { _tag: "Put", notes: ["milk"] })),
)

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
      Layer.provide(Layer.effectDiscard(EventMapper).pipe(Layer.provide(elsewhere(mapper)))),
    ),
  "a plain mapper merged before it": (store, cipher, mapper) =>
    Layer.mergeAll(store, elsewhere(mapper), mapper.pipe(Layer.provide([cipher, plain]))),
  "a plain mapper under it": (store, cipher, mapper) =>
    mapper.pipe(Layer.provide([cipher, plain]), Layer.provideMerge(elsewhere(mapper)), Layer.provideMerge(store)),
  "a second store that has a plain mapper": (store, cipher, mapper) =>
    used.pipe(
      Layer.provide(Layer.mergeAll(Layer.fresh(store), elsewhere(mapper))),
      Layer.provideMerge(Layer.mergeAll(store, mapper.pipe(Layer.provide([cipher, plain])))),
    ),
  "the cipher provided twice": (store, cipher, mapper) =>
    Layer.mergeAll(store, mapper.pipe(Layer.provide(plain), Layer.provide(cipher), Layer.provide(cipher))),
  "another cipher merged with it": (store, cipher, mapper) =>
    Layer.mergeAll(store, mapper.pipe(Layer.provide(Layer.mergeAll(plain, cipher, Layer.fresh(cipher))))),
  "no cipher behind it": (store, cipher, mapper) =>
    Layer.mergeAll(store, mapper.pipe(Layer.provide(plain), Layer.provide(cipher), Layer.provide(Cipher.none))),
  "no cipher merged before it": (store, cipher, mapper) =>
    Layer.mergeAll(store, mapper.pipe(Layer.provide(Layer.mergeAll(plain, Cipher.none, cipher)))),
  "every layer built anew": (store, cipher, mapper) =>
    Layer.fresh(
      Layer.mergeAll(
        Layer.fresh(store),
        Layer.fresh(mapper).pipe(Layer.provide([Layer.fresh(cipher), Layer.fresh(plain)])),
      ),
    ),
  "layers that are chosen when they are built": (store, cipher, mapper) =>
    Layer.unwrap(
      Effect.sync(() => Layer.mergeAll(store, mapper.pipe(Layer.provide([Layer.suspend(() => cipher), plain])))),
    ),
  "a cipher for every event": (store, cipher, mapper) =>
    Layer.mergeAll(store, mapper.pipe(Layer.provide([cipher.pipe(Cipher.only(() => true)), plain]))),
  "a cipher for these events only": (store, cipher, mapper) =>
    Layer.mergeAll(store, mapper.pipe(Layer.provide([cipher.pipe(Cipher.only(({ type }) => type === "Put")), plain]))),
}

/** Ways of running a program with layers. */
const runs = {
  provided: (wired, program) => Effect.provide(program, Layer.fresh(wired)),
  "a managed runtime": (wired, program) =>
    Effect.acquireUseRelease(
      Effect.sync(() => ManagedRuntime.make(wired)),
      (runtime) => Effect.flatten(Effect.promise(() => runtime.runPromiseExit(program))),
      (runtime) => runtime.disposeEffect,
    ),
} satisfies {
  readonly [way: string]: (
    wired: Wired,
    program: Effect.Effect<void, unknown, EventStore | Snapshots | EventMapper>,
  ) => Effect.Effect<void, unknown>
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

const look = Effect.fnUntraced(function* (
  jars: Jarring,
  way: string,
  canaries: Canaries,
  files: WiringSubject["files"],
) {
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
 * L2.1
 *
 * @category laws
 * @since 0.1.0
 */
export const wiring = ({
  store,
  cipher,
  files,
  mapper = EventMapper.layer,
  runs: times = 10,
}: WiringSubject): Law.Law =>
  Law.make({
    name: "L2.1",
    title: "no plaintext by accident",
    equation:
      "every way of wiring that type-checks with a cipher seals: a canary in payload or metadata is nowhere in what is stored",
    given: fc.record({
      payload: canary,
      metadata: canary,
      run: fc.constantFrom("provided" as const, "a managed runtime" as const),
    }),
    runs: times,
    holds: Effect.fnUntraced(function* ({ run, ...canaries }) {
      // One for all: what it knows of one way must not show in another.
      const jars = repository(SnapshottedJars, 16)
      for (const [way, wire] of Object.entries(wirings)) {
        yield* runs[run](wire(store, cipher, mapper), look(jars, `${way}, ${run}`, canaries, files))
      }
    }),
  })
