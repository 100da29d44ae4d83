/** Timers under the seeded scheduler: whoever looks after them is killed between any two steps, and its clock goes back. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { any, type Commit } from "../../src/core/event/Commit.ts"
import { EventStore } from "../../src/core/port/EventStore.ts"
import { EventMapper } from "../../src/core/program/EventMapper.ts"
import * as StoreModel from "../../src/core/program/StoreModel.ts"
import * as Timers from "../../src/core/program/Timers.ts"
import * as Memory from "../../src/interpreters/memory/Memory.ts"
import { agree } from "../../src/laws/Difference.ts"
import * as Interleaving from "../../src/laws/Interleaving.ts"
import * as Law from "../../src/laws/Law.ts"
import { laws } from "../../src/laws/vitest.ts"

type Running = typeof Timers.run
type Store = EventStore["Service"]

/** When every clock of these worlds begins. */
const start = 1_800_000_000_000

const step = fc.record(
  {
    id: fc.constantFrom("a", "b"),
    /** Milliseconds from the start, and none to cancel it. */
    at: fc.option(fc.integer({ min: -1000, max: 8000 })),
    /** Milliseconds that pass before. */
    after: fc.integer({ min: 0, max: 3000 }),
  },
  { noNullPrototype: true },
)

const law = (running: Running, runs = 100) =>
  Law.make({
    name: "T1",
    title: "timers",
    equation:
      "killed between any two steps, others go on: each fires once, not before its time, unless it was cancelled",
    given: fc.record({
      steps: fc.array(step, { minLength: 1, maxLength: 6 }),
      kills: fc.array(fc.nat(4000), { maxLength: 2 }),
      choices: Interleaving.choices,
    }),
    runs,
    must: ["killed", "fired", "cancelled"],
    holds: Effect.fnUntraced(function* ({ steps, kills, choices }, seen) {
      const world = yield* Layer.build(Layer.fresh(Layer.merge(Memory.layer, EventMapper.plain)))
      const early: Array<string> = []
      let done = 0

      /** Of a commit that has one fire: whether it was time, by the clock that is no runner's own. */
      const watched = (clock: Clock.Clock) => (store: Store) => ({
        ...store,
        commit: (commit: Commit) =>
          Effect.tap(store.commit(commit), () =>
            Effect.sync(() => {
              const now = clock.currentTimeMillisUnsafe()
              for (const { stream, events } of commit.writes) {
                if (events.some(({ type, recordedAt }) => type === "TimerFired" && recordedAt > now)) {
                  early.push(stream.id)
                }
              }
            }),
          ),
      })
      const asking = Effect.gen(function* () {
        for (const { id, at, after } of steps.slice(done)) {
          yield* Effect.sleep(after)
          const dispatch = at === null ? Timers.cancel(id) : Timers.set(id, start + at)
          yield* StoreModel.carryOut(dispatch.to)
          done++
        }
        yield* Effect.sleep("1 minute")
      })
      const life = Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const own = Effect.updateService(running, EventStore, watched(clock))
        yield* Effect.forkChild(own)
        yield* Effect.forkChild(own)
        // In a process of its own too: nothing that was held in memory outlives it.
        yield* Effect.updateService(asking, EventStore, (store) => ({ ...store }))
      })

      yield* Effect.gen(function* () {
        for (const after of kills) {
          if (Option.isNone(yield* Interleaving.killed(choices, after)(life))) seen("killed")
        }
        yield* Interleaving.run(choices)(life)
        for (const id of ["a", "b"]) {
          const history = yield* Stream.runCollect(Timers.timers.history(id))
          let pending: number | undefined
          for (const { event, recordedAt } of history) {
            if (event._tag === "TimerSet") pending = event.at
            else {
              seen(event._tag === "TimerFired" ? "fired" : "cancelled")
              yield* agree(`the time that ${id} was set to`, { expected: pending, actual: event.at })
              if (event._tag === "TimerFired" && recordedAt < event.at) early.push(id)
              pending = undefined
            }
          }
          yield* agree(`what ${id} still waits for`, { expected: undefined, actual: pending })
        }
        yield* agree("what fired before its time", { expected: [], actual: early })
      }).pipe(Effect.provide(world))
    }, Effect.scoped),
  })

laws({ name: "timers", laws: [law(Timers.run)] })

const over = (flaw: (store: Store) => Effect.Effect<Partial<Store>, unknown>): Running =>
  Effect.flatMap(EventStore, (store) =>
    Effect.flatMap(Effect.orDie(flaw(store)), (changed) =>
      Effect.provideService(Timers.run, EventStore, { ...store, ...changed }),
    ),
  )

const broken: Readonly<Record<string, Running>> = {
  "a clock that is ahead": Effect.updateService(Timers.run, Clock.Clock, (clock) => ({
    ...clock,
    currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + 700),
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + 700,
  })),
  "whoever only learns of what is set while it looks": over(({ head, readAll }) =>
    Effect.map(head, (begun) => ({
      readAll: (range) => readAll({ ...range, after: Math.max(range.after, begun) }),
    })),
  ),
  "a timer that fires whatever happened to it meanwhile": over(({ commit }) =>
    Effect.succeed({
      commit: (request) => commit({ ...request, writes: request.writes.map((write) => ({ ...write, expected: any })) }),
    }),
  ),
}

for (const [flaw, running] of Object.entries(broken)) {
  it(`T1 catches ${flaw}`, async () => {
    const result = await Effect.runPromise(Law.check(law(running, 500), { seed: 42 }))
    expect(result._tag, result._tag === "Holds" ? "it holds" : result.report).toBe("Counterexample")
  })
}
