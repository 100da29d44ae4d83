/**
 * Processors answer the events of a log with commands. What these decide is recorded in one commit with how far the
 * processor has come, so that each event is answered once, whatever fails between.
 *
 * A processor is a projection that writes to the event store: all that holds of projections holds of it, and `run`,
 * `status`, `waitFor`, `including`, `progress`, `replay` and `of` are those of `Projection`.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { type Either, isLeft, right } from "fp-ts/lib/Either.js"
import * as Decider from "../domain/Decider.ts"
import type { Policy } from "../domain/Policy.ts"
import type { ProcessManager } from "../domain/ProcessManager.ts"
import * as Aggregate from "../event/Aggregate.ts"
import type { EventCodec } from "../event/EventCodec.ts"
import type * as Query from "../event/Query.ts"
import type { Recorded } from "./EventMapper.ts"
import { CommandRejected, OutOfFuel } from "./ProcessorErrors.ts"
import * as Projection from "./Projection.ts"
import * as Repository from "./Repository.ts"
import * as StoreModel from "./StoreModel.ts"
import type { Unit, UnitError } from "./UnitOfWork.ts"

/**
 * A processor, as a projection.
 *
 * @example
 * ```ts
 * import { type Processor } from "everfold"
 *
 * const nameOf = <E, Err, R, U>({ name }: Processor.Processor<E, Err, R, U>): string => name
 * ```
 * @category model
 * @since 0.1.0
 */
export type Processor<E, Err, R, U> = Projection.Projection<StoreModel.Needs, Unit, E, Err, R, U>

/**
 * A command on its way to a stream.
 *
 * @example
 * ```ts
 * import { Processor, type Repository } from "everfold"
 *
 * const greet =
 *   (guests: Repository.Repository<string, number, string, never>) =>
 *   (name: string): Processor.Dispatch<never> =>
 *     Processor.send(guests, name, `Good morning, ${name}`)
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Dispatch<out R> {
  readonly to: (unit: Unit) => Effect.Effect<Either<R, unknown>, UnitError>
}

/**
 * A command for a stream of a repository.
 *
 * @example
 * ```ts
 * import { Aggregate, Decider, EventCodec, Processor, Repository } from "everfold"
 * import * as t from "io-ts"
 *
 * const Greeted = EventCodec.make({ Greeted: t.type({ name: t.string }) })
 * type Greeted = EventCodec.TypeOf<typeof Greeted>
 * const guests = Repository.make(
 *   Aggregate.make({
 *     category: "Guest",
 *     events: Greeted,
 *     decider: Decider.make({
 *       initial: 0,
 *       decide: (name: string, _times: number) => Decider.accept(Greeted.Greeted({ name })),
 *       evolve: (times: number, _event: Greeted) => times + 1
 *     })
 *   })
 * )
 * const greetAda = Processor.send(guests, "ada", "Ada")
 * console.log(Object.keys(greetAda)) // [ 'to' ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const send = <C, S, E, R>(
  repository: Repository.Repository<C, S, E, R>,
  id: string,
  command: C,
): Dispatch<R> => ({ to: (unit) => unit.decide(repository, id, command) })

/** How many commands an event may lead to. */
const fuel = 1000

interface Common<E> {
  /** 1 to 256 bytes of text; its checkpoints are kept by it. */
  readonly name: string
  /** What it follows; an event that it does not know cannot be handled. */
  readonly events: EventCodec<E>
  /** Every event, if left out. */
  readonly filter?: Query.Query
  /** As of a projection; 1, if left out. */
  readonly partitions?: number
}

/**
 * What `policy` takes.
 *
 * @example
 * ```ts
 * import { type Processor } from "everfold"
 *
 * // What is rejected is let be.
 * type Rejected = NonNullable<Processor.PolicyOptions<unknown, string, "full">["rejected"]>
 * const letBe: Rejected = () => []
 * ```
 * @category model
 * @since 0.1.0
 */
export interface PolicyOptions<E, C, R> extends Common<E> {
  readonly policy: Policy<Recorded<E>, C>
  readonly send: (command: C) => Dispatch<R>
  /** What a rejection is answered with; nothing is an answer too. If left out, the event cannot be handled. */
  readonly rejected?: (command: C, rejection: R) => ReadonlyArray<C>
}

const made = <E, Err>(
  { name, events, filter, partitions }: Common<E>,
  handle: (event: Recorded<E>, unit: Unit) => Effect.Effect<void, Err>,
) =>
  Projection.make({
    name,
    version: StoreModel.version,
    model: StoreModel.model,
    events,
    ...(filter && { filter }),
    ...(partitions !== undefined && { partitions }),
    handle: (event, unit) => handle(event, unit.causedBy(event)),
  })

