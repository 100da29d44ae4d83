/** Writers at work for a time, and what whoever is measured can do. */
import { type Sample, sample } from "../measure.ts"

/** So many writers, each doing one thing after another until the time is over. */
export interface Load {
  readonly writers: number
  readonly seconds: number
  /** The id of the order that a writer writes to in its nth operation, from 0. */
  readonly order: (writer: number, n: number) => string
}

/** What is measured: a store, or the driver by hand. Opened once for all rounds; each has a database of its own. */
export interface Contender {
  /** One event to each of orders that are new. */
  readonly append: (load: Load) => Promise<Sample>
  /** As many events to each of new orders, however it likes. */
  readonly fill: (orders: ReadonlyArray<string>, events: number) => Promise<void>
  /** A command on orders that may exist: find the state, decide, append, and decide again after a conflict. */
  readonly execute: (load: Load) => Promise<Sample>
  /** A state from all events of an order; answers how many there were. */
  readonly rehydrate: (order: string) => Promise<number>
  /** One event to a new order, of which followers in other processes are told. */
  readonly send: (order: string, quantity: number) => Promise<unknown>
  readonly close: () => Promise<void>
}

/** Reads the log from its begin. */
export interface Follower {
  /** Sees each of the first events, parsed; answers how many it saw in the time. */
  readonly follow: (events: number, milliseconds: number) => Promise<number>
  /** Adds each of the first events up in the table of totals exactly once, also where it dies meanwhile. */
  readonly project: (events: number, milliseconds: number) => Promise<number>
  /** Sees what is appended from now on, each event by its quantity, until it is closed. */
  readonly live: (seen: (quantity: number) => void) => Promise<void>
  readonly close: () => Promise<void>
}

/** Runs a load on promises. */
export const loops = async (
  { writers, seconds, order }: Load,
  operation: (order: string, quantity: number) => Promise<unknown>,
): Promise<Sample> => {
  const latencies: Array<number> = []
  const start = performance.now()
  const end = start + seconds * 1000
  const loop = async (writer: number): Promise<void> => {
    for (let n = 0; performance.now() < end; n++) {
      const before = performance.now()
      await operation(order(writer, n), n)
      latencies.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: writers }, (_, writer) => loop(writer)))
  return sample(latencies.length, start, Float64Array.from(latencies))
}
