// What a receiver has to do: remember the ids that it had, in the transaction that records what it makes of them.
import type { DatabaseSync } from "node:sqlite"
import type { Message } from "./Outbox.ts"

/** Handles each message once, however often it comes. */
export const make = (database: DatabaseSync, handle: (message: Message) => void): ((message: Message) => void) => {
  database.exec("CREATE TABLE IF NOT EXISTS inbox (id TEXT PRIMARY KEY) STRICT")
  const isNew = database.prepare("INSERT INTO inbox (id) VALUES (?) ON CONFLICT DO NOTHING RETURNING id")
  return (message) => {
    database.exec("BEGIN IMMEDIATE")
    try {
      if (isNew.get(message.id) !== undefined) handle(message)
      database.exec("COMMIT")
    } catch (error) {
      database.exec("ROLLBACK")
      throw error
    }
  }
}
