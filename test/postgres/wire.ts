/** A wire to a server that can be cut, and that can lose what is on its way: what networks do. */
import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

/** The way to the server, and the way back. */
export type Way = "requests" | "answers"

export interface Wire {
  /** The address of a server, by way of this. */
  readonly url: (server: string) => string
  /** Where connections made from now on lead. */
  readonly lead: (port: number) => void
  /** Breaks every connection. */
  readonly cut: () => void
  /** Nothing arrives any more, and nobody is told, on one way or both; on connections made from now on, too. */
  readonly stall: (way?: Way) => void
  /** So many bytes more arrive this way, on all connections together, and with the last, theirs is broken. */
  readonly cutAfter: (way: Way, bytes: number) => void
  /** Whether connections are taken; where not, they are refused at once. */
  readonly accept: (accepted: boolean) => void
  /** What is held back arrives after all, and so does all that follows. */
  readonly mend: () => void
  /** How many connections there are. */
  readonly connections: () => number
  readonly stop: () => Promise<void>
}

export const start = async (to: number): Promise<Wire> => {
  let [target, accepting] = [to, true]
  const stalled = new Set<Way>()
  const left = new Map<Way, number>()
  const pairs = new Set<Readonly<Record<Way, Socket>>>()
  /** Goes on with what was held back. */
  const held = new Set<() => void>()

  const end = ({ requests, answers }: Readonly<Record<Way, Socket>>) => {
    requests.resetAndDestroy()
    answers.resetAndDestroy()
  }

  const server = createServer((client) => {
    if (!accepting) return void client.resetAndDestroy()
    const upstream = connect(target, "127.0.0.1")
    // Each way is named by the socket that it comes from.
    const pair = { requests: client, answers: upstream }
    pairs.add(pair)
    const carry = (way: Way, from: Socket, into: Socket) => {
      const forward = (chunk: Buffer) => {
        if (stalled.has(way)) {
          from.pause()
          held.add(() => {
            forward(chunk)
            from.resume()
          })
          return
        }
        const limit = left.get(way)
        if (limit === undefined) return void into.write(chunk)
        if (chunk.length < limit) {
          left.set(way, limit - chunk.length)
          return void into.write(chunk)
        }
        left.delete(way)
        into.write(chunk.subarray(0, limit), () => end(pair))
      }
      from.on("data", forward)
      from.on("end", () => into.end())
      from.on("error", () => end(pair))
      from.on("close", () => {
        pairs.delete(pair)
        into.destroySoon()
      })
    }
    client.setNoDelay()
    upstream.setNoDelay()
    carry("requests", client, upstream)
    carry("answers", upstream, client)
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const cut = () => {
    held.clear()
    for (const pair of pairs) end(pair)
  }
  return {
    url: (through) => {
      const url = new URL(through)
      url.port = String(port)
      return url.href
    },
    lead: (other) => {
      target = other
    },
    cut,
    stall: (way) => {
      for (const each of way === undefined ? (["requests", "answers"] as const) : [way]) stalled.add(each)
    },
    cutAfter: (way, bytes) => void left.set(way, bytes),
    accept: (accepted) => {
      accepting = accepted
    },
    mend: () => {
      accepting = true
      stalled.clear()
      left.clear()
      const waiting = [...held]
      held.clear()
      for (const goOn of waiting) goOn()
    },
    connections: () => pairs.size,
    stop: async () => {
      cut()
      server.close()
      await once(server, "close")
    },
  }
}
