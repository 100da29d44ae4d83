/**
 * The server that is measured: every commit is flushed before it is acknowledged, as PostgreSQL does it by itself. It has
 * a database for each that is compared, and does nothing of its own accord meanwhile.
 */
import postgres from "postgres"
import { open, type Settings } from "../../postgres/server.ts"

const settings: Settings = {
  fsync: true,
  synchronous_commit: true,
  full_page_writes: true,
  shared_buffers: "1GB",
  max_wal_size: "8GB",
  checkpoint_timeout: "1h",
  // Everybody is vacuumed and analyzed after the warm-up, rather than somebody in the middle of a round.
  autovacuum: false,
}

/** What servers called themselves in this run. */
export const versions = new Set<string>()

export interface Server {
  /** The address of a new database. */
  readonly database: (name: string) => Promise<string>
  /** What is before every turn: no page is left to be written. After the warm-up, tables are in order as well. */
  readonly settle: (round: number) => Promise<void>
}

/** What all tables of a database take on disk, with their indexes. */
export const bytes = async (url: string): Promise<number> => {
  const sql = postgres(url, { max: 1 })
  const [row] = await sql<Array<{ bytes: string }>>`
    SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')`
  await sql.end()
  return Number(row?.bytes)
}

/** Lends a server, and ends it also where the work failed. */
export const withServer = async <A>(use: (server: Server) => Promise<A>): Promise<A> => {
  const found = await open({ settings })
  const admin = postgres(found.url, { max: 1, onnotice: () => {} })
  const databases: Array<string> = []
  const named = (database: string): string => {
    const url = new URL(found.url)
    url.pathname = `/${database}`
    return url.href
  }
  try {
    const [row] = await admin<
      Array<{ version: string }>
    >`SELECT split_part(current_setting('server_version'), ' ', 1) AS version`
    if (row !== undefined) versions.add(row.version)
    return await use({
      database: async (name) => {
        const database = `everfold_bench_${name}`
        await admin.unsafe(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)
        await admin.unsafe(`CREATE DATABASE ${database}`)
        databases.push(database)
        return named(database)
      },
      settle: async (round) => {
        if (round === 1) {
          for (const database of databases) {
            const sql = postgres(named(database), { max: 1 })
            await sql`VACUUM (ANALYZE)`
            await sql.end()
          }
        }
        await admin`CHECKPOINT`
      },
    })
  } finally {
    for (const database of databases) await admin.unsafe(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)
    await admin.end()
    await found.stop()
  }
}
