/**
 * A writer: lanes that carry out their operations one after another, all at once, and print each answer before they go
 * on, until the process is killed. `{"place", "design", "lanes": {"a": 17}, "finish": false}`; with `finish` each lane
 * does one operation. Its clock jumps by hours.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper } from "everfold"
import { act } from "./acts.ts"
import { jumping } from "./clock.ts"
import type { Design } from "./designs.ts"
import { open, type Place } from "./places.ts"
import { now, print } from "./report.ts"

export interface Task {
  readonly place: Place
  readonly design: Design
  readonly lanes: { readonly [lane: string]: number }
  readonly finish: boolean
}

const { place, design, lanes, finish }: Task = JSON.parse(process.argv[2] ?? "{}")

const run = Effect.fnUntraced(function* ([lane, from]: readonly [string, number]) {
  for (let serial = from; serial === from || !finish; serial++) {
    const steps = act(design, lane, serial)
    for (const [i, step] of steps.entries()) {
      const start = now()
      const answer = yield* step
      print({ ...answer, lane, serial, start, end: now(), done: i === steps.length - 1 })
      // A store that is not there is soon there again, perhaps.
      if (answer.told === "nothing" && answer.why === "StoreUnavailable") yield* Effect.sleep(20)
    }
    // What is answered without a pause would never let the others run.
    yield* Effect.yieldNow
  }
})

await Effect.runPromise(
  Effect.forEach(Object.entries(lanes), run, { concurrency: "unbounded", discard: true }).pipe(
    Effect.provide(Layer.mergeAll(open(place), EventMapper.plain)),
    Effect.provideService(Clock.Clock, jumping(36_000_000)),
  ),
)
