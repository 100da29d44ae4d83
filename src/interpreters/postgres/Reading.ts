/**
 * Statements that read events. A row has the number of its kind; kinds are few, never change, and are read once.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { bound } from "../../core/port/bound.ts"
import { StoreUnavailable } from "../../core/port/Errors.ts"
import type { Database } from "./Database.ts"
import type { Parameter } from "./parameters.ts"
import { Damaged, integer, type Row, text } from "./rows.ts"

/**
 * @category model
 * @since 0.1.0
 */
export interface Kind {
  readonly category: string
  readonly type: string
}

/**
 * What becomes of the rows of a statement that reads events.
 *
 * @category model
 * @since 0.1.0
 */
export interface Answer<A> {
  /** Of every row. */
  readonly row?: (row: Row) => void
  /** Of every event. */
  readonly event: (row: Row, kind: Kind) => void
  readonly end: () => A
}

/**
 * Runs a statement whose first columns are `eventColumns`.
 *
 * @category model
 * @since 0.1.0
 */
export type Reading = <A>(
  what: string,
  statement: string,
  parameters: ReadonlyArray<Parameter>,
  begin: () => Answer<A>,
) => Effect.Effect<A, StoreUnavailable>

/**
 * Where no position, version or number of rows can be beyond.
 *
 * @category constants
 * @since 0.1.0
 */
export const most = Number.MAX_SAFE_INTEGER

/** A number of a range. @category readers @since 0.1.0 */
export const limited = (n: number): number => Math.min(bound(n), most)

/**
 * @category constructors
 * @since 0.1.0
 */
export const make = (database: Database): Reading => {
  const kinds = new Map<string, Kind>()
  const known = `SELECT kind, category, type FROM ${database.schema}.kind WHERE kind > $1 ORDER BY kind`
  let lastKind = 0

  /** Kinds never change, and no new one has a number before a known one. */
  const learnKinds = Effect.suspend(() =>
    database.read("reading the kinds of events", known, [lastKind], (rows) => {
      for (const row of rows) {
        lastKind = integer(row[0])
        kinds.set(text(row[0]), { category: text(row[1]), type: text(row[2]) })
      }
    }),
  )

  /** Reads events, and again where one is of a kind that is not known yet. */
  return <A>(
    what: string,
    statement: string,
    parameters: ReadonlyArray<Parameter>,
    begin: () => Answer<A>,
  ): Effect.Effect<A, StoreUnavailable> => {
    const attempt = database.each(what, statement, parameters, () => {
      const { event, row, end } = begin()
      let strange: string | undefined
      return {
        row: (cells) => {
          row?.(cells)
          const number = cells[12]
          if (typeof number !== "string") return
          const kind = kinds.get(number)
          if (kind === undefined) strange = number
          else event(cells, kind)
        },
        end: () => ({ strange, answer: end() }),
      }
    })
    const go: Effect.Effect<A, StoreUnavailable> = Effect.flatMap(attempt, ({ strange, answer }) =>
      strange === undefined ? Effect.succeed(answer) : Effect.flatMap(learnKinds, () => again(strange)),
    )
    const again = (kind: string): Effect.Effect<A, StoreUnavailable> => {
      if (kinds.has(kind)) return go
      const cause = new Damaged(`an event is of kind ${kind}, which is not among the kinds`)
      return Effect.fail(new StoreUnavailable({ what, retryable: false, cause }))
    }
    return Effect.suspend(() => (kinds.size === 0 ? Effect.flatMap(learnKinds, () => go) : go))
  }
}
