/**
 * What the errors of the server, the network and the driver mean for whoever asked.
 *
 * | error | SQLSTATE or code | tried again | connection | what to do |
 * |---|---|---|---|---|
 * | the connection cannot be made, or is lost | `08…`, `ECONN…`, `EPIPE`, `ETIMEDOUT`, `ENOTFOUND`, `EAI_AGAIN`, `CONNECTION_…`, silence | yes | gone | |
 * | the server stops, starts, crashes, or ends the connection | `57P01`–`57P05` | yes | gone | |
 * | too many connections, no memory, no disk space | `53…` | yes | kept | |
 * | reading or writing a file failed | `58…` | yes | kept | |
 * | a statement was cancelled, or waited too long for a lock | `57014`, `55P03` | yes | kept | |
 * | a deadlock, a conflict of serialization or recovery | `40…` | yes | kept | |
 * | the server has become a standby | `25006` | yes | dropped: the next one may lead to the new primary | |
 * | the role may not | `42501` | no | kept | grant it what docs/postgres.md says |
 * | a table or function is missing | `42P01`, `42883`, `42703`, `3F000` | no | kept | run the migrations |
 * | the server refuses the role, its password or the database | `28…`, `3D000` | no | gone | |
 * | stored data are damaged | `XX001`, `XX002` | no | kept | |
 * | anything else that the server says | | no | kept | |
 *
 * After an answer of severity ERROR surely nothing was recorded. After any other end of a statement that was sent it may
 * have been: the server can fall between its commit and its answer.
 *
 * @since 0.1.0
 */
import { TaggedError } from "effect/Data"
import { Silence } from "./Connection.ts"
import { Damaged } from "./rows.ts"

/**
 * Why a statement has no answer.
 *
 * @category errors
 * @since 0.1.0
 */
export class Fault extends TaggedError("Fault")<{
  readonly cause: unknown
  /** Whether the same may succeed soon. */
  readonly passing: boolean
  /** Whether surely nothing came of it. */
  readonly undone: boolean
  /** Whether its connection is of no more use. */
  readonly parting: boolean
}> {}

const field = (error: unknown, name: "code" | "severity"): string | undefined => {
  if (!(error instanceof Error) || !(name in error)) return undefined
  const value: unknown = Reflect.get(error, name)
  return typeof value === "string" ? value : undefined
}

const sqlState = /^[0-9A-Z]{5}$/

/** SQLSTATEs, or their first two characters. */
const passing = new Set([
  "08",
  "40",
  "53",
  "58",
  "57P01",
  "57P02",
  "57P03",
  "57P04",
  "57P05",
  "57014",
  "55P03",
  "25006",
])

/** Beside SQLSTATEs, what Node and the driver call a connection that cannot be made or is lost. */
const network =
  /^(CONNECT|CONNECTION|ERR_STREAM|ERR_SOCKET|ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EADDR|ENOTFOUND|EAI_AGAIN|ENOENT|EMFILE|ENFILE)/

const advice: Readonly<Record<string, string>> = {
  "42501": "grant the role what docs/postgres.md lists",
  "42P01": "run the migrations of this release",
  "42883": "run the migrations of this release",
  "42703": "run the migrations of this release",
  "3F000": "run the migrations of this release",
}

const advised = (error: unknown, code: string): unknown => {
  const what = advice[code]
  return what === undefined || !(error instanceof Error)
    ? error
    : new Error(`${error.message}: ${what}`, { cause: error })
}

/**
 * Of an error that ended a statement, or a connection that was being made (`sent` is false). `undefined` where it is no
 * fault of the server's, the network's or the tables', but a bug.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fault = (error: unknown, sent: boolean): Fault | undefined => {
  if (error instanceof Damaged) return new Fault({ cause: error, passing: false, undone: !sent, parting: false })
  if (error instanceof Silence) return new Fault({ cause: error, passing: true, undone: !sent, parting: true })
  const code = field(error, "code")
  if (code === undefined)
    return sent ? undefined : new Fault({ cause: error, passing: true, undone: true, parting: true })
  if (network.test(code)) return new Fault({ cause: error, passing: true, undone: !sent, parting: true })
  if (!sqlState.test(code)) {
    return sent ? undefined : new Fault({ cause: error, passing: false, undone: true, parting: true })
  }
  const ended = field(error, "severity") !== "ERROR"
  return new Fault({
    cause: advised(error, code),
    passing: passing.has(code) || passing.has(code.slice(0, 2)),
    undone: !sent || !ended,
    parting: ended || code === "25006",
  })
}
