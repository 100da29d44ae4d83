/** Commands that found a stream: 1, 16 and 64 writers, in one process and in four. */
import { compare, type Figure, type Sample, type Subject, sample, type Work } from "../measure.ts"
import * as Child from "./child.ts"
import { contenders, type Opened, withContenders } from "./contenders.ts"
import { withServer } from "./server.ts"

const name = "W1"
const seconds = 0.7
const rounds = 5
const processes = 4
const { single, grouped, everfold, emmett } = contenders
const apart = (name: string): string => `${name}, ${processes} processes`

let turns = 0

const subject = (writers: number, { name, append }: Opened): Subject => ({
  name,
  writers,
  round: () => {
    const prefix = `${turns++}`
    return append({ writers, seconds, order: (writer, n) => `${prefix}-${writer}-${n}` })
  },
})

const isSample = (message: unknown): message is Sample =>
  typeof message === "object" && message !== null && "perSecond" in message && "latencies" in message

const subjectOf = (writers: number, name: string, children: ReadonlyArray<Child.Child>): Subject => ({
  name: apart(name),
  writers,
  round: async () => {
    const turn = turns++
    const start = performance.now()
    const answers = await Promise.all(
      children.map(({ ask }, process) =>
        ask({ writers: writers / children.length, seconds, prefix: `${turn}-${process}` }),
      ),
    )
    const latencies = answers.filter(isSample).flatMap((sample) => [...sample.latencies])
    return sample(latencies.length, start, Float64Array.from(latencies))
  },
})

const alone =
  "For a single event the server takes about 200 µs before the flush, where a bare insert takes 30: a lock, what it looks up, the link and two more indexes, each expression set up anew in a transaction; the client takes another 150"
const together =
  "Client and server work at once, and the two cores are busy: about 40 µs of the client for a command (the fiber, the decision, the id, the digest, the queue, 16 columns in place of 3) and 25 of the server (array literals, look-ups, the link, two more indexes), where a row by hand takes 5 and 10"

export const work: Work = {
  title: "new streams",
  about: "one event a command on new streams; the limit is one insert each at 1 writer, grouped inserts at more",
  goals: [
    { subject: everfold.name, writers: 1, atLeast: 0.6, of: single.name, because: alone },
    { subject: everfold.name, writers: 64, atLeast: 0.5, of: grouped.name, because: together },
    {
      subject: everfold.name,
      writers: 64,
      atLeast: 6,
      of: "emmett",
      to: { subject: emmett.name, writers: 64 },
      because: together,
    },
    {
      subject: apart(everfold.name),
      writers: 64,
      atLeast: 0.5,
      of: "one process",
      to: { subject: everfold.name, writers: 64 },
    },
  ],
  run: () =>
    withServer((server) =>
      withContenders(
        server,
        ["single", "grouped", "everfold", "commits", "emmett", "castore"],
        async (opened): Promise<ReadonlyArray<Figure>> => {
          const limitFirst = [...opened].sort(
            (one, other) => Number(other.key === "grouped") - Number(one.key === "grouped"),
          )
          const options = { rounds, before: server.settle }
          const one = await compare(
            name,
            opened.map((contender) => subject(1, contender)),
            options,
          )
          const few = await compare(
            name,
            limitFirst.map((contender) => subject(16, contender)),
            options,
          )
          const groups: Array<{ readonly name: string; readonly children: Array<Child.Child> }> = []
          try {
            for (const { key, name, url } of opened) {
              if (key !== "grouped" && key !== "everfold" && key !== "emmett") continue
              const children: Array<Child.Child> = []
              groups.push({ name, children })
              for (let i = 0; i < processes; i++) children.push(await Child.start("appender.ts", key, url))
            }
            const many = [
              ...limitFirst.map((contender) => subject(64, contender)),
              ...groups.map(({ name, children }) => subjectOf(64, name, children)),
            ]
            return [...one, ...few, ...(await compare(name, many, options))]
          } finally {
            for (const { children } of groups) for (const { close } of children) await close()
          }
        },
      ),
    ),
}
