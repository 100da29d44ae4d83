/** How long after a command began another process sees its event, at a hundred commands a second. */
import * as t from "io-ts"
import { compare, type Subject, type Work } from "../measure.ts"
import * as Child from "./child.ts"
import { now, sleep } from "./clock.ts"
import { contenders, type Opened, withContenders } from "./contenders.ts"
import { withServer } from "./server.ts"

const name = "W6"
const perSecond = 100
const commands = 250
/** Whoever polls may take a while to see the last ones. */
const patience = 3000
const { single, everfold } = contenders

const Latencies = t.array(t.number)

let turns = 0

const subject = ({ name, send }: Opened, listener: Child.Child): Subject => ({
  name,
  writers: 1,
  round: async () => {
    const turn = turns++
    const seen: Array<number> = []
    const collect = async (): Promise<void> => {
      const late = await listener.ask("what is new")
      if (!Latencies.is(late)) throw new Error("those are no latencies")
      for (const each of late) seen.push(each)
    }
    await collect()
    seen.length = 0
    const start = performance.now()
    const sent: Array<Promise<unknown>> = []
    for (let i = 0; i < commands; i++) {
      // At uneven moments, as people do.
      await sleep(Math.max(0, start + (i + Math.random()) * (1000 / perSecond) - performance.now()))
      sent.push(send(`${turn}-${i}`, now()))
    }
    await Promise.all(sent)
    const end = performance.now()
    while (seen.length < commands && performance.now() < end + patience) {
      await sleep(20)
      await collect()
    }
    // Who follows by hand reads on from the last position, and so never sees what got a lower one and was committed later.
    const least = name === single.name ? commands * 0.9 : commands
    if (seen.length < least || seen.length > commands)
      throw new Error(`${name} saw ${seen.length} events of ${commands}`)
    return { perSecond: commands / ((end - start) / 1000), latencies: Float64Array.from(seen) }
  },
})

export const work: Work = {
  title: "until another process sees it",
  about: `milliseconds from a command until another process saw its event, ${perSecond} commands a second; ratios of medians`,
  goals: [{ subject: everfold.name, writers: 1, p50Under: 5, of: single.name }],
  run: () =>
    withServer((server) =>
      withContenders(server, ["single", "everfold", "emmett"], async (opened) => {
        const listeners: Array<Child.Child> = []
        try {
          for (const { key, url } of opened) listeners.push(await Child.start("listener.ts", key, url))
          const subjects = opened.flatMap((contender, index) => {
            const listener = listeners[index]
            return listener === undefined ? [] : [subject(contender, listener)]
          })
          return await compare(name, subjects, { before: server.settle, by: "latency" })
        } finally {
          for (const { close } of listeners) await close()
        }
      }),
    ),
}