/**
 * A processor without a memory: whenever this happens, do that.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Aggregate, Decider, EventCodec, EventMapper, Processor, Projection, Query, Repository } from "everfold"
 * import { Memory } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const Counted = EventCodec.make({ Counted: t.type({ what: t.string }) })
 * type Counted = EventCodec.TypeOf<typeof Counted>
 * const counters = (category: string) =>
 *   Repository.make(
 *     Aggregate.make({
 *       category,
 *       events: Counted,
 *       decider: Decider.make({
 *         initial: 0,
 *         decide: (what: string, _count: number) => Decider.accept(Counted.Counted({ what })),
 *         evolve: (count: number, _event: Counted) => count + 1
 *       })
 *     })
 *   )
 * const [orders, parcels] = [counters("Order"), counters("Parcel")]
 * const shipping = Processor.policy({
 *   name: "shipping",
 *   events: Counted,
 *   filter: Query.make({ category: "Order" }),
 *   policy: ({ stream, event }) => [{ order: stream.id, what: event.what }],
 *   send: ({ order, what }) => Processor.send(parcels, order, what)
 * })
 * const program = Effect.gen(function* () {
 *   yield* Effect.forkScoped(Projection.run(shipping))
 *   yield* orders.execute("17", "bread").pipe(Projection.including(shipping))
 *   return yield* parcels.exists("17")
 * })
 * const Live = Layer.mergeAll(Memory.layer, EventMapper.plain)
 * console.log(await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(Live)))) // true
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const policy = <E, C, R>({ policy, send, rejected, ...options }: PolicyOptions<E, C, R>) =>
  made(
    options,
    Effect.fnUntraced(function* (recorded: Recorded<E>, unit: Unit) {
      const commands = [...policy(recorded)]
      for (const command of commands) {
        if (commands.length > fuel) return yield* new OutOfFuel({ processor: options.name, commands: fuel })
        const decision = yield* send(command).to(unit)
        if (!isLeft(decision)) continue
        if (rejected === undefined) {
          return yield* new CommandRejected({ processor: options.name, command, rejection: decision.left })
        }
        commands.push(...rejected(command, decision.left))
      }
    }),
  )

/**
 * What `process` takes.
 *
 * @example
 * ```ts
 * import { type Processor } from "everfold"
 *
 * // An instance for each stream that is followed, which notes the events as they are.
 * type Note<E> = Processor.ProcessOptions<E, E, never, unknown, never>["note"]
 * const each: Note<{ readonly _tag: "Ordered" }> = ({ stream, event }) => ({ instance: stream.id, note: event })
 * ```
 * @category model
 * @since 0.1.0
 */
export interface ProcessOptions<E, N, C, S, R> extends Common<E> {
  readonly process: ProcessManager<N, C, S>
  /** How its notes are stored: in a stream of each instance, whose category is its name. */
  readonly notes: EventCodec<N>
  /** The instance that an event belongs to, and what that notes of it; nothing, where it belongs to none. */
  readonly note: (event: Recorded<E>) => { readonly instance: string; readonly note: N } | undefined
  readonly send: (command: C, instance: string) => Dispatch<R>
  /** What the instance notes of a rejection. If left out, or where it notes nothing, the event cannot be handled. */
  readonly rejected?: (command: C, rejection: R) => N | undefined
}

/** The instances of a process. What one notes after its end is let go. */
const instancesOf = <N, C, S>(
  name: string,
  { initial, evolve, isTerminal }: ProcessManager<N, C, S>,
  notes: EventCodec<N>,
) =>
  Repository.make(
    Aggregate.make({
      category: name,
      events: notes,
      decider: Decider.make({
        initial,
        decide: (note: N, state: S): Either<never, ReadonlyArray<N>> => right(isTerminal(state) ? [] : [note]),
        evolve,
        isTerminal,
      }),
    }),
  )

