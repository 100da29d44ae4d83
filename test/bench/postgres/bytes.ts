/** What an event takes on disk with all that goes with it: tables and indexes, streams of ten events. */
import type { Figure, Work } from "../measure.ts"
import { withContenders } from "./contenders.ts"
import { bytes, withServer } from "./server.ts"

const streams = 5000
const eventsEach = 10

export const work: Work = {
  title: "on disk",
  about: `bytes on disk for each of ${streams * eventsEach} events of about 250 bytes of JSON`,
  goals: [],
  run: () =>
    withServer((server) =>
      withContenders(server, ["grouped", "everfold", "emmett", "castore"], async (opened) => {
        const sizes: Array<{ subject: string; bytes: number }> = []
        for (const { name, url, fill } of opened) {
          const empty = await bytes(url)
          await fill(
            Array.from({ length: streams }, (_, n) => `${n}`),
            eventsEach,
          )
          sizes.push({ subject: name, bytes: ((await bytes(url)) - empty) / (streams * eventsEach) })
        }
        const [limit = { subject: "", bytes: Number.NaN }] = sizes
        return sizes.map(({ subject, bytes }): Figure => {
          const none = { writers: 1, perSecond: null, p50ms: null, p99ms: null, rates: [] }
          return { work: "bytes", subject, limit: limit.subject, ratioToLimit: bytes / limit.bytes, bytes, ...none }
        })
      }),
    ),
}
