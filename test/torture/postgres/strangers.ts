/** Others in the same server, who do what people and tools do: transactions that stay open, are undone, or hold locks. */
import postgres from "postgres"
import { about, pause } from "../scene.ts"

export const name = "stranger"

/** A connection of one's own. Whatever ends it, nobody else minds. */
const visit = async (url: string, stay: (sql: postgres.Sql) => Promise<void>): Promise<number> => {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connection: { application_name: name } })
  try {
    await stay(sql)
    return 1
  } catch {
    return 0
  } finally {
    await sql.end({ timeout: 0 }).catch(() => {})
  }
}

/** Takes a transaction id, idles, and ends or undoes the transaction. */
export const idle = (url: string): Promise<number> =>
  visit(url, async (sql) => {
    await sql.unsafe("BEGIN")
    await sql.unsafe("SELECT pg_current_xact_id()")
    await pause(about(400))
    await sql.unsafe(Math.random() < 0.5 ? "COMMIT" : "ROLLBACK")
  })

/** Does something and undoes it after a while. */
export const undo = (url: string, statement: string): Promise<number> =>
  visit(url, async (sql) => {
    await sql.unsafe("BEGIN")
    await sql.unsafe(statement)
    await sql.unsafe("SELECT pg_sleep(0.1 * random())")
    await sql.unsafe("ROLLBACK")
  })

/** Keeps a transaction with an id open until it is told to leave, and opens it again where it was ended. */
export const lodge = (url: string) => {
  let leaving = false
  const stay = async (): Promise<void> => {
    while (!leaving) {
      await visit(url, async (sql) => {
        await sql.unsafe("BEGIN")
        await sql.unsafe("SELECT pg_current_xact_id()")
        while (!leaving) {
          await pause(100)
          await sql.unsafe("SELECT 1")
        }
      })
      await pause(20)
    }
  }
  const stayed = stay()
  return {
    leave: (): Promise<void> => {
      leaving = true
      return stayed
    },
  }
}
