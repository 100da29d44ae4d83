/** Programs of operations have to be answered by a store as by the one in memory. */
import { isDeepStrictEqual } from "node:util"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { expect } from "vitest"
import type { Commit } from "../../src/core/event/Commit.ts"
import { Checkpoints } from "../../src/core/port/Checkpoints.ts"
import { EventStore } from "../../src/core/port/EventStore.ts"
import { Snapshots } from "../../src/core/port/Snapshots.ts"
import { Memory } from "../../src/interpreters/memory/index.ts"
import { plain } from "./commits.ts"
import { type Operation, program, streams } from "./programs.ts"

/** What the generated commits led to. */
const reached = new Set<string>()

/** By its place in a program, the order in which what is committed together is to be committed one by one. */
type Orders = ReadonlyMap<number, ReadonlyArray<number>>

/** What a store answers, operation by operation, and what it holds in the end; without orders, all at once is all at once. */
const answers = Effect.fnUntraced(function* (operations: ReadonlyArray<Operation>, orders?: Orders) {
  const store = yield* EventStore
  const checkpoints = yield* Checkpoints
  const snapshots = yield* Snapshots
  const done: Array<Commit> = []
  const committed = (request: Commit) =>
    Effect.match(store.commit(request), {
      onFailure: (error) => {
        reached.add(error._tag)
        return { error }
      },
      onSuccess: (answer) => {
        reached.add(answer.repeated ? "repeated" : "committed")
        return { answer }
      },
    })
  const together = (commits: ReadonlyArray<Commit>, order: ReadonlyArray<number> | undefined) => {
    if (orders === undefined) return Effect.forEach(commits, committed, { concurrency: "unbounded" })
    const inOrder = (order ?? [...commits.keys()]).flatMap((i) => {
      const commit = commits[i]
      return commit === undefined ? [] : [Effect.map(committed(commit), (answer) => [i, answer] as const)]
    })
    return Effect.map(Effect.all(inOrder), (pairs) => pairs.toSorted(([i], [j]) => i - j).map(([, answer]) => answer))
  }

  const perform = (operation: Operation, at: number): Effect.Effect<unknown, unknown> => {
    switch (operation._tag) {
      case "commit":
        done.push(operation.commit)
        return committed(operation.commit)
      case "together":
        done.push(...operation.commits)
        return together(operation.commits, orders?.get(at))
      case "again": {
        const before = done[operation.which]
        if (before === undefined) return Effect.void
        done.push(before)
        return committed(before)
      }
      case "stream":
        return store.readStream(streams[operation.id] ?? { category: "A", id: "1" }, operation.range)
      case "log":
        return store.readAll(operation.range)
      case "streams":
        return store.streams(operation.range)
      case "acquire":
        return Effect.map(checkpoints.acquire(operation.key, operation.ttl), Option.getOrNull)
      case "renew":
        return Effect.flip(
          Effect.andThen(checkpoints.renew(operation.key, operation.epoch, operation.ttl), Effect.fail("renewed")),
        )
      case "pass":
        return TestClock.adjust(operation.millis) as Effect.Effect<void>
      case "keep":
        return snapshots.write(operation.snapshot)
    }
  }

  const heard: Array<unknown> = []
  for (const [at, operation] of operations.entries()) heard.push([operation, plain(yield* perform(operation, at))])
  for (const stream of streams) {
    heard.push(plain(yield* store.readStream(stream)), plain(Option.getOrNull(yield* snapshots.read(stream))))
  }
  for (const partition of [0, 1]) heard.push(yield* checkpoints.read({ consumer: "p", upstream: "log", partition }))
  for (const id of ["c1", "c2", "c;3", "\ud800"]) {
    heard.push(plain(Option.getOrNull(yield* store.command(id))))
  }
  heard.push(yield* store.head, plain(yield* store.readAll({ after: 0, limit: Infinity })))
  return heard
})

type Layered = Layer.Layer<EventStore | Checkpoints | Snapshots, unknown>

const run = (layer: Layered, operations: ReadonlyArray<Operation>, orders?: Orders) =>
  Effect.runPromise(Effect.provide(answers(operations, orders), [layer, TestClock.layer()]))

/** Every order of so many. */
const permutations = (items: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> =>
  items.length === 0
    ? [[]]
    : items.flatMap((item) => permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]))

/**
 * What the store in memory answers where it commits one by one what the other store was given at once, in an order that
 * explains the other one's answers, if there is one.
 */
const explaining = async (operations: ReadonlyArray<Operation>, heard: ReadonlyArray<unknown>) => {
  const orders = new Map<number, ReadonlyArray<number>>()
  for (const [at, operation] of operations.entries()) {
    if (operation._tag !== "together") continue
    for (const order of permutations([...operation.commits.keys()])) {
      const trial = await run(Memory.layer, operations.slice(0, at + 1), new Map(orders).set(at, order))
      if (!isDeepStrictEqual(trial[at], heard[at])) continue
      orders.set(at, order)
      break
    }
  }
  return run(Memory.layer, operations, orders)
}

const outcomes = [
  "CheckpointConflict",
  "CommandRepeated",
  "ConditionFailed",
  "EventIdReused",
  "Fenced",
  "InvalidInput",
  "VersionConflict",
  "committed",
  "repeated",
]

/**
 * Programs are answered by a store, built anew for each, as by the one in memory: so many, and more where some outcome is
 * rare this time. What is committed at once is recorded in some order.
 */
export const agree = async (layer: () => Layered, runs: number): Promise<void> => {
  reached.clear()
  const property = fc.asyncProperty(program, async (operations) => {
    const heard = await run(layer(), operations)
    expect(heard).toEqual(await explaining(operations, heard))
  })
  for (let tries = 0; tries < 5 && reached.size < outcomes.length; tries++) {
    await fc.assert(property, { numRuns: runs })
  }
  expect([...reached].toSorted()).toEqual(outcomes)
}
