/**
 * One connection to the server, by a client of the driver's that lives as long as the connection. The driver's own pool
 * connects again by itself, and then may send the rest of an old message first, answer a new statement with an old
 * error, or try again without a pause or an end; a client that never connects again does none of it. For the same
 * reasons nothing here begins a transaction, cancels a statement or listens by the driver's own means.
 *
 * The sockets are ours, so that a connection on which nothing is heard any more can be ended.
 *
 * @since 0.1.0
 */
import { Socket } from "node:net"
import postgres from "postgres"
import * as arrays from "./arrays.ts"
import type { Parameter } from "./parameters.ts"
import type { Cell, Row } from "./rows.ts"

/**
 * Milliseconds: to connect, from one row of an answer to the next, and to say goodbye.
 *
 * @category model
 * @since 0.1.0
 */
export const patience = { connect: 10_000, silence: 30_000, goodbye: 1_000 }

/** Milliseconds of rows between two turns of the event loop. */
const longestTurn = 5

/**
 * Nothing was heard for too long.
 *
 * @category errors
 * @since 0.1.0
 */
export class Silence extends Error {}

class Lost extends Error {
  readonly code = "CONNECTION_CLOSED"
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Options {
  readonly url: string
  /** Whether statements are prepared once for a connection. */
  readonly prepare: boolean
  /** Hears the notifications that the connection listens to. */
  readonly notified?: () => void
  /** Whether values are of the driver's own types, for statements that are not the library's; else all are text. */
  readonly typed?: boolean
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Connection {
  /** Statements by the driver's own means, all in this one session, several at a time where they are asked so. */
  readonly use: <A>(work: (client: postgres.Sql) => PromiseLike<A>) => Promise<A>
  /** One statement at a time: its rows as they come, which must not throw. */
  readonly run: (statement: string, parameters: ReadonlyArray<Parameter>, row: (row: Row) => void) => Promise<void>
  /** Any number of statements in one message, without parameters or an answer, however long they take. */
  readonly script: (statements: string) => Promise<void>
  /** Called once, when it has ended or at once if it has. */
  readonly onEnd: (ended: () => void) => void
  readonly isOpen: () => boolean
  /** At once, whatever it does. */
  readonly destroy: () => void
  /** Lets the server know, and is through within a second. */
  readonly close: () => Promise<void>
}

/** Where the driver means to connect. */
interface Address {
  readonly host: ReadonlyArray<string>
  readonly port: ReadonlyArray<number>
  readonly path: string | false
}

/** Everything is text: parameters are written, and cells read, by this library. */
const asText = {
  to: 25,
  from: [16, 17, 20, 21, 23, 26, 114, 700, 701, 1082, 1114, 1184, 3802],
  serialize: String,
  parse: (cell: string) => cell,
}

/** Of several hosts, whichever they are, only the one that can be written: a standby may be behind, and would read so. */
const sessionOf = (url: string): "primary" | undefined =>
  /^[^:]+:\/\/([^/?#]*@)?[^/?#@]*,/.test(url) && !url.includes("target_session_attrs=") ? "primary" : undefined

/** The driver's own error shows the URL, and with it the password. */
class NoUrl extends Error {
  readonly code = "ERR_INVALID_URL"
}

const hidingUrl = <A>(open: () => A): A => {
  try {
    return open()
  } catch {
    throw new NoUrl("the URL is none: write postgres://user:password@host:5432/database")
  }
}

const quietly = (): void => {}

const never = new Promise<never>(quietly)

/** An answer comes as fast as its rows are read. Called for each, it holds back the rest while others have their turns. */
const resting = (sockets: ReadonlySet<Socket>): (() => void) => {
  let began: number | undefined
  let isResting = false
  const goOn = (): void => {
    began = undefined
    if (!isResting) return
    isResting = false
    for (const socket of sockets) socket.resume()
  }
  return () => {
    if (began === undefined) {
      began = performance.now()
      setImmediate(goOn)
    } else if (!isResting && performance.now() - began > longestTurn) {
      isResting = true
      for (const socket of sockets) socket.pause()
    }
  }
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Connector {
  /** Connects, each time to the next host of several first. */
  readonly connect: () => Promise<Connection>
  /** Gives up whatever is being connected. */
  readonly abandon: () => void
}

/**
 * @category constructors
 * @since 0.1.0
 */
export const connector = ({ url, prepare, notified, typed = false }: Options): Connector => {
  let next = 0
  const attempts = new Set<() => void>()

  const connect = async (): Promise<Connection> => {
    const sockets = new Set<Socket>()
    const ended = new Set<() => void>()
    let open = true
    let tries = 0
    let lastError: Error = new Lost("the server closed the connection")
    let giveUp: (error: Error) => void = quietly
    const users = new Set<(error: Error) => void>()

    const end = (): void => {
      open = false
      for (const socket of sockets) socket.destroy()
      sockets.clear()
      for (const tell of ended) tell()
      ended.clear()
      // The driver forgets a statement that it was given between the error of the socket and its end. What it does tell,
      // and tells better, it has told by the next turn.
      setImmediate(() => {
        giveUp(lastError)
        for (const giveUp of users) giveUp(lastError)
      })
    }

    /** The driver asks again, for ever, when a socket closes before the server is ready. */
    const socket = ({ host, port, path }: Address): Socket | Promise<never> => {
      if (!open || tries === host.length) {
        giveUp(lastError)
        return never
      }
      tries++
      const at = next++ % host.length
      const name = decodeURIComponent(host[at] ?? "localhost")
      const made = new Socket()
      sockets.add(made)
      made.once("error", (error) => {
        lastError = error
      })
      made.once("close", () => sockets.delete(made))
      made.setNoDelay(true)
      if (path !== false) made.connect(path)
      else if (name.startsWith("/")) made.connect(`${name}/.s.PGSQL.${port[at] ?? 5432}`)
      else made.connect(port[at] ?? 5432, name)
      // The driver wants to know whose certificate to expect.
      return Object.assign(made, { host: name })
    }

    const options = {
      max: 1,
      prepare,
      socket,
      // Nobody catches what the driver's own question fails with.
      fetch_types: false,
      ...(typed ? {} : { types: { text: asText } }),
      connection: { application_name: "everfold" },
      target_session_attrs: sessionOf(url),
      onnotice: quietly,
      onnotify: () => notified?.(),
      onclose: end,
      connect_timeout: 0,
      idle_timeout: undefined,
      max_lifetime: null,
      keep_alive: 15,
    }
    const client = hidingUrl(() => postgres(url, options))

    /** Only a connection that is used keeps the process alive. */
    const used = <A>(answer: Promise<A>): Promise<A> => {
      for (const socket of sockets) socket.ref()
      return answer.finally(() => {
        for (const socket of sockets) socket.unref()
      })
    }

    const rest = resting(sockets)

    /** Settles whatever the driver does. */
    const answered = async (
      statement: string,
      parameters: ReadonlyArray<Parameter>,
      row: (row: Row) => void,
      longest: number,
    ): Promise<void> => {
      let heard = true
      let timer: NodeJS.Timeout | undefined
      const answer = new Promise<void>((resolve, reject) => {
        // Two looks in a row, for where this process itself was held up, what came meanwhile is read after the first.
        timer = setInterval(() => {
          if (!heard) {
            end()
            reject(new Silence(`nothing was heard from the server for ${longest / 1000} seconds`))
          }
          heard = false
        }, longest / 2)
        const mode = { prepare, simple: false }
        const query = client.unsafe<Array<Record<string, Cell>>>(statement, [...parameters], mode)
        const each = (cells: Row): void => {
          heard = true
          row(cells)
          rest()
        }
        giveUp = reject
        query
          .values()
          .forEach(each)
          .then(() => resolve(), reject)
      })
      await used(answer).finally(() => clearInterval(timer))
    }

    const learn = ([type, array]: Row): void => arrays.teach(client, Number(type), Number(array))

    attempts.add(end)
    try {
      await answered("SELECT", [], quietly, patience.connect)
      if (typed) await answered(arrays.question, [], learn, patience.connect)
    } catch (error) {
      end()
      throw error
    } finally {
      attempts.delete(end)
    }
    return {
      use: (work) =>
        used(
          new Promise((resolve, reject) => {
            users.add(reject)
            const left = (): void => void users.delete(reject)
            Promise.resolve(work(client)).finally(left).then(resolve, reject)
          }),
        ),
      run: (statement, parameters, row) => answered(statement, parameters, row, patience.silence),
      script: (statements) =>
        used(
          new Promise((resolve, reject) => {
            giveUp = reject
            client.unsafe(statements).then(() => resolve(), reject)
          }),
        ),
      onEnd: (tell) => {
        if (open) ended.add(tell)
        else tell()
      },
      isOpen: () => open,
      destroy: end,
      close: async () => {
        const late = setTimeout(end, patience.goodbye)
        await client.end({ timeout: patience.goodbye / 1000 })
        clearTimeout(late)
        end()
      },
    }
  }
  return {
    connect,
    abandon: () => {
      for (const end of attempts) end()
    },
  }
}
