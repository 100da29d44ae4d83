/**
 * What the laws of layers let a program do with jars, and what can be seen of it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import type { Version } from "../../core/event/Commit.ts"
import * as CommandContext from "../../core/program/CommandContext.ts"
import { EventMapper } from "../../core/program/EventMapper.ts"
import * as Repository from "../../core/program/Repository.ts"
import * as Memory from "../../interpreters/memory/Memory.ts"
import { command, type JarCommand, Jars } from "./Model.ts"

/** @category model @since 0.1.0 */
export type Operation = { readonly id: string; readonly by: number } & (
  | {
      readonly _tag: "Execute"
      readonly command: JarCommand
      readonly expected?: Version
      readonly commandId?: string
      readonly metadata?: string
    }
  | { readonly _tag: "Load" | "Exists" | "History" }
  | { readonly _tag: "LoadVersion"; readonly version: Version }
)

const id = fc.constantFrom("a", "b")
/** Two repositories on one store, each with a cache of its own: what one writes makes the other's stale. */
const by = fc.nat(1)

/** @category arbitraries @since 0.1.0 */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        _tag: fc.constant("Execute" as const),
        id,
        by,
        command,
        expected: fc.nat(4),
        commandId: fc.constantFrom("c1", "c2"),
        metadata: fc.constantFrom("ada", "grace"),
      },
      { requiredKeys: ["_tag", "id", "by", "command"], noNullPrototype: true },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({ _tag: fc.constantFrom("Load" as const, "Exists" as const, "History" as const), id, by }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      _tag: fc.constant("LoadVersion" as const),
      id,
      by,
      version: fc.integer({ min: 1, max: 6 }),
    }),
  },
)

/** @category model @since 0.1.0 */
export type Jarring = ReturnType<typeof repository>

/** @category constructors @since 0.1.0 */
export const repository = (aggregate: typeof Jars, cache: number) => Repository.make(aggregate, { cache })

/** What the law compares: all but ids, times, links and digests. */
const answer = (jars: Jarring, operation: Operation): Effect.Effect<unknown, unknown, Repository.Needs> => {
  switch (operation._tag) {
    case "Execute": {
      const { id, command, expected, commandId, metadata } = operation
      const options = { ...(expected !== undefined && { expected }), ...(commandId !== undefined && { commandId }) }
      const executed = Effect.map(
        jars.execute(id, command, options),
        ({ state, version, position, events, repeated }): unknown => ({ state, version, position, events, repeated }),
      )
      return metadata === undefined ? executed : executed.pipe(CommandContext.annotate({ who: metadata }))
    }
    case "Load":
      return Effect.map(jars.load(operation.id), seen)
    case "LoadVersion":
      return Effect.map(jars.load(operation.id, { version: operation.version }), seen)
    case "Exists":
      return Effect.map(jars.exists(operation.id), (exists): unknown => exists)
    case "History":
      return Effect.map(Stream.runCollect(jars.history(operation.id)), (events): unknown =>
        events.map(({ event, index, metadata, type, schemaVersion, stream, version, position, tags }) => ({
          ...{ event, index, metadata, type, schemaVersion, stream, version, position, tags },
        })),
      )
  }
}

const seen = (
  loaded: Option.Option<{ readonly state: unknown; readonly version: number; readonly position: number }>,
) =>
  Option.match(loaded, {
    onNone: (): unknown => "nothing",
    onSome: ({ state, version, position }): unknown => ({ state, version, position }),
  })

const incomparable = ["events", "committed", "cause", "name", "message", "stack"]

/** A rejection or an error by its tag and fields, but for event ids and links. */
const refusal = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "_tag" in error
    ? { ...Object.fromEntries(Object.entries(error).filter(([key]) => !incomparable.includes(key))), _tag: error._tag }
    : error

/**
 * What an operation comes to: its answer, or why it has none, as far as laws compare them.
 *
 * @category running
 * @since 0.1.0
 */
export const outcome = (jars: Jarring, operation: Operation): Effect.Effect<unknown, never, Repository.Needs> =>
  Effect.map(Effect.result(answer(jars, operation)), Result.match({ onSuccess: (value) => value, onFailure: refusal }))

/**
 * What can be seen of an operation.
 *
 * @category running
 * @since 0.1.0
 */
export const observe = (jars: Jarring, operation: Operation): Effect.Effect<unknown, never, Repository.Needs> =>
  // Snapshots are taken in the background: let them.
  Effect.tap(outcome(jars, operation), Effect.andThen(Effect.yieldNow, Effect.yieldNow))

/**
 * What can be seen of a program that two repositories run.
 *
 * @category running
 * @since 0.1.0
 */
export const observeAll = (
  make: () => Jarring,
  program: ReadonlyArray<Operation>,
): Effect.Effect<ReadonlyArray<unknown>, never, Repository.Needs> =>
  Effect.suspend(() => {
    const repositories = [make(), make()] as const
    return Effect.forEach(program, (operation) => observe(repositories[operation.by === 0 ? 0 : 1], operation))
  })

const plain = Layer.mergeAll(Memory.layer, EventMapper.plain)

/**
 * What can be seen where nothing is dressed up: the measure of all layers.
 *
 * @category running
 * @since 0.1.0
 */
export const plainly = (program: ReadonlyArray<Operation>): Effect.Effect<ReadonlyArray<unknown>> =>
  Effect.provide(
    observeAll(() => repository(Jars, 0), program),
    Layer.fresh(plain),
  )
