/** Contention: sixteen writers of one process want the same stream. */
import { compare, type Subject, type Work } from "../measure.ts"
import { contenders, type Opened, withContenders } from "./contenders.ts"
import { withServer } from "./server.ts"

const name = "W3"
const seconds = 0.7
const writers = 16
const { single, everfold } = contenders

let turns = 0

/** A stream that is new in each round: whoever reads it for each command is not to be slower in the last. */
const subject = (contender: Opened): Subject => ({
  name: contender.name,
  writers,
  round: async () => {
    const order = `${turns++}`
    await contender.fill([order], 1)
    return contender.execute({ writers, seconds, order: () => order })
  },
})

const because =
  "All of a turn are one commit, and the next turn is decided on it: a turn of 16 takes the client about 0.4 ms and the server 0.8, one after the other"

export const work: Work = {
  title: "one stream",
  about: `${writers} writers on one stream, against a queue that decides in turns and inserts together`,
  goals: [
    { subject: everfold.name, writers, atLeast: 0.5, of: "a queue by hand", because },
    {
      subject: everfold.name,
      writers,
      atLeast: 60,
      of: "a retrying loop",
      to: { subject: single.name, writers },
      because,
    },
  ],
  run: () =>
    withServer((server) =>
      withContenders(server, ["grouped", "single", "everfold", "emmett", "castore"], (opened) =>
        compare(name, opened.map(subject), { before: server.settle }),
      ),
    ),
}
