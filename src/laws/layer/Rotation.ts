/**
 * Laws of keys that change (L6): what a key sealed opens as long as the ring has it, what is new is sealed with the
 * active one, and a key that is missing or another is told by its name and the place.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import { getOrElse } from "fp-ts/lib/Option.js"
import * as Encoding from "../../core/event/Encoding.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { Cipher } from "../../core/port/Cipher.ts"
import { Compression } from "../../core/port/Compression.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { Hash } from "../../core/port/Hash.ts"
import type { Keys } from "../../core/port/Keys.ts"
import { Snapshots } from "../../core/port/Snapshots.ts"
import { EventMapper } from "../../core/program/EventMapper.ts"
import * as KeyRing from "../../interpreters/crypto/KeyRing.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { show } from "../Show.ts"
import type { StoreServices } from "../store/World.ts"
import { Jars, SnapshottedJars } from "./Model.ts"
import { type Jarring, type Operation, observe, operation, plainly, repository } from "./Usage.ts"

/**
 * A store, and a cipher that takes its keys from a ring.
 *
 * @example
 * ```ts
 * import { AesGcm } from "everfold/crypto"
 * import { Memory } from "everfold/memory"
 * import { LayerLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 *
 * const subject: LayerLaws.RotationSubject = { store: Memory.layer, cipher: AesGcm.layer }
 * laws(LayerLaws.rotation(subject), { runs: 5 })
 * ```
 * @category model
 * @since 0.1.0
 */
export interface RotationSubject {
  readonly store: Layer.Layer<StoreServices, unknown>
  /** A cipher that seals everything with the active key. */
  readonly cipher: Layer.Layer<Cipher, unknown, Keys>
  /** Another mapper than the library's own. */
  readonly mapper?: Layer.Layer<EventMapper, never, Cipher | Compression | Hash>
  /** How often each law is tried; 25 times, if left out. */
  readonly runs?: number | undefined
}

type KeyName = "k1" | "k2" | "k3"
const keyName = fc.constantFrom<[KeyName, ...Array<KeyName>]>("k1", "k2", "k3")
const initial = KeyRing.generate("k1")
const streams = ["a", "b"].map((id) => ({ category: "Jar", id }))

interface Step {
  readonly operation: Operation
  /** The key that is made active before it. */
  readonly rotate?: KeyName
}

const steps = program<Step>(
  fc.record({ operation, rotate: keyName }, { requiredKeys: ["operation"], noNullPrototype: true }),
  { minLength: 1, maxLength: 10 },
)

/** Runs an effect as a process with these keys does. */
type With = (
  ring: KeyRing.Ring,
) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, unknown, Exclude<R, EventMapper>>

const using =
  ({ cipher, mapper = EventMapper.layer }: RotationSubject): With =>
  (ring) =>
    Effect.provide(
      mapper.pipe(
        Layer.provide(Layer.mergeAll(cipher, Compression.none, Hash.sha256)),
        Layer.provide(KeyRing.layer(ring)),
        Layer.fresh,
      ),
    )

const keyOf = (encoding: string): string | undefined => getOrElse(() => Encoding.json)(Encoding.parse(encoding)).keyId

const recorded = Effect.flatMap(EventStore, (store) =>
  Effect.map(store.readAll({ after: 0, limit: 1000 }), ({ events }) => events),
)

/** Runs a program while keys are rotated; answers what could be seen, the last ring, and the key for each event. */
const rotated = Effect.fnUntraced(function* (steps: ReadonlyArray<Step>, withKeys: With, aggregate: typeof Jars) {
  const repositories = [repository(aggregate, 0), repository(aggregate, 16)] as const
  const seen: Array<unknown> = []
  const expectedKeys: Array<string> = []
  let ring = initial
  for (const { operation, rotate } of steps) {
    if (rotate !== undefined) ring = KeyRing.rotate(ring, rotate)
    const { active } = ring
    seen.push(yield* withKeys(ring)(observe(repositories[operation.by === 0 ? 0 : 1], operation)))
    const { length } = yield* recorded
    while (expectedKeys.length < length) expectedKeys.push(active)
  }
  return { ring, seen, expectedKeys }
})

const rotationLaw = <A>(
  subject: RotationSubject,
  definition: Pick<Law.Definition<A>, "name" | "title" | "equation" | "given"> & {
    readonly holds: (value: A, withKeys: With) => Effect.Effect<void, unknown, StoreServices>
  },
): Law.Law =>
  Law.make({
    ...definition,
    runs: subject.runs ?? 25,
    holds: (value) => Effect.provide(definition.holds(value, using(subject)), Layer.fresh(subject.store)),
  })

const agreeAll = Effect.fnUntraced(function* (
  steps: ReadonlyArray<Step>,
  expected: ReadonlyArray<unknown>,
  actual: ReadonlyArray<unknown>,
) {
  for (const [i, step] of steps.entries()) {
    yield* agree(`the answer to operation ${i + 1}, ${show(step)},`, { expected: expected[i], actual: actual[i] })
  }
})

