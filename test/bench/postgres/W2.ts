/** Commands on a thousand streams of ten events. Whoever keeps states has those that it wrote; the others read. */
import { compare, type Subject, type Work } from "../measure.ts"
import { contenders, type Opened, withContenders } from "./contenders.ts"
import { withServer } from "./server.ts"

const name = "W2"
const seconds = 0.7
const streams = 1000
const events = 10
const { grouped, everfold, castore } = contenders

let turns = 0

/** Streams that are new in each round, for they grow. */
const subject = (writers: number, contender: Opened): Subject => ({
  name: contender.name,
  writers,
  round: async () => {
    const prefix = `${turns++}`
    const order = (n: number): string => `${prefix}-${n % streams}`
    await contender.fill(
      Array.from({ length: streams }, (_, n) => order(n)),
      events,
    )
    return contender.execute({ writers, seconds, order: (writer, n) => order(n * writers + writer) })
  },
})

const because =
  "About 40 µs of the client and 25 of the server for a command, as in W1; with 16 writers a batch is too small to be worth two, so they work one after the other"

export const work: Work = {
  title: "streams of ten events",
  about: `commands on ${streams} streams of ${events} events, against states that are kept and inserts that are grouped`,
  goals: [16, 64].flatMap((writers) => [
    { subject: everfold.name, writers, atLeast: 0.5, of: grouped.name, because },
    { subject: everfold.name, writers, atLeast: 3, of: "castore", to: { subject: castore.name, writers }, because },
  ]),
  run: () =>
    withServer((server) =>
      withContenders(server, ["grouped", "single", "everfold", "uncached", "emmett", "castore"], async (opened) => {
        const at = (writers: number) =>
          compare(
            name,
            opened.map((contender) => subject(writers, contender)),
            { before: server.settle },
          )
        return [...(await at(16)), ...(await at(64))]
      }),
    ),
}
