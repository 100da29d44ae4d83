import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { Aggregate, Decider, EventCodec, EventMapper, Processor, Projection, Query, Repository, Timers } from "everfold"
import * as t from "io-ts"
import { afterAll, expect, it } from "vitest"
import { freshSchema, serverUrl } from "../postgres/run.ts"
import { open, type Place } from "./places.ts"
import { start } from "./processes.ts"

const folder = mkdtempSync(join(tmpdir(), "everfold-timers-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const Asked = EventCodec.make({ Asked: t.type({ at: t.number }) })
type Asked = EventCodec.TypeOf<typeof Asked>
const asked = Repository.make(
  Aggregate.make({
    category: "Asked",
    events: Asked,
    decider: Decider.make({
      initial: 0,
      decide: (at: number, _times: number) => Decider.accept(Asked.Asked({ at })),
      evolve: (times: number, _event: Asked) => times + 1,
    }),
  }),
)
const setting = Processor.policy({
  name: "setting",
  events: Asked,
  filter: Query.make({ category: "Asked" }),
  policy: ({ stream, event }) => [{ id: stream.id, at: event.at }],
  send: ({ id, at }) => (at < 0 ? Timers.cancel(id) : Timers.set(id, at)),
})

const places: ReadonlyArray<readonly [string, Effect.Effect<Place>]> = [
  ["SQLite", Effect.succeed({ store: "sqlite", filename: join(folder, "store.db") })],
  ["PostgreSQL", Effect.promise(async () => ({ store: "postgres", url: await serverUrl(), schema: freshSchema() }))],
]

for (const [store, where] of places) {
  it(`fire once each on ${store}, though whoever looks after them is killed all the time`, {
    timeout: 60_000,
  }, async () => {
    const ids = Array.from({ length: 60 }, (_, n) => `t${n}`)
    const place = await Effect.runPromise(where)
    const look = () => start<unknown>("timers.ts", [JSON.stringify(place)], () => {})
    const histories = await Effect.gen(function* () {
      yield* Effect.forkScoped(Projection.run(setting))
      const now = yield* Clock.currentTimeMillis
      for (const [n, id] of ids.entries()) yield* asked.execute(id, now + (n % 12) * 150)
      for (const id of ids.slice(0, 10)) yield* asked.execute(`far-${id}`, now + 3_600_000)
      for (const id of ids.slice(0, 10)) yield* asked.execute(`far-${id}`, -1)
      yield* Effect.forkScoped(
        Effect.forever(
          Effect.gen(function* () {
            const child = look()
            yield* Effect.sleep(Math.random() * 700)
            yield* Effect.promise(child.kill)
          }),
        ),
      )
      yield* Effect.sleep("2500 millis")
      const steady = yield* Effect.acquireRelease(Effect.sync(look), (child) => Effect.promise(child.kill))
      const all = Effect.forEach([...ids, ...ids.slice(0, 10).map((id) => `far-${id}`)], (id) =>
        Effect.map(Stream.runCollect(Timers.timers.history(id)), (history) => ({ id, history })),
      )
      const isOver = (found: Effect.Success<typeof all>) =>
        found.every(({ history }) => history.at(-1)?.event._tag !== "TimerSet")
      let found = yield* all
      for (let n = 0; n < 200 && !isOver(found); n++) {
        yield* Effect.sleep("50 millis")
        found = yield* all
      }
      expect(steady.complaints()).toBe("")
      return found
    }).pipe(Effect.scoped, Effect.provide(Layer.mergeAll(open(place), EventMapper.plain)), Effect.runPromise)
    for (const { id, history } of histories) {
      const tags = history.map(({ event }) => event._tag)
      expect(tags).toEqual(["TimerSet", id.startsWith("far") ? "TimerCancelled" : "TimerFired"])
      const [, last] = history
      if (last?.event._tag === "TimerFired") expect(last.recordedAt).toBeGreaterThanOrEqual(last.event.at)
    }
  })
}
