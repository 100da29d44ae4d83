/** Commands on SQLite, flushed one by one or together: 1, 16 and 64 writers on streams of their own. */
import { compare, type Figure, type Work } from "./measure.ts"
import { everfold, limit } from "./writers.ts"

const name = "sqlite-append"
const single = "by hand, 1 row a transaction"
const grouped = "by hand, 64 rows a transaction"
/** Streams of each writer: some commands found a stream, most go on with one. */
const streamsEach = 8

const own = (writer: number, command: number): string => `${writer}-${command % streamsEach}`

/** The first subject is the limit of the rest. Flushing row by row is the same at any number of rows: few will do. */
const at = (writers: number, commands: number, rounds: number): Promise<ReadonlyArray<Figure>> => {
  const one = limit(single, writers, 500, writers * streamsEach, 1)
  const many = limit(grouped, writers, Math.max(commands, 6400), writers * streamsEach, 64)
  const ours = everfold("everfold", writers, commands, own)
  return compare(name, writers === 1 ? [one, ours, many] : [many, ours, one], { rounds })
}

export const work: Work = {
  about: "commands through a repository on SQLite, synchronous = FULL",
  goals: [
    { subject: "everfold", writers: 1, atLeast: 0.6, of: single },
    { subject: "everfold", writers: 64, atLeast: 0.5, of: grouped },
  ],
  run: async () => [...(await at(1, 1000, 7)), ...(await at(16, 3200, 5)), ...(await at(64, 6400, 5))],
}
