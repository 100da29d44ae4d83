/**
 * Statements over a few connections: each waits for its turn, in the order in which they came, and has a connection for
 * itself. A statement that nobody waits for any more is taken out of the queue, or left alone where it is under way.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { type Connection, type Connector, patience } from "./Connection.ts"
import { Fault, fault } from "./faults.ts"
import type { Parameter } from "./parameters.ts"
import type { Row } from "./rows.ts"

/**
 * What becomes of the rows of a statement: each as it comes, and then all. What it throws is the outcome.
 *
 * @category model
 * @since 0.1.0
 */
export interface Answer<A> {
  readonly row: (row: Row) => void
  readonly end: () => A
}

/**
 * @category model
 * @since 0.1.0
 */
export interface Pool {
  /** Runs a statement, once at most. */
  readonly run: <A>(
    statement: string,
    parameters: ReadonlyArray<Parameter>,
    answer: Answer<A>,
  ) => Effect.Effect<A, Fault>
}

interface Job {
  readonly statement: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly row: (row: Row) => void
  /** What gives the answer. */
  readonly end: () => () => void
  readonly fail: (error: Effect.Effect<never, Fault>) => void
  readonly late: NodeJS.Timeout
}

const refused = (message: string, passing: boolean): Effect.Effect<never, Fault> =>
  Effect.fail(new Fault({ cause: new Error(message), passing, undone: true, parting: false }))

const closing = refused("the layer of the store is closed", false)

/**
 * Of so many connections at most, each made when it is needed first. With the scope they are closed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = Effect.fnUntraced(function* (
  size: number,
  { connect, abandon }: Connector,
): Effect.fn.Return<Pool, never, Scope> {
  const waiting = new Set<Job>()
  /** The one that was used last is used first. */
  const idle: Array<Connection> = []
  const connections = new Set<Connection>()
  let busy = 0
  let closed = false

  const connected = async (): Promise<Connection> => {
    for (let known = idle.pop(); known !== undefined; known = idle.pop()) if (known.isOpen()) return known
    const made = await connect()
    connections.add(made)
    made.onEnd(() => connections.delete(made))
    if (closed) made.destroy()
    return made
  }

  /** Runs a statement, frees its connection, and then says what to answer. */
  const work = async ({ statement, parameters, row, end, fail }: Job): Promise<() => void> => {
    let connection: Connection | undefined
    try {
      connection = await connected()
      let thrown: { readonly error: unknown } | undefined
      await connection.run(statement, parameters, (cells) => {
        if (thrown !== undefined) return
        try {
          row(cells)
        } catch (error) {
          thrown = { error }
        }
      })
      if (thrown !== undefined) throw thrown.error
      return end()
    } catch (error) {
      const found = fault(error, connection !== undefined)
      if (found?.parting === true) connection?.destroy()
      return () => fail(found === undefined ? Effect.die(error) : Effect.fail(found))
    } finally {
      if (connection?.isOpen() === true) idle.push(connection)
      busy--
    }
  }

  const pump = (): void => {
    for (const job of waiting) {
      if (busy === size) return
      waiting.delete(job)
      clearTimeout(job.late)
      busy++
      void work(job).then((answer) => {
        answer()
        pump()
      })
    }
  }

  yield* Effect.addFinalizer(() =>
    Effect.promise(async () => {
      closed = true
      for (const { late, fail } of waiting) {
        clearTimeout(late)
        fail(closing)
      }
      waiting.clear()
      abandon()
      await Promise.all([...connections].map((connection) => connection.close()))
    }),
  )

  return {
    run: (statement, parameters, { row, end }) =>
      Effect.callback((resume) => {
        if (closed) return resume(closing)
        let isWanted = true
        const leave = (): void => {
          isWanted = false
          clearTimeout(late)
          waiting.delete(job)
        }
        const late = setTimeout(() => {
          leave()
          resume(refused(`no connection was free for ${patience.silence / 1000} seconds`, true))
        }, patience.silence)
        const job: Job = {
          statement,
          parameters,
          row: (cells) => {
            if (isWanted) row(cells)
          },
          end: () => {
            const answer = end()
            return () => resume(Effect.succeed(answer))
          },
          fail: resume,
          late,
        }
        waiting.add(job)
        pump()
        return Effect.sync(leave)
      }),
  }
})
