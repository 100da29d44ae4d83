/**
 * The law that two stores cannot be told apart: one random program of operations, the same answers.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as fc from "fast-check"
import type { Commit } from "../../core/event/Commit.ts"
import * as Query from "../../core/event/Query.ts"
import * as StreamName from "../../core/event/StreamName.ts"
import { Checkpoints } from "../../core/port/Checkpoints.ts"
import { EventStore, type LogRange, type StreamRange, type StreamsRange } from "../../core/port/EventStore.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { program } from "../arbitrary/Programs.ts"
import { query } from "../arbitrary/Queries.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { show } from "../Show.ts"
import * as World from "./World.ts"

type Operation =
  | { readonly _tag: "Commit"; readonly commit: Commit }
  | { readonly _tag: "ReadStream"; readonly stream: StreamName.StreamName; readonly range: StreamRange }
  | { readonly _tag: "ReadAll"; readonly range: LogRange }
  | { readonly _tag: "Streams"; readonly range: StreamsRange }
  | { readonly _tag: "Head" }
  | { readonly _tag: "Acquire"; readonly partition: number; readonly ttlMillis: number }
  | { readonly _tag: "Renew"; readonly partition: number; readonly epoch: number; readonly ttlMillis: number }
  | { readonly _tag: "Checkpoint"; readonly partition: number }

const small = fc.nat(4)
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true })

/** Mostly what a store accepts: a program of refusals comes to nothing. */
const mostly = <A>(usual: fc.Arbitrary<A>, unusual: fc.Arbitrary<A>): fc.Arbitrary<A> =>
  fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: unusual })
