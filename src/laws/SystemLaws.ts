/**
 * The laws of systems, tried on a user's own.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import type { Deployment, Stores, System } from "../core/program/System.ts"
import * as SystemRunner from "../core/program/SystemRunner.ts"
import { program } from "./arbitrary/Programs.ts"
import { agree } from "./Difference.ts"
import * as Interleaving from "./Interleaving.ts"
import * as Law from "./Law.ts"
import { logsOf, replay } from "./system/Replay.ts"
import * as World from "./system/World.ts"

/**
 * A system, its stores, what may be asked of it, and what can be seen of it.
 *
 * @example
 * ```ts
 * import * as fc from "fast-check"
 * import { type SystemLaws } from "everfold/laws"
 *
 * type Commands = SystemLaws.Subject<unknown, number, never>["commands"]
 * const commands: Commands = fc.nat(9)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Subject<A, C, LayerError> {
  readonly system: System<never>
  /** Without events, anew whenever they are built. */
  readonly stores: Stores<LayerError>
  readonly commands: fc.Arbitrary<C>
  /** Gives a command to an application; to be refused is an answer too. */
  readonly execute: (command: C, deployment: Deployment) => Effect.Effect<unknown, unknown>
  /** What it has come to: a value that can be compared, and in which neither positions nor times are. */
  readonly read: (deployment: Deployment) => Effect.Effect<A, unknown>
  /**
   * Whether it comes to the same in whichever order its processors take turns, and however early commands come. `false`, if
   * left out.
   */
  readonly confluent?: boolean
  /** How often each law is tried; 100 times, if left out. */
  readonly runs?: number
}

/** Milliseconds until who was killed is taken over from: time jumps there where nobody else can go on. */
const lease = 1000

const laws = <A, C, LayerError>(subject: Subject<A, C, LayerError>) => {
  const { system, stores, execute, read, confluent = false, runs = 100 } = subject
  const opened = World.open(system, stores)
  const begun = (world: World.World) => World.begin(system, world)

  const given = {
    before: program(subject.commands, { maxLength: 5 }),
    meanwhile: program(subject.commands, { maxLength: 3 }),
    // A job takes some 800 operations to begin, and as many again for the first few events.
    kills: fc.array(fc.nat(1800 * system.links.length), { maxLength: 3 }),
    batch: fc.integer({ min: 1, max: 4 }),
    choices: Interleaving.choices,
  }
  interface Given {
    readonly before: ReadonlyArray<C>
    readonly meanwhile: ReadonlyArray<C>
    readonly kills: ReadonlyArray<number>
    readonly batch: number
    readonly choices: Interleaving.Choices
  }

  const all = Effect.fnUntraced(function* (commands: ReadonlyArray<C>, deployment: Deployment) {
    for (const command of commands) yield* Effect.exit(execute(command, deployment))
  })

  /** All jobs at once, over crashes; commands come before, and while the last of the processes works. */
  const run = Effect.fnUntraced(function* ({ before, meanwhile, kills, batch, choices }: Given, seen: Law.Seen) {
    const world = yield* opened
    yield* all(before, yield* begun(world))
    for (const after of kills) {
      const working = SystemRunner.settle(yield* begun(world), { batch, lease })
      if (Option.isNone(yield* Interleaving.killed(choices, after)(working))) seen("killed")
    }
    const last = yield* begun(world)
    yield* Effect.gen(function* () {
      const working = yield* Effect.forkChild(SystemRunner.concurrent(last, { batch, lease }))
      yield* all(meanwhile, last)
      yield* Effect.raceFirst(SystemRunner.quiet(last), Effect.andThen(Fiber.join(working), Effect.never))
      yield* Fiber.interrupt(working)
    }).pipe(Interleaving.run(choices))
    return last
  })

  const worked = system.links.length === 1 ? "the job worked" : "two jobs worked"

  const P7 = Law.make<Given>({
    name: "P7",
    title: "the recorded order",
    equation: "a run at once, over crashes, done again step by step in the order that it recorded = that run",
    given: fc.record(given),
    runs,
    must: ["killed", worked],
    holds: Effect.fnUntraced(function* (given, seen) {
      const ran = yield* run(given, seen)
      const logs = yield* logsOf(system.applications, ran)
      const notes = [...logs.values()].flat().flatMap(({ note }) => note ?? [])
      const jobs = new Set(notes.map(({ consumer, upstream }) => `${consumer} ${upstream}`))
      if (jobs.size >= Math.min(2, system.links.length)) seen(worked)
      const again = yield* begun(yield* opened)
      yield* replay(logs, again)
      yield* agree("what it has come to", { expected: yield* read(ran), actual: yield* read(again) })
    }, Effect.scoped),
  })

  const P10 = Law.make<Given & { readonly turns: ReadonlyArray<number> }>({
    name: "P10",
    title: "confluence",
    equation: "steps in any order = steps in another = a run at once, over crashes",
    given: fc.record({ ...given, turns: fc.array(fc.nat(11), { maxLength: 40 }) }),
    runs,
    must: ["killed"],
    holds: Effect.fnUntraced(function* ({ turns, ...given }, seen) {
      const inOrder = yield* begun(yield* opened)
      yield* all([...given.before, ...given.meanwhile], inOrder)
      yield* SystemRunner.step(inOrder)
      const expected = yield* read(inOrder)

      const inTurns = yield* begun(yield* opened)
      yield* all(given.before, inTurns)
      yield* SystemRunner.step(inTurns, { choices: turns })
      yield* all(given.meanwhile, inTurns)
      yield* SystemRunner.step(inTurns, { choices: turns.toReversed() })
      yield* agree("what steps in another order come to", { expected, actual: yield* read(inTurns) })

      const actual = yield* read(yield* run(given, seen))
      yield* agree("what a run at once comes to", { expected, actual })
    }, Effect.scoped),
  })

  return confluent ? [P7, P10] : [P7]
}

