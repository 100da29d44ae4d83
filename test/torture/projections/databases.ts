/** Where read models are: beside their store, in a file or a schema of their own. */
import { existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { ReadModel, StoreUnavailable } from "everfold"
import { PostgresModel } from "everfold/postgres/model"
import { SqliteModel } from "everfold/sqlite"
import postgres from "postgres"
import type { Place } from "../places.ts"
import { name as stranger } from "../postgres/strangers.ts"
import type { Database, Run } from "./digests.ts"

/** A database and how to open it. */
export interface Opening<Id, Tx, Err> extends Database<Id, Tx, Err> {
  readonly layer: Layer.Layer<Id, StoreUnavailable>
}

const opening = <Id, Tx, Err>(
  model: Context.Key<Id, ReadModel.ReadModel<Tx>>,
  layer: Layer.Layer<Id, StoreUnavailable>,
  run: (transaction: Tx) => Run<Err>,
  prefix = "",
): Opening<Id, Tx, Err> => ({ model, layer, run, prefix })

/** `?` as the driver wants it. */
const numbered = (statement: string): string => {
  let n = 0
  return statement.replaceAll("?", () => `$${++n}`)
}

const file = (filename: string): string => `${filename}.model`

export const inFile = (filename: string) =>
  opening(
    SqliteModel,
    SqliteModel.layer({ filename: file(filename) }),
    (database): Run<never> =>
      (statement, ...values) =>
        Effect.sync(() => database.prepare(statement).all(...values)),
  )

export const inServer = (url: string, schema: string) =>
  opening(
    PostgresModel,
    PostgresModel.layer({ url, schema }),
    (query) =>
      (statement, ...values) =>
        query((sql) => sql.unsafe(numbered(statement), [...values])),
    `${schema}_`,
  )

/** The schema of the read models beside a store's. */
export const modelSchema = (place: Place): string => (place.store === "postgres" ? `${place.schema}_model` : "model")

/** What the tables' names begin with. */
export const prefix = (place: Place): string => (place.store === "sqlite" ? "" : `${modelSchema(place)}_`)

/** A view of everything as it was at one moment. */
export interface Snapshot {
  readonly tables: ReadonlyArray<unknown>
  readonly ask: (statement: string, ...values: ReadonlyArray<string | number>) => Promise<ReadonlyArray<unknown>>
}

/** Looks at a database with its own client; fails where it cannot be reached now. */
export const inspect = async <A>(place: Place, look: (snapshot: Snapshot) => Promise<A>): Promise<A> => {
  if (place.store === "sqlite") {
    const found = file(place.filename)
    const database = new DatabaseSync(existsSync(found) ? found : ":memory:", {
      readOnly: existsSync(found),
      timeout: 5000,
    })
    const ask: Snapshot["ask"] = async (statement, ...values) => database.prepare(statement).all(...values)
    try {
      database.exec("BEGIN")
      return await look({ tables: await ask("SELECT name FROM sqlite_schema WHERE type = 'table'"), ask })
    } finally {
      database.close()
    }
  }
  const connection = { application_name: stranger }
  const sql = postgres(place.url, { max: 1, fetch_types: false, onnotice: () => {}, connection })
  try {
    await sql.unsafe("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    const ask: Snapshot["ask"] = async (statement, ...values) => [
      ...(await sql.unsafe(numbered(statement), [...values])),
    ]
    return await look({ tables: await ask("SELECT tablename AS name FROM pg_tables"), ask })
  } finally {
    await sql.end({ timeout: 0 }).catch(() => {})
  }
}
