/** Crowds: many callers at once on a few streams, who are answered, refused, repeated and interrupted. */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { left, right } from "fp-ts/lib/Either.js"
import * as t from "io-ts"
import { describe, expect, it } from "vitest"
import { Aggregate, Decider, EventCodec, EventMapper, Repository } from "../../../src/core/index.ts"
import { Memory } from "../../../src/interpreters/memory/index.ts"
import { sqlite } from "../../laws/subjects.ts"

const PaidEvent = EventCodec.make({ Paid: t.type({ by: t.number, amount: t.number }) })
type PaidEvent = EventCodec.TypeOf<typeof PaidEvent>

interface Purse {
  readonly count: number
  readonly sum: number
}
interface Pay {
  readonly by: number
  readonly amount: number
}

/** A refusal, with what it was decided on. */
class Poor {
  readonly _tag = "Poor"
  readonly seen: Purse
  constructor(seen: Purse) {
    this.seen = seen
  }
}

const empty: Purse = { count: 0, sum: 0 }
const purse = Decider.make({
  initial: empty,
  decide: ({ by, amount }: Pay, state: Purse) =>
    state.sum + amount < 0 ? Decider.reject(new Poor(state)) : Decider.accept(PaidEvent.Paid({ by, amount })),
  evolve: ({ count, sum }: Purse, { amount }: PaidEvent): Purse => ({ count: count + 1, sum: sum + amount }),
})
const Purses = Aggregate.make({ category: "Purse", decider: purse, events: PaidEvent })

const stores = {
  memory: Layer.merge(Memory.layer, EventMapper.plain),
  sqlite: Layer.merge(sqlite, EventMapper.plain),
}

/**
 * Every tenth is refused, every tenth has an id, every tenth is interrupted; some repeat the one before under its id, not
 * too many, for each of them reads the stream up to where it was.
 */
const mannerOf = (by: number) => {
  const manner = (["plain", "refused", "keyed", "again", "interrupted"] as const)[by % 10] ?? "plain"
  return manner === "again" && by > 1000 ? "plain" : manner
}

setFlagsFromString("--expose-gc")
const collect: unknown = runInNewContext("gc")

describe.each(Object.entries(stores))("on %s", (_, layer) => {
  it.each([1000, 10_000])(
    "%d commands that wait for one stream are answered once, truly and in order",
    async (many) => {
      const commands: Array<WeakRef<Pay>> = []
      await Effect.runPromise(
        Effect.gen(function* () {
          const purses = Repository.make(Purses)
          const pay = (by: number) => {
            const manner = mannerOf(by)
            const payer = manner === "again" ? by - 1 : by
            const command = { by: payer, amount: manner === "refused" ? -1_000_000 : 1 }
            commands.push(new WeakRef(command))
            return purses.execute(
              "a",
              command,
              manner === "keyed" || manner === "again" ? { commandId: `c${payer}` } : {},
            )
          }
          const fibers = yield* Effect.forEach(Array.from({ length: many }).keys(), (by) => Effect.forkChild(pay(by)))
          // Some before they are taken, some while they are, some when they have their answer.
          const interrupting = yield* Effect.forkChild(
            Effect.forEach(fibers.entries(), ([by, fiber]) =>
              mannerOf(by) === "interrupted"
                ? Effect.andThen(by % 3 === 0 ? Effect.yieldNow : Effect.void, Fiber.interrupt(fiber))
                : Effect.void,
            ),
          )
          const exits = yield* Effect.forEach(fibers, (fiber) => Fiber.await(fiber))
          yield* Fiber.join(interrupting)

          const history = yield* Stream.runCollect(purses.history("a"))
          const versionOf = new Map(history.map(({ event, version }) => [event.by, version]))
          expect(versionOf.size).toBe(history.length)
          let last = 0
          for (const [by, exit] of exits.entries()) {
            const manner = mannerOf(by)
            if (manner === "interrupted") {
              if (Exit.isSuccess(exit)) expect(versionOf.get(by)).toBe(exit.value.version)
              continue
            }
            if (manner === "refused") {
              const refusal = Exit.isFailure(exit) && Option.getOrUndefined(Exit.findErrorOption(exit))
              expect(refusal).toBeInstanceOf(Poor)
              if (!(refusal instanceof Poor)) continue
              expect(refusal.seen.sum).toBe(refusal.seen.count)
              // Those before it in the queue had their turn before it, and those behind it had not.
              expect(refusal.seen.count).toBeGreaterThanOrEqual(last)
              expect(versionOf.get(by + 1)).toBeGreaterThan(refusal.seen.count)
              continue
            }
            expect(Exit.isSuccess(exit)).toBe(true)
            if (!Exit.isSuccess(exit)) continue
            const { version, state, repeated } = exit.value
            expect([version, state]).toEqual([
              versionOf.get(manner === "again" ? by - 1 : by),
              { count: version, sum: version },
            ])
            expect(repeated).toBe(manner === "again")
            if (manner !== "again") expect(version).toBeGreaterThan(last)
            last = version
          }
        }).pipe(Effect.provide(layer)),
      )
      // Nothing holds on to what was answered.
      if (typeof collect === "function") collect()
      expect(commands.filter((command) => command.deref() !== undefined).length).toBeLessThan(many / 100)
    },
  )

  it("transfers in both orders, from many fibers and repositories, end, and move no more than there is", async () => {
    const names = ["a", "b", "c"]
    await Effect.runPromise(
      Effect.gen(function* () {
        const repositories = [0, 1, 16].map((cache) => Repository.make(Purses, { cache }))
        const [first] = repositories
        if (first === undefined) return
        for (const name of names) yield* first.execute(name, { by: 0, amount: 20 })
        const move = (n: number) => {
          const purses = repositories[n % 3] ?? first
          const [from, to] = [names[n % 3] ?? "a", names[(n + 1 + (n % 2)) % 3] ?? "b"]
          const moving = Repository.transactAll({ from: purses.stream(from), to: purses.stream(to) }, ({ from, to }) =>
            from.sum < 7
              ? left(new Poor(from))
              : right([
                  to.sum,
                  { from: [PaidEvent.Paid({ by: n, amount: -7 })], to: [PaidEvent.Paid({ by: n, amount: 7 })] },
                ] as const),
          )
          return Effect.exit(n % 7 === 0 ? Effect.timeout(moving, n % 4) : moving)
        }
        const exits = yield* Effect.forEach(Array.from({ length: 120 }).keys(), move, { concurrency: "unbounded" })
        const moved = exits.filter(Exit.isSuccess).length
        expect(moved).toBeGreaterThan(5)
        const sums: Array<number> = []
        const moves: Array<string> = []
        for (const name of names) {
          let sum = 0
          for (const { event } of yield* Stream.runCollect(first.history(name))) {
            sum += event.amount
            expect(sum).toBeGreaterThanOrEqual(0)
            if (event.by > 0 || Math.abs(event.amount) === 7) moves.push(`${event.by} ${event.amount}`)
          }
          sums.push(sum)
        }
        expect(sums.reduce((a, b) => a + b)).toBe(60)
        // Each is there whole, and once.
        expect(new Set(moves).size).toBe(moves.length)
        expect(moves.length / 2).toBeGreaterThanOrEqual(moved)
      }).pipe(Effect.provide(layer), Effect.timeout("20 seconds")),
    )
  })
})
