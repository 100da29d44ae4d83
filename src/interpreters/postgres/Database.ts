/**
 * The database of a store: statements that can be repeated over several connections, and those that record over one of
 * their own, so that no read keeps a commit waiting and a process stands for the append lock once.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Scope } from "effect/Scope"
import { CommitUnknown, StoreUnavailable } from "../../core/port/Errors.ts"
import * as LiveClock from "../../core/port/LiveClock.ts"
import * as Connection from "./Connection.ts"
import type { Fault } from "./faults.ts"
import * as Patience from "./Patience.ts"
import * as Pool from "./Pool.ts"
import type { Parameter } from "./parameters.ts"
import type { Row } from "./rows.ts"
import { quote } from "./schemaName.ts"

/**
 * @category model
 * @since 0.1.0
 */
export interface Options {
  readonly url: string
  /** Where the objects of the store are. */
  readonly schema: string
  /** How many connections read at most, beside the one that writes. */
  readonly connections?: number
  /** Off for a pooler that cannot keep prepared statements. */
  readonly prepare?: boolean
  /** Where notifications come through, if they do not at `url`. */
  readonly listenUrl?: string
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Database {
  /** As it is written in a statement. */
  readonly schema: string
  /**
   * Runs a statement that can be repeated: one that reads, or that puts something in its place. It is tried again for
   * half a minute while that may help.
   */
  readonly read: <A>(
    what: string,
    statement: string,
    parameters: ReadonlyArray<Parameter>,
    decode: (rows: ReadonlyArray<Row>) => A,
  ) => Effect.Effect<A, StoreUnavailable>
  /** The same, row by row as they come; `begin` is called for every attempt. */
  readonly each: <A>(
    what: string,
    statement: string,
    parameters: ReadonlyArray<Parameter>,
    begin: () => Pool.Answer<A>,
  ) => Effect.Effect<A, StoreUnavailable>
  /**
   * Runs a statement that records, once. `StoreUnavailable`: nothing was recorded. `CommitUnknown`: it may have been, or
   * may still be.
   */
  readonly write: <A>(
    what: string,
    statement: string,
    parameters: ReadonlyArray<Parameter>,
    decode: (rows: ReadonlyArray<Row>) => A,
  ) => Effect.Effect<A, StoreUnavailable | CommitUnknown>
  /** Makes connections that can listen. */
  readonly listener: (notified: () => void) => Connection.Connector
}

/** Between attempts. */
const pace = Schedule.min([Schedule.exponential("10 millis", 2), Schedule.spaced("1 second")]).pipe(Schedule.jittered)

/**
 * Tries again while that may help, for half a minute.
 *
 * @category combinators
 * @since 0.1.0
 */
export const patiently = <A, E>(tried: Effect.Effect<A, E>, again: (error: E) => boolean): Effect.Effect<A, E> =>
  Effect.catchIf(tried, again, () =>
    Effect.flatMap(LiveClock.LiveClock, (clock) => {
      const { now, isOver } = Patience.make(clock)
      const begun = now()
      const goesOn = (error: E): boolean => again(error) && !isOver(begun)
      return LiveClock.around(tried, Effect.retry({ schedule: pace, while: goesOn }))
    }),
  )

/** All rows at once. */
const collecting = <A>(decode: (rows: ReadonlyArray<Row>) => A): Pool.Answer<A> => {
  const rows: Array<Row> = []
  return { row: (row) => void rows.push(row), end: () => decode(rows) }
}

/**
 * Connects when it is first asked, and closes the connections with the scope.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* ({
  url,
  schema,
  connections = 8,
  prepare = true,
  listenUrl = url,
}: Options): Effect.fn.Return<Database, never, Scope> {
  const connector = Connection.connector({ url, prepare })
  const readers = yield* Pool.make(connections, connector)
  const writers = yield* Pool.make(2, connector)

  const unavailable = (what: string, { passing, cause }: Fault): StoreUnavailable =>
    new StoreUnavailable({ what, retryable: passing, cause })

  const each: Database["each"] = (what, statement, parameters, begin) =>
    patiently(
      Effect.suspend(() => readers.run(statement, parameters, begin())),
      (fault) => fault.passing,
    ).pipe(Effect.mapError((fault) => unavailable(what, fault)))

  return {
    schema: quote(schema),
    each,
    read: (what, statement, parameters, decode) => each(what, statement, parameters, () => collecting(decode)),
    write: (what, statement, parameters, decode) =>
      Effect.suspend(() => writers.run(statement, parameters, collecting(decode))).pipe(
        Effect.mapError((fault) =>
          fault.undone ? unavailable(what, fault) : new CommitUnknown({ cause: fault.cause }),
        ),
      ),
    listener: (notified) => Connection.connector({ url: listenUrl, prepare: false, notified }),
  }
})