const sometimes = <A>(arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

/** Ids from so few that they are used again: in the same commit, in another, in another stream, with other content. */
const id = fc.constantFrom(...Array.from({ length: 24 }, (_, i) => i + 1))
const events = (stream: StreamName.StreamName) =>
  fc.array(
    fc.tuple(id, Commits.content).map(([id, content]) => Commits.event(id, stream, content)),
    { maxLength: 2 },
  )

const write = Commits.stream.chain((stream) =>
  record({
    stream: fc.constant(stream),
    expected: Commits.mostlyMet,
    events: events(stream),
  }),
)
const commandId = fc.constantFrom("c1", "c2", "c3")

const commit: fc.Arbitrary<Commit> = record({
  hash: fc.oneof({ weight: 30, arbitrary: fc.constant("sha256") }, { weight: 1, arbitrary: fc.constant("sha512") }),
  writes: mostly(
    fc.uniqueArray(write, { minLength: 1, maxLength: 3, selector: ({ stream }) => StreamName.format(stream) }),
    fc.array(write, { maxLength: 3 }),
  ),
  condition: sometimes(
    record({ failIfMatch: fc.oneof(fc.constant(Query.all), query), after: fc.constantFrom(0, 0, 1, 2, 4) }),
  ),
  commandIds: sometimes(mostly(fc.uniqueArray(commandId, { maxLength: 2 }), fc.array(commandId, { maxLength: 2 }))),
  checkpoint: sometimes(
    record({
      consumer: fc.constant("reader"),
      upstream: fc.constant("log"),
      partition: fc.nat(1),
      epoch: fc.constantFrom(0, 0, 1, 2),
      from: fc.oneof(fc.constant(0), small),
      to: small,
    }),
  ),
}).map(({ condition, commandIds, checkpoint, ...rest }) => {
  const ids = rest.writes.flatMap((written) => written.events.map(({ id }) => id))
  return {
    ...rest,
    ...(condition && { condition }),
    // The first command records every event, a second one none.
    ...(commandIds && { commands: commandIds.map((id, i) => ({ id, events: i === 0 ? ids : [] })) }),
    ...(checkpoint && { checkpoint }),
  }
})

const around = fc.integer({ min: -1, max: 9 })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: record({ _tag: fc.constant("Commit" as const), commit }) },
  {
    weight: 1,
    arbitrary: record({
      _tag: fc.constant("ReadStream" as const),
      stream: Commits.stream,
      range: fc.record(
        {
          after: around,
          upTo: around,
          direction: fc.constantFrom("forwards" as const, "backwards" as const),
          limit: small,
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      _tag: fc.constant("ReadAll" as const),
      range: fc.record(
        { after: around, upTo: around, filter: query, limit: small },
        { requiredKeys: ["after", "limit"], noNullPrototype: true },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      _tag: fc.constant("Streams" as const),
      range: fc.record(
        { category: fc.constantFrom("Order", "Cart"), after: fc.constantFrom("", "a", "b"), limit: small },
        { requiredKeys: ["category", "limit"], noNullPrototype: true },
      ),
    }),
  },
  { weight: 1, arbitrary: record({ _tag: fc.constant("Head" as const) }) },
  {
    weight: 2,
    arbitrary: record({
      _tag: fc.constant("Acquire" as const),
      partition: fc.nat(1),
      ttlMillis: fc.constantFrom(0, 3_600_000),
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      _tag: fc.constant("Renew" as const),
      partition: fc.nat(1),
      epoch: fc.nat(2),
      ttlMillis: fc.constantFrom(0, 3_600_000),
    }),
  },
  { weight: 1, arbitrary: record({ _tag: fc.constant("Checkpoint" as const), partition: fc.nat(1) }) },
)

const answer = (
  store: World.Store,
  checkpoints: Checkpoints["Service"],
  operation: Operation,
): Effect.Effect<unknown, unknown> => {
  switch (operation._tag) {
    case "Commit":
      return Effect.map(World.outcome(store.commit(operation.commit)), World.plain)
    case "ReadStream":
      return store.readStream(operation.stream, operation.range)
    case "ReadAll":
      // How far a full page has scanned past its last event is the store's own affair (S14).
      return Effect.map(store.readAll(operation.range), ({ events, scannedTo }) =>
        events.length < operation.range.limit ? { events, scannedTo } : { events },
      )
    case "Streams":
      return store.streams(operation.range)
    case "Head":
      return store.head
    case "Acquire": {
      const key = { ...World.consumer, partition: operation.partition }
      return Effect.map(checkpoints.acquire(key, operation.ttlMillis), Option.getOrNull)
    }
    case "Renew": {
      const key = { ...World.consumer, partition: operation.partition }
      return checkpoints.renew(key, operation.epoch, operation.ttlMillis).pipe(
        Effect.map((): unknown => "renewed"),
        Effect.catchTag("Fenced", ({ epoch }) => Effect.succeed({ _tag: "Fenced", epoch })),
      )
    }
    case "Checkpoint":
      return checkpoints.read({ ...World.consumer, partition: operation.partition })
  }
}

const answers = (layer: World.Subject["layer"], program: ReadonlyArray<Operation>) =>
  Effect.gen(function* () {
    const store = yield* EventStore
    const checkpoints = yield* Checkpoints
    return yield* Effect.forEach(program, (operation) => answer(store, checkpoints, operation))
  }).pipe(Effect.provide(Layer.fresh(layer)))

/**
 * Two stores, built anew, and so empty, for each run.
 *
 * @example
 * ```ts
 * import { type StoreLaws } from "everfold/laws"
 * import { Memory } from "everfold/memory"
 *
 * const pair: StoreLaws.Pair = { left: Memory.layer, right: Memory.layer }
 * ```
 * @category model
 * @since 0.1.0
 */
export interface Pair {
  readonly left: World.Subject["layer"]
  readonly right: World.Subject["layer"]
  readonly runs?: number | undefined
}

/**
 * @category laws
 * @since 0.1.0
 */
export const S17 = ({ left, right, runs }: Pair): Law.Law =>
  Law.make({
    name: "S17",
    title: "differential",
    equation: "one program of operations, the same answers on both stores (errors by tag and fields)",
    given: program(operation, { minLength: 1, maxLength: 24 }),
    runs,
    must: ["Committed", "EventIdReused", "Fenced", "VersionConflict", "ConditionFailed"].map((tag) => `Commit: ${tag}`),
    holds: Effect.fnUntraced(function* (program, seen) {
      const expected = yield* answers(left, program)
      const actual = yield* answers(right, program)
      for (const [i, operation] of program.entries()) {
        const told = expected[i]
        if (typeof told === "object" && told !== null && "_tag" in told) seen(`${operation._tag}: ${told._tag}`)
        yield* agree(`the answer to operation ${i + 1}, ${show(operation)},`, {
          expected: expected[i],
          actual: actual[i],
        })
      }
    }),
  })
