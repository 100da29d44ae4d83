/**
 * The law that settings may change over a store's life and cannot be seen (L1): one program over one store, while each
 * operation has its own mapper, cache and snapshots, its own way of being provided, traced or not.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import * as fc from "fast-check"
import type { EventStore } from "../../core/port/EventStore.ts"
import type { Snapshots } from "../../core/port/Snapshots.ts"
import type { EventMapper } from "../../core/program/EventMapper.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree, Traced } from "../Difference.ts"
import * as Law from "../Law.ts"
import { show } from "../Show.ts"
import { Jars, SnapshottedJars } from "./Model.ts"
import { type Jarring, type Operation, observe, operation, plainly, repository } from "./Usage.ts"

/**
 * Mappers that are used in turn, by name.
 *
 * @example
 * ```ts
 * import { Cipher, Compression, EventMapper, Hash } from "everfold"
 * import { Zstd } from "everfold/compression"
 * import { Memory } from "everfold/memory"
 * import { LayerLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import * as Layer from "effect/Layer"
 *
 * const packed = EventMapper.layer.pipe(Layer.provide([Cipher.none, Zstd.layer, Hash.sha256]))
 * const stage: LayerLaws.Stage = { plain: EventMapper.plain, packed }
 * const subject: LayerLaws.ChangingSubject = { store: Memory.layer, life: [stage] }
 *
 * laws(LayerLaws.changing(subject), { runs: 5 })
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Stage {
  readonly [setting: string]: Layer.Layer<EventMapper, unknown>
}

/**
 * A store, and what its settings are over its life.
 *
 * @category model
 * @since 0.1.0
 */
export interface ChangingSubject {
  readonly store: Layer.Layer<EventStore | Snapshots, unknown>
  /**
   * The stages of a store's life. Any mapper reads what those of its own stage and of the stages before wrote: a cipher
   * comes after none, a new key after the ring that has it not.
   */
  readonly life: ReadonlyArray<Stage>
  /** Another repository than the library's own. */
  readonly repository?: (aggregate: typeof Jars, cache: number) => Jarring
  /** How often the law is tried; 50 times, if left out. */
  readonly runs?: number | undefined
}

type Ports = EventStore | Snapshots
type Mapper = Layer.Layer<EventMapper, unknown>
type Observation = Effect.Effect<unknown, never, Ports | EventMapper>
type Provide = (observation: Observation) => Effect.Effect<unknown, unknown>
type Wire = (mapper: Mapper, store: Context.Context<Ports>) => Effect.Effect<Provide, unknown, Scope.Scope>

const levels = {
  "to the call": (mapper, store) =>
    Effect.succeed((observation) => observation.pipe(Effect.provide(mapper), Effect.provideContext(store))),
  "to the program": (mapper, store) =>
    Effect.map(Layer.build(mapper), (built) => Effect.provideContext(Context.merge(store, built))),
  "by a managed runtime": (mapper, store) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => ManagedRuntime.make(Layer.merge(Layer.succeedContext(store), mapper))),
        (runtime) => runtime.disposeEffect,
      ),
      (runtime) => (observation) => Effect.promise(() => runtime.runPromise(observation)),
    ),
  "merged with the store": (mapper, store) =>
    Effect.succeed(Effect.provide(Layer.mergeAll(mapper, Layer.succeedContext(store)))),
  "over the store": (mapper, store) =>
    Effect.succeed(Effect.provide(mapper.pipe(Layer.provideMerge(Layer.succeedContext(store))))),
} satisfies { readonly [level: string]: Wire }

type Level = keyof typeof levels

interface Step {
  readonly operation: Operation
  /** Whether the store's next stage begins with it. */
  readonly later: boolean
  /** Counts into the mappers of the stage. */
  readonly setting: number
  readonly level: Level
  readonly states: "plain" | "snapshotted"
  readonly cache: 0 | 1 | 16
  readonly traced: boolean
}

const step: fc.Arbitrary<Step> = fc.record({
  operation,
  later: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  setting: fc.nat(11),
  level: fc.constantFrom<[Level, ...Array<Level>]>(
    "to the call",
    "to the program",
    "by a managed runtime",
    "merged with the store",
    "over the store",
  ),
  states: fc.constantFrom("plain" as const, "snapshotted" as const),
  cache: fc.constantFrom(0 as const, 1 as const, 16 as const),
  traced: fc.boolean(),
})

const recorder = Tracer.make({ span: (options) => new Tracer.NativeSpan(options) })

const recorded = (observation: Observation): Observation =>
  observation.pipe(Effect.withSpan("operation"), Effect.provideService(Tracer.Tracer, recorder))

/** Values that are made once for each name. */
const kept = <A>() => {
  const made = new Map<string, A>()
  return <E, R>(name: string, make: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const known = made.get(name)
    if (known !== undefined) return Effect.succeed(known)
    return Effect.tap(make, (value) => Effect.sync(() => made.set(name, value)))
  }
}

const settingOf = (stage: Stage | undefined, { setting }: Step): readonly [string, Mapper] => {
  const settings = Object.entries(stage ?? {})
  const chosen = settings[setting % settings.length]
  if (chosen === undefined) throw new Error("A stage of the store's life has no mapper.")
  return chosen
}

/**
 * L1.2
 *
 * @category laws
 * @since 0.1.0
 */
export const changing = ({ store, life, repository: make = repository, runs = 50 }: ChangingSubject): Law.Law =>
  Law.make({
    name: "L1.2",
    title: "settings that change",
    equation:
      "one program on one store, the mapper, the cache, snapshots, tracing and the way of providing changed at every step: the same observable result",
    given: program(step, { minLength: 1, maxLength: 16 }),
    runs,
    holds: Effect.fnUntraced(
      function* (steps) {
        const expected = yield* plainly(steps.map(({ operation }) => operation))
        const context = yield* Effect.context<Ports>()
        const providers = kept<Provide>()
        const repositories = kept<Jarring>()
        const trace: Array<string> = []
        let stage = 0
        for (const [i, step] of steps.entries()) {
          const { operation, level, states, cache, traced } = step
          if (step.later && stage < life.length - 1) stage++
          const [setting, mapper] = settingOf(life[stage], step)
          const provide = yield* providers(`${stage} ${setting} ${level}`, levels[level](mapper, context))
          const jars = yield* repositories(
            `${states} ${cache} ${operation.by}`,
            Effect.sync(() => make(states === "plain" ? Jars : SnapshottedJars, cache)),
          )
          const observation = observe(jars, operation)
          const actual = yield* provide(traced ? recorded(observation) : observation)
          const how = `${setting} provided ${level}, ${states} states, a cache of ${cache}${traced ? ", traced" : ""}`
          trace.push(`${i + 1}. ${show(operation)} with ${how}`)
          const what = `the answer to operation ${i + 1}`
          yield* Effect.mapError(
            agree(what, { expected: expected[i], actual }),
            (reason) => new Traced({ reason, trace }),
          )
        }
      },
      (run) => Effect.scoped(Effect.provide(run, Layer.fresh(store))),
    ),
  })
