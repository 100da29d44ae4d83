/** The stores that the laws are tried on. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import connect from "postgres"
import { Checkpoints } from "../../src/core/port/Checkpoints.ts"
import { EventStore } from "../../src/core/port/EventStore.ts"
import { Snapshots } from "../../src/core/port/Snapshots.ts"
import * as Postgres from "../../src/interpreters/postgres/Postgres.ts"
import { open } from "../../src/interpreters/sqlite/Connection.ts"
import * as Sqlite from "../../src/interpreters/sqlite/Sqlite.ts"
import * as Store from "../../src/interpreters/sqlite/Store.ts"
import type { StoreServices } from "../../src/laws/StoreLaws.ts"
import { freshSchema, serverUrl } from "../postgres/run.ts"

const file = "store.db"
let latest = ""

/** Where the store lies that was built last. */
export const folder = (): string => latest

const inFolder = <A, E>(make: (filename: string) => Layer.Layer<A, E>): Layer.Layer<A, E> =>
  Layer.unwrap(
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => {
          latest = mkdtempSync(join(tmpdir(), "everfold-laws-"))
          return latest
        }),
        (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
      ),
      (made) => make(join(made, file)),
    ),
  )

/** A new file in a folder of its own for each build; it goes with the layer. */
export const sqlite = inFolder((filename) => Sqlite.layer({ filename }))

/** Two connections to one place, as two processes have them, that take turns: each call meets what the other one did. */
const takingTurns = <E>(layer: Layer.Layer<StoreServices, E>): Layer.Layer<StoreServices, E> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const one = yield* Layer.build(Layer.fresh(layer))
      const other = yield* Layer.build(Layer.fresh(layer))
      let calls = 0
      const turn = () => (calls++ % 2 === 0 ? one : other)
      const store = () => Context.get(turn(), EventStore)
      const checkpoints = () => Context.get(turn(), Checkpoints)
      const snapshots = () => Context.get(turn(), Snapshots)
      return Context.make(EventStore, {
        commit: (commit) => Effect.suspend(() => store().commit(commit)),
        readStream: (stream, range) => Effect.suspend(() => store().readStream(stream, range)),
        readAll: (range) => Effect.suspend(() => store().readAll(range)),
        streams: (range) => Effect.suspend(() => store().streams(range)),
        command: (id) => Effect.suspend(() => store().command(id)),
        head: Effect.suspend(() => store().head),
        changes: Stream.suspend(() => store().changes),
      }).pipe(
        Context.add(Checkpoints, {
          acquire: (key, ttl) => Effect.suspend(() => checkpoints().acquire(key, ttl)),
          renew: (key, epoch, ttl) => Effect.suspend(() => checkpoints().renew(key, epoch, ttl)),
          read: (key) => Effect.suspend(() => checkpoints().read(key)),
        }),
        Context.add(Snapshots, {
          read: (stream) => Effect.suspend(() => snapshots().read(stream)),
          write: (snapshot) => Effect.suspend(() => snapshots().write(snapshot)),
        }),
      )
    }),
  )

export const sqliteTwice = inFolder((filename) => takingTurns(Sqlite.layer({ filename })))

/** One whose calls wait for the lock that another process holds, and the process with them. */
export const waitingSqlite = inFolder((filename) =>
  Layer.effectContext(
    Effect.flatMap(open(filename), (database) => {
      database.exec("PRAGMA busy_timeout = 5000")
      return Store.make(database)
    }),
  ),
)

/** Another process that holds the file which was built last. */
export const rival = Effect.flatMap(
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, ["--no-warnings", join(import.meta.dirname, "rival.ts"), join(folder(), file)], {
        stdio: ["ignore", "pipe", "inherit"],
      }),
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL")),
  ),
  (child) => Effect.promise(() => once(child.stdout, "data")),
).pipe(Effect.asVoid)

let latestSchema = ""

/** A connection of one's own. */
const session = Effect.acquireRelease(
  Effect.map(Effect.promise(serverUrl), (url) => connect(url, { max: 1 })),
  (sql) => Effect.promise(() => sql.end()),
)

/** All that the tables hold of the store that was built last. */
export const rows = Effect.scoped(
  Effect.flatMap(session, (sql) =>
    Effect.promise(async () => {
      const tables = await sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = ${latestSchema}`
      const found: Array<Uint8Array> = []
      for (const { name } of tables) {
        for (const row of await sql`SELECT * FROM ${sql(latestSchema)}.${sql(name)}`) {
          for (const cell of Object.values(row)) found.push(cell instanceof Buffer ? cell : Buffer.from(String(cell)))
        }
      }
      return found
    }),
  ),
)

/** Another session that holds up all appends to the store that was built last. */
export const sessionRival = Effect.flatMap(session, (sql) =>
  Effect.promise(async () => {
    await sql.unsafe("BEGIN")
    await sql`SELECT ${sql(latestSchema)}.lock()`
    sql.unsafe("SELECT pg_sleep(0.3); ROLLBACK").catch(() => {})
  }),
)

const inSchema = <A, E>(
  make: (options: { readonly url: string; readonly schema: string }) => Layer.Layer<A, E>,
): Layer.Layer<A, E> =>
  Layer.unwrap(
    Effect.map(Effect.promise(serverUrl), (url) => {
      latestSchema = freshSchema()
      return make({ url, schema: latestSchema })
    }),
  )

/** A schema of its own for each build, in the server of this run; it goes with the run. */
export const postgres = inSchema((options) => Postgres.layer(options))

export const postgresTwice = inSchema((options) => takingTurns(Postgres.layer(options)))
