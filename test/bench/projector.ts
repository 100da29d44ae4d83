/**
 * An instance of a projection in a process of its own, for what is said in its argument. It tells when it is there, then
 * of events handled, with the time and what memory is in use; when it hears anything, it ends in order.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { now } from "./postgres/clock.ts"
import { instance, storeAt, type Where } from "./projecting.ts"

export interface Task {
  readonly where: Where
  readonly version: number
  readonly lease: number
  readonly batch: number
  readonly untilActive: boolean
  /** Tells whenever so many were handled. */
  readonly every: number
}

export interface Heard {
  readonly handled: number
  /** Milliseconds, by the clock of all processes. */
  readonly at: number
  /** Megabytes: in use after a garbage collection, and of the process. */
  readonly heap: number
  readonly resident: number
}

const { where, every, ...options }: Task = JSON.parse(process.argv[2] ?? "{}")
let handled = 0

const tell = (): void => {
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  const heard: Heard = { handled, at: now(), heap: heapUsed / 1e6, resident: rss / 1e6 }
  process.send?.(heard)
}

const working = Effect.runFork(
  instance(where, {
    ...options,
    handled: (events) => {
      const before = handled
      handled += events
      if (Math.floor(before / every) < Math.floor(handled / every)) tell()
    },
  }).pipe(Effect.provide(storeAt(where))),
)
process.on("message", () => Effect.runPromise(Fiber.interrupt(working)).then(() => process.exit()))
process.on("disconnect", () => process.exit())
tell()
const exit = await Effect.runPromise(Fiber.await(working))
if (exit._tag === "Failure") throw exit.cause
tell()
process.disconnect()
