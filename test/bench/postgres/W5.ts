/** The log from its begin: seen, and added up in a table exactly once. */
import { compare, type Figure, type Subject, type Work } from "../measure.ts"
import { contenders, followers, withContenders } from "./contenders.ts"
import * as everfold from "./everfold.ts"
import type { Follower } from "./load.ts"
import { withServer } from "./server.ts"

const name = "W5"
const streams = 2000
const eventsEach = 100
const events = streams * eventsEach
/** Who is much slower need not go on to the end. */
const patience = 2000

const subject = (name: string, run: Follower["follow"]): Subject => ({
  name,
  writers: 1,
  round: async () => {
    const start = performance.now()
    const seen = await run(events, patience)
    const milliseconds = performance.now() - start
    if (seen !== events && milliseconds < patience) throw new Error(`${name} saw ${seen} events, not ${events}`)
    return { perSecond: seen / (milliseconds / 1000), latencies: new Float64Array() }
  },
})

const reading = (name: string): string => `${name}, read`
const projecting = (name: string): string => `${name}, projected`

const because =
  "An event is 14 columns of text, its bytes in Base64, where a row by hand is five, and its digest is made again before it is decoded and checked by its type"

export const work: Work = {
  title: "the log from its begin",
  about: `events a second of ${events}, against pages by their key and JSON.parse, and one statement a page with its checkpoint`,
  goals: [
    { subject: reading(contenders.everfold.name), writers: 1, atLeast: 0.5, of: "pages by hand", because },
    { subject: projecting(contenders.everfold.name), writers: 1, atLeast: 0.4, of: "pages by hand", because },
    {
      subject: projecting(`${contenders.everfold.name}, one by one`),
      writers: 1,
      atLeast: 10,
      of: "emmett",
      to: { subject: projecting(contenders.emmett.name), writers: 1 },
      because: "A statement an event, one after another, is what both do: what is left is the driver and the server",
    },
  ],
  run: () =>
    withServer((server) =>
      withContenders(server, ["grouped", "everfold", "emmett"], async (opened): Promise<ReadonlyArray<Figure>> => {
        const following: Array<Follower & { readonly name: string }> = []
        try {
          for (const { key, name, url, fill } of opened) {
            await fill(
              Array.from({ length: streams }, (_, n) => `${n}`),
              eventsEach,
            )
            const open = followers[key]
            if (open !== undefined) following.push({ name, ...(await open(url)) })
          }
          const options = { before: server.settle, rounds: 3 }
          const some = opened.find(({ key }) => key === "everfold")
          if (some !== undefined) {
            const follower = await everfold.follower(some.url, everfold.ordersOnly)
            following.push({ name: `${some.name}, one category`, ...follower })
          }
          const oneByOne = some && {
            name: `${some.name}, one by one`,
            ...(await everfold.follower(some.url, everfold.ordersOnly, false)),
          }
          const read = following.map(({ name, follow }) => subject(reading(name), follow))
          if (oneByOne !== undefined) following.push(oneByOne)
          const projected = following.map(({ name, project }) => subject(projecting(name), project))
          return [...(await compare(name, read, options)), ...(await compare(name, projected, options))]
        } finally {
          for (const { close } of following) await close()
        }
      }),
    ),
}
