import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { describe, expect, it } from "vitest"
import * as Connection from "../../../src/interpreters/postgres/Connection.ts"
import type { Fault } from "../../../src/interpreters/postgres/faults.ts"
import * as Pool from "../../../src/interpreters/postgres/Pool.ts"
import { serverUrl } from "../../postgres/run.ts"
import { query, raw } from "./raw.ts"

const url = await serverUrl()

type Ask = (statement: string) => Effect.Effect<string, Fault>

/** The first cell of the last row. */
const asked =
  (pool: Pool.Pool): Ask =>
  (statement) =>
    Effect.suspend(() => {
      const cells: Array<string> = []
      return pool.run(statement, [], { row: ([cell]) => void cells.push(cell ?? ""), end: () => cells.at(-1) ?? "" })
    })

/** A pool, and how many connections it made. */
const withPool = <A, E>(
  size: number,
  use: (ask: Ask, made: () => number) => Effect.Effect<A, E, Scope.Scope>,
): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { connect, abandon } = Connection.connector({ url, prepare: true })
        let made = 0
        const counting = () => {
          made++
          return connect()
        }
        const pool = yield* Pool.make(size, { abandon, connect: counting })
        return yield* use(asked(pool), () => made)
      }),
    ),
  )

describe("statements", () => {
  it("share as many connections as there are, in the order in which they came", async () => {
    const answers = await withPool(2, (ask, made) =>
      Effect.gen(function* () {
        const done: Array<string> = []
        const statements = Array.from({ length: 20 }, (_, i) => ask(`SELECT ${i}, pg_sleep(0.01)`))
        yield* Effect.forEach(statements, (each) => Effect.map(each, (answer) => done.push(answer)), {
          concurrency: "unbounded",
        })
        expect(made()).toBe(2)
        return done.map(Number)
      }),
    )
    expect(answers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    // Two are out at a time, so none is far from its place.
    for (const [i, answer] of answers.entries()) expect(Math.abs(answer - i)).toBeLessThan(5)
  })

  it("make one connection for one after another, and none beforehand", async () => {
    await withPool(8, (ask, made) =>
      Effect.gen(function* () {
        expect(made()).toBe(0)
        for (let i = 0; i < 20; i++) yield* ask("SELECT 1")
        expect(made()).toBe(1)
      }),
    )
  })

  it("go on over another connection where theirs was ended meanwhile", async () => {
    await withPool(1, (ask, made) =>
      Effect.gen(function* () {
        const pid = yield* ask("SELECT pg_backend_pid()")
        yield* Effect.promise(() => query(`SELECT pg_terminate_backend(${pid}, 5000)`))
        // Until this process hears of it, a statement may meet its end.
        yield* Effect.eventually(Effect.map(ask("SELECT 1"), (answer) => expect(answer).toBe("1")))
        expect(made()).toBeGreaterThan(1)
      }),
    )
  })

  it("that nobody waits for any more are not sent", async () => {
    const sequence = `everfold_test_${crypto.randomUUID().replaceAll("-", "")}`
    await query(`CREATE SEQUENCE ${sequence}`)
    await withPool(1, (ask) =>
      Effect.gen(function* () {
        const busy = yield* Effect.forkChild(ask("SELECT pg_sleep(0.3)"))
        yield* Effect.sleep("50 millis")
        const waiting = yield* Effect.forkChild(ask(`SELECT nextval('${sequence}')`))
        yield* Effect.sleep("50 millis")
        yield* Fiber.interrupt(waiting)
        yield* Fiber.join(busy)
        expect(yield* ask(`SELECT nextval('${sequence}')`)).toBe("1")
      }),
    )
    await query(`DROP SEQUENCE ${sequence}`)
  })

  it("that are interrupted under way let their caller go at once, and keep their connection for those who come next", async () => {
    await raw((holder) =>
      withPool(1, (ask, made) =>
        Effect.gen(function* () {
          yield* Effect.promise(() => holder.query("SELECT pg_advisory_lock(4711)"))
          const slow = yield* Effect.forkChild(ask("SELECT pg_advisory_xact_lock(4711)"))
          yield* Effect.sleep("100 millis")
          yield* Fiber.interrupt(slow)
          yield* Effect.promise(() => holder.query("SELECT pg_advisory_unlock(4711)"))
          expect(yield* ask("SELECT 'next'")).toBe("next")
          expect(made()).toBe(1)
        }),
      ),
    )
  })
})

describe("rows", () => {
  it("are read for as long as somebody waits for them", async () => {
    const seen = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const pool = yield* Pool.make(1, Connection.connector({ url, prepare: true }))
          let seen = 0
          const counting = { row: () => void seen++, end: () => seen }
          const all = "SELECT generate_series(1, 1000000), repeat('x', 100)"
          const reading = yield* Effect.forkChild(pool.run(all, [], counting))
          while (seen === 0) yield* Effect.sleep("1 millis")
          yield* Fiber.interrupt(reading)
          const before = seen
          yield* pool.run("SELECT 1", [], { row: () => {}, end: () => {} })
          return seen - before
        }),
      ),
    )
    expect(seen).toBe(0)
  })
})

describe("a pool that is closed", () => {
  it("refuses what waits and what comes, ends what is under way within a second or two, and its connections", async () => {
    const name = crypto.randomUUID()
    const outcomes = await Effect.runPromise(
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const ask = asked(yield* Scope.provide(Pool.make(1, Connection.connector({ url, prepare: true })), scope))
        const busy = yield* Effect.forkChild(Effect.flip(ask(`SELECT '${name}', pg_sleep(20)`)))
        const waiting = yield* Effect.forkChild(Effect.flip(ask("SELECT 1")))
        yield* Effect.sleep("200 millis")
        yield* Scope.close(scope, Exit.void)
        const late = yield* Effect.flip(ask("SELECT 1"))
        return [yield* Fiber.join(busy), yield* Fiber.join(waiting), late]
      }),
    )
    expect(outcomes.map(({ passing, undone }) => ({ passing, undone }))).toEqual([
      { passing: true, undone: false },
      { passing: false, undone: true },
      { passing: false, undone: true },
    ])
    expect(outcomes.slice(1).map(({ cause }) => String(cause))).toEqual([
      "Error: the layer of the store is closed",
      "Error: the layer of the store is closed",
    ])
  })
})
