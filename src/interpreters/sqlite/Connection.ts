/**
 * A connection to a SQLite file that never waits inside a call: where another process holds the file, the call fails at
 * once and is tried again by a schedule, so that this process goes on meanwhile.
 *
 * @since 0.1.0
 */
import { existsSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { TaggedError } from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import { StoreUnavailable } from "../../core/port/Errors.ts"
import * as LiveClock from "../../core/port/LiveClock.ts"
import { Damaged, text } from "./rows.ts"
import * as schema from "./schema.ts"

/** SQLite's result codes; the low byte of an extended code is the primary one. */
const result = {
  busy: 5,
  locked: 6,
  noMemory: 7,
  interrupted: 9,
  io: 10,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  ioWrite: 10 | (3 << 8),
}
const held = new Set([result.busy, result.locked, result.protocol])
const passing = new Set([...held, result.noMemory, result.interrupted, result.io, result.full])

/** SQLite's extended result code, `undefined` where the error is none of SQLite's. */
const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : undefined

/** An integer that no number of JavaScript holds, and so none of ours. */
const isOutOfRange = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_OUT_OF_RANGE"

const isClosed = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_INVALID_STATE"

const isIn = (codes: ReadonlySet<number>, error: unknown): boolean => {
  const code = codeOf(error)
  return code !== undefined && codes.has(code & 0xff)
}

/**
 * Whether somebody else holds the file just now.
 *
 * @category errors
 * @since 0.1.0
 */
export const isHeld = (error: unknown): boolean => isIn(held, error)

/**
 * Whether an error is the file's and not a bug of ours.
 *
 * @category errors
 * @since 0.1.0
 */
export const isFault = (error: unknown): boolean =>
  codeOf(error) !== undefined || error instanceof Damaged || isOutOfRange(error) || isClosed(error)

/**
 * Whether a COMMIT that failed so may have reached the disk all the same: the write-ahead log was written whole and
 * could not be flushed. A log that could not be written ends before its commit mark.
 *
 * @category errors
 * @since 0.1.0
 */
export const isUndecided = (error: unknown): boolean => {
  const code = codeOf(error)
  return code === undefined || ((code & 0xff) === result.io && code !== result.ioWrite)
}

/** @category errors @since 0.1.0 */
export const unavailable = (what: string, cause: unknown): StoreUnavailable =>
  new StoreUnavailable({ what, retryable: isIn(passing, cause), cause })

/**
 * The file is held: try again.
 *
 * @category errors
 * @since 0.1.0
 */
export class Held extends TaggedError("Held")<{ readonly cause: unknown }> {}

/** Retries are few microseconds of work each, so they can be frequent. */
const patience = Schedule.min([Schedule.exponential("1 millis", 1.5), Schedule.spaced("16 millis")]).pipe(
  Schedule.jittered,
  Schedule.upTo({ duration: "30 seconds" }),
)

/**
 * Does a piece of work once, and says in the error channel what SQLite throws.
 *
 * @category commands
 * @since 0.1.0
 */
export const once = <A, E>(
  what: string,
  work: () => Effect.Effect<A, E>,
): Effect.Effect<A, E | Held | StoreUnavailable> =>
  Effect.suspend((): Effect.Effect<A, E | Held | StoreUnavailable> => {
    try {
      return work()
    } catch (cause) {
      if (isHeld(cause)) return Effect.fail(new Held({ cause }))
      return isFault(cause) ? Effect.fail(unavailable(what, cause)) : Effect.die(cause)
    }
  })

/**
 * Does a piece of work, again and again while the file is held, for 30 seconds at most.
 *
 * @category commands
 * @since 0.1.0
 */
export const attempt = <A, E = never>(
  what: string,
  work: () => Effect.Effect<A, E | Held>,
): Effect.Effect<A, E | StoreUnavailable> => {
  const tried = once(what, work)
  return Effect.catchIf(
    tried,
    (error) => error instanceof Held,
    () =>
      LiveClock.around(tried, Effect.retry({ schedule: patience, while: (error) => error instanceof Held })).pipe(
        Effect.catchIf(
          (error) => error instanceof Held,
          (error) => Effect.fail(unavailable(`${what}, for 30 seconds`, error.cause)),
        ),
      ),
  )
}

const refuse = (what: string, found: schema.Found): Effect.Effect<void, StoreUnavailable> =>
  typeof found === "string"
    ? Effect.void
    : Effect.fail(new StoreUnavailable({ what, retryable: false, cause: new Error(found.foreign) }))

/** Undoes what is open; where SQLite has undone it already, there is nothing to do. */
export const rollback = (database: DatabaseSync): void => {
  if (database.isTransaction) database.exec("ROLLBACK")
}

/** Does work in a transaction, or none of it. @category commands @since 0.1.0 */
export const inTransaction = <A>(database: DatabaseSync, work: () => A): A => {
  database.exec("BEGIN IMMEDIATE")
  try {
    const done = work()
    database.exec("COMMIT")
    return done
  } catch (error) {
    rollback(database)
    throw error
  }
}

/** A file that cannot be written shows here: SQLite begins a transaction for writing on it, and says nothing. */
const tryWriting = (database: DatabaseSync): void => {
  database.exec("BEGIN IMMEDIATE")
  try {
    database.exec("UPDATE meta SET one = one")
  } finally {
    rollback(database)
  }
}

/** Waits for no lock (`timeout`), and checks no foreign keys: only this library writes. */
const connect = (file: string, what: string): Effect.Effect<DatabaseSync, StoreUnavailable> =>
  Effect.try({
    try: () => new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: false }),
    catch: (cause) => {
      const folder = dirname(file)
      const missing = codeOf(cause) === result.cannotOpen && !existsSync(folder)
      return new StoreUnavailable({
        what,
        retryable: false,
        cause: missing ? new Error(`there is no directory ${folder}`, { cause }) : cause,
      })
    },
  })

const logAhead = (database: DatabaseSync): void => {
  const mode = database.prepare("PRAGMA journal_mode = WAL")
  mode.setReturnArrays(true)
  const got = text(mode.get()?.[0])
  if (got !== "wal") throw new Damaged(`its file system offers no write-ahead log, only journal mode "${got}"`)
}

/** `fullfsync` is what flushing takes on macOS; elsewhere it means nothing. */
const settings = `
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA cache_size = -65536;
`

/**
 * Opens a store's file, and makes it where there is none; closes it with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const open = Effect.fnUntraced(function* (
  filename: string,
): Effect.fn.Return<DatabaseSync, StoreUnavailable, Scope> {
  const what = `opening the SQLite file ${JSON.stringify(filename)}`
  if (filename === "" || filename === ":memory:") {
    const cause = new Error("a store needs a file; for one in memory provide Memory.layer")
    return yield* new StoreUnavailable({ what, retryable: false, cause })
  }
  // A path and not a URI, and the same file when the process changes its directory.
  const database = yield* Effect.acquireRelease(connect(resolve(filename), what), (database) =>
    Effect.sync(() => database.close()),
  )
  const step = <A>(work: () => A) => attempt(what, () => Effect.succeed(work()))
  // Not even its journal mode is changed before the file is known to be ours.
  yield* refuse(what, yield* step(() => schema.look(database)))
  yield* step(() => logAhead(database))
  yield* step(() => database.exec(settings))
  yield* refuse(what, yield* step(() => inTransaction(database, () => schema.create(database))))
  yield* step(() => tryWriting(database))
  return database
})
