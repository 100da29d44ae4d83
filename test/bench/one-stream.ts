/** Contention: writers that all want one stream wait for each other and are recorded together. */
import { compare, type Work } from "./measure.ts"
import { everfold } from "./writers.ts"

const writers = 16
const commands = 3200
const apart = "16 streams"

export const work: Work = {
  about: "16 writers on one stream of SQLite, against the same on 16 streams",
  goals: [{ subject: "one stream", writers, atLeast: 0.5, of: apart }],
  run: () =>
    compare("one-stream", [
      everfold(apart, writers, commands, (writer) => `${writer}`),
      everfold("one stream", writers, commands, () => "one"),
    ]),
}
