/**
 * Aggregates as sharded entities: a command goes to the one runner that holds the state of its aggregate warm.
 *
 * @since 0.1.0
 */
import { randomUUID } from "node:crypto"
import * as Cause from "effect/Cause"
import * as ClusterEntity from "effect/cluster/Entity"
import type { Sharding } from "effect/cluster/Sharding"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Rpc from "effect/rpc/Rpc"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { isLeft } from "fp-ts/lib/Either.js"
import { InvalidInput } from "../../core/event/Errors.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { describe } from "../../core/event/thrown.ts"
import type { ExecuteError } from "../../core/program/Batch.ts"
import * as CommandContext from "../../core/program/CommandContext.ts"
import type { ExecuteOptions, Needs, Repository } from "../../core/program/Repository.ts"
import * as Failures from "./Failures.ts"
import * as Wire from "./Wire.ts"

/**
 * The cluster gave no answer that could be read: the command may have been carried out or not. Give it again with this
 * command id, and the answer says what became of it.
 *
 * @example
 * ```ts
 * import { Cluster } from "everfold/cluster"
 *
 * const stream = { category: "Counter", id: "visits" }
 * const open = new Cluster.CommandUnanswered({ stream, commandId: "c1", reason: "the mailbox is full" })
 * console.log(open.message) // Command c1 for Counter-visits has no answer: the mailbox is full. Repeat it with this command id.
 * ```
 * @category errors
 * @since 0.1.0
 */
export class CommandUnanswered extends TaggedError("CommandUnanswered")<{
  readonly stream: StreamName.StreamName
  readonly commandId: string
  readonly reason: string
}> {
  override get message(): string {
    const what = `Command ${this.commandId} for ${StreamName.format(this.stream)} has no answer: ${this.reason}`
    return `${what}. Repeat it with this command id.`
  }
}

/**
 * The aggregates of a repository in a cluster.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { type Cluster } from "everfold/cluster"
 *
 * const addTwice = <E, R>(counters: Cluster.AggregateEntity<number, E, R>, id: string) =>
 *   Effect.andThen(counters.execute(id, 1), counters.execute(id, 1))
 * ```
 * @category model
 * @since 0.1.0
 */
export interface AggregateEntity<in C, out E, out R> {
  /** Carries out commands, in a runner. */
  readonly layer: Layer.Layer<never, never, Sharding | Needs>
  /**
   * Has a command carried out by the runner that owns the aggregate, like `execute` of a repository, and waits where
   * there is none at the moment. Without a command id it is given a new one, so that it counts once however often it has
   * to be sent; `repeated` may then be said of what was asked once.
   */
  readonly execute: (
    id: string,
    command: C,
    options?: ExecuteOptions,
  ) => Effect.Effect<Wire.Answer<E>, R | ExecuteError | CommandUnanswered, Sharding>
}

const Execute = Rpc.make("Execute", { payload: { text: Schema.String }, success: Schema.String })

/** Half a minute in all: as long as a cluster takes to do without a runner, unless it is told to be slow. */
const again = Schedule.max([
  Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")]),
  Schedule.recurs(34),
])