const rotation = (subject: RotationSubject): Law.Law =>
  rotationLaw(subject, {
    name: "L6.1",
    title: "rotation",
    equation: "keys made active in the middle of a program cannot be seen; what is new is sealed with the active one",
    given: steps,
    holds: Effect.fnUntraced(function* (steps, withKeys) {
      const { seen, expectedKeys } = yield* rotated(steps, withKeys, SnapshottedJars)
      const operations = steps.map(({ operation }) => operation)
      yield* agreeAll(steps, yield* plainly(operations), seen)
      const actual = (yield* recorded).map(({ encoding }) => keyOf(encoding))
      yield* agree("the keys that the events were sealed with", { expected: expectedKeys, actual })
    }),
  })

/** What reading and writing a stream comes to. */
const fate = (jars: Jarring, id: string) =>
  Effect.all({
    load: observe(jars, { _tag: "Load", id, by: 0 }),
    history: observe(jars, { _tag: "History", id, by: 0 }),
    execute: observe(jars, { _tag: "Execute", id, by: 0, command: { _tag: "Put", notes: [] } }),
  })

interface Loss {
  readonly steps: ReadonlyArray<Step>
  readonly lost: KeyName
}

type Damage = "missing" | "replaced"

/** The ring without a key, or with another one under its name; one that seals nothing stored is active. */
const damaged = (ring: KeyRing.Ring, lost: KeyName, damage: Damage): KeyRing.Ring => {
  const { [lost]: _, ...kept } = ring.keys
  const keys = damage === "missing" ? kept : { ...kept, ...KeyRing.generate(lost).keys }
  return KeyRing.rotate({ active: "spare", keys }, "spare")
}

const losing = (
  subject: RotationSubject,
  definition: Pick<Law.Definition<Loss>, "name" | "title" | "equation"> & {
    readonly damage: Damage
  },
): Law.Law =>
  rotationLaw(subject, {
    ...definition,
    given: fc.record({ steps, lost: keyName }),
    holds: Effect.fnUntraced(function* ({ steps, lost }, withKeys) {
      const { ring, expectedKeys } = yield* rotated(steps, withKeys, Jars)
      const events = yield* recorded
      const { damage } = definition
      const _tag = damage === "missing" ? "KeyMissing" : "OpenFailed"
      for (const stream of streams) {
        const whole = yield* withKeys(ring)(fate(repository(Jars, 0), stream.id))
        const first = events.find((event, i) => StreamName.equals(event.stream, stream) && expectedKeys[i] === lost)
        const name = StreamName.format(stream)
        const failure = { _tag, keyId: lost, where: `${name} version ${first?.version}` }
        const expected = first === undefined ? whole : { load: failure, history: failure, execute: failure }
        const actual = yield* withKeys(damaged(ring, lost, damage))(fate(repository(Jars, 0), stream.id))
        yield* agree(`what ${name} comes to with ${lost} ${damage}`, { expected, actual })
        const again = yield* withKeys(ring)(fate(repository(Jars, 0), stream.id))
        yield* agree(`what ${name} comes to once ${lost} is back`, { expected: whole, actual: again })
      }
      yield* agree("how many events there are", { expected: events.length, actual: (yield* recorded).length })
    }),
  })

const missing = (subject: RotationSubject): Law.Law =>
  losing(subject, {
    name: "L6.2",
    title: "a missing key",
    equation:
      "a key taken out of the ring: what it sealed fails with KeyMissing, its name and the place, nothing else does; put back, everything is as it was",
    damage: "missing",
  })

const another = (subject: RotationSubject): Law.Law =>
  losing(subject, {
    name: "L6.3",
    title: "another key of the same name",
    equation: "other bytes under a key's name: what it sealed fails with OpenFailed, its name and the place",
    damage: "replaced",
  })

/** The events of this law are plain, so that only snapshots need keys. */
const snapshots = (subject: RotationSubject): Law.Law =>
  rotationLaw(
    { ...subject, cipher: subject.cipher.pipe(Cipher.only(() => false)) },
    {
      name: "L6.4",
      title: "snapshots without their key",
      equation: "a snapshot whose key is missing or another costs time and changes nothing",
      given: fc.record({ steps, lost: keyName, damage: fc.constantFrom("missing" as const, "replaced" as const) }),
      holds: Effect.fnUntraced(function* ({ steps, lost, damage }, withKeys) {
        const { ring } = yield* rotated(steps, withKeys, SnapshottedJars)
        for (const { id } of streams) {
          const snapshot = yield* (yield* Snapshots).read({ category: "Jar", id })
          const plain = Option.exists(snapshot, ({ encoding }) => keyOf(encoding) === undefined)
          yield* agree(`whether the snapshot of ${id} is plain`, { expected: false, actual: plain })
          const expected = yield* withKeys(ring)(fate(repository(Jars, 0), id))
          const actual = yield* withKeys(damaged(ring, lost, damage))(fate(repository(SnapshottedJars, 0), id))
          yield* agree(`what ${id} comes to with ${lost} ${damage}`, { expected, actual })
        }
      }),
    },
  )

/**
 * @category laws
 * @since 0.1.0
 */
export const rotationLaws = (subject: RotationSubject): ReadonlyArray<Law.Law> => [
  rotation(subject),
  missing(subject),
  another(subject),
  snapshots(subject),
]
