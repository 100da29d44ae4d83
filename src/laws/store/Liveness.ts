/**
 * The law that no call of a store keeps its process from going on (S20).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import * as fc from "fast-check"
import * as Commit from "../../core/event/Commit.ts"
import { EventStore } from "../../core/port/EventStore.ts"
import * as Commits from "../arbitrary/Commits.ts"
import { agree } from "../Difference.ts"
import * as Law from "../Law.ts"
import type * as World from "./World.ts"

/**
 * A store whose calls are to block nobody.
 *
 * @category model
 * @since 0.1.0
 */
export interface LivenessSubject extends World.Subject {
  /**
   * Somebody else who keeps the store from being written to, another process say: it succeeds once that has begun, and
   * lets go by itself after some 300 milliseconds.
   */
  readonly rival?: Effect.Effect<void, unknown, Scope | EventStore>
}

/** Milliseconds. */
const allowed = 50
const every = 5
/** A busy machine delays timers, too: the store is to blame only for what it does each time. */
const tries = 5

/** The longest that a timer of this process was late while the effect ran, in milliseconds. */
const lateness = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<number, E, R> =>
  Effect.scoped(
    Effect.gen(function* () {
      let worst = 0
      let due = performance.now() + every
      const tick = (): void => {
        worst = Math.max(worst, performance.now() - due)
        due = performance.now() + every
      }
      yield* Effect.acquireRelease(
        Effect.sync(() => setInterval(tick, every)),
        (timer) => Effect.sync(() => clearInterval(timer)),
      )
      yield* effect
      // What was late has its turn before it is counted.
      yield* Effect.sleep(2 * every)
      return Math.round(worst)
    }),
  )

/** Writers that contend for one stream, and a follower that reads it all again and again, for a while. */
const contend = Effect.fnUntraced(function* (store: World.Store, next: Commits.Ids, writers: number, millis: number) {
  const end = performance.now() + millis
  const write = Effect.gen(function* () {
    while (performance.now() < end) {
      const events = Array.from({ length: 3 }, () => ({ type: "Added", tags: ["x"] }))
      yield* store.commit(Commits.commit(next, [{ stream: Commits.streams[0], expected: Commit.any, events }]))
      yield* Effect.yieldNow
    }
  })
  const follow = Effect.gen(function* () {
    let after = 0
    while (performance.now() < end) {
      const page = yield* store.readAll({ after, limit: 100 })
      after = page.events.length < 100 ? 0 : page.scannedTo
      yield* Effect.yieldNow
    }
  })
  yield* Effect.all([...Array.from({ length: writers }, () => write), follow], { concurrency: "unbounded" })
})

/**
 * S20
 *
 * @category laws
 * @since 0.1.0
 */
export const S20 = ({ layer, rival, runs = 2 }: LivenessSubject): Law.Law =>
  Law.make({
    name: "S20",
    title: "no call blocks the process",
    equation: "a timer fires within 50 ms of its time while writers contend, and while somebody else holds the store",
    given: fc.constant({ writers: 4 }),
    runs,
    holds: Effect.fnUntraced(
      function* ({ writers }) {
        const store = yield* EventStore
        const next = Commits.ids()
        const measured: Array<string> = []
        for (let i = 0; i < tries; i++) {
          const idle = yield* lateness(Effect.sleep(100))
          const held = rival === undefined ? Effect.void : rival
          const busy = yield* lateness(Effect.scoped(Effect.andThen(held, contend(store, next, writers, 400))))
          if (busy <= idle + allowed) return
          measured.push(`${busy} ms, and ${idle} ms without the store`)
        }
        yield* agree(`how late timers were, each time of ${tries},`, {
          expected: `at most ${allowed} ms more than without the store`,
          actual: measured,
        })
      },
      (effect) => Effect.provide(effect, Layer.fresh(layer)),
    ),
  })
