/** Looks after timers until it is killed, and says when it begins. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventMapper, Timers } from "everfold"
import { open, type Place } from "./places.ts"

const place: Place = JSON.parse(process.argv[2] ?? "{}")

console.log(JSON.stringify({ told: "began" }))
await Effect.runPromise(Timers.run.pipe(Effect.provide(Layer.mergeAll(open(place), EventMapper.plain))))
