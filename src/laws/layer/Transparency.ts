/**
 * The law that layers cannot be seen (L1): a program over a repository comes to the same, however events are sealed,
 * compressed and digested, whether states are snapshotted or cached.
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
import type { EventStore } from "../../core/port/EventStore.ts"
import type { Snapshots } from "../../core/port/Snapshots.ts"
import * as CommandContext from "../../core/program/CommandContext.ts"
import { EventMapper } from "../../core/program/EventMapper.ts"
import * as Repository from "../../core/program/Repository.ts"
import * as Memory from "../../interpreters/memory/Memory.ts"
import { wait } from "../arbitrary/Pauses.ts"
import { program } from "../arbitrary/Programs.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import { show } from "../Show.ts"
import { command, type JarCommand, Jars, SnapshottedJars } from "./Model.ts"

/**
 * Layers that should not be seen: a store and a mapper, dressed as one likes.
 *
 * @category model
 * @since 0.1.0
 */
export interface TransparencySubject {
  readonly layer: Layer.Layer<EventStore | EventMapper | Snapshots, unknown>
  /** How often the law is tried; 50 times, if left out. */
  readonly runs?: number | undefined
}

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

type Jarring = ReturnType<typeof repository>
const repository = (aggregate: typeof Jars, cache: number) => Repository.make(aggregate, { cache })

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

const answers = (
  layer: TransparencySubject["layer"],
  aggregate: typeof Jars,
  cache: number,
  program: ReadonlyArray<Operation>,
) =>
  Effect.suspend(() => {
    const repositories = [repository(aggregate, cache), repository(aggregate, cache)] as const
    return Effect.forEach(program, (operation) =>
      // Snapshots are taken in the background: let them.
      Effect.tap(outcome(repositories[operation.by === 0 ? 0 : 1], operation), wait(2)),
    )
  }).pipe(Effect.provide(Layer.fresh(layer)))

const plain = Layer.mergeAll(Memory.layer, EventMapper.plain)

/**
 * L1
 *
 * @category laws
 * @since 0.1.0
 */
export const transparency = ({ layer, runs = 50 }: TransparencySubject): Law.Law =>
  Law.make({
    name: "L1",
    title: "transparency",
    equation: "the same program, the same observable result: whatever cipher, compression, hash, snapshots and cache",
    given: program(operation, { minLength: 1, maxLength: 12 }),
    runs,
    holds: Effect.fnUntraced(function* (program) {
      const expected = yield* answers(plain, Jars, 0, program)
      const dressed = [
        { what: "plain states", aggregate: Jars, cache: 0 },
        { what: "snapshots", aggregate: SnapshottedJars, cache: 0 },
        { what: "snapshots and a cache", aggregate: SnapshottedJars, cache: 16 },
      ]
      for (const { what, aggregate, cache } of dressed) {
        const actual = yield* answers(layer, aggregate, cache, program)
        for (const [i, operation] of program.entries()) {
          yield* agree(`with ${what}, the answer to operation ${i + 1}, ${show(operation)},`, {
            expected: expected[i],
            actual: actual[i],
          })
        }
      }
    }),
  })