/**
 * A processor that remembers, by an instance for each of whatever it is about: an order, say. The instances note what
 * they follow in streams of their own, whose category is the processor's name, in the commit of the commands that they
 * ask for. `instances` are their states. `resume` asks again for what one owes, where the processor follows the log of its
 * own store, once it has noted what came of all that it asked for.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as Option from "effect/Option"
 * import { Aggregate, Decider, EventCodec, EventMapper, Processor, ProcessManager, Projection, Query, Repository } from "everfold"
 * import { Memory } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const Ordered = EventCodec.make({ Ordered: t.type({ bread: t.number }) })
 * type Ordered = EventCodec.TypeOf<typeof Ordered>
 * const Baked = EventCodec.make({ Baked: t.type({ bread: t.number }) })
 * type Baked = EventCodec.TypeOf<typeof Baked>
 * const orders = Repository.make(
 *   Aggregate.make({
 *     category: "Order",
 *     events: Ordered,
 *     decider: Decider.make({
 *       initial: 0,
 *       decide: (bread: number, _all: number) => Decider.accept(Ordered.Ordered({ bread })),
 *       evolve: (all: number, { bread }: Ordered) => all + bread
 *     })
 *   })
 * )
 * const ovens = Repository.make(
 *   Aggregate.make({
 *     category: "Oven",
 *     events: Baked,
 *     decider: Decider.make({
 *       initial: 0,
 *       decide: (bread: number, _all: number) =>
 *         bread > 10 ? Decider.reject("too much") : Decider.accept(Baked.Baked({ bread })),
 *       evolve: (all: number, { bread }: Baked) => all + bread
 *     })
 *   })
 * )
 *
 * const Note = EventCodec.make({ Asked: t.type({ bread: t.number }), Refused: t.type({ reason: t.string }) })
 * type Note = EventCodec.TypeOf<typeof Note>
 * const baking = Processor.process({
 *   name: "Baking",
 *   events: Ordered,
 *   filter: Query.make({ category: "Order" }),
 *   notes: Note,
 *   note: ({ stream, event }) => ({ instance: stream.id, note: Note.Asked({ bread: event.bread }) }),
 *   process: ProcessManager.make({
 *     initial: "nothing yet",
 *     evolve: (_said: string, note: Note) => (note._tag === "Asked" ? "in the oven" : note.reason),
 *     react: (_said, note) => (note._tag === "Asked" ? [note.bread] : []),
 *     pending: () => []
 *   }),
 *   send: (bread) => Processor.send(ovens, "big", bread),
 *   rejected: (_bread, reason) => Note.Refused({ reason })
 * })
 * const program = Effect.gen(function* () {
 *   yield* Effect.forkScoped(Projection.run(baking))
 *   yield* orders.execute("ada", 2)
 *   yield* orders.execute("bob", 20).pipe(Projection.including(baking))
 *   return yield* Effect.forEach(["ada", "bob"], (id) =>
 *     Effect.map(baking.instances.load(id), (loaded) => Option.getOrThrow(loaded).state)
 *   )
 * })
 * const Live = Layer.mergeAll(Memory.layer, EventMapper.plain)
 * console.log(await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(Live)))) // [ 'in the oven', 'too much' ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const process = <E, N, C, S, R>({
  process,
  notes,
  note,
  send,
  rejected,
  ...options
}: ProcessOptions<E, N, C, S, R>) => {
  const { name } = options
  const instances = instancesOf(name, process, notes)

  /** Carries out commands, and what their rejections lead to. */
  const carryOut = Effect.fnUntraced(function* (instance: string, commands: ReadonlyArray<C>, unit: Unit) {
    const asked = [...commands]
    for (const command of asked) {
      if (asked.length > fuel) return yield* new OutOfFuel({ processor: name, commands: fuel })
      const decision = yield* send(command, instance).to(unit)
      if (!isLeft(decision)) continue
      const answer = rejected?.(command, decision.left)
      if (answer === undefined) {
        return yield* new CommandRejected({ processor: name, command, rejection: decision.left })
      }
      asked.push(...(yield* noted(instance, answer, unit)))
    }
  })

  /** What a note asks for. */
  const noted = Effect.fnUntraced(function* (instance: string, note: N, unit: Unit) {
    const events = yield* unit.execute(instances, instance, note)
    return events.length === 0 ? [] : process.react(yield* unit.state(instances, instance), note)
  })

  const processor = made(
    options,
    Effect.fnUntraced(function* (recorded: Recorded<E>, unit: Unit) {
      const own = note(recorded)
      if (own === undefined) return
      yield* carryOut(own.instance, yield* noted(own.instance, own.note, unit), unit)
    }),
  )

  /** Asks for what an instance owes. */
  const resume = (instance: string) =>
    Effect.gen(function* () {
      const { head } = yield* processor.upstream.source
      // By then it has noted what came of all that it asked for: what is still owed has not been done.
      yield* Projection.waitFor(processor, yield* head)
      yield* StoreModel.carryOut((unit) =>
        Effect.flatMap(unit.state(instances, instance), (state) => carryOut(instance, process.pending(state), unit)),
      )
    })

  return { ...processor, instances, resume }
}

export type { Unit, UnitError } from "./UnitOfWork.ts"
