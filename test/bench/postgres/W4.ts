/** A state from the 10,000 events of its stream: read, parsed and folded, by Everfold also checked. */
import { compare, type Subject, sample, stopwatch, type Work } from "../measure.ts"
import { contenders, type Opened, withContenders } from "./contenders.ts"
import { withServer } from "./server.ts"

const name = "W4"
const events = 10_000
/** In a round. */
const loads = 3
const { single, everfold } = contenders

const subject = ({ name, rehydrate }: Opened): Subject => ({
  name,
  writers: 1,
  round: async () => {
    const watch = stopwatch(loads)
    const start = performance.now()
    for (let i = 0; i < loads; i++) {
      const before = performance.now()
      const found = await rehydrate("full")
      if (found !== events) throw new Error(`${name} found ${found} events, not ${events}`)
      watch.lap(before)
    }
    return sample(loads * events, start, watch.latencies)
  },
})

const because =
  "An event is 14 columns of text, its bytes in Base64, where a row by hand is one, and its digest and link are made again: of the client's time a half is driver and garbage, a third is checking and decoding"

export const work: Work = {
  title: "a state from 10,000 events",
  about: `events a second: a state from the ${events} of its stream, against rows and JSON.parse by hand`,
  goals: [{ subject: everfold.name, writers: 1, atLeast: 0.3, of: single.name, because }],
  run: () =>
    withServer((server) =>
      withContenders(server, ["single", "everfold", "emmett", "castore"], async (opened) => {
        for (const { fill } of opened) await fill(["full"], events)
        return compare(name, opened.map(subject), { before: server.settle })
      }),
    ),
}
