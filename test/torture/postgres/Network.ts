/**
 * Stands between processes and their server, and does what networks do: cuts connections, holds them up, ends them in the
 * middle of a statement or before its answer. It knows which operations were under way on a connection that is gone.
 */
import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import { now } from "../report.ts"
import { about, type Lost, pause } from "../scene.ts"
import { backendOf, endsStatement, isReady, type Message, operationsIn, splitter } from "./protocol.ts"

/**
 * What becomes of a statement: it arrives and is answered; or it is carried out, but its end is late; or the connection
 * ends before its end arrives, in the middle of it, or when it is answered, before the answer arrives.
 */
export type Fate = "pass" | "late" | "cut" | "half" | "deaf"

export interface Network {
  /** An address of the server, by way of this. */
  readonly through: (url: string) => string
  /** Does it to the next statement of some connection; whether there is one. */
  readonly doom: (fate: Fate) => number
  /** Cuts a connection now, preferably one that waits for an answer. */
  readonly cut: () => number
  /** Holds up all that a connection says and hears. */
  readonly stall: (millis: number) => Promise<number>
  readonly lost: ReadonlyArray<Lost>
  readonly close: () => Promise<void>
}

interface Link {
  readonly client: Socket
  readonly server: Socket
  /** Of each statement that is not answered yet: the operations in it. */
  readonly waiting: Array<ReadonlyArray<string>>
  next: Fate
  held: boolean
}

export interface Statement {
  /** From 1, in the order in which their ends come by. */
  readonly number: number
  /** The process id of the backend that it is for. */
  readonly backend: number
  /** Whose events it carries. */
  readonly operations: ReadonlyArray<string>
}

export type FateOf = (statement: Statement) => Fate

/** To the server on a port. All passes but what is doomed. */
export const start = async (port: number, fateOf: FateOf = () => "pass"): Promise<Network> => {
  const links = new Set<Link>()
  const lost: Array<Lost> = []
  let statements = 0

  const forget = (link: Link): boolean => {
    if (!links.delete(link)) return false
    const at = now()
    for (const op of link.waiting.flat()) lost.push({ what: "connection", op, at })
    return true
  }

  /** In the middle of everything. */
  const end = (link: Link): void => {
    if (!forget(link)) return
    link.client.resetAndDestroy()
    link.server.resetAndDestroy()
  }

  /** One side has ended; what it said last is still heard. */
  const leave = (link: Link): void => {
    if (!forget(link)) return
    link.client.destroySoon()
    link.server.destroySoon()
  }

  /** Passes bytes on, no faster than they are taken. */
  const pass = (link: Link, from: Socket, to: Socket, bytes: Buffer): void => {
    if (to.destroyed || to.write(bytes)) return
    from.pause()
    to.once("drain", () => link.held || from.resume())
  }

  const join = (client: Socket): void => {
    const server = connect(port, "127.0.0.1")
    const link: Link = { client, server, waiting: [], next: "pass", held: false }
    links.add(link)
    let operations: ReadonlyArray<string> = []
    /** What the client says behind what is late, or never comes. */
    let behind: Array<Message> | undefined
    let deaf = false
    let backend = 0
    const asked = splitter("client")
    const answered = splitter("server")
    client.setNoDelay()
    server.setNoDelay()
    const send = (message: Message): void => {
      if (!links.has(link)) return
      if (behind !== undefined) {
        behind.push(message)
        return
      }
      if (message.type === "B" || message.type === "Q") operations = [...operations, ...operationsIn(message)]
      const isEnd = endsStatement(message)
      let fate: Fate = "pass"
      if (isEnd) {
        fate = link.next === "pass" ? fateOf({ number: ++statements, backend, operations }) : link.next
        link.next = "pass"
        link.waiting.push(operations)
        operations = []
      }
      switch (fate) {
        case "cut":
          end(link)
          return
        case "half":
          behind = []
          server.write(message.bytes.subarray(0, message.bytes.length >> 1))
          setTimeout(end, 5, link)
          return
        case "late":
          behind = []
          setTimeout(() => {
            const waiting = behind ?? []
            behind = undefined
            pass(link, client, server, message.bytes)
            for (const next of waiting) send(next)
          }, about(300))
          return
        case "deaf":
          deaf = true
      }
      pass(link, client, server, message.bytes)
    }
    client.on("data", (chunk) => {
      for (const message of asked(chunk)) send(message)
    })
    server.on("data", (chunk) => {
      for (const message of answered(chunk)) {
        backend ||= backendOf(message) ?? 0
        if (!isReady(message)) continue
        if (deaf) return end(link)
        link.waiting.shift()
      }
      if (!deaf) pass(link, server, client, chunk)
    })
    for (const socket of [client, server]) {
      socket
        .on("error", () => {})
        .on("end", () => leave(link))
        .on("close", () => leave(link))
    }
  }

  const listener = createServer(join)
  await once(listener.listen(0, "127.0.0.1"), "listening")
  const address = listener.address()
  const own = typeof address === "object" && address !== null ? address.port : 0

  /** Some connection, four times out of five one that waits for an answer. */
  const some = (): Link | undefined => {
    const busy = [...links].filter(({ waiting }) => waiting.length > 0)
    const from = busy.length > 0 && Math.random() < 0.8 ? busy : [...links]
    return from[Math.floor(Math.random() * from.length)]
  }

  return {
    through: (url) => url.replace(/:\d+\//, `:${own}/`),
    doom: (fate) => {
      const link = some()
      if (link === undefined) return 0
      link.next = fate
      return 1
    },
    cut: () => {
      const link = some()
      if (link === undefined) return 0
      end(link)
      return 1
    },
    stall: async (millis) => {
      const link = some()
      if (link === undefined) return 0
      link.held = true
      link.client.pause()
      link.server.pause()
      await pause(millis)
      link.held = false
      link.client.resume()
      link.server.resume()
      return 1
    },
    lost,
    close: async () => {
      for (const link of links) end(link)
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}
