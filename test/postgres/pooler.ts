/**
 * A pooler that gives each transaction whichever connection to the server is free, and seldom the one before: what poolers
 * do between a client and its session. A client's own handshake makes a connection, which then is everybody's.
 */
import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import { isReady, splitter } from "../torture/postgres/protocol.ts"

export interface Pooler {
  /** The address of a server, by way of this. */
  readonly url: (server: string) => string
  /** How often a client's transaction ran on another connection than its one before. */
  readonly switches: () => number
  readonly stop: () => Promise<void>
}

export const start = async (to: number): Promise<Pooler> => {
  const sockets = new Set<Socket>()
  /** Who is answered over a connection, and until when. */
  const answered = new Map<Socket, (bytes: Buffer, isOver: boolean) => void>()
  const free: Array<Socket> = []
  const waiting: Array<() => void> = []
  let switches = 0

  const kept = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket
      .setNoDelay()
      .on("error", () => {})
      .on("close", () => sockets.delete(socket))
  }

  const open = (): Socket => {
    const server = kept(connect(to, "127.0.0.1"))
    const messages = splitter("server")
    server.on("data", (chunk) => {
      for (const message of messages(chunk)) {
        const isIdle = isReady(message) && message.bytes.toString("latin1", 5) === "I"
        answered.get(server)?.(message.bytes, isIdle)
        if (!isIdle) continue
        answered.delete(server)
        free.push(server)
        waiting.shift()?.()
      }
    })
    return server
  }

  const serve = (client: Socket): void => {
    let current: Socket | undefined = open()
    let last = current
    let held: Array<Buffer> = []
    let isAsking = false
    const hold = (server: Socket): void => {
      current = server
      answered.set(server, (bytes, isOver) => {
        client.write(bytes)
        if (isOver) current = undefined
      })
    }
    hold(current)

    /** Goes on with the connection that was free for longest. */
    const ask = (): void => {
      const server = free.shift()
      if (server === undefined) {
        waiting.push(ask)
        return
      }
      isAsking = false
      if (server !== last) switches++
      last = server
      hold(server)
      for (const bytes of held) server.write(bytes)
      held = []
    }

    const messages = splitter("client")
    client.on("data", (chunk) => {
      for (const { type, bytes } of messages(chunk)) {
        // A client's farewell is its own.
        if (type === "X") return client.end()
        if (current !== undefined) {
          current.write(bytes)
          continue
        }
        held.push(bytes)
        if (isAsking) continue
        isAsking = true
        ask()
      }
    })
  }

  const server = createServer((client) => serve(kept(client)))
  await once(server.listen(0, "127.0.0.1"), "listening")
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: (through) => {
      const url = new URL(through)
      url.port = String(port)
      return url.href
    },
    switches: () => switches,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, "close")
    },
  }
}
