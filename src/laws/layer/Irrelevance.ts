/**
 * The law that a snapshot is irrelevant (SN2): whatever lies in its place, and whatever becomes of whoever reads it, a
 * program over a repository comes to the same.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import type { SnapshotPolicy } from "../../core/event/Aggregate.ts"
import type { StoredSnapshot } from "../../core/event/Snapshot.ts"
import type { StreamName } from "../../core/event/StreamName.ts"
import { Cipher } from "../../core/port/Cipher.ts"
import { Compression } from "../../core/port/Compression.ts"
import { StoreUnavailable } from "../../core/port/Errors.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { Hash } from "../../core/port/Hash.ts"
import { Snapshots } from "../../core/port/Snapshots.ts"
import { EventMapper } from "../../core/program/EventMapper.ts"
import * as Repository from "../../core/program/Repository.ts"
import * as Memory from "../../interpreters/memory/Memory.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { show } from "../Show.ts"
import { command, type Jar, type JarCommand, Jars, SnapshottedJars } from "./Model.ts"
import type { TransparencySubject } from "./Transparency.ts"
import { type Operation, operation, outcome } from "./Usage.ts"

/** What is wrong with the snapshot, or with the port to it. */
const misfortunes = [
  "stale",
  "damaged",
  "of another stream",
  "of another stream, under this one's name",
  "of another history",
  "of the future",
  "of another model",
  "of another codec",
  "sealed with an unknown key",
] as const
const mishaps = ["fails", "dies", "throws", "is slow"] as const
type Misfortune = (typeof misfortunes)[number]
type Mishap = (typeof mishaps)[number]

/** A byte of a snapshot, or a number of it, that is not what it was. */
interface Damage {
  readonly field: "body" | "digest" | "link" | "encoding" | "version" | "codecVersion" | "modelVersion"
  readonly at: number
  readonly by: number
}

const damage: fc.Arbitrary<Damage> = fc.record({
  field: fc.constantFrom("body", "body", "digest", "link", "encoding", "version", "codecVersion", "modelVersion"),
  at: fc.nat(200),
  by: fc.integer({ min: 1, max: 255 }),
})

const changed = (bytes: Uint8Array, { at, by }: Damage): Uint8Array =>
  bytes.map((byte, i) => (i === at % bytes.length ? byte ^ by : byte))

const damaged = (snapshot: StoredSnapshot, damage: Damage): StoredSnapshot => {
  const { field, at, by } = damage
  switch (field) {
    case "body":
    case "digest":
    case "link":
      return { ...snapshot, [field]: changed(snapshot[field], damage) }
    case "encoding":
      return { ...snapshot, encoding: Buffer.from(changed(Buffer.from(snapshot.encoding), damage)).toString("latin1") }
    case "version":
    case "codecVersion":
    case "modelVersion":
      return { ...snapshot, [field]: at % 2 === 0 ? snapshot[field] + by : snapshot[field] - by }
  }
}

const jar: StreamName = { category: "Jar", id: "a" }
/** A state that no history leads to: wherever it is trusted, it shows. */
const poison: Jar = { notes: ["poison"], weight: -1, broken: false }

/** A key that nobody has. */
const strangers = Layer.fresh(EventMapper.layer).pipe(
  Layer.provide([
    Layer.succeed(Cipher, {
      keyFor: () => "nobody",
      seal: (_, plaintext) => Effect.succeed(plaintext),
      open: (_, sealed) => Effect.succeed(sealed),
    }),
    Compression.none,
    Hash.sha256,
  ]),
)

const fill = (commands: ReadonlyArray<JarCommand>) =>
  Effect.suspend(() => {
    const jars = Repository.make(Jars)
    return Effect.forEach(commands, (command) => Effect.ignore(jars.execute("a", command)), { discard: true })
  })

interface Given {
  readonly history: ReadonlyArray<JarCommand>
  readonly misfortune: Misfortune
  readonly version: number
  readonly damage: Damage
}

/** The snapshot to find; none where the history has no event. */
const unfortunate = Effect.fnUntraced(function* (
  layer: TransparencySubject["layer"],
  policy: SnapshotPolicy<Jar>,
  { history, misfortune, version, damage }: Given,
) {
  const store = yield* EventStore
  const mapper = yield* EventMapper
  const events = yield* store.readStream(jar)
  const event = events[version % Math.max(1, events.length)]
  if (event === undefined) return undefined
  const taken = { stream: jar, version: event.version, link: event.link }
  const right = stateAt(event.version)
  switch (misfortune) {
    case "stale":
      return yield* mapper.encodeSnapshot(policy, taken, yield* right)
    case "damaged":
      return damaged(yield* mapper.encodeSnapshot(policy, taken, yield* right), damage)
    case "of another stream":
    case "of another stream, under this one's name": {
      const stream = { ...jar, id: "b" }
      const found = yield* mapper.encodeSnapshot(policy, { ...taken, stream }, poison)
      return misfortune === "of another stream" ? found : { ...found, stream: jar }
    }
    case "of another history": {
      const link = yield* linkElsewhere(history, event.version).pipe(Effect.provide(Layer.fresh(layer)))
      return yield* mapper.encodeSnapshot(policy, { ...taken, link }, poison)
    }
    case "of the future":
      return yield* mapper.encodeSnapshot(policy, { ...taken, version: events.length + damage.by }, poison)
    case "of another model":
      return yield* mapper.encodeSnapshot({ ...policy, modelVersion: policy.modelVersion + damage.by }, taken, poison)
    case "of another codec": {
      const latest = damage.at % 2 === 0 ? policy.state.latest + damage.by : policy.state.latest - damage.by
      return yield* mapper.encodeSnapshot({ ...policy, state: { ...policy.state, latest } }, taken, poison)
    }
    case "sealed with an unknown key":
      return yield* Effect.provide(
        EventMapper.use((stranger) => stranger.encodeSnapshot(policy, taken, poison)),
        strangers,
      )
  }
})

