/** Where a run takes place, and what can go wrong there beside processes that are killed. */
import { setTimeout } from "node:timers/promises"
import type { Crashes } from "./crash/judging.ts"
import type { Place } from "./places.ts"

/** Something that goes wrong every now and then. */
export interface Hazard {
  /** What is counted. */
  readonly name: string
  /** How many milliseconds lie between two strikes, on average. */
  readonly every: number
  /** How many it hit. */
  readonly strike: () => Promise<number>
}

/** An operation that was under way when its connection or its process was lost. */
export interface Lost {
  readonly what: "connection" | "process"
  readonly op: string
  readonly at: number
}

export interface Scene {
  /** As the processes reach it that are tried. */
  readonly place: Place
  /** As those reach it who look at what is left. */
  readonly inspected: Place
  readonly hazards: ReadonlyArray<Hazard>
  /** What was under way on connections that were lost, so far. */
  readonly lost: ReadonlyArray<Lost>
  /** Interrupts one process at every n-th of its statements, each time on a store of its own. */
  readonly interrupt: (every: number) => Promise<Crashes>
  /** Nothing goes wrong any more. */
  readonly calm: () => Promise<void>
  /** Ends all of it. */
  readonly close: () => Promise<void>
}

export const pause = (millis: number): Promise<void> => setTimeout(millis)

/** Between none and twice as many milliseconds. */
export const about = (millis: number): number => Math.random() * 2 * millis

/** Lets hazards strike until it is told to stop, and then waits until the last one is over: how often each has hit. */
export const unleash = (hazards: ReadonlyArray<Hazard>) => {
  const hits = new Map(hazards.map(({ name }) => [name, 0]))
  const over = new AbortController()
  const lull = (millis: number): Promise<void> => setTimeout(millis, undefined, { signal: over.signal }).catch(() => {})
  const haunt = async ({ name, every, strike }: Hazard): Promise<void> => {
    await lull(about(every) / 2)
    while (!over.signal.aborted) {
      const hit = await strike()
      hits.set(name, (hits.get(name) ?? 0) + hit)
      await lull(about(every))
    }
  }
  const all = Promise.all(hazards.map(haunt))
  return {
    stop: async (): Promise<ReadonlyMap<string, number>> => {
      over.abort()
      await all
      return hits
    },
  }
}