/**
 * Aggregates as entities, by the name of their category. Each command goes over a volatile message to the runner that owns
 * its aggregate and is carried out by the repository there, which holds the state and records several that wait in
 * one commit. Nothing rests on the cluster's word that only one runner owns it: the store refuses what was decided on an
 * old state, and a command that comes twice is known by its id. Persisted messages would add nothing but their cost.
 *
 * @example
 * ```ts
 * import * as TestRunner from "effect/cluster/TestRunner"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { Aggregate, Decider, EventCodec, EventMapper, Repository } from "everfold"
 * import { Cluster } from "everfold/cluster"
 * import { Memory } from "everfold/memory"
 * import * as t from "io-ts"
 *
 * const CounterEvent = EventCodec.make({ Added: t.type({ by: t.number }) })
 * const counters = Repository.make(
 *   Aggregate.make({
 *     category: "Counter",
 *     events: CounterEvent,
 *     decider: Decider.make({
 *       initial: 0,
 *       decide: (by: number, total: number) =>
 *         total + by > 9 ? Decider.reject("too much") : Decider.accept(CounterEvent.Added({ by })),
 *       evolve: (total: number, event: EventCodec.TypeOf<typeof CounterEvent>) => total + event.by
 *     })
 *   })
 * )
 * const Counters = Cluster.entity(counters, { command: t.number, rejection: t.literal("too much") })
 * const program = Effect.gen(function* () {
 *   yield* Counters.execute("visits", 4)
 *   const { version } = yield* Counters.execute("visits", 5)
 *   const rejection = yield* Effect.flip(Counters.execute("visits", 6))
 *   return [version, rejection]
 * })
 * const Store = Layer.mergeAll(Memory.layer, EventMapper.plain)
 * // A cluster of this process alone; docs/cluster.md has one of several.
 * const Live = Counters.layer.pipe(Layer.provide(Store), Layer.provideMerge(TestRunner.layer))
 * console.log(await Effect.runPromise(program.pipe(Effect.provide(Live)))) // [ 2, 'too much' ]
 * ```
 * @category constructors
 * @since 0.1.0
 */
export const entity = <C, S, E, R>(
  repository: Repository<C, S, E, R>,
  codecs: Wire.Codecs<C, R>,
): AggregateEntity<C, E, R> => {
  const { category, events } = repository.aggregate
  const aggregates = ClusterEntity.make(category, [Execute])

  const decide = (id: string, { command, context, commandId, expected }: Wire.Asking<C>) =>
    repository.execute(id, command, expected === undefined ? { commandId } : { commandId, expected }).pipe(
      Effect.match({
        onSuccess: (answer): Wire.Outcome<E, R> => ({ _tag: "Executed", answer }),
        onFailure: (error): Wire.Outcome<E, R> =>
          Failures.is(error) ? { _tag: "Failed", error } : { _tag: "Rejected", rejection: error },
      }),
      Effect.provideService(CommandContext.Current, context),
    )

  const carryOut = Effect.fnUntraced(function* (id: string, text: string) {
    const asking = Wire.asked(codecs, text)
    const outcome: Wire.Outcome<E, R> = isLeft(asking)
      ? { _tag: "Failed", error: new InvalidInput({ what: `a command of ${category}: ${asking.left}` }) }
      : yield* decide(id, asking.right)
    return Wire.answer(events, codecs, outcome)
  })

  return {
    layer: aggregates.toLayer(
      Effect.gen(function* () {
        const { entityId } = yield* ClusterEntity.CurrentAddress
        const needs = yield* Effect.context<Needs>()
        return {
          Execute: ({ payload }) => Effect.provideContext(carryOut(entityId, payload.text), needs),
        }
      }),
      // The repository puts them in order, and records those that wait together.
      { concurrency: "unbounded" },
    ),
    execute: Effect.fnUntraced(function* (id, command, { commandId = randomUUID(), expected } = {}) {
      const stream = { category, id }
      const context = yield* CommandContext.Current
      const what = StreamName.fault(stream)
      if (what !== undefined) return yield* new InvalidInput({ what })
      const text = Wire.ask(codecs, { command, commandId, expected, context })
      if (isLeft(text)) return yield* new InvalidInput({ what: `a command of ${category}: ${text.left}` })
      const client = yield* aggregates.client
      const unanswered = (reason: string) => new CommandUnanswered({ stream, commandId, reason })
      const answer = yield* client(id)
        .Execute({ text: text.right })
        .pipe(
          // Also where the runner is interrupted, or dies, in the middle of it: the command id tells what became of it.
          Effect.sandbox,
          Effect.retry(again),
          Effect.mapError((cause) => unanswered(describe(Cause.squash(cause)))),
        )
      const outcome = Wire.answered(events, codecs, answer)
      if (isLeft(outcome)) return yield* unanswered(`${outcome.left}, in the answer`)
      switch (outcome.right._tag) {
        case "Executed":
          return outcome.right.answer
        case "Rejected":
          return yield* Effect.fail(outcome.right.rejection)
        case "Failed":
          return yield* outcome.right.error
      }
    }),
  }
}
