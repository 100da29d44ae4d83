/**
 * The law of ciphers for only some events (L2): what is picked is sealed, what is not can be read without the cipher,
 * snapshots are sealed always, and the choice may change over a store's life.
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
import { EventMapper } from "../../core/program/EventMapper.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import type { StoreServices } from "../store/World.ts"
import { JarEvent, SnapshottedJars } from "./Model.ts"
import { observe, operation, plainly, repository } from "./Usage.ts"

/**
 * A store, and a cipher of which only some events are to be picked.
 *
 * @example
 * ```ts
 * import { Memory } from "everfold/memory"
 * import { AesGcm, KeyRing } from "everfold/crypto"
 * import { LayerLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as Layer from "effect/Layer"
 *
 * const subject: LayerLaws.PickingSubject = {
 *   store: Memory.layer,
 *   cipher: AesGcm.layer.pipe(Layer.provide(KeyRing.layer(KeyRing.generate("2026"))))
 * }
 * laws(LayerLaws.picking(subject), { runs: 5 })
 * ```
 * @category model
 * @since 0.1.0
 */
export interface PickingSubject {
  readonly store: Layer.Layer<StoreServices, unknown>
  /** A cipher that seals events and snapshots. */
  readonly cipher: Layer.Layer<Cipher, unknown>
  /** Another way to seal only some events than the library's own. */
  readonly only?: typeof Cipher.only
  /** How often the law is tried; 25 times, if left out. */
  readonly runs?: number | undefined
}

type Type = JarEvent["_tag"]
const types = fc.subarray<Type>(["Put", "Emptied", "Broken"])

/** From the step on, these types are sealed. */
const steps = program(fc.record({ operation, picked: types }, { requiredKeys: ["operation"], noNullPrototype: true }), {
  minLength: 1,
  maxLength: 10,
})

/** What stands at the beginning of every body, before it is sealed. */
const opening = '{"data":'

/**
 * L2.2
 *
 * @category laws
 * @since 0.1.0
 */
export const picking = ({ store, cipher, only = Cipher.only, runs = 25 }: PickingSubject): Law.Law =>
  Law.make({
    name: "L2.2",
    title: "only some events",
    equation:
      "with Cipher.only(p), an event is sealed if and only if p picks it, a snapshot always; one that is not sealed is read without the cipher; p may change",
    given: fc.record({ picked: types, steps }),
    runs,
    holds: Effect.fnUntraced(
      function* ({ picked: first, steps }) {
        const events = yield* EventStore
        const jars = repository(SnapshottedJars, 0)
        const seen: Array<unknown> = []
        let picked = first
        let recorded = 0
        for (const [i, { operation, picked: next }] of steps.entries()) {
          picked = next ?? picked
          const chosen: ReadonlyArray<string> = picked
          const mapper = EventMapper.layer.pipe(
            Layer.provide(cipher.pipe(only(({ type }) => chosen.includes(type)))),
            Layer.provide([Compression.none, Hash.sha256]),
          )
          seen.push(yield* Effect.provide(observe(jars, operation), mapper))
          const page = yield* events.readAll({ after: recorded, limit: 10 })
          recorded = page.scannedTo
          for (const event of page.events) {
            const what = `after operation ${i + 1}, with ${chosen.join(" and ") || "nothing"} picked, `
            const sealed = !Buffer.from(event.body).includes(opening)
            yield* agree(`${what}whether ${event.type} of version ${event.version} is sealed`, {
              expected: chosen.includes(event.type),
              actual: sealed,
            })
            if (sealed) continue
            const mapper = yield* Effect.provide(EventMapper, EventMapper.plain)
            const read = (yield* mapper.decode(JarEvent, [event])).map(({ event }) => event._tag)
            yield* agree(`${what}what is read without the cipher`, { expected: [event.type], actual: read })
          }
        }
        const expected = yield* plainly(steps.map(({ operation }) => operation))
        yield* agree("what could be seen", { expected, actual: seen })
        for (const id of ["a", "b"]) {
          const snapshot = yield* (yield* Snapshots).read({ category: "Jar", id })
          const plain = Option.exists(snapshot, ({ body }) => Buffer.from(body).includes(opening))
          yield* agree(`whether the snapshot of ${id} is plain`, { expected: false, actual: plain })
        }
      },
      (run) => Effect.provide(run, Layer.fresh(store)),
    ),
  })
