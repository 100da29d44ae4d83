/**
 * The law that no plain snapshot is believed where snapshots are sealed (L2): a chain leads through every event, and
 * through no snapshot, so whoever can write the store could have made it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { Compression } from "../../core/port/Compression.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import { Hash } from "../../core/port/Hash.ts"
import { Snapshots } from "../../core/port/Snapshots.ts"
import { EventMapper } from "../../core/program/EventMapper.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { command, Jars, SnapshottedJars } from "./Model.ts"
import { observe, repository } from "./Usage.ts"
import type { WiringSubject } from "./Wiring.ts"

const stream = { category: "Jar", id: "a" }

/**
 * L2.3
 *
 * @category laws
 * @since 0.1.0
 */
export const forging = ({ store, cipher, mapper = EventMapper.layer, runs = 10 }: WiringSubject): Law.Law =>
  Law.make({
    name: "L2.3",
    title: "no plain snapshot is believed",
    equation: "a snapshot that anybody could have written, in place of the sealed one, changes nothing",
    given: fc.record({
      commands: program(command, { minLength: 1, maxLength: 6 }),
      forged: fc.record({ notes: fc.array(fc.string({ maxLength: 3 })), weight: fc.nat(99), broken: fc.boolean() }),
    }),
    runs,
    holds: Effect.fnUntraced(
      function* ({ commands, forged }) {
        const jars = repository(SnapshottedJars, 0)
        for (const command of commands) yield* observe(jars, { _tag: "Execute", id: "a", by: 0, command })
        const last = (yield* (yield* EventStore).readStream(stream)).at(-1)
        const policy = SnapshottedJars.snapshot
        if (last === undefined || policy === undefined) return
        const forger = yield* Effect.provide(EventMapper, EventMapper.plain)
        const snapshot = yield* forger.encodeSnapshot(policy, { ...last, stream }, forged)
        const load = { _tag: "Load", id: "a", by: 0 } as const
        const expected = yield* observe(repository(Jars, 0), load)
        yield* (yield* Snapshots).write(snapshot)
        const actual = yield* observe(repository(SnapshottedJars, 0), load)
        yield* agree("what is loaded with the snapshot", { expected, actual })
      },
      Effect.provide(mapper.pipe(Layer.provide(Layer.mergeAll(cipher, Compression.none, Hash.sha256)))),
      (run) => Effect.provide(run, Layer.fresh(store)),
    ),
  })