/** The state that a snapshot should hold, also where it is terminal. */
const stateAt = (version: number) =>
  Effect.map(
    Repository.make({ ...Jars, decider: { ...Jars.decider, isTerminal: () => false } }).load("a", { version }),
    (found) => Option.match(found, { onNone: () => poison, onSome: ({ state }) => state }),
  )

/** The link at a version of the same commands, recorded elsewhere under other event ids. */
const linkElsewhere = Effect.fnUntraced(function* (history: ReadonlyArray<JarCommand>, version: number) {
  yield* fill(history)
  const events = yield* (yield* EventStore).readStream(jar)
  return events[version - 1]?.link ?? new Uint8Array(32)
})

const cause = new Error("snapshots are not what they were")

/** Finds this snapshot, whatever is written; or meets with a mishap. */
const finding = (good: Snapshots["Service"], mishap: Mishap | undefined): Snapshots["Service"] => {
  switch (mishap) {
    case undefined:
      return good
    case "fails": {
      const fails = Effect.fail(new StoreUnavailable({ what: "a snapshot", retryable: true, cause }))
      return { read: () => fails, write: () => fails }
    }
    case "dies":
      return { read: () => Effect.die(cause), write: () => Effect.die(cause) }
    case "throws": {
      const throws = (): never => {
        throw cause
      }
      return { read: throws, write: throws }
    }
    case "is slow":
      return {
        read: (stream) => Effect.andThen(Effect.sleep(1), good.read(stream)),
        write: (snapshot) => Effect.andThen(Effect.sleep(1), good.write(snapshot)),
      }
  }
}

const outcomes = (
  aggregate: typeof Jars,
  cache: number,
  operations: ReadonlyArray<Operation>,
  plant: Effect.Effect<void, unknown>,
) =>
  Effect.suspend(() => {
    const jars = Repository.make(aggregate, { cache })
    return Effect.forEach(operations, (operation) => Effect.andThen(plant, outcome(jars, operation)))
  })

/**
 * SN2
 *
 * @category laws
 * @since 0.1.0
 */
export const irrelevance = ({ layer, runs = 100 }: TransparencySubject): Law.Law =>
  Law.make({
    name: "SN2",
    title: "a snapshot is irrelevant",
    equation:
      "stale, damaged in any byte, foreign, future, of another model or codec, under an unknown key, its port failing: the same results as with none",
    given: fc.record({
      history: program(command, { minLength: 1, maxLength: 8 }),
      misfortune: fc.constantFrom(...misfortunes),
      mishap: fc.option(fc.constantFrom(...mishaps), { nil: undefined, freq: 3 }),
      version: fc.nat(20),
      damage,
      cache: fc.constantFrom(0, 16),
      operations: program(operation, { minLength: 1, maxLength: 5 }),
    }),
    runs,
    holds: Effect.fnUntraced(function* ({ operations, cache, mishap, ...given }) {
      const expected = yield* Effect.andThen(fill(given.history), outcomes(Jars, 0, operations, Effect.void)).pipe(
        Effect.provide(Layer.fresh(Layer.mergeAll(Memory.layer, EventMapper.plain))),
      )
      const policy = SnapshottedJars.snapshot
      if (policy === undefined) return
      const actual = yield* Effect.gen(function* () {
        yield* fill(given.history)
        const snapshots = yield* Snapshots
        const snapshot = yield* unfortunate(layer, policy, given)
        const plant = snapshot === undefined ? Effect.void : snapshots.write(snapshot)
        return yield* Effect.provideService(
          outcomes(SnapshottedJars, cache, operations, plant),
          Snapshots,
          finding(snapshots, mishap),
        )
      }).pipe(Effect.provide(Layer.fresh(layer)))
      for (const [i, operation] of operations.entries()) {
        const port = mishap === undefined ? "" : ` through a port that ${mishap}`
        yield* agree(`with a snapshot that is ${given.misfortune}${port}, the answer to ${show(operation)},`, {
          expected: expected[i],
          actual: actual[i],
        })
      }
    }),
  })