/**
 * The laws of a system: P7, and P10 for one that is confluent.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Option from "effect/Option"
 * import { Aggregate, Decider, EventCodec, EventMapper, Processor, Repository, System } from "everfold"
 * import { SystemLaws } from "everfold/laws"
 * import { laws } from "everfold/laws/vitest"
 * import { Memory } from "everfold/memory"
 * import * as fc from "fast-check"
 * import * as t from "io-ts"
 *
 * const Sold = EventCodec.make({ Sold: t.type({ item: t.string }) })
 * const Sent = EventCodec.make({ Sent: t.type({ item: t.string }) })
 * const counted = <E>(category: string, events: EventCodec.EventCodec<E>) =>
 *   Repository.make(
 *     Aggregate.make({
 *       category,
 *       events,
 *       decider: Decider.make({
 *         initial: 0,
 *         decide: (event: E, _n: number) => Decider.accept(event),
 *         evolve: (n: number, _event: E) => n + 1
 *       })
 *     })
 *   )
 * const parcels = counted("Parcel", Sent)
 * const sending = Processor.policy({
 *   name: "sending",
 *   events: Sold,
 *   policy: ({ stream, event }) => [{ id: stream.id, item: event.item }],
 *   send: ({ id, item }) => Processor.send(parcels, id, Sent.Sent({ item }))
 * })
 * const shop = System.application({ name: "shop", records: Sold, processors: [] })
 * const depot = System.application({ name: "depot", records: Sent, processors: [sending] })
 * const sales = counted("Sale", Sold)
 *
 * laws(
 *   SystemLaws.suite({
 *     system: System.make("sales", shop.pipe(depot)),
 *     stores: () => Layer.mergeAll(Memory.layer, EventMapper.plain),
 *     commands: fc.constantFrom("17", "18"),
 *     execute: (id, { within }) => within("shop")(sales.execute(id, Sold.Sold({ item: "bread" }))),
 *     read: ({ within }) =>
 *       within("depot")(
 *         Effect.forEach(["17", "18"], (id) => Effect.map(parcels.load(id), Option.map(({ state }) => state)))
 *       ),
 *     confluent: true
 *   })
 * )
 * ```
 * @category suites
 * @since 0.1.0
 */
export const suite = <A, C, LayerError>(subject: Subject<A, C, LayerError>): Law.Suite => ({
  name: "a system",
  laws: laws(subject),
})
