/** Writers at work for a time, and what whoever is measured can do. */
import { type Sample, sample } from "../measure.ts"

/** So many writers, each doing one thing after another until the time is over. */
export interface Load {
  readonly writers: number
  readonly seconds: number
  /** The stream that a writer writes to in its nth operation, from 0. */
  readonly stream: (writer: number, n: number) => string
}

/** What is measured: a store, or the driver by hand. Opened once for all rounds; each has a database of its own. */
export interface Contender {
  /** One event to each of streams that are new. */
  readonly append: (load: Load) => Promise<Sample>
  /** As many events to each of new streams, however it likes. */
  readonly fill: (streams: ReadonlyArray<string>, events: number) => Promise<void>
  /** A command on streams that may exist: find the state, decide, append, and decide again after a conflict. */
  readonly execute: (load: Load) => Promise<Sample>
  /** A state from all events of a stream; answers how many there were. */
  readonly rehydrate: (stream: string) => Promise<number>
  readonly close: () => Promise<void>
}

/** Reads the log from its begin. */
export interface Follower {
  /** Sees each of the first events, parsed; answers how many it saw in the time. */
  readonly follow: (events: number, milliseconds: number) => Promise<number>
  /** Adds each of the first events up in the table of totals exactly once, also where it dies meanwhile. */
  readonly project: (events: number, milliseconds: number) => Promise<number>
}

/** Runs a load on promises. */
export const loops = async (
  { writers, seconds, stream }: Load,
  operation: (stream: string, quantity: number) => Promise<unknown>,
): Promise<Sample> => {
  const latencies: Array<number> = []
  const start = performance.now()
  const end = start + seconds * 1000
  const loop = async (writer: number): Promise<void> => {
    for (let n = 0; performance.now() < end; n++) {
      const before = performance.now()
      await operation(stream(writer, n), n)
      latencies.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: writers }, (_, writer) => loop(writer)))
  return sample(latencies.length, start, Float64Array.from(latencies))
}
